"""Names across the whole project: what a reference means, what a value is, what a call calls."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain

from linter.facts.expressions import (
    Attr,
    Binary,
    Choice,
    Comprehension,
    Constant,
    Expr,
    Item,
    Operation,
    Ref,
    Result,
    Sequence,
    Template,
)
from linter.facts.expressions import Mapping as MappingExpr
from linter.facts.files import FileFacts
from linter.facts.scopes import Assign, Call, Define, Import, Parameter, Return
from linter.resolve.blocks import block_source
from linter.resolve.casts import cast_method, cast_type
from linter.resolve.copies import Copies
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.index import Index
from linter.resolve.known_types import WRAPPERS, canonical, last_part, returned
from linter.resolve.modules import Layout
from linter.resolve.targets import Resolved as Resolved
from linter.resolve.targets import Target as Target
from linter.resolve.targets import Variable as Variable
from linter.resolve.trace import Memo, Trace, module_key

_LIMIT = 24
"""How many hops a name or a type is followed before it counts as unknown."""


class Project:
    """All modules, with resolution of names, types and calls between them.

    Answers are memoised; the project does not change after it is built. `trace` is told which modules each
    of them was found in.
    """

    def __init__(self, files: Mapping[str, FileFacts], source_roots: Iterable[str] = ()) -> None:
        self.trace = trace = Trace()
        self.layout = Layout(files, source_roots)
        self.modules: dict[str, Module] = {}
        self.index = Index(self.modules, trace)
        for path, name in self.layout.names.items():
            facts = files[path]
            if facts.scopes:
                identity = name
                if self.layout.is_ambiguous(name) or not name:
                    identity = path.rpartition(".")[0].replace("/", ".")
                module = Module(path, name, identity, facts, self.layout.is_package(path))
                module.bit = trace.bit(module_key(path))
                self.modules[path] = module
        self._resolved: Memo[tuple[str, str], Resolved] = Memo(trace)
        self._types: Memo[tuple[int, str], str | None] = Memo(trace)
        self._called: Memo[int, Resolved] = Memo(trace)
        self._members: Memo[tuple[str, str], Resolved | None] = Memo(trace)
        self._bases: Memo[int, tuple[Resolved, ...]] = Memo(trace)
        self._copies = Copies(self.layout, self.modules, trace)
        self._ancestors: Memo[str, tuple[Resolved, ...]] = Memo(trace)
        self._following: set[tuple[str, ...]] = set()
        self._missed: set[tuple[str, ...]] = set()
        """What star imports did not lead to in the search at hand: modules may import each other."""
        self._typing = 0
        self._by_id: dict[str, Definition] = {}

    # Definitions

    @cached_property
    def imported(self) -> frozenset[str]:
        """Top-level packages that any file imports by absolute name."""
        return frozenset(
            name.partition(".")[0] for module in self.modules.values() for name in module.facts.imports
        )

    @property
    def functions(self) -> Iterator[Function]:
        """Every function and module body, in path and source order."""
        return chain.from_iterable(module.functions for module in self.modules.values())

    @property
    def classes(self) -> Iterator[Class]:
        """Every class, in path and source order."""
        return chain.from_iterable(module.classes for module in self.modules.values())

    # Names

    def resolve(self, module: Module, name: str) -> Resolved:
        """What a marked reference (`:x.y`, `.x`, `x.y`) at the top of `module` means."""
        key = (module.path, name)
        found = self._resolved.read(key)
        if found is None:
            start = len(self.trace.log)
            missed, self._missed = self._missed, set()
            found = self._resolved.keep(key, self._resolve(module, name), start, module.bit)
            self._missed = missed
        return found

    def _resolve(self, module: Module, name: str) -> Resolved:
        mark = name[0]
        if mark == ":":
            return self._in_module(module, name[1:].split("."))
        if mark == "$":
            return Resolved("?" + name, None)
        return self._imported(module, name)

    def _imported(self, module: Module, name: str) -> Resolved:
        parts = _absolute_name(module, name)
        # Where the project is a package itself, `.` in it has no name.
        return self._absolute(parts, module.path) if parts else Resolved(name.lstrip("."), None)

    def _absolute(self, parts: list[str], near: str) -> Resolved:
        for length in range(len(parts) if self.layout.has_package(parts[0]) else 0, 0, -1):
            path = self.layout.find(".".join(parts[:length]), near)
            if path is not None and path in self.modules:
                if self._copies.holds(parts[0], path):
                    break
                return self._in_module(self.modules[path], parts[length:])
        return Resolved(canonical(".".join(parts)), None)

    def is_copied(self, module: Module) -> bool:
        """Whether a module is part of a copy of a library that the project carries."""
        return self._copies.holds(module.name.partition(".")[0], module.path)

    def _in_module(self, module: Module, parts: list[str]) -> Resolved:
        self.trace.log.append(module.bit)
        if not parts:
            return Resolved(module.id, module)
        guard = (module.path, *parts)
        if guard in self._following or len(self._following) > _LIMIT:
            return Resolved(".".join([module.id, *parts]), None)
        self._following.add(guard)
        try:
            return self._follow(module, parts)
        finally:
            self._following.discard(guard)

    def _follow(self, module: Module, parts: list[str]) -> Resolved:
        first, rest = parts[0], parts[1:]
        binding = module.binding(first)
        if isinstance(binding, Import):
            if binding.name:
                dotted = binding.module + ("" if binding.module.endswith(".") else ".") + binding.name
            else:
                dotted = binding.module if binding.alias != binding.module.partition(".")[0] else first
            method = cast_method(self, module, dotted, rest)
            if method is not None:
                return method
            return self._imported(module, ".".join([dotted, *rest]))
        if isinstance(binding, Define):
            return self._inside(module.definitions[binding.scope], rest)
        if isinstance(binding, Assign):
            variable = Variable(module.functions[0], first, binding)
            return self._of_variable(Resolved(f"{module.id}.{first}", variable), rest)
        self.trace.log.append(self.trace.missing(module, first))
        if module.is_package:
            path = self.layout.find(f"{module.name}.{first}", module.path)
            if path is not None and path in self.modules:
                return self._in_module(self.modules[path], rest)
        for star in module.star_imports:
            found = self._through_star(module, star, parts)
            if found is not None:
                return found
        self.trace.log.append(self.trace.made_elsewhere(module))
        made = module.made_inside.get(first)
        if made is not None:
            variable = Variable(made[0].look(), first, made[1])
            return self._of_variable(Resolved(f"{module.id}.{first}", variable), rest)
        return Resolved(".".join([module.id, *parts]), None)

    def _through_star(self, module: Module, star: str, parts: list[str]) -> Resolved | None:
        # A module that is imported is found by its path: what others bind under its name does not count.
        names = _absolute_name(module, star) or [""]
        path = self.layout.find(".".join(names), module.path)
        source = None if path is None or self._copies.holds(names[0], path) else self.modules.get(path)
        if source is None or path is None or (path, *parts) in self._missed:
            return None
        found = self._in_module(source, parts)
        if found.target is None and found.name.startswith(source.id + "."):
            self._missed.add((path, *parts))
            return None
        return found

    def _inside(self, definition: Definition, rest: list[str]) -> Resolved:
        found = Resolved(definition.id, definition)
        for position, name in enumerate(rest):
            if not isinstance(found.target, Class):
                return Resolved(".".join([found.name, *rest[position:]]), None)
            member = self.member(found.target, name)
            if member is None:
                return Resolved(".".join([found.name, *rest[position:]]), None)
            found = member
            if isinstance(found.target, Variable):
                return self._of_variable(found, rest[position + 1 :])
        return found

    def _of_variable(self, found: Resolved, rest: list[str]) -> Resolved:
        """`variable.rest`: a member of the variable's type when that is known."""
        if not rest or not isinstance(found.target, Variable):
            return found
        kind = self.type_of_variable(found.target)
        if kind is None:
            return Resolved(".".join([found.name, *rest]), None)
        return self.attribute(kind, rest)

    def attribute(self, kind: str, names: list[str]) -> Resolved:
        """`value.names` where `value` is of type `kind`."""
        definition = self.by_id(kind)
        if not isinstance(definition, Class):
            for position in range(len(names) - 1):
                # `engine.connect().execute`: a library's own attribute types are not known.
                kind = returned(f"{kind}.{names[position]}") or f"{kind}.{names[position]}"
            return Resolved(canonical(f"{kind}.{names[-1]}"), None)
        member = self.member(definition, names[0])
        if member is None:
            return Resolved(".".join([kind, *names]), None)
        if len(names) == 1:
            return member
        if isinstance(member.target, Variable):
            return self._of_variable(member, names[1:])
        return Resolved(".".join([member.name, *names[1:]]), None)

    def by_id(self, name: str) -> Definition | None:
        """The class or function whose unique name is `name`."""
        if not self._by_id:
            for module in self.modules.values():
                for definition in module.definitions[1:]:
                    self._by_id[definition.id] = definition
        found = self._by_id.get(name)
        if found is not None:
            self.trace.log.append(found.module.bit)
        return found

    # Classes

    def bases(self, cls: Class) -> tuple[Resolved, ...]:
        """The direct bases, resolved. Type arguments are dropped: `Base[X]` is `Base`."""
        # Two classes of one name may stand in the branches of an `if`: the name does not tell them apart.
        own = cls.module.bit
        found = self._bases.read(id(cls))
        if found is None:
            start = len(self.trace.log)
            self._bases[id(cls)] = ()
            holder = cls.parent
            assert holder is not None
            answer = tuple(self._base(holder, base) for base in cls.head.bases)
            found = self._bases.keep(id(cls), answer, start, own)
        return found

    def _base(self, holder: Definition, base: Expr) -> Resolved:
        if isinstance(base, Item):
            base = base.base
        if isinstance(base, Ref):
            return self.reference(holder, base.name)
        if isinstance(base, Result):
            callee = self.callee(holder, holder.scope.calls[base.call])
            return Resolved(f"{callee.name}()", None)
        return Resolved("?", None)

    def ancestors(self, cls: Class) -> tuple[Resolved, ...]:
        """The class and all its bases, depth first, each once; names outside the project included.

        A base that is a variable (`Base = declarative_base()`) counts as what was assigned to it.
        """
        own = cls.module.bit
        known = self._ancestors.read(cls.id)
        if known is not None:
            return known
        start = len(self.trace.log)
        found: dict[str, Resolved] = {}
        stack: list[Resolved] = [Resolved(cls.id, cls)]
        while stack:
            current = stack.pop(0)
            if current.name in found:
                continue
            found[current.name] = current
            if isinstance(current.target, Class):
                stack[:0] = self.bases(current.target)
            elif isinstance(current.target, Variable):
                kind = self.type_of_variable(current.target)
                if kind is not None:
                    stack.insert(0, Resolved(kind, self.by_id(kind)))
        line = tuple(found.values())
        if self._following or self._typing:
            # In the middle of following names an answer may be cut short; only a whole one is kept.
            return line
        return self._ancestors.keep(cls.id, line, start, own)

    def derives(self, cls: Class, *names: str) -> bool:
        """Whether `cls` is, or inherits from, one of the named classes."""
        return any(ancestor.name in names for ancestor in self.ancestors(cls))

    def member(self, cls: Class, name: str) -> Resolved | None:
        """What `cls.name` is, through its bases; None when no base can have it."""
        key = (cls.id, name)
        if key in self._members:
            return self._members.read(key)
        start = len(self.trace.log)
        self._members[key] = None
        return self._members.keep(key, self._find_member(cls, name), start, cls.module.bit)

    def _find_member(self, cls: Class, name: str) -> Resolved | None:
        outside: Resolved | None = None
        for ancestor in self.ancestors(cls):
            target = ancestor.target
            if isinstance(target, Class):
                child = target.children.get(name)
                if child is not None:
                    return Resolved(child.id, child)
                self.trace.log.append(self.trace.made_elsewhere(target.module))
                assign = target.attributes.get(name) or target.set_in_methods.get(name)
                if assign is not None:
                    holder, statement = (target, assign) if isinstance(assign, Assign) else assign
                    return Resolved(f"{target.id}.{name}", Variable(holder.look(), name, statement))
            elif outside is None and target is None and ancestor.name not in ("object", "?", "abc.ABC"):
                outside = Resolved(canonical(f"{ancestor.name}.{name}"), None)
        return outside

    # References inside functions

    def reference(self, holder: Definition, name: str) -> Resolved:
        """What a marked reference read inside `holder` means."""
        if name[0] != "$":
            return self.resolve(holder.module, name)
        root, _, rest = name[1:].partition(".")
        names = rest.split(".") if rest else []
        binder = self.binder(holder, root)
        if binder is None:
            return Resolved("?" + name, None)
        child = binder.children.get(root)
        if child is not None:
            return self._inside(child, names)
        kind = self._type_of_local(binder, root)
        if kind is None:
            return Resolved("?" + name, None)
        return self.attribute(kind, names) if names else Resolved(f"{kind}", None)

    def binder(self, holder: Definition, name: str) -> Function | None:
        """The innermost function around `holder` that binds the local `name`."""
        current: Definition | None = holder
        while current is not None:
            if isinstance(current, Function) and not current.is_module:
                if name in current.local_names:
                    self.trace.log.append(self.trace.body(current))
                    return current
            current = current.parent
        return None

    # Types

    def type_of(self, holder: Definition, expr: Expr | None) -> str | None:
        """The canonical name of the class that `expr` is an instance of, or None."""
        if self._typing > _LIMIT:
            return None
        self._typing += 1
        try:
            return self._type_of(holder, expr)
        finally:
            self._typing -= 1

    def _type_of(self, holder: Definition, expr: Expr | None) -> str | None:
        match expr:
            case Result(call=index):
                return self.type_of_call(holder, holder.scope.calls[index])
            case Ref(name=name):
                return self._type_of_ref(holder, name)
            case Attr(base=base, name=name):
                kind = self.type_of(holder, base)
                return None if kind is None else self._type_of_target(self.attribute(kind, [name]))
            case Operation(operator="await", operands=(value,)):
                return self.type_of(holder, value)
            case Operation(operator=":=", operands=(_, value)):
                return self.type_of(holder, value)
            case Operation(operator="or" | "and", operands=operands):
                kinds = [self.type_of(holder, operand) for operand in operands]
                return next((kind for kind in kinds if kind is not None), None)
            case Choice(then=then, otherwise=otherwise):
                return self.type_of(holder, then) or self.type_of(holder, otherwise)
            case Constant(value=value):
                return None if value is None else type(value).__name__
            case Binary():
                return "bytes"
            case Template():
                return "str"
            case Sequence(kind=kind):
                return kind
            case Comprehension(kind=kind):
                return kind
            case MappingExpr():
                return "dict"
            case _:
                return None

    def _type_of_ref(self, holder: Definition, name: str) -> str | None:
        if name[0] == "$" and "." not in name:
            binder = self.binder(holder, name[1:])
            return None if binder is None else self._type_of_local(binder, name[1:])
        return self._type_of_target(self.reference(holder, name))

    def _type_of_target(self, found: Resolved) -> str | None:
        if isinstance(found.target, Variable):
            return self.type_of_variable(found.target)
        if found.target is None and not found.name.startswith("?"):
            return canonical(found.name)
        return None

    def type_of_variable(self, variable: Variable) -> str | None:
        """The type of a module-level or class-level variable."""
        if variable.holder.head.kind == "function":
            self.trace.log.append(self.trace.body(variable.holder))
        annotated = self.annotated_type(variable.holder, variable.assign.annotation)
        return annotated or self.type_of(variable.holder, variable.assign.value)

    def _type_of_local(self, function: Function, name: str) -> str | None:
        key = (id(function), name)
        if key in self._types:
            return self._types.read(key)
        start = len(self.trace.log)
        self._types[key] = None
        own = function.module.bit | self.trace.body(function)
        return self._types.keep(key, self._find_local_type(function, name), start, own)

    def _find_local_type(self, function: Function, name: str) -> str | None:
        for position, parameter in enumerate(function.head.parameters):
            if parameter.name == name:
                return self._type_of_parameter(function, position, parameter)
        for assign in function.assignments.get(name, ()):
            if assign.operator is None:
                kind = self.annotated_type(function, assign.annotation) or self.type_of(
                    function, assign.value
                )
                if kind is not None:
                    return kind
        source = block_source(function, name)
        return None if source is None else self.type_of(function, source)

    def _type_of_parameter(self, function: Function, position: int, parameter: Parameter) -> str | None:
        parent = function.parent
        assert parent is not None
        owner = function.owner
        if position == 0 and owner is not None and parameter.annotation is None:
            if not any(
                isinstance(each.value, Ref) and each.value.name == "staticmethod"
                for each in function.head.decorators
            ):
                return owner.id
        if parameter.kind in ("*", "**"):
            return None
        return self.annotated_type(parent, parameter.annotation)

    def annotated_type(self, holder: Definition, annotation: Expr | None) -> str | None:
        """The class that an annotation names, through `Annotated`, `Optional`, aliases and the like."""
        holder, bare = self.unwrapped(holder, annotation)
        if isinstance(bare, Item):
            bare = bare.base
        if not isinstance(bare, Ref):
            return None
        name = self.reference(holder, bare.name).name
        return None if name.startswith("?") or name in ("type", "typing.Type") else name

    def unwrapped(self, holder: Definition, annotation: Expr | None) -> tuple[Definition, Expr | None]:
        """An annotation without `Annotated`, `Optional`, `| None` and aliases, and where it is written."""
        for _ in range(_LIMIT):
            match annotation:
                case Ref(name=name):
                    found = self.reference(holder, name)
                    if isinstance(found.target, Variable) and found.target.assign.value is not None:
                        holder, annotation = found.target.holder, found.target.assign.value
                        continue
                    return holder, annotation
                case Item(base=Ref(name=name), key=key):
                    if self.reference(holder, name).name in WRAPPERS:
                        annotation = key.items[0] if isinstance(key, Sequence) and key.items else key
                        continue
                    return holder, annotation
                case Operation(operator="|", operands=operands):
                    named = [each for each in operands if not isinstance(each, Constant)]
                    if not named:
                        return holder, None
                    annotation = named[0]
                case _:
                    return holder, None
        return holder, None

    # Calls

    def callee(self, holder: Definition, call: Call) -> Resolved:
        """What a call in `holder` calls. An unknown receiver gives a name that starts with `?`."""
        own = holder.module.bit
        found = self._called.read(id(call))
        if found is None:
            start = len(self.trace.log)
            found = self._callee(holder, call)
            if not self._following and not self._typing:
                self._called.keep(id(call), found, start, own)
        return found

    def _callee(self, holder: Definition, call: Call) -> Resolved:
        match call.callee:
            case Ref(name=name):
                found = self.reference(holder, name)
                if isinstance(found.target, Variable):
                    cls = self.class_behind(found.target)
                    return found if cls is None else Resolved(cls.id, cls)
                return found
            case Attr(base=base, name=name):
                kind = self.type_of(holder, base)
                return Resolved(f"?.{name}", None) if kind is None else self.attribute(kind, [name])
            case Result(call=index):
                inner = self.callee(holder, holder.scope.calls[index])
                return Resolved(f"{inner.name}()", None)
            case _:
                return Resolved("?", None)

    def class_behind(self, variable: Variable, depth: int = 0) -> Class | None:
        """The class that a variable stands for: an alias, or what a class factory returns."""
        holder, value = variable.holder, variable.assign.value
        if isinstance(value, Result):
            factory = self.reference_of_call(holder, value)
            if not isinstance(factory, Function):
                return None
            self.trace.log.append(self.trace.body(factory))
            returned = [each for each in factory.scope.statements if isinstance(each, Return)]
            holder, value = factory, returned[0].value if len(returned) == 1 else None
        if not isinstance(value, Ref) or depth > _LIMIT:
            return None
        target = self.reference(holder, value.name).target
        if isinstance(target, Variable):
            return self.class_behind(target, depth + 1)
        # A local that holds an instance resolves to its class as well: only a bare class name counts.
        return target if isinstance(target, Class) and target.head.name == last_part(value.name) else None

    def reference_of_call(self, holder: Definition, value: Result) -> Target:
        """What a call's callee names, without following variables."""
        callee = holder.scope.calls[value.call].callee
        return self.reference(holder, callee.name).target if isinstance(callee, Ref) else None

    def type_of_call(self, holder: Definition, call: Call) -> str | None:
        """The type of what a call returns."""
        found = self.callee(holder, call)
        target = found.target
        if found.name == "typing.cast":
            return cast_type(self, holder, call)
        if isinstance(target, Class):
            return target.id
        if isinstance(target, Function):
            return self.returned_type(target)
        if isinstance(target, Variable):
            kind = self.type_of_variable(target)
            return None if kind is None else returned(kind + "()") or kind + "()"
        if found.name.startswith("?"):
            return None
        if found.name == "super" and isinstance(holder, Function) and holder.owner is not None:
            return next((base.name for base in self.bases(holder.owner)), None)
        return returned(found.name) or (
            found.name if found.name.rpartition(".")[2][:1].isupper() else f"{found.name}()"
        )

    def returned_type(self, function: Function) -> str | None:
        """The declared return type of a function, or that of its return values when they agree."""
        parent = function.parent
        assert parent is not None
        declared = self.annotated_type(parent, function.head.returns)
        if declared is not None or function.head.returns is not None:
            return declared
        key = (id(function), "return")
        if key in self._types:
            return self._types.read(key)
        start = len(self.trace.log)
        self.trace.log.append(self.trace.body(function))
        self._types[key] = None
        values = [
            statement.value
            for statement in function.scope.statements
            if isinstance(statement, Return) and statement.value is not None
        ]
        kinds = {self.type_of(function, value) for value in values[:4]}
        kinds.discard("NoneType")
        kind = kinds.pop() if len(kinds) == 1 else None
        return self._types.keep(key, kind, start, function.module.bit)


def _absolute_name(module: Module, name: str) -> list[str] | None:
    """The parts of an imported name from the top; None for a relative one that leads out of all packages."""
    rest = name.lstrip(".")
    level = len(name) - len(rest)
    package = module.name.split(".") if module.name and level else []
    drop = level - 1 if module.is_package else level
    if level and drop > len(package):
        return None
    return [*package[: len(package) - max(drop, 0)], *(rest.split(".") if rest else ())]
