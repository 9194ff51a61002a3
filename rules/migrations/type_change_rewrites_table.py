from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Work
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.schema.types import is_narrower


class TypeChangeRewritesTable(Rule[Change]):
    """A column gets another type, and the server writes or reads every row to convert it.

    ## Why
    Most changes of a type write the table and its indexes anew under an ACCESS EXCLUSIVE lock: nobody
    reads or writes until it is done. Some are free, and a longer varchar, varchar to text, and more
    digits before the point are among them. Code that still runs meets a type that it does not expect, and
    a narrower type fails on the first value that does not fit.

    ## Bad
        ALTER TABLE orders ALTER COLUMN id TYPE bigint;

    ## Good
        ALTER TABLE orders ADD COLUMN id_new bigint;
        -- keep it in step by a trigger, fill it in batches, then swap the names in one short transaction

    ## Limits
    The old type comes from the migrations before; without it, only a new type that no other is stored
    like is reported, with less confidence. PostgreSQL and MySQL. Silent for tables that the same
    migration creates. A change that is free by itself is reported, as less bad, when a CHECK on the
    column is checked again.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "changes of a column's type"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Changes of a type on tables that were there before."""
        return (
            each for each in backend.changes_of("alter-column-type") if each.name and each.engine != "sqlite"
        )

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The rows are written or read under the lock."""
        effect, before, after = subject.effect, subject.column_before, subject.definition
        if not effect.known or after is None:
            yield Undecided("the type before is not known")
            return
        if not effect.is_long:
            return
        old = before.type if before is not None else ""
        fails = ", and fails on values that do not fit" if is_narrower(old, after.type) else ""
        rewrites = effect.work is Work.REWRITE
        verb = "rewrites" if rewrites else "reads, for its `CHECK`,"
        yield self.finding(
            subject,
            f"changing `{subject.column}`{f' from {old}' if old else ''} to {after.type} {verb} all of"
            f" {subject} under {effect.lock.named}, so all {effect.lock.waits} wait{fails}",
            help=_SWAP if rewrites else _RECHECK,
            severity=None if rewrites else Severity.WARNING,
            confidence=None if old else Confidence.MEDIUM,
        )


_SWAP = (
    "add a second column, keep it in step by a trigger, fill it in batches, and swap the two names in one"
    " short transaction"
)
_RECHECK = "drop the `CHECK` first, and add it back with `NOT VALID` to validate it in the next migration"
