from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Function, Route, Site
from linter.facts.expressions import Constant, Result, walk
from linter.rule import Confidence, CstRule, Location, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst


class UndeclaredDeprecation(CstRule):
    """A handler's docstring says that the route is deprecated, the API description does not.

    ## Why
    Clients read the API description, not the source. They go on building on a route that its owners have
    already given up, and meet its removal as an outage.

    ## Bad
        @router.get("/orders/export")
        def export_orders():
            \"\"\"Deprecated: use /exports.\"\"\"

    ## Good
        @router.get("/orders/export", deprecated=True)
        def export_orders():
            \"\"\"Deprecated: use /exports.\"\"\"

    ## Limits
    Speaks for FastAPI, where the declaration is a keyword, and for handlers of other frameworks that
    neither send a `Deprecation` or `Sunset` header nor are marked by a decorator. A docstring counts when
    a line of it begins with "deprecated" or has Sphinx's `.. deprecated::`.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9745
    - https://www.rfc-editor.org/rfc/rfc8594
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "handlers whose docstring says deprecated"
    owasp = "API9:2023"
    fix_safety = "safe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Handlers that call themselves deprecated."""
        seen: set[int] = set()
        for route in backend.routes:
            function = route.function
            if function is None or route.is_graphql or id(function) in seen:
                continue
            if _says_deprecated(function):
                seen.add(id(function))
                yield _RouteSite(backend, function, route)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """No declaration where clients look for it."""
        assert isinstance(subject, _RouteSite)
        route = subject.route
        if route.deprecated or _announces(backend, subject.function):
            return
        decorator = _route_decorator(backend, subject.function)
        yield self.finding(
            subject,
            f"{route} is deprecated by its docstring only, so clients do not learn of it",
            help="declare it: `deprecated=True` in the decorator"
            if route.framework == "fastapi"
            else "send `Deprecation` and `Sunset` headers, and mark the operation in the API description",
            fixable=route.framework == "fastapi" and decorator is not None,
        )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """Add `deprecated=True` to the route's decorator."""
        import libcst as cst

        from linter.concrete import with_keyword

        if not isinstance(node, cst.FunctionDef) or len(node.decorators) != 1:
            return None
        call = node.decorators[0].decorator
        if not isinstance(call, cst.Call):
            return None
        declared = node.decorators[0].with_changes(decorator=with_keyword(call, "deprecated", "True"))
        return node.with_changes(decorators=[declared])


class _RouteSite(Site):
    """The definition of a handler, with the route that it serves."""

    def __init__(self, backend: Backend, function: Function, route: Route) -> None:
        super().__init__(backend, function, function.scope.span, 0)
        self.route = route

    @property
    def location(self) -> Location:
        return self.function.location


def _says_deprecated(function: Function) -> bool:
    return any(
        line.strip().lower().lstrip("*_[(").startswith(("deprecated", ".. deprecated::"))
        for line in function.scope.docstring.split("\n")
    )


def _route_decorator(backend: Backend, function: Function) -> Result | None:
    decorators = function.scope.decorators
    value = decorators[0].value if len(decorators) == 1 else None
    return value if isinstance(value, Result) else None


def _announces(backend: Backend, function: Function) -> bool:
    """Whether the handler, or a decorator of it, tells clients."""
    parent = function.parent
    for decorator in function.scope.decorators:
        if isinstance(decorator.value, Result) and parent is not None:
            call = parent.scope.calls[decorator.value.call]
            if any(key == "deprecated" for key, _ in call.keywords):
                return True
            if "deprecat" in backend.project.callee(parent, call).name.lower():
                return True
        elif "deprecat" in getattr(decorator.value, "name", "").lower():
            return True
    headers = {"deprecation", "sunset"}
    for statement in function.scope.statements:
        for expr in (*getattr(statement, "targets", ()), getattr(statement, "value", None)):
            if expr is not None and any(
                isinstance(each, Constant) and str(each.value).lower() in headers for each in walk(expr)
            ):
                return True
    return any(
        isinstance(argument, Constant) and str(argument.value).lower() in headers
        for call in function.scope.calls
        for argument in call.args
    )
