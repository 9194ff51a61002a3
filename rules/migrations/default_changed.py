from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class DefaultChanged(Rule[Change]):
    """The default of a column in use is changed.

    ## Why
    The version that still runs may write the old default itself, so for the time of the deployment rows
    get the one or the other.

    ## Bad
        ALTER TABLE orders ALTER COLUMN status SET DEFAULT 'open';

    ## Good
    Code that names the value in each INSERT is deployed first.

    ## Limits
    Runs only when it is selected by its full name. Silent for columns that the same migration adds.

    ## References
    - https://www.postgresql.org/docs/current/ddl-default.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "changed defaults"
    spares_new_tables = True
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Defaults of columns in use."""
        return (each for each in backend.changes_of("set-default") if each.name)

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The column was there before the migration."""
        added = any(
            each.kind == "add-column" and (each.name, each.column) == (subject.name, subject.column)
            for each in subject.earlier
        )
        if not added:
            yield self.finding(
                subject,
                f"the default of `{subject.name}.{subject.column}` changes while code that knows the old one"
                " still runs",
                help="deploy code that names the value in each `INSERT` first",
            )
