from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class EnumType(Rule[Change]):
    """Values are fixed in an enum type of the database.

    ## Why
    A value of an enum can be added and renamed, and never removed: that needs a new type and a rewrite of
    each table.

    ## Bad
        CREATE TYPE status AS ENUM ('open', 'paid');

    ## Good
        status text NOT NULL CHECK (status IN ('open', 'paid'))

    ## Limits
    Runs only when it is selected by its full name: it is a matter of taste.

    ## References
    - https://www.postgresql.org/docs/current/datatype-enum.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "types and columns that are declared"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Types, tables and columns that are created."""
        for each in backend.changes:
            if each.kind in ("create-table", "add-column") or each.has("create-type"):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """The type is an enum."""
        names = [each.name for each in subject.action.columns if each.type.startswith("enum(")]
        if subject.has("as-enum"):
            names = [subject.action.name]
        for name in names:
            yield self.finding(
                subject,
                f"`{name}` is an enum, from which no value can be removed later",
                help="use text with a `CHECK`, or a table of values with a foreign key",
            )
