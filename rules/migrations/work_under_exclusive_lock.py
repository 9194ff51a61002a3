from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Note, Outcome, Rule, Severity
from linter.schema.advice import concurrent_index

_ROWS = frozenset({"insert", "update", "delete"})


class WorkUnderExclusiveLock(Rule[Change]):
    """A long step runs while an earlier one of the same transaction keeps everybody away from a table.

    ## Why
    A lock is held until the transaction ends. ALTER TABLE is quick, but its ACCESS EXCLUSIVE lock then
    stays for as long as an index is built, rows are checked or data is moved behind it, and not even
    reads get through.

    ## Bad
        class Migration(migrations.Migration):
            operations = [
                migrations.AddField("order", "note", models.TextField(default="")),
                migrations.AddIndex("order", models.Index(fields=["status"], name="order_status")),
            ]

    ## Good
    Two migrations: the field in one, the index, with `atomic = False` and `AddIndexConcurrently`, in the
    next.

    ## Limits
    PostgreSQL only. Judges indexes, validations and data; a constraint that reads or builds under its own
    lock has a rule of its own. An UPDATE or a function of Python behind the lock weighs less: how long it
    takes can't be seen.

    ## References
    - https://www.postgresql.org/docs/current/explicit-locking.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "long steps behind other changes in a transaction"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Steps whose time grows with the data, behind others in one transaction."""
        for each in backend.changes:
            if (
                each.engine == "postgres"
                and each.transaction
                and not each.is_new
                and each.held
                and _is_long(each)
            ):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """An earlier change holds the table's ACCESS EXCLUSIVE lock."""
        data = subject.kind == "python" or subject.kind in _ROWS
        holder = next((each for each in subject.held if data or each.name == subject.name), None)
        if holder is None or (holder.location == subject.location and not _is_index(subject)):
            return
        what = _STEPS[subject.kind]
        table = f"`{holder.name}`" if holder.name else "a table"
        yield self.finding(
            subject,
            f"{what} while this transaction holds an ACCESS EXCLUSIVE lock on {table}, so all reads and"
            " writes of it wait until the end",
            help=_help(subject),
            related=[Note(holder.location, "the lock is taken here")],
            severity=Severity.WARNING if data else None,
            confidence=Confidence.LOW if subject.kind == "python" else Confidence.MEDIUM if data else None,
        )


def _is_long(change: Change) -> bool:
    """Whether a step takes long under a lock of its own that lets readers through, or under none."""
    return change.kind == "python" or (change.kind in _STEPS and change.effect.is_long)


def _is_index(change: Change) -> bool:
    return change.kind == "create-index"


def _help(subject: Change) -> str:
    if _is_index(subject):
        return f"move it to a migration of its own and {concurrent_index(subject)}"
    noun = "revision" if subject.tool == "alembic" else "migration"
    return f"move this step to a {noun} of its own, which runs in a transaction of its own"


_STEPS = {
    "create-index": "this index is built",
    "update": "this `UPDATE` runs",
    "delete": "this `DELETE` runs",
    "python": "this function runs",
    "validate-constraint": "this constraint is validated",
}
