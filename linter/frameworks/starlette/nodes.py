"""Applications and routers as values: what is registered on them, in order.

An application or router is a `Made`, or an `Instance` of a class of the project, with a `Node` on
it. Its routes are a plain list under `routes`, as in the frameworks, so that code which looks through
the list, takes from it or adds to it is followed like any other.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, Union

from linter.backend import GuardLevel
from linter.evaluate.environment import default_text
from linter.evaluate.values import HOLE, UNKNOWN, Instance, Made, Value, options
from linter.frameworks.starlette.names import (
    API_ROUTE,
    API_WEBSOCKET_ROUTE,
    APPS,
    HOST,
    MOUNT,
    ROUTE,
    WEBSOCKET_ROUTE,
    WEBSOCKETS,
)

Owner: TypeAlias = Union[Made, Instance]
"""The value that stands for an application, a router or a route."""

_NODE = "\0node"
_LIMIT = 20_000


class Attached(NamedTuple):
    """A dependency, and where it is attached."""

    value: Value
    level: GuardLevel


class Added(NamedTuple):
    """A middleware: its class or function, and the call that adds it."""

    value: Value
    made: Made


class Include(NamedTuple):
    """A router that another one includes. `taken` are the routes that were copied already."""

    child: Owner
    made: Made
    taken: dict[int, Value]


class Node:
    """What is known of an application or router. `kind` is its public class."""

    __slots__ = ("includes", "kind", "made", "middleware", "routes", "used")

    def __init__(self, kind: str, made: Made) -> None:
        self.kind = kind
        self.made = made
        self.routes: list[Value] = []
        self.includes: list[Include] = []
        self.middleware: list[Added] = []
        self.used = False
        """Whether it was included or mounted somewhere."""

    @property
    def is_app(self) -> bool:
        """Whether it serves by itself."""
        return self.kind in APPS

    @property
    def is_fastapi(self) -> bool:
        """Whether it is FastAPI's and not Starlette's own."""
        return self.kind.startswith("fastapi")

    @property
    def prefix(self) -> str:
        """What every path added to it starts with."""
        return text(self.made.keywords.get("prefix", "")) if self.is_fastapi and not self.is_app else ""

    @property
    def dependencies(self) -> list[Attached]:
        """What every path operation added to it depends on."""
        level: GuardLevel = "app" if self.is_app else "router"
        return [Attached(each, level) for each in listed(self.made.keywords.get("dependencies"))]


class Served(Made):
    """A route with what hangs on it. `made` is the call that registered it first.

    `declaring` are the calls whose arguments hold for it, outermost first: those that make its routers, that
    include them, and its own.
    """

    __slots__ = ("attached", "declaring", "deprecated", "documented", "includes", "made")

    def __init__(self, name: str, made: Made, path: str, endpoint: Value, methods: Value) -> None:
        super().__init__(name, [], made.keywords, made.module, made.span)
        self.made = made
        self.attached: list[Attached] = []
        self.includes: tuple[Made, ...] = ()
        self.declaring: tuple[Made, ...] = (made,)
        self.deprecated = made.keywords.get("deprecated") is True
        self.documented = made.keywords.get("include_in_schema") is not False
        self.truth = True
        self.fields = {
            "path": path,
            "path_format": path,
            "endpoint": endpoint,
            "methods": methods,
            "name": made.keywords.get("name", UNKNOWN),
            "tags": made.keywords.get("tags") or [],
            "dependencies": made.keywords.get("dependencies") or [],
            "include_in_schema": self.documented,
            "response_model": made.keywords.get("response_model", UNKNOWN),
        }

    @property
    def path(self) -> str:
        """The path with the prefixes so far; holes stand for what is not known."""
        return text(self.fields["path"])

    @property
    def endpoint(self) -> Value:
        """The function or class that answers."""
        return self.fields["endpoint"]

    @property
    def is_websocket(self) -> bool:
        """Whether it opens a websocket."""
        return self.name in WEBSOCKETS

    @property
    def methods(self) -> tuple[str, ...]:
        """Its HTTP methods; empty when the framework does not limit them."""
        return tuple(
            sorted({each.upper() for each in listed(self.fields["methods"]) if isinstance(each, str)})
        )


def text(value: Value) -> str:
    """A path or prefix; a hole where it is not known."""
    known = [option for option in options(value) if isinstance(option, str)]
    return known[0] if known else "" if value is None else default_text(value) or HOLE


def listed(value: Value) -> list[Value]:
    """The items of a list that may have been built in several ways."""
    found: list[Value] = []
    for option in options(value):
        if isinstance(option, (list, tuple)):
            found.extend(each for each in option if not any(each is other for other in found))
    return found


def node_of(value: Value) -> Node | None:
    """The node of an application or router; None for any other value."""
    if isinstance(value, (Made, Instance)):
        node = value.fields.get(_NODE)
        return node if isinstance(node, Node) else None
    return None


def start_node(owner: Owner, kind: str, made: Made) -> Node:
    """Make a value an application or router."""
    node = Node(kind, made)
    given = made.keywords.get("routes", made.args[0] if made.args and kind not in APPS else None)
    if kind == "starlette.applications.Starlette":
        given = made.argument(1, "routes")
    node.routes.extend(listed(given))
    for each in listed(made.keywords.get("middleware")):
        if isinstance(each, Made) and (each.args or "cls" in each.keywords):
            node.middleware.append(Added(each.argument(0, "cls"), each))
    owner.fields[_NODE] = node
    owner.fields.update(
        routes=node.routes,
        prefix=made.keywords.get("prefix", ""),
        dependencies=made.keywords.get("dependencies") or [],
        tags=made.keywords.get("tags") or [],
        router=owner,
        state=Made("starlette.datastructures.State", [], {}, made.module, made.span),
        user_middleware=[],
        exception_handlers={},
        dependency_overrides={},
    )
    return node


def add_api_route(node: Node, made: Made, path: Value, endpoint: Value, methods: Value) -> None:
    """What FastAPI's `add_api_route` does: prefix and dependencies of the router come along."""
    _add(node, Served(API_ROUTE, made, node.prefix + text(path), endpoint, methods))


def add_api_websocket_route(node: Node, made: Made, path: Value, endpoint: Value) -> None:
    """What FastAPI's `add_api_websocket_route` does."""
    _add(node, Served(API_WEBSOCKET_ROUTE, made, node.prefix + text(path), endpoint, None))


def _add(node: Node, route: Served) -> None:
    route.attached = [
        *node.dependencies,
        *(Attached(each, "function") for each in listed(route.made.keywords.get("dependencies"))),
    ]
    route.declaring = (node.made, route.made)
    route.deprecated = route.deprecated or node.made.keywords.get("deprecated") is True
    route.documented = route.documented and node.made.keywords.get("include_in_schema") is not False
    node.routes.append(route)


def make_route(name: str, made: Made) -> Served:
    """The value of `Route(...)`, `Mount(...)`, `Host(...)` and their kin."""
    path = made.argument(0, "host" if name == HOST else "path", UNKNOWN)
    if name in (MOUNT, HOST):
        route = Served(name, made, text(path), made.argument(1, "app", UNKNOWN), None)
        if name == MOUNT:
            route.fields["path"] = text(path).rstrip("/")
        given = made.keywords.get("routes", made.argument(2, "routes") if name == MOUNT else None)
        route.fields["app"] = route.endpoint
        route.fields["routes"] = given if given is not None else _routes_of(route.endpoint)
        return route
    methods = None if name in WEBSOCKETS else made.keywords.get("methods", UNKNOWN)
    route = Served(name, made, text(path), made.argument(1, "endpoint", UNKNOWN), methods)
    route.attached = [Attached(each, "function") for each in listed(made.keywords.get("dependencies"))]
    return route


def _routes_of(app: Value) -> Value:
    node = node_of(app)
    return UNKNOWN if node is None else node.routes


def include(node: Node, child: Owner, made: Made) -> None:
    """What `include_router` does, now and for routes that the child gets later."""
    inner = node_of(child)
    if inner is None or inner is node:
        return
    inner.used = True
    step = Include(child, made, {})
    node.includes.append(step)
    copy_routes(node, step)


def copy_routes(node: Node, step: Include) -> bool:
    """Copy the routes of an included router that were not copied yet; whether there were any."""
    inner = node_of(step.child)
    assert inner is not None
    prefix = text(step.made.keywords.get("prefix", ""))
    above = [
        *node.dependencies,
        *(Attached(each, "mount") for each in listed(step.made.keywords.get("dependencies"))),
    ]
    changed = False
    for route in list(inner.routes):
        if not isinstance(route, Served) or id(route) in step.taken or len(node.routes) > _LIMIT:
            continue
        step.taken[id(route)] = route
        changed = True
        plain = route.name in (ROUTE, WEBSOCKET_ROUTE, MOUNT, HOST)
        start = prefix if plain else node.prefix + prefix
        copy = Served(route.name, route.made, start + route.path, route.endpoint, route.fields["methods"])
        if route.name in (MOUNT, HOST):
            copy.fields.update(app=route.fields["app"], routes=route.fields["routes"])
        copy.attached = [*([] if plain else above), *route.attached]
        copy.includes = (step.made, *route.includes)
        copy.declaring = (node.made, step.made, *route.declaring)
        copy.deprecated = (
            route.deprecated
            or step.made.keywords.get("deprecated") is True
            or node.made.keywords.get("deprecated") is True
        )
        copy.documented = (
            route.documented
            and step.made.keywords.get("include_in_schema") is not False
            and node.made.keywords.get("include_in_schema") is not False
        )
        node.routes.append(copy)
    return changed


def settle(nodes: list[Node]) -> None:
    """Copy what was added to routers after they were included, until nothing changes."""
    for _ in range(24):
        changed = [copy_routes(node, step) for node in nodes for step in node.includes]
        if not any(changed):
            return
