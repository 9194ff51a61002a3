"""Which functions answer that a caller asks too often."""

from __future__ import annotations

from linter.facts.scopes import Raise, Return
from linter.guards import Refusals
from linter.resolve.definitions import Function

_TOO_MANY = 429
_DEPTH = 2
"""How many calls are followed."""


class Limiting:
    """Answers, memoised, for the functions of one project."""

    def __init__(self, refusals: Refusals) -> None:
        self._project = refusals.project
        self._responses = refusals.responses
        self._known: dict[int, bool] = {}

    def limits(self, function: Function, depth: int = 0) -> bool:
        """Whether a function, one nested in it or one that it calls answers 429."""
        found = self._known.get(id(function))
        if found is None:
            self._known[id(function)] = False
            found = self._known[id(function)] = self._answers(function, depth)
        return found

    def _answers(self, function: Function, depth: int) -> bool:
        for statement in function.scope.statements:
            if isinstance(statement, Raise):
                if self._responses.raised(function, statement.exception) == _TOO_MANY:
                    return True
            elif isinstance(statement, Return):
                if self._responses.returned(function, statement.value) == _TOO_MANY:
                    return True
        for call in function.scope.calls:
            if self._responses.raised_by_call(function, call) == _TOO_MANY:
                return True
        if any(
            isinstance(each, Function) and self.limits(each, depth) for each in function.children.values()
        ):
            return True
        return depth < _DEPTH and any(
            isinstance(target, Function) and self.limits(target, depth + 1)
            for call in function.scope.calls
            if (target := self._project.callee(function, call).target) is not None
        )
