from collections.abc import Iterable, Iterator

from linter.analyses.answers import Answer, answers_of
from linter.analyses.status_habits import statuses_of_success
from linter.backend import Backend, Class, Route
from linter.facts.expressions import Attr, Comprehension, Constant, Expr, Mapping, Ref, Sequence, Template
from linter.facts.scopes import Return
from linter.rule import Confidence, Finding, Outcome, Rule, Severity
from linter.shapes import shape_of

_WITHOUT_BODY = (204, 205)
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


class StatusVerbMismatch(Rule[Route | Answer]):
    """A status contradicts what the route does: a body with 204, a creation that a GET reports.

    ## Why
    Clients go by the status. The body of a 204 never arrives, or breaks the connection that it is sent on;
    a 201 makes a client look for what it has created; and a route that answers 200 where all others answer
    201 is the one that a generic client gets wrong.

    ## Bad
        @router.delete("/orders/{order_id}", status_code=204)
        def delete(order_id: int):
            remove(order_id)
            return {"deleted": order_id}

    ## Good
        @router.delete("/orders/{order_id}", status_code=204)
        def delete(order_id: int) -> None:
            remove(order_id)

    ## Limits
    An empty dictionary or text with 204 is left alone. Statuses of a creating POST and of a DELETE are
    compared with the project's other routes of the kind, and count where five others, and four in five,
    agree. A creating route adds to a collection whose items have routes, and writes to a table.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9110#section-15.3.5
    - https://www.rfc-editor.org/rfc/rfc9110#section-15.3.2
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "routes and answers with a known status of success"

    def subjects(self, backend: Backend) -> Iterable[Route | Answer]:
        """Routes with one status of success, and answers without a body."""
        known = statuses_of_success(backend)
        yield from (route for route in backend.routes if known.of(route) is not None)
        silent = _silent_handlers(backend)
        for answer in answers_of(backend):
            if answer.status in _WITHOUT_BODY or (answer.how == "return" and id(answer.function) in silent):
                yield answer

    def check(self, subject: Route | Answer, backend: Backend) -> Iterator[Outcome]:
        """A body that is not sent, a status of another verb, or one that the project does not use."""
        if isinstance(subject, Answer):
            yield from self._lost_body(subject, backend)
            return
        status = statuses_of_success(backend).of(subject)
        if status == 201 and _READING.issuperset(subject.methods):
            yield self.finding(
                subject,
                f"{subject} answers 201, which tells the caller that something was created",
                help="answer 200, or make it a POST if it does create something",
                location=subject.handler_location,
                severity=Severity.NOTE,
            )
        elif status == 204 and subject.framework == "ninja":
            yield from self._lost_in_ninja(subject)
        yield from self._unlike_others(subject, backend)

    def _lost_body(self, answer: Answer, backend: Backend) -> Iterator[Finding]:
        status = (
            answer.status
            if answer.status in _WITHOUT_BODY
            else _silent_handlers(backend)[id(answer.function)]
        )
        if answer.status not in (None, status) or not _is_something(answer, answer.body, backend):
            return
        yield self.finding(
            answer,
            f"`{answer.function.scope.name}` gives a body with {status}, which has none, so nobody gets it",
            help="answer 200 if the caller needs the body, or leave the body out",
        )

    def _lost_in_ninja(self, route: Route) -> Iterator[Finding]:
        function = route.function
        for statement in () if function is None else function.scope.statements:
            if isinstance(statement, Return) and isinstance(statement.value, Sequence):
                match statement.value.items:
                    case (Constant(value=204), Mapping(keys=keys)) if keys:
                        yield self.finding(
                            route,
                            f"{route} gives a body with 204, which has none, so nobody gets it",
                            help="answer 200 if the caller needs the body, or give `None`",
                            location=None if function is None else function.module.locate(statement.span),
                        )

    def _unlike_others(self, route: Route, backend: Backend) -> Iterator[Finding]:
        known = statuses_of_success(backend)
        for found, does in (
            (known.creating.get(id(route)), "creates a row and answers"),
            (known.deleting.get(id(route)), "deletes, gives nothing back and answers"),
        ):
            if found is not None:
                yield self.finding(
                    route,
                    f"{route} {does} {found.status}, unlike {found.agreeing} of the {found.compared} other "
                    f"routes of its kind, which answer {found.habit}",
                    help=f"answer {found.habit}, after a look at the clients that compare the status",
                    location=route.handler_location,
                    severity=Severity.NOTE,
                    confidence=Confidence.MEDIUM,
                )


def _silent_handlers(backend: Backend) -> dict[int, int]:
    """Handlers of FastAPI whose routes all declare a status without a body, by their id."""
    known = statuses_of_success(backend)
    declared: dict[int, set[int | None]] = {}
    for route in backend.routes:
        if route.framework == "fastapi" and route.function is not None:
            declared.setdefault(id(route.function), set()).add(known.of(route))
    return {
        key: status
        for key, statuses in declared.items()
        if len(statuses) == 1 and (status := next(iter(statuses))) in _WITHOUT_BODY and status is not None
    }


def _is_something(answer: Answer, body: Expr | None, backend: Backend) -> bool:
    """Whether a body is certain to hold something."""
    match body:
        case Constant(value=value):
            return value not in (None, "", False)
        case Mapping(keys=keys):
            return bool(keys)
        case Sequence(items=items):
            return bool(items)
        case Template() | Comprehension():
            return True
        case Ref(name=name):
            head, _, last = name.rpartition(".")
            return last == "data" and _is_schema(answer, Ref(head), backend)
        case Attr(base=base, name="data"):
            return _is_schema(answer, base, backend)
        case _:
            return False


def _is_schema(answer: Answer, expr: Expr, backend: Backend) -> bool:
    """Whether an expression is an object of a schema class."""
    kind = None if expr == Ref("") else answer.type_of(expr)
    found = None if kind is None else backend.project.by_id(kind)
    return isinstance(found, Class) and shape_of(backend.project, found) is not None
