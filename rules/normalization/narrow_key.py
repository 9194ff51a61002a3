from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_NARROW = frozenset({"integer", "int", "int4", "serial", "serial4", "smallint", "smallserial", "int2"})


class NarrowKey(Rule[TableColumn]):
    """A key that the database counts up is a 32-bit or 16-bit integer.

    ## Why
    After 2 147 483 647 rows, deleted and failed ones included, every insert fails. To widen the column of
    a large table rewrites it under a lock, and with it each column that refers to it.

    ## Bad
        id serial PRIMARY KEY

    ## Good
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY

    ## Limits
    A note: most tables never get there. Keys that SQLite counts are 64-bit whatever they say.

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_serial
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "keys"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns that are a primary key by themselves, but for projects on SQLite alone."""
        if backend.databases == ("sqlite",):
            return ()
        return (each for each in backend.columns if each.table.primary_key == (each.column.name,))

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """A narrow integer alone is the key."""
        kind = subject.column.type.partition("(")[0].strip()
        if kind in _NARROW and not subject.column.references:
            yield self.finding(
                subject,
                f"{subject} is a `{kind}`, so inserts fail once its numbers are used up",
                help="use `bigint GENERATED ALWAYS AS IDENTITY` (`BigAutoField`, `BigInteger`)",
            )
