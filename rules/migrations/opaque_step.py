from collections.abc import Iterable, Iterator

from linter.backend import Backend, Revision
from linter.rule import Confidence, Outcome, Rule, Severity


class OpaqueStep(Rule[Revision]):
    """A migration has a step that can't be looked into.

    ## Why
    What it locks and changes is not known, so nothing that is said of the migration covers it. A person
    has to look.

    ## Bad
        migrations.RunSQL(open("change.sql").read())

    ## Good
        migrations.RunSQL("ALTER TABLE a ADD COLUMN note text", "ALTER TABLE a DROP COLUMN note")

    ## Limits
    Said once for each migration. A function of Python that is in the project was looked into.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/migration-operations/#runsql
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "migrations"

    def subjects(self, backend: Backend) -> Iterable[Revision]:
        """All migrations."""
        return (each for each in backend.revisions if each.changes)

    def check(self, subject: Revision, backend: Backend) -> Iterator[Outcome]:
        """The first step that is not understood."""
        for each in subject.changes:
            unseen = each.kind == "python" and each.statement.function is None
            if each.kind == "opaque" or unseen:
                yield self.finding(
                    subject,
                    f"a step of {subject} can't be looked into, so what it locks and changes is not known",
                    help="look at it yourself, or spell it as SQL or as operations",
                    location=each.location,
                )
                return
