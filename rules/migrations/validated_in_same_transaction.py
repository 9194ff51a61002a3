from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Verdict
from linter.rule import Confidence, Finding, Note, Outcome, Rule, Severity


class ValidatedInSameTransaction(Rule[Change]):
    """A constraint is added NOT VALID and validated in the same transaction.

    ## Why
    NOT VALID is there so that the scan happens without the strong lock. In one transaction the lock of
    the first step is still held when the second reads all rows, so nothing is won.

    ## Bad
        BEGIN;
        ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;
        ALTER TABLE orders VALIDATE CONSTRAINT total_positive;
        COMMIT;

    ## Good
    The VALIDATE CONSTRAINT in the next migration, which has a transaction of its own.

    ## Limits
    For SQL files only where a transaction can be seen. Alembic runs the revisions of one command in one
    transaction unless `env.py` says `transaction_per_migration=True`: two revisions count as one when both
    are new since the base branch.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "validated constraints"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Constraints that are validated in a step of their own."""
        return backend.changes_of("validate-constraint", engine="postgres")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The same transaction added it."""
        if not subject.transaction:
            return
        for each in subject.earlier:
            is_same = (each.name, each.action.name) == (subject.name, subject.action.name)
            if is_same and each.has("not-valid") and each.transaction == subject.transaction:
                yield self._held(subject, each)
                return
        for each in _shared(subject, backend):
            is_same = (each.name, each.action.name) == (subject.name, subject.action.name)
            if is_same and each.has("not-valid"):
                yield self._held(subject, each, together=each.revision.path)
                return

    def _held(self, subject: Change, added: Change, together: str = "") -> Finding:
        where = " (Alembic runs all new revisions in one)" if together else ""
        return self.finding(
            subject,
            f"`{subject.action.name}` is validated in the transaction that added it{where}, so all of"
            f" {subject} is read while {added.effect.lock.waits} wait for the {added.effect.lock} lock",
            help=_HELP[subject.tool],
            related=[Note(added.location, "added here")],
            together=together,
        )


def _shared(change: Change, backend: Backend) -> Iterator[Change]:
    """Changes of the revisions before it whose transaction is still open, if one command runs them all."""
    revision = change.revision
    if revision.shares is not Verdict.YES or not _is_open(revision.changes[: revision.changes.index(change)]):
        return
    known = {each.name: each for each in backend.revisions if each.history == revision.history}
    seen = {revision.name}
    while len(revision.after) == 1 and revision.after[0] in known and revision.after[0] not in seen:
        revision = known[revision.after[0]]
        seen.add(revision.name)
        behind = [each for each in revision.changes if not each.transaction]
        start = revision.changes.index(behind[-1]) + 1 if behind else 0
        yield from revision.changes[start:]
        if not _is_open(revision.changes):
            return


def _is_open(changes: Iterable[Change]) -> bool:
    """Whether none of the changes runs outside a transaction, which would commit what stands before it."""
    return all(each.transaction == 1 for each in changes)


_HELP = {
    "sql": "move the validation to the next migration, or behind the `COMMIT`",
    "alembic": "put the validation into `with op.get_context().autocommit_block():`",
    "django": "move the validation to the next migration",
}
