from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class RequiredColumnWithoutDefault(Rule[Change]):
    """A NOT NULL column without a default is added to a table that may have rows.

    ## Why
    The server has no value for the rows that are there: PostgreSQL and SQLite refuse, and the migration
    that passed on an empty test database fails in production. MySQL fills in an empty string or a zero
    that nobody chose.

    ## Bad
        op.add_column("orders", sa.Column("status", sa.String(20), nullable=False))

    ## Good
        op.add_column("orders", sa.Column("status", sa.String(20), nullable=False, server_default="open"))

    ## Limits
    Silent for tables that the same migration creates, for identity and generated columns, and where a
    default can't be seen. Django asks for a default itself, and leaves it to the database with
    `db_default`.

    ## References
    - https://www.postgresql.org/docs/current/ddl-alter.html#DDL-ALTER-ADDING-A-COLUMN
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "columns added to tables in use"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Columns added to tables that were there before."""
        return (each for each in backend.changes_of("add-column") if each.name and each.definition)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Rows that are there would have no value."""
        column = subject.definition
        assert column is not None
        generated = subject.has("identity", "generated-stored", "generated-virtual", "auto-increment")
        if column.nullable or column.default is not None or generated or "serial" in column.type:
            return
        if column.primary_key and subject.engine == "sqlite":
            return
        fails = (
            "MySQL gives them an empty value" if subject.engine == "mysql" else "this fails once it has rows"
        )
        yield self.finding(
            subject,
            f"`{column.name}` is NOT NULL and has no default for the rows of {subject}, so {fails}",
            help=_HELP[subject.tool],
        )


_HELP = {
    "sql": (
        "add it with a constant `DEFAULT`, or nullable first, fill it in batches, and make it NOT NULL later"
    ),
    "alembic": (
        "give the column a constant `server_default`, or add it nullable, fill it in batches, and make it NOT"
        " NULL later"
    ),
    "django": (
        "give the field a `db_default`, or add it with `null=True`, fill it in batches, and make it NOT NULL"
        " later"
    ),
}
