from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change
from linter.rule import Confidence, Outcome, Rule, Severity


class ForeignKeyInNewTable(Rule[Change]):
    """A new table references one that is in use, which is locked for a moment.

    ## Why
    CREATE TABLE with a foreign key takes a SHARE ROW EXCLUSIVE lock on the referenced table. It takes a
    millisecond, but it waits behind running transactions that write there, and later writes wait behind
    it.

    ## Bad
        CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));

    ## Good
        SET lock_timeout = '2s';
        CREATE TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders (id));

    ## Limits
    PostgreSQL only. Runs only when it is selected by its full name: the lock is short.

    ## References
    - https://www.postgresql.org/docs/current/sql-createtable.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "new tables"
    opt_in = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Tables that are created."""
        return backend.changes_of("create-table", engine="postgres")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """It references a table that was there before."""
        parents = {each.references for each in subject.action.columns if each.references}
        parents -= {subject.name, *subject.created}
        if parents:
            tables = " and ".join(f"`{each}`" for each in sorted(parents))
            yield self.finding(
                subject,
                f"the foreign keys of {subject} take {subject.effect.other.named} on {tables}, so writes"
                " there wait while it waits for running transactions",
                help="set a short `lock_timeout` before it",
            )
