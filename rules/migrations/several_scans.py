from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class SeveralScans(Rule[Change]):
    """Several statements each go through all rows of a table where one would do it once.

    ## Why
    Each ALTER TABLE that checks or rewrites rows reads the table by itself. The server does all actions
    of one statement in a single pass, so the table is locked once and for less long.

    ## Bad
        ALTER TABLE orders ALTER COLUMN total SET NOT NULL;
        ALTER TABLE orders ALTER COLUMN number SET NOT NULL;

    ## Good
        ALTER TABLE orders ALTER COLUMN total SET NOT NULL, ALTER COLUMN number SET NOT NULL;

    ## Limits
    PostgreSQL and MySQL. For SQL only: operations of Django and Alembic become statements of their own.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "statements that go through all rows of a table"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """ALTER TABLE statements that read or rewrite a table in use."""
        return (each for each in backend.changes if _is_scan(each))

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """An earlier statement of the migration did the same."""
        for each in subject.earlier:
            if each.name == subject.name and each.index != subject.index and _is_scan(each):
                yield self.finding(
                    subject,
                    f"this statement {subject.effect.work} of {subject} once more, which the one before it"
                    " did as well",
                    help="put both actions into one `ALTER TABLE`, separated by a comma",
                    related=[Note(each.location, "the other one")],
                )
                return


def _is_scan(change: Change) -> bool:
    if change.engine == "sqlite" or change.is_new or change.statement.derived or not change.name:
        return False
    is_alter = change.statement.facts.kind == "alter" and change.kind not in ("validate-constraint", "other")
    return is_alter and change.effect.known and change.effect.is_long and bool(change.effect.lock.waits)
