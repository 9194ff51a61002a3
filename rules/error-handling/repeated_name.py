from collections.abc import Iterable, Iterator

from linter.analyses.row_positions import read_by_position
from linter.analyses.whole_statements import whole_statements
from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class RepeatedName(SqlRule):
    """A query gives the same name to two tables or to two columns of its result.

    ## Why
    Two tables of one name are refused by PostgreSQL and MySQL. Of two columns of one name, code that reads
    the row by names gets the last one only, and a view or a query around it cannot be made at all.

    ## Bad
        SELECT o.state, c.state_code AS state FROM orders o JOIN customers c ON c.id = o.customer_id

    ## Good
        SELECT o.state, c.state_code AS customer_state FROM orders o JOIN customers c ON c.id = o.customer_id

    ## Limits
    Columns count when at least one gets its name by AS and they are not the same expression. Silent where
    only the order counts: in INSERT … SELECT, behind the first part of a UNION, in EXISTS and IN, and for
    rows that are known to be read by position.

    ## References
    - https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-TABLE-ALIASES
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "statements that were read"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that no code completes."""
        return whole_statements(backend)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A name that stands for two things."""
        for trait in subject.traits:
            if trait.kind != "repeated-name":
                continue
            if trait.detail == "table":
                yield self.finding(
                    subject,
                    f"two tables of one FROM are called `{trait.column}`, so their columns cannot be"
                    " told apart",
                    help="give one of them another alias",
                )
            elif not _is_read_by_position(subject):
                yield self.finding(
                    subject,
                    f"two columns of the result are called `{trait.column}`, of which a row by name"
                    " keeps one",
                    help="give one of them another name with AS",
                )


def _is_read_by_position(statement: Statement) -> bool:
    function = statement.function
    return function is not None and read_by_position(function, statement.facts) is not None
