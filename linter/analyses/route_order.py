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
_MATCHED = {"{slug}": _WORD, "{word}": re.compile(r"\w+")}
"""Parameters that take some words, and what they take; `{}` takes any."""
_REST = "{path}"
_KIND = re.compile(r"\{([^{}]*)\}")
_OF_ONE_SEGMENT = frozenset({"", "int", "float", "uuid", "uuidstr", "slug", "word"})
"""Converters that take no slash; those of regular expressions (`re-`) take none either."""
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
_BY_URL = (*_DJANGO, "ninja", "tornado")
_FOLLOWED = ("aiohttp", "tornado")
"""Frameworks whose routes have an order only where no condition decides whether they are registered."""
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
        """By the id of a route: itself, and the earlier one whose parameters take its segments."""
        self.judged: list[Route] = []
        """The routes whose order is known, by application."""
        self._free = not any(self._is_conditional(name) for name in _REGISTERING)
        for ordered, by_weight in self._applications():
            self.judged.extend(placed.route for placed in ordered)
            self._compare(ordered, by_weight)

    def _applications(self) -> Iterator[tuple[list[_Placed], bool]]:
        """The routes that compete with each other, and whether the framework sorts them by itself."""
        groups: dict[tuple[str, int, str], list[Route]] = {}
        hosts = self._serves_hosts()
        for route in self._backend.routes:
            family = _family(route)
            if route.framework in _BY_URL or (family == "flask" and hosts):
                continue
            if route.order is not None and route.pattern and route.complete and not route.websocket:
                if family in _FOLLOWED or self._is_unconditional(route):
                    start = _start(route.pattern) if family == "aiohttp" else ""
                    groups.setdefault((family, route.order[0], start), []).append(route)
        for (family, _, _), routes in sorted(groups.items(), key=lambda each: each[0]):
            routes.sort(key=lambda route: route.order or (0, 0))
            placed = [_Placed(each, _shape(each.pattern), frozenset(each.methods)) for each in routes]
            yield placed, family == "flask"
        for entries in self._django():
            yield entries, False

    def _compare(self, ordered: list[_Placed], by_weight: bool) -> None:
        first: dict[tuple[str, ...], list[_Placed]] = {}
        open_ended: dict[int, list[_Placed]] = {}
        unlimited: list[_Placed] = []
        for placed in ordered:
            same = next((each for each in first.get(placed.shape, ()) if self._takes(each, placed)), None)
            wider = None
            if not by_weight and same is None:
                earlier = [*open_ended.get(len(placed.shape), ()), *unlimited]
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
            if placed.shape[-1] == _REST:
                unlimited.append(placed)

    def _takes(self, earlier: _Placed, later: _Placed) -> bool:
        """Whether the earlier route is certain to be there, and answers a method of the later one."""
        one, two = earlier.route, later.route
        is_other_path = earlier.by_path and earlier.shape != later.shape
        if not (is_other_path or earlier.methods & later.methods):
            return False
        if one.location == two.location and not (one.framework == "tornado" and one.order != two.order):
            return False
        return (
            self._free or one.framework in (*_DJANGO, *_FOLLOWED) or _router(one) == _router(two) is not None
        )

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
        """The entries of each URL configuration, those of what it includes in their place.

        So are the rules of each list of Tornado's: the first path that fits answers, whatever the verb.
        """
        roots: dict[tuple[bool, int], list[tuple[int, _Placed]]] = {}
        first: dict[tuple[int, str], int] = {}
        entries: set[tuple[bool, tuple[int, int]]] = set()
        of_django = (route for route in self._backend.routes if route.framework in _BY_URL)
        for route in sorted(of_django, key=lambda each: each.order or (-1, 0)):
            if route.order is None or not route.complete or route.handler.startswith(_ROUTER_ROOT):
                continue
            tornado = route.framework == "tornado"
            if tornado and not route.pattern:
                continue
            root, position = route.order
            shape = _shape(route.pattern)
            if route.framework == "ninja":
                # Operations at one path share a view, which stands where the first of them does.
                position = first.setdefault((root, route.pattern), position)
                placed = _Placed(route, shape, frozenset(route.methods), True)
            elif (tornado, route.order) in entries:
                continue
            else:
                placed = _Placed(route, shape, frozenset({"*"}), True)
            entries.add((tornado, route.order))
            roots.setdefault((tornado, root), []).append((position, placed))
        for _, found in sorted(roots.items()):
            yield [placed for _, placed in sorted(found, key=lambda each: each[0])]


def _shape(pattern: str) -> tuple[str, ...]:
    """`/a/{id:int}` and `/a/<int:id>` as `/a/{int}`, split at slashes."""

    def erased(hole: re.Match[str]) -> str:
        braces = hole["b"]
        converter = hole["a"].rpartition(":")[0] if braces is None else braces.partition(":")[2]
        return "{" + ("" if converter in _ANY_TEXT else converter) + "}"

    return tuple(_HOLE.sub(erased, pattern).split("/"))


def _family(route: Route) -> str:
    """One word for the frameworks whose routes an application may mix."""
    if route.framework.startswith("flask"):
        return "flask"
    return route.framework if route.framework in _FOLLOWED else "asgi"


def _start(pattern: str) -> str:
    """What aiohttp files a path under: of two paths that fit, the one with the longer start answers."""
    head, mark, _ = pattern.partition("{")
    return head.rpartition("/")[0] if mark else pattern


def _is_any_text(segment: str) -> bool:
    return segment == "{}" or segment in _MATCHED


def _swallows(earlier: _Placed, later: _Placed) -> bool:
    """Whether parameters of the earlier path take what stands in their place in the later one."""
    shape, other = earlier.shape, later.shape
    if shape[-1] == _REST:
        shape = shape[:-1]
        if len(other) <= len(shape) or not other[len(shape)]:
            return False
    return all(wide == narrow or _takes_all(wide, narrow) for wide, narrow in zip(shape, other, strict=False))


def _takes_all(wide: str, narrow: str) -> bool:
    """Whether a parameter takes all that another segment, a literal or a parameter, stands for."""
    kinds = _KIND.findall(narrow)
    if wide == "{}":
        return bool(narrow) and all(kind in _OF_ONE_SEGMENT or kind.startswith("re-") for kind in kinds)
    matched = _MATCHED.get(wide)
    return matched is not None and matched.fullmatch(narrow) is not None


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
