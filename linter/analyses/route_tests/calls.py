"""The requests that tests send, and the handlers that they call themselves."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from linter.analyses.route_tests.functions import Row, TestFunctions
from linter.analyses.route_tests.matching import Matcher
from linter.analyses.route_tests.urls import Urls
from linter.backend import Backend, Route, is_test
from linter.facts.expressions import Attr, Ref, Result
from linter.facts.scopes import Call
from linter.finding import Location
from linter.resolve.definitions import Function
from linter.resolve.values import Made, Value, Values, bind

_VERBS = frozenset({"get", "post", "put", "patch", "delete", "head"})
_ANY_VERB = frozenset({"request", "generic", "stream"})
"""Methods that take the verb first and the URL second."""
_NO_CLIENTS = (
    *("dict.", "os.", "requests.", "responses.", "respx.", "requests_mock.", "unittest.mock.", "mock."),
    *("django.test.RequestFactory.", "django.test.client.RequestFactory.", "httpx.", "django.core.cache."),
    *("rest_framework.test.APIRequestFactory.", "re.", "pathlib.", "logging.", "sqlalchemy."),
)
"""Receivers whose `get` or `post` sends nothing to the application. A client of httpx has its own name."""
_CLIENTS = ("httpx.Client.", "httpx.AsyncClient.")
_DEPTH = 6
_STEPS = 400
"""Helpers and fixtures that are read for one test."""


class RouteTest(NamedTuple):
    """A test that calls a route. `name` is the test's full dotted name."""

    name: str
    location: Location


class _Step(NamedTuple):
    function: Function
    bound: Row
    depth: int


@lru_cache(maxsize=1)
def _tests_by_route(backend: Backend) -> dict[int, tuple[RouteTest, ...]]:
    return _Reader(backend).read()


def calling_tests(backend: Backend, route: Route) -> tuple[RouteTest, ...]:
    """The tests that call a route, by place.

    A test counts when it, a helper that it calls, a fixture that it asks for or its set-up sends a request
    that the route answers, or calls the handler. URLs that can't be told from the code count for no route.
    """
    return _tests_by_route(backend).get(id(route), ())


class _Reader:
    def __init__(self, backend: Backend) -> None:
        self._project = backend.project
        self._values = Values(backend.project)
        self._urls = Urls(self._values)
        self._routes = backend.routes
        self._tests = TestFunctions(backend.project, self._values)
        self._matcher = Matcher(backend.routes)
        self._handlers: dict[int, list[Route]] = {}
        for route in backend.routes:
            if route.function is not None:
                self._handlers.setdefault(id(route.function), []).append(route)

    def read(self) -> dict[int, tuple[RouteTest, ...]]:
        """Tests by the identity of the route that they call."""
        found: dict[int, dict[RouteTest, None]] = {}
        if self._routes:
            for test in self._tests.tests():
                called = RouteTest(test.name, test.location)
                for route in self._called(test):
                    found.setdefault(id(route), {})[called] = None
        return {
            key: tuple(sorted(tests, key=lambda each: (each.location.path, each.location.line, each.name)))
            for key, tests in found.items()
        }

    def _called(self, test: Function) -> Iterator[Route]:
        pending = [_Step(test, row, 0) for row in self._tests.rows(test)]
        pending += [_Step(function, {}, 1) for function in self._tests.around(test)]
        seen: set[tuple[int, tuple[tuple[str, int], ...]]] = set()
        for _ in range(_STEPS):
            if not pending:
                return
            step = pending.pop()
            key = (
                id(step.function),
                tuple(sorted((name, id(value.expr)) for name, value in step.bound.items())),
            )
            if key in seen:
                continue
            seen.add(key)
            for call in step.function.scope.calls:
                yield from self._answering(step, call)
            if step.depth < _DEPTH:
                pending += self._further(step)

    def _further(self, step: _Step) -> Iterator[_Step]:
        """The fixtures and helpers that a function uses."""
        function = step.function
        for parameter in function.scope.parameters:
            fixture = self._tests.fixture(function, parameter.name)
            if fixture is not None and parameter.name not in step.bound:
                yield _Step(fixture, {}, step.depth + 1)
                if any(call.callee == Ref(f"${parameter.name}") for call in function.scope.calls):
                    for inner in fixture.children.values():
                        if isinstance(inner, Function):
                            yield _Step(inner, {}, step.depth + 1)
        for index, call in enumerate(function.scope.calls):
            helper = self._project.callee(function, call).target
            if isinstance(helper, Function) and not helper.is_module and is_test(helper.module.path):
                for row in self._urls.rows(function, call.block, step.bound):
                    yield _Step(helper, self._bound(function, call, index, row, helper), step.depth + 1)

    def _bound(self, function: Function, call: Call, index: int, row: Row, helper: Function) -> Row:
        callee = self._project.callee(function, call)
        return bind(helper, Made(Value(function, Result(index), row), call, callee))

    def _answering(self, step: _Step, call: Call) -> Iterator[Route]:
        """The routes that a call reaches."""
        callee = self._project.callee(step.function, call)
        if isinstance(callee.target, Function):
            yield from self._handlers.get(id(callee.target), ())
            return
        method = _method(call)
        if method not in _SENDING:
            return
        if callee.name.startswith(_NO_CLIENTS) and not callee.name.startswith(_CLIENTS):
            return
        for row in self._urls.rows(step.function, call.block, step.bound):
            yield from self._sent(Value(step.function, call.callee, row), call, method)

    def _sent(self, at: Value, call: Call, method: str) -> Iterator[Route]:
        position = 1 if method in _ANY_VERB else 0
        written = call.argument(position, "url") or call.keyword("path")
        address = None if written is None else self._urls.address(at.beside(written))
        if address is not None:
            yield from self._matcher.routes(self._verb(at, call, method), address)

    def _verb(self, at: Value, call: Call, method: str) -> str:
        """The verb that a call sends; empty when it is not known."""
        if method in _VERBS:
            return method.upper()
        if method == "websocket_connect":
            return "WEBSOCKET"
        given = call.argument(0, "method") if method in _ANY_VERB else call.keyword("method")
        if given is None:
            return "GET"
        return (self._urls.text(at.beside(given)) or "").upper()


_SENDING = _VERBS | _ANY_VERB | {"open", "fetch", "websocket_connect"}


def _method(call: Call) -> str:
    """The method that a call is of; empty when it has no receiver."""
    match call.callee:
        case Ref(name=name):
            receiver, dot, last = name.rpartition(".")
            return last if dot and receiver else ""
        case Attr(name=name):
            return name
        case _:
            return ""
