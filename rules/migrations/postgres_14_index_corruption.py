from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity

_BROKEN = frozenset({"14.0", "14.1", "14.2", "14.3"})


class Postgres14IndexCorruption(Rule[Change]):
    """An index is built concurrently on a PostgreSQL that may lose rows from it.

    ## Why
    In 14.0 to 14.3 CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY can leave rows out of the index without
    any error. Queries that use it then miss rows.

    ## Bad
        CREATE INDEX CONCURRENTLY orders_total_idx ON orders (total);   -- with postgres-version = "14.2"

    ## Good
    The same on 14.4 or later.

    ## Limits
    Only when the configuration says `postgres-version = "14.0"` to `"14.3"`.

    ## References
    - https://www.postgresql.org/docs/release/14.4/
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "indexes built concurrently on PostgreSQL 14.0 to 14.3"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Concurrent builds, where the server is one of those."""
        if backend.postgres_version not in _BROKEN:
            return
        for each in backend.changes:
            if each.engine == "postgres" and each.has("concurrently") and each.effect.is_long:
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Each of them may be corrupt."""
        yield self.finding(
            subject,
            f"an index on {subject}, built concurrently on {backend.postgres_version}, may miss rows",
            help="upgrade the server to 14.4 first, or check the index with `amcheck` afterwards",
        )
