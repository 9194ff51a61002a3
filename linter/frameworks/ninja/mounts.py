"""Operations as an API serves them: full paths, and what routers and the API lay around them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import GuardLevel
from linter.evaluate.values import Made, Value
from linter.frameworks.django.urls import PATTERN
from linter.frameworks.ninja.objects import Holder, Operation, Place

_NESTING = 24


class Given(NamedTuple):
    """A value with the place and the level that it comes from; NotImplemented when nobody gives it."""

    value: Value
    level: GuardLevel
    place: Place


class Served(Made):
    """An operation at its place in an API: what a URL pattern leads to."""

    __slots__ = ("auth", "decorators", "operation", "throttle")

    def __init__(self, operation: Operation, auth: Given, throttle: Given, decorators: list[Given]) -> None:
        super().__init__("ninja.operation.Operation", [], {}, *operation.place)
        self.operation = operation
        self.auth = auth
        self.throttle = throttle
        self.decorators = decorators


class _Inherited(NamedTuple):
    """What the routers above give."""

    prefix: str
    auth: Given
    throttle: Given
    decorators: list[Given]


def patterns(api: Holder) -> list[Made]:
    """The URL patterns of everything that an API serves."""
    return [_pattern(path, served) for path, served in _served(api)]


def _pattern(path: str, served: Served) -> Made:
    pattern = Made(PATTERN, [], {"regex": False}, *served.operation.place)
    pattern.fields = {"route": path, "callback": served, "name": None, "default_args": {}}
    return pattern


def _served(api: Holder) -> Iterator[tuple[str, Served]]:
    unset = Given(NotImplemented, "app", api.place)
    own = [Given(each, "app", api.place) for each in api.decorators]
    # An API's own operations live in a router of their own, which comes first.
    yield from _of_router(api, api, _Inherited("", unset, unset, []), 0)
    for child in api.children:
        auth, throttle = Given(child.auth, "mount", child.place), Given(child.throttle, "mount", child.place)
        inherited = _Inherited(child.prefix, auth, throttle, own)
        yield from _of_router(api, child.router, inherited, 0, (auth, throttle))


def _of_router(
    api: Holder,
    router: Holder,
    above: _Inherited,
    depth: int,
    mounted: tuple[Given, Given] | None = None,
) -> Iterator[tuple[str, Served]]:
    """The operations of a router. `mounted` is what `api.add_router` says over the router's own head."""
    if depth > _NESTING:
        return
    level: GuardLevel = "app" if router is api else "router"
    own = (Given(router.auth, level, router.place), Given(router.throttle, level, router.place))
    below = (_first(own[0], above.auth), _first(own[1], above.throttle))
    here = below if mounted is None else (_first(mounted[0], below[0]), _first(mounted[1], below[1]))
    last = (Given(api.auth, "app", api.place), Given(api.throttle, "app", api.place))
    decorators = [*above.decorators, *(Given(each, level, router.place) for each in router.decorators)]
    for operation in router.operations:
        auth = Given(operation.auth, "function", operation.place)
        throttle = Given(operation.throttle, "function", operation.place)
        yield (
            _joined(above.prefix, operation.path),
            Served(
                operation,
                _first(auth, here[0], last[0]),
                _first(throttle, here[1], last[1]),
                decorators,
            ),
        )
    if router is api:
        return
    for child in router.children:
        prefix = _normal(f"{above.prefix}/{child.prefix}").lstrip("/")
        inherited = _Inherited(prefix, below[0], below[1], decorators)
        yield from _of_router(api, child.router, inherited, depth + 1)


def _first(*given: Given) -> Given:
    """The first that is given."""
    return next((each for each in given if each.value is not NotImplemented), given[-1])


def _joined(prefix: str, path: str) -> str:
    route = "/".join(each for each in (prefix, path) if each)
    return _normal(route.replace("{", "<").replace("}", ">")).lstrip("/")


def _normal(path: str) -> str:
    while "//" in path:
        path = path.replace("//", "/")
    return path
