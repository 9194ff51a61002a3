"""Which status a view of Django REST framework refuses strangers with: its first authenticator decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from linter.backend import Guard
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, External, Value, options
from linter.resolve.definitions import Class

_SILENT = frozenset({"SessionAuthentication", "RemoteUserAuthentication", "BaseAuthentication"})
"""Authenticators by last name that name no way to sign in."""
_CHALLENGING = frozenset(
    {"BasicAuthentication", "TokenAuthentication", "JWTAuthentication", "OAuth2Authentication"}
)


class Challenges:
    """Reads lists of authenticators. `imported` gives the class that a dotted path names."""

    def __init__(self, evaluator: Evaluator, imported: Callable[[Value], Value]) -> None:
        self._evaluator = evaluator
        self._imported = imported

    def refusing(self, guards: list[Guard], authenticators: Value) -> list[Guard]:
        """Permissions with their statuses: 401 where the caller is told how to sign in, else 403."""
        found = {self._challenges(each) for each in options(authenticators)}
        challenge = () if found == {False} else (401,)
        return [
            replace(guard, statuses=(*challenge, 403))
            if guard.kind == "authorization" or found != {True}
            else replace(guard, statuses=challenge)
            for guard in guards
        ]

    def _challenges(self, value: Value) -> bool | None:
        """Whether the first of a list of authenticators answers with a `WWW-Authenticate` header."""
        if value is NotImplemented or value in ([], ()):
            # The default is a session first, and without an authenticator nothing challenges.
            return False
        first = value[0] if isinstance(value, (list, tuple)) else UNKNOWN
        first = self._imported(first) if isinstance(first, str) else first
        order = self._evaluator.order
        if isinstance(first, Class):
            if self._evaluator.class_value(first, "authenticate_header") is not NotImplemented:
                return True
            ancestors = order.of(first)
        elif isinstance(first, External):
            ancestors = order.of_name(first.name)
        else:
            return None
        for ancestor in ancestors:
            last = "" if isinstance(ancestor.target, Class) else ancestor.name.rpartition(".")[2]
            if last in _SILENT or last in _CHALLENGING:
                return last in _CHALLENGING
        return None
