from collections.abc import Iterator

from linter.backend import Backend, Statement
from linter.rule import Confidence, Outcome, Severity, SqlRule

_CONVERSIONS = {"->", "->>", "#>", "#>>"}


class IndexDefeatedByFunction(SqlRule):
    """A query wraps an indexed column in a function, so the index cannot be used.

    ## Why
    An index on `created_at` is ordered by `created_at`, not by `date(created_at)`. The server evaluates the
    function for every row of the table instead of looking up the few that match.

    ## Bad
        SELECT id FROM orders WHERE date(created_at) = '2024-01-31'

    ## Good
        SELECT id FROM orders WHERE created_at >= '2024-01-31' AND created_at < '2024-02-01'

    ## Limits
    Reported where the schema is known and an index begins with the column itself. Silent when some other
    column of the statement's filters can use an index, and when the table has an index on the expression.

    ## References
    - https://use-the-index-luke.com/sql/where-clause/functions
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "SQL statements"

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A wrapped column whose table has a plain index on it."""
        for predicate in subject.facts.predicates:
            table = subject.schema.get(predicate.table) or backend.tables.get(predicate.table)
            if table is None or not predicate.wrapped or predicate.wrapped in _CONVERSIONS:
                continue
            if not table.complete or not table.leads_index(predicate.column):
                continue
            expressions = {index.columns[0] for index in table.indexes if "(" in index.columns[0]}
            if any(predicate.column in expression for expression in expressions):
                continue
            helped = any(
                not each.wrapped and each.table == predicate.table and table.leads_index(each.column)
                for each in subject.facts.predicates
            )
            if not helped:
                yield self.finding(
                    subject,
                    f"`{predicate.wrapped}` around `{table.name}.{predicate.column}` defeats its index, so "
                    "the query reads the whole table",
                    help="compare the column itself with a range or a constant, or index the expression",
                )
