"""Middleware: what it does to an anonymous caller, on which paths, and what it leaves in the request."""

from __future__ import annotations

from dataclasses import replace

from linter.backend import Guard, GuardKind, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, External, Instance, Made, Raised, Value, either, options
from linter.finding import Location
from linter.frameworks.starlette.anonymous import DOUBTFUL, Caller, Judgement
from linter.frameworks.starlette.forgery import compares_cookie_and_header
from linter.frameworks.starlette.library import Registration
from linter.frameworks.starlette.names import AUTHENTICATION_MIDDLEWARE, BASE_MIDDLEWARE, public_name
from linter.frameworks.starlette.nodes import Added, listed
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

_KINDS: dict[str, GuardKind] = {
    "starlette_csrf.CSRFMiddleware": "csrf",
    "starlette_csrf.middleware.CSRFMiddleware": "csrf",
    "starlette_wtf.CSRFProtectMiddleware": "csrf",
    "asgi_csrf.asgi_csrf": "csrf",
    "slowapi.middleware.SlowAPIMiddleware": "rate-limit",
    "slowapi.middleware.SlowAPIASGIMiddleware": "rate-limit",
    "ratelimit.RateLimitMiddleware": "rate-limit",
}
"""What well-known middleware is for."""

_FIRST = frozenset({"middleware_class", "cls"})


class Layer:
    """One middleware of an application."""

    def __init__(self, layers: Layers, added: Added) -> None:
        self._layers = layers
        self._added = added
        self._callee = layers.callee(added)
        self._judged: dict[tuple[str, str], Judgement] = {}
        self._always: Judgement | None = None

    @property
    def function(self) -> Function | None:
        """The project's function that handles a request."""
        return self._callee.function if isinstance(self._callee, Closure) else None

    def enter(self, request: Made) -> None:
        """Let a request through, for what the middleware notes in it."""
        added = self._added.value
        if isinstance(added, External) and public_name(added.name) == AUTHENTICATION_MIDDLEWARE:
            self._layers.authenticate(self._added.made, request)
        elif self._callee is not None:
            self._layers.judge(self._callee, request)

    def guard(self, path: str, method: str) -> Guard | None:
        """The guard that it is for one route; None when it refuses nobody there."""
        added = self._added.value
        name = public_name(added.name) if isinstance(added, External) else ""
        if name in _KINDS:
            return Guard(name, _KINDS[name], "app", self._place(), Verdict.NO)
        function = self.function
        if function is None:
            return None
        judged = self._on(path, method)
        if judged.verdict is Verdict.NO:
            limits = self._layers.limits(function)
            return self._named(function, Judgement(Verdict.NO, "rate-limit")) if limits else None
        if self._is_against_forgery(function, path, method):
            judged = judged._replace(kind="csrf")
        return self._named(function, judged)

    def _is_against_forgery(self, function: Function, path: str, method: str) -> bool:
        """Whether it refuses for the lack of a CSRF token: nobody who reads is refused."""
        if method == "GET" or self._on(path, "GET").verdict is not Verdict.NO:
            return False
        return compares_cookie_and_header(function)

    def _named(self, function: Function, judged: Judgement) -> Guard:
        return Guard(function.name, judged.kind, "app", function.location, judged.verdict)

    def _place(self) -> Location:
        return self._added.made.module.locate(self._added.made.span)

    def _on(self, path: str, method: str) -> Judgement:
        assert self._callee is not None
        if self._always is None:
            self._always = self._layers.judge(self._callee, self._layers.request())
        if self._always.verdict is not Verdict.UNKNOWN:
            return self._always
        key = (path, method)
        if key not in self._judged:
            request = self._layers.request(path, method)
            self._judged[key] = self._layers.judge(self._callee, request)
        return self._judged[key]


class Layers:
    """Makes and judges the middleware of applications."""

    def __init__(self, evaluator: Evaluator, caller: Caller, refusals: Refusals) -> None:
        self.evaluator = evaluator
        self.caller = caller
        self.refusals = refusals
        self._limiting: dict[int, bool] = {}
        self._state: Made | None = None
        self._user: Value = UNKNOWN
        self._auth: Value = UNKNOWN

    def of(self, added: list[Added]) -> list[Layer]:
        """The layers of an application, outermost first, each place that adds one once."""
        places = {(each.made.module.path, each.made.span): each for each in added}
        return [Layer(self, each) for each in places.values()]

    def request(self, path: Value = UNKNOWN, method: Value = UNKNOWN) -> Made:
        """A request as it is before the layers that are not judged yet."""
        return self.caller.request(method, path, self._user, self._auth)

    def callee(self, added: Added) -> Value:
        """What is called with a request: `dispatch`, an ASGI `__call__`, or a function."""
        value = added.value
        if isinstance(added.made, Registration):
            return value if isinstance(value, Closure) else None
        if isinstance(value, Instance):
            found = self.evaluator.member_of(value, "__call__")
            return found if isinstance(found, Closure) else None
        given = {key: each for key, each in added.made.keywords.items() if key not in _FIRST}
        if isinstance(value, External) and public_name(value.name) == BASE_MIDDLEWARE:
            found = given.get("dispatch")
            return found if isinstance(found, Closure) else None
        if not isinstance(value, (Class, Closure)):
            return None
        args = [self.caller.following(), *added.made.args[1:]]
        for made in options(self.evaluator.run(value, args, given)):
            if isinstance(made, Instance):
                names = {public_name(each.name) for each in self.evaluator.order.of(made.cls)}
                found = self.evaluator.member_of(made, "dispatch" if BASE_MIDDLEWARE in names else "__call__")
                return found if isinstance(found, Closure) else None
            if isinstance(made, Closure):
                return made
        return None

    def judge(self, callee: Closure, request: Made) -> Judgement:
        """What a request meets; YES is refused."""
        self.caller.effects.clear()
        parameters = [each for each in callee.function.head.parameters if each.kind.startswith("positional")]
        count = len(parameters) - (0 if callee.receiver is None else 1)
        args: list[Value] = [request, self.caller.following()]
        if count == 3:
            args = [request.fields["scope"], UNKNOWN, self.caller.channel()]
        result = self.evaluator.trial(callee, args)
        read = self.refusals.of(callee.function)
        if self.evaluator.exhausted:
            return DOUBTFUL if read.verdict is not Verdict.NO else Judgement(Verdict.NO, "other")
        effects = list(self.caller.effects)
        if count != 3:
            # What is behind answers by way of what `dispatch` returns.
            effects = [status for status in effects if status]
        return self.caller.judge(result, effects)

    def authenticate(self, made: Made, request: Made) -> None:
        """Starlette's AuthenticationMiddleware: who the caller is, as the project's backend says."""
        users: list[Value] = []
        rights: list[Value] = []
        backend = made.keywords.get("backend", made.argument(1, "backend"))
        method = self.evaluator.member_of(backend, "authenticate") if backend is not None else None
        if isinstance(method, Closure):
            for answer in options(self.evaluator.trial(method, [request])):
                if isinstance(answer, tuple) and len(answer) == 2:
                    rights.append(answer[0])
                    users.append(answer[1])
                elif answer is not None and not isinstance(answer, Raised):
                    rights.append(UNKNOWN)
                    users.append(UNKNOWN)
                elif answer is None:
                    rights.append(self.caller.credentials([]))
                    users.append(self.caller.stranger())
        user = either(users) if users else self.caller.stranger()
        auth = either(rights) if rights else self.caller.credentials([])
        self._user, self._auth = user, auth
        request.fields.update(user=user, auth=auth)
        request.fields["scope"].update(user=user, auth=auth)

    def scopes(self) -> list[str] | None:
        """The rights of an anonymous caller; None when they are not known, or nobody notes them."""
        if not isinstance(self._auth, (Made, Instance)):
            return None
        found = self._auth.fields.get("scopes")
        return [each for each in listed(found) if isinstance(each, str)]

    def limits(self, function: Function) -> bool:
        """Whether a function answers that there were too many requests."""
        from linter.facts.scopes import Return

        known = self._limiting.get(id(function))
        if known is None:
            known = any(
                isinstance(each, Return) and self.refusals.responses.returned(function, each.value) == 429
                for each in function.scope.statements
            )
            self._limiting[id(function)] = known
        return known


def doubtful(guard: Guard) -> Guard:
    """A guard of which it cannot be told whether it stands before a route."""
    return replace(guard, verdict=Verdict.UNKNOWN)


__all__ = ["Layer", "Layers", "doubtful"]
