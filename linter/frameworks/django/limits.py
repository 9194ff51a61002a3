"""What limits how often somebody may call, beside the throttles of Django REST framework."""

from __future__ import annotations

from linter.backend import Guard
from linter.evaluate.evaluator import Evaluator
from linter.facts.scopes import Raise, Return
from linter.frameworks.django.settings import DjangoSettings
from linter.guards import Refusals
from linter.resolve.definitions import Function

_TOO_MANY = 429
_DEPTH = 1
_AUTHENTICATE = frozenset({"django.contrib.auth.authenticate", "django.contrib.auth.aauthenticate"})
_LOGIN_VIEW = "django.contrib.auth.views.LoginView"
_COUNTING_BACKENDS = ("axes.backends.", "defender.")


class RateLimits:
    """Knows the code that answers 429, with memory, and the backends that count failed logins."""

    def __init__(self, refusals: Refusals, settings: DjangoSettings, evaluator: Evaluator) -> None:
        self._refusals = refusals
        self._known: dict[int, bool] = {}
        self._counting: Guard | None = None
        place = settings.place("AUTHENTICATION_BACKENDS")
        for name in settings.listed(evaluator, "AUTHENTICATION_BACKENDS") if place is not None else ():
            if place is not None and name.startswith(_COUNTING_BACKENDS):
                location = place[0].locate(place[1].span)
                self._counting = Guard(name, "rate-limit", "settings", location)

    def limits(self, function: Function, depth: int = 0) -> bool:
        """Whether a function, one nested in it or one that it calls answers that there are too many calls."""
        found = self._known.get(id(function))
        if found is None:
            self._known[id(function)] = False
            found = self._known[id(function)] = self._judge(function, depth)
        return found

    def _judge(self, function: Function, depth: int) -> bool:
        responses = self._refusals.responses
        for statement in function.scope.statements:
            if isinstance(statement, Raise):
                if responses.raised(function, statement.exception) == _TOO_MANY:
                    return True
            elif isinstance(statement, Return) and responses.returned(function, statement.value) == _TOO_MANY:
                return True
        if any(
            isinstance(each, Function) and self.limits(each, depth) for each in function.children.values()
        ):
            return True
        return depth < _DEPTH and any(
            isinstance(target, Function) and self.limits(target, depth + 1)
            for call in function.scope.calls
            if (target := self._refusals.project.callee(function, call).target) is not None
        )

    def of_handler(self, function: Function) -> list[Guard]:
        """The limit in a handler's own code, and that on signing in if the handler signs somebody in."""
        guards: list[Guard] = []
        if self.limits(function):
            guards.append(Guard(function.name, "rate-limit", "function", function.location))
        project = self._refusals.project
        if self._counting is not None and any(
            project.callee(function, call).name in _AUTHENTICATE for call in function.scope.calls
        ):
            guards.append(self._counting)
        return guards

    def of_ancestry(self, names: list[str]) -> list[Guard]:
        """The limit on a class view that inherits from Django's login view."""
        return [self._counting] if self._counting is not None and _LOGIN_VIEW in names else []
