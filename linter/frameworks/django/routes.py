"""Django and Django REST framework: the routes that the URL configuration serves, and their guards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Guard, Route, Verdict, is_test
from linter.evaluate.values import UNKNOWN, Closure, External, Instance, Lambda, Made, Member, Value, options
from linter.facts.spans import Span
from linter.finding import Location
from linter.frameworks.django.admin import admin_entries
from linter.frameworks.django.anonymous import Caller
from linter.frameworks.django.decorators import GuardSet, decorator_name, verdict_of
from linter.frameworks.django.guards import DjangoGuards
from linter.frameworks.django.inputs import Inputs
from linter.frameworks.django.known import (
    ALWAYS_REFUSED,
    FUNCTION_VERBS,
    INCLUDED,
    LOGIN_FREE_VIEWS,
    LOGIN_NOT_REQUIRED,
)
from linter.frameworks.django.library import ADMIN_URLS, new_evaluator
from linter.frameworks.django.methods import class_methods, function_methods, limited_methods
from linter.frameworks.django.middleware import MiddlewareGuards
from linter.frameworks.django.rest import RestGuards
from linter.frameworks.django.settings import DjangoSettings, settings
from linter.frameworks.django.urls import RESOLVER, ClassView, Entry, Wrapped, flatten
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function, Module

if TYPE_CHECKING:
    from linter.frameworks.ninja.routes import NinjaRoutes

__all__ = ["routes", "settings"]


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """Every (path, handler) that the project's URL configuration serves.

    A class view gives one route for each of its methods; verbs that meet different guards are apart.
    """
    if "django" not in backend.project.imported:
        return []
    return DjangoRoutes(backend, refusals).routes()


class DjangoRoutes:
    """Turns URL entries into routes."""

    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._project = backend.project
        self._refusals = refusals
        self._settings = DjangoSettings(backend.project)
        self._evaluator, self._library = new_evaluator(backend.project, self._settings)
        caller = Caller(refusals)
        self._library.caller = caller
        self._guards = DjangoGuards(self._project, refusals, self._settings, self._evaluator, caller)
        self._rest = RestGuards(
            self._settings, self._evaluator, caller, self._library.imported, refusals.responses
        )
        self._middleware = MiddlewareGuards(
            self._settings, self._evaluator, self._library, caller, refusals, self._guards.limits
        )
        self._inputs = Inputs(self._evaluator, self._settings, caller, refusals.responses)
        self._settled: dict[str, frozenset[Span]] = {}
        self._ninja = self._ninja_routes(caller) if self._library.ninja is not None else None

    def _ninja_routes(self, caller: Caller) -> NinjaRoutes:
        from linter.frameworks.ninja.routes import NinjaRoutes

        guards = (self._guards, self._rest, self._middleware)
        return NinjaRoutes(self._project, self._evaluator, caller, *guards)

    def routes(self) -> list[Route]:
        """All routes; of two that are declared twice alike, one."""
        found: dict[tuple[object, ...], Route] = {}
        for position, (root, entry) in enumerate(self._entries()):
            order = (root, position) if self._is_settled(entry) else None
            for route in self._of_entry(entry):
                route.pattern, route.order = entry.pattern, order
                found.setdefault((route.path, route.handler, route.methods), route)
        return list(found.values())

    def _is_settled(self, entry: Entry) -> bool:
        """Whether an entry is there under no condition: what makes and includes it stands in no block."""
        places = (*entry.included, (entry.module, entry.span))
        return bool(entry.pattern) and all(span in self._settled_in(module) for module, span in places)

    def _settled_in(self, module: Module) -> frozenset[Span]:
        """The calls of a module that stand in no block."""
        found = self._settled.get(module.path)
        if found is None:
            scopes = module.facts.scopes[:1]
            found = frozenset(call.span for scope in scopes for call in scope.calls if call.block == 0)
            self._settled[module.path] = found
        return found

    # Where the URL tree starts

    def _entries(self) -> Iterator[tuple[int, Entry]]:
        """The leaves of the URL tree as they are tried, with the number of their root."""
        if self._evaluator.has_registries:
            self._library.start_applications(self._evaluator)
        ninja = self._library.ninja
        if ninja is not None:
            ninja.gather(self._evaluator)
        roots = self._roots()
        if ninja is not None:
            ninja.complete()
        for number, patterns in enumerate(roots):
            for entry in flatten(patterns):
                yield number, entry
                if isinstance(entry.view, External) and entry.view.name == ADMIN_URLS:
                    for each in admin_entries(self._project, self._evaluator, entry):
                        yield number, each

    def _roots(self) -> list[Value]:
        modules: dict[str, Module] = {}
        for layer in self._settings.deployed or self._settings.modules:
            for name in options(self._evaluator.module_value(layer, "ROOT_URLCONF")):
                module = self._near(name, layer) if isinstance(name, str) else None
                if module is not None:
                    modules[module.path] = module
        if modules:
            return [self._evaluator.module_value(module, "urlpatterns") for module in modules.values()]
        return self._loose_roots()

    def _near(self, name: str, module: Module) -> Module | None:
        """The module of a dotted name, seen from a settings module or lying beside it."""
        path = self._project.layout.find(name, module.path)
        if path is None:
            folder = module.path.rpartition("/")[0]
            path = f"{folder}/{name.replace('.', '/')}.py".lstrip("/")
        return self._project.modules.get(path)

    def _loose_roots(self) -> list[Value]:
        """Without settings: the URL lists that no other URL list includes."""
        lists = [
            self._evaluator.module_value(module, "urlpatterns")
            for module in self._project.modules.values()
            if "urlpatterns" in module.bindings and not is_test(module.path)
        ]
        included = {id(each) for patterns in lists for each in _included(patterns, 0)}
        return [patterns for patterns in lists if id(patterns) not in included]

    # One entry

    def _of_entry(self, entry: Entry) -> Iterator[Route]:
        if entry.resolved_by:
            yield from self._of_library_urls(entry)
            return
        if self._ninja is not None and self._ninja.serves(entry.view):
            yield from self._ninja.of_entry(entry, entry.view)
            return
        view, wrappers = entry.view, []
        while isinstance(view, Wrapped):
            wrappers.append(view)
            view = view.view
        if isinstance(view, str):
            view = self._library.imported(view)
        around = self._around(entry, wrappers)
        limits = tuple(each.decorator for each in wrappers)
        if isinstance(view, Class):
            view = ClassView(view, Made("", [], {}, entry.module, entry.span))
        if isinstance(view, ClassView):
            yield from self._of_class(entry, view, around)
        elif isinstance(view, Closure):
            yield from self._of_function(entry, view.function, around, limits)
        elif isinstance(view, Instance):
            yield from self._of_instance(entry, view, around, limits)
        else:
            yield self._of_other(entry, view, around)

    def _around(self, entry: Entry, wrappers: list[Wrapped]) -> GuardSet:
        """The guards of decorators that the URL file puts around the view."""
        guards: list[Guard] = []
        free = False
        for wrapper in wrappers:
            location = (
                wrapper.module.locate(wrapper.span) if wrapper.span else entry.module.locate(entry.span)
            )
            name = decorator_name(wrapper.decorator)
            guards += self._guards.of_decorator(wrapper.decorator, name, location, "router")
            free = free or name == LOGIN_NOT_REQUIRED
        return GuardSet(tuple(guards), free)

    def _route(
        self,
        entry: Entry,
        methods: Iterable[str],
        handler: str,
        guards: Iterable[Guard],
        function: Function | None = None,
        framework: str = "django",
    ) -> Route:
        kept = tuple(dict.fromkeys(guards))
        if entry.module.path:
            location = entry.module.locate(entry.span)
        else:
            location = function.location if function is not None else Location("", 1, 1, 1, 1)
        return Route(
            methods=tuple(sorted(methods)),
            path=entry.path,
            name=entry.name,
            handler=handler,
            framework=framework,
            location=location,
            function=function,
            guards=kept,
            inputs=tuple(self._inputs.of_path(entry.parameters)),
            authenticated=verdict_of(kept),
            complete=entry.complete,
        )

    # Class views

    def _of_class(self, entry: Entry, view: ClassView, around: GuardSet) -> Iterator[Route]:
        """One route for each method and the verbs that meet the same guards at it."""
        cls = view.cls
        api = self._rest.is_api(cls)
        groups: dict[tuple[str, tuple[Guard, ...]], list[str]] = {}
        for verb, method in class_methods(self._evaluator, view, self._refusals.responses).items():
            outer = [*around.guards, *(self._rest.of_view(view, method, verb) if api else ())]
            found = self._guards.of_class(view, method, verb, verdict_of(outer) is Verdict.YES)
            guards = [*outer, *found.guards]
            free = around.login_free or found.login_free or api or _is_login_view(self._ancestry(cls))
            guards += self._middleware.of_path(entry.path, free)
            refusing = next((name for name in self._ancestry(cls) if name in ALWAYS_REFUSED), None)
            if refusing is not None:
                guards.append(Guard(refusing, "authentication", "class", entry.module.locate(entry.span)))
            guards += self._limits_of(cls, method)
            if not api:
                guards += self._middleware.against_forgery(guards)
            groups.setdefault((method, tuple(guards)), []).append(verb)
        for (method, kept), verbs in groups.items():
            yield self._class_route(entry, view, method, kept, verbs, api)

    def _limits_of(self, cls: Class | External, method: str) -> list[Guard]:
        limits = self._guards.limits
        handler = self._guards.method(cls, method) if isinstance(cls, Class) else None
        own = [] if handler is None else limits.of_handler(handler)
        return [*own, *limits.of_ancestry(self._ancestry(cls))]

    def _ancestry(self, cls: Class | External) -> list[str]:
        order = self._evaluator.order
        found = order.of(cls) if isinstance(cls, Class) else order.of_name(cls.name)
        return [ancestor.name for ancestor in found]

    def _class_route(
        self,
        entry: Entry,
        view: ClassView,
        method: str,
        guards: tuple[Guard, ...],
        verbs: list[str],
        api: bool,
    ) -> Route:
        cls = view.cls
        function = None
        if isinstance(cls, Class):
            function = self._guards.method(cls, method)
        framework = "drf" if api else "django"
        route = self._route(entry, verbs, f"{cls.name}.{method}", guards, function, framework)
        if isinstance(cls, Class):
            route.owner = cls
            read = self._inputs.of_function(function) if function is not None else ()
            typed = [each for verb in verbs for each in self._inputs.of_class(view, cls, method, verb)]
            route.inputs = tuple(dict.fromkeys([*route.inputs, *read, *typed]))
            answers = [each for verb in verbs for each in self._inputs.outputs(view, cls, method, verb)]
            route.outputs = tuple(dict.fromkeys(answers))
        return route

    # Function views

    def _of_function(
        self, entry: Entry, function: Function, around: GuardSet, limits: tuple[Value, ...]
    ) -> Iterator[Route]:
        decorators = self._guards.decorators(function)
        rest = self._rest.api_view_methods(decorators)
        methods = rest if rest is not None else limited_methods((*limits, *decorators))
        if methods is None:
            let_through = self._guards.methods_let_through(function)
            methods = tuple(sorted(let_through or function_methods(function, self._refusals.responses)))
        groups: dict[tuple[Guard, ...], list[str]] = {}
        for verb in methods:
            found = self._guards.of_function(function, verb)
            free = around.login_free or found.login_free or rest is not None
            guards = [*around.guards, *found.guards, *self._middleware.of_path(entry.path, free)]
            if rest is not None:
                guards += self._rest.of_function(function, decorators, verb)
            else:
                guards += self._middleware.against_forgery(guards)
            groups.setdefault(tuple(guards), []).append(verb)
        for kept, verbs in groups.items():
            framework = "django" if rest is None else "drf"
            route = self._route(entry, verbs, function.name, kept, function, framework)
            route.inputs = (*route.inputs, *self._inputs.of_function(function))
            route.outputs = tuple(self._inputs.answers(function))
            yield route

    def _of_instance(
        self, entry: Entry, view: Instance, around: GuardSet, limits: tuple[Value, ...]
    ) -> Iterator[Route]:
        """An object that is called: its class's `__call__` is the view."""
        call = self._evaluator.class_value(view.cls, "__call__")
        if isinstance(call, Closure):
            yield from self._of_function(entry, call.function, around, limits)
            return
        guards = [*around.guards, *self._middleware.of_path(entry.path, around.login_free)]
        route = self._route(entry, ("GET",), view.cls.name, guards)
        feeds = any(name.startswith("django.contrib.syndication") for name in self._ancestry(view.cls))
        route.owner = view.cls
        if not feeds and route.authenticated is Verdict.NO:
            route.authenticated = Verdict.UNKNOWN
        yield route

    # Views of libraries

    def _of_other(self, entry: Entry, view: Value, around: GuardSet) -> Route:
        guards = [*around.guards, *self._middleware.of_path(entry.path, around.login_free)]
        if isinstance(view, External) and view.name == ADMIN_URLS:
            location = entry.module.locate(entry.span)
            guards.append(
                Guard("django.contrib.admin.AdminSite.has_permission", "authorization", "mount", location)
            )
            return self._route(entry, ("GET", "POST"), ADMIN_URLS, guards)
        route = self._route(entry, ("GET",), _label(view, entry), guards)
        known = isinstance(view, External) and view.name.startswith("django.")
        if not known and route.authenticated is Verdict.NO:
            route.authenticated = Verdict.UNKNOWN
        return route

    def _of_library_urls(self, entry: Entry) -> Iterator[Route]:
        """What an included URL module of a library serves, as far as it is known."""
        known = INCLUDED.get(entry.resolved_by)
        if known is None:
            guards = self._middleware.of_path(entry.path, False)
            route = self._route(entry, (), entry.resolved_by, guards)
            route.complete = False
            if route.authenticated is Verdict.NO:
                route.authenticated = Verdict.UNKNOWN
            yield route
            return
        for path, name in known:
            made = Made(f"{name}.as_view", [], {}, entry.module, entry.span)
            inner = entry._replace(path=entry.path + path, resolved_by="")
            if name.rpartition(".")[2][:1].isupper():
                yield from self._of_class(inner, ClassView(External(name), made), GuardSet())
            else:
                guards = self._middleware.of_path(inner.path, False)
                if name in ALWAYS_REFUSED:
                    location = entry.module.locate(entry.span)
                    guards.append(Guard(name, "authentication", "function", location))
                yield self._route(inner, FUNCTION_VERBS.get(name, ("POST",)), name, guards)


def _is_login_view(ancestry: Iterable[str]) -> bool:
    return any(
        name.startswith("django.contrib.auth.views.") and name.rpartition(".")[2] in LOGIN_FREE_VIEWS
        for name in ancestry
    )


def _included(patterns: Value, depth: int) -> Iterator[Value]:
    if not isinstance(patterns, (list, tuple)) or depth > 16:
        return
    for pattern in patterns:
        if isinstance(pattern, Made) and pattern.name == RESOLVER:
            yield pattern.fields["url_patterns"]
            yield from _included(pattern.fields["url_patterns"], depth + 1)


def _label(view: Value, entry: Entry) -> str:
    if isinstance(view, (External, Made)):
        return view.name
    if isinstance(view, Member):
        receiver = view.receiver
        holder = receiver.cls.name if isinstance(receiver, Instance) else getattr(receiver, "name", "?")
        return f"{holder}.{view.name}"
    if isinstance(view, Lambda):
        return f"{entry.module.name}.<lambda>"
    return "?" if view is UNKNOWN else type(view).__name__
