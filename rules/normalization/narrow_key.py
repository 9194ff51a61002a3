from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_NARROW = frozenset({"integer", "int", "int4", "serial", "serial4", "smallint", "smallserial", "int2"})

_HABIT = 10


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
    Ten or more are a habit of the project: one finding, at the first, says how many there are.

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
        found = _found(backend)
        if subject in found and (len(found) < _HABIT or subject == found[0]):
            others = f"; so are {len(found) - 1} others" if len(found) >= _HABIT else ""
            yield self.finding(
                subject,
                f"{subject} is a `{subject.column.type}`, so inserts fail once they run out{others}",
                help="use `bigint GENERATED ALWAYS AS IDENTITY` (`BigAutoField`, `BigInteger`)",
            )


@lru_cache(maxsize=1)
def _found(backend: Backend) -> list[TableColumn]:
    """Keys that are narrow integers."""
    return [
        each for each in backend.columns if each.table.primary_key == (each.column.name,) and _is_narrow(each)
    ]


def _is_narrow(subject: TableColumn) -> bool:
    kind = subject.column.type.partition("(")[0].strip()
    return kind in _NARROW and not subject.column.references
