from collections.abc import Iterable, Iterator

from linter.analyses.whole_statements import whole_statements
from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class UnionWidthMismatch(SqlRule):
    """The parts of a UNION, INTERSECT or EXCEPT have different numbers of columns.

    ## Why
    Every server refuses such a query when it runs. With `*` in one of the parts it works until a migration
    adds a column to that table.

    ## Bad
        SELECT id, state, total FROM orders UNION ALL SELECT id, state FROM archived_orders

    ## Good
        SELECT id, state, total FROM orders UNION ALL SELECT id, state, NULL FROM archived_orders

    ## Limits
    `*` counts where all columns of its tables are known from models or migrations. Silent for a query that
    is put together when it runs.

    ## References
    - https://www.postgresql.org/docs/current/queries-union.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "statements that were read"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that no code completes."""
        return whole_statements(backend)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Widths that are known and differ."""
        for trait in subject.traits:
            if trait.kind != "set-widths":
                continue
            widths = [_width(part, subject, backend) for part in trait.detail.split(" | ")]
            known = [width for width in widths if width is not None]
            if len(known) == len(widths) and len(set(known)) > 1:
                yield self.finding(
                    subject,
                    f"the parts of this `{trait.column}` have {_listed(known)} columns, which every"
                    " server refuses",
                    help="select the same columns in each part, `NULL` for one that a table does not have",
                )


def _width(part: str, statement: Statement, backend: Backend) -> int | None:
    """The number of columns of a part; None when a table is not known whole."""
    count, *names = part.split("+")
    width = int(count)
    for name in names:
        table = statement.schema.get(name) or backend.tables.get(name)
        if table is None or not table.complete or table.elsewhere or not table.columns:
            return None
        width += len(table.columns)
    return width


def _listed(widths: list[int]) -> str:
    return f"{', '.join(map(str, widths[:-1]))} and {widths[-1]}"
