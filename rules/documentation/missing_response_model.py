from collections.abc import Iterable, Iterator

from linter.backend import Backend, Function, Route
from linter.facts.expressions import Comprehension, Constant, Expr, Mapping, Result, Sequence
from linter.facts.scopes import Call, Return
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

_DECLARING = frozenset({"**", "response_model", "response_class", "response", "responses"})
_DATA = (Mapping, Sequence, Comprehension)


class MissingResponseModel(Rule[Route]):
    """A route returns data and does not declare its type.

    ## Why
    The API description says nothing about the answer, clients have to guess, and whatever the handler
    happens to return goes out: a field that is added to a record is published with it.

    ## Bad
        @router.get("/orders/{order_id}")
        def read(order_id: int):
            return {"id": order_id, "total": total(order_id)}

    ## Good
        @router.get("/orders/{order_id}")
        def read(order_id: int) -> OrderOut:
            return OrderOut(id=order_id, total=total(order_id))

    ## Limits
    FastAPI and Django Ninja handlers that return a dictionary, a list or a constant. What comes out of a
    call is undecided, because it may be a finished response. Routes outside the description are left alone.

    ## References
    - https://fastapi.tiangolo.com/tutorial/response-model/
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "routes in the API description"
    owasp = "API3:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes that a decorator declares, each handler once."""
        seen: set[int] = set()
        for route in backend.routes:
            if route.framework in ("fastapi", "ninja") and route.documented and not route.websocket:
                if route.function is not None and id(route.function) not in seen:
                    if _declarations(route.function):
                        seen.add(id(route.function))
                        yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """Data without a type."""
        function = subject.function
        assert function is not None
        if function.scope.returns is not None:
            return
        if any(each.type or each.model for each in subject.outputs if each.is_success):
            return
        calls = _declarations(function)
        if any(key in _DECLARING for call in calls for key, _ in call.keywords):
            return
        values = [each.value for each in function.scope.statements if isinstance(each, Return)]
        given = [value for value in values if value is not None and value != Constant(None)]
        if any(_is_data(value) for value in given):
            yield self.finding(
                subject,
                f"{subject} returns data and declares no response type, so its description is empty",
                help="annotate what the handler returns, or give `response_model=`"
                if subject.framework == "fastapi"
                else "give the decorator `response=`",
            )
        elif given:
            yield Undecided("what the handler returns is not known to be data")


def _is_data(value: Expr) -> bool:
    return isinstance(value, _DATA) or (isinstance(value, Constant) and value.value is not None)


def _declarations(function: Function) -> list[Call]:
    """The calls among a handler's decorators."""
    parent = function.parent
    return [
        parent.scope.calls[each.value.call]
        for each in function.scope.decorators
        if parent is not None and isinstance(each.value, Result)
    ]
