from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_KINDS = frozenset({"select", "insert", "update", "delete", "merge"})


class ComparisonWithNull(SqlRule):
    """A condition compares a column with NULL by `=` or `<>`.

    ## Why
    The comparison is neither true nor false, even for NULL, so the condition holds for no row. The query
    runs without an error and returns nothing, or changes nothing.

    ## Bad
        SELECT id FROM orders WHERE shipped_at = NULL

    ## Good
        SELECT id FROM orders WHERE shipped_at IS NULL

    ## Limits
    Only conditions: `SET shipped_at = NULL` is an assignment. A parameter that may be None is not seen.

    ## References
    - https://www.postgresql.org/docs/current/functions-comparison.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "queries in SQL"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Queries that were read."""
        return (each for each in backend.statements if each.facts.kind in _KINDS and each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A comparison that no row can pass."""
        for trait in subject.facts.traits:
            if trait.kind == "null-comparison":
                yield self.finding(
                    subject,
                    f"`{trait.column} {trait.detail} NULL` holds for no row, so the query never finds any",
                    help=f"write `{trait.column} IS {'' if trait.detail == '=' else 'NOT '}NULL`",
                )
