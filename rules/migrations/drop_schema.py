from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DropSchema(Rule[Change]):
    """A migration drops a whole schema or database.

    ## Why
    Everything in it is gone at once, and there is no way back but a backup.

    ## Bad
        DROP SCHEMA reporting CASCADE;

    ## Good
    Drop its tables one by one when nothing uses them any more, then `DROP SCHEMA reporting RESTRICT`,
    which fails when something is left.

    ## Limits
    Silent for a schema that the same migration creates, and for `RESTRICT`.

    ## References
    - https://www.postgresql.org/docs/current/sql-dropschema.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "dropped schemas and databases"

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """DROP SCHEMA and DROP DATABASE."""
        return (each for each in backend.changes if each.has("drop-schema", "drop-database"))

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """It was there before, and goes with all that is in it."""
        what = subject.action.flags[0].partition("-")[2]
        name = subject.action.name
        if subject.has("restrict"):
            return
        if any(each.has(f"create-{what}") and each.action.name == name for each in subject.earlier):
            return
        yield self.finding(
            subject,
            f"dropping the {what} `{name}` loses everything in it",
            help=(
                f"drop its tables one by one, then `DROP {what.upper()} {name} RESTRICT`"
                if what == "schema"
                else _DATABASE
            ),
        )


_DATABASE = "leave it to whoever administers the server, after a backup"
