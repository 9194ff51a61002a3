from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from linter.backend import Backend, Change, Lock, Work
from linter.rule import Confidence, MigrationRule, Outcome, Severity
from linter.schema.advice import unvalidated
from linter.schema.mending import checked_later, is_mendable

_KINDS = ("add-foreign-key", "add-check", "add-column")

if TYPE_CHECKING:
    import libcst as cst

    from linter.mending_sql import Insertion, Place
    from linter.rule import Replacement


class ConstraintCheckedAtOnce(MigrationRule):
    """A foreign key or CHECK is added and checked against all rows in one step.

    ## Why
    The server reads the whole table while it holds the lock: for a CHECK nobody can read or write
    meanwhile, for a foreign key nobody can write to either table. NOT VALID adds the constraint at once
    for new rows, and VALIDATE CONSTRAINT checks the old ones later beside the traffic.

    ## Bad
        ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0);

    ## Good
        ALTER TABLE orders ADD CONSTRAINT orders_total_positive CHECK (total >= 0) NOT VALID;
        -- in the next migration
        ALTER TABLE orders VALIDATE CONSTRAINT orders_total_positive;

    ## Limits
    PostgreSQL and MySQL. Silent for tables that the same migration creates, and for a new column without
    a default, which the server knows to be NULL everywhere and does not check as a foreign key. MySQL
    copies the table for either constraint and has no form that does not.
    The fix is unsafe because it commits what stands before it in the revision; it is for Alembic, and for
    SQL files that run outside a transaction.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "foreign keys and checks on tables in use"
    spares_new_tables = True
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Constraints added to tables that were there before."""
        for each in backend.changes_of(*_KINDS):
            if each.engine != "sqlite" and each.name and (each.kind != "add-column" or _is_constrained(each)):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """All rows are read under the lock."""
        effect = subject.effect
        wanted = (Work.SCAN, Work.REWRITE) if subject.engine == "mysql" else (Work.SCAN,)
        if effect.work not in wanted or not effect.known or not effect.lock.waits:
            return
        what = "foreign key" if subject.kind == "add-foreign-key" or "referencing" in effect.form else "check"
        other = subject.action.references
        held = any(each.name == subject.name for each in subject.held)
        again = _is_added_again(subject)
        both = other and effect.other.waits and (again or not held)
        tables = f"{subject} and `{other}`" if both else str(subject)
        lock = Lock.ACCESS_EXCLUSIVE if held else effect.lock
        waits = "all reads and writes wait" if lock is Lock.ACCESS_EXCLUSIVE else "all writes wait"
        verb = "copies" if subject.engine == "mysql" else "reads"
        begin = f"Django drops this {what} and adds it again, which" if again else f"adding this {what}"
        yield self.finding(
            subject,
            f"{'here ' if again else ''}{begin} {verb} all of {subject} under {lock.named} on {tables}, so"
            f" {waits}",
            help=_MYSQL if subject.engine == "mysql" else _AGAIN if again else unvalidated(subject),
            fixable=subject.tool != "django" and subject.kind != "add-column" and is_mendable(subject),
        )

    def fix(self, node: "cst.CSTNode", change: Change) -> "Replacement | None":
        """Added `NOT VALID`, validated when that is committed."""
        return checked_later(node, change)

    def sql_fix(self, change: Change, place: "Place") -> "Sequence[Insertion]":
        """NOT VALID, and validated in a statement of its own."""
        from linter.mending_sql import sql_checked_later

        return sql_checked_later(change, place)


_MYSQL = "add it with `pt-online-schema-change` or `gh-ost`, or in a maintenance window"


_AGAIN = (
    "change the column with `RunSQL` in the `database_operations` of a `SeparateDatabaseAndState`, which"
    " leaves the foreign key as it is"
)


def _is_added_again(change: Change) -> bool:
    """Whether the same operation of Django has just dropped the constraint."""
    return change.tool == "django" and any(
        each.kind == "drop-constraint"
        and each.location == change.location
        and each.action.name == change.action.name
        for each in change.earlier
    )


def _is_constrained(change: Change) -> bool:
    definition = change.definition
    return definition is not None and (bool(definition.references) or change.has("check"))
