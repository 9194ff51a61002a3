"""Whether FastAPI's dependencies refuse anonymous callers, by their code and by following it.

Two readings are held against each other. The one looks for places at which a function can refuse; the
other calls it with a request that carries nothing and looks at what comes back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from linter.backend import Guard, GuardKind, GuardLevel, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.likeness import likeness
from linter.evaluate.values import (
    NOWHERE,
    UNKNOWN,
    Closure,
    External,
    Instance,
    Lambda,
    Made,
    Raised,
    Value,
    either,
    options,
)
from linter.finding import Location
from linter.frameworks.fastapi.parameters import Parameters, Taken, callable_closure, is_method
from linter.frameworks.starlette.anonymous import DOUBTFUL, PASSES, REJECTED, SOCKET, Caller, Judgement
from linter.frameworks.starlette.names import public_name
from linter.guards import Refusals
from linter.limiting import Limiting
from linter.resolve.definitions import Class, Function

SECURITY = "fastapi.security."
FORMS = frozenset(
    {"fastapi.security.OAuth2PasswordRequestForm", "fastapi.security.OAuth2PasswordRequestFormStrict"}
)
MARKERS = frozenset(
    f"fastapi.{name}" for name in ("Query", "Path", "Header", "Cookie", "Body", "Form", "File")
)
_CREDENTIAL_MARKERS = frozenset({"fastapi.Header", "fastapi.Cookie"})
_CONNECTIONS = frozenset(
    {"starlette.requests.Request", "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket"}
)
_HARMLESS = frozenset(
    {
        "fastapi_pagination.Params",
        "fastapi_filter.FilterDepends",
        "starlette.responses.Response",
        "fastapi.Response",
        "fastapi.BackgroundTasks",
        "starlette.background.BackgroundTasks",
        "fastapi.security.SecurityScopes",
    }
    | FORMS
    | _CONNECTIONS
)
_LIMITERS = frozenset({"fastapi_limiter.depends.RateLimiter", "fastapi_limiter.depends.WebSocketRateLimiter"})
_DEPTH = 6


class Outcome(NamedTuple):
    """What calling a dependency comes to.

    `guessed` says that a made-up credential went into it, or that code which cannot be followed was asked
    about the request. `sent` are the statuses that it answered with by itself, as websockets do.
    """

    value: Value
    guessed: bool = False
    exhausted: bool = False
    sent: tuple[int, ...] = ()


class Guarding:
    """Judges dependencies and handlers, with memory."""

    def __init__(
        self, evaluator: Evaluator, parameters: Parameters, refusals: Refusals, caller: Caller
    ) -> None:
        self.evaluator = evaluator
        self.parameters = parameters
        self.refusals = refusals
        self.caller = caller
        self.request: Made = caller.request()
        self.socket = caller.socket(self.request)
        self._judged: dict[object, Judgement] = {}
        self._static: dict[object, Judgement] = {}
        self._outcomes: dict[object, Outcome] = {}
        self._identifying: dict[object, bool] = {}
        self._limiting = Limiting(refusals)
        self._alive: list[Value] = []

    def _key(self, value: Value) -> object:
        self._alive.append(value)
        return likeness(value)

    # Guards

    def guard(self, value: Value, level: GuardLevel, place: Location) -> Guard | None:
        """The guard that a dependency is; None when it refuses nobody. `place` is where it is attached."""
        judged = self.judge(value)
        if judged.verdict is Verdict.NO and judged.kind != "rate-limit":
            return None
        name, location = self.named(value, place)
        return Guard(name, judged.kind, level, location, judged.verdict)

    def named(self, value: Value, place: Location) -> tuple[str, Location]:
        """The name of a dependency and the place where it is defined."""
        if isinstance(value, Closure):
            return value.function.name, value.function.location
        if isinstance(value, Instance):
            return value.cls.name, value.cls.location
        if isinstance(value, Class):
            return value.name, value.location
        if isinstance(value, Made):
            here = value.module is not NOWHERE and value.span
            return value.name, value.module.locate(value.span) if here else place
        return (value.name if isinstance(value, External) else "?"), place

    def judge(self, value: Value) -> Judgement:
        """What a dependency, with everything that it depends on, does to an anonymous caller."""
        key = self._key(value)
        found = self._judged.get(key)
        if found is None:
            self._judged[key] = PASSES
            self._judged[key] = found = self._weighed(value)
        return found

    def _weighed(self, value: Value) -> Judgement:
        read = self.read(value)
        if callable_closure(self.evaluator, value) is None:
            return read
        outcome = self.outcome(value)
        met = self.caller.judge(outcome.value, outcome.sent)
        if met.verdict is Verdict.YES:
            return met
        if met is REJECTED and read.verdict is Verdict.YES:
            return met
        untold = read.verdict is Verdict.UNKNOWN and read.kind == "other"
        if met in (DOUBTFUL, REJECTED) or outcome.exhausted or untold:
            return read
        if met.verdict is Verdict.NO:
            return PASSES._replace(kind="rate-limit") if read.kind == "rate-limit" else PASSES
        if read.verdict is Verdict.YES and (outcome.guessed or read.kind == "authentication"):
            # It lets nobody pass whom it cannot tell; how it tells depends on what is not known here.
            return read
        return Judgement(Verdict.UNKNOWN, met.kind)

    # Reading the code

    def read(self, value: Value) -> Judgement:
        """Whether the code of a dependency, or of what it depends on, has a place that refuses."""
        key = self._key(value)
        found = self._static.get(key)
        if found is None:
            self._static[key] = PASSES
            self._static[key] = found = self._read(value)
        return found

    def _read(self, value: Value) -> Judgement:
        if len(options(value)) > 1:
            answers = {self.read(option) for option in options(value)}
            return answers.pop() if len(answers) == 1 else DOUBTFUL
        closure = callable_closure(self.evaluator, value)
        if closure is not None:
            return self._read_function(closure)
        if isinstance(value, (Class, Instance)):
            return self._read_library_call(value)
        if isinstance(value, Made):
            return self._read_made(value)
        if isinstance(value, External):
            return _external(value.name)
        return PASSES if isinstance(value, Lambda) else DOUBTFUL

    def _read_function(self, closure: Closure) -> Judgement:
        own = self.refusals.of(closure.function)
        needed = [each.dependency for each in self.parameters.of(closure)]
        answers = [Judgement(own.verdict, own.kind)]
        answers += [self.read(each) for each in needed if each is not NotImplemented]
        certain = [answer for answer in answers if answer.verdict is Verdict.YES]
        if certain:
            return min(certain, key=lambda answer: answer.kind != "authentication")
        if any(answer.verdict is Verdict.UNKNOWN for answer in answers):
            return DOUBTFUL if any(each == DOUBTFUL for each in answers) else _first_unknown(answers)
        limited = any(answer.kind == "rate-limit" for answer in answers) or self.limits(closure.function)
        return PASSES._replace(kind="rate-limit") if limited else PASSES

    def _read_library_call(self, value: Class | Instance) -> Judgement:
        """An object whose call, or a class whose constructor, is the library's."""
        cls = value if isinstance(value, Class) else value.cls
        for each in self.evaluator.order.of(cls):
            if each.name.startswith(SECURITY) and isinstance(value, Instance):
                quiet = value.fields.get("auto_error") is False
                return PASSES if quiet else Judgement(Verdict.YES, "authentication")
        return PASSES

    def _read_made(self, value: Made) -> Judgement:
        name = public_name(value.name)
        if name.startswith(SECURITY):
            quiet = value.keywords.get("auto_error") is False
            return PASSES if quiet else Judgement(Verdict.YES, "authentication")
        if name.endswith((".FastAPIUsers.current_user", "?.current_user")):
            optional = value.keywords.get("optional") is True
            return PASSES if optional else Judgement(Verdict.YES, "authentication")
        return _external(name)

    def limits(self, function: Function) -> bool:
        """Whether a function, or one that it calls, answers that there were too many requests."""
        return self._limiting.limits(function)

    # Following the code

    def outcome(self, value: Value) -> Outcome:
        """What the call of a dependency comes to for an anonymous caller."""
        key = self._key(value)
        found = self._outcomes.get(key)
        if found is None:
            self._outcomes[key] = Outcome(UNKNOWN)
            self._outcomes[key] = found = self._called(value)
        return found

    def _called(self, value: Value) -> Outcome:
        closure = callable_closure(self.evaluator, value)
        if closure is None:
            return Outcome(self._library_outcome(value))
        raised: list[Value] = []
        keywords: dict[str, Value] = {}
        guessed = exhausted = False
        for taken in self.parameters.of(closure):
            given = self.filled(taken)
            guessed, exhausted = guessed or given.guessed, exhausted or given.exhausted
            failures = [each for each in options(given.value) if isinstance(each, Raised)]
            raised += failures
            rest = [each for each in options(given.value) if not isinstance(each, Raised)]
            if failures and not rest:
                return Outcome(either(raised), guessed, exhausted)
            keywords[taken.name] = either(rest) if rest else UNKNOWN
        if closure.receiver is None and is_method(closure.function) and closure.function.owner is not None:
            closure = Closure(closure.function, closure.frame, Instance(closure.function.owner))
        callee: Value = value if isinstance(value, Class) else closure
        self.caller.asked_elsewhere = False
        self.caller.effects.clear()
        with self.unchanged_request():
            result = self.evaluator.trial(callee, [], keywords=keywords)
        sent = tuple(self.caller.effects)
        guessed = guessed or self.caller.asked_elsewhere
        exhausted = exhausted or self.evaluator.exhausted
        if closure.function.head.generator:
            result = either([_first_yield(each) for each in options(result)])
        return Outcome(either([*raised, result]), guessed, exhausted, sent)

    @contextmanager
    def unchanged_request(self) -> Iterator[None]:
        """What is noted in the request meanwhile is forgotten afterwards."""
        state = self.request.fields["state"].fields
        before = dict(state)
        fields = dict(self.request.fields)
        try:
            yield
        finally:
            state.clear()
            state.update(before)
            self.request.fields.update(fields)

    def _library_outcome(self, value: Value) -> Value:
        if isinstance(value, Class):
            return self.evaluator.trial(value, [])
        read = self.read(value)
        if read.verdict is Verdict.YES:
            refusal = Made("fastapi.HTTPException", [401], {}, NOWHERE, 0)
            return Raised(refusal)
        name = public_name(value.name) if isinstance(value, Made) else ""
        return None if name.startswith(SECURITY) and name not in FORMS else UNKNOWN

    def filled(self, taken: Taken) -> Outcome:
        """What an anonymous caller's request puts into a parameter."""
        if taken.dependency is not NotImplemented:
            return self.outcome(taken.dependency)
        kind = taken.declared.value
        named = public_name(kind.name) if isinstance(kind, External) else ""
        if named == SOCKET or (taken.name in ("websocket", "ws") and kind is UNKNOWN):
            return Outcome(self.socket)
        if named in _CONNECTIONS or (taken.name in ("request", "conn") and kind is UNKNOWN):
            return Outcome(self.request)
        default = taken.default
        if isinstance(default, Made) and public_name(default.name) in MARKERS:
            default = default.argument(0, "default", NotImplemented)
        if default is not NotImplemented and default is not UNKNOWN:
            # A caller who is nobody in particular sends nothing that is not asked for.
            return Outcome(default)
        if self._credential_marker(taken) is not None:
            return Outcome(self.caller.guess(), guessed=True)
        return Outcome(UNKNOWN)

    def _credential_marker(self, taken: Taken) -> Made | None:
        for marker in taken.markers:
            if isinstance(marker, Made) and public_name(marker.name) in _CREDENTIAL_MARKERS:
                return marker
        return None

    # Who is calling

    def identifies(self, value: Value, depth: int = 0) -> bool:
        """Whether what a dependency returns depends on who is calling: on credentials, not on a form."""
        if depth > _DEPTH:
            return False
        key = self._key(value)
        if key not in self._identifying:
            self._identifying[key] = False
            self._identifying[key] = self._identifies(value, depth)
        return self._identifying[key]

    def _identifies(self, value: Value, depth: int) -> bool:
        closure = callable_closure(self.evaluator, value)
        if closure is None:
            if isinstance(value, Instance):
                return any(each.name.startswith(SECURITY) for each in self.evaluator.order.of(value.cls))
            name = public_name(value.name) if isinstance(value, (Made, External)) else ""
            return name.startswith(SECURITY) and name not in FORMS
        for taken in self.parameters.of(closure):
            if taken.dependency is not NotImplemented and self.identifies(taken.dependency, depth + 1):
                return True
            if self._credential_marker(taken) is not None:
                return True
        function = closure.function
        nested = [each for each in function.children.values() if isinstance(each, Function)]
        return any(
            self.refusals.reads_identity(each, call.callee)
            for each in (function, *nested)
            for call in each.scope.calls
        )

    # Wrappers

    def judge_wrapper(self, wrapper: Closure, inner: Closure, keywords: dict[str, Value]) -> Judgement:
        """What a decorator's wrapper does before it calls the function that it wraps."""
        positional = [each for each in wrapper.function.head.parameters if each.kind == "positional"]
        args: list[Value] = []
        if not keywords or (positional and positional[0].name not in keywords):
            args = [self.request]
            keywords = {}
        with self.caller.before(inner):
            result = self.evaluator.trial(wrapper, args, keywords=keywords)
        if self.evaluator.exhausted:
            return DOUBTFUL
        return self.caller.judge(result)

    # Handlers

    def inside(self, closure: Closure) -> Guard | None:
        """What a handler's own body does to an anonymous caller."""
        function = closure.function
        filled = {
            taken.name
            for taken in self.parameters.of(closure)
            if (taken.dependency is not NotImplemented and self.identifies(taken.dependency))
            or self._credential_marker(taken) is not None
        }
        read = self.refusals.inside(function, frozenset(filled))
        if read.verdict is Verdict.NO:
            return None
        outcome = self.outcome(closure)
        met = self.caller.judge(outcome.value, outcome.sent)
        verdict: Verdict = read.verdict
        kind = read.kind
        if not outcome.exhausted and met.verdict is Verdict.NO:
            return None
        if met.verdict is Verdict.YES and (read.verdict is Verdict.YES or self._takes_no_input(closure)):
            verdict, kind = met
        elif met.verdict is Verdict.UNKNOWN and not outcome.guessed:
            verdict = Verdict.UNKNOWN
        return Guard(function.name, kind, "function", function.location, verdict)

    def _takes_no_input(self, closure: Closure) -> bool:
        """Whether a handler takes nothing but the request and who is calling."""
        return all(
            self.identifies(taken.dependency)
            if taken.dependency is not NotImplemented
            else self.filled(taken).value in (self.request, self.socket)
            for taken in self.parameters.of(closure)
        )


def _first_yield(value: Value) -> Value:
    """What a generator hands on: its first value."""
    if isinstance(value, (list, tuple)):
        return value[0] if value else UNKNOWN
    return value


def _first_unknown(answers: list[Judgement]) -> Judgement:
    return next(answer for answer in answers if answer.verdict is Verdict.UNKNOWN)


def _external(name: str) -> Judgement:
    """What a library's dependency does, where it is known."""
    name = public_name(name)
    if name in _HARMLESS:
        return PASSES
    lowered = name.lower()
    if name in _LIMITERS or "limiter" in lowered or "ratelimit" in lowered or "rate_limit" in lowered:
        return Judgement(Verdict.NO, "rate-limit")
    kind: GuardKind = "other"
    return Judgement(Verdict.UNKNOWN, kind)


__all__ = ["FORMS", "SECURITY", "Guarding", "Outcome"]
