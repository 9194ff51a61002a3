"""What limits how often somebody may call, beside the throttles of Django REST framework."""

from __future__ import annotations

from linter.backend import Guard
from linter.evaluate.evaluator import Evaluator
from linter.frameworks.django.settings import DjangoSettings
from linter.guards import Refusals
from linter.limiting import Limiting
from linter.resolve.definitions import Function

_AUTHENTICATE = frozenset({"django.contrib.auth.authenticate", "django.contrib.auth.aauthenticate"})
_LOGIN_VIEW = "django.contrib.auth.views.LoginView"
_COUNTING_BACKENDS = ("axes.backends.", "defender.")


class RateLimits:
    """Knows the code that answers 429, with memory, and the backends that count failed logins."""

    def __init__(self, refusals: Refusals, settings: DjangoSettings, evaluator: Evaluator) -> None:
        self._refusals = refusals
        self._limiting = Limiting(refusals)
        self._counting: Guard | None = None
        place = settings.place("AUTHENTICATION_BACKENDS")
        for name in settings.listed(evaluator, "AUTHENTICATION_BACKENDS") if place is not None else ():
            if place is not None and name.startswith(_COUNTING_BACKENDS):
                location = place[0].locate(place[1].span)
                self._counting = Guard(name, "rate-limit", "settings", location)

    def limits(self, function: Function) -> bool:
        """Whether a function, one nested in it or one that it calls answers that there are too many calls."""
        return self._limiting.limits(function)

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
