"""What an adapter tells the evaluator about its framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from linter.evaluate.values import Frame, Made, Member, Value
from linter.resolve.definitions import Definition

if TYPE_CHECKING:
    from linter.evaluate.evaluator import Evaluator


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


class Definer(Protocol):
    """Applies decorators, for an adapter to which they mean something."""

    def define(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """What a function or class is once it is defined in `frame`; NotImplemented when it is `value`."""
