from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Change, Verdict
from linter.rule import Confidence, MigrationRule, Outcome, Severity
from linter.schema.effects import major
from linter.schema.mending import outside_transaction

_REFUSED = frozenset({"vacuum", "vacuum full"})

if TYPE_CHECKING:
    import libcst as cst

    from linter.rule import Replacement


class NotInTransaction(MigrationRule):
    """A statement that the server refuses inside a transaction runs in one.

    ## Why
    CREATE INDEX CONCURRENTLY and its kin, VACUUM and CREATE DATABASE fail with "cannot run inside a
    transaction block". Django, Alembic and most runners of SQL files open one around each migration, so
    it fails when it is deployed, on a test database that runs no migrations nobody notices.

    ## Bad
        class Migration(migrations.Migration):
            operations = [AddIndexConcurrently("order", models.Index(fields=["total"], name="totals"))]

    ## Good
        class Migration(migrations.Migration):
            atomic = False
            operations = [AddIndexConcurrently("order", models.Index(fields=["total"], name="totals"))]

    ## Limits
    For SQL files only where BEGIN, or a comment for the runner, says that there is a transaction. ALTER
    TYPE … ADD VALUE is refused before PostgreSQL 12 only; set `postgres-version` for that. The fix is
    unsafe because it commits what stands before it in the migration.

    ## References
    - https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    - https://alembic.sqlalchemy.org/en/latest/api/runtime.html#alembic.runtime.migration.MigrationContext.autocommit_block
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "statements that need to run outside a transaction"
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Statements that the server refuses inside a transaction."""
        return (each for each in backend.changes if each.engine == "postgres" and _is_refused(each, backend))

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The runner, or the file itself, opened a transaction."""
        if subject.in_transaction is not Verdict.YES:
            return
        yield self.finding(
            subject,
            f"`{_spelled(subject)}` runs inside a transaction, where PostgreSQL refuses it, so this migration"
            " fails",
            help=_HELP[subject.tool],
            fixable=subject.tool != "sql",
        )

    def fix(self, node: "cst.CSTNode", change: Change) -> "Replacement | None":
        """The same step outside a transaction."""
        return outside_transaction(node, change)


def _is_refused(change: Change, backend: Backend) -> bool:
    if change.has("concurrently"):
        return not change.has("refresh-materialized-view")
    if change.effect.form in _REFUSED or change.has("create-database", "drop-database", "create-tablespace"):
        return True
    return change.has("add-value") and major(backend.postgres_version) < 12


def _spelled(change: Change) -> str:
    if change.tool == "django" and change.has("concurrently"):
        return "AddIndexConcurrently" if change.kind == "create-index" else "RemoveIndexConcurrently"
    if change.kind == "other":
        what = change.action.flags[0].replace("-", " ").upper()
        return f"{what} CONCURRENTLY" if change.has("concurrently") else what
    return f"{change.kind.replace('-', ' ').upper()} CONCURRENTLY"


_HELP = {
    "django": "set `atomic = False` on the migration and keep other operations out of it",
    "alembic": "wrap it in `with op.get_context().autocommit_block():`",
    "sql": (
        "take it out of `BEGIN … COMMIT` into a file of its own that the runner does not wrap in a"
        " transaction"
    ),
}
