"""The routes of Django Ninja's operations, and who may call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeGuard

from linter.backend import Guard, GuardKind, Route, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Made, Value, options
from linter.facts.scopes import Call
from linter.finding import Location
from linter.frameworks.django.anonymous import Caller
from linter.frameworks.django.decorators import decorator_name, verdict_of
from linter.frameworks.django.guards import DjangoGuards
from linter.frameworks.django.middleware import MiddlewareGuards
from linter.frameworks.django.rest import RestGuards, Source
from linter.frameworks.django.urls import Entry
from linter.frameworks.ninja.inputs import Signatures
from linter.frameworks.ninja.mounts import Given, Served
from linter.frameworks.ninja.objects import Place
from linter.frameworks.ninja.security import Security, label, listed
from linter.resolve.definitions import Definition, Function, Module
from linter.resolve.project import Project

_DECORATE_VIEW = ("ninja.decorators.decorate_view", "ninja_extra.decorate_view")


class NinjaRoutes:
    """Turns operations at their places into routes."""

    def __init__(
        self,
        project: Project,
        evaluator: Evaluator,
        caller: Caller,
        guards: DjangoGuards,
        rest: RestGuards,
        middleware: MiddlewareGuards,
    ) -> None:
        self._guards = guards
        self._rest = rest
        self._middleware = middleware
        self._security = Security(evaluator, caller, guards)
        self._signatures = Signatures(project)
        self._calls: dict[str, dict[int, tuple[Definition, Call]]] = {}

    def serves(self, view: Value) -> TypeGuard[Served]:
        """Whether what a URL leads to is an operation."""
        return isinstance(view, Served)

    def of_entry(self, entry: Entry, served: Served) -> Iterator[Route]:
        """One route for the verbs of an operation that meet the same guards."""
        function = served.operation.view.function
        groups: dict[tuple[Guard, ...], list[str]] = {}
        for verb in served.operation.methods:
            guards = dict.fromkeys(self._guards_of(entry, served, function, verb))
            groups.setdefault(tuple(guards), []).append(verb)
        for kept, verbs in groups.items():
            yield self._route(entry, served, function, kept, verbs)

    def _route(
        self, entry: Entry, served: Served, function: Function, guards: tuple[Guard, ...], verbs: list[str]
    ) -> Route:
        declared = self._declaration(served.operation.place)
        holder: Definition = function if declared is None else declared[0]
        given = {} if declared is None else dict(declared[1].keywords)
        deprecated, documented = given.get("deprecated"), given.get("include_in_schema")
        return Route(
            methods=tuple(sorted(verbs)),
            path=entry.path,
            handler=function.name,
            framework="ninja",
            location=function.location,
            function=function,
            guards=guards,
            inputs=tuple(self._signatures.inputs(function, entry.path)),
            outputs=tuple(self._signatures.outputs(function, holder, given.get("response"))),
            authenticated=verdict_of(guards),
            complete=entry.complete,
            deprecated=getattr(deprecated, "value", None) is True,
            documented=getattr(documented, "value", None) is not False,
            owner=function.owner,
        )

    def _declaration(self, place: Place) -> tuple[Definition, Call] | None:
        """The call that declares an operation, with the definition that it stands in."""
        module = place.module
        if module.path not in self._calls:
            self._calls[module.path] = _calls_by_span(module)
        return self._calls[module.path].get(place.span)

    # Guards

    def _guards_of(self, entry: Entry, served: Served, function: Function, verb: str) -> Iterator[Guard]:
        yield from self._middleware.of_path(entry.path, False)
        yield from self._of_auth(served.auth)
        yield from self._of_throttle(served.throttle)
        for given in served.decorators:
            yield from self._of_decorator(given.value, given)
        yield from self._of_permissions(served, verb)
        for decorator, value in zip(function.head.decorators, self._guards.decorators(function), strict=True):
            if isinstance(value, Made) and value.name in _DECORATE_VIEW:
                place = Given(value, "function", Place(function.module, decorator.span))
                for each in value.args:
                    yield from self._of_decorator(each, place)
        owner = function.owner
        decorated = self._guards.of_decorated(function, "function")
        yield from decorated.guards
        yield from self._guards.inside(function, owner, verb)

    def _of_decorator(self, value: Value, given: Given) -> list[Guard]:
        location = _location(given)
        return self._guards.of_decorator(value, decorator_name(value), location, given.level)

    def _of_auth(self, given: Given) -> Iterator[Guard]:
        """The authenticators as one guard: any of them lets a caller in."""
        verdict = self._security.of_list(given.value)
        names = [label(each) for each in _authenticators(given.value)]
        if verdict is not Verdict.NO:
            kind: GuardKind = "authentication"
            yield Guard(" | ".join(names) or "?", kind, given.level, _location(given), verdict)
        for each in _authenticators(given.value):
            if self._security.checks_csrf(each):
                yield Guard(label(each), "csrf", given.level, _location(given), Verdict.YES)

    def _of_throttle(self, given: Given) -> Iterator[Guard]:
        for each in _authenticators(given.value):
            yield Guard(label(each), "rate-limit", given.level, _location(given), Verdict.YES)

    def _of_permissions(self, served: Served, verb: str) -> Iterable[Guard]:
        """What a controller's route asks for."""
        given = served.operation.permissions
        if given is NotImplemented:
            return ()
        place = served.operation.place
        return self._rest.of_permissions(Source(given, "class", place.module.locate(place.span)), verb)


def _authenticators(value: Value) -> list[Value]:
    return [each for option in options(value) for each in listed(option)]


def _location(given: Given) -> Location:
    return given.place.module.locate(given.place.span)


def _calls_by_span(module: Module) -> dict[int, tuple[Definition, Call]]:
    return {
        call.span: (definition, call) for definition in module.definitions for call in definition.scope.calls
    }
