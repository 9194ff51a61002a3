from collections.abc import Iterable, Iterator

from linter.backend import Backend, Function, Route
from linter.facts.expressions import Result
from linter.facts.scopes import Call
from linter.resolve.definitions import Definition
from linter.rule import Confidence, Outcome, Rule, Severity

_SAYING = frozenset({"**", "summary", "description", "openapi_extra"})


class MissingSummary(Rule[Route]):
    """A route has neither a docstring nor a summary or description.

    ## Why
    The API description shows the function's name in place of a sentence. Whoever calls the route has to read
    the code to learn what it does, what it needs and when it fails.

    ## Bad
        @router.post("/orders/{order_id}/close")
        def close(order_id: int) -> OrderOut: ...

    ## Good
        @router.post("/orders/{order_id}/close")
        def close(order_id: int) -> OrderOut:
            \"\"\"Close an order that is paid; nothing can be added to it afterwards.\"\"\"

    ## Limits
    Routes of FastAPI, Django Ninja, Litestar and Flask-Smorest that a decorator declares and that the
    description shows.

    ## References
    - https://fastapi.tiangolo.com/tutorial/path-operation-configuration/#summary-and-description
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "routes in the API description"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes of described APIs, each handler once."""
        seen: set[int] = set()
        for route in backend.routes:
            function = route.function
            if function is None or id(function) in seen or not route.documented or route.websocket:
                continue
            if _is_described(route, function, backend):
                seen.add(id(function))
                yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """Nothing that says what the route does."""
        function = subject.function
        assert function is not None
        if function.scope.docstring:
            return
        for _, call in _decorating(function):
            if any(name in _SAYING for name, _ in call.keywords):
                return
        yield self.finding(
            subject,
            f"{subject} has no docstring, summary or description, so the API description does not say what "
            "it does",
            help="write a docstring: what it does, and when it refuses",
        )


def _is_described(route: Route, function: Function, backend: Backend) -> bool:
    """Whether the framework makes a description of the API that the route is part of."""
    match route.framework:
        case "fastapi" | "ninja":
            return bool(function.scope.decorators)
        case "litestar":
            return bool(function.scope.decorators) and not _is_hidden(function)
        case "flask":
            definitions = (function, function.owner) if function.owner is not None else (function,)
            return any(
                backend.project.callee(parent, call).name == "flask_smorest.Blueprint.route"
                for definition in definitions
                for parent, call in _decorating(definition)
            )
        case _:
            return False


def _is_hidden(function: Function) -> bool:
    """Whether a handler of Litestar, or its controller, is left out of the description."""
    owner = function.owner
    return any(call.keyword("include_in_schema") is not None for _, call in _decorating(function)) or (
        owner is not None and "include_in_schema" in owner.attributes
    )


def _decorating(definition: Definition) -> Iterator[tuple[Definition, Call]]:
    """The calls among the decorators of a definition, with what they stand in."""
    parent = definition.parent
    for each in definition.scope.decorators:
        if isinstance(each.value, Result) and parent is not None:
            yield parent, parent.scope.calls[each.value.call]
