"""Protection of whole Flask applications: CSRF tokens and rate limits, and what is exempt from them."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Guard, Site, Verdict
from linter.facts.expressions import Constant, Ref, Result
from linter.facts.scopes import Decorator
from linter.finding import Location
from linter.frameworks.flask.names import CSRF_EXEMPTIONS, CSRF_PROTECTIONS, VERBS
from linter.frameworks.flask.objects import Node, Objects, View
from linter.frameworks.flask.scenes import Value
from linter.frameworks.flask.settings import Config
from linter.resolve.definitions import Definition

_CHANGING = frozenset(VERBS.values()) - {"GET"}
_DEFAULTS = ("default_limits", "default_limits_per_method", "application_limits")
_UNLIMITED = frozenset({"flask_limiter.Limiter.exempt"})
_LIMITS = frozenset({"flask_limiter.Limiter.limit", "flask_limiter.Limiter.shared_limit"})


class Protections:
    """What the extensions of a project protect as a whole."""

    def __init__(self, backend: Backend, objects: Objects, config: Config) -> None:
        self._backend = backend
        self._project = backend.project
        self._objects = objects
        self._config = config
        self._csrf: Guard | None = None
        self._limit: Guard | None = None
        self._exempt_nodes: dict[int, Location] = {}
        self._exempt_views: dict[str, Location] = {}
        self._limited_nodes: dict[int, Guard] = {}

    def collect(self) -> None:
        """Read which extensions are switched on, and what they leave out."""
        for site in (*self._backend.calls(*CSRF_PROTECTIONS), *self._initialised()):
            if site.call is not None and (site.call.args or site.call.keywords) and self._csrf is None:
                verdict = Verdict.YES if self._checks_by_default() else Verdict.UNKNOWN
                name = site.callee.name.removesuffix(".init_app")
                self._csrf = Guard(name, "csrf", "app", site.location, verdict)
        for site in self._backend.calls(*CSRF_EXEMPTIONS):
            argument = site.argument(0, "view")
            if argument is not None:
                self._exempt(
                    site.function, Value(site.function, argument, self._objects.setup.start), site.location
                )
        for site in self._backend.calls("flask_limiter.Limiter"):
            if any(site.argument(99, name) is not None for name in _DEFAULTS):
                self._limit = Guard(site.callee.name, "rate-limit", "app", site.location, Verdict.NO)
        for site in self._backend.calls(*_LIMITS):
            self._limited(site.function, site.span, site.callee.name, site.location)

    def _initialised(self) -> Iterator[Site]:
        return self._backend.calls(*(f"{name}.init_app" for name in CSRF_PROTECTIONS))

    def _checks_by_default(self) -> bool:
        setting = self._config.get("WTF_CSRF_CHECK_DEFAULT")
        return setting is None or not isinstance(setting.value, Constant) or setting.value.value is not False

    def _exempt(self, holder: Definition, value: Value, place: Location) -> None:
        setup = self._objects.setup
        for scene in setup.scenes(holder):
            at = Value(holder, value.expr, scene)
            for call in holder.scope.calls:
                if any(each is value.expr for each in call.args):
                    for turn in setup.turns(holder, call.block, scene):
                        for node in self._objects.objects(at._replace(scene=turn)):
                            self._exempt_nodes[id(node)] = place
            for view in self._objects.views(at):
                self._exempt_views[view.name] = place

    def _limited(self, holder: Definition, span: int, name: str, place: Location) -> None:
        """`limiter.limit("5/minute")(blueprint)`."""
        calls = holder.scope.calls
        for call in calls:
            if isinstance(call.callee, Result) and calls[call.callee.call].span == span and call.args:
                at = Value(holder, call.args[0], self._objects.setup.start)
                for node in self._objects.objects(at):
                    self._limited_nodes[id(node)] = Guard(name, "rate-limit", "router", place, Verdict.NO)

    def guards(self, nodes: tuple[Node, ...], view: View, methods: tuple[str, ...]) -> Iterator[Guard]:
        """CSRF and rate limit guards of a route, exemptions included."""
        for node in nodes:
            if id(node) in self._limited_nodes:
                yield self._limited_nodes[id(node)]
        if self._limit is not None and not self._is_decorated(view, _UNLIMITED):
            yield self._limit
        if _CHANGING.isdisjoint(methods):
            return
        place = self._exempted(nodes, view)
        if place is not None:
            yield Guard("flask_wtf.CSRFProtect.exempt", "csrf", "function", place, Verdict.NO)
        elif self._csrf is not None:
            yield self._csrf

    def _exempted(self, nodes: tuple[Node, ...], view: View) -> Location | None:
        for node in nodes:
            if id(node) in self._exempt_nodes:
                return self._exempt_nodes[id(node)]
        if view.name in self._exempt_views:
            return self._exempt_views[view.name]
        definition = view.function or view.cls
        for decorator in () if definition is None else definition.head.decorators:
            if definition is not None and self._is_named(definition, decorator, CSRF_EXEMPTIONS):
                return definition.module.locate(decorator.span)
        return None

    def _is_decorated(self, view: View, names: frozenset[str]) -> bool:
        """Whether the view, or its class, stands under one of these decorators."""
        definition = view.function or view.cls
        return definition is not None and any(
            self._is_named(definition, decorator, names) for decorator in definition.head.decorators
        )

    def _is_named(self, definition: Definition, decorator: Decorator, names: frozenset[str]) -> bool:
        parent = definition.parent
        if parent is None or not isinstance(decorator.value, Ref):
            return False
        return self._project.reference(parent, decorator.value.name).name in names
