"""What stands between a visitor and a handler: decorators, middleware, hooks and the handler itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from linter.backend import Guard, GuardKind, GuardLevel, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import (
    Closure,
    External,
    Frame,
    Instance,
    Lambda,
    Made,
    Member,
    Value,
    options,
)
from linter.facts.scopes import Decorator
from linter.finding import Location
from linter.frameworks.flask.ends import NO, Answer, Role
from linter.frameworks.flask.names import GUARD_WORDS
from linter.frameworks.flask.seen import Seen
from linter.frameworks.flask.visitor import Asked
from linter.frameworks.followed.handlers import Handler
from linter.frameworks.followed.setup import WRAPPERS, Note, Setup, Wrapped
from linter.frameworks.followed.stand_in import VIEW, is_view
from linter.frameworks.followed.visits import RequestVisitor
from linter.resolve.definitions import Class, Function

_DEPTH = 6
_DOUBTFUL = Answer(Verdict.UNKNOWN, "other")


class Given(NamedTuple):
    """The arguments that a framework calls a handler with, and what is known of the request."""

    arguments: list[Seen]
    asked: Asked


class Guarding:
    """Judges the guards of one framework. `known` are decorators and middleware of libraries."""

    def __init__(
        self,
        visitor: RequestVisitor,
        evaluator: Evaluator,
        setup: Setup,
        known: Mapping[str, tuple[Verdict, GuardKind]],
    ) -> None:
        self.visitor = visitor
        self.evaluator = evaluator
        self.setup = setup
        self._known = known
        self._outcomes: dict[tuple[int, int], tuple[Value, Value]] = {}

    # Places that guards have

    def of_handler(self, handler: Handler, given: Given) -> list[Guard]:
        """The guards that stand at the handler: put around it, above it, and in it."""
        found: list[Guard] = []
        for wrapped in handler.wraps:
            answer = self._answer(wrapped.decorator, wrapped.outcome, given, 0)
            found += self.guard(
                self.name_of(wrapped.decorator), answer, "router", self._place(wrapped.decorator)
            )
        if handler.function is not None:
            found += self.of_decorators(handler.function, handler.frame, handler.below, given, "function")
            closure = Closure(handler.function, handler.frame, handler.receiver)
            found += self.inside(closure, given)
        return found

    def inside(self, closure: Closure, given: Given) -> list[Guard]:
        """What a handler's own body checks."""
        function = closure.function
        answer = self.visitor.ask(closure, given.arguments, given.asked, "handler")
        return self.guard(function.name, answer, "function", function.location)

    def of_decorators(
        self,
        definition: Function | Class,
        frame: Frame | None,
        decorators: Iterable[Decorator],
        given: Given,
        level: GuardLevel,
    ) -> list[Guard]:
        """The guards among the decorators of a function or class."""
        found: list[Guard] = []
        for decorator in decorators:
            value, outcome = self._decorated(definition, frame, decorator)
            if self._registers(value):
                continue
            answer = self._answer(value, outcome, given, 0)
            place = definition.module.locate(decorator.span)
            found += self.guard(self.name_of(value), answer, level, place)
        return found

    def of_decorator(self, decorator: Value, given: Given, level: GuardLevel, place: Location) -> list[Guard]:
        """The guard that a decorator is, given as a value."""
        answer = self._answer(decorator, self.applied(decorator), given, 0)
        return self.guard(self.name_of(decorator), answer, level, place)

    def of_callable(
        self, value: Value, given: Given, role: Role, level: GuardLevel, place: Location, views: int = 0
    ) -> list[Guard]:
        """A middleware or hook: called with `given`, and with the next handler after it if `views` is 1."""
        found: list[Guard] = []
        for option in options(value):
            answer = self.asked(option, given, role, views)
            found += self.guard(self.name_of(option), answer, level, self._place(option) or place)
        return found

    def asked(self, value: Value, given: Given, role: Role, views: int = 0) -> Answer:
        """What a callable does to a visitor."""
        if isinstance(value, Instance):
            called = self.evaluator.attempt(lambda: self.evaluator.attribute(value, "__call__"))
            value = called if isinstance(called, Closure) else value
        if isinstance(value, Class):
            return self.library(value.name)
        if not isinstance(value, Closure):
            return self.library(self.name_of(value))
        parameters = [each.name for each in value.function.head.parameters]
        skip = (0 if value.receiver is None else 1) + len(given.arguments)
        held = frozenset(parameters[skip : skip + views])
        return self.visitor.ask(value, given.arguments, given.asked, role, held)

    def guard(self, name: str, answer: Answer, level: GuardLevel, place: Location | None) -> list[Guard]:
        """The guard of an answer; none where it lets a visitor pass."""
        if answer.verdict is Verdict.NO and answer.kind not in ("rate-limit", "csrf"):
            return []
        return [Guard(name, answer.kind, level, place or Location("", 1, 1, 1, 1), answer.verdict)]

    # Decorators

    def _decorated(
        self, definition: Function | Class, frame: Frame | None, decorator: Decorator
    ) -> tuple[Value, Value]:
        """A decorator, and what it makes of a handler."""
        key = (id(decorator), id(frame))
        if key not in self._outcomes:
            parent = definition.parent
            assert parent is not None
            around = self.evaluator.frame_of(parent) if frame is None else frame
            value = self.evaluator.within(around, decorator.value)
            self._outcomes[key] = (value, None if self._registers(value) else self.applied(value))
        return self._outcomes[key]

    def _registers(self, value: Value) -> bool:
        if isinstance(value, Note):
            return True
        while isinstance(value, Member):
            value = value.receiver
        return self.setup.node(value) is not None

    def applied(self, decorator: Value) -> Value:
        """What a decorator makes of a handler."""
        if isinstance(decorator, (Made, External, Lambda)):
            return decorator
        return self.made_of(decorator, [VIEW])

    def made_of(self, maker: Value, arguments: list[Value]) -> Value:
        """What a function of the project makes of the stand-in for a handler."""
        self.setup.following = False
        try:
            return self.evaluator.run(maker, arguments)
        finally:
            self.setup.following = True

    def _answer(self, decorator: Value, outcome: Value, given: Given, depth: int) -> Answer:
        """What a handler that was put through a decorator does to a visitor."""
        answers = [self._around(decorator, each, given, depth) for each in options(outcome)]
        return either(answers) if answers else _DOUBTFUL

    def _around(self, decorator: Value, outcome: Value, given: Given, depth: int) -> Answer:
        if is_view(outcome) or depth > _DEPTH:
            return NO
        if isinstance(outcome, Wrapped):
            return self._answer(outcome.decorator, outcome.outcome, given, depth + 1)
        if isinstance(outcome, Closure):
            answers = [self.visitor.ask(outcome, given.arguments, given.asked, "wrapper")]
            answers += self._inner(outcome, given, depth)
            return together(answers)
        if isinstance(outcome, Instance):
            return self.asked(outcome, given, "wrapper")
        if isinstance(outcome, (Made, External)):
            return self.library(outcome.name)
        if isinstance(decorator, Closure):
            refusal = self.visitor.refusals.of(decorator.function)
            return NO if refusal.verdict is Verdict.NO else Answer(Verdict.UNKNOWN, refusal.kind)
        return self.library(self.name_of(decorator))

    def _inner(self, wrapper: Closure, given: Given, depth: int) -> list[Answer]:
        """Decorators on the function that a decorator returns."""
        function, found = wrapper.function, list[Answer]()
        if wrapper.frame is None:
            return found
        for each in function.head.decorators:
            value = self.evaluator.within(wrapper.frame, each.value)
            if not (isinstance(value, (Made, External)) and value.name in WRAPPERS):
                found.append(self._answer(value, self.applied(value), given, depth + 1))
        return found

    def library(self, name: str) -> Answer:
        """What code outside of the project does to a visitor, as far as its name is known or tells."""
        known = self._known.get(name)
        if known is not None:
            return Answer(*known)
        last = name.rpartition(".")[2].lower()
        return _DOUBTFUL if any(word in last for word in GUARD_WORDS) else NO

    # Names and places

    def name_of(self, value: Value) -> str:
        """The full name of a guard."""
        if isinstance(value, Wrapped):
            return self.name_of(value.decorator)
        if isinstance(value, Closure):
            function = value.function
            while isinstance(function.parent, Function) and not function.parent.is_module:
                function = function.parent
            return function.name
        if isinstance(value, Instance):
            return value.cls.name
        return value.name if isinstance(value, (Class, Made, External)) else "?"

    def _place(self, value: Value) -> Location | None:
        if isinstance(value, Closure):
            return value.function.location
        if isinstance(value, Instance):
            return value.cls.location
        if isinstance(value, Class):
            return value.location
        if isinstance(value, Made) and value.module.path:
            return value.module.locate(value.span)
        return None


def together(answers: list[Answer]) -> Answer:
    """Several guards in a row: one that refuses is enough."""
    for verdict in (Verdict.YES, Verdict.UNKNOWN):
        for answer in answers:
            if answer.verdict is verdict:
                return answer
    return next((answer for answer in answers if answer.kind != "other"), NO)


def either(answers: list[Answer]) -> Answer:
    """One of several guards, and it is not known which."""
    distinct = list(dict.fromkeys(answers))
    if len(distinct) == 1:
        return distinct[0]
    kinds = [answer.kind for answer in distinct if answer.verdict is not Verdict.NO]
    if not kinds:
        return distinct[0]
    sure = all(answer.verdict is Verdict.YES for answer in distinct)
    return Answer(Verdict.YES if sure else Verdict.UNKNOWN, kinds[0])


def verdict_of(guards: Iterable[Guard]) -> Verdict:
    """Whether a visitor is refused by any of the guards."""
    worst = Verdict.NO
    for guard in guards:
        if guard.kind in ("authentication", "authorization", "other"):
            if guard.verdict is Verdict.YES:
                return Verdict.YES
            if guard.verdict is Verdict.UNKNOWN:
                worst = Verdict.UNKNOWN
    return worst
