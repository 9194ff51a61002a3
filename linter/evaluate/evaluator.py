"""Evaluates expressions and calls over facts, following the project's own code."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence as AbstractSequence
from contextlib import contextmanager, suppress
from typing import Protocol

from linter.evaluate import natives
from linter.evaluate.execution import Execution, Step, body_value, outline
from linter.evaluate.order import ClassOrder, LibraryBases
from linter.evaluate.values import (
    HOLE,
    UNKNOWN,
    Closure,
    Either,
    External,
    Frame,
    Instance,
    Lambda,
    Made,
    Member,
    Raised,
    Super,
    Value,
    either,
    options,
    union,
)
from linter.facts.expressions import (
    Attr,
    Binary,
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
    Template,
)
from linter.facts.scopes import Call, Parameter
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project, Resolved, Variable

_BUDGET = 1_500_000
_TRIAL = 20_000
_DEPTH = 40
_COMPARISONS = frozenset({"==", "!=", "is", "is not", "in", "not in", "<", "<=", ">", ">="})


class Library(Protocol):
    """What an adapter knows of its framework. Each answer may be NotImplemented."""

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """The result of calling the library's `made.name`."""

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """The result of calling an attribute that the project does not define."""

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute of a library's object, or of a class or instance that inherits it."""

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """The result of calling a value of the project, before its code is followed."""


class Exhausted(Exception):
    """The budget is spent: the code does more than an evaluation may cost."""


class Evaluator:
    """Evaluates with memory: each module body runs once, and lists keep their identity.

    With `branching`, values from several paths become an `Either`; without it, lists from several paths
    are merged, so that what is built under a condition counts as built.
    """

    def __init__(
        self,
        project: Project,
        library: Library,
        library_bases: LibraryBases,
        contributors: AbstractSequence[tuple[str, Class | Function, Expr]] = (),
        budget: int = _BUDGET,
    ) -> None:
        self.project = project
        self.library = library
        self.order = ClassOrder(project, library_bases, self._followed)
        self.branching = False
        self._budget = budget
        self._reserve = budget
        self._depth = 0
        self._frames: dict[str, Frame] = {}
        self._class_values: dict[tuple[str, str], Value] = {}
        self._names: dict[tuple[str, str], tuple[Resolved, list[str]]] = {}
        self._outlines: dict[int, dict[int, list[Step]]] = {}
        self._running: list[str] = []
        self._contributors: dict[str, list[tuple[Class | Function, Expr]]] = {}
        for path, definition, decorator in contributors:
            self._contributors.setdefault(path, []).append((definition, decorator))

    # Entry points

    def module_value(self, module: Module, name: str) -> Value:
        """What a top-level name of a module holds once the module has run."""
        return self._guarded(lambda: self._module_name(module, name))

    def class_value(self, cls: Class, name: str) -> Value:
        """A class attribute by method resolution order; NotImplemented when the project sets none."""
        return self._guarded(lambda: self._class_attribute(cls, name))

    def run(self, callee: Value, args: list[Value], keywords: dict[str, Value] | None = None) -> Value:
        """Call a value with arguments. `callee` is usually a `Closure`."""
        return self._guarded(lambda: self.call(callee, args, keywords or {}, None, None))

    def expression(self, holder: Definition, expr: Expr) -> Value:
        """The value of an expression at the top of a module or in a class body."""
        return self._guarded(lambda: self.value(self._frame_of(holder), expr))

    def _guarded(self, ask: object) -> Value:
        try:
            return ask()  # type: ignore[operator]
        except (Exhausted, RecursionError):
            return UNKNOWN

    def join(self, values: list[Value]) -> Value:
        """One value for what several paths leave."""
        return either(values) if self.branching else union([_returned(each) for each in values])

    # Modules and classes

    def module_frame(self, module: Module) -> Frame:
        """The names of a module; its body runs on the first request."""
        frame = self._frames.get(module.path)
        if frame is None:
            frame = Frame(module.functions[0])
            self._frames[module.path] = frame
            with self._plain():
                Execution(self, frame).run()
                for definition, decorator in self._contributors.pop(module.path, ()):
                    self._contribute(definition, decorator)
        return frame

    @contextmanager
    def _plain(self) -> Iterator[None]:
        """What modules and classes hold does not depend on the trial that asks for it."""
        branching, budget = self.branching, self._budget
        if branching:
            self.branching, self._budget = False, self._reserve
        try:
            yield
        finally:
            if branching:
                self._reserve, self.branching, self._budget = self._budget, True, budget

    def trial(self, callee: Value, args: list[Value], budget: int = _TRIAL) -> Value:
        """What a call may come to, with every way that is open kept apart."""
        if self.branching:
            return self.call(callee, args, {}, None, None)
        self._reserve, self._budget, self.branching = self._budget, budget, True
        try:
            return self.run(callee, args)
        finally:
            self._budget, self.branching = self._reserve, False

    def _contribute(self, definition: Class | Function, decorator: Expr) -> None:
        """Apply a decorator that records what it decorates."""
        holder = definition.parent
        assert holder is not None
        subject = definition if isinstance(definition, Class) else Closure(definition)
        callee = self.value(self._frame_of(holder), decorator)
        if isinstance(callee, Closure):
            self._enter(callee, [subject], {})

    def import_star(self, frame: Frame, name: str) -> None:
        """`from name import *`: containers are copied, so that one layer does not change another."""
        found = self.project.resolve(frame.holder.module, name)
        if isinstance(found.target, Module) and found.target is not frame.holder.module:
            for key, value in self.module_frame(found.target).names.items():
                if not key.startswith("_"):
                    frame.names[key] = _copied(value)

    def _frame_of(self, holder: Definition) -> Frame:
        if isinstance(holder, Function) and holder.is_module:
            return self.module_frame(holder.module)
        return Frame(holder)

    def _module_name(self, module: Module, name: str) -> Value:
        names = self.module_frame(module).names
        if name in names:
            return names[name]
        return self._resolved_value(self.project.resolve(module, ":" + name), module)

    def _class_attribute(self, cls: Class, name: str) -> Value:
        return self._in_order(self.order.of(cls), name)

    def _in_order(self, order: tuple[Resolved, ...], name: str) -> Value:
        for ancestor in order:
            if isinstance(ancestor.target, Class):
                found = self.own_attribute(ancestor.target, name)
                if found is not NotImplemented:
                    return found
        return NotImplemented

    def own_attribute(self, cls: Class, name: str) -> Value:
        """What the class body itself binds to a name; NotImplemented when it does not."""
        child = cls.children.get(name)
        if child is not None:
            return child if isinstance(child, Class) else Closure(child)
        assign = cls.attributes.get(name)
        if assign is None or assign.value is None:
            return NotImplemented
        key = (cls.id, name)
        if key not in self._class_values:
            self._class_values[key] = UNKNOWN
            with self._plain():
                self._class_values[key] = self.value(Frame(cls), assign.value)
        return self._class_values[key]

    def _followed(self, base: Resolved) -> Resolved:
        """The class that a variable used as a base holds."""
        value = self._resolved_value(base, None)
        if isinstance(value, Class):
            return Resolved(value.id, value)
        return Resolved(value.name if isinstance(value, External) else "?", None)

    def outline(self, holder: Definition) -> dict[int, list[Step]]:
        """The steps of a body, block by block."""
        key = id(holder)
        found = self._outlines.get(key)
        if found is None:
            self._outlines[key] = found = outline(holder.scope)
        return found

    # Expressions

    def value(self, frame: Frame, expr: Expr) -> Value:
        """The value of an expression in a frame."""
        self._budget -= 1
        if self._budget < 0:
            raise Exhausted
        match expr:
            case Constant(value=value) | Binary(value=value):
                return value
            case Ref(name=name):
                return self._name(frame, name)
            case Result(call=index):
                return self._call(frame, frame.holder.scope.calls[index])
            case Attr(base=base, name=name):
                return self.attribute(self.value(frame, base), name)
            case Sequence(kind=kind, items=items):
                values = self._items(frame, items)
                return tuple(values) if kind == "tuple" else values
            case Mapping():
                return self._mapping(frame, expr)
            case Template(parts=parts):
                return self._template(frame, parts)
            case Item(base=base, key=key):
                return self._item(self.value(frame, base), self._key(frame, key))
            case Choice(test=test, then=then, otherwise=otherwise):
                known = natives.truth(self.value(frame, test))
                if known is None:
                    return self.join([self.value(frame, then), self.value(frame, otherwise)])
                return self.value(frame, then if known else otherwise)
            case Operation():
                return self._operation(frame, expr)
            case Comprehension():
                return self._comprehension(frame, expr)
            case _:
                return UNKNOWN

    def _items(self, frame: Frame, items: tuple[Expr, ...]) -> list[Value]:
        values: list[Value] = []
        for item in items:
            if isinstance(item, Starred):
                inner = self.value(frame, item.value)
                if isinstance(inner, (list, tuple, dict)):
                    values.extend(list(inner))
            else:
                values.append(self.value(frame, item))
        return values

    def _mapping(self, frame: Frame, expr: Mapping) -> Value:
        made: dict[Value, Value] = {}
        for key, value in zip(expr.keys, expr.values, strict=True):
            read = self.value(frame, value)
            if key is None:
                if isinstance(read, dict):
                    made.update(read)
                continue
            name = self.value(frame, key)
            if natives.is_key(name):
                made[name] = read
        return made

    def _template(self, frame: Frame, parts: tuple[Expr, ...]) -> Value:
        texts = []
        for part in parts:
            value = self.value(frame, part)
            texts.append(str(value) if isinstance(value, (str, int)) else HOLE)
        return "".join(texts) if len(texts) < 1000 else UNKNOWN

    def _key(self, frame: Frame, key: Expr) -> Value:
        if isinstance(key, Operation) and key.operator == ":":
            bounds = [self.value(frame, each) for each in key.operands]
            return (
                slice(*bounds) if all(each is None or isinstance(each, int) for each in bounds) else UNKNOWN
            )
        return self.value(frame, key)

    def _item(self, container: Value, key: Value) -> Value:
        if isinstance(container, Either):
            return either([self._item(option, key) for option in container.options])
        if isinstance(container, (Class, External)):
            return container
        if isinstance(container, (Made, Instance)):
            found = self.library.call_member(
                self, Member(container, "__getitem__"), Made("", [key], {}, _NOWHERE, 0)
            )
            return UNKNOWN if found is NotImplemented else found
        return natives.item(container, key, lambda factory: self.call(factory, [], {}, None, None))

    def _operation(self, frame: Frame, expr: Operation) -> Value:
        operator, operands = expr.operator, expr.operands
        if operator in ("and", "or"):
            return self._boolean(frame, operator, operands)
        if operator == "lambda":
            return Lambda(operands[0], frame)
        if operator == ":=":
            return self.value(frame, operands[1])
        values = [self.value(frame, each) for each in operands]
        if operator == "not":
            known = natives.truth(values[0])
            return UNKNOWN if known is None else not known
        if operator in _COMPARISONS:
            answers = [natives.compare(operator, left, values[1]) for left in options(values[0])]
            return answers[0] if len(answers) == 1 else either(answers)
        if operator == "+" and len(values) > 1:
            total = values[0]
            for each in values[1:]:
                total = natives.add(total, each)
            return total
        if operator == "%" and isinstance(values[0], str):
            return natives.percent(values[0], values[1])
        if operator in ("&", "|", "~"):
            return natives.combine(operator, values)
        return values[0] if operator == "await" and values else UNKNOWN

    def _boolean(self, frame: Frame, operator: str, operands: tuple[Expr, ...]) -> Value:
        """`and` and `or`, stopping where Python stops; an unknown operand leaves both ways open."""
        seen: list[Value] = []
        for position, operand in enumerate(operands):
            value = self.value(frame, operand)
            if position == len(operands) - 1:
                return either([*seen, value]) if seen else value
            known = natives.truth(value)
            if known is None:
                seen.append(value)
            elif known is (operator == "or"):
                return either([*seen, value]) if seen else value
        return UNKNOWN

    def _comprehension(self, frame: Frame, expr: Comprehension) -> Value:
        inner = Frame(frame.holder, frame)
        made: list[Value] = []
        doubtful = self._generate(inner, expr, 0, made)
        if expr.kind == "dict":
            return {key: value for key, value in made if natives.is_key(key)}
        return made if made or not doubtful else UNKNOWN

    def _generate(self, frame: Frame, expr: Comprehension, depth: int, made: list[Value]) -> bool:
        """Fill `made`; True when a source was not known."""
        if depth == len(expr.sources):
            if all(natives.truth(self.value(frame, each)) is not False for each in expr.conditions):
                made.append(self.value(frame, expr.element))
            return False
        source = self.value(frame, expr.sources[depth])
        doubtful = False
        for option in options(source):
            items = list(option) if isinstance(option, (list, tuple, dict)) else None
            if items is None:
                doubtful = True
                continue
            for each in items[:5000]:
                Execution(self, frame).bind(expr.targets[depth], each)
                doubtful = self._generate(frame, expr, depth + 1, made) or doubtful
        return doubtful

    # Names

    def _name(self, frame: Frame, name: str) -> Value:
        mark = name[0]
        if mark == "$":
            return self._local(frame, name[1:].split("."))
        if mark == ":":
            root, _, rest = name[1:].partition(".")
            found = self._global(frame, root)
            if found is not NotImplemented:
                return self._attributes(found, rest.split(".") if rest else [])
        key = (frame.holder.module.path, name)
        known = self._names.get(key)
        if known is None:
            self._names[key] = known = self._split(frame.holder.module, name)
        resolved, rest_names = known
        return self._attributes(self._resolved_value(resolved, frame.holder.module), rest_names)

    def _split(self, module: Module, name: str) -> tuple[Resolved, list[str]]:
        """The longest part of a name that the project defines, and the attributes after it."""
        mark = name[0] if name[0] == ":" else ""
        dots = len(name) - len(name.lstrip("."))
        parts = name[len(mark) + dots :].split(".")
        prefix = mark + "." * dots
        for length in range(len(parts), 0, -1):
            found = self.project.resolve(module, prefix + ".".join(parts[:length]))
            if found.target is not None and not self._is_member(found, parts[:length]):
                return found, parts[length:]
        return self.project.resolve(module, name), []

    def _is_member(self, found: Resolved, parts: list[str]) -> bool:
        """Whether a method or attribute was reached through a variable, whose object would be lost."""
        if len(parts) < 2 or isinstance(found.target, (Module, Class)):
            return False
        target = found.target
        holder = target.holder if isinstance(target, Variable) else target.parent if target else None
        return isinstance(holder, Class) and holder.scope.name not in parts

    def _local(self, frame: Frame, parts: list[str]) -> Value:
        current: Frame | None = frame
        while current is not None:
            if parts[0] in current.names:
                return self._attributes(current.names[parts[0]], parts[1:])
            current = current.outer
        found = self.project.reference(frame.holder, "$" + parts[0])
        if isinstance(found.target, (Class, Function)):
            return self._attributes(self._resolved_value(found, frame.holder.module), parts[1:])
        return UNKNOWN

    def _global(self, frame: Frame, name: str) -> Value:
        """A name of the module that is already bound, comprehension variables first."""
        current: Frame | None = frame
        while current is not None:
            if current.holder.scope.kind == "module" and name in current.names:
                return current.names[name]
            current = current.outer
        started = self._frames.get(frame.holder.module.path)
        if started is not None and name in started.names:
            return started.names[name]
        return NotImplemented

    def _resolved_value(self, found: Resolved, module: Module | None) -> Value:
        target = found.target
        if isinstance(target, (Class, Module)):
            return target
        if isinstance(target, Function):
            return Closure(target)
        if isinstance(target, Variable):
            holder = target.holder
            if isinstance(holder, Class):
                return self._or_unknown(self._class_attribute(holder, target.name))
            if not holder.is_module:
                return UNKNOWN
            names = self.module_frame(holder.module).names
            return names.get(target.name, UNKNOWN)
        name = found.name
        if name.startswith("?") or (module is not None and name.startswith(module.id + ".")):
            return UNKNOWN
        return self._library_name(name)

    def _library_name(self, name: str) -> Value:
        head, _, last = name.rpartition(".")
        found = self.library.attribute(self, External(head), last) if head else NotImplemented
        return External(name) if found is NotImplemented else found

    def _or_unknown(self, value: Value) -> Value:
        return UNKNOWN if value is NotImplemented else value

    # Attributes

    def _attributes(self, value: Value, names: list[str]) -> Value:
        for name in names:
            value = self.attribute(value, name)
        return value

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        if isinstance(value, (str, list, tuple, dict)):
            return Member(value, name)
        if isinstance(value, Either):
            return either([self.attribute(option, name) for option in value.options])
        if isinstance(value, Module):
            return self._module_attribute(value, name)
        if isinstance(value, Instance):
            return self._instance_attribute(value, name)
        if isinstance(value, Super):
            return self._super_attribute(value, name)
        if isinstance(value, Class):
            found = self._class_attribute(value, name)
            if isinstance(found, Closure) and _has_decorator(found.function, "classmethod"):
                return Closure(found.function, found.frame, value)
            if found is not NotImplemented:
                return found
        if isinstance(value, Made) and name in value.fields:
            return value.fields[name]
        if isinstance(value, (Class, External, Made)):
            found = self.library.attribute(self, value, name)
            if found is not NotImplemented:
                return found
            return External(f"{value.name}.{name}") if isinstance(value, External) else Member(value, name)
        return UNKNOWN

    def _module_attribute(self, module: Module, name: str) -> Value:
        names = self.module_frame(module).names
        if name in names:
            return names[name]
        found = self.project.resolve(module, ":" + name)
        if found.target is None and module.is_package:
            found = self.project.resolve(module, "." + name)
        return self._resolved_value(found, module)

    def _instance_attribute(self, value: Instance, name: str) -> Value:
        if name in value.fields:
            return value.fields[name]
        if name == "__class__":
            return value.cls
        return self._bound(value, self._class_attribute(value.cls, name), name)

    def _super_attribute(self, value: Super, name: str) -> Value:
        cls = value.receiver.cls if isinstance(value.receiver, Instance) else value.receiver
        if not isinstance(cls, Class):
            return UNKNOWN
        return self._bound(value.receiver, self._in_order(self.order.after(cls, value.cls), name), name)

    def _bound(self, receiver: Value, found: Value, name: str) -> Value:
        if isinstance(found, Closure):
            if _has_decorator(found.function, "property", "functools.cached_property", "cached_property"):
                return self._enter(Closure(found.function, found.frame, receiver), [], {})
            if _has_decorator(found.function, "staticmethod"):
                return found
            if _has_decorator(found.function, "classmethod"):
                cls = receiver.cls if isinstance(receiver, Instance) else receiver
                return Closure(found.function, found.frame, cls)
            return Closure(found.function, found.frame, receiver)
        if found is not NotImplemented:
            return found
        answer = self.library.attribute(self, receiver, name)
        return Member(receiver, name) if answer is NotImplemented else answer

    # Calls

    def _call(self, frame: Frame, call: Call) -> Value:
        if isinstance(call.callee, Ref) and call.callee.name == "super":
            return self._super(frame)
        callee = self.value(frame, call.callee)
        args = self._items(frame, call.args)
        keywords: dict[str, Value] = {}
        for name, expr in call.keywords:
            value = self.value(frame, expr)
            if name != "**":
                keywords[name] = value
            elif isinstance(value, dict):
                keywords.update({key: each for key, each in value.items() if isinstance(key, str)})
        return self.call(callee, args, keywords, frame, call)

    def _super(self, frame: Frame) -> Value:
        holder = frame.holder
        while isinstance(holder, Function) and holder.owner is None and holder.parent is not None:
            holder = holder.parent
        if not isinstance(holder, Function) or holder.owner is None or not holder.scope.parameters:
            return UNKNOWN
        return Super(holder.owner, self._local(frame, [holder.scope.parameters[0].name]))

    def call(
        self,
        callee: Value,
        args: list[Value],
        keywords: dict[str, Value],
        frame: Frame | None,
        call: Call | None,
    ) -> Value:
        """The result of a call; `frame` and `call` say where it stands."""
        module = frame.holder.module if frame is not None else _NOWHERE
        span = 0 if call is None else call.span
        if isinstance(callee, Either):
            return either([self.call(option, args, keywords, frame, call) for option in callee.options])
        if isinstance(callee, Member) and isinstance(callee.receiver, (str, list, tuple, dict)):
            return natives.method(callee.receiver, callee.name, args, keywords)
        name = callee.name if isinstance(callee, External) else ""
        made = Made(name, args, keywords, module, span)
        if isinstance(callee, External):
            return self._call_library(made)
        if isinstance(callee, Member):
            found = self.library.call_member(self, callee, made)
            made.name = f"?.{callee.name}"
            return made if found is NotImplemented else found
        found = self.library.apply(self, callee, made)
        if found is not NotImplemented:
            return found
        if isinstance(callee, Closure):
            return self._enter(callee, args, keywords)
        if isinstance(callee, Class):
            return self._construct(callee, args, keywords)
        if isinstance(callee, Lambda):
            return self.value(callee.frame, callee.body)
        return UNKNOWN

    def _call_library(self, made: Made) -> Value:
        found = self.library.call(self, made)
        if found is NotImplemented:
            found = self._introspection(made)
        if found is NotImplemented:
            with suppress(TypeError, ValueError, IndexError):
                found = natives.builtin(made.name, made.args, made.keywords)
        return made if found is NotImplemented else found

    def _introspection(self, made: Made) -> Value:
        args = made.args
        if made.name in ("getattr", "hasattr") and len(args) >= 2 and isinstance(args[1], str):
            found = self.attribute(args[0], args[1])
            known = found is not UNKNOWN and not isinstance(found, Member)
            if made.name == "hasattr":
                return True if known else UNKNOWN
            return found if known or len(args) < 3 else args[2]
        if made.name in ("issubclass", "isinstance") and len(args) == 2:
            return self._is_kind(args[0], args[1], made.name == "isinstance")
        if made.name == "typing.cast" and len(args) == 2:
            return args[1]
        if made.name in ("functools.partial",) and args:
            return args[0]
        if made.name == "setattr" and len(args) == 3 and isinstance(args[0], (Instance, Made)):
            args[0].fields[str(args[1])] = args[2]
        return NotImplemented

    def _is_kind(self, value: Value, kind: Value, of_instance: bool) -> Value:
        kinds = [each.id if isinstance(each, Class) else each.name for each in _classes(kind)]
        if of_instance:
            if value is None:
                return False
            value = natives.type_of(value)
        if isinstance(value, Class):
            names = {ancestor.name for ancestor in self.order.of(value)}
            canonical = {self.order.of_name(each)[0].name for each in kinds}
            return not names.isdisjoint(canonical | set(kinds))
        if isinstance(value, External) and value.name in ("str", "int", "list", "tuple", "dict"):
            return value.name in kinds
        return UNKNOWN

    def _construct(self, cls: Class, args: list[Value], keywords: dict[str, Value]) -> Value:
        order = self.order.of(cls)
        if any(each.name in ("dict", "collections.UserDict", "collections.OrderedDict") for each in order):
            return natives.builtin("dict", args, keywords)
        if any(each.name in ("list", "collections.UserList") for each in order):
            return natives.builtin("list", args, keywords)
        made = Instance(cls)
        constructor = self._in_order(order, "__init__")
        if isinstance(constructor, Closure):
            self._enter(Closure(constructor.function, constructor.frame, made), args, keywords)
        return made

    def _enter(self, closure: Closure, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Run a function of the project."""
        if self._depth >= _DEPTH:
            return UNKNOWN
        function = closure.function
        given = args if closure.receiver is None else [closure.receiver, *args]
        frame = Frame(function, closure.frame, self._bind(function, given, keywords))
        self._depth += 1
        try:
            return body_value(self, function, frame)
        finally:
            self._depth -= 1

    def enter(self, closure: Closure, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Run a function of the project, past the library's say on the call."""
        return self._enter(closure, args, keywords)

    def _bind(self, function: Function, args: list[Value], keywords: dict[str, Value]) -> dict[str, Value]:
        names: dict[str, Value] = {}
        rest = list(args)
        spare = dict(keywords)
        for parameter in function.scope.parameters:
            if parameter.kind == "*":
                names[parameter.name], rest = tuple(rest), []
            elif parameter.kind == "**":
                names[parameter.name] = spare
            elif parameter.kind != "keyword-only" and rest:
                names[parameter.name] = rest.pop(0)
            elif parameter.name in spare:
                names[parameter.name] = spare.pop(parameter.name)
            else:
                names[parameter.name] = self._default(function, parameter)
        return names

    def _default(self, function: Function, parameter: Parameter) -> Value:
        if parameter.default is None or function.parent is None:
            return UNKNOWN
        return self.value(self._frame_of(function.parent), parameter.default)


def _returned(value: Value) -> Value:
    return UNKNOWN if isinstance(value, Raised) else value


def _copied(value: Value) -> Value:
    if isinstance(value, dict) and type(value) is dict:
        return {key: _copied(each) for key, each in value.items()}
    return list(value) if isinstance(value, list) else value


def _classes(kind: Value) -> list[Class | External]:
    kinds = kind if isinstance(kind, (list, tuple)) else [kind]
    return [each for each in kinds if isinstance(each, (Class, External))]


def _has_decorator(function: Function, *names: str) -> bool:
    for decorator in function.scope.decorators:
        if isinstance(decorator.value, Ref):
            name = decorator.value.name.lstrip(":$")
            if name in names or name.rpartition(".")[2] in names:
                return True
    return False


def _nowhere() -> Module:
    from linter.facts.files import FileFacts
    from linter.facts.scopes import Block, Scope
    from linter.facts.spans import pack

    span = pack(1, 0, 1, 0)
    scope = Scope("module", "", "", -1, span, 1, blocks=(Block("body", 0, 0, span),))
    return Module("", "", "", FileFacts("python", (scope,)), False)


_NOWHERE = _nowhere()
"""Stands in for the module of a call that no source makes."""
