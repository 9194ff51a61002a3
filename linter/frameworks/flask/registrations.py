"""Reads what hangs on each Flask object: rules, hooks, and the objects that it takes in."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from linter.backend import Backend
from linter.facts.expressions import Attr, Constant, Expr, Item, Mapping, Ref, Result, Starred
from linter.facts.scopes import Assign, Call, Decorator
from linter.facts.spans import Span
from linter.frameworks.flask.names import ALL_VERBS
from linter.frameworks.flask.objects import Edge, Hook, Node, Objects, Rule, View
from linter.frameworks.flask.scenes import Value, receiver_of
from linter.frameworks.flask.text import Texts
from linter.resolve.definitions import Class, Definition, Function

_ROUTES = frozenset({"route", "resource", "websocket", *ALL_VERBS})
_HOOKS = ("before_request", "before_app_request")
_SERVERS = ("app", "blueprint")
_APIS = ("api", "namespace")


class Registrations:
    """Fills the nodes of `objects`. `unfollowed` says that an object was taken in that is not known."""

    def __init__(self, backend: Backend, objects: Objects, texts: Texts) -> None:
        self.backend = backend
        self.project = backend.project
        self.objects = objects
        self.setup = objects.setup
        self.texts = texts
        self.unfollowed = False
        self.decorations: list[tuple[str | None, Value, bool]] = []
        self._named: dict[str, View] = {}

    def collect(self) -> None:
        """Read every registration of the project."""
        self.objects.discover()
        definitions: list[Definition] = [*self.backend.functions, *self.backend.classes]
        for definition in definitions:
            self._decorated(definition)
        for name, read in (
            ("add_url_rule", self._add_url_rule),
            ("add_resource", self._add_resource),
            ("register_blueprint", self._take_in),
            ("register_api", self._take_in),
            ("add_namespace", self._take_in),
            ("init_app", self._init_app),
            ("before_request", self._hook),
            ("before_app_request", self._hook),
        ):
            self.each(name, read)
        self._bound_early()
        self._collect_applied_routes()
        self._collect_decorations()
        for node in list(self.objects.nodes.values()):
            self._describe(node)

    def each(self, name: str, read: Callable[[Node, Given, str], None]) -> None:
        """Read every call of the methods of one name, once for each object that it is called on."""
        for site in self.backend.methods_called(name):
            assert site.call is not None
            self._each(site.function, site.call, read)

    def _bound_early(self) -> None:
        """`functools.partial(app.register_blueprint, shop, url_prefix="/shop")`, which is called later."""
        for site in self.backend.calls("functools.partial"):
            call = site.call
            if call is None or not call.args or receiver_of(call.args[0])[1] != "register_blueprint":
                continue
            bound = msgspec.structs.replace(call, callee=call.args[0], args=call.args[1:])
            self._each(site.function, bound, self._take_in)

    def _each(self, holder: Definition, call: Call, read: Callable[[Node, Given, str], None]) -> None:
        """Read one registration, once for each object and each turn of the loops around it."""
        receiver, method = receiver_of(call.callee)
        if receiver is None or isinstance(self.project.callee(holder, call).target, Function):
            return
        if isinstance(receiver, Result) and isinstance(holder, Function) and holder.head.parameters:
            inner = holder.scope.calls[receiver.call].callee
            if isinstance(inner, Ref) and inner.name == "super":
                receiver = Ref(f"${holder.head.parameters[0].name}")
        for scene in self.setup.scenes(holder):
            for turn in self.setup.turns(holder, call.block, scene):
                for node in self.objects.objects(Value(holder, receiver, turn)):
                    read(node, Given(self, holder, call, turn), method)

    # Nodes

    def _describe(self, node: Node) -> None:
        node.name = self.texts.text(node.argument(0, "name")) or "" if node.kind != "app" else ""
        where = {"blueprint": "url_prefix", "api": "prefix", "namespace": "path"}.get(node.kind)
        given = None if where is None else node.call.keyword(where)
        if node.made == "flask_restful.Api" and len(node.call.args) > 1:
            given = node.call.args[1]
        if given is not None and not (isinstance(given, Constant) and given.value is None):
            node.prefix = self.texts.text(node.value.beside(given))
            node.known = node.prefix is not None
        elif node.kind == "namespace":
            node.prefix = f"/{node.name}"
        decorators = node.call.keyword("decorators")
        if decorators is not None and node.kind in _APIS:
            node.guards += self.setup.items(node.value.beside(decorators)) or []
        if node.kind == "api":
            parent = node.argument(0, "app")
            for each in [] if parent is None else self.objects.objects(parent):
                if each.kind in _SERVERS:
                    each.edges.append(Edge(node, None, True))
        elif node.kind == "namespace":
            receiver, method = receiver_of(node.call.callee)
            for each in self.objects.objects(node.value.beside(receiver)) if receiver is not None else ():
                if method == "namespace":
                    each.edges.append(Edge(node, None, True))

    def _take_in(self, node: Node, given: Given, method: str) -> None:
        child = given.value(0, {"add_namespace": "ns", "register_api": "api"}.get(method, "blueprint"))
        if child is None:
            return
        prefix = given.value(1, "path") if method == "add_namespace" else given.value(None, "url_prefix")
        text = self.texts.text(prefix)
        known = prefix is None or text is not None or _is_none(prefix)
        children = [each for each in self.objects.objects(child) if each is not node]
        self.unfollowed = self.unfollowed or not children
        name = self.texts.text(given.value(None, "name"))
        for each in children:
            node.edges.append(Edge(each, text, known, name))

    def _init_app(self, node: Node, given: Given, method: str) -> None:
        if node.kind == "api":
            parent = given.value(0, "app")
            for each in [] if parent is None else self.objects.objects(parent):
                if each.kind in _SERVERS:
                    each.edges.append(Edge(node, None, True))

    # Hooks

    def _hook(self, node: Node, given: Given, method: str) -> None:
        value = given.value(0, "f")
        if value is not None and node.kind in _SERVERS:
            certain = not _conditional(given.holder, given.call.block)
            node.hooks.append(Hook(value, certain, method == "before_app_request"))

    # Decorated functions and classes

    def _decorated(self, definition: Definition) -> None:
        parent = definition.parent
        if parent is None:
            return
        for position, decorator in enumerate(definition.head.decorators):
            below = definition.head.decorators[position + 1 :]
            if isinstance(decorator.value, Result):
                call = parent.scope.calls[decorator.value.call]
                receiver, method = receiver_of(call.callee)
                if receiver is not None and (method in _ROUTES or method == "endpoint"):
                    self._decorated_rule(definition, parent, call, method, receiver, below, decorator)
            elif isinstance(decorator.value, Ref) and isinstance(definition, Function):
                receiver, method = receiver_of(decorator.value)
                if method in _HOOKS and receiver is not None:
                    self._decorated_hook(definition, parent, receiver, method)

    def _decorated_hook(self, function: Function, parent: Definition, receiver: Expr, method: str) -> None:
        mark = ":" if isinstance(parent, Function) and parent.is_module else "$"
        block = _block_of(parent, function)
        for scene in self.setup.scenes(parent):
            for node in self.objects.objects(Value(parent, receiver, scene)):
                value = Value(parent, Ref(mark + function.head.name), scene)
                node.hooks.append(
                    Hook(value, not _conditional(parent, block), method == "before_app_request")
                )

    def _decorated_rule(
        self,
        definition: Definition,
        parent: Definition,
        call: Call,
        method: str,
        receiver: Expr,
        below: tuple[Decorator, ...],
        decorator: Decorator,
    ) -> None:
        if isinstance(definition, Class):
            view = View(definition.name, cls=definition)
        else:
            view = View(definition.name, definition)
        for scene in self.setup.scenes(parent):
            for turn in self.setup.turns(parent, call.block, scene):
                given = Given(self, parent, call, turn)
                for node in self.objects.objects(Value(parent, receiver, turn)):
                    if method == "endpoint":
                        self._named[self.texts.text(given.value(0, "endpoint")) or ""] = view
                    else:
                        self._add_rule(node, given, method, view, decorator.span, below)

    def _collect_applied_routes(self) -> None:
        """`app.route("/x")(view)`."""
        for function, index in self.backend.project.index.calls(""):
            calls = function.scope.calls
            call = calls[index]
            if type(call.callee) is Result and call.args:
                inner = calls[call.callee.call]
                receiver, method = receiver_of(inner.callee)
                if receiver is not None and method in _ROUTES:
                    self._applied_route(function, inner, receiver, method, call.args[0])

    def _applied_route(
        self, holder: Definition, call: Call, receiver: Expr, method: str, argument: Expr
    ) -> None:
        for scene in self.setup.scenes(holder):
            for turn in self.setup.turns(holder, call.block, scene):
                for node in self.objects.objects(Value(holder, receiver, turn)):
                    for view in self.objects.views(Value(holder, argument, turn)):
                        self._add_rule(node, Given(self, holder, call, turn), method, view, call.span)

    # Rules

    def _add_rule(
        self,
        node: Node,
        given: Given,
        method: str,
        view: View,
        span: Span,
        below: tuple[Decorator, ...] | None = None,
    ) -> None:
        """A rule made by `route` or a verb; `below` are the decorators under it, if it is a decorator."""
        if method in ALL_VERBS:
            if node.kind not in _SERVERS:
                return
            methods: tuple[str, ...] | None = (method.upper(),)
        else:
            methods = given.methods()
        paths = given.paths(0) if node.kind in _APIS else [self.texts.text(given.value(0, "rule"))]
        for path in paths:
            rule = Rule(view, path, methods, "", given.holder, span, below or (), view.wraps)
            rule.decorated = below is not None
            rule.websocket = method == "websocket"
            rule.endpoint = self._endpoint(node, given, view, None)
            rule.documented = _documented(self.backend, given.holder, given.call)
            node.rules.append(rule)

    def _add_url_rule(self, node: Node, given: Given, method: str) -> None:
        if node.kind not in _SERVERS:
            return
        path = self.texts.text(given.value(0, "rule"))
        if path is None and given.is_uncalled:
            return
        value = given.value(2, "view_func")
        endpoint = given.value(1, "endpoint")
        views = [] if value is None else self.objects.views(value)
        if value is None and endpoint is not None:
            name = self.texts.text(endpoint) or "?"
            views = [self._named.get(name, View("?"))]
        for view in views or [View("?")]:
            name = self._endpoint(node, given, view, endpoint)
            rule = Rule(view, path, given.methods(), name, given.holder, given.call.span, guards=view.wraps)
            node.rules.append(rule)

    def _add_resource(self, node: Node, given: Given, method: str) -> None:
        if node.kind not in _APIS:
            return
        value = given.value(0, "resource")
        for view in [] if value is None else self.objects.views(value):
            for path in given.paths(1):
                rule = Rule(view, path, None, "", given.holder, given.call.span, guards=view.wraps)
                rule.endpoint = self._endpoint(node, given, view, None)
                node.rules.append(rule)

    def _endpoint(self, node: Node, given: Given, view: View, value: Value | None) -> str:
        named = self.texts.text(value or given.value(None, "endpoint")) or view.endpoint
        if named:
            return named
        last = view.name.rpartition(".")[2]
        if node.kind == "namespace":
            return f"{self.texts.text(node.argument(0, 'name'))}_{_snake(last)}"
        if node.kind == "api":
            return last.lower() if node.made.startswith("flask_restful") else _snake(last)
        return last

    # Decorations by hand

    def _collect_decorations(self) -> None:
        """`app.view_functions["index"] = login_required(app.view_functions["index"])`."""
        for function, assign in self.backend.project.index.fills("view_functions"):
            if isinstance(assign.value, Result):
                for target in assign.targets:
                    key = _view_key(target)
                    if key is not None:
                        self._decoration(function, assign, key, assign.value)

    def _decoration(self, function: Function, assign: Assign, key: Expr, value: Result) -> None:
        call = function.scope.calls[value.call]
        certain = not _conditional(function, assign.block)
        for scene in self.setup.scenes(function):
            for turn in self.setup.turns(function, assign.block, scene):
                endpoint = self.texts.text(Value(function, key, turn))
                self.decorations.append((endpoint, Value(function, call.callee, turn), certain))


class Given:
    """The arguments of one registration on one way through the code, `*` and `**` spread out."""

    def __init__(self, registrations: Registrations, holder: Definition, call: Call, scene: object) -> None:
        self._registrations = registrations
        self.holder = holder
        self.call = call
        self._at = Value(holder, call.callee, scene)  # type: ignore[arg-type]

    def value(self, position: int | None, name: str) -> Value | None:
        """An argument by position or keyword."""
        setup = self._registrations.setup
        if position is not None:
            args = self.call.args
            if any(isinstance(each, Starred) for each in args):
                spread = setup.expanded(self._at, args)
                if position < len(spread):
                    return spread[position]
            elif position < len(args):
                return self._at.beside(args[position])
        for key, expr in self.call.keywords:
            if key == name:
                return self._at.beside(expr)
            if key == "**":
                for leaf in setup.leaves(self._at.beside(expr)):
                    found = _entry(leaf, name)
                    if found is not None:
                        return found
        return None

    @property
    def is_uncalled(self) -> bool:
        """Whether this stands in a helper that takes what it registers and that nobody calls."""
        steering = None
        if isinstance(self.holder, Function) and not self.holder.is_module:
            steering = self._registrations.setup.steering.of(self.holder)
        return bool(steering) and not self._at.scene.names

    def paths(self, start: int) -> list[str | None]:
        """The URLs that are given from one position on."""
        spread = self._registrations.setup.expanded(self._at, self.call.args)
        unknown = any(isinstance(each, Starred) for each in self.call.args)
        found = [self._registrations.texts.text(value) for value in spread[start:]]
        return found or ([None] if unknown else [])

    def methods(self) -> tuple[str, ...] | None:
        """The methods that are given, upper case; None when the view decides."""
        value = self.value(None, "methods")
        names = None if value is None else self._registrations.texts.texts(value)
        return tuple(sorted({name.upper() for name in names})) if names else None


def _entry(leaf: Value, name: str) -> Value | None:
    if isinstance(leaf.expr, Mapping):
        for key, item in zip(leaf.expr.keys, leaf.expr.values, strict=True):
            if isinstance(key, Constant) and key.value == name:
                return leaf.beside(item)
    return None


def _view_key(target: Expr) -> Expr | None:
    """The key of `app.view_functions[key]`."""
    if not isinstance(target, Item):
        return None
    base = target.base
    if isinstance(base, Ref):
        return target.key if base.name.endswith(".view_functions") else None
    return target.key if isinstance(base, Attr) and base.name == "view_functions" else None


def _is_none(value: Value) -> bool:
    return isinstance(value.expr, Constant) and value.expr.value is None


def _conditional(holder: Definition, block: int) -> bool:
    """Whether a block runs under a condition."""
    blocks = holder.scope.blocks
    while block:
        if blocks[block].kind in ("if", "else", "except", "case", "while"):
            return True
        block = blocks[block].parent
    return False


def _block_of(parent: Definition, child: Definition) -> int:
    for statement in parent.scope.statements:
        if getattr(statement, "scope", None) == child.index:
            return statement.block
    return 0


def _documented(backend: Backend, holder: Definition, call: Call) -> bool:
    hidden = backend.constant(holder, call.keyword("doc")) is False
    return not hidden and backend.constant(holder, call.keyword("hide")) is not True


def _snake(name: str) -> str:
    """`UserList` as `user_list`, the way Flask-RESTX names endpoints."""
    text = ""
    for position, letter in enumerate(name):
        after_lower = position > 0 and (name[position - 1].islower() or name[position - 1].isdigit())
        before_lower = position > 0 and position + 1 < len(name) and name[position + 1].islower()
        if letter.isupper() and (after_lower or (before_lower and name[position - 1] != "_")):
            text += "_"
        text += letter.lower()
    return text
