from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity

_SERIAL = frozenset({"serial", "bigserial", "smallserial", "serial2", "serial4", "serial8"})


class SerialColumn(Rule[Change]):
    """A column is numbered by `serial` instead of an identity.

    ## Why
    `serial` makes a sequence beside the table: who may write to the table may still lack the right to use it,
    a dump and a copy of the table share it, and any INSERT may write a number of its own.

    ## Bad
        id bigserial PRIMARY KEY

    ## Good
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY

    ## Limits
    Runs only when it is selected by its full name, and speaks of SQL for PostgreSQL alone: SQLAlchemy makes
    `serial` of integer keys by itself, unless they are given an `Identity()`.

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_serial
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "tables and columns that SQL makes"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables and columns that are made by SQL."""
        for each in backend.changes:
            if each.kind in ("create-table", "add-column") and each.engine == "postgres":
                if not each.statement.derived:
                    yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The type by its name."""
        for column in subject.action.columns:
            if column.type in _SERIAL:
                whole = {"big": "bigint", "sma": "smallint"}.get(column.type[:3], "integer")
                yield self.finding(
                    subject,
                    f"`{column.name}` is a `{column.type}`, whose sequence has rights and a life of its own",
                    help=f"write `{whole} GENERATED ALWAYS AS IDENTITY`",
                )
