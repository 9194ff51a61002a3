from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement, Table
from linter.facts.sql import Predicate
from linter.rule import Confidence, Outcome, Rule, Severity

_CONVERSIONS = {"->", "->>", "#>", "#>>"}


class IndexDefeatedByFunction(Rule[Statement | Query]):
    """A query wraps an indexed column in a function, so the index cannot be used.

    ## Why
    An index on `created_at` is ordered by `created_at`, not by `date(created_at)`. The server evaluates the
    function for every row of the table instead of looking up the few that match.

    ## Bad
        SELECT id FROM orders WHERE date(created_at) = '2024-01-31'
        Order.objects.filter(created_at__date=day)
        User.objects.filter(email__iexact=email)
        select(User).where(func.lower(User.email) == email.lower())

    ## Good
        SELECT id FROM orders WHERE created_at >= '2024-01-31' AND created_at < '2024-02-01'
        Order.objects.filter(created_at__gte=day, created_at__lt=day + timedelta(days=1))
        Index("users_lower_email", func.lower(User.email), unique=True)

    ## Limits
    Reported where the schema is known and an index begins with the column itself. Silent when some other
    column of the statement's filters can use an index, and when the table has an index on an expression of
    the column, or one of another method than the ordered one. Comparisons without case (`iexact`, `ilike`)
    are judged for PostgreSQL alone, and not for `citext`.

    ## References
    - https://use-the-index-luke.com/sql/where-clause/functions
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Statements, and queries of an ORM."""
        yield from backend.statements
        yield from backend.orm_queries

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """A wrapped column whose table has a plain index on it."""
        is_orm = isinstance(subject, Query)
        is_postgres = backend.databases in ((), ("postgresql",))
        for predicate in subject.predicates:
            table = subject.schema.get(predicate.table) if isinstance(subject, Statement) else None
            table = table or backend.tables.get(predicate.table)
            around = predicate.wrapped
            if not around and is_orm and is_postgres and _is_without_case(predicate, table):
                around = "a comparison without case"
            if table is None or not around or around in _CONVERSIONS or not _is_plain(table, predicate):
                continue
            helped = any(
                not each.wrapped
                and each.operator not in ("like", "ilike")
                and each.table == predicate.table
                and _has_index(table, each.column)
                for each in subject.predicates
            )
            if not helped:
                what = f"`{around}` around" if predicate.wrapped else f"{around} of"
                yield self.finding(
                    subject,
                    f"{what} `{table.name}.{predicate.column}` defeats its index, so "
                    "the query reads the whole table",
                    help="compare the column itself with a range or a constant, or index the expression",
                )


def _has_index(table: Table, column: str) -> bool:
    """Whether an index of any method begins with a column: GiST serves `>>` and `&&`."""
    return table.leads_index(column) or any(
        index.method and index.columns[0] == column for index in table.indexes
    )


def _is_plain(table: Table, predicate: Predicate) -> bool:
    """Whether all indexes that could serve a column are ordered by the column itself."""
    if not table.complete or not table.leads_index(predicate.column):
        return False
    return not any(
        not index.is_plain or "(" in index.columns[0]
        for index in table.indexes
        if predicate.column in index.columns[0]
    )


def _is_without_case(predicate: Predicate, table: Table | None) -> bool:
    """Whether a comparison leaves case aside, and the column's type does not do so by itself."""
    column = None if table is None else table.columns.get(predicate.column)
    is_open = (predicate.pattern or "").startswith("%")
    is_text = column is not None and column.type.startswith(("varchar", "text", "char"))
    return predicate.operator == "ilike" and not is_open and is_text
