"""Writes down what set-up code does to a framework's objects."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, External, Frame, Instance, Made, Member, Value
from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.facts.scopes import Decorator
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project

WRAPPERS = frozenset({"functools.wraps", "functools.update_wrapper", "wrapt.decorator"})
_DEPTH = 8


class Note(Made):
    """One call of a method on an object that is followed. `receiver` is that object.

    `applied` are the handlers that the returned decorator was put on. `branch` stands for the conditions
    under which the call is made, see `linter.evaluate.branches`.
    """

    __slots__ = ("applied", "branch", "receiver")

    def __init__(self, name: str, receiver: Value, made: Made, branch: object | None = None) -> None:
        super().__init__(name, made.args, made.keywords, made.module, made.span)
        self.receiver = receiver
        self.branch = branch
        self.applied: list[Value] = []


class Decorated:
    """A function or class with those of its decorators that stand below the one that registers it."""

    __slots__ = ("below", "value")

    def __init__(self, value: Value, below: tuple[Decorator, ...]) -> None:
        self.value = value
        self.below = below


class Wrapped:
    """What a call of a decorator made of a handler. `outcome` is what the decorator returned."""

    __slots__ = ("decorator", "outcome", "view")

    def __init__(self, view: Value, decorator: Value, outcome: Value) -> None:
        self.view = view
        self.decorator = decorator
        self.outcome = outcome


class Node:
    """An object that is followed, with the notes on it. `kind` is the library's name of its class.

    `loose` objects stand in for those that code outside of the project makes.
    """

    __slots__ = ("kind", "loose", "notes", "value")

    def __init__(self, value: Value, kind: str, loose: bool = False) -> None:
        self.value = value
        self.kind = kind
        self.loose = loose
        self.notes: list[Note] = []

    @property
    def branch(self) -> object | None:
        """The conditions under which the object is made."""
        return self.notes[0].branch if self.notes else None

    def named(self, *names: str) -> Iterator[Note]:
        """The notes of methods with one of these names, in order."""
        return (note for note in self.notes if note.name in names)


class Setup:
    """The evaluator's view of a framework: `kinds` are the classes whose objects are followed.

    `registering` are the last names of decorators that register what they decorate.
    """

    def __init__(self, project: Project, kinds: frozenset[str], registering: frozenset[str]) -> None:
        self.project = project
        self.kinds = kinds
        self.registering = registering
        self.nodes: dict[int, Node] = {}
        self.seen: set[tuple[str, int]] = set()
        self.following = True
        self._kept: list[Value] = []

    # What is followed

    def track(self, value: Value, kind: str, loose: bool = False) -> Node:
        """Follow an object."""
        node = self.nodes.get(id(value))
        if node is None:
            node = self.nodes[id(value)] = Node(value, kind, loose)
            self._kept.append(value)
        return node

    def node(self, value: Value) -> Node | None:
        """The node of an object, if it is one that is followed."""
        return self.nodes.get(id(value))

    def of_kind(self, *kinds: str) -> list[Node]:
        """The objects of these kinds, in the order in which they were made."""
        return [node for node in self.nodes.values() if node.kind in kinds]

    def kind_of(self, evaluator: Evaluator, cls: Class) -> str | None:
        """The kind of the objects of a project's class."""
        return next((each.name for each in evaluator.order.of(cls) if each.name in self.kinds), None)

    def _note(self, evaluator: Evaluator, name: str, receiver: Value, kind: str, made: Made) -> Note:
        note = Note(name, receiver, made, evaluator.branches.current)
        self.seen.add((made.module.path, made.span))
        self.track(receiver, kind).notes.append(note)
        return note

    # The evaluator's questions

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """A call of a library's function: the objects that it makes are followed."""
        if made.name in WRAPPERS:
            return made.args[1] if made.name == "functools.update_wrapper" and len(made.args) > 1 else made
        if made.name in self.kinds:
            if self.following:
                self._note(evaluator, "__init__", made, made.name, made)
            return made
        head, _, last = made.name.rpartition(".")
        if last == "__init__" and head in self.kinds and made.args:
            given = Made(last, made.args[1:], made.keywords, made.module, made.span)
            self._note(evaluator, last, made.args[0], head, given)
            return None
        if self._is_handler(made.args) and not made.keywords:
            return self.wrapped(External(made.name), made)
        return NotImplemented

    def wrapped(self, decorator: Value, made: Made) -> Value:
        """What a library's decorator makes of a handler."""
        return Wrapped(made.args[0], decorator, decorator)

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """A method of a followed object, written down."""
        names: list[str] = []
        value: Value = member
        while isinstance(value, Member) and len(names) < _DEPTH:
            names.insert(0, value.name)
            value = value.receiver
        node = self.node(value)
        if node is not None:
            return self._note(evaluator, ".".join(names), value, node.kind, made)
        if isinstance(value, Note):
            return self._note(evaluator, ".".join(names), value, "", made)
        return NotImplemented

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """Nothing is known of attributes; they stand for themselves."""
        return NotImplemented

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """A call of a class whose objects are followed, of a registering decorator, or of a decorator."""
        if isinstance(callee, Class):
            kind = self.kind_of(evaluator, callee)
            return NotImplemented if kind is None else self._construct(evaluator, callee, kind, made)
        if not made.args:
            return NotImplemented
        subject = made.args[0]
        if isinstance(callee, Note):
            callee.applied.append(subject)
            return subject
        if isinstance(callee, Made) and callee.name in WRAPPERS:
            return subject
        if not self._is_handler(made.args):
            return NotImplemented
        if isinstance(callee, Made):
            return self.wrapped(callee, made)
        if isinstance(callee, Closure):
            outcome = evaluator.enter(callee, made.args, made.keywords)
            is_wrapper = isinstance(outcome, (Closure, Instance)) and outcome is not subject
            return Wrapped(subject, callee, outcome) if is_wrapper else outcome
        return NotImplemented

    def _construct(self, evaluator: Evaluator, cls: Class, kind: str, made: Made) -> Value:
        instance = Instance(cls)
        self.seen.add((made.module.path, made.span))
        node = self.track(instance, kind)
        constructor = evaluator.class_attribute(cls, "__init__")
        if isinstance(constructor, Closure):
            bound = Closure(constructor.function, constructor.frame, instance)
            evaluator.enter(bound, made.args, made.keywords)
        else:
            node.notes.append(Note("__init__", instance, made, evaluator.branches.current))
        return instance

    def _is_handler(self, args: list[Value]) -> bool:
        """Whether a sole argument is a function of the project, so that the callee may be a decorator."""
        return len(args) == 1 and (
            isinstance(args[0], Wrapped)
            or (isinstance(args[0], Closure) and not args[0].function.is_module and self.following)
        )

    def define(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """A definition that the set-up code comes by: its registering decorators are applied."""
        self._register(evaluator, frame, definition, value)
        return NotImplemented

    def _register(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> None:
        decorators = definition.head.decorators
        for position in reversed(range(len(decorators))):
            expr = decorators[position].value
            if last_name(frame.holder, expr) in self.registering:
                self._apply(evaluator, frame, expr, Decorated(value, decorators[position + 1 :]))

    def _apply(self, evaluator: Evaluator, frame: Frame, expr: Expr, subject: Decorated) -> None:
        callee = evaluator.value(frame, expr)
        if isinstance(callee, Note) or (isinstance(callee, Member) and self._owner(callee) is not None):
            evaluator.call(callee, [subject], {}, frame, None)

    def _owner(self, member: Member) -> Node | None:
        value: Value = member
        for _ in range(_DEPTH):
            if not isinstance(value, Member):
                break
            value = value.receiver
        return self.node(value)


def last_name(holder: Definition, expr: Expr) -> str:
    """The last name of a decorator or callee, called or not."""
    if isinstance(expr, Result):
        expr = holder.scope.calls[expr.call].callee
    if isinstance(expr, Ref):
        return expr.name.rpartition(".")[2].lstrip(":$")
    return expr.name if isinstance(expr, Attr) else ""


def registering_modules(setup: Setup) -> Iterator[Module]:
    """Modules with a decorator at the top that may register what it decorates."""
    for module in setup.project.modules.values():
        if not is_test(module.path) and any(
            last_name(definition.parent, each.value) in setup.registering
            for definition in module.definitions[1:]
            if isinstance(definition.parent, Function) and definition.parent.is_module
            for each in definition.head.decorators
        ):
            yield module
