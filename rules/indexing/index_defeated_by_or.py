from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement, Table
from linter.rule import Confidence, Outcome, Rule, Severity

_SERVED = frozenset({"=", "in", ">", ">=", "<", "<=", "between"})


class IndexDefeatedByOr(Rule[Statement | Query]):
    """A query accepts a row for one of two columns, and only one of them has an index.

    ## Why
    An index finds the rows for its own half of the OR. For the other half the server reads the whole table,
    and then the index has saved nothing.

    ## Bad
        SELECT id FROM users WHERE email = %s OR phone = %s  -- no index on phone

    ## Good
        CREATE INDEX ON users (phone)

    ## Limits
    Only where each part of the OR compares one column of the same table, and no other condition of the query
    can use an index. Silent for tables that could not be read in full and for columns with few values.

    ## References
    - https://www.postgresql.org/docs/current/indexes-bitmap-scans.html
    - https://dev.mysql.com/doc/refman/8.4/en/index-merge-optimization.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Statements, and queries of an ORM."""
        yield from backend.statements
        yield from backend.orm_queries

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """An OR of columns with and without an index, as the only filter that could be served."""
        for trait in subject.traits:
            table = _table(subject, trait.table, backend) if trait.kind == "either" else None
            if table is None or not table.complete:
                continue
            columns = trait.detail.split(", ")
            indexed = [each for each in columns if table.leads_index(each)]
            others = [each for each in columns if each not in indexed]
            helped = any(
                each.column not in columns
                and each.operator in _SERVED
                and not each.wrapped
                and table.leads_index(each.column)
                for each in subject.predicates
            )
            if indexed and others and not helped and all(each in table.columns for each in others):
                yield self.finding(
                    subject,
                    f"`OR` with `{others[0]}`, which no index of `{table.name}` begins with, makes the index "
                    f"on `{indexed[0]}` useless, so the query reads the whole table",
                    help=f"add an index on `{others[0]}`, or run one query for each half",
                )


def _table(subject: Statement | Query, name: str, backend: Backend) -> Table | None:
    """The only table that a subject reads, as far as it is known."""
    if isinstance(subject, Query):
        return backend.tables.get(name)
    tables = subject.facts.tables
    return subject.schema.get(tables[0]) or backend.tables.get(tables[0]) if len(tables) == 1 else None
