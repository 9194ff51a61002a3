from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from linter.backend import Backend, Change
from linter.rule import Confidence, MigrationRule, Outcome, Severity
from linter.schema.advice import concurrent_index
from linter.schema.mending import CONCURRENT_OPERATIONS, concurrently, is_mendable

if TYPE_CHECKING:
    import libcst as cst

    from linter.mending_sql import Insertion, Place
    from linter.rule import Replacement


class IndexBlocksWrites(MigrationRule):
    """An index is built while all writes to its table wait.

    ## Why
    CREATE INDEX holds a SHARE lock until the index is built: every INSERT, UPDATE and DELETE on the table
    waits, seconds for a million rows, minutes for a hundred. With CONCURRENTLY the server builds it
    beside them.

    ## Bad
        CREATE INDEX orders_customer_idx ON orders (customer_id);

    ## Good
        CREATE INDEX CONCURRENTLY orders_customer_idx ON orders (customer_id);

    ## Limits
    PostgreSQL only: MySQL builds indexes beside the writes. Silent for a table that the same migration
    creates, and where `work-under-exclusive-lock` already says that a stronger lock is held meanwhile.
    Constraints that build an index are judged by `constraint-builds-index`. The fix is unsafe because it
    commits what stands before it, and a build that fails leaves an invalid index.

    ## References
    - https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    - https://docs.djangoproject.com/en/stable/ref/contrib/postgres/operations/#concurrent-index-operations
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "indexes on tables in use"
    spares_new_tables = True
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Indexes created on tables that were there before."""
        for each in backend.changes_of("create-index", "other", engine="postgres"):
            if each.name and (each.kind == "create-index" or each.has("create-index")):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The build holds a lock that writes wait for, and nothing stronger is held anyway."""
        if not subject.effect.lock.waits or any(each.name == subject.name for each in subject.held):
            return
        yield self.finding(
            subject,
            f"this index is built under {subject.effect.lock.named} on {subject}, so all writes to it wait "
            "until it is done",
            help=concurrent_index(subject),
            fixable=subject.kind == "create-index" and is_mendable(subject),
        )

    def fix(self, node: "cst.CSTNode", change: Change) -> "Replacement | None":
        """The concurrent form, outside a transaction."""
        return concurrently(node, change)

    def sql_fix(self, change: Change, place: "Place") -> "Sequence[Insertion]":
        """CONCURRENTLY, outside a transaction."""
        from linter.mending_sql import sql_concurrently

        return sql_concurrently(change, place)

    def imports_of(self, change: Change) -> tuple[str, ...]:
        """Django's operation."""
        return (f"{CONCURRENT_OPERATIONS}:AddIndexConcurrently",) if change.tool == "django" else ()
