"""FastAPI and Starlette: apps, routers, mounts and the routes that they serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from linter.backend import Backend, Guard, GuardLevel, Input, Output, Route, Verdict
from linter.facts.expressions import Attr, Constant, Expr, Ref, Result
from linter.facts.scopes import Assign, Call
from linter.facts.spans import Span
from linter.frameworks.fastapi.dependencies import Dependencies, shown_type
from linter.frameworks.fastapi.values import Origin, Row, Values
from linter.guards import Refusals
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable
from linter.resolve.values import Value
from linter.shapes import shapes_of

_VERBS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}
_APPS = {"fastapi.FastAPI", "starlette.applications.Starlette"}
_ROUTERS = {"fastapi.APIRouter", "starlette.routing.Router"}
_ROUTES = {"starlette.routing.Route", "fastapi.routing.APIRoute", "starlette.routing.WebSocketRoute"}
_MOUNTS = {"starlette.routing.Mount", "fastapi.routing.Mount"}
_MOUNT: GuardLevel = "mount"
_HIDDEN_METHODS = {"HEAD", "OPTIONS", "TRACE"}


@dataclass
class _Dependency:
    holder: Definition
    expr: Expr


@dataclass
class _Endpoint:
    methods: tuple[str, ...]
    path: str | None
    function: Function | None
    handler: str
    holder: Definition
    call: Call
    span: Span
    websocket: bool


@dataclass
class _Middleware:
    """Middleware that refuses; below `prefixes` only, or on paths that cannot be told (None)."""

    guard: Guard
    prefixes: tuple[str, ...] | None

    def on(self, path: str) -> Guard | None:
        """The guard that it is for one path."""
        if self.prefixes is None:
            return replace(self.guard, verdict=Verdict.UNKNOWN)
        return self.guard if path.startswith(self.prefixes) else None


@dataclass
class _Edge:
    child: Origin
    prefix: str | None
    dependencies: list[_Dependency]
    mount: bool
    order: tuple[str, Span]


@dataclass
class _Node:
    """An app or router with what hangs on it."""

    origin: Origin
    prefix: str = ""
    known: bool = True
    dependencies: list[_Dependency] = field(default_factory=list)
    endpoints: list[_Endpoint] = field(default_factory=list)
    edges: list[_Edge] = field(default_factory=list)
    deprecated: bool = False


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's FastAPI and Starlette apps.

    Routers that no app includes are served by nobody and are left out, unless the project has no app
    at all (a library of routers) or an include could not be followed.
    """
    if not {"fastapi", "starlette"} & backend.project.imported:
        return []
    return _Linker(backend, refusals).run()


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self.backend = backend
        self.project = backend.project
        self.refusals = refusals
        self.dependencies = Dependencies(backend, refusals)
        self.values = Values(backend, self._kind)
        self.nodes: dict[str, _Node] = {}
        self.unfollowed = False

    def _kind(self, name: str, cls: Class | None) -> str | None:
        if cls is not None:
            for ancestor in self.project.ancestors(cls):
                if ancestor.name in _APPS or ancestor.name in _ROUTERS:
                    return ancestor.name
            return None
        return name if name in _APPS or name in _ROUTERS else None

    def run(self) -> list[Route]:
        self._collect_nodes()
        self._collect_endpoints()
        self._collect_edges()
        included = {edge.child.key for node in self.nodes.values() for edge in node.edges}
        roots = [
            node
            for key, node in self.nodes.items()
            if key not in included and (node.origin.made in _APPS or self._is_library())
        ]
        if self.unfollowed:
            roots += [node for key, node in self.nodes.items() if key not in included and node not in roots]
        found: list[Route] = []
        for node in roots:
            certain = node.origin.made in _APPS
            middleware = self._middleware_guards(node)
            found.extend(self._emit(node, "", [], middleware, certain, (node.origin.key,)))
        return found

    def _is_library(self) -> bool:
        return not any(node.origin.made in _APPS for node in self.nodes.values())

    # Nodes

    def _collect_nodes(self) -> None:
        for name in sorted(self._constructor_names()):
            for holder, index in self.backend.calls_named(name):
                self._node_of(holder, index)

    def _constructor_names(self) -> set[str]:
        """Last names of what may make an app or a router: their classes, and what is bound to one."""
        names = {name.rpartition(".")[2] for name in _APPS | _ROUTERS}
        for cls in self.backend.classes:
            if cls.scope.bases and self._kind(cls.id, cls) is not None:
                names.add(cls.scope.name)
        for module in self.project.modules.values():
            for name, binding in module.bindings.items():
                if name[:1].isupper() and isinstance(binding, Assign):
                    alias = self.project.class_behind(Variable(module.functions[0], name, binding))
                    if alias is not None and self._kind(alias.id, alias) is not None:
                        names.add(name)
        return names

    def _node_of(self, holder: Definition, index: int) -> None:
        if self.values.made(holder, index) is None:
            return
        for row in self.values.contexts(holder):
            origin = self.values.made(holder, index, row)
            assert origin is not None
            node = self._node(origin)
            call = origin.call
            prefix = call.keyword("prefix")
            if prefix is not None:
                text = self.values.text(holder, prefix, row)
                node.prefix, node.known = text or "", text is not None
            node.dependencies = self._dependency_list(holder, call.keyword("dependencies"), row)
            node.deprecated = self.backend.constant(holder, call.keyword("deprecated")) is True
            self._listed_routes(node, holder, call.keyword("routes"))

    def _listed_routes(self, node: _Node, holder: Definition, expr: Expr | None, prefix: str = "") -> None:
        """`Starlette(routes=[Route(…), Mount(…)])`."""
        if expr is None:
            return
        for bound in self.values.items(holder, expr):
            if not isinstance(bound.expr, Result):
                continue
            call = bound.holder.scope.calls[bound.expr.call]
            name = self.project.callee(bound.holder, call).name
            path = self.backend.text(bound.holder, call.argument(0, "path"))
            if name in _ROUTES and path is not None:
                methods = self._methods(bound.holder, call.keyword("methods"), ("GET",))
                websocket = name.endswith("WebSocketRoute")
                self._add_endpoint(
                    node, bound.holder, call, call.argument(1, "endpoint"), prefix + path, methods, websocket
                )
            elif name in _MOUNTS and path is not None:
                inner = call.keyword("routes")
                if inner is not None:
                    self._listed_routes(node, bound.holder, inner, prefix + path.rstrip("/"))
                for child in self.values.origins(bound.holder, call.argument(1, "app")):
                    order = (bound.holder.module.path, call.span)
                    node.edges.append(_Edge(child, prefix + path.rstrip("/"), [], True, order))

    def _dependency_list(
        self, holder: Definition, expr: Expr | None, row: Row | None = None
    ) -> list[_Dependency]:
        if expr is None:
            return []
        return [_Dependency(bound.holder, bound.expr) for bound in self.values.items(holder, expr, row)]

    # Endpoints

    def _collect_endpoints(self) -> None:
        for function in self.backend.functions:
            if function.is_module or function.parent is None:
                continue
            for decorator in function.scope.decorators:
                if isinstance(decorator.value, Result):
                    call = function.parent.scope.calls[decorator.value.call]
                    self._decorated(function, function.parent, call, decorator.span)
        for name in ("add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"):
            for site in self.backend.methods_called(name):
                assert site.call is not None
                self._added(site.function, site.call, name)

    def _decorated(self, function: Function, holder: Definition, call: Call, span: Span) -> None:
        receiver, method = _receiver(call.callee)
        if receiver is None or method not in _VERBS | {"api_route", "route", "websocket", "websocket_route"}:
            return
        if method in _VERBS:
            methods: tuple[str, ...] = (method.upper(),)
        else:
            methods = self._methods(holder, call.keyword("methods"), ("GET",))
        websocket = method.startswith("websocket")
        for row in self.values.contexts(holder):
            for origin in self.values.origins(holder, receiver, row):
                path = self.values.text(holder, call.argument(0, "path"), row)
                self._node(origin).endpoints.append(
                    _Endpoint(methods, path, function, function.name, holder, call, span, websocket)
                )

    def _added(self, function: Function, call: Call, name: str) -> None:
        receiver, _ = _receiver(call.callee)
        if receiver is None:
            return
        for row in self.values.rows_around(function, call.block):
            for origin in self.values.origins(function, receiver, row):
                path = self.values.text(function, call.argument(0, "path"), row)
                methods = self._methods(function, call.keyword("methods"), ("GET",))
                endpoint = call.argument(1, "endpoint") or call.keyword("route")
                bound = row.get(endpoint.name) if isinstance(endpoint, Ref) else None
                if bound is not None:
                    self._add_endpoint(
                        self._node(origin), bound.holder, call, bound.expr, path, methods, "websocket" in name
                    )
                else:
                    self._add_endpoint(
                        self._node(origin), function, call, endpoint, path, methods, "websocket" in name
                    )

    def _add_endpoint(
        self,
        node: _Node,
        holder: Definition,
        call: Call,
        endpoint: Expr | None,
        path: str | None,
        methods: tuple[str, ...],
        websocket: bool,
    ) -> None:
        function: Function | None = None
        handler = "?"
        if isinstance(endpoint, Ref):
            found = self.project.reference(holder, endpoint.name)
            handler = found.name
            if isinstance(found.target, Function):
                function, handler = found.target, found.target.name
            elif isinstance(found.target, Class):
                for verb, method in sorted(found.target.methods.items()):
                    if verb in _VERBS:
                        each = (verb.upper(),)
                        node.endpoints.append(
                            _Endpoint(each, path, method, found.target.name, holder, call, call.span, False)
                        )
                return
        node.endpoints.append(_Endpoint(methods, path, function, handler, holder, call, call.span, websocket))

    def _methods(self, holder: Definition, expr: Expr | None, default: tuple[str, ...]) -> tuple[str, ...]:
        if expr is None:
            return default
        names = [self.backend.text(bound.holder, bound.expr) for bound in self.values.items(holder, expr)]
        return tuple(name.upper() for name in names if name) or default

    def _node(self, origin: Origin) -> _Node:
        return self.nodes.setdefault(origin.key, _Node(origin))

    # Edges

    def _collect_edges(self) -> None:
        for site in self.backend.methods_called("include_router"):
            assert site.call is not None
            self._edge(
                site.function, site.call, site.call.argument(0, "router"), site.call.keyword("prefix"), False
            )
        for site in self.backend.methods_called("mount"):
            assert site.call is not None
            self._edge(
                site.function, site.call, site.call.argument(1, "app"), site.call.argument(0, "path"), True
            )
        for node in self.nodes.values():
            node.edges.sort(key=lambda edge: edge.order)

    def _edge(
        self, function: Function, call: Call, child: Expr | None, prefix: Expr | None, mount: bool
    ) -> None:
        receiver, _ = _receiver(call.callee)
        if receiver is None:
            return
        for row in self.values.rows_around(function, call.block):
            parents = self.values.origins(function, receiver, row)
            children = self.values.origins(function, child, row)
            if parents and not children and not mount:
                self.unfollowed = True
            text = "" if prefix is None else self.values.text(function, prefix, row)
            dependencies = self._dependency_list(function, call.keyword("dependencies"), row)
            for parent in parents:
                for each in children:
                    if parent.key != each.key:
                        order = (function.module.path, call.span)
                        self._node(parent).edges.append(_Edge(each, text, dependencies, mount, order))

    # Routes

    def _emit(
        self,
        node: _Node,
        prefix: str,
        inherited: list[tuple[_Dependency, GuardLevel]],
        middleware: list[_Middleware],
        certain: bool,
        trail: tuple[str, ...],
    ) -> Iterator[Route]:
        level: GuardLevel = "app" if node.origin.made in _APPS else "router"
        own = [*inherited, *((dependency, level) for dependency in node.dependencies)]
        base = prefix + node.prefix
        certain = certain and node.known
        for endpoint in node.endpoints:
            route = self._route(node, endpoint, base, own, middleware, certain)
            if route is not None:
                yield route
        for edge in node.edges:
            child = self.nodes.get(edge.child.key)
            if child is None or edge.child.key in trail:
                continue
            known = edge.prefix is not None
            inner: list[tuple[_Dependency, GuardLevel]] = []
            if not edge.mount:
                inner = [*own, *[(each, _MOUNT) for each in edge.dependencies]]
            guards = [*middleware, *(self._middleware_guards(child) if edge.mount else [])]
            start = base + (edge.prefix or "").rstrip("/") if edge.mount else base + (edge.prefix or "")
            yield from self._emit(child, start, inner, guards, certain and known, (*trail, edge.child.key))

    def _route(
        self,
        node: _Node,
        endpoint: _Endpoint,
        base: str,
        inherited: list[tuple[_Dependency, GuardLevel]],
        middleware: list[_Middleware],
        certain: bool,
    ) -> Route | None:
        methods = tuple(sorted(set(endpoint.methods) - _HIDDEN_METHODS))
        if endpoint.websocket:
            methods = ()
        elif not methods:
            return None
        path = _braces(base + (endpoint.path or "")) or "/"
        guards: list[Guard] = []
        if not endpoint.websocket:
            guards = [guard for each in middleware if (guard := each.on(path)) is not None]
        attached = [*inherited]
        attached += [
            (dependency, "function")
            for dependency in self._dependency_list(endpoint.holder, endpoint.call.keyword("dependencies"))
        ]
        for dependency, level in attached:
            taken = self.dependencies.dependency(dependency.holder, dependency.expr)
            if taken is not None:
                guard = self.dependencies.guard(taken[0], taken[1], level)
                if guard is not None:
                    guards.append(guard)
        function = endpoint.function
        if function is not None:
            guards.extend(self._function_guards(function))
        return Route(
            methods=methods,
            path=path,
            handler=endpoint.handler,
            framework="fastapi" if node.origin.made.startswith("fastapi") else "starlette",
            location=endpoint.holder.module.locate(endpoint.span) if function is None else function.location,
            function=function,
            guards=tuple(guards),
            inputs=() if function is None else tuple(self._inputs(function, path)),
            outputs=tuple(self._outputs(endpoint)),
            authenticated=_verdict(guards, function),
            complete=certain and endpoint.path is not None,
            deprecated=node.deprecated
            or self.backend.constant(endpoint.holder, endpoint.call.keyword("deprecated")) is True,
            documented=self.backend.constant(endpoint.holder, endpoint.call.keyword("include_in_schema"))
            is not False,
            websocket=endpoint.websocket,
            owner=None if function is None else function.owner,
        )

    def _inputs(self, function: Function, path: str) -> list[Input]:
        return list(
            {(each.place, each.name): each for each in self.dependencies.inputs(function, path)}.values()
        )

    def _function_guards(self, function: Function) -> Iterator[Guard]:
        filled: set[str] = set()
        for parameter in function.scope.parameters:
            inner = self.dependencies.of_parameter(function, parameter)
            if inner is not None:
                if self.dependencies.identifies(*inner):
                    filled.add(parameter.name)
                guard = self.dependencies.guard(inner[0], inner[1], "function")
                if guard is not None:
                    yield guard
            elif self.dependencies.is_credential(function, parameter):
                filled.add(parameter.name)
        yield from self._class_guards(function)
        for decorator in function.scope.decorators:
            yield from self._decorator_guard(function, decorator.value, decorator.span)
        own = self.refusals.inside(function, frozenset(filled))
        if own.verdict is not Verdict.NO:
            yield Guard(function.name, own.kind, "function", function.location, own.verdict)

    def _class_guards(self, function: Function) -> Iterator[Guard]:
        """Dependencies that a class-based view declares as attributes, its bases' included."""
        owner = function.owner
        if owner is None:
            return
        for ancestor in self.project.ancestors(owner):
            if not isinstance(ancestor.target, Class):
                continue
            for assign in ancestor.target.attributes.values():
                if assign.value is not None:
                    taken = self.dependencies.dependency(ancestor.target, assign.value)
                    if taken is not None:
                        guard = self.dependencies.guard(taken[0], taken[1], "class")
                        if guard is not None:
                            yield guard

    def _decorator_guard(self, function: Function, value: Expr, span: Span) -> Iterator[Guard]:
        """A decorator of the project, or of a library that is known to guard."""
        parent = function.parent
        assert parent is not None
        if isinstance(value, Result):
            found = self.project.callee(parent, parent.scope.calls[value.call])
        elif isinstance(value, Ref):
            found = self.project.reference(parent, value.name)
        else:
            return
        name, target = found.name, found.target
        place = function.module.locate(span)
        if isinstance(target, Function):
            refusal = self.refusals.of(target)
            if refusal.verdict is not Verdict.NO:
                yield Guard(target.name, refusal.kind, "function", place, refusal.verdict)
        elif name.endswith(".limit") and ("limiter" in name.lower() or name.startswith("slowapi")):
            yield Guard(name, "rate-limit", "function", place, Verdict.NO)
        elif name == "starlette.authentication.requires":
            yield Guard(name, "authentication", "function", place, Verdict.YES)

    def _middleware_guards(self, node: _Node) -> list[_Middleware]:
        """Middleware of one app that may refuse."""
        guards: list[_Middleware] = []
        for origins, function in self._middlewares:
            if node.origin in origins:
                self._middleware(function, guards)
        return guards

    @cached_property
    def _middlewares(self) -> list[tuple[list[Origin], Function]]:
        """Every middleware function, with the apps that it is added to."""
        found: list[tuple[list[Origin], Function]] = []
        for function in self.backend.functions:
            parent = function.parent
            for decorator in function.scope.decorators:
                if parent is None or not isinstance(decorator.value, Result):
                    continue
                receiver, method = _receiver(parent.scope.calls[decorator.value.call].callee)
                if method == "middleware" and receiver is not None:
                    found.append((self.values.origins(parent, receiver), function))
        for site in self.backend.methods_called("add_middleware"):
            assert site.call is not None
            receiver, _ = _receiver(site.call.callee)
            added = site.resolve(site.argument(0, "middleware_class"))
            if receiver is None or added is None or not isinstance(added.target, Class):
                continue
            origins = self.values.origins(site.function, receiver)
            for name in ("dispatch", "__call__"):
                method_found = added.target.methods.get(name)
                if method_found is not None:
                    found.append((origins, method_found))
        return found

    def _middleware(self, function: Function, guards: list[_Middleware]) -> None:
        refusal = self.refusals.of(function)
        if refusal.verdict is not Verdict.NO:
            guard = Guard(function.name, refusal.kind, "app", function.location, refusal.verdict)
            guards.append(_Middleware(guard, self._guarded_prefixes(function)))

    def _guarded_prefixes(self, function: Function) -> tuple[str, ...] | None:
        """The path prefixes on which a middleware refuses; None when its conditions are others."""
        prefixes: list[str] = []
        for each in self.refusals.refusals(function):
            block = each.block
            prefix: str | None = None
            while block and prefix is None:
                current = function.scope.blocks[block]
                if current.kind == "if" and isinstance(current.subject, Result):
                    call = function.scope.calls[current.subject.call]
                    if isinstance(call.callee, Ref) and call.callee.name.endswith(".path.startswith"):
                        prefix = self.backend.text(function, call.argument(0, "prefix"))
                block = current.parent
            if prefix is None:
                return None
            prefixes.append(prefix)
        return tuple(prefixes) or None

    def _outputs(self, endpoint: _Endpoint) -> Iterator[Output]:
        status = self.refusals.responses.status(endpoint.holder, endpoint.call.keyword("status_code")) or 200
        model = endpoint.call.keyword("response_model")
        if model is not None:
            shown = None if isinstance(model, Constant) else shown_type(model)
            yield Output(status, shown, self._schema_class(endpoint.holder, model))
        elif endpoint.function is not None and endpoint.function.scope.returns is not None:
            returns = endpoint.function.scope.returns
            yield Output(status, shown_type(returns), self._schema_class(endpoint.function.parent, returns))
        else:
            yield Output(status, None)

    def _schema_class(self, holder: Definition | None, annotation: Expr) -> Class | None:
        """The schema class of a response, or of each of its items."""
        if holder is None:
            return None
        nested = shapes_of(self.backend.project).types.read(Value(holder, annotation)).nested
        return nested[0] if len(nested) == 1 else None


def _verdict(guards: list[Guard], function: Function | None) -> Verdict:
    access = [guard for guard in guards if guard.kind in ("authentication", "authorization", "other")]
    if any(guard.verdict is Verdict.YES for guard in access):
        return Verdict.YES
    if function is None or any(guard.verdict is Verdict.UNKNOWN for guard in access):
        return Verdict.UNKNOWN
    return Verdict.NO


def _receiver(callee: Expr) -> tuple[Expr | None, str]:
    """What a method is called on, and the method's name."""
    if isinstance(callee, Ref):
        receiver, dot, method = callee.name.rpartition(".")
        return (Ref(receiver) if dot and receiver not in ("", ":", "$") else None), method
    if isinstance(callee, Attr):
        return callee.base, callee.name
    return None, ""


def _braces(path: str) -> str:
    """`/files/{path:path}` as `/files/{path}`."""
    pieces = path.split("{")
    for position in range(1, len(pieces)):
        name, brace, rest = pieces[position].partition("}")
        pieces[position] = name.partition(":")[0] + brace + rest
    text = "{".join(pieces)
    return text if not text or text.startswith("/") else "/" + text
