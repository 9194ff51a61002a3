from collections.abc import Iterable, Iterator

from linter.backend import Backend, Revision, Verdict
from linter.rule import Confidence, Outcome, Rule, Severity


class Irreversible(Rule[Revision]):
    """A migration has no way back.

    ## Why
    When a release has to be rolled back, its migration has to be as well. A `RunPython` or `RunSQL`
    without a reverse, and a `downgrade` that does nothing, stop there or leave the schema as it was
    changed.

    ## Bad
        migrations.RunPython(fill_region)

    ## Good
        migrations.RunPython(fill_region, migrations.RunPython.noop)

    ## Limits
    Django and Alembic. Whether a stated way back is right is not judged. Silent for an Alembic revision
    that changes nothing.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/migration-operations/#runpython
    - https://alembic.sqlalchemy.org/en/latest/tutorial.html#downgrading
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "migrations of Django and Alembic"

    def subjects(self, backend: Backend) -> Iterable[Revision]:
        """Migrations that change something."""
        return (each for each in backend.revisions if each.tool != "sql" and each.changes)

    def check(self, subject: Revision, backend: Backend) -> Iterator[Outcome]:
        """The first step that can't be undone."""
        stuck = next((each for each in subject.changes if each.statement.reversible is Verdict.NO), None)
        if stuck is None:
            return
        if subject.tool == "alembic":
            yield self.finding(
                subject,
                f"{subject} changes the schema and its `downgrade` does nothing, so it can't be rolled back",
                help="undo each operation in `downgrade`, in reverse order",
            )
            return
        operation = (
            "RunPython" if stuck.statement.derived and stuck.kind == "python" else "RunSQL or RunPython"
        )
        name = f"`{operation}`" if operation == "RunPython" else "`RunSQL` or `RunPython`"
        yield self.finding(
            subject,
            f"a {name} of {subject} does not say how to undo it, so the migration can't be rolled back",
            help="pass the reverse as the second argument, or `noop` when there is nothing to undo",
            location=stuck.location,
        )
