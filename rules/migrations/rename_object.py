from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity

_ALTERED = frozenset(
    {
        "alter-index",
        "alter-view",
        "alter-materialized-view",
        "alter-sequence",
        "alter-function",
        "alter-type",
        "alter-domain",
        "alter-trigger",
    }
)


class RenameObject(Rule[Change]):
    """An index, constraint, view, sequence or the like is renamed.

    ## Why
    Only code that names it notices: `ON CONFLICT ON CONSTRAINT`, a handler that looks at the name in an
    error, a query on the view.

    ## Bad
        ALTER INDEX orders_idx RENAME TO orders_customer_idx;

    ## Good
    A rename after a search for the name in the code.

    ## Limits
    Runs only when it is selected by its full name: most names stand nowhere in the code.

    ## References
    - https://www.postgresql.org/docs/current/sql-alterindex.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "renamed indexes, constraints and the like"
    spares_new_tables = True
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Renames of what is no table and no column."""
        for each in backend.changes_of("other"):
            if each.has("rename-constraint", "rename-index") or (
                each.has(*_ALTERED) and each.has("rename-to")
            ):
                yield each

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """Each of them may be named somewhere."""
        what = subject.action.flags[0].partition("-")[2]
        yield self.finding(
            subject,
            f"the {what} `{subject.action.name}` changes its name, which breaks code that names it",
            help="search the code for the old name first",
        )
