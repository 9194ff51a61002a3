from collections.abc import Iterable, Iterator

from linter.analyses.whole_statements import whole_statements
from linter.backend import Backend, Statement, Table
from linter.rule import Confidence, Outcome, Severity, SqlRule


class TableNotInFrom(SqlRule):
    """A query asks for a column of a table that its FROM does not name.

    ## Why
    The server refuses the query, but only when it runs: in a report that nobody opened since the change. A
    table with an alias can be named by its alias only.

    ## Bad
        SELECT o.id, c.name FROM orders o
        SELECT orders.id FROM orders o

    ## Good
        SELECT o.id, c.name FROM orders o JOIN customers c ON c.id = o.customer_id
        SELECT o.id FROM orders o

    ## Limits
    A name counts as known when any query around it has it. Silent for columns with a schema, for a query
    that is put together when it runs, and where none of its tables is known: it may be for another kind of
    database, in which `a.b` is a field of the column `a`.

    ## References
    - https://www.postgresql.org/docs/current/queries-table-expressions.html#QUERIES-TABLE-ALIASES
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "statements that were read"

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that no code completes."""
        return whole_statements(backend)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """Each name once."""
        told: set[str] = set()
        for trait in subject.traits:
            if trait.kind == "hidden-table" and trait.table not in told:
                told.add(trait.table)
                yield self.finding(
                    subject,
                    f"`{trait.table}.{trait.detail}` fails, as the table is called `{trait.column}` here",
                    help=f"write `{trait.column}.{trait.detail}`",
                )
            elif trait.kind == "unnamed-table" and trait.column not in told:
                tables = list(_known(trait.table, subject, backend))
                if tables and not any(trait.column in each.columns for each in tables):
                    told.add(trait.column)
                    yield self.finding(
                        subject,
                        f"`{trait.column}.{trait.detail}` fails, as no `FROM` names `{trait.column}`",
                        help=f"join `{trait.column}`, or correct the name",
                    )


def _known(names: str, statement: Statement, backend: Backend) -> Iterator[Table]:
    """Those of the query's tables that the project declares."""
    for name in names.split(","):
        table = statement.schema.get(name) or backend.tables.get(name)
        if table is not None and not table.elsewhere:
            yield table
