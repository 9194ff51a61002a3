from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from linter.backend import Backend, Change
from linter.rule import Confidence, MigrationRule, Outcome, Severity
from linter.schema.advice import concurrent_drop
from linter.schema.mending import CONCURRENT_OPERATIONS, concurrently, is_mendable

if TYPE_CHECKING:
    import libcst as cst

    from linter.mending_sql import Insertion, Place
    from linter.rule import Replacement


class IndexDropBlocksReads(MigrationRule):
    """An index is dropped without CONCURRENTLY.

    ## Why
    DROP INDEX takes an ACCESS EXCLUSIVE lock on the table. The drop itself takes no time, but it queues
    behind every transaction that is still reading, and everything that comes later queues behind it.

    ## Bad
        DROP INDEX orders_customer_idx;

    ## Good
        DROP INDEX CONCURRENTLY IF EXISTS orders_customer_idx;

    ## Limits
    PostgreSQL only. A `lock_timeout` bounds the wait as well. Silent for tables that the same migration
    creates.
    The fix is unsafe because it commits what stands before it in the migration.

    ## References
    - https://www.postgresql.org/docs/current/sql-dropindex.html
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "dropped indexes"
    spares_new_tables = True
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Indexes dropped by themselves."""
        return backend.changes_of("drop-index", engine="postgres")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The drop waits for readers, and readers wait for it."""
        if subject.has("concurrently") or not subject.effect.lock.waits:
            return
        if any(each.kind == "drop-table" and each.name == subject.name for each in subject.later):
            return
        index = f"`{subject.action.name}`" if subject.action.name else "the index"
        table = f" on {subject}" if subject.name else " on its table"
        yield self.finding(
            subject,
            f"dropping {index} takes {subject.effect.lock.named}{table}, so reads and writes queue behind it "
            "while it waits for running queries",
            help=concurrent_drop(subject),
            fixable=is_mendable(subject),
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
        return (f"{CONCURRENT_OPERATIONS}:RemoveIndexConcurrently",) if change.tool == "django" else ()
