"""Values of names that are bound outside the function at hand: modules, classes, functions around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Attr, Expr, Item, Ref
from linter.facts.scopes import Assign
from linter.flow.heap import Entries, Instance, Items
from linter.flow.names import BUILTIN_TYPES, DEVELOPMENT, HARMLESS_TYPES
from linter.flow.registries import registered
from linter.flow.sources.tables import PARTS, PATHS, READS
from linter.flow.state import State
from linter.flow.values import (
    FALSE,
    STRING,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    ModuleRef,
    Named,
    Shape,
    Typed,
    TypeRef,
    Value,
    join,
)
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Resolved, Variable
from linter.resolve.trace import Memo

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.flow.engine import Engine

_CHANGES = frozenset({"append", "extend", "add", "update", "insert", "pop", "remove", "clear", "setdefault"})


class _Path(NamedTuple):
    """A resolved beginning of a dotted name, and the attributes after it."""

    base: Resolved
    rest: tuple[str, ...]


class Globals:
    """Names of the project and of libraries, read once each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._project = engine.project
        self._trace = trace = engine.project.trace
        self._paths: Memo[tuple[str, str], _Path] = Memo(trace)
        self._named: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._variables: Memo[tuple[int, str], Value] = Memo(trace)
        self._outer: Memo[tuple[int, str], Value] = Memo(trace)
        self._changed: dict[int, frozenset[str]] = {}

    def value(self, act: Access, name: str) -> Value:
        """The value of a marked reference that is not local."""
        # A name without a mark is absolute: a local of the same spelling is another thing.
        written = act.state.names.get(name) if name[0] in ":." else None
        if written is not None:
            return written
        module = act.function.module
        key = (module.path, name)
        path = self._paths.read(key)
        if path is None:
            start = len(self._trace.log)
            path = self._paths.keep(key, self._path(module, name), start, module.bit)
        value = self.resolved(act, path.base)
        for each in path.rest:
            value = act.attribute(value, each)
        return value

    def _path(self, module: Module, name: str) -> _Path:
        bare = name.lstrip(".:")
        mark = name[: len(name) - len(bare)]
        parts = bare.split(".") if bare else []
        for length in range(1, len(parts) + 1):
            found = self._project.resolve(module, mark + ".".join(parts[:length]))
            if isinstance(found.target, Function) and found.target.is_module:
                continue
            if found.target is not None and not isinstance(found.target, Module):
                return _Path(found, tuple(parts[length:]))
        return _Path(self._project.resolve(module, name), ())

    def resolved(self, act: Access, found: Resolved) -> Value:
        """What a resolved name stands for."""
        target = found.target
        if target is None:
            return self._library(act, found.name)
        if isinstance(target, Module):
            return Value(ModuleRef(target))
        if isinstance(target, Class):
            return Value(ClassRef(target))
        if isinstance(target, Variable):
            return self.variable(target)
        return Value(ModuleRef(target.module) if target.is_module else FunctionRef(target))

    def _library(self, act: Access, name: str) -> Value:
        if name.startswith("?"):
            return UNKNOWN
        if name in DEVELOPMENT:
            return FALSE
        split = self._named.get(name)
        if split is None:
            split = self._named[name] = _split(name)
        base, rest = split
        if base in READS or base in PATHS:
            head, _, _ = base.rpartition(".")
            value = self._engine.sources.attribute(act, Value(Named(head)), base)
        elif rest == ():
            written = act.state.names.get("." + name)
            value = self._left(act, name) if written is None else written
        else:
            value = Value(Named(base))
        for each in rest:
            value = act.attribute(value, each)
        return value

    def _left(self, act: Access, name: str) -> Value:
        """A library's name, or what some other function has left there."""
        if name in BUILTIN_TYPES:
            return Value(TypeRef(name))
        left = self._engine.carried.get(name)
        kind = PARTS.get(name)
        if kind is not None:
            return Value(self._engine.sources.shape(kind))
        return Value(Named(name)) if left is None else Value(left.shape, act.state.fresh(left.taints))

    # Variables

    def variable(self, variable: Variable) -> Value:
        """The value of a module's or class's variable, as far as its assignments say."""
        key = (id(variable.holder), variable.name)
        found = self._variables.read(key)
        if found is None:
            start = len(self._trace.log)
            self._variables[key] = UNKNOWN
            found = self._variables.keep(key, self._evaluated(variable), start, variable.holder.module.bit)
        return found

    def bound(self, variable: Variable, value: Value) -> None:
        """Take note of a value that a function gives a variable of a module."""
        self._variables[id(variable.holder), variable.name] = join(self.variable(variable), value)

    def _evaluated(self, variable: Variable) -> Value:
        holder, name = variable.holder, variable.name
        self._trace.log.append(self._trace.made_elsewhere(holder.module))
        if name in self._reassigned(holder.module):
            return Value(self._type(variable))
        found: Value | None = None
        for assign in self._assignments(holder, name) or [variable.assign]:
            plain = assign.operator is None and any(isinstance(each, Ref) for each in assign.targets)
            value = self.static(holder, assign.value) if plain and assign.value is not None else UNKNOWN
            found = value if found is None else join(found, value)
        assert found is not None
        if found.shape is None:
            return Value(self._type(variable))
        if name in self._changes(holder):
            return self._opened(found)
        if type(self._engine.statics.get(getattr(found.shape, "id", -1))) in (Entries, Items, Instance):
            self._variables[id(holder), name] = found
            registered(self._engine, holder, name, found)
        return found

    def _type(self, variable: Variable) -> Shape:
        return self.shape_of_type(self._project.type_of_variable(variable))

    def _assignments(self, holder: Definition, name: str) -> list[Assign]:
        prefix = holder.scope.qualname + "." if isinstance(holder, Class) else ""
        return holder.assignments.get(prefix + name, [])[:4]

    def _reassigned(self, module: Module) -> frozenset[str]:
        """Names of a module that its functions assign."""
        found = self._changed.get(id(module))
        if found is None:
            names = [name for scope in module.facts.scopes for name in scope.globals]
            found = self._changed[id(module)] = frozenset(names)
        return found

    def _changes(self, holder: Definition) -> frozenset[str]:
        """Names whose lists and dicts the body of a module or class fills after making them."""
        found = self._changed.get(id(holder))
        if found is None:
            names: set[str] = set()
            for statement in holder.scope.statements:
                for target in getattr(statement, "targets", ()):
                    if isinstance(target, Item) and isinstance(target.base, Ref):
                        names.add(target.base.name.rpartition(".")[2].lstrip(":"))
            for call in holder.scope.calls:
                callee = call.callee
                if isinstance(callee, Ref) and callee.name.rpartition(".")[2] in _CHANGES:
                    names.add(callee.name.rpartition(".")[0].rpartition(".")[2].lstrip(":"))
                elif isinstance(callee, Attr) and callee.name in _CHANGES and isinstance(callee.base, Ref):
                    names.add(callee.base.name.rpartition(".")[2].lstrip(":"))
            found = self._changed[id(holder)] = frozenset(names)
        return found

    def _opened(self, value: Value) -> Value:
        statics = self._engine.statics
        record = statics.get(getattr(value.shape, "id", -1))
        if type(record) is Items:
            statics[value.shape.id] = Items(record.kind, record.items, UNKNOWN)  # type: ignore[union-attr]
        elif type(record) is Entries:
            statics[value.shape.id] = Entries(record.entries, UNKNOWN, UNKNOWN)  # type: ignore[union-attr]
        return value

    def static(self, holder: Definition, expr: Expr) -> Value:
        """The value of an expression of a module's, class's or signature's, with no state around it."""
        from linter.flow.activation import Activation

        self._trace.log.append(self._trace.body(holder))
        act = Activation(self._engine, holder, State({}, {}, {}))
        act.logs = []
        value = act.eval(expr)
        self._engine.keep_statics(act.state.heap, value)
        return Value(value.shape)

    # Functions around a function

    def outer(self, function: Function, name: str) -> Value:
        """The value of a local that was not bound by the code that was run."""
        key = (id(function), name)
        found = self._outer.read(key)
        if found is None:
            start = len(self._trace.log)
            self._outer[key] = UNKNOWN
            found = self._outer.keep(key, self._of_outer(function, name), start, function.module.bit)
        return found

    def _of_outer(self, function: Function, name: str) -> Value:
        binder = self._project.binder(function, name)
        if binder is None:
            return UNKNOWN
        child = binder.children.get(name)
        if child is not None:
            return Value(ClassRef(child) if isinstance(child, Class) else FunctionRef(child))
        assigned = binder.assignments.get(name, [])
        if binder is not function and len(assigned) == 1 and assigned[0].operator is None:
            value = assigned[0].value
            sole = len(assigned[0].targets) == 1
            is_parameter = any(each.name == name for each in binder.scope.parameters)
            if value is not None and sole and not is_parameter:
                found = self.static(binder, value)
                if found.shape is not None:
                    return found
        return Value(self.shape_of_type(self._project.type_of(function, Ref("$" + name))))

    def shape_of_type(self, kind: str | None) -> Shape:
        """The shape of an instance of a class, by canonical name."""
        if kind is None:
            return None
        if kind == "str":
            return STRING
        definition = self._project.by_id(kind)
        if isinstance(definition, Class):
            return Typed(definition)
        if kind in HARMLESS_TYPES or kind not in ("list", "dict", "set", "tuple", "typing.Any", "object"):
            return Named(kind)
        return None


def _split(name: str) -> tuple[str, tuple[str, ...]]:
    """A library's name, parted after what is a read of a request."""
    parts = name.split(".")
    for length in range(len(parts), 1, -1):
        head = ".".join(parts[:length])
        if head in READS or head in PATHS:
            return head, tuple(parts[length:])
    return name, ()
