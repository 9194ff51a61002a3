from collections.abc import Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule


class LeadingWildcard(SqlRule):
    """A search pattern begins with a wildcard, which no ordered index can serve.

    ## Why
    An index helps to find what begins with something. For `LIKE '%word'` the server compares every row of
    the table.

    ## Bad
        SELECT id FROM customers WHERE email LIKE '%@example.com'

    ## Good
        CREATE EXTENSION pg_trgm;
        CREATE INDEX ON customers USING gin (email gin_trgm_ops);

    ## Limits
    Only constant patterns. Silent when another filter of the statement can use an index, when the table has
    a GIN or GiST index on the column, and when the table is not known.

    ## References
    - https://www.postgresql.org/docs/current/pgtrgm.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "SQL statements"

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """`LIKE '%…'` as the only filter that could be served."""
        for predicate in subject.facts.predicates:
            if predicate.operator not in ("like", "ilike") or not (predicate.pattern or "").startswith("%"):
                continue
            table = subject.schema.get(predicate.table) or backend.tables.get(predicate.table)
            if table is None or any(
                index.partial and index.columns[:1] == (predicate.column,) for index in table.indexes
            ):
                continue
            if any(
                each is not predicate and each.table == predicate.table and table.leads_index(each.column)
                for each in subject.facts.predicates
            ):
                continue
            yield self.finding(
                subject,
                f"the pattern `{predicate.pattern}` on `{table.name}.{predicate.column}` begins with a "
                "wildcard, so the query reads the whole table",
                help="use a trigram index (`pg_trgm`), full-text search, or a stored reversed column",
            )
