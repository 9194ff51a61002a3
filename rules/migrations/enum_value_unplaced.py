from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class EnumValueUnplaced(Rule[Change]):
    """An enum gets a value without saying where it sorts.

    ## Why
    Values of an enum sort in the order in which they were declared, and a new one comes last. Where the
    order means something (`low`, `medium`, `high`) it can't be changed later.

    ## Bad
        ALTER TYPE priority ADD VALUE 'urgent';

    ## Good
        ALTER TYPE priority ADD VALUE 'urgent' AFTER 'high';

    ## Limits
    PostgreSQL only. Runs only when it is selected by its full name: many enums have no order.

    ## References
    - https://www.postgresql.org/docs/current/sql-altertype.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "new values of enums"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Values that are added."""
        return (each for each in backend.changes if each.has("add-value"))

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Neither BEFORE nor AFTER."""
        if not subject.has("placed"):
            yield self.finding(
                subject,
                f"the new value of `{subject.action.name}` sorts last, because nothing says where it belongs",
                help="add `BEFORE '…'` or `AFTER '…'`",
            )
