"""Evaluates expressions: operators, displays, comprehensions."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import cached_property
from typing import Any

from linter.evaluate import natives
from linter.evaluate.environment import piece
from linter.evaluate.execution import Execution
from linter.evaluate.names import Names
from linter.evaluate.values import (
    NOWHERE,
    UNKNOWN,
    Either,
    External,
    Frame,
    Instance,
    Lambda,
    Made,
    Member,
    Own,
    Partial,
    Raised,
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
from linter.facts.scopes import Call
from linter.resolve.definitions import Class

ANNOTATED = "typing.Annotated"
"""The name of an annotation with markers: its arguments are the type and the markers."""

_COMPARISONS = frozenset({"==", "!=", "is", "is not", "in", "not in", "<", "<=", ">", ">="})


class Exhausted(Exception):
    """The budget is spent: the code does more than an evaluation may cost."""


class Expressions(Names):
    """Expressions over frames.

    With `branching`, values from several paths become an `Either`; without it, lists from several paths
    are merged, so that what is built under a condition counts as built.
    """

    @abstractmethod
    def result(self, frame: Frame, call: Call) -> Value:
        """The value of a call that stands in a frame."""

    @abstractmethod
    def call(
        self,
        callee: Value,
        args: list[Value],
        keywords: dict[str, Value],
        frame: Frame | None,
        call: Call | None,
    ) -> Value:
        """The result of a call; `frame` and `call` say where it stands."""

    def join(self, values: list[Value]) -> Value:
        """One value for what several paths leave."""
        if self.branching:
            return either(values)
        joined = union([_returned(each) for each in values])
        if isinstance(joined, list) and any(isinstance(each, list) and each is not joined for each in values):
            self.branches.note_merged(joined)
        return joined

    def spend(self, *values: Value) -> None:
        """Charge for going through the items or characters of values."""
        self._budget -= 1
        for value in values:
            if isinstance(value, (str, list, tuple, dict)):
                self._budget -= len(value) // 32
        if self._budget < 0:
            raise Exhausted

    def value(self, frame: Frame, expr: Expr) -> Value:
        """The value of an expression in a frame."""
        self._budget -= 1
        if self._budget < 0:
            raise Exhausted
        kind = type(expr)
        if kind is Ref:
            return self._name(frame, expr.name)  # type: ignore[union-attr]
        if kind is Constant:
            return expr.value  # type: ignore[union-attr]
        if kind is Result:
            return self.result(frame, frame.holder.scope.calls[expr.call])  # type: ignore[union-attr]
        reader = self._readers.get(kind)
        return UNKNOWN if reader is None else reader(frame, expr)

    @cached_property
    def _readers(self) -> dict[type, Callable[[Frame, Any], Value]]:
        return {
            Binary: lambda frame, expr: expr.value,
            Attr: lambda frame, expr: self.attribute(self.value(frame, expr.base), expr.name),
            Sequence: self._sequence,
            Mapping: self._mapping,
            Template: lambda frame, expr: self._template(frame, expr.parts),
            Item: lambda frame, expr: self._item(self.value(frame, expr.base), self._key(frame, expr.key)),
            Choice: self._choice,
            Operation: self._operation,
            Comprehension: self._comprehension,
        }

    def _sequence(self, frame: Frame, expr: Sequence) -> Value:
        values = self.items(frame, expr.items)
        return tuple(values) if expr.kind == "tuple" else values

    def _choice(self, frame: Frame, expr: Choice) -> Value:
        known = natives.truth(self.value(frame, expr.test))
        if known is None:
            return self.join([self.value(frame, expr.then), self.value(frame, expr.otherwise)])
        return self.value(frame, expr.then if known else expr.otherwise)

    def items(self, frame: Frame, items: tuple[Expr, ...]) -> list[Value]:
        """The values of a display's items or a call's arguments, starred ones spread out."""
        values: list[Value] = []
        for item in items:
            if isinstance(item, Starred):
                inner = self.value(frame, item.value)
                if isinstance(inner, (list, tuple, dict)):
                    self.spend(inner)
                    values.extend(list(inner))
                    self.branches.note(values, inner)
            else:
                values.append(self.value(frame, item))
        return values

    def _mapping(self, frame: Frame, expr: Mapping) -> Value:
        made: dict[Value, Value] = {}
        whole = True
        for key, value in zip(expr.keys, expr.values, strict=True):
            read = self.value(frame, value)
            name = read if key is None else self.value(frame, key)
            if key is None and isinstance(read, dict):
                made.update(read)
                whole = whole and type(read) is dict
            elif key is not None and natives.is_key(name):
                made[name] = read
            else:
                whole = False
        return made if whole else Partial(made)

    def _template(self, frame: Frame, parts: tuple[Expr, ...]) -> Value:
        texts = []
        for part in parts:
            value = self.value(frame, part)
            texts.append(piece(value))
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
        if isinstance(container, External) and container.name.endswith(".Annotated"):
            return Made(ANNOTATED, list(key) if isinstance(key, tuple) else [key], {}, NOWHERE, 0)
        if isinstance(container, (Class, External)):
            return container
        if isinstance(container, (Made, Instance)):
            found = self.library.call_member(
                self._self, Member(container, "__getitem__"), Made("", [key], {}, NOWHERE, 0)
            )
            return UNKNOWN if found is NotImplemented else found
        if self.branching and type(container) is dict and natives.is_key(key) and key not in container:
            return Raised(External("KeyError"))
        return natives.item(container, key, lambda factory: self.call(factory, [], {}, None, None))

    def _operation(self, frame: Frame, expr: Operation) -> Value:
        operator, operands = expr.operator, expr.operands
        if operator in ("and", "or"):
            return self._boolean(frame, operator, operands)
        if operator == "lambda":
            return Lambda(operands[0], frame)
        if operator == ":=":
            return self.value(frame, operands[1])
        asked = self.asked_environment
        values = [self.value(frame, each) for each in operands]
        if operator == "not":
            known = natives.truth(values[0])
            return UNKNOWN if known is None else not known
        if operator in _COMPARISONS:
            if isinstance(values[0], Own):
                # Whatever the environment holds, it is not this caller's.
                self.asked_environment = asked
            answers = [self._compared(operator, left, values[1]) for left in options(values[0])]
            return answers[0] if len(answers) == 1 else either(answers)
        if operator == "+" and len(values) > 1:
            total = values[0]
            for each in values[1:]:
                self.spend(total, each)
                added = natives.add(total, each)
                if isinstance(added, (list, tuple)):
                    self.branches.note(added, total, each)
                total = added
            return total
        if operator == "%" and isinstance(values[0], str):
            return natives.percent(values[0], values[1])
        if operator in ("&", "|", "~"):
            return natives.combine(operator, values)
        return values[0] if operator == "await" and values else UNKNOWN

    def _compared(self, operator: str, left: Value, right: Value) -> Value:
        """A comparison. In a trial, what is missing equals nothing that is not known."""
        answer = natives.compare(operator, left, right)
        if answer is UNKNOWN and self.branching and operator in ("==", "!="):
            if any(each is None or each in ("", b"") for each in (left, right) if not isinstance(each, list)):
                return operator == "!="
        return answer

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
        if inner.results:
            return inner.results[0]
        if expr.kind == "dict":
            known = {key: value for key, value in made if natives.is_key(key)}
            return Partial(known) if doubtful or len(known) < len(made) else known
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
                if isinstance(option, Raised):
                    frame.results.append(option)
                continue
            for each in items[:5000]:
                Execution(self._self, frame).bind(expr.targets[depth], each)
                doubtful = self._generate(frame, expr, depth + 1, made) or doubtful
        return doubtful


def _returned(value: Value) -> Value:
    return UNKNOWN if isinstance(value, Raised) else value
