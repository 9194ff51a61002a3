"""Flask applications, blueprints, APIs and namespaces, and the views that hang on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from linter.backend import Backend
from linter.facts.expressions import Attr, Expr, Operation, Ref, Result
from linter.facts.scopes import Assign, Call, Decorator
from linter.facts.spans import Span
from linter.frameworks.flask.names import APPS, CONNEXION_APPS, OBJECTS, ObjectKind
from linter.frameworks.flask.scenes import Value, index_of, receiver_of
from linter.frameworks.flask.setup import Setup
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable

_DEPTH = 8
_APP_PARAMETERS = frozenset({"app", "application", "flask_app"})


class View(NamedTuple):
    """What a rule routes to. `wraps` are the decorators that were applied to it by hand, inner first.

    `endpoint` is the name given to `as_view`. `certain` is False when a decorator was put on under
    a condition.
    """

    name: str
    function: Function | None = None
    cls: Class | None = None
    wraps: tuple[Value, ...] = ()
    endpoint: str | None = None
    certain: bool = True


@dataclass
class Rule:
    """One registration: a view at some paths. `path` is None where it is not known."""

    view: View
    path: str | None
    methods: tuple[str, ...] | None
    endpoint: str
    holder: Definition
    span: Span
    decorators: tuple[Decorator, ...] = ()
    guards: tuple[Value, ...] = ()
    decorated: bool = False
    websocket: bool = False
    documented: bool = True


@dataclass
class Hook:
    """A function that runs before requests. `certain` is False when it may not be registered."""

    value: Value
    certain: bool
    everywhere: bool


@dataclass
class Edge:
    """A blueprint, API or namespace that another object takes in. `prefix` is None when not given."""

    child: Node
    prefix: str | None
    known: bool
    name: str | None = None


@dataclass(eq=False)
class Node:
    """An application, blueprint, API or namespace with what hangs on it."""

    kind: ObjectKind
    made: str
    value: Value
    cls: Class | None
    name: str = ""
    prefix: str | None = None
    known: bool = True
    rules: list[Rule] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    guards: list[Value] = field(default_factory=list)

    @property
    def call(self) -> Call:
        """The call that made it."""
        assert isinstance(self.value.expr, Result)
        return self.value.holder.scope.calls[self.value.expr.call]

    def argument(self, position: int, name: str) -> Value | None:
        """An argument of the call that made it."""
        found = self.call.argument(position, name)
        return None if found is None else self.value.beside(found)


class Objects:
    """Finds the objects and views that values stand for; each object is one `Node`."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project = backend.project
        self.setup = Setup(backend, self.kind_of)
        self.nodes: dict[tuple[str, int, int], Node] = {}
        self._kinds: dict[str, tuple[ObjectKind, str] | None] = {}

    # Objects

    def kind_of(self, holder: Definition, call: Call) -> ObjectKind | None:
        """What kind of object a call makes, if it makes one."""
        found = self._made(holder, call)
        return None if found is None else found[0]

    def _made(self, holder: Definition, call: Call) -> tuple[ObjectKind, str] | None:
        callee = call.callee
        last = callee.name.rpartition(".")[2].lstrip(":$") if isinstance(callee, (Ref, Attr)) else ""
        if last == "namespace":
            return self._made_by_api(holder, callee)
        if not last[:1].isupper():
            return None
        resolved = self.project.callee(holder, call)
        if resolved.name not in self._kinds:
            name = resolved.name
            target = resolved.target
            names = (
                [each.name for each in self.project.ancestors(target)]
                if isinstance(target, Class)
                else [name]
            )
            known = next((each for each in names if each in OBJECTS), None)
            self._kinds[resolved.name] = None if known is None else (OBJECTS[known], known)
        return self._kinds[resolved.name]

    def _made_by_api(self, holder: Definition, callee: Expr) -> tuple[ObjectKind, str] | None:
        """`api.namespace("users")` of Flask-RESTX."""
        receiver, _ = receiver_of(callee)
        kind = self.project.type_of(holder, receiver)
        if kind is not None and kind.startswith(("flask_restx.", "flask_restplus.")):
            return "namespace", "flask_restx.Namespace"
        return None

    @cached_property
    def apps(self) -> list[Node]:
        """Every application, in path and source order."""
        self.discover()
        return [node for node in self.nodes.values() if node.kind == "app"]

    def discover(self) -> None:
        """Find every object that any code of the project makes."""
        sites = [site for name in sorted(self._makers()) for site in self.backend.methods_called(name)]
        sites.sort(key=lambda site: (site.function.module.path, site.span))
        for site in sites:
            assert site.call is not None
            holder = site.function
            if self._made(holder, site.call) is not None:
                index = index_of(holder, site.call)
                for start in self.setup.scenes(holder):
                    for scene in self.setup.turns(holder, site.call.block, start):
                        self._node(Value(holder, Result(index), scene))

    def _makers(self) -> set[str]:
        """The last names of what makes objects: the libraries' classes and those that extend them."""
        names = {"namespace", *(name.rpartition(".")[2] for name in OBJECTS)}
        names |= {alias for name in names for alias in self.setup.steering.aliases.get(name, ())}
        extended = [(each.head.name, _last_names(each)) for each in self.backend.classes if each.head.bases]
        for _ in range(8):
            further = {name for name, bases in extended if name not in names and not bases.isdisjoint(names)}
            if not further:
                break
            names |= further
        return names

    def objects(self, value: Value) -> list[Node]:
        """Every object that a value may be."""
        found: list[Node] = []
        for leaf in self.setup.leaves(value):
            if isinstance(leaf.expr, Result):
                node = self._node(leaf)
                nodes = [] if node is None else [node]
            else:
                nodes = self._inside_connexion(leaf)
                if not nodes and isinstance(leaf.expr, Ref):
                    nodes = self._unbound(leaf, leaf.expr.name)
            found.extend(node for node in nodes if node not in found)
        return found

    def _node(self, value: Value) -> Node | None:
        assert isinstance(value.expr, Result)
        key = (value.holder.id, value.expr.call, id(value.scene))
        if key not in self.nodes:
            call = value.holder.scope.calls[value.expr.call]
            made = self._made(value.holder, call)
            if made is None:
                return None
            target = self.project.callee(value.holder, call).target
            cls = target if isinstance(target, Class) else None
            self.nodes[key] = Node(made[0], made[1], value, cls)
        return self.nodes[key]

    def _inside_connexion(self, leaf: Value) -> list[Node]:
        """`app.app`: the Flask application inside of one of Connexion's."""
        base, name = receiver_of(leaf.expr)
        if name != "app" or base is None:
            return []
        return [node for node in self.objects(leaf.beside(base)) if node.made in CONNEXION_APPS]

    def _unbound(self, leaf: Value, name: str) -> list[Node]:
        """`current_app`, `self` of a subclass, or a parameter that stands for an application.

        Plug-ins and extensions are called from outside of the project, with the application.
        """
        holder = leaf.holder
        if name[0] != "$":
            found = self.project.reference(holder, name).name
            return self.apps if found in ("flask.current_app", "quart.current_app") else []
        if "." in name:
            return []
        binder = self.project.binder(holder, name[1:])
        if binder is None:
            return []
        for position, parameter in enumerate(binder.head.parameters):
            if parameter.name == name[1:]:
                if position == 0 and binder.owner is not None:
                    return [node for node in self.nodes.values() if node.cls is binder.owner]
                annotated = self.project.type_of(holder, leaf.expr)
                if annotated in APPS or (annotated is None and name[1:] in _APP_PARAMETERS):
                    return self.apps
        return []

    # Views

    def views(self, value: Value, depth: int = 0) -> list[View]:
        """Every view that a value may be, with the decorators that were put on it by hand."""
        in_turn = self._wrapped_in_turn(value, depth) if depth < _DEPTH else None
        if in_turn is not None:
            return in_turn
        found: list[View] = []
        for leaf in self.setup.leaves(value, into_calls=False):
            for view in self._view(leaf, depth):
                if view not in found:
                    found.append(view)
        return found

    def _wrapped_in_turn(self, value: Value, depth: int) -> list[View] | None:
        """`view = Show.as_view("show")`, then `view = guard(view)`, perhaps in a loop over guards."""
        name = value.expr.name if isinstance(value.expr, Ref) else ""
        binder = self.project.binder(value.holder, name[1:]) if name[:1] == "$" else None
        if binder is None or (id(binder), name[1:]) in value.scene.names:
            return None
        assigned = [each for each in binder.assignments.get(name[1:], ()) if each.value is not None]
        wrapping = [each for each in assigned if _wraps(binder, each, name)]
        if not wrapping:
            return None
        made = [each for each in assigned if each not in wrapping]
        views = [
            view
            for each in made
            if each.value is not None
            for turn in self.setup.turns(binder, each.block, value.scene)
            for view in self.views(Value(binder, each.value, turn), depth + 1)
        ]
        wraps = tuple(
            Value(binder, binder.scope.calls[each.value.call].callee, turn)
            for each in wrapping
            if isinstance(each.value, Result)
            for turn in self.setup.turns(binder, each.block, value.scene)
        )
        around = [_conditions(binder, each.block) for each in made]
        certain = all(any(_conditions(binder, each.block) <= outer for outer in around) for each in wrapping)
        return [
            view._replace(wraps=(*view.wraps, *wraps), certain=view.certain and certain)
            for position, view in enumerate(views)
            # Expressions have no hash.
            if view not in views[:position]
        ]

    def _view(self, leaf: Value, depth: int) -> list[View]:
        match leaf.expr:
            case Ref(name=name):
                return self._named_view(leaf, name)
            case Result(call=index) if depth < _DEPTH:
                made = self._made_view(leaf, leaf.holder.scope.calls[index], depth)
                inside = () if made else self.setup.returned(leaf) or ()
                return made or [view for each in inside for view in self.views(each, depth + 1)]
            case Operation(operator="lambda"):
                return [View(f"{leaf.holder.name}.lambda")]
            case _:
                return []

    def _named_view(self, leaf: Value, name: str) -> list[View]:
        found = self.project.reference(leaf.holder, name)
        target = found.target
        if isinstance(target, Class):
            return [View(target.name, cls=target)]
        if isinstance(target, Function):
            return [self._rewrapped(View(target.name, target), leaf)]
        if isinstance(target, Variable) or found.name.startswith("?"):
            return []
        return [View(found.name)]

    def _rewrapped(self, view: View, leaf: Value) -> View:
        """`if private: view = login_required(view)` after `def view`."""
        function = view.function
        parent = None if function is None else function.parent
        if function is None or parent is None:
            return view
        for assign in parent.assignments.get(function.head.name, ()):
            if not isinstance(assign.value, Result):
                continue
            call = parent.scope.calls[assign.value.call]
            first = call.args[0] if call.args else None
            if isinstance(first, Ref) and first.name.lstrip(":$") == function.head.name:
                wrapped = (*view.wraps, Value(parent, call.callee, leaf.scene))
                view = view._replace(wraps=wrapped, certain=view.certain and assign.block == 0)
        return view

    def _made_view(self, leaf: Value, call: Call, depth: int) -> list[View]:
        receiver, method = receiver_of(call.callee)
        if method == "as_view" and receiver is not None:
            return self._class_view(leaf, receiver, call)
        if not call.args:
            return []
        name = self.project.callee(leaf.holder, call).name
        inner = [
            view
            for view in self.views(leaf.beside(call.args[0]), depth + 1)
            if view.cls is None or view.endpoint is not None
        ]
        if name == "functools.partial":
            return inner
        decorator = leaf.beside(call.callee)
        return [view._replace(wraps=(*view.wraps, decorator)) for view in inner]

    def _class_view(self, leaf: Value, receiver: Expr, call: Call) -> list[View]:
        endpoint = self.backend.text(leaf.holder, call.argument(0, "name"))
        found: list[View] = []
        for each in self.setup.leaves(leaf.beside(receiver)):
            if isinstance(each.expr, Ref):
                resolved = self.project.reference(each.holder, each.expr.name)
                if isinstance(resolved.target, Class):
                    found.append(View(resolved.target.name, cls=resolved.target, endpoint=endpoint))
                elif not resolved.name.startswith("?"):
                    found.append(View(resolved.name, endpoint=endpoint))
        return found


def _last_names(cls: Class) -> set[str]:
    return {base.name.rpartition(".")[2].lstrip(":$") for base in cls.head.bases if isinstance(base, Ref)}


def _wraps(function: Function, assign: Assign, name: str) -> bool:
    """Whether an assignment puts a call around what the name was before."""
    if not isinstance(assign.value, Result):
        return False
    arguments = function.scope.calls[assign.value.call].args
    return bool(arguments) and isinstance(arguments[0], Ref) and arguments[0].name == name


def _conditions(function: Function, block: int) -> frozenset[int]:
    """The blocks around a block that run under a condition."""
    found: set[int] = set()
    while block:
        if function.scope.blocks[block].kind in ("if", "else", "except", "case", "while"):
            found.add(block)
        block = function.scope.blocks[block].parent
    return frozenset(found)
