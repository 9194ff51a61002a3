"""Evaluates calls over facts, following the project's own code."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from linter.evaluate import natives
from linter.evaluate.execution import body_value
from linter.evaluate.expressions import Exhausted, Expressions
from linter.evaluate.library import Library
from linter.evaluate.patterns import MATCHERS, matches
from linter.evaluate.values import (
    NOWHERE,
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
)
from linter.facts.expressions import Expr, Ref
from linter.facts.scopes import Assign, Call, Parameter
from linter.resolve.definitions import Class, Definition, Function, Module

_TRIAL = 20_000
_DEPTH = 40
_RECURSION = 6
"""How often a function may be in the middle of itself: what sets an application up nests no deeper."""
_SIMPLE = frozenset({"str", "int", "bool", "float", "list", "tuple", "dict"})

__all__ = ["Evaluator", "Library"]


class Evaluator(Expressions):
    """Follows code without running it. Whatever depends on the world outside is `UNKNOWN`."""

    exhausted = False

    # Entry points

    def module_frame_of(self, module: Module) -> None:
        """Run the body of a module, unless it ran already."""
        self._guarded(lambda: self.module_frame(module))

    def module_value(self, module: Module, name: str) -> Value:
        """What a top-level name of a module holds once the module has run."""
        return self._guarded(lambda: self._module_name(module, name))

    def class_value(self, cls: Class, name: str) -> Value:
        """A class attribute by method resolution order; NotImplemented when the project sets none."""
        return self._guarded(lambda: self.class_attribute(cls, name))

    def run(self, callee: Value, args: list[Value], keywords: dict[str, Value] | None = None) -> Value:
        """Call a value with arguments. `callee` is usually a `Closure`."""
        return self._guarded(lambda: self.call(callee, args, keywords or {}, None, None))

    def expression(self, holder: Definition, expr: Expr) -> Value:
        """The value of an expression at the top of a module or in a class body."""
        return self._guarded(lambda: self.value(self.frame_of(holder), expr))

    def within(self, frame: Frame, expr: Expr) -> Value:
        """The value of an expression in a frame, for those who stand outside of the evaluation."""
        return self._guarded(lambda: self.value(frame, expr))

    def attempt(self, ask: Callable[[], Value]) -> Value:
        """What `ask` answers; UNKNOWN when the code does more than an evaluation may cost."""
        return self._guarded(ask)

    def in_frame(self, frame: Frame, expr: Expr) -> Value:
        """The value of an expression in one run of a function."""
        return self._guarded(lambda: self.value(frame, expr))

    def member_of(self, value: Value, name: str) -> Value:
        """`value.name`."""
        return self._guarded(lambda: self.attribute(value, name))

    def _guarded(self, ask: Callable[[], Value]) -> Value:
        try:
            return ask()
        except (Exhausted, RecursionError):
            self.exhausted = True
            return UNKNOWN

    def trial(
        self,
        callee: Value,
        args: list[Value],
        budget: int = _TRIAL,
        keywords: dict[str, Value] | None = None,
    ) -> Value:
        """What a call may come to, with every way that is open kept apart.

        `exhausted` says afterwards whether the budget was spent.
        """
        if self.branching:
            return self.call(callee, args, keywords or {}, None, None)
        self._reserve, self._budget, self.branching = self._budget, budget, True
        self.exhausted = False
        try:
            return self.run(callee, args, keywords)
        finally:
            self._budget, self.branching = self._reserve, False

    # Calls

    def result(self, frame: Frame, call: Call) -> Value:
        """The value of a call that stands in a frame."""
        if isinstance(call.callee, Ref) and call.callee.name == "super":
            return self._super(frame)
        callee = self.value(frame, call.callee)
        args = self.items(frame, call.args)
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
        if not isinstance(holder, Function) or holder.owner is None or not holder.head.parameters:
            return UNKNOWN
        return Super(holder.owner, self._local(frame, [holder.head.parameters[0].name]))

    def call(
        self,
        callee: Value,
        args: list[Value],
        keywords: dict[str, Value],
        frame: Frame | None,
        call: Call | None,
    ) -> Value:
        """The result of a call; `frame` and `call` say where it stands."""
        module = frame.holder.module if frame is not None else NOWHERE
        span = 0 if call is None else call.span
        if isinstance(callee, Either):
            return either([self.call(option, args, keywords, frame, call) for option in callee.options])
        if isinstance(callee, Member) and isinstance(callee.receiver, (str, list, tuple, dict)):
            self.spend(callee.receiver, *args)
            if isinstance(callee.receiver, list):
                self.branches.note(callee.receiver, *args)
            return natives.method(callee.receiver, callee.name, args, keywords)
        name = callee.name if isinstance(callee, External) else ""
        made = Made(name, args, keywords, module, span)
        if isinstance(callee, External):
            return self._call_library(made)
        if isinstance(callee, Member):
            found = self.library.call_member(self, callee, made)
            if found is NotImplemented and callee.name == "mro" and isinstance(callee.receiver, Class):
                found = [each.target or External(each.name) for each in self.order.of(callee.receiver)]
            if found is NotImplemented and _is_pattern(callee.receiver):
                found = self._matched(callee.receiver.args[0], args, callee.name)
            made.name, made.receiver = f"?.{callee.name}", callee.receiver
            return made if found is NotImplemented else found
        found = self.library.apply(self, callee, made)
        if found is not NotImplemented:
            return found
        if isinstance(callee, Closure):
            return self.enter(callee, args, keywords)
        if isinstance(callee, Class):
            return self._construct(callee, args, keywords)
        if isinstance(callee, Lambda):
            return self.value(callee.frame, callee.body)
        if isinstance(callee, Instance):
            method = self.attribute(callee, "__call__")
            if isinstance(method, Closure):
                return self.call(method, args, keywords, frame, call)
        return UNKNOWN

    def _call_library(self, made: Made) -> Value:
        self.spend(*made.args)
        found = self.library.call(self, made)
        if found is NotImplemented:
            found = self._introspection(made)
        if found is NotImplemented and made.name.startswith("re.") and len(made.args) == 2:
            found = self._matched(made.args[0], made.args[1:], made.name.removeprefix("re."))
        if found is NotImplemented:
            with suppress(TypeError, ValueError, IndexError):
                found = natives.builtin(made.name, made.args, made.keywords)
        return made if found is NotImplemented else found

    def _matched(self, pattern: Value, args: list[Value], how: str) -> Value:
        """What a match of a regular expression comes to; NotImplemented when that is not known."""
        if how not in MATCHERS or len(args) != 1:
            return NotImplemented
        answers = {matches(pattern, text, how) for text in options(args[0])}
        known = answers.pop() if len(answers) == 1 else None
        if not known:
            return NotImplemented if known is None else None
        found = Made("re.Match", [], {}, NOWHERE, 0)
        found.truth = True
        return found

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
        if made.name == "functools.reduce" and len(args) > 1 and isinstance(args[1], (list, tuple)):
            return self._reduced(args[0], [*args[2:3], *args[1]])
        if made.name == "setattr" and len(args) == 3 and isinstance(args[0], (Instance, Made)):
            args[0].fields[str(args[1])] = args[2]
        return NotImplemented

    def _reduced(self, function: Value, items: list[Value]) -> Value:
        """`functools.reduce` over items of which the first may be the initial value."""
        if not items:
            return NotImplemented
        total = items[0]
        for item in items[1:]:
            self.spend(total, item)
            total = self.call(function, [total, item], {}, None, None)
        return total

    def is_kind(self, exception: Value, kinds: Value) -> bool:
        """Whether a raised class or instance certainly is one of the exception classes `kinds`."""
        if isinstance(exception, (Class, External)):
            return self._is_kind(exception, kinds, False) is True
        names = [each.name for each in _classes(kinds)]
        if isinstance(exception, (Instance, Made)) and not {"Exception", "BaseException"}.isdisjoint(names):
            return True
        if isinstance(exception, Made):
            return self.order.of_name(exception.name)[0].name in {
                self.order.of_name(name)[0].name for name in names
            }
        return self._is_kind(exception, kinds, True) is True

    def _is_kind(self, value: Value, kind: Value, of_instance: bool) -> Value:
        kinds = [
            each.id if isinstance(each, Class) else self.order.of_name(each.name)[0].name
            for each in _classes(kind)
        ]
        if of_instance:
            if value is None:
                return False
            value = natives.type_of(value)
        if isinstance(value, Class):
            names = {ancestor.name for ancestor in self.order.of(value)}
            return not names.isdisjoint(kinds)
        if isinstance(value, External) and (value.name in _SIMPLE or value.name in kinds):
            return value.name in kinds
        return UNKNOWN

    def _construct(self, cls: Class, args: list[Value], keywords: dict[str, Value]) -> Value:
        order = self.order.of(cls)
        if any(each.name in ("dict", "collections.UserDict", "collections.OrderedDict") for each in order):
            return natives.builtin("dict", args, keywords)
        if any(each.name in ("list", "collections.UserList") for each in order):
            return natives.builtin("list", args, keywords)
        made = Instance(cls, frame=self.frame_around(cls))
        constructor = self.attribute(made, "__init__")
        if isinstance(constructor, Closure):
            raised = self.enter(constructor, args, keywords)
            if isinstance(raised, Raised):
                return raised
        else:
            self.fill(made, args, keywords)
        return made

    def fill(self, made: Instance, args: list[Value], keywords: dict[str, Value]) -> None:
        """Set the fields of a class without a constructor of its own: a data class or a model."""
        made.fields.update(keywords)
        if args:
            names: dict[str, None] = {}
            for cls in reversed(self.order.classes(made.cls)):
                for statement in cls.scope.statements:
                    if isinstance(statement, Assign) and statement.annotation is not None:
                        names.update(dict.fromkeys(_field_names(cls, statement)))
            made.fields.update(zip(names, args, strict=False))

    def enter(self, closure: Closure, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Run a function of the project, past the library's say on the call."""
        function = closure.function
        if len(self._running) >= _DEPTH or self._running.count(function) >= _RECURSION:
            return UNKNOWN
        given = args if closure.receiver is None else [closure.receiver, *args]
        frame = Frame(function, closure.frame, self._bind(closure, given, keywords))
        branch = self.branches.current
        self._running.append(function)
        try:
            return body_value(self, function, frame)
        finally:
            self._running.pop()
            self.branches.current = branch

    def _bind(self, closure: Closure, args: list[Value], keywords: dict[str, Value]) -> dict[str, Value]:
        names: dict[str, Value] = {}
        rest = list(args)
        spare = dict(keywords)
        function = closure.function
        for parameter in function.head.parameters:
            if parameter.kind == "*":
                names[parameter.name], rest = tuple(rest), []
            elif parameter.kind == "**":
                names[parameter.name] = spare
            elif parameter.kind != "keyword-only" and rest:
                names[parameter.name] = rest.pop(0)
            elif parameter.name in spare:
                names[parameter.name] = spare.pop(parameter.name)
            else:
                names[parameter.name] = self._default(closure, parameter)
        return names

    def _default(self, closure: Closure, parameter: Parameter) -> Value:
        parent = closure.function.parent
        if parameter.default is None or parent is None:
            return UNKNOWN
        return self.value(closure.frame or self.frame_of(parent), parameter.default)


def _field_names(cls: Class, statement: Assign) -> list[str]:
    """The name that an annotated assignment in a class body declares."""
    prefix = cls.head.qualname + "."
    names = [
        target.name.lstrip(":$").removeprefix(prefix)
        for target in statement.targets
        if isinstance(target, Ref)
    ]
    return [name for name in names if "." not in name]


def _is_pattern(value: Value) -> bool:
    """Whether a value is a regular expression that was compiled without flags."""
    return (
        isinstance(value, Made) and value.name == "re.compile" and len(value.args) == 1 and not value.keywords
    )


def _classes(kind: Value) -> list[Class | External]:
    kinds = kind if isinstance(kind, (list, tuple)) else [kind]
    return [each for each in kinds if isinstance(each, (Class, External))]
