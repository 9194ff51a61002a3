from collections.abc import Iterable, Iterator

from linter.analyses.whole_statements import whole_statements
from linter.backend import Backend, Statement
from linter.facts.sql import Trait
from linter.rule import Confidence, Outcome, Severity, SqlRule


class ConstantCondition(SqlRule):
    """A condition of a query is the same for all rows.

    ## Why
    `WHERE tenant_id = tenant_id` was meant to compare with a parameter, or with the column of another table,
    and lets the rows of all tenants through. `OR 1 = 1` makes all that stands beside it useless.

    ## Bad
        SELECT id FROM orders WHERE state = 'open' OR 1 = 1
        SELECT o.id FROM orders o JOIN customers c ON c.id = c.id

    ## Good
        SELECT id FROM orders WHERE state = 'open'
        SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id

    ## Limits
    `WHERE 1 = 1` and `WHERE true`, on which code hangs further conditions, are left alone, and so is `1 = 0`
    outside of views, and a query that is put together when it runs. A column that is compared with itself
    leaves NULL out: who means that writes `IS NOT NULL`.

    ## References
    - https://www.postgresql.org/docs/current/functions-comparison.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "statements that were read"
    cwe = 571

    def subjects(self, backend: Backend) -> Iterable[Statement]:
        """Statements that no code completes."""
        return whole_statements(backend)

    def check(self, subject: Statement, backend: Backend) -> Iterator[Outcome]:
        """A column beside itself, or constants beside conditions."""
        is_view = any("create-view" in action.flags for action in subject.facts.actions)
        for trait in subject.traits:
            if says := _says(trait, is_view=is_view):
                yield self.finding(subject, f"`{trait.column}` {says}", help=_help(trait))


def _says(trait: Trait, *, is_view: bool) -> str:
    if trait.kind == "itself":
        return "compares a column with itself, which is the same for all rows"
    if trait.kind == "always":
        return "is true for all rows, so nothing beside it in this OR has an effect"
    if trait.kind == "never" and trait.detail:
        return "is true for no row, so nothing beside it in this AND has an effect"
    return "is true for no row, so this view is empty" if trait.kind == "never" and is_view else ""


def _help(trait: Trait) -> str:
    if trait.kind == "itself":
        return f"compare `{trait.detail}` with what was meant, or write `IS NOT NULL`"
    return "leave it out, or write the condition that was meant"
