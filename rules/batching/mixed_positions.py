from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class MixedPositions(SqlRule):
    """ORDER BY or GROUP BY names some columns and counts others.

    ## Why
    A position means another column as soon as somebody adds one in front. Beside names it is easily
    overlooked.

    ## Bad
        SELECT state, customer_id, count(*) FROM orders GROUP BY 1, customer_id

    ## Good
        SELECT state, customer_id, count(*) FROM orders GROUP BY state, customer_id

    ## Limits
    Runs only when it is selected by its full name: it is a matter of taste.

    ## References
    - https://docs.sqlfluff.com/en/stable/reference/rules.html#rule-ambiguous.column_references
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "statements that were read"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that were read."""
        return (each for each in backend.statements if each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Numbers among names."""
        for trait in subject.traits:
            if trait.kind == "mixed-positions":
                yield self.finding(
                    subject,
                    f"this `{trait.detail}` mixes positions with names, and a new column moves the positions",
                    help="name all of them",
                )
