from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Note, Outcome, Rule, Severity, Undecided


class DropIndexInUse(Rule[Change]):
    """An index is dropped that queries of the project need.

    ## Why
    Queries that filter by its first column read the whole table from then on.

    ## Bad
        DROP INDEX orders_customer_idx;   -- while the code asks for orders of one customer

    ## Good
    Another index on the column is built first.

    ## Limits
    Runs only when it is selected by its full name. Judges what the tables look like when all migrations
    have run.

    ## References
    - https://www.postgresql.org/docs/current/indexes-examine.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "dropped indexes"
    spares_new_tables = True
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Indexes that were there before."""
        return backend.changes_of("drop-index")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """A query filters by a column that no index begins with any more."""
        index = None
        if subject.table is not None:
            index = next((each for each in subject.table.indexes if each.name == subject.action.name), None)
        if index is None:
            yield Undecided("the columns of the index are not known")
            return
        left = backend.migrated.get(subject.name)
        if left is None or left.leads_index(index.columns[0]):
            return
        for query in backend.queries:
            if query.table == subject.name and index.columns[0] in query.filters:
                yield self.finding(
                    subject,
                    f"`{index.name}` is dropped while a query filters {subject} by `{index.columns[0]}`,"
                    " which then reads all of it",
                    help="build another index on the column first",
                    related=[Note(query.location, "filtered here")],
                )
                return
