from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Query, TableColumn
from linter.rule import ColumnRule, Confidence, Note, Outcome, Severity
from linter.schema.model_indexes import IndexPlan, index_plan

_SHOWN = 3
_ENOUGH = 2
_MANY = 4


class UnindexedFilter(ColumnRule):
    """Queries filter by a column that no index begins with.

    ## Why
    The server reads every row of the table to find the few that match. It is fast on a laptop with a
    hundred rows, and slower with each customer that joins.

    ## Bad
        reference: Mapped[str]
        ...
        session.scalar(select(Order).where(Order.reference == reference))

    ## Good
        reference: Mapped[str] = mapped_column(index=True)

    ## Limits
    A query counts when none of the columns that it filters by begins an index, so the index would be
    used. Columns with few values (booleans, enums, choices) are left alone: an index on them seldom helps by
    itself. At least two such queries are needed, and below four it is a note. Silent for tables that could
    not be read in full, and for foreign keys of MySQL, whose InnoDB makes the index. The fix is unsafe
    because it edits the model of Django or SQLAlchemy alone, and the index needs a migration of its own.

    ## References
    - https://use-the-index-luke.com/sql/where-clause
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "columns that queries filter by"
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns named in the filter of a query."""
        used = _scans(backend)
        return (
            each
            for each in backend.columns
            if each.table.complete and (each.table.name, each.column.name) in used
        )

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """Queries that could use an index on the column, and have none."""
        queries = _scans(backend)[subject.table.name, subject.column.name]
        if len(queries) < _ENOUGH or backend.has_few_values(subject):
            return
        if subject.table.leads_index(subject.column.name):
            return
        if subject.column.references and backend.databases == ("mysql",):
            return
        yield self.finding(
            subject,
            f"{len(queries)} queries filter {subject} and no index begins with it, so each reads "
            "the whole table",
            help=_help(subject),
            fixable=index_plan(subject, backend) is not None,
            related=[Note(query.location, "filters by it") for query in queries[:_SHOWN]],
            severity=self.severity if len(queries) >= _MANY else Severity.NOTE,
        )

    def plan(self, subject: TableColumn, backend: Backend) -> IndexPlan | None:
        """An index in the model; its migration is the project's to make."""
        return index_plan(subject, backend)


def _help(subject: TableColumn) -> str:
    match subject.table.source:
        case "sqlalchemy":
            how = " (`index=True`), and a migration that creates it concurrently"
        case "django" | "tortoise":
            how = " (`db_index=True`), and a migration that creates it concurrently"
        case _:
            how = ""
    return f"add an index on `{subject.column.name}`{how}"


@lru_cache(maxsize=1)
def _scans(backend: Backend) -> dict[tuple[str, str], list[Query]]:
    """Queries by each column that they filter by; a query that some index serves counts for none."""
    found: dict[tuple[str, str], list[Query]] = {}
    for query in backend.queries:
        table = backend.tables.get(query.table)
        if table is None or query.kind == "insert":
            continue
        served = any(table.leads_index(column) for column in query.filters)
        for column in query.filters:
            if not served or table.leads_index(column):
                found.setdefault((table.name, column), []).append(query)
    return found
