"""Follows the code that sets a Flask application up, call by call and turn by turn.

Blueprints are built in factories, registered in loops over tables and handed to helpers, so one
piece of code can stand for several objects. A `Scene` is one way through a function: what its
parameters and loop variables stand for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

import msgspec

from linter.backend import Backend
from linter.facts.expressions import (
    Choice,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
)
from linter.facts.scopes import Assign, Call, Parameter, Return
from linter.frameworks.flask.collections import Collections
from linter.frameworks.flask.destructuring import Part, bound_together
from linter.frameworks.flask.scenes import Scene, Scenes, Value, index_of, is_inside
from linter.frameworks.flask.steering import Steering
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Variable

_DEPTH = 12
_TURNS = 300
"""Turns of a loop, ways through a function, alternatives of a value: more are not followed."""
_NESTED = 24
"""Values that are looked behind while another one is: names that are made of each other lead no further."""
_WORK = 300_000
"""Values that are looked behind in all: many times of what large applications ask for."""

_encode = msgspec.msgpack.encode


class Setup:
    """Answers what values stand for. `kind_of` says what kind of object a call makes, or None."""

    def __init__(self, backend: Backend, kind_of: Callable[[Definition, Call], str | None]) -> None:
        self.backend = backend
        self.project = backend.project
        self.kind_of = kind_of
        self.steering = Steering(backend, kind_of)
        self.spell: Callable[[Value], str | None] = lambda value: None
        """Folds a value to text; set by what knows the settings as well."""
        self._known = Scenes()
        self.start = self._known.start
        self._scenes: dict[int, list[Scene]] = {}
        self._collections = Collections(self)
        self._nested = 0
        self._work = _WORK

    def at(self, holder: Definition, expr: Expr) -> Value:
        """An expression outside of any particular way through the code."""
        return Value(holder, expr, self.start)

    # Scenes

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
                {id(scene): scene for scene in self._called_scenes(holder)}
                if self.steering.of(holder)
                else {}
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
        constructor = function.head.name == "__init__" and function.owner is not None
        name = function.owner.head.name if constructor and function.owner else function.head.name
        targets = (function, function.owner) if constructor else (function,)
        for spelled in (name, *sorted(self.steering.aliases.get(name, ()))):
            for site in self.backend.methods_called(spelled):
                assert site.call is not None
                if site.callee.target in targets:
                    yield site.function, index_of(site.function, site.call)

    def entered(self, value: Value, function: Function) -> Scene | None:
        """The way through `function` that a call of it takes."""
        assert isinstance(value.expr, Result)
        call = value.holder.scope.calls[value.expr.call]
        steering = self.steering.of(function)
        outer = value.scene if self._encloses(function, value.holder) else self.start
        names: dict[tuple[int, str], Value] = {}
        for name, given in self._known.passed(value, call, function):
            if steering is None or name in steering:
                names[id(function), name] = given
        return self._known.inner(outer, names)

    def _encloses(self, function: Function, caller: Definition) -> bool:
        """Whether a nested function is called from inside what defines it."""
        current: Definition | None = caller
        while current is not None:
            if current is function.parent:
                return not (isinstance(current, Function) and current.is_module)
            current = current.parent
        return False

    def turns(self, holder: Definition, block: int, scene: Scene) -> list[Scene]:
        """The scene of a block: one for each turn of the loops around it over something known."""
        blocks = holder.scope.blocks
        loops: list[int] = []
        current = block
        while current:
            if blocks[current].kind in ("for", "comprehension"):
                loops.append(current)
            current = blocks[current].parent
        found = [self._known.outside(scene, holder, block)]
        for loop in reversed(loops):
            subject, targets = blocks[loop].subject, blocks[loop].targets
            if subject is not None and targets and not is_inside(found[0], holder, loop):
                found = self.turned(holder, targets[0], subject, found, loop)
        return found

    def turned(
        self, holder: Definition, target: Expr, subject: Expr, scenes: list[Scene], loop: int
    ) -> list[Scene]:
        """The scenes inside of a loop (-1: a comprehension) that binds `target` to items of `subject`."""
        found: list[Scene] = []
        for scene in scenes:
            items = self.items(Value(holder, subject, scene))
            if not items:
                found.append(scene)
            for item in (items or [])[:_TURNS]:
                names: dict[tuple[int, str], Value] = {}
                self._unpack(holder, target, item, names)
                found.append(self._known.inner(scene, names, (id(holder), loop)))
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

    def leaves(self, value: Value, depth: int = 0, into_calls: bool = True) -> list[Value]:
        """What a value may be, behind names, choices and, if asked, calls of the project's functions.

        What holds under a condition comes first, what holds otherwise last.
        """
        self._work -= 1
        if depth > _DEPTH or self._nested >= _NESTED or self._work < 0:
            return []
        self._nested += 1
        try:
            further = self._behind(value, depth, into_calls)
            if further is None:
                return [value]
            found = (leaf for each in further[:_TURNS] for leaf in self.leaves(each, depth + 1, into_calls))
            return list(islice(found, _TURNS))
        finally:
            self._nested -= 1

    def _behind(self, value: Value, depth: int, into_calls: bool) -> list[Value] | None:
        """What a value stands for, one step further; None when it stands for itself."""
        match value.expr:
            case Ref(name=name):
                return self._named(value, name, depth)
            case Result():
                return self._looked_up(value) or (self.returned(value) if into_calls else None)
            case Choice(then=then, otherwise=otherwise):
                return [value.beside(then), value.beside(otherwise)]
            case Operation(operator="or" | "and", operands=operands):
                return [value.beside(each) for each in operands]
            case (
                Operation(operator="await", operands=(inner,)) | Operation(operator=":=", operands=(_, inner))
            ):
                return [value.beside(inner)]
            case Item():
                return self._item(value, depth)
            case _:
                return None

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
        for parameter in binder.head.parameters:
            if parameter.name == root:
                return self._default(binder, parameter)
        assigned = sorted(binder.assignments.get(root, ()), key=lambda each: each.block == 0)
        found = [
            Value(binder, assign.value, scene)
            for assign in assigned
            if assign.value is not None and assign.operator is None
            for scene in self.turns(binder, assign.block, value.scene)
        ]
        found += [
            each
            for part in bound_together(binder).get(root, ())
            for scene in self.turns(binder, part.assign.block, value.scene)
            for each in self._part(binder, part, scene)
        ]
        if root in binder.children:
            return None
        return found or None

    def _part(self, holder: Definition, part: Part, scene: Scene) -> list[Value]:
        """What one of several names that are bound together stands for."""
        assert part.assign.value is not None
        values = [Value(holder, part.assign.value, scene)]
        for index in part.path:
            rows = [self.items(leaf) or [] for value in values for leaf in self.leaves(value)]
            values = [row[index] for row in rows if -len(row) <= index < len(row)]
        return values

    def _rebound(self, value: Value, binder: Function, root: str, bound: Value) -> list[Value] | None:
        """What a parameter was given, or what the function makes of it: `path = path.strip("/")`."""
        if bound.expr is value.expr and bound.scene is value.scene:
            return None
        assigned = binder.assignments.get(root)
        seen = (id(binder), f"={root}")
        if not assigned or seen in value.scene.names:
            return [bound]
        scene = self._known.inner(value.scene, {seen: bound})
        further = [Value(binder, each.value, scene) for each in assigned if each.value is not None]
        return further if any(each.block == 0 for each in assigned) else [bound, *further]

    def _default(self, function: Function, parameter: Parameter) -> list[Value] | None:
        parent, default = function.parent, parameter.default
        if default is None or parent is None or (isinstance(default, Constant) and default.value is None):
            return None
        return [Value(parent, default, self.start)]

    def _variable(self, variable: Variable) -> list[Value] | None:
        assign = self._read_now(variable)
        if assign.value is None:
            return None
        if not any(isinstance(target, Ref) for target in assign.targets):
            parts = bound_together(variable.holder).get(variable.name, ())
            return [
                each
                for part in parts[-1:]
                for start in self.scenes(variable.holder)
                for scene in self.turns(variable.holder, part.assign.block, start)
                for each in self._part(variable.holder, part, scene)
            ] or None
        if isinstance(assign.value, Constant) and assign.value.value is None:
            return self._global_assignments(variable) or None
        return [
            Value(variable.holder, assign.value, scene)
            for start in self.scenes(variable.holder)
            for scene in self.turns(variable.holder, assign.block, start)
        ]

    def _read_now(self, variable: Variable) -> Assign:
        """The assignment that a name stands for: in `rows = [f(row) for row in rows]` the one before."""
        assign = variable.assign
        if self._collections.is_open(assign.value) and isinstance(variable.holder, Function):
            for each in variable.holder.assignments.get(variable.name, ()):
                if each is variable.assign:
                    break
                assign = each
        return assign

    def _global_assignments(self, variable: Variable) -> list[Value]:
        """`app = None` at the top of a module, and `global app` where it is made."""
        return [
            Value(function, assign.value, scene)
            for function in variable.holder.module.functions
            if variable.name in function.head.globals
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
        given = [bound] if bound is not None else self._imports(value, binder, root)
        if given:
            found: list[Value] = []
            for leaf in [leaf for each in given for leaf in self.leaves(each, depth + 1)]:
                if isinstance(leaf.expr, Ref) and leaf.expr.name[0] != "$":
                    target = self.project.reference(leaf.holder, leaf.expr.name).target
                    if isinstance(target, (Module, Class)):
                        found.append(leaf.beside(Ref(f"{leaf.expr.name}.{rest}")))
            if found:
                return found
        owner = binder.owner
        if owner is not None and binder.head.parameters and binder.head.parameters[0].name == root:
            member = self.project.member(owner, rest) if "." not in rest else None
            if member is not None and isinstance(member.target, Variable):
                return self._variable(member.target)
        target = self.project.reference(value.holder, f"${root}.{rest}").target
        return self._variable(target) if isinstance(target, Variable) else None

    def _imports(self, value: Value, binder: Function, root: str) -> list[Value]:
        """What is assigned to a local name by a call, such as `module = import_module(name)`."""
        return [
            Value(binder, assign.value, value.scene)
            for assign in binder.assignments.get(root, ())
            if isinstance(assign.value, Result)
        ]

    def _looked_up(self, value: Value) -> list[Value] | None:
        """`importlib.import_module("shop.views")` and `getattr(module, "blueprint")`."""
        assert isinstance(value.expr, Result)
        call = value.holder.scope.calls[value.expr.call]
        callee = call.callee
        if not isinstance(callee, Ref) or not call.args:
            return None
        last = callee.name.rpartition(".")[2].lstrip(":$")
        if last == "import_module":
            name = self.spell(value.beside(call.args[0]))
            found = None if not name else self.project.reference(value.holder, name).target
            return [value.beside(Ref(name))] if name and isinstance(found, Module) else None
        if last == "getattr" and len(call.args) > 1:
            name = self.spell(value.beside(call.args[1])) or ""
            bases = self.leaves(value.beside(call.args[0])) if name.isidentifier() else []
            return [
                each.beside(Ref(f"{each.expr.name}.{name}")) for each in bases if isinstance(each.expr, Ref)
            ]
        return None

    def returned(self, value: Value) -> list[Value] | None:
        """What a call of one of the project's functions returns; None when it is something else."""
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

    def items(self, value: Value) -> list[Value] | None:
        """The items of a list, tuple, set, comprehension or dict; None when they are not known."""
        return self._collections.items(value)

    def expanded(self, value: Value, items: Iterable[Expr]) -> list[Value]:
        """Expressions as values, `*more` spread out where its items are known."""
        return self._collections.expanded(value, items)
