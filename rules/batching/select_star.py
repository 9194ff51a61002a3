from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class SelectStar(SqlRule):
    """A query asks for all columns of a table.

    ## Why
    Each column that is added later is read, sent and kept in memory as well, and code that counts on the
    order of columns breaks. An index that holds all that is needed cannot answer by itself.

    ## Bad
        SELECT * FROM orders WHERE id = %s

    ## Good
        SELECT id, state, total FROM orders WHERE id = %s

    ## Limits
    A habit rather than a mistake. Only the outermost query; not `count(*)`, `EXISTS`, or `*` of a WITH
    or of a query in FROM that names its columns. Views and scripts are left alone.

    ## References
    - https://use-the-index-luke.com/sql/clustering/index-only-scan-covering-index
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "SELECTs in application code"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """SELECTs of application code that were read."""
        return (
            each
            for each in backend.statements
            if each.origin == "string" and each.facts.kind == "select" and each.facts.understood
        )

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """`*` among the columns of the result."""
        if "*" in subject.facts.columns and len(subject.facts.tables) == 1:
            yield self.finding(
                subject,
                f"`SELECT *` reads every column of `{subject.facts.tables[0]}`, those added later as well",
                help="name the columns that are used",
            )
