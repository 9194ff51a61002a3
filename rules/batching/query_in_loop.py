from collections.abc import Iterable, Iterator

from linter.analyses.row_loops import is_set, loops_over, repeated_queries, selects_beside
from linter.backend import Backend, Query, Table
from linter.facts.sql import Trait
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

        for order in session.scalars(select(Order)):
            print(order.shop.name)

    ## Good
        for order in Order.objects.select_related("customer", "shop"):
            print(order.customer, order.shop.name)

        for order in session.scalars(select(Order).options(selectinload(Order.shop))):
            print(order.shop.name)

    ## Limits
    Only where the loop goes over the result of a query in the same function, and the query in it is run
    there with a value of the row. What is looked up once and kept (`if key not in cache`) counts for none.
    Attributes that load a row of Django are seen on models whose manager is Django's own, relationships of
    SQLAlchemy where nothing says how they are loaded: no `lazy` of the model, no option of the query, and no
    other query of the function on the same table. Scripts and commands are left alone.

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
                yield from self._loading(subject, trait, backend)

    def _loading(self, subject: Query, trait: Trait, backend: Backend) -> Iterator[Outcome]:
        """`row.relation` in a loop over the rows of a query that did not load the relation."""
        table = backend.tables.get(subject.table)
        if table is None:
            return
        relations = _of_django(table) if table.source == "django" else _of_sqlalchemy(table, trait)
        known = {each.table for each in selects_beside(backend, subject)}
        for row, reads, place in loops_over(backend, subject):
            for read in reads:
                root, relation, *rest = [*read.name.split("."), "", ""]
                other = relations.get(relation, "") if root == row else ""
                is_key = rest[0] in ("", "id", "pk") if table.source == "django" else other in known
                if other and not is_key and not is_set(subject.function, f"{row}.{relation}"):
                    yield self.finding(
                        subject,
                        f"the loop reads `{relation}` of each row, which runs a query on `{other}` for each",
                        help=f"load it along: `{_loader(table, relation)}`",
                        related=[Note(subject.function.module.locate(place), "the loop over rows")],
                    )
                    return


def _of_django(table: Table) -> dict[str, str]:
    """The foreign keys of a model by attribute, with the table that each refers to."""
    columns = (
        {name: table.columns.get(f"{name}_id") for name in table.owner.attributes} if table.owner else {}
    )
    return {
        name: column.references.rpartition(".")[0]
        for name, column in columns.items()
        if column is not None and column.references
    }


def _of_sqlalchemy(table: Table, trait: Trait) -> dict[str, str]:
    """The relationships that the query said nothing of, and that nothing else loads along."""
    asked = trait.detail.split(", ")
    return {name: other for name, other in table.lazy.items() if name not in asked}


def _loader(table: Table, relation: str) -> str:
    if table.source == "django":
        return f'.select_related("{relation}")'
    model = "" if table.owner is None else table.owner.scope.name
    return f".options(selectinload({model}.{relation}))"
