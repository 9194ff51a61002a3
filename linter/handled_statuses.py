"""What the project's error handlers answer with, by following them with the error that they get."""

from __future__ import annotations

from functools import cached_property

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, Instance, Made, Member, Value, options
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Project
from linter.responses import RESPONSES, named_status

_STATUSES = range(100, 600)
_REFUSALS = frozenset({401, 403})


class HandledStatuses:
    """Follows handlers of one project; answers are remembered."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._known: dict[tuple[str, str], int | None] = {}

    def of(self, handler: Function, error: Class) -> int | None:
        """The status of the answer to an error of a class; None where it cannot be told.

        Of several refusals it is the one that asks who is calling.
        """
        key = (handler.id, error.id)
        if key not in self._known:
            self._known[key] = None
            self._known[key] = self._followed(handler, error)
        return self._known[key]

    def _followed(self, handler: Function, error: Class) -> int | None:
        names = [each.name for each in handler.head.parameters if each.kind.startswith("positional")]
        if handler.owner is not None or not 1 <= len(names) <= 2:
            return None
        given: dict[str, Value] = {names[-1]: Instance(error)}
        outcome = self._evaluator.trial(Closure(handler), [], keywords=given)
        found = {_status(option) for option in options(outcome)}
        if self._evaluator.exhausted or not found or None in found:
            return None
        if len(found) > 1 and found <= _REFUSALS:
            return 401
        return found.pop() if len(found) == 1 else None

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(self._project, _Nothing(), lambda name: (name, ()))


class _Nothing:
    """Knows nothing of any library."""

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        return NotImplemented

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        return NotImplemented

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        return NotImplemented

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        return NotImplemented


def _status(answer: Value) -> int | None:
    """The status of what a handler returned, or set on the response that it returns."""
    if isinstance(answer, tuple) and len(answer) > 1:
        return _number(answer[1])
    if not isinstance(answer, Made):
        return None
    if "status_code" in answer.fields:
        return _number(answer.fields["status_code"])
    position = RESPONSES.get(answer.name)
    if position is None:
        return None
    given = answer.keywords.get("status_code", answer.keywords.get("status"))
    if given is None and 0 <= position < len(answer.args):
        given = answer.args[position]
    return _number(given)


def _number(value: Value) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value if value in _STATUSES else None
    name = getattr(value, "name", None)
    return named_status(name) if isinstance(name, str) else None
