from collections.abc import Iterable, Iterator

from linter.backend import Backend, Table, TableColumn
from linter.rule import Confidence, Outcome, Rule, Severity

_KINDS = {
    **dict.fromkeys(("smallint", "int2", "smallserial"), "smallint"),
    **dict.fromkeys(("integer", "int", "int4", "serial"), "integer"),
    **dict.fromkeys(("bigint", "int8", "bigserial"), "bigint"),
    **dict.fromkeys(("text", "varchar", "character varying", "string"), "text"),
    "uuid": "uuid",
}


class KeyTypeMismatch(Rule[TableColumn]):
    """A foreign key has another type than the column that it refers to.

    ## Why
    MySQL refuses it, PostgreSQL converts on each comparison and may not use the index, and a narrower
    key is full before its table is: from the 2 147 483 648th row on, no child can be inserted.

    ## Bad
        CREATE TABLE orders (id bigint PRIMARY KEY);
        CREATE TABLE lines (order_id integer REFERENCES orders (id));

    ## Good
        CREATE TABLE lines (order_id bigint REFERENCES orders (id));

    ## Limits
    Only types that are both known for sure; lengths of strings are not compared. In SQL, silent for
    a table with a second unique key, which may be the one that is meant.

    ## References
    - https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "foreign keys"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns that refer to another table."""
        return (each for each in backend.columns if each.column.references and each.column.type)

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """Two known types of which one is wider, or another kind."""
        table, _, name = (subject.column.references or "").rpartition(".")
        target = backend.tables[table].columns.get(name) if table in backend.tables else None
        if target is None or (subject.table.source == "sql" and _may_be_another(backend.tables[table], name)):
            return
        own = _kind(subject.column.type)
        other = _kind(target.type)
        if own and other and own != other:
            yield self.finding(
                subject,
                f"{subject} is `{own}` and refers to `{table}.{name}`, which is `{other}`",
                help=f"give both the same type: `{other}`",
            )


def _may_be_another(table: Table, key: str) -> bool:
    """Whether SQL may refer to another column than the key: only those that are unique can be."""
    return any(index.unique and index.columns not in ((key,), table.primary_key) for index in table.indexes)


def _kind(declared: str) -> str:
    """The kind of a type by what it can hold; empty for one that is not known."""
    return _KINDS.get(declared.partition("(")[0].strip(), "")
