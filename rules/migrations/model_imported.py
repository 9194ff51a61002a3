from collections.abc import Iterable, Iterator

from linter.backend import Backend, Class, Function, Revision
from linter.facts.expressions import Attr, Expr, Ref, walk
from linter.rule import Confidence, Outcome, Rule, Severity


class ModelImported(Rule[Revision]):
    """A migration works with a model of today, on the schema of its own time.

    ## Why
    The model goes on changing and the migration does not. On a database that is set up from nothing, the
    migration runs when columns that the model has by now are not there yet, and its first query fails.

    ## Bad
        from shop.models import Order

        def fill(apps, schema_editor):
            Order.objects.filter(region="").update(region="north")

    ## Good
        def fill(apps, schema_editor):
            Order = apps.get_model("shop", "Order")
            Order.objects.filter(region="").update(region="north")

    ## Limits
    Django and Alembic. Judges the functions of the migration's own file.

    ## References
    - https://docs.djangoproject.com/en/stable/topics/migrations/#data-migrations
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "migrations with functions of Python"

    def subjects(self, backend: Backend) -> Iterable[Revision]:
        """Migrations of which a function runs."""
        return (each for each in backend.revisions if each.functions)

    def check(self, subject: Revision, backend: Backend) -> Iterator[Outcome]:
        """A function calls something of a model."""
        models = {id(each.owner): each for each in backend.tables.values() if each.owner is not None}
        for function in subject.functions:
            for call in function.scope.calls:
                for expr in (call.callee, *call.args):
                    model = _model(backend, function, expr)
                    if model is not None and id(model) in models:
                        yield self.finding(
                            subject,
                            f"`{function.scope.name}` uses `{model.scope.name}` as it is today on the tables"
                            " of its own time, so it fails when the model has changed",
                            help=_HELP[subject.tool],
                            location=function.module.locate(call.span),
                        )
                        return


def _model(backend: Backend, function: Function, expr: Expr) -> Class | None:
    """The class that an expression begins with: `Order` in `Order.objects.all`."""
    for each in walk(expr):
        while isinstance(each, Attr):
            each = each.base
        if isinstance(each, Ref) and not each.name.startswith("$"):
            name = each.name
            while name:
                target = backend.project.reference(function, name).target
                if isinstance(target, Class):
                    return target if target.module.path != function.module.path else None
                name = name.rpartition(".")[0]
    return None


_HELP = {
    "django": 'take the model of that time: `apps.get_model("app", "Model")`',
    "alembic": (
        'declare the columns that it needs in the revision itself, with `sa.table("orders", sa.column("id"))`'
    ),
    "sql": "",
}
