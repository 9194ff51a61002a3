from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, TableColumn
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class MissingForeignKey(Rule[TableColumn]):
    """A column is named after the key of another table and has no foreign key.

    ## Why
    Nothing keeps it from naming a row that is not there. Once the row is deleted, what points to it stays
    behind, and joins lose it without a word.

    ## Bad
        customer_id: Mapped[int]

    ## Good
        customer_id: Mapped[int] = mapped_column(ForeignKey("customers.id"))

    ## Limits
    Only where other columns of the same name are foreign keys, all to the same table and of the
    same type. A note: for tables that outlive what they tell of, such as logs, it is meant.

    ## References
    - https://www.postgresql.org/docs/current/ddl-constraints.html#DDL-CONSTRAINTS-FK
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "columns that are named after a key"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns called `…_id` that are neither a foreign key nor the key of their table."""
        return (
            each
            for each in backend.columns
            if each.column.name.endswith("_id")
            and each.column.type
            and not each.column.references
            and not each.column.primary_key
            and each.table.complete
        )

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """Others of the name are foreign keys, and this one is of the type of theirs."""
        others = _keys(backend).get(subject.column.name, [])
        targets = {each.column.references for each in others}
        if len(targets) != 1 or all(each.column.type != subject.column.type for each in others):
            return
        target = targets.pop() or ""
        if target.rpartition(".")[0] != subject.table.name:
            yield self.finding(
                subject,
                f"{subject} has no foreign key, but each other `{subject.column.name}` refers to `{target}`",
                help=f"add a foreign key to `{target}`",
                related=[Note(others[0].location, "this one has it")],
            )


@lru_cache(maxsize=1)
def _keys(backend: Backend) -> dict[str, list[TableColumn]]:
    """Foreign keys by the name of their column."""
    found: dict[str, list[TableColumn]] = {}
    for each in backend.columns:
        if each.column.references:
            found.setdefault(each.column.name, []).append(each)
    return found
