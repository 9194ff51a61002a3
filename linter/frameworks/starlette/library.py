"""What the evaluator needs to know of Starlette and FastAPI to follow the code that sets them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    External,
    Frame,
    Instance,
    Made,
    Member,
    Value,
    options,
)
from linter.facts.scopes import Define
from linter.frameworks.starlette.names import (
    DECORATING,
    GRAPHQL_ROUTERS,
    HOST,
    MOUNT,
    NODES,
    REGISTERING,
    ROUTE,
    ROUTES,
    VERBS,
    WEBSOCKET_ROUTE,
    public_name,
)
from linter.frameworks.starlette.nodes import (
    Added,
    Node,
    Owner,
    add_api_route,
    add_api_websocket_route,
    include,
    make_route,
    node_of,
    start_node,
)
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project

if TYPE_CHECKING:
    from linter.frameworks.starlette.anonymous import Caller


class Registration(Made):
    """`router.get("/path")`: a decorator that registers what it decorates."""

    __slots__ = ("method", "owner")

    def __init__(self, owner: Owner, method: str, made: Made) -> None:
        super().__init__(f"?.{method}", made.args, made.keywords, made.module, made.span)
        self.owner = owner
        self.method = method
        self.truth = True


class Wrapped(Closure):
    """A function with a decorator around it that is no mere mark.

    `decorator` is a library's; for a decorator of the project it is None and the function is the wrapper
    that the decorator returned.
    """

    __slots__ = ("decorator", "inner")

    def __init__(self, outer: Closure, inner: Closure, decorator: Value = None) -> None:
        super().__init__(outer.function, outer.frame, outer.receiver)
        self.inner = inner
        self.decorator = decorator


def undecorated(closure: Closure) -> Closure:
    """A function below its decorators."""
    while isinstance(closure, Wrapped):
        closure = closure.inner
    return closure


class AsgiLibrary:
    """The evaluator's view of Starlette and FastAPI. `nodes` are all applications and routers made.

    `caller` is set to follow code on behalf of an anonymous caller.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self.caller: Caller | None = None
        self.nodes: list[tuple[Owner, Node]] = []
        self.entered: set[int] = set()
        """Functions that ran, by `id`."""
        self.startups: list[tuple[Value, Owner]] = []
        """What runs when an application starts, with the application."""
        self.unfollowed = False
        """Whether a router was included that could not be told."""

    # Calls of library functions

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """The result of calling a library's class or function."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.call(evaluator, made)
            if answer is not NotImplemented:
                return answer
        name = public_name(made.name)
        if name in NODES:
            self._start(made, name, made)
            return made
        if name in GRAPHQL_ROUTERS:
            self._graphql(made, made, name)
            return made
        if name in ROUTES:
            return make_route(name, made)
        if name in ("importlib.import_module", "pydantic.utils.import_string"):
            return self._imported(made)
        if name in ("functools.wraps", "functools.update_wrapper") and made.name.endswith("update_wrapper"):
            return made.argument(0, "wrapper", UNKNOWN)
        if name in ("functools.lru_cache", "functools.cache") and made.args:
            return made.args[0]
        return NotImplemented

    def _start(self, owner: Owner, kind: str, made: Made) -> None:
        node = start_node(owner, kind, made)
        self.nodes.append((owner, node))
        self.startups += [(each, owner) for each in options(made.keywords.get("lifespan"))]

    def _graphql(self, owner: Owner, made: Made, name: str) -> None:
        """A router that serves a GraphQL schema at one path."""
        self._start(owner, "fastapi.APIRouter", made)
        node, path = node_of(owner), made.keywords.get("path", "")
        assert node is not None
        add_api_route(node, made, path, External(name), ["GET", "POST"])
        add_api_websocket_route(node, made, path, External(name))

    def _imported(self, made: Made) -> Value:
        name = made.argument(0, "name")
        if not isinstance(name, str):
            return UNKNOWN
        if name.startswith("."):
            package = made.argument(1, "package", made.module.name)
            name = f"{package}{name}" if isinstance(package, str) else name
        path = self.project.layout.find(name, made.module.path)
        return UNKNOWN if path is None or path not in self.project.modules else self.project.modules[path]

    # Attributes

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute that the framework gives to a value."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.attribute(evaluator, receiver, name)
            if answer is not NotImplemented:
                return answer
        if name == "__name__":
            if isinstance(receiver, Class):
                return receiver.head.name
            if isinstance(receiver, Module):
                return receiver.name
        return NotImplemented

    # Calls of what the project does not define

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """The result of calling a method of the framework's."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.call_member(evaluator, member, made)
            if answer is not NotImplemented:
                return answer
        receiver, name = member.receiver, member.name
        if name == "__init__" and isinstance(receiver, Instance):
            return self._initialise(evaluator, receiver, made)
        if isinstance(receiver, (Made, Instance)):
            node = node_of(receiver)
            if node is not None:
                return self._on_node(evaluator, receiver, node, name, made)
        return NotImplemented

    def _initialise(self, evaluator: Evaluator, receiver: Instance, made: Made) -> Value:
        """`super().__init__(...)` that reaches the framework."""
        kind = self._kind(evaluator, receiver.cls)
        if kind in GRAPHQL_ROUTERS and node_of(receiver) is None:
            self._graphql(receiver, made, kind)
        elif kind in NODES and node_of(receiver) is None:
            self._start(receiver, kind, made)
        elif kind in ROUTES:
            receiver.fields.update(make_route(kind, made).fields)
        return None

    def _on_node(self, evaluator: Evaluator, owner: Owner, node: Node, name: str, made: Made) -> Value:
        if name in DECORATING:
            return Registration(owner, name, made)
        if name == "on_event" and made.argument(0, "event_type") == "startup":
            return Registration(owner, name, made)
        if name == "add_event_handler" and made.argument(0, "event_type") == "startup":
            self.startups.append((made.argument(1, "func"), owner))
        if name not in REGISTERING:
            return UNKNOWN if name == "url_path_for" else NotImplemented
        if name == "include_router":
            self._include(node, made)
        elif name == "add_middleware":
            node.middleware.insert(0, Added(made.argument(0, "middleware_class"), made))
        elif name in ("mount", "host"):
            self._mount(node, name, made)
        else:
            self._add(node, name, made)
        return None

    def _include(self, node: Node, made: Made) -> None:
        for child in options(made.argument(0, "router")):
            if isinstance(child, (Made, Instance)) and node_of(child) is not None:
                include(node, child, made)
            elif child is not None:
                self.unfollowed = True

    def _mount(self, node: Node, name: str, made: Made) -> None:
        if name == "host" and not isinstance(made.argument(0, "host"), str):
            return
        node.routes.append(make_route(HOST if name == "host" else MOUNT, made))

    def _add(self, node: Node, name: str, made: Made) -> None:
        path, endpoint = made.argument(0, "path", UNKNOWN), made.argument(1, "endpoint", UNKNOWN)
        if "route" in made.keywords:
            endpoint = made.keywords["route"]
        methods = made.keywords.get("methods")
        if name == "add_api_route":
            add_api_route(node, made, path, endpoint, ["GET"] if methods is None else methods)
        elif name == "add_api_websocket_route":
            add_api_websocket_route(node, made, path, endpoint)
        else:
            if name == "add_route" and len(made.args) > 2:
                methods = made.args[2]
            plain = Made(made.name, [path, endpoint], {**made.keywords}, made.module, made.span)
            if methods is not None:
                plain.keywords["methods"] = methods
            node.routes.append(make_route(WEBSOCKET_ROUTE if "websocket" in name else ROUTE, plain))

    # Calls of the project's own values

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """Decorators that register, and classes that derive from the framework's."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.apply(evaluator, callee, made)
            if answer is not NotImplemented:
                return answer
        if isinstance(callee, Closure):
            self.entered.add(id(callee.function))
            return NotImplemented
        if isinstance(callee, Registration):
            if made.args:
                self._register(evaluator, callee, made.args[0])
                return made.args[0]
            return UNKNOWN
        if isinstance(callee, (Made, Member)) and len(made.args) == 1 and isinstance(made.args[0], Closure):
            return _decorated(made.args[0], callee)
        if isinstance(callee, Class):
            kind = self._kind(evaluator, callee)
            if kind in NODES or kind in ROUTES or kind in GRAPHQL_ROUTERS:
                return self._construct(evaluator, callee, kind, made)
        return NotImplemented

    def _kind(self, evaluator: Evaluator, cls: Class) -> str:
        """The class of the framework that a class of the project derives from, or an empty name."""
        for each in evaluator.order.of(cls):
            name = public_name(each.name)
            if name in NODES or name in ROUTES or name in GRAPHQL_ROUTERS:
                return name
        return ""

    def _construct(self, evaluator: Evaluator, cls: Class, kind: str, made: Made) -> Value:
        instance = Instance(cls, frame=evaluator.frame_around(cls))
        constructor = evaluator.attribute(instance, "__init__")
        if kind in ROUTES:
            route = make_route(kind, made)
            route.fields["class"] = cls
            return route
        if isinstance(constructor, Closure):
            evaluator.enter(constructor, made.args, made.keywords)
        if node_of(instance) is None and kind in GRAPHQL_ROUTERS:
            self._graphql(instance, made, kind)
        elif node_of(instance) is None:
            self._start(instance, kind, made)
        return instance

    def _register(self, evaluator: Evaluator, decorator: Registration, endpoint: Value) -> None:
        """What the decorator of a verb, `api_route`, `route`, `websocket` or `middleware` does."""
        node, method = node_of(decorator.owner), decorator.method
        assert node is not None
        if method == "on_event":
            self.startups.append((endpoint, decorator.owner))
            return
        if method == "middleware":
            node.middleware.insert(0, Added(endpoint, decorator))
            return
        keywords = dict(decorator.keywords)
        path = decorator.argument(0, "path", UNKNOWN)
        keywords.pop("path", None)
        if method in VERBS:
            keywords["methods"] = [method.upper()]
        name = {
            "api_route": "add_api_route",
            "route": "add_route",
            "websocket": "add_api_websocket_route",
        }.get(method, "add_websocket_route" if method == "websocket_route" else "add_api_route")
        if method == "websocket" and not node.is_fastapi:
            name = "add_websocket_route"
        made = Made(decorator.name, [path, endpoint], keywords, decorator.module, decorator.span)
        own = (
            evaluator.class_attribute(decorator.owner.cls, name)
            if isinstance(decorator.owner, Instance)
            else NotImplemented
        )
        if isinstance(own, Closure):
            bound = evaluator.attribute(decorator.owner, name)
            evaluator.call(bound, made.args, made.keywords, None, None)
        else:
            self._add(node, name, made)

    # Definitions

    def define(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """Apply the decorators of a function, or of the methods of a class and then of the class."""
        if isinstance(definition, Class):
            self._methods(evaluator, frame, definition)
            self.decorated(evaluator, frame, definition, value)
            return NotImplemented
        found = self.decorated(evaluator, frame, definition, value)
        return found if isinstance(found, (Closure, Instance)) else NotImplemented

    def _methods(self, evaluator: Evaluator, frame: Frame, cls: Class) -> None:
        inner = Frame(cls, frame)
        for statement in cls.scope.statements:
            if not isinstance(statement, Define):
                continue
            method = cls.module.definitions[statement.scope]
            if isinstance(method, Function) and method.head.decorators:
                outer = frame if frame.holder.head.kind == "function" else None
                self.decorated(evaluator, inner, method, Closure(method, outer))

    def decorated(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """The value under its decorators, innermost first."""
        current = value
        for decorator in reversed(definition.head.decorators):
            applied = evaluator.value(frame, decorator.value)
            if isinstance(applied, Registration):
                self._register(evaluator, applied, current)
            elif isinstance(applied, (Closure, Instance)):
                current = _wrapped(current, evaluator.call(applied, [current], {}, frame, None))
            elif isinstance(current, Closure):
                current = _decorated(current, applied)
        return current


def _wrapped(inner: Value, result: Value) -> Value:
    """What a decorator of the project leaves: its result, or the function when it returns something else."""
    if not isinstance(inner, Closure):
        return inner
    known = [option for option in options(result) if isinstance(option, Closure)]
    if not known or undecorated(known[0]).function is undecorated(inner).function:
        return known[0] if known else inner
    return Wrapped(known[0], inner)


def _decorated(inner: Closure, decorator: Value) -> Closure:
    """A function under a decorator of a library. `functools.wraps` says what a wrapper stands for."""
    if isinstance(decorator, Made) and decorator.name == "functools.wraps":
        wrapped = decorator.args[0] if decorator.args else None
        return Wrapped(inner, wrapped) if isinstance(wrapped, Closure) else inner
    if isinstance(decorator, External) and "." not in decorator.name:
        return inner
    return Wrapped(inner, inner, decorator) if isinstance(decorator, (Made, External, Member)) else inner
