from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from linter.backend import Backend, Change, Verdict
from linter.rule import Confidence, MigrationRule, Outcome, Severity

if TYPE_CHECKING:
    from linter.mending_sql import Insertion, Place

_KINDS = ("create-table", "create-index", "add-column", "drop-table", "drop-index", "drop-column")


class NotRerunnable(MigrationRule):
    """A step outside a transaction fails when the migration has to be run a second time.

    ## Why
    Without a transaction a migration that fails half-way leaves its first steps behind. The second
    attempt then stops at the first of them, because it is there already, and somebody has to mend the
    database by hand.

    ## Bad
        -- +goose NO TRANSACTION
        ALTER TABLE orders ADD COLUMN note text;
        CREATE INDEX CONCURRENTLY orders_note_idx ON orders (note);

    ## Good
        -- +goose NO TRANSACTION
        ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text;
        CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_note_idx ON orders (note);

    ## Limits
    Judges migrations of several steps that are known to run outside a transaction. The last step may fail
    without harm to a second attempt, unless it is a concurrent build, which leaves an invalid index
    behind. Operations of Django have no such form: keep one to a migration. Only
    SQL files are mended. The fix is unsafe because it takes what has the same name for its own.

    ## References
    - https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "steps outside a transaction"
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Steps of longer migrations that no transaction undoes."""
        for each in backend.changes:
            alone = all(other.index == each.index for other in each.revision.changes)
            if each.kind in _KINDS and each.in_transaction is Verdict.NO and not alone:
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The statement does not say what to do when it was done before."""
        if subject.has("if-exists", "if-not-exists") or (subject.is_new and subject.kind != "create-table"):
            return
        if any(_clears(each, subject) for each in subject.earlier):
            return
        is_last = subject.index == subject.revision.changes[-1].index
        if is_last and not subject.has("concurrently"):
            return
        if subject.tool == "django" and (subject.statement.derived and is_last):
            return
        what = subject.kind.replace("-", " ").upper()
        clause = "IF EXISTS" if subject.kind.startswith("drop") else "IF NOT EXISTS"
        yield self.finding(
            subject,
            f"this `{what}` has no `{clause}` and no transaction, so the migration can't be run again after a"
            " failure",
            help=_help(subject, clause),
            fixable=subject.statement.origin == "file",
        )

    def sql_fix(self, change: Change, place: "Place") -> "Sequence[Insertion]":
        """IF EXISTS or IF NOT EXISTS; a concurrent build drops what a failed one left."""
        from linter.mending_sql import sql_rerunnable

        return sql_rerunnable(change, place)


def _clears(change: Change, created: Change) -> bool:
    """Whether an earlier step removes what an attempt before left behind."""
    drops = created.kind.replace("create-", "drop-", 1)
    # DROP INDEX names the schema that CREATE INDEX takes from the table.
    names = {created.action.name, f"{created.action.table.rpartition('.')[0]}.{created.action.name}"}
    same = change.action.name in names if created.action.name else change.name == created.name
    return change.kind == drops != created.kind and change.has("if-exists") and same


def _help(subject: Change, clause: str) -> str:
    if subject.tool == "django" and subject.statement.derived:
        return "keep this operation in a migration of its own"
    if subject.tool == "alembic" and subject.statement.derived:
        return f"pass `{'if_exists' if clause == 'IF EXISTS' else 'if_not_exists'}=True`"
    return f"write `{clause}`"
