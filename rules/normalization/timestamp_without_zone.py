from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_HABIT = 10


class TimestampWithoutZone(Rule[TableColumn]):
    """A point in time is kept without its time zone.

    ## Why
    PostgreSQL stores what it is given and forgets where that clock stood. When the server, a worker or a
    client moves to another zone, and twice a year in most, the same column means two instants.

    ## Bad
        created_at timestamp NOT NULL

    ## Good
        created_at timestamptz NOT NULL

    ## Limits
    PostgreSQL only. A note: many projects keep UTC by agreement, and that works until someone does not
    know it.
    Ten or more are a habit of the project: one finding, at the first, says how many there are.

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This#Don.27t_use_timestamp_.28without_time_zone.29
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "columns of PostgreSQL"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of a project that is written for PostgreSQL alone."""
        return backend.columns if backend.databases in ((), ("postgresql",)) else ()

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """A timestamp whose type drops the zone."""
        found = _found(backend)
        if subject in found and (len(found) < _HABIT or subject == found[0]):
            others = f", as do {len(found) - 1} others" if len(found) >= _HABIT else ""
            yield self.finding(
                subject,
                f"{subject} keeps times without their zone{others}",
                help="use `timestamptz` (`DateTime(timezone=True)` in SQLAlchemy)",
            )


@lru_cache(maxsize=1)
def _found(backend: Backend) -> list[TableColumn]:
    """Columns that drop the zone."""
    return [each for each in backend.columns if _drops_zone(each.column.type)]


def _drops_zone(kind: str) -> bool:
    return (
        kind.startswith("timestamp") and "with time zone" not in kind and not kind.startswith("timestamptz")
    )
