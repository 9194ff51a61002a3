from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity


class LeadingWildcard(Rule[Statement | Query]):
    """A search pattern begins with a wildcard, which no ordered index can serve.

    ## Why
    An index helps to find what begins with something. For `LIKE '%word'` the server compares every row of
    the table.

    ## Bad
        SELECT id FROM customers WHERE email LIKE '%@example.com'
        Customer.objects.filter(email__icontains=word)
        select(Customer).where(Customer.email.ilike(f"%{word}%"))

    ## Good
        CREATE EXTENSION pg_trgm;
        CREATE INDEX ON customers USING gin (email gin_trgm_ops);

    ## Limits
    Only constant patterns. Silent when another filter of the statement can use an index, when the table has
    a GIN or GiST index on the column, and when the table is not known. Queries of an ORM count where an
    ordered index on the column makes believe that they are served.

    ## References
    - https://www.postgresql.org/docs/current/pgtrgm.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Statements, and queries of an ORM."""
        yield from backend.statements
        yield from backend.orm_queries

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """`LIKE '%…'` as the only filter that could be served."""
        for predicate in subject.predicates:
            if predicate.operator not in ("like", "ilike") or not (predicate.pattern or "").startswith("%"):
                continue
            table = subject.schema.get(predicate.table) if isinstance(subject, Statement) else None
            table = table or backend.tables.get(predicate.table)
            if table is None or any(
                not index.is_plain and index.columns[:1] == (predicate.column,) for index in table.indexes
            ):
                continue
            if isinstance(subject, Query) and not (table.complete and table.leads_index(predicate.column)):
                continue
            if any(
                each.operator not in ("like", "ilike")
                and each.table == predicate.table
                and table.leads_index(each.column)
                for each in subject.predicates
            ):
                continue
            yield self.finding(
                subject,
                f"the pattern `{predicate.pattern}` on `{table.name}.{predicate.column}` begins with a "
                "wildcard, so the query reads the whole table",
                help="use a trigram index (`pg_trgm`), full-text search, or a stored reversed column",
            )
