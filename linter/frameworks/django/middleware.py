"""Middleware that refuses: Django's `LoginRequiredMiddleware`, and the project's own by its code."""

from __future__ import annotations

from typing import NamedTuple

from linter.backend import Guard, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, Instance, Value
from linter.finding import Location
from linter.frameworks.django.anonymous import Caller, Judgement
from linter.frameworks.django.known import LOGIN_MIDDLEWARE, middleware_may_refuse
from linter.frameworks.django.library import DjangoLibrary
from linter.frameworks.django.limits import RateLimits
from linter.frameworks.django.settings import DjangoSettings
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

_CSRF = "django.middleware.csrf.CsrfViewMiddleware"
_METHODS = ("process_request", "process_view", "__call__")


class Refusing(NamedTuple):
    """A middleware of the project that can refuse."""

    name: str
    value: Class | Closure
    methods: tuple[Function, ...]
    location: Location


class MiddlewareGuards:
    """What the middleware does to anonymous callers, path by path."""

    def __init__(
        self,
        settings: DjangoSettings,
        evaluator: Evaluator,
        library: DjangoLibrary,
        caller: Caller,
        refusals: Refusals,
        limits: RateLimits,
    ) -> None:
        self._evaluator = evaluator
        self._caller = caller
        self._refusals = refusals
        self._always: list[Guard] = []
        self._login: list[Guard] = []
        self._own: list[Refusing] = []
        self._limits = limits
        self._csrf: list[Guard] = []
        self._login_is_known = settings.place("LOGIN_URL") is None or isinstance(
            settings.value(evaluator, "LOGIN_URL"), str
        )
        place = settings.place("MIDDLEWARE")
        names = settings.listed(evaluator, "MIDDLEWARE") if place is not None else []
        for name in names:
            assert place is not None
            self._sort(name, library.imported(name), place[0].locate(place[1].span))

    def _sort(self, name: str, value: Value, location: Location) -> None:
        if name == LOGIN_MIDDLEWARE:
            self._login.append(Guard(name, "authentication", "app", location))
        elif name == _CSRF:
            self._csrf.append(Guard(name, "csrf", "app", location))
        elif isinstance(value, Class):
            if any(each.name == LOGIN_MIDDLEWARE for each in self._evaluator.order.of(value)):
                self._login.append(Guard(name, "authentication", "app", location))
            methods = tuple(self._methods(value))
            if any(each.name == _CSRF for each in self._evaluator.order.of(value)):
                self._csrf.append(Guard(name, "csrf", "app", location))
            if any(self._limits.limits(method) for method in methods):
                self._always.append(Guard(name, "rate-limit", "app", value.location))
            if any(self._refusals.of(method).verdict is not Verdict.NO for method in methods):
                self._own.append(Refusing(name, value, methods, value.location))
        elif isinstance(value, Closure):
            if self._limits.limits(value.function):
                self._always.append(Guard(name, "rate-limit", "app", value.function.location))
            if self._refusals.of(value.function).verdict is not Verdict.NO:
                self._own.append(Refusing(name, value, (), value.function.location))
        elif middleware_may_refuse(name):
            self._always.append(Guard(name, "authentication", "app", location, Verdict.UNKNOWN))

    def _methods(self, cls: Class) -> list[Function]:
        found: list[Function] = []
        for name in _METHODS:
            for ancestor in self._evaluator.order.of(cls):
                if isinstance(ancestor.target, Class) and name in ancestor.target.methods:
                    found.append(ancestor.target.methods[name])
                    break
        return found

    def of_path(self, path: str, login_free: bool) -> list[Guard]:
        """The guards that stand before a path. `login_free` views are exempt from the login middleware."""
        guards = list(self._always)
        if not login_free:
            guards += self._login
        for middleware in self._own:
            judged = self._follow(middleware, path)
            if judged.verdict is Verdict.YES and self._may_be_login_page(path):
                judged = judged._replace(verdict=Verdict.UNKNOWN)
            if judged.verdict is not Verdict.NO:
                name, location = middleware.name, middleware.location
                guards.append(Guard(name, judged.kind, "app", location, judged.verdict))
        return guards

    def _may_be_login_page(self, path: str) -> bool:
        """Whether callers may be sent to this very path for a login, where the settings do not tell."""
        return not self._login_is_known and "login" in path.rstrip("/").rpartition("/")[2]

    def against_forgery(self, guards: list[Guard]) -> list[Guard]:
        """The check of the CSRF token, unless the view is exempt."""
        exempt = any(each.kind == "csrf" and each.verdict is Verdict.NO for each in guards)
        return [] if exempt else self._csrf

    def _follow(self, middleware: Refusing, path: str) -> Judgement:
        request = self._caller.request(UNKNOWN, path)
        view = self._caller.view()
        if isinstance(middleware.value, Closure):
            handler = self._evaluator.trial(middleware.value, [view])
            return self._caller.judge(self._evaluator.trial(handler, [request]))
        instance = Instance(middleware.value, {"get_response": view})
        worst = Judgement(Verdict.NO, "other")
        for method in middleware.methods:
            if self._refusals.of(method).verdict is Verdict.NO:
                continue
            args = [request, view, UNKNOWN, UNKNOWN] if method.head.name == "process_view" else [request]
            outcome = self._evaluator.trial(Closure(method, None, instance), args)
            if outcome is None:
                continue
            judged = self._caller.judge(outcome, none_passes=True)
            if judged.verdict is Verdict.YES:
                return judged
            if judged.verdict is Verdict.UNKNOWN:
                worst = judged
        return worst
