from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class TableRecreated(Rule[Change]):
    """A table is dropped and created again under the same name.

    ## Why
    It looks like a change of the table and is the loss of its rows. On a database that is set up from
    nothing, as in tests, nobody notices.

    ## Bad
        DROP TABLE IF EXISTS orders;
        CREATE TABLE orders (id bigint PRIMARY KEY, total integer);

    ## Good
        ALTER TABLE orders ADD COLUMN total integer;

    ## Limits
    Silent for tables that the same migration created before, and for schema files that are no migrations,
    which are there to set up an empty database.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertable.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "dropped tables"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables that a migration drops."""
        migrations = frozenset(backend.migrations)
        drops = backend.changes_of("drop-table")
        return (each for each in drops if each.name and each.revision.path in migrations)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The same migration creates it again."""
        if subject.has("if-exists") and subject.table is None:
            return
        for each in subject.later:
            if each.kind == "create-table" and each.name == subject.name and not each.has("as-select"):
                yield self.finding(
                    subject,
                    f"{subject} is dropped here and created again, so its rows are lost",
                    help="change the table with `ALTER TABLE`, or copy its rows to the new one first",
                    related=[Note(each.location, "created again here")],
                )
                return
