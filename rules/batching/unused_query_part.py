from collections.abc import Iterable, Iterator

from linter.analyses.whole_statements import whole_statements
from linter.backend import Backend, Statement, Table
from linter.facts.sql import Trait
from linter.rule import Confidence, Outcome, Severity, SqlRule


class UnusedQueryPart(SqlRule):
    """A WITH query is used by nothing, or a LEFT JOIN adds nothing to the result.

    ## Why
    A query in WITH that nothing names was forgotten when the statement changed; it misleads its readers. A
    LEFT JOIN by the key of a table neither adds nor removes rows: when nothing else speaks of that table,
    the server looks for a row in it for nothing.

    ## Bad
        WITH recent AS (SELECT id FROM orders WHERE total > 100) SELECT count(*) FROM orders
        SELECT o.id FROM orders o LEFT JOIN customers c ON c.id = o.customer_id

    ## Good
        SELECT count(*) FROM orders
        SELECT o.id FROM orders o

    ## Limits
    INSERT, UPDATE and DELETE in WITH run in any case. A join counts when its columns are a unique key of a
    known table, when each column of the query says its table, and none is of this one. Silent for a query
    that is put together when it runs.

    ## References
    - https://www.postgresql.org/docs/current/queries-with.html
    """

    severity = Severity.NOTE
    confidence = Confidence.HIGH
    noun = "statements that were read"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that no code completes."""
        return whole_statements(backend)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A name of WITH, or a joined table, that occurs once."""
        for trait in subject.traits:
            if trait.kind == "unused-with":
                yield self.finding(
                    subject,
                    f"nothing uses the query `{trait.column}` of this WITH",
                    help="remove it, or use it where it was meant",
                )
            elif trait.kind == "unused-join":
                table = subject.schema.get(trait.table) or backend.tables.get(trait.table)
                if table is not None and not table.elsewhere and _finds_one_row(table, trait):
                    yield self.finding(
                        subject,
                        f"the `LEFT JOIN` of `{trait.column}` neither adds nor removes rows, and nothing"
                        " reads it",
                        help=f"remove the join of `{trait.column}`",
                    )


def _finds_one_row(table: Table, trait: Trait) -> bool:
    """Whether the columns that are joined by tell the rows of the table apart."""
    equated = frozenset(trait.detail.split(","))
    keys = [table.primary_key, *(each.columns for each in table.indexes if each.unique and not each.partial)]
    return any(key and equated.issuperset(key) for key in keys)
