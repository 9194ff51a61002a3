from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement, Table
from linter.rule import Confidence, Outcome, Rule, Severity


class NegatedFilter(Rule[Statement | Query]):
    """A query says of an indexed column only which value its rows do not have.

    ## Why
    An ordered index finds the rows that have a value. For those that do not have it the server reads the
    whole table, even when nearly every row is `done` and only a handful is not.

    ## Bad
        SELECT id FROM jobs WHERE state <> 'done'
        Job.objects.exclude(state="done")
        select(Job).where(Job.state != "done")

    ## Good
        SELECT id FROM jobs WHERE state IN ('new', 'running')
        Job.objects.filter(state__in=["new", "running"])
        CREATE INDEX ON jobs (state) WHERE state <> 'done'

    ## Limits
    Whether most rows are left out is not in the code: where most of them remain, reading the whole table is
    right. So this is for the audit. Silent for keys, for queries with a limit or a further condition, and for
    tables with a partial index on the column.

    ## References
    - https://www.postgresql.org/docs/current/indexes-types.html
    - https://www.postgresql.org/docs/current/indexes-partial.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """SELECTs in SQL, and queries of an ORM."""
        yield from (each for each in backend.statements if each.facts.kind == "select")
        yield from (each for each in backend.orm_queries if each.kind == "select")

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """Nothing but negations, the first of which is of a column with an index."""
        for trait in subject.traits:
            if trait.kind != "negated" or _is_bounded(subject):
                continue
            table = _table(subject, trait.table, backend)
            if table is not None and _is_believed_served(table, trait.column):
                yield self.finding(
                    subject,
                    f"`{trait.detail}` on `{table.name}.{trait.column}` is all that narrows this query, and "
                    "no index on the column serves it, so the whole table is read",
                    help="ask for the values that are wanted, or add a partial index with this condition",
                )


def _is_bounded(subject: Statement | Query) -> bool:
    return subject.bounded if isinstance(subject, Query) else subject.facts.bounded


def _is_believed_served(table: Table, name: str) -> bool:
    """Whether a column that many rows share leads an ordered index, and no partial index speaks of it."""
    column = table.columns.get(name)
    if column is None or not table.complete or not table.leads_index(name):
        return False
    is_key = column.unique or table.primary_key == (name,)
    return not is_key and not any(each.partial for each in table.indexes)


def _table(subject: Statement | Query, name: str, backend: Backend) -> Table | None:
    """The only table that a subject reads, as far as it is known."""
    if isinstance(subject, Query):
        return backend.tables.get(name)
    tables = subject.facts.tables
    return subject.schema.get(tables[0]) or backend.tables.get(tables[0]) if len(tables) == 1 else None
