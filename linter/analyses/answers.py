"""What functions answer to the caller of the backend: responses, aborts, HTTP errors, returned bodies."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from linter.analyses.error_text import TRACEBACKS
from linter.analyses.registered_handlers import registered_handlers
from linter.backend import Function, Site
from linter.facts.expressions import Constant, Expr, Mapping, Operation, Ref, Result, Sequence
from linter.facts.scopes import Assign, Call, Return
from linter.facts.spans import Span
from linter.resolve.definitions import Class
from linter.responses import ABORTS, BODY_RESPONSES, EXCEPTION_STATUS, HTTP_EXCEPTIONS, Responses

if TYPE_CHECKING:
    from linter.backend import Backend

How = Literal["raise", "abort", "response", "return"]

_UNSENT = frozenset(
    {
        "django.http.Http404",
        "django.core.exceptions.PermissionDenied",
        "django.core.exceptions.SuspiciousOperation",
        "fastapi.exceptions.RequestValidationError",
    }
)
"""Exceptions whose text the framework keeps to itself."""

_TEXTS = frozenset({"str", "repr", "ascii", "format", "bytes", "json.dumps"})
_JSON = frozenset({"flask.jsonify", "flask.json.jsonify", "quart.jsonify"})


class Answer(Site):
    """One place where a function answers.

    `status` is None where the framework's default applies or the facts do not say; `settled` tells
    which: a settled answer without a status has the default of its framework, 200. `body` is what is
    sent; None when nothing is, or nothing that can be seen.
    """

    __slots__ = ("body", "how", "settled", "status")

    def __init__(
        self,
        backend: Backend,
        function: Function,
        place: tuple[Span, int],
        call: Call | None,
        how: How,
        status: int | None,
        body: Expr | None,
        settled: bool = True,
    ) -> None:
        super().__init__(backend, function, *place, call)
        self.how = how
        self.status = status
        self.body = body
        self.settled = settled


@lru_cache(maxsize=1)
def answers_of(backend: Backend) -> tuple[Answer, ...]:
    """Every answer outside tests, in path and source order."""
    reader = _Reader(backend)
    found = [*reader.raised(), *reader.aborted(), *reader.responses(), *reader.returned()]
    found.sort(key=lambda each: (each.function.module.path, each.span, each.how))
    return tuple(found)


class _Reader:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._responses = Responses(backend.project)
        self._wrapping: dict[int, dict[int, int | None]] = {}
        self._restated: dict[int, bool] = {}

    def raised(self) -> Iterator[Answer]:
        """HTTP errors that are made in order to be raised."""
        sent = frozenset(EXCEPTION_STATUS) - _UNSENT
        for site in self._made(frozenset(HTTP_EXCEPTIONS) | sent):
            call = _call(site)
            status = self._responses.raised_by_call(site.function, call)
            yield self._answer(site, "raise", status, _detail(site, call))

    def aborted(self) -> Iterator[Answer]:
        """Calls that end the request."""
        for site in self._backend.calls(*sorted(ABORTS)):
            call = _call(site)
            status = self._responses.raised_by_call(site.function, call)
            yield self._answer(site, "abort", status, _bundle(call.args[1:], call))

    def responses(self) -> Iterator[Answer]:
        """Responses that are made, and their JSON bodies."""
        for site in self._made(BODY_RESPONSES):
            call = _call(site)
            body = call.args[0] if call.args else _first(call, "content", "data", "response", "object")
            if isinstance(body, Result) and self._is_json(site, body):
                continue
            yield self._response(site, body, self._responses.of_response(site.function, call))
        for site in self._backend.calls(*sorted(_JSON)):
            call = _call(site)
            body = call.args[0] if len(call.args) == 1 and not call.keywords else _bundle(call.args, call)
            yield self._response(site, body, None)

    def _is_json(self, site: Site, body: Result) -> bool:
        return self._backend.site(site.function, body.call).callee.name in _JSON

    def _response(self, site: Site, body: Expr | None, status: int | None) -> Answer:
        call = _call(site)
        index = next(index for index, each in enumerate(site.function.scope.calls) if each is call)
        outer = self._statuses_around(site.function)
        given = _first(call, "status_code", "status") or (call.args[1] if len(call.args) > 1 else None)
        named = site.callee.name not in _JSON and given is not None
        settled = not self._restates(site.function) and (not named or status is not None)
        if status is None and index in outer:
            status = outer[index]
            settled = settled and status is not None
        return self._answer(site, "response", status, body, settled)

    def _statuses_around(self, function: Function) -> dict[int, int | None]:
        """Statuses that are given beside a response: `return jsonify(…), 404`, `make_response(…, 404)`."""
        found = self._wrapping.get(id(function))
        if found is None:
            found = self._wrapping[id(function)] = {}
            for statement in function.scope.statements:
                if isinstance(statement, Return) and isinstance(statement.value, Sequence):
                    match statement.value.items:
                        case (Result(call=inner), status, *_):
                            found[inner] = self._responses.status(function, status)
            for call in function.scope.calls:
                match call.args:
                    case (Result(call=inner), given, *_):
                        known = self._responses.status(function, given)
                        if known is not None:
                            found[inner] = known
        return found

    def _restates(self, function: Function) -> bool:
        """Whether the function sets the status of a response after making it."""
        key = id(function)
        if key not in self._restated:
            self._restated[key] = any(
                isinstance(statement, Assign)
                and any(
                    isinstance(target, Ref) and target.name.endswith((".status_code", ".status"))
                    for target in statement.targets
                )
                for statement in function.scope.statements
            )
        return self._restated[key]

    def returned(self) -> Iterator[Answer]:
        """Bodies that route handlers and error handlers return as they are."""
        functions = {id(route.function): route.function for route in self._backend.routes if route.function}
        for registered in registered_handlers(self._backend):
            functions.setdefault(id(registered.function), registered.function)
        for function in functions.values():
            for statement in function.scope.statements:
                if isinstance(statement, Return) and statement.value is not None:
                    answer = self._plain(function, statement)
                    if answer is not None:
                        yield answer

    def _plain(self, function: Function, statement: Return) -> Answer | None:
        body, status, settled = statement.value, None, not self._restates(function)
        if isinstance(body, Sequence) and body.kind == "tuple" and len(body.items) > 1:
            status = self._responses.status(function, body.items[1])
            body, settled = body.items[0], settled and status is not None
        if isinstance(body, Result) and not self._is_data(function, body):
            body = self._model(function, body)
        if body is None or isinstance(body, Constant):
            return None
        if isinstance(body, Operation) and body.operator == "await":
            return None
        place = (statement.span, statement.block)
        return Answer(self._backend, function, place, None, "return", status, body, settled)

    def _is_data(self, function: Function, made: Result) -> bool:
        """Whether a call makes what is sent as it is, and no response around it: `str(error)`."""
        name = self._backend.site(function, made.call).callee.name
        return name in _TEXTS or name in TRACEBACKS or name.startswith("str.")

    def _model(self, function: Function, made: Result) -> Expr | None:
        """The fields of a Pydantic model that is made in order to be returned."""
        site = self._backend.site(function, made.call)
        cls = site.callee.target
        if isinstance(cls, Class) and self._backend.project.derives(cls, "pydantic.BaseModel"):
            return _bundle(_call(site).args, _call(site))
        return None

    def _answer(
        self, site: Site, how: How, status: int | None, body: Expr | None, settled: bool = True
    ) -> Answer:
        return Answer(
            self._backend, site.function, (site.span, site.block), site.call, how, status, body, settled
        )

    def _made(self, names: frozenset[str]) -> Iterator[Site]:
        """Calls of these classes, and of classes of the project that derive from them."""
        yield from self._backend.calls(*sorted(names))
        for cls in self._backend.classes:
            if cls.scope.bases and self._backend.project.derives(cls, *names):
                yield from self._calls_of(cls)

    def _calls_of(self, cls: Class) -> Iterator[Site]:
        for site in self._backend.methods_called(cls.scope.name):
            if site.callee.target is cls:
                yield site


def _call(site: Site) -> Call:
    assert site.call is not None
    return site.call


def _first(call: Call, *names: str) -> Expr | None:
    return next((value for name in names if (value := call.keyword(name)) is not None), None)


def _detail(site: Site, call: Call) -> Expr | None:
    """What an HTTP error tells the caller."""
    if site.callee.name in HTTP_EXCEPTIONS:
        given = call.args[1] if len(call.args) > 1 else None
        return given or _first(call, "detail", "message")
    return _bundle(call.args, call)


def _bundle(arguments: tuple[Expr, ...], call: Call) -> Expr | None:
    """Arguments as one body: positional ones as a list, named ones as a mapping."""
    keys: list[Expr | None] = [None if name == "**" else Constant(name) for name, _ in call.keywords]
    named = Mapping(tuple(keys), tuple(value for _, value in call.keywords)) if call.keywords else None
    if named is None:
        return arguments[0] if len(arguments) == 1 else Sequence("list", arguments) if arguments else None
    return Sequence("list", (*arguments, named)) if arguments else named
