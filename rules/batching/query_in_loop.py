from collections.abc import Iterable, Iterator

from linter.analyses.row_loops import is_set, loops_over, repeated_queries
from linter.backend import Backend, Query
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class QueryInLoop(Rule[Query]):
    """A loop over the rows of one query runs another query for each of them.

    ## Why
    A list of fifty orders takes fifty-one trips to the database, one of five hundred takes ten times as many.
    It is quick with the data of a laptop, and the first thing that gets slow in production.

    ## Bad
        for order in Order.objects.all():
            customer = Customer.objects.get(pk=order.customer_id)
            print(order.shop.name)

    ## Good
        for order in Order.objects.select_related("customer", "shop"):
            print(order.customer, order.shop.name)

    ## Limits
    Only where the loop goes over the result of a query in the same function, and the query in it is run
    there with a value of the row. What is looked up once and kept (`if key not in cache`) counts for none.
    Attributes that load a row of Django are seen on models whose manager is Django's own. Scripts and
    commands are left alone.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/models/querysets/#select-related
    - https://docs.sqlalchemy.org/en/20/orm/queryguide/relationships.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "queries that read rows"

    def subjects(self, backend: Backend) -> Iterable[Query]:
        """Queries by ORM and SQL outside scripts and migrations."""
        migrations = frozenset(backend.migrations)
        for each in backend.queries:
            is_kept = each.kind == "select" and each.calls and each.location.path not in migrations
            if is_kept and not backend.is_run_by_hand(each.function):
                yield each

    def check(self, subject: Query, backend: Backend) -> Iterator[Outcome]:
        """Run once for each row of another query, or made to load a row for each of its own."""
        for place, repeated in repeated_queries(backend).get(subject.function.id, {}).items():
            if repeated[0] is subject:
                others = f", as do {len(repeated) - 1} others" if len(repeated) > 1 else ""
                yield self.finding(
                    subject,
                    f"this query on `{subject.table}` runs once for each row that the loop goes over{others}",
                    help="load all that the loop needs by one query before it, by a join or with `IN`",
                    related=[Note(subject.function.module.locate(place), "the loop over rows")],
                )
        for trait in subject.traits:
            if trait.kind == "alone":
                yield from self._loading(subject, backend)

    def _loading(self, subject: Query, backend: Backend) -> Iterator[Outcome]:
        """`row.relation.attribute` in a loop over the rows of a query that did not load the relation."""
        table = backend.tables.get(subject.table)
        owner = None if table is None else table.owner
        if table is None or owner is None:
            return
        function = subject.function
        keys = {
            name
            for name in owner.attributes
            if (column := table.columns.get(f"{name}_id")) is not None and column.references
        }
        for row, reads, place in loops_over(backend, subject):
            for read in reads:
                root, relation, *rest = [*read.name.split("."), "", ""]
                is_loaded = root == row and relation in keys and rest[0] not in ("", "id", "pk")
                if is_loaded and not is_set(function, f"{row}.{relation}"):
                    yield self.finding(
                        subject,
                        f"the loop reads `{relation}` of each row, which runs a query on "
                        f"`{(table.columns[f'{relation}_id'].references or '').rpartition('.')[0]}` for each",
                        help=f'load it along: `.select_related("{relation}")`',
                        related=[Note(function.module.locate(place), "the loop over rows")],
                    )
                    return
