"""Which route answers where several match: the one that is registered first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.facts.scopes import Define

if TYPE_CHECKING:
    from linter.backend import Backend, Route

_HOLE = re.compile(r"\{(?P<b>[^{}]*)\}|<(?P<a>[^<>]*)>")
_ANY_TEXT = frozenset({"", "str", "string", "default"})
_WORD = re.compile(r"[-A-Za-z0-9_]+")
_REGISTERING = (
    "include_router",
    "mount",
    "register_blueprint",
    "add_url_rule",
    "add_api_route",
    "add_router",
)
_FLASK_HOSTS = ("route", "add_url_rule", "register_blueprint", "Blueprint")
_DJANGO = ("django", "drf")
_BY_URL = (*_DJANGO, "ninja")
_ROUTER_ROOT = "rest_framework.routers."
"""The view that a router of Django REST framework adds by itself; a project may put its own before it."""
_CONDITIONAL = frozenset({"if", "else", "case", "except"})


class _Placed(NamedTuple):
    """A route in its order. `shape` is its path, parameters as `{converter}`, segment by segment.

    `by_path` says that the first path that fits answers, and refuses methods that it does not serve.
    """

    route: Route
    shape: tuple[str, ...]
    methods: frozenset[str]
    by_path: bool = False


@lru_cache(maxsize=1)
def order_of(backend: Backend) -> RouteOrder:
    """The order in which the routes of a backend are tried."""
    return RouteOrder(backend)


class RouteOrder:
    """For each route the earlier one that takes its requests."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.duplicates: dict[int, tuple[Route, Route]] = {}
        """By the id of a route: itself, and the first one with the same method and path."""
        self.shadowed: dict[int, tuple[Route, Route]] = {}
        """By the id of a route: itself, and the earlier one whose parameter takes its literal segment."""
        self.judged: list[Route] = []
        """The routes whose order is known, by application."""
        self._free = not any(self._is_conditional(name) for name in _REGISTERING)
        for ordered, by_weight in self._applications():
            self.judged.extend(placed.route for placed in ordered)
            self._compare(ordered, by_weight)

    def _applications(self) -> Iterator[tuple[list[_Placed], bool]]:
        """The routes that compete with each other, and whether the framework sorts them by itself."""
        groups: dict[tuple[bool, int], list[Route]] = {}
        hosts = self._serves_hosts()
        for route in self._backend.routes:
            flask = route.framework.startswith("flask")
            if route.framework in _BY_URL:
                continue
            if route.order is not None and route.pattern and route.complete and not route.websocket:
                if not (flask and hosts) and self._is_unconditional(route):
                    groups.setdefault((flask, route.order[0]), []).append(route)
        for (flask, _), routes in sorted(groups.items(), key=lambda each: each[0]):
            routes.sort(key=lambda route: route.order or (0, 0))
            yield [_Placed(each, _shape(each.pattern), frozenset(each.methods)) for each in routes], flask
        for entries in self._django():
            yield entries, False

    def _compare(self, ordered: list[_Placed], by_weight: bool) -> None:
        first: dict[tuple[str, ...], list[_Placed]] = {}
        open_ended: dict[int, list[_Placed]] = {}
        for placed in ordered:
            same = next((each for each in first.get(placed.shape, ()) if self._takes(each, placed)), None)
            wider = None
            if not by_weight and same is None:
                earlier = open_ended.get(len(placed.shape), ())
                wider = next(
                    (each for each in earlier if _swallows(each, placed) and self._takes(each, placed)), None
                )
            if same is not None:
                self.duplicates[id(placed.route)] = (placed.route, same.route)
            elif wider is not None:
                self.shadowed[id(placed.route)] = (placed.route, wider.route)
            first.setdefault(placed.shape, []).append(placed)
            if any(_is_any_text(segment) for segment in placed.shape):
                open_ended.setdefault(len(placed.shape), []).append(placed)

    def _takes(self, earlier: _Placed, later: _Placed) -> bool:
        """Whether the earlier route is certain to be there, and answers a method of the later one."""
        one, two = earlier.route, later.route
        is_other_path = earlier.by_path and earlier.shape != later.shape
        if not (is_other_path or earlier.methods & later.methods) or one.location == two.location:
            return False
        return self._free or one.framework in _DJANGO or _router(one) == _router(two) is not None

    # What is certain

    def _is_conditional(self, name: str) -> bool:
        return any(
            block.kind in _CONDITIONAL for site in self._backend.methods_called(name) for block in site.blocks
        )

    def _serves_hosts(self) -> bool:
        return any(
            site.call is not None
            and (site.call.keyword("subdomain") or site.call.keyword("host")) is not None
            for name in _FLASK_HOSTS
            for site in self._backend.methods_called(name)
        )

    def _is_unconditional(self, route: Route) -> bool:
        function = route.function
        if function is None or function.parent is None:
            return False
        defined = function if function.owner is None else function.owner
        return defined.parent is not None and any(
            isinstance(statement, Define) and statement.scope == defined.index and statement.block == 0
            for statement in defined.parent.scope.statements
        )

    # Django

    def _django(self) -> Iterator[list[_Placed]]:
        """The entries of each URL configuration, those of what it includes in their place."""
        roots: dict[int, list[tuple[int, _Placed]]] = {}
        first: dict[tuple[int, str], int] = {}
        entries: set[tuple[int, int]] = set()
        of_django = (route for route in self._backend.routes if route.framework in _BY_URL)
        for route in sorted(of_django, key=lambda each: each.order or (-1, 0)):
            if route.order is None or not route.complete or route.handler.startswith(_ROUTER_ROOT):
                continue
            root, position = route.order
            shape = _shape(route.pattern)
            if route.framework == "ninja":
                # Operations at one path share a view, which stands where the first of them does.
                position = first.setdefault((root, route.pattern), position)
                placed = _Placed(route, shape, frozenset(route.methods), True)
            elif route.order in entries:
                continue
            else:
                placed = _Placed(route, shape, frozenset({"*"}), True)
            entries.add(route.order)
            roots.setdefault(root, []).append((position, placed))
        for _, found in sorted(roots.items()):
            yield [placed for _, placed in sorted(found, key=lambda each: each[0])]


def _shape(pattern: str) -> tuple[str, ...]:
    """`/a/{id:int}` and `/a/<int:id>` as `/a/{int}`, split at slashes."""

    def erased(hole: re.Match[str]) -> str:
        braces = hole["b"]
        converter = hole["a"].rpartition(":")[0] if braces is None else braces.partition(":")[2]
        return "{" + ("" if converter in _ANY_TEXT else converter) + "}"

    return tuple(_HOLE.sub(erased, pattern).split("/"))


def _is_any_text(segment: str) -> bool:
    return segment in ("{}", "{slug}")


def _swallows(earlier: _Placed, later: _Placed) -> bool:
    """Whether a parameter of the earlier path takes a literal of the later one, and all else fits."""
    taken = False
    for wide, narrow in zip(earlier.shape, later.shape, strict=True):
        if wide == narrow:
            continue
        if wide != "{}" and not (wide == "{slug}" and _WORD.fullmatch(narrow)):
            return False
        if not narrow or ("path" in narrow and "{" in narrow):
            return False
        taken = taken or "{" not in narrow
    return taken


def _router(route: Route) -> tuple[int, str] | None:
    """What the handler's decorators are taken from: where it is bound, and its name."""
    function = route.function
    defined = None if function is None else function.owner or function
    if defined is None or defined.parent is None:
        return None
    for decorator in defined.scope.decorators:
        if isinstance(decorator.value, Result):
            callee: Expr = defined.parent.scope.calls[decorator.value.call].callee
            if isinstance(callee, Ref) and "." in callee.name:
                return (id(defined.parent), callee.name.rpartition(".")[0])
            if isinstance(callee, Attr):
                return None
    return None
