from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Note, Outcome, Rule, Severity


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
    For SQL files only where a transaction can be seen.

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
                yield self.finding(
                    subject,
                    f"`{subject.action.name}` is validated in the transaction that added it, so all of"
                    f" {subject} is read while {each.effect.lock.waits} wait for the {each.effect.lock} lock",
                    help=_HELP[subject.tool],
                    related=[Note(each.location, "added here")],
                )
                return


_HELP = {
    "sql": "move the validation to the next migration, or behind the `COMMIT`",
    "alembic": "put the validation into `with op.get_context().autocommit_block():`",
    "django": "move the validation to the next migration",
}
