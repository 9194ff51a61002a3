from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.backend import Backend, Query, TableIndex
from linter.rule import Confidence, Note, Outcome, Rule, Severity

_RANGES = frozenset({">", ">=", "<", "<=", "between"})
_EQUAL = frozenset({"="})
_ENOUGH = 2
_SHOWN = 3


class CompositeIndexOrder(Rule[TableIndex]):
    """An index of several columns has them in an order that its queries cannot use.

    ## Why
    An index is sorted by its first column, then by the next. A query that does not name the first one finds
    what it looks for scattered over the whole index. A range on the first column ends the use of those
    behind it: the server reads the whole range to pick what is equal.

    ## Bad
        Index("ix_orders_created_status", "created_at", "status")
        ...
        select(Order).where(Order.status == "open", Order.created_at > yesterday)

    ## Good
        Index("ix_orders_status_created", "status", "created_at")

    ## Limits
    Judged by the queries that can be read, so with low confidence where none names the first column: one
    that is built elsewhere may. Foreign keys are left alone there, for joins need them; so are columns that
    queries sort by. For a range in front of an equal value, all queries that name both must agree.

    ## References
    - https://use-the-index-luke.com/sql/where-clause/the-equals-operator/concatenated-keys
    - https://www.postgresql.org/docs/current/indexes-multicolumn.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "indexes of several columns"

    def subjects(self, backend: Backend) -> Iterable[TableIndex]:
        """Ordered indexes over two or more columns of tables that were read in full."""
        return (
            each
            for each in backend.indexes
            if each.table.complete
            and len(each.index.columns) > 1
            and each.index.columns != each.table.primary_key
            and each.index.is_plain
            and each.index.method in ("", "btree")
            and not any("(" in column for column in each.index.columns)
        )

    def check(self, subject: TableIndex, backend: Backend) -> Iterator[Outcome]:
        """A first column that is compared by range only, or by no query at all."""
        queries = _queries(backend).get(subject.table.name, [])
        first, second = subject.index.columns[:2]
        ranged = [
            each for each in queries if _compares(each, first, _RANGES) and _compares(each, second, _EQUAL)
        ]
        if ranged and not any(_needs_first(each, first, second) for each in queries):
            if not _has(subject, (second, first)):
                yield self._finding(
                    subject,
                    f"queries look for a range of `{first}` and one `{second}`, but index {subject} is "
                    f"sorted by `{first}` first, so they read the whole range",
                    (second, first, *subject.index.columns[2:]),
                    ranged,
                    self.confidence,
                )
            return
        yield from self._unused_lead(subject, queries)

    def _unused_lead(self, subject: TableIndex, queries: list[Query]) -> Iterator[Outcome]:
        first, *others = subject.index.columns
        column = subject.table.columns.get(first)
        if column is None or column.references or any(_names(each, first) for each in queries):
            return
        users = {
            each: [query for query in queries if _compares(query, each, _EQUAL)]
            for each in others
            if not subject.table.leads_index(each)
        }
        most = max(users, key=lambda each: len(users[each]), default="")
        if most and len(users[most]) >= _ENOUGH:
            wanted = sorted(
                others, key=lambda each: -sum(_compares(query, each, _EQUAL) for query in users[most])
            )
            yield self._finding(
                subject,
                f"{len(users[most])} queries look for `{most}` and none for `{first}`, by which index "
                f"{subject} is sorted first, so it may serve none of them",
                (*wanted, first),
                users[most],
                Confidence.LOW,
            )

    def _finding(
        self,
        subject: TableIndex,
        message: str,
        order: tuple[str, ...],
        queries: list[Query],
        confidence: Confidence,
    ) -> Outcome:
        return self.finding(
            subject,
            message,
            help=f"put them in the order `({', '.join(order)})`",
            related=[Note(each.location, "a query that the order does not fit") for each in queries[:_SHOWN]],
            confidence=confidence,
        )


@lru_cache(maxsize=1)
def _queries(backend: Backend) -> dict[str, list[Query]]:
    """Queries that look for rows, by table."""
    found: dict[str, list[Query]] = {}
    for each in backend.queries:
        if each.kind != "insert":
            found.setdefault(each.table, []).append(each)
    return found


def _compares(query: Query, column: str, operators: frozenset[str]) -> bool:
    return any(
        each.column == column and not each.wrapped and each.operator in operators for each in query.predicates
    )


def _names(query: Query, column: str) -> bool:
    """Whether a query filters or sorts by a column in any way."""
    return column in (*query.filters, *query.order) or any(each.column == column for each in query.predicates)


def _needs_first(query: Query, first: str, second: str) -> bool:
    """Whether the order as it is serves a query: one that does not look for an equal second column."""
    if not _names(query, first):
        return False
    return _compares(query, first, _EQUAL | {"in"}) or not _compares(query, second, _EQUAL)


def _has(subject: TableIndex, columns: tuple[str, ...]) -> bool:
    """Whether another index of the table begins with these columns."""
    return any(each.columns[: len(columns)] == columns for each in subject.table.indexes)
