"""What Sanic's objects do while set-up code is followed."""

from __future__ import annotations

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Frame, Made, Member, Value
from linter.frameworks.followed.setup import Setup
from linter.resolve.definitions import Class, Definition


class SanicSetup(Setup):
    """Class views stand for themselves, and attach themselves where their class statement says so."""

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """A method of a followed object; `View.as_view()` is the class view."""
        if member.name == "as_view" and isinstance(member.receiver, Class):
            return member.receiver
        return super().call_member(evaluator, member, made)

    def define(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """A definition that the set-up code comes by."""
        keywords = dict(definition.head.keywords) if isinstance(definition, Class) else {}
        target = keywords.pop("attach", None)
        if target is not None:
            node = self.node(evaluator.value(frame, target))
            if node is not None:
                given = {name: evaluator.value(frame, expr) for name, expr in keywords.items()}
                made = Made("add_route", [value], given, definition.module, definition.head.span)
                self._note(evaluator, "add_route", node.value, node.kind, made)
        return super().define(evaluator, frame, definition, value)
