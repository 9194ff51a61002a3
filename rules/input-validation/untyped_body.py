from collections.abc import Iterable, Iterator

from linter.backend import Backend, Route
from linter.rule import Confidence, Outcome, Rule, Severity

_UNTYPED = ("dict", "Dict", "Any", "Mapping", "list", "List", "object")


class UntypedBody(Rule[Route]):
    """A route takes a body without saying what is in it.

    ## Why
    Nothing is checked before the handler runs: missing keys become errors 500, wrong types reach the
    database, and the API description says nothing.

    ## Bad
        @app.post("/orders")
        def place(order: dict): ...

    ## Good
        class OrderIn(BaseModel):
            product_id: int
            quantity: Annotated[int, Field(ge=1, le=100)]

        @app.post("/orders")
        def place(order: OrderIn): ...

    ## Limits
    FastAPI bodies that are declared as a dictionary, as `Any`, or as a bare list. Handlers that read the
    request by hand, such as webhooks that need the bytes, are left alone.

    ## References
    - https://fastapi.tiangolo.com/tutorial/body/
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "routes that take a body"
    cwe = 20
    owasp = "API3:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """FastAPI routes with a body, each handler once."""
        seen: set[int] = set()
        for route in backend.routes:
            if route.framework == "fastapi" and route.function is not None and id(route.function) not in seen:
                if any(each.place == "body" for each in route.inputs):
                    seen.add(id(route.function))
                    yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A body whose fields are not declared."""
        for each in subject.inputs:
            if each.place == "body" and each.type is not None and _is_untyped(each.type):
                yield self.finding(
                    subject,
                    f"body `{each.name}` of {subject} is a `{each.type}`, so nothing in it is checked",
                    help="declare a Pydantic model with the fields that the handler reads",
                )


def _is_untyped(shown: str) -> bool:
    bare = shown.removesuffix(" | None")
    if bare in _UNTYPED:
        return True
    key, _, value = bare.partition("[")
    if key in ("dict", "Dict", "Mapping"):
        return value.rstrip("]").endswith(("Any", "object"))
    return key in ("list", "List") and _is_untyped(value.removesuffix("]"))
