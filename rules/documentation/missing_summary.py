from collections.abc import Iterable, Iterator

from linter.backend import Backend, Route
from linter.facts.expressions import Result
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
    FastAPI and Django Ninja routes that a decorator declares and that the description shows.

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
            if route.framework in ("fastapi", "ninja") and function.scope.decorators:
                seen.add(id(function))
                yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """Nothing that says what the route does."""
        function = subject.function
        assert function is not None and function.parent is not None
        if function.scope.docstring:
            return
        for each in function.scope.decorators:
            if not isinstance(each.value, Result):
                continue
            call = function.parent.scope.calls[each.value.call]
            if any(name in _SAYING for name, _ in call.keywords):
                return
        yield self.finding(
            subject,
            f"{subject} has no docstring, summary or description, so the API description does not say what "
            "it does",
            help="write a docstring: what it does, and when it refuses",
        )
