"""Follows the code that sets a Flask application up, call by call and turn by turn.

Blueprints are built in factories, registered in loops over tables and handed to helpers, so one
piece of code can stand for several objects. A `Scene` is one way through a function: what its
parameters and loop variables stand for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import NamedTuple

import msgspec

from linter.backend import Backend
from linter.facts.expressions import (
    Attr,
    Choice,
    Comprehension,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
    walk,
)
from linter.facts.scopes import Call, Import, Parameter, Return
from linter.frameworks.flask_names import REGISTRATIONS
from linter.resolve.definitions import Class, Definition, Function, Module, arguments_of
from linter.resolve.project import Variable

_DEPTH = 12
_TURNS = 300
"""Turns of a loop, ways through a function, alternatives of a value: more are not followed."""

_encode = msgspec.msgpack.encode


class Scene:
    """What parameters and loop variables stand for. Equal scenes are the same object.

    `loop` is the definition and the block of the loop whose turn this is, if it is one; `outer` is the
    scene around that turn.
    """

    __slots__ = ("loop", "names", "outer")

    def __init__(
        self,
        names: dict[tuple[int, str], Value],
        outer: Scene | None = None,
        loop: tuple[int, int] | None = None,
    ) -> None:
        self.names = names
        self.outer = outer
        self.loop = loop


class Value(NamedTuple):
    """An expression, the definition whose names it uses, and the way through it.

    `parts` are the items of a pair that no expression of the project spells out.
    """

    holder: Definition
    expr: Expr
    scene: Scene
    parts: tuple[Value, ...] | None = None

    def beside(self, expr: Expr) -> Value:
        """Another expression of the same place."""
        return Value(self.holder, expr, self.scene)


class Setup:
    """Answers what values stand for. `kind_of` says what kind of object a call makes, or None."""

    def __init__(self, backend: Backend, kind_of: Callable[[Definition, Call], str | None]) -> None:
        self.backend = backend
        self.project = backend.project
        self.kind_of = kind_of
        self.start = Scene({})
        self._interned: dict[object, Scene] = {}
        self._scenes: dict[int, list[Scene]] = {}
        self._steering: dict[int, frozenset[str] | None] = {}

    def at(self, holder: Definition, expr: Expr) -> Value:
        """An expression outside of any particular way through the code."""
        return Value(holder, expr, self.start)

    # Scenes

    def _scene(
        self, outer: Scene, names: dict[tuple[int, str], Value], loop: tuple[int, int] | None = None
    ) -> Scene:
        if not names:
            return outer
        key = (id(outer), loop, tuple((name, _key(value)) for name, value in names.items()))
        found = self._interned.get(key)
        if found is None:
            found = self._interned[key] = Scene({**outer.names, **names}, outer, loop)
        return found

    def _outside(self, scene: Scene, holder: Definition, block: int) -> Scene:
        """The scene as it was in a block: turns of loops that are not around it are taken back."""
        while scene.loop is not None and scene.outer is not None and scene.loop[0] == id(holder):
            around = block
            while around and around != scene.loop[1]:
                around = holder.scope.blocks[around].parent
            if around:
                break
            scene = scene.outer
        return scene

    def scenes(self, holder: Definition) -> list[Scene]:
        """Every way through a definition: one for each call that passes something else to it."""
        if isinstance(holder, Class):
            return [self.start] if holder.parent is None else self.scenes(holder.parent)
        if holder.is_module or holder.parent is None:
            return [self.start]
        key = id(holder)
        if key not in self._scenes:
            self._scenes[key] = outer = self.scenes(holder.parent)
            found = (
                {id(scene): scene for scene in self._called_scenes(holder)} if self.steering(holder) else {}
            )
            self._scenes[key] = list(found.values())[:_TURNS] or outer
        return self._scenes[key]

    def _called_scenes(self, function: Function) -> Iterator[Scene]:
        for caller, index in self._callers(function):
            call = caller.scope.calls[index]
            for scene in self.scenes(caller):
                for turn in self.turns(caller, call.block, scene):
                    inside = self.entered(Value(caller, Result(index), turn), function)
                    if inside is not None:
                        yield inside

    def _callers(self, function: Function) -> Iterator[tuple[Function, int]]:
        constructor = function.scope.name == "__init__" and function.owner is not None
        name = function.owner.scope.name if constructor and function.owner else function.scope.name
        targets = (function, function.owner) if constructor else (function,)
        for spelled in (name, *sorted(self.aliases.get(name, ()))):
            for site in self.backend.methods_called(spelled):
                assert site.call is not None
                if site.callee.target in targets:
                    yield site.function, index_of(site.function, site.call)

    @cached_property
    def aliases(self) -> dict[str, set[str]]:
        """Other names under which functions are imported."""
        found: dict[str, set[str]] = {}
        for module in self.project.modules.values():
            for scope in module.facts.scopes:
                for statement in scope.statements:
                    if type(statement) is Import and statement.name not in ("", statement.alias):
                        found.setdefault(statement.name, set()).add(statement.alias)
        return found

    def steering(self, function: Function) -> frozenset[str] | None:
        """The parameters on which the set-up in a function depends; None when it sets nothing up."""
        key = id(function)
        if key not in self._steering:
            self._steering[key] = None
            self._steering[key] = self._find_steering(function)
        return self._steering[key]

    def _find_steering(self, function: Function) -> frozenset[str] | None:
        names: set[str] = set()
        found = False
        for call in function.scope.calls:
            if self._sets_up(function, call):
                found = True
                for expr in (call.callee, *arguments_of(call)):
                    names |= self._locals(function, expr)
        for child in function.children.values():
            for decorator in child.scope.decorators:
                if isinstance(decorator.value, Result):
                    names |= self._locals(function, decorator.value)
            if isinstance(child, Function):
                inner = self.steering(child)
                found = found or inner is not None
        if not found:
            return None
        for block in function.scope.blocks:
            if block.kind in ("for", "comprehension") and block.subject is not None:
                names |= self._locals(function, block.subject)
        for _ in range(_DEPTH):
            assigned = {
                name
                for known in names
                for assign in function.assignments.get(known, ())
                if assign.value is not None
                for name in self._locals(function, assign.value)
            }
            if assigned <= names:
                break
            names |= assigned
        return frozenset(each.name for each in function.scope.parameters if each.name in names)

    def _sets_up(self, function: Function, call: Call) -> bool:
        callee = call.callee
        last = callee.name.rpartition(".")[2].lstrip(":$") if isinstance(callee, (Ref, Attr)) else ""
        if last in REGISTRATIONS:
            return True
        if last[:1].isupper() and self.kind_of(function, call) is not None:
            return True
        if not isinstance(callee, Ref) or not (call.args or call.keywords):
            return False
        target = self.project.callee(function, call).target
        return isinstance(target, Function) and bool(self.steering(target))

    def _locals(self, function: Function, expr: Expr) -> set[str]:
        return {
            each.name[1:].partition(".")[0]
            for each in self.backend.reads(expr, function)
            if each.name[0] == "$"
        }

    def entered(self, value: Value, function: Function) -> Scene | None:
        """The way through `function` that a call of it takes."""
        assert isinstance(value.expr, Result)
        call = value.holder.scope.calls[value.expr.call]
        steering = self.steering(function)
        outer = value.scene if self._encloses(function, value.holder) else self.start
        names: dict[tuple[int, str], Value] = {}
        for name, given in self._passed(value, call, function):
            if steering is None or name in steering:
                names[id(function), name] = given
        return self._scene(outer, names)

    def _encloses(self, function: Function, caller: Definition) -> bool:
        """Whether a nested function is called from inside what defines it."""
        current: Definition | None = caller
        while current is not None:
            if current is function.parent:
                return not (isinstance(current, Function) and current.is_module)
            current = current.parent
        return False

    def _passed(self, value: Value, call: Call, function: Function) -> Iterator[tuple[str, Value]]:
        parent = function.parent
        assert parent is not None
        parameters = list(function.scope.parameters)
        if function.owner is not None and parameters and not _is_static(function):
            receiver = value if function.scope.name == "__init__" else _receiver(value, call)
            if receiver is not None:
                yield parameters[0].name, receiver
            parameters = parameters[1:]
        positional = list(call.args)
        keywords = dict(call.keywords)
        for parameter in parameters:
            if parameter.kind == "*":
                yield parameter.name, _rest(value, positional)
                positional = []
            elif parameter.kind == "**":
                known = {each.name for each in parameters}
                extra = {key: each for key, each in keywords.items() if key not in known and key != "**"}
                keys = tuple(Constant(key) for key in extra)
                yield parameter.name, value.beside(Mapping(keys, tuple(extra.values())))
            elif parameter.kind != "keyword-only" and positional and not isinstance(positional[0], Starred):
                yield parameter.name, value.beside(positional.pop(0))
            elif parameter.name in keywords:
                yield parameter.name, value.beside(keywords[parameter.name])
            elif parameter.default is not None:
                yield parameter.name, Value(parent, parameter.default, self.start)

    def turns(self, holder: Definition, block: int, scene: Scene) -> list[Scene]:
        """The scene of a block: one for each turn of the loops around it over something known."""
        blocks = holder.scope.blocks
        loops: list[int] = []
        current = block
        while current:
            if blocks[current].kind in ("for", "comprehension"):
                loops.append(current)
            current = blocks[current].parent
        found = [self._outside(scene, holder, block)]
        for loop in reversed(loops):
            subject, targets = blocks[loop].subject, blocks[loop].targets
            if subject is not None and targets and not _is_inside(found[0], holder, loop):
                found = self._turned(holder, targets[0], subject, found, loop)
        return found

    def _turned(
        self, holder: Definition, target: Expr, subject: Expr, scenes: list[Scene], loop: int
    ) -> list[Scene]:
        found: list[Scene] = []
        for scene in scenes:
            items = self.items(Value(holder, subject, scene))
            if not items:
                found.append(scene)
            for item in (items or [])[:_TURNS]:
                names: dict[tuple[int, str], Value] = {}
                self._unpack(holder, target, item, names)
                found.append(self._scene(scene, names, (id(holder), loop)))
        return found[:_TURNS]

    def _unpack(
        self, holder: Definition, target: Expr, item: Value, names: dict[tuple[int, str], Value]
    ) -> None:
        if isinstance(target, Ref):
            names[id(holder), target.name[1:]] = item
        elif isinstance(target, Sequence):
            for inner, part in zip(target.items, self.items(item) or (), strict=False):
                self._unpack(holder, inner, part, names)

    # Values

    def leaves(self, value: Value, depth: int = 0) -> list[Value]:
        """What a value may be, behind names, calls of the project's functions and choices.

        What holds under a condition comes first, what holds otherwise last.
        """
        if depth > _DEPTH:
            return []
        match value.expr:
            case Ref(name=name):
                further = self._named(value, name, depth)
            case Result():
                further = self._returned(value)
            case Choice(then=then, otherwise=otherwise):
                further = [value.beside(then), value.beside(otherwise)]
            case Operation(operator="or" | "and", operands=operands):
                further = [value.beside(each) for each in operands]
            case (
                Operation(operator="await", operands=(inner,)) | Operation(operator=":=", operands=(_, inner))
            ):
                further = [value.beside(inner)]
            case Item():
                further = self._item(value, depth)
            case _:
                further = None
        if further is None:
            return [value]
        return [leaf for each in further[:_TURNS] for leaf in self.leaves(each, depth + 1)][:_TURNS]

    def _named(self, value: Value, name: str, depth: int) -> list[Value] | None:
        holder = value.holder
        if name[0] != "$":
            turn = value.scene.names.get((id(holder.module.functions[0]), name[1:]))
            if turn is not None and name[0] == ":":
                return [turn]
            target = self.project.reference(holder, name).target
            return self._variable(target) if isinstance(target, Variable) else None
        root, _, rest = name[1:].partition(".")
        binder = self.project.binder(holder, root)
        if binder is None:
            return self._class_name(value, name)
        bound = value.scene.names.get((id(binder), root)) or value.scene.names.get((id(holder), root))
        if rest:
            return self._attribute(value, binder, bound, root, rest, depth)
        if bound is not None:
            return self._rebound(value, binder, root, bound)
        for parameter in binder.scope.parameters:
            if parameter.name == root:
                return self._default(binder, parameter)
        assigned = sorted(binder.assignments.get(root, ()), key=lambda each: each.block == 0)
        found = [
            Value(binder, assign.value, scene)
            for assign in assigned
            if assign.value is not None and assign.operator is None
            for scene in self.turns(binder, assign.block, value.scene)
        ]
        if root in binder.children:
            return None
        return found or None

    def _rebound(self, value: Value, binder: Function, root: str, bound: Value) -> list[Value] | None:
        """What a parameter was given, or what the function makes of it: `path = path.strip("/")`."""
        if bound.expr is value.expr and bound.scene is value.scene:
            return None
        assigned = binder.assignments.get(root)
        seen = (id(binder), f"={root}")
        if not assigned or seen in value.scene.names:
            return [bound]
        scene = self._scene(value.scene, {seen: bound})
        further = [Value(binder, each.value, scene) for each in assigned if each.value is not None]
        return further if any(each.block == 0 for each in assigned) else [bound, *further]

    def _default(self, function: Function, parameter: Parameter) -> list[Value] | None:
        parent, default = function.parent, parameter.default
        if default is None or parent is None or (isinstance(default, Constant) and default.value is None):
            return None
        return [Value(parent, default, self.start)]

    def _variable(self, variable: Variable) -> list[Value] | None:
        assign = variable.assign
        if assign.value is None or not any(isinstance(target, Ref) for target in assign.targets):
            return None
        if isinstance(assign.value, Constant) and assign.value.value is None:
            return self._global_assignments(variable) or None
        return [
            Value(variable.holder, assign.value, scene)
            for start in self.scenes(variable.holder)
            for scene in self.turns(variable.holder, assign.block, start)
        ]

    def _global_assignments(self, variable: Variable) -> list[Value]:
        """`app = None` at the top of a module, and `global app` where it is made."""
        return [
            Value(function, assign.value, scene)
            for function in variable.holder.module.functions
            if variable.name in function.scope.globals
            for assign in function.assignments.get(variable.name, ())
            if assign.value is not None
            for scene in self.scenes(function)
        ]

    def _class_name(self, value: Value, name: str) -> list[Value] | None:
        target = self.project.reference(value.holder, name).target
        return self._variable(target) if isinstance(target, Variable) else None

    def _attribute(
        self, value: Value, binder: Function, bound: Value | None, root: str, rest: str, depth: int
    ) -> list[Value] | None:
        """`module.bp` where a loop goes over modules, and `self.app`."""
        if bound is not None:
            found: list[Value] = []
            for leaf in self.leaves(bound, depth + 1):
                if isinstance(leaf.expr, Ref) and leaf.expr.name[0] != "$":
                    target = self.project.reference(leaf.holder, leaf.expr.name).target
                    if isinstance(target, (Module, Class)):
                        found.append(leaf.beside(Ref(f"{leaf.expr.name}.{rest}")))
            if found:
                return found
        owner = binder.owner
        if owner is not None and binder.scope.parameters and binder.scope.parameters[0].name == root:
            member = self.project.member(owner, rest) if "." not in rest else None
            if member is not None and isinstance(member.target, Variable):
                return self._variable(member.target)
        target = self.project.reference(value.holder, f"${root}.{rest}").target
        return self._variable(target) if isinstance(target, Variable) else None

    def _returned(self, value: Value) -> list[Value] | None:
        assert isinstance(value.expr, Result)
        call = value.holder.scope.calls[value.expr.call]
        if self.kind_of(value.holder, call) is not None:
            return None
        function = self.project.callee(value.holder, call).target
        if not isinstance(function, Function):
            return None
        scene = self.entered(value, function)
        if scene is None:
            return None
        returned = [
            Value(function, statement.value, turn)
            for statement in sorted(
                (each for each in function.scope.statements if isinstance(each, Return)),
                key=lambda each: each.block == 0,
            )
            if statement.value is not None
            for turn in self.turns(function, statement.block, scene)
        ]
        return returned or None

    def _item(self, value: Value, depth: int) -> list[Value] | None:
        assert isinstance(value.expr, Item)
        key = self.backend.constant(value.holder, value.expr.key)
        found: list[Value] = []
        for leaf in self.leaves(value.beside(value.expr.base), depth + 1):
            if isinstance(leaf.expr, Mapping):
                for name, item in zip(leaf.expr.keys, leaf.expr.values, strict=True):
                    if isinstance(name, Constant) and name.value == key:
                        found.append(leaf.beside(item))
            elif isinstance(leaf.expr, Sequence) and isinstance(key, int) and leaf.parts is None:
                found.extend(leaf.beside(each) for each in leaf.expr.items[key : key + 1 or None])
        return found or None

    # Collections

    def items(self, value: Value, depth: int = 0) -> list[Value] | None:
        """The items of a list, tuple, set, comprehension or dict; None when they are not known."""
        if value.parts is not None:
            return list(value.parts)
        found: list[Value] = []
        known = False
        for leaf in self.leaves(value) if depth <= _DEPTH else ():
            items = self._items_of(leaf, depth)
            if items is not None:
                known = True
                found.extend(items)
        return found if known else None

    def _items_of(self, leaf: Value, depth: int) -> list[Value] | None:
        if leaf.parts is not None:
            return list(leaf.parts)
        match leaf.expr:
            case Sequence(items=items):
                return self.expanded(leaf, items)
            case Mapping(keys=keys):
                return [leaf.beside(key) for key in keys if key is not None]
            case Operation(operator="+", operands=operands):
                sums = [self.items(leaf.beside(each), depth + 1) for each in operands]
                return [item for each in sums for item in each or ()]
            case Comprehension(kind="list" | "set" | "generator"):
                return self._comprehended(leaf, leaf.expr)
            case Result(call=index):
                return self._items_of_call(leaf, leaf.holder.scope.calls[index], depth)
            case _:
                return None

    def expanded(self, value: Value, items: Iterable[Expr]) -> list[Value]:
        """Expressions as values, `*more` spread out where its items are known."""
        found: list[Value] = []
        for item in items:
            if isinstance(item, Starred):
                found.extend(self.items(value.beside(item.value)) or ())
            else:
                found.append(value.beside(item))
        return found

    def _comprehended(self, leaf: Value, expr: Comprehension) -> list[Value]:
        scenes = [leaf.scene]
        for target, source in zip(expr.targets, expr.sources, strict=False):
            scenes = self._turned(leaf.holder, target, source, scenes, -1)
        return [Value(leaf.holder, expr.element, scene) for scene in scenes]

    def _items_of_call(self, leaf: Value, call: Call, depth: int) -> list[Value] | None:
        receiver = _receiver(leaf, call)
        method = call.callee.name.rpartition(".")[2] if isinstance(call.callee, (Ref, Attr)) else ""
        if receiver is not None and method in ("items", "values", "keys"):
            return [
                pair
                for mapping in self.leaves(receiver)
                if isinstance(mapping.expr, Mapping)
                for pair in _pairs(mapping, mapping.expr, method)
            ] or None
        if not call.args:
            return None
        first = self.items(leaf.beside(call.args[0]), depth + 1)
        if method in ("list", "tuple", "set", "sorted", "reversed", "frozenset", "iter"):
            return first
        if method == "enumerate" and first is not None:
            numbered = enumerate(first)
            return [_pair(item, (item.beside(Constant(number)), item)) for number, item in numbered]
        if method == "zip":
            columns = [self.items(leaf.beside(each), depth + 1) or [] for each in call.args]
            return [_pair(leaf, row) for row in zip(*columns, strict=False)]
        return None


def _is_inside(scene: Scene, holder: Definition, loop: int) -> bool:
    """Whether a scene is already a turn of a loop."""
    current: Scene | None = scene
    while current is not None:
        if current.loop == (id(holder), loop):
            return True
        current = current.outer
    return False


def _pairs(value: Value, mapping: Mapping, method: str) -> Iterator[Value]:
    for key, item in zip(mapping.keys, mapping.values, strict=True):
        if key is None:
            continue
        if method == "items":
            yield _pair(value, (value.beside(key), value.beside(item)))
        else:
            yield value.beside(item if method == "values" else key)


def _pair(value: Value, parts: tuple[Value, ...]) -> Value:
    return Value(value.holder, Sequence("tuple", ()), value.scene, parts)


def _rest(value: Value, arguments: list[Expr]) -> Value:
    """What `*names` takes: the arguments left over, or the one list that was spread."""
    if len(arguments) == 1 and isinstance(arguments[0], Starred):
        return value.beside(arguments[0].value)
    return value.beside(Sequence("tuple", tuple(arguments)))


def index_of(holder: Definition, call: Call) -> int:
    """The index of a call in the scope that it stands in."""
    return next(index for index, each in enumerate(holder.scope.calls) if each is call)


def _receiver(value: Value, call: Call) -> Value | None:
    receiver, _ = receiver_of(call.callee)
    return None if receiver is None else value.beside(receiver)


def receiver_of(callee: Expr) -> tuple[Expr | None, str]:
    """What a method is called on, and the method's name."""
    if isinstance(callee, Ref):
        receiver, dot, method = callee.name.rpartition(".")
        if not dot:
            return None, method.lstrip(":$")
        return (Ref(receiver) if receiver.strip(".:$") else None), method
    if isinstance(callee, Attr):
        return callee.base, callee.name
    return None, ""


def _is_static(function: Function) -> bool:
    return any(
        isinstance(each.value, Ref) and each.value.name == "staticmethod"
        for each in function.scope.decorators
    )


def _key(value: Value) -> object:
    if value.parts is not None:
        return tuple(_key(part) for part in value.parts)
    names = any(isinstance(each, (Ref, Result, Comprehension)) for each in walk(value.expr))
    place = (id(value.holder), id(value.scene)) if names else ()
    return (*place, _encode(value.expr))
