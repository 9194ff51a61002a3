from collections.abc import Iterable, Iterator

from linter.backend import Backend, Index, TableIndex
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class RedundantIndex(Rule[TableIndex]):
    """An index holds nothing that another index of the table does not hold.

    ## Why
    Each index is written on every insert and on most updates, takes memory from the others, and is
    considered for every query. One whose columns begin another index, in the same order, is never needed.

    ## Bad
        Index("ix_orders_customer", "customer_id"),
        Index("ix_orders_customer_created", "customer_id", "created_at"),

    ## Good
        Index("ix_orders_customer_created", "customer_id", "created_at"),

    ## Limits
    A unique index is a rule about the data and never redundant to a wider one. Partial indexes, indexes
    on expressions and those of another method (GIN, GiST, BRIN) are left alone. It is a note for the index
    that Django makes for a foreign key by itself: `db_index=False` is what nobody thinks of there.

    ## References
    - https://wiki.postgresql.org/wiki/Index_Maintenance#Duplicate_Indexes
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "indexes"

    def subjects(self, backend: Backend) -> Iterable[TableIndex]:
        """Indexes and keys of tables that were read in full."""
        return (each for each in backend.indexes if each.table.complete and _is_ordered(each.index))

    def check(self, subject: TableIndex, backend: Backend) -> Iterator[Outcome]:
        """Another index begins with all columns of this one."""
        if subject.index.columns == subject.table.primary_key:
            return
        for other in subject.table.indexes:
            if _covers(subject, other):
                same = other.columns == subject.index.columns
                what = "has the same columns" if same else "begins with the same columns"
                yield self.finding(
                    subject,
                    f"index {subject} is never needed: `{other.name or ', '.join(other.columns)}` {what}, "
                    "and every write pays for both",
                    help="drop the index",
                    related=[Note(other.location, "the index that serves the same queries")],
                    severity=Severity.NOTE if _is_implicit(subject) else self.severity,
                )
                return


def _is_ordered(index: Index) -> bool:
    """Whether an index holds all rows in order."""
    return index.is_plain and index.method in ("", "btree")


def _covers(subject: TableIndex, other: Index) -> bool:
    index = subject.index
    if other is index or not _is_ordered(other) or other.columns[: len(index.columns)] != index.columns:
        return False
    if len(other.columns) > len(index.columns):
        return not index.unique
    # Of two equal ones the stronger stays: the key, then the unique one, then the one declared first.
    if other.unique != index.unique:
        return other.unique
    indexes = subject.table.indexes
    return indexes.index(other) < indexes.index(index)


def _is_implicit(subject: TableIndex) -> bool:
    """Whether Django makes the index for a foreign key without being asked."""
    column = subject.table.columns.get(subject.index.columns[0])
    return (
        subject.table.source == "django"
        and column is not None
        and column.references is not None
        and subject.index.location == column.location
    )
