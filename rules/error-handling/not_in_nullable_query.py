from collections.abc import Iterable, Iterator

from linter.backend import Backend, Query, Statement
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided


class NotInNullableQuery(Rule[Statement | Query]):
    """A `NOT IN` asks a query whose column may hold NULL.

    ## Why
    One NULL among the results makes `x NOT IN (…)` unknown for every `x` that is not found, so the
    statement suddenly returns nothing. It works until the first row without a value is written.

    ## Bad
        SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)
        select(Customer).where(Customer.id.not_in(select(Order.customer_id)))
        Customer.objects.exclude(id__in=Order.objects.values("customer_id"))

    ## Good
        SELECT c.id FROM customers c WHERE NOT EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id)
        Customer.objects.exclude(id__in=Order.objects.filter(customer__isnull=False).values("customer_id"))

    ## Limits
    Only where the schema says that the column is nullable. Silent when the inner query has any condition
    on the column, as `customer_id IS NOT NULL` is. Django takes care of NULL in a list and in the column
    that it compares, but not in an inner query. An `exclude` of several conditions is left alone: it still
    gives rows that the others do not fit.

    ## References
    - https://wiki.postgresql.org/wiki/Don%27t_Do_This
    - https://docs.djangoproject.com/en/stable/ref/models/expressions/#exists-subqueries
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "queries"

    def subjects(self, backend: Backend) -> Iterable[Statement | Query]:
        """Queries that ask for what is not in another query."""
        found: list[Statement | Query] = [*backend.statements, *backend.orm_queries]
        return (each for each in found if any(trait.kind == "not-in-query" for trait in each.traits))

    def check(self, subject: Statement | Query, backend: Backend) -> Iterator[Outcome]:
        """The column that is looked through may hold NULL."""
        for trait in subject.traits:
            if trait.kind != "not-in-query":
                continue
            name = trait.table.removeprefix("public.")
            table = subject.schema.get(name) if isinstance(subject, Statement) else None
            table = table or backend.tables.get(name)
            column = None if table is None else table.columns.get(trait.column)
            if column is None:
                yield Undecided(f"the schema does not say whether `{trait.column}` may hold NULL")
            elif column.nullable and not column.primary_key:
                yield self.finding(
                    subject,
                    f"`NOT IN` finds nothing at all once a `{name}.{trait.column}` is NULL, as it may be",
                    help=_help(subject, trait.column, "" if table is None else table.source),
                )


def _help(subject: Statement | Query, column: str, source: str) -> str:
    if isinstance(subject, Query) and source in ("django", "tortoise"):
        return f"use `~Exists(…)`, or leave out rows without `{column}` in the inner query: `__isnull=False`"
    return f"use `NOT EXISTS`, or add `WHERE {column} IS NOT NULL` to the inner query"
