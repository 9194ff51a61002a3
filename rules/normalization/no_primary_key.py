from collections.abc import Iterable, Iterator

from linter.backend import Backend, Table
from linter.rule import Confidence, Outcome, Rule, Severity

_SPECIAL = frozenset({"temporary", "foreign", "partition-of", "as-select", "like", "inherits", "virtual"})


class NoPrimaryKey(Rule[Table]):
    """A table has no primary key.

    ## Why
    Nothing tells two equal rows apart: a duplicate cannot be removed without its twin, other tables have
    nothing to refer to, and logical replication refuses to UPDATE or DELETE.

    ## Bad
        CREATE TABLE order_tags (order_id bigint NOT NULL, tag text NOT NULL);

    ## Good
        CREATE TABLE order_tags (order_id bigint, tag text, PRIMARY KEY (order_id, tag));

    ## Limits
    Tables of SQL and migrations whose columns are all known, those of models, which the mapper gives a key,
    aside. A unique key does as well. Temporary and foreign tables, partitions and tables made from a query
    are left alone, and so is a `Table` that no migration of the project makes: it lies in another
    database. A note for tables of nothing but foreign keys, where twins do little harm.

    ## References
    - https://www.postgresql.org/docs/current/logical-replication-publication.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "tables of SQL"

    def subjects(self, backend: Backend) -> Iterable[Table]:
        """Tables that statements make, with columns."""
        special = {
            action.table
            for statement in backend.statements
            for action in statement.facts.actions
            if action.kind == "create-table" and not _SPECIAL.isdisjoint(action.flags)
        }
        return (
            table
            for table in backend.own_tables
            if table.model is None and table.complete and table.columns and table.name not in special
        )

    def check(self, subject: Table, backend: Backend) -> Iterator[Outcome]:
        """No key, and no unique index that could stand in for one."""
        if subject.primary_key or any(column.primary_key for column in subject.columns.values()):
            return
        if any(index.unique and not index.partial for index in subject.indexes):
            return
        is_link = all(column.references for column in subject.columns.values())
        yield self.finding(
            subject,
            f"table `{subject.name}` has no primary key, so nothing tells two equal rows apart",
            help="add `PRIMARY KEY` over the columns that name a row, or an identity column",
            severity=Severity.NOTE if is_link else self.severity,
        )
