from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import ColumnRule, Confidence, Outcome, Severity
from linter.schema.model_indexes import IndexPlan, index_plan


class UnindexedForeignKey(ColumnRule):
    """A foreign key has no index that begins with it.

    ## Why
    Deleting or changing a row of the referenced table makes the server look for rows that point to it.
    Without an index it reads the whole referencing table each time, under locks. Joins from the parent
    to its children do the same. PostgreSQL, SQLite and SQL Server do not make the index by themselves.

    ## Bad
        customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))

    ## Good
        customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"), index=True)

    ## Limits
    Silent for MySQL and MariaDB, whose InnoDB makes the index, and for tables that could not be read in
    full. An index that has the column first is enough, whatever follows. Django makes the index unless
    `db_index=False` is said; SQLAlchemy and Tortoise make none by themselves. The fix is unsafe because it
    edits the model of Django or SQLAlchemy alone, and the index needs a migration of its own.

    ## References
    - https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "foreign keys"
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns that reference another table."""
        if backend.databases == ("mysql",):
            return ()
        return (each for each in backend.columns if each.column.references and each.table.complete)

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """No index or key begins with the column."""
        if subject.table.leads_index(subject.column.name):
            return
        target = (subject.column.references or "").rpartition(".")[0]
        yield self.finding(
            subject,
            f"foreign key {subject} has no index, so each delete in `{target}` reads the whole of "
            f"{subject.table}",
            help=_help(subject),
            fixable=index_plan(subject, backend) is not None,
        )

    def plan(self, subject: TableColumn, backend: Backend) -> IndexPlan | None:
        """An index in the model; its migration is the project's to make."""
        return index_plan(subject, backend)


def _help(subject: TableColumn) -> str:
    match subject.table.source:
        case "sqlalchemy":
            return "add `index=True` to the column, and a migration that creates the index concurrently"
        case "django":
            return "drop `db_index=False` from the field, and make a migration that creates the index"
        case "tortoise" if subject.table.model is not None:
            return "add `db_index=True` to the field, and a migration that creates the index concurrently"
        case _:
            name = f"{subject.table.name}_{subject.column.name}_idx"
            return f"run `CREATE INDEX CONCURRENTLY {name} ON {subject.table.name} ({subject.column.name})`"
