from collections.abc import Iterable, Iterator

from linter.analyses.whole_statements import is_whole
from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class MisreadDistinct(SqlRule):
    """DISTINCT is written like a function of one column, or beside a GROUP BY that does its work.

    ## Why
    `DISTINCT (customer_id), total` reads as if each customer came once. The parentheses say nothing:
    rows are compared as a whole, and a customer comes once for each total. After GROUP BY no row comes
    twice, and DISTINCT compares all of them once more.

    ## Bad
        SELECT DISTINCT (customer_id), total FROM orders
        SELECT DISTINCT customer_id, count(*) FROM orders GROUP BY customer_id

    ## Good
        SELECT DISTINCT ON (customer_id) customer_id, total FROM orders ORDER BY customer_id, total DESC
        SELECT customer_id, count(*) FROM orders GROUP BY customer_id

    ## Limits
    GROUP BY counts when all that it groups by is selected as well. Silent for ROLLUP, CUBE and GROUPING SETS.

    ## References
    - https://www.postgresql.org/docs/current/sql-select.html#SQL-DISTINCT
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "statements that were read"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that were read."""
        return (each for each in backend.statements if each.facts.understood)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Parentheses around the first column alone, or groups."""
        for trait in subject.traits:
            if trait.kind == "distinct-function":
                yield self.finding(
                    subject,
                    f"`DISTINCT` is no function: whole rows are compared, and not `{trait.column}` alone",
                    help="remove the parentheses; in PostgreSQL, "
                    f"`DISTINCT ON ({trait.column})` keeps one row for each",
                )
            elif trait.kind == "distinct-groups" and is_whole(subject):
                yield self.finding(
                    subject,
                    "`DISTINCT` does nothing here, as `GROUP BY` leaves no two equal rows",
                    help="remove `DISTINCT`",
                )
