from collections.abc import Iterable, Iterator

from linter.analyses.row_positions import read_by_position
from linter.backend import Backend, Statement
from linter.rule import Confidence, Note, Outcome, Severity, SqlRule


class SelectStar(SqlRule):
    """A query asks for all columns of a table.

    ## Why
    Each column that is added later is read, sent and kept in memory as well, and code that counts on the
    order of columns breaks. An index that holds all that is needed cannot answer by itself.

    ## Bad
        SELECT * FROM orders WHERE id = %s

        cursor.execute("SELECT * FROM orders WHERE id = %s", [key])
        key, state, total = cursor.fetchone()

    ## Good
        SELECT id, state, total FROM orders WHERE id = %s

    ## Limits
    A habit rather than a mistake, but where the same function takes a row apart by position: that is a
    warning, as the next migration breaks it. Only the outermost query; not `count(*)`, `EXISTS`, or `*` of a
    WITH or of a query in FROM that names its columns. Views and scripts are left alone.

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
        if "*" not in subject.facts.columns or len(subject.facts.tables) != 1:
            return
        table, function = subject.facts.tables[0], subject.function
        place = None if function is None else read_by_position(function, subject.facts)
        if function is not None and place is not None:
            yield self.finding(
                subject,
                f"the result of `SELECT *` is read by position, so another order of the columns of `{table}` "
                "mixes values up, and one more breaks it",
                help="name the columns in the order in which they are read",
                related=[Note(function.module.locate(place), "reads by position")],
                severity=Severity.WARNING,
            )
        else:
            yield self.finding(
                subject,
                f"`SELECT *` reads every column of `{table}`, those added later as well",
                help="name the columns that are used",
            )
