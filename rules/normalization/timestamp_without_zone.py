from collections.abc import Iterable, Iterator

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity


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
        kind = subject.column.type
        if (
            kind.startswith("timestamp")
            and "with time zone" not in kind
            and not kind.startswith("timestamptz")
        ):
            yield self.finding(
                subject,
                f"{subject} forgets the time zone of what is written to it",
                help="use `timestamptz` (`DateTime(timezone=True)` in SQLAlchemy)",
            )
