from collections.abc import Iterable, Iterator

from linter.backend import Backend, Statement, Verdict
from linter.rule import Confidence, Outcome, Rule, Severity


class NestedTransaction(Rule[Statement]):
    """A migration begins or ends a transaction inside the one that its runner has opened.

    ## Why
    BEGIN inside a transaction does nothing but warn. COMMIT ends the runner's own: what comes before it stays
    when a later step fails, and the migration is neither done nor undone.

    ## Bad
        migrations.RunSQL("COMMIT")

    ## Good
    In Django `atomic = False` on the migration, in Alembic `with op.get_context().autocommit_block():`.

    ## Limits
    For SQL files only where a comment for the runner says that it opens a transaction.

    ## References
    - https://docs.djangoproject.com/en/stable/howto/writing-migrations/#non-atomic-migrations
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "statements of migrations that begin or end a transaction"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """BEGIN, COMMIT and ROLLBACK in migrations."""
        for revision in backend.revisions:
            yield from (each for each in revision.statements if each.facts.transaction)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """The runner has a transaction open."""
        if subject.in_transaction is not Verdict.YES:
            return
        verb = subject.facts.transaction
        what = "does nothing in" if verb == "begin" else "ends"
        yield self.finding(
            subject,
            (
                f"`{verb.upper()}` {what} the transaction that the runner opened, so a failure leaves the"
                " migration half done"
                if verb != "begin"
                else (
                    f"`{verb.upper()}` {what} the transaction that the runner opened, and the `COMMIT` behind"
                    " it ends that one"
                )
            ),
            help=_HELP[subject.origin],
        )


_HELP = {
    "django": "set `atomic = False` on the migration instead",
    "alembic": "use `with op.get_context().autocommit_block():` instead",
    "file": "leave it out, or tell the runner not to open a transaction",
    "string": "leave it to the caller",
}
