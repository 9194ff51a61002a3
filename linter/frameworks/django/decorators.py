"""What the decorators of a view do to an anonymous caller."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linter.backend import Guard, GuardLevel, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, External, Made, Value
from linter.facts.expressions import Ref
from linter.facts.scopes import Assign, Decorator, Return
from linter.finding import Location
from linter.frameworks.django.anonymous import DOUBTFUL, PASSES, Caller, Judgement
from linter.frameworks.django.classes import VERBS
from linter.frameworks.django.known import (
    CSRF_EXEMPT,
    CSRF_PROTECT,
    LOGIN_NOT_REQUIRED,
    METHOD_DECORATOR,
    decorator_kind,
)
from linter.frameworks.django.limits import RateLimits
from linter.guards import Refusals
from linter.resolve.definitions import Class, Definition, Function, arguments_of
from linter.resolve.project import Project

_UPPER_VERBS = tuple(verb.upper() for verb in VERBS)


class GuardSet(NamedTuple):
    """The guards found so far, and whether `login_not_required` frees the view."""

    guards: tuple[Guard, ...] = ()
    login_free: bool = False


def verdict_of(guards: Iterable[Guard]) -> Verdict:
    """Whether an anonymous caller is refused by any of the guards."""
    worst = Verdict.NO
    for guard in guards:
        if guard.kind in ("authentication", "authorization", "other"):
            if guard.verdict is Verdict.YES:
                return Verdict.YES
            if guard.verdict is Verdict.UNKNOWN:
                worst = Verdict.UNKNOWN
    return worst


class DecoratorGuards:
    """Finds the guards that decorators put around functions and classes."""

    def __init__(
        self,
        project: Project,
        refusals: Refusals,
        evaluator: Evaluator,
        caller: Caller,
        limits: RateLimits,
    ) -> None:
        self.project = project
        self.refusals = refusals
        self.evaluator = evaluator
        self.caller = caller
        self.limits = limits
        self._judged: dict[int, Judgement] = {}
        self._decorated: dict[Definition, tuple[Value, ...]] = {}

    def decorators(self, definition: Definition) -> tuple[Value, ...]:
        """The decorators of a function or class, as values, outermost first."""
        found = self._decorated.get(definition)
        if found is None:
            holder = definition.parent
            assert holder is not None
            found = tuple(
                self.evaluator.expression(holder, decorator.value) for decorator in definition.head.decorators
            )
            self._decorated[definition] = found
        return found

    def of_decorated(self, definition: Definition, level: GuardLevel, wanted: str = "") -> GuardSet:
        """The guards among the decorators of a function, or of a class for its method `wanted`."""
        guards: list[Guard] = []
        free = False
        values = self.decorators(definition)
        for decorator, value in zip(definition.head.decorators, values, strict=True):
            if _extends_action(decorator):
                continue
            for each in self._applied(value, definition, wanted):
                location = definition.module.locate(decorator.span)
                name = decorator_name(each)
                guards += self.of_decorator(each, name, location, level)
                free = free or _name_of(each) == LOGIN_NOT_REQUIRED
        return GuardSet(tuple(guards), free)

    def _applied(self, value: Value, definition: Definition, wanted: str) -> list[Value]:
        """The plain decorators that `value` puts around a function, or around a class's method."""
        if isinstance(value, Made) and value.name == METHOD_DECORATOR:
            name = value.argument(1, "name", "")
            if isinstance(definition, Class) and name not in (wanted, "dispatch"):
                return []
            inner = value.argument(0, "decorator", UNKNOWN)
            return list(inner) if isinstance(inner, (list, tuple)) else [inner]
        if isinstance(definition, Class) and not isinstance(value, (Made, External)):
            # A project's own class decorator: it may record the class, or change its dispatch.
            return [value] if isinstance(value, Closure) and self._changes_class(value) else []
        if isinstance(definition, Class) and decorator_kind(_name_of(value)) is None:
            return []
        return [value]

    def _changes_class(self, decorator: Closure) -> bool:
        return self.refusals.of(decorator.function).verdict is not Verdict.NO or any(
            (decorator_kind(name) or "other") != "other" for name in self._called_names(decorator.function)
        )

    def _called_names(self, function: Function) -> list[str]:
        names = [self.project.callee(function, call).name for call in function.scope.calls]
        for child in function.children.values():
            if isinstance(child, Function):
                names += self._called_names(child)
        return names

    def of_decorator(self, value: Value, name: str, location: Location, level: GuardLevel) -> list[Guard]:
        """The guards that one decorator stands for."""
        known = _name_of(value)
        if known == CSRF_EXEMPT:
            return [Guard(known, "csrf", level, location, Verdict.NO)]
        if known in CSRF_PROTECT:
            return [Guard(known, "csrf", level, location, Verdict.YES)]
        if decorator_kind(known) == "rate-limit":
            return [Guard(known, "rate-limit", level, location, Verdict.YES)]
        guards: list[Guard] = []
        if isinstance(value, Closure) and self.limits.limits(value.function):
            guards.append(Guard(name, "rate-limit", level, location, Verdict.YES))
        judged = self._judge_decorator(value)
        if judged.verdict is not Verdict.NO:
            guards.append(Guard(name, judged.kind, level, location, judged.verdict, _refused_with(value)))
        return guards

    def _judge_decorator(self, value: Value) -> Judgement:
        if isinstance(value, Closure):
            key = id(value.function)
            if key not in self._judged:
                self._judged[key] = DOUBTFUL
                self._judged[key] = self._judge_closure(value)
            return self._judged[key]
        return self.caller.of_decorator(self.evaluator, value)

    def _judge_closure(self, decorator: Closure) -> Judgement:
        """Call the decorated view as nobody; when that does not tell, read the code for refusals."""
        guarded = self.evaluator.trial(decorator, [self.caller.view()])
        request = self.caller.request()
        judged = self.caller.judge(self.evaluator.trial(guarded, [request]))
        if judged.verdict is Verdict.UNKNOWN and _takes_receiver(guarded):
            judged = self.caller.judge(self.evaluator.trial(guarded, [UNKNOWN, request]))
        if judged.verdict is not Verdict.UNKNOWN:
            return judged
        return self._read(decorator.function)

    def _read(self, function: Function) -> Judgement:
        """What the code can do, when following it does not tell what it does."""
        found = self.refusals.of(function)
        if found.verdict is Verdict.YES:
            return Judgement(Verdict.YES, found.kind) if self.asks_who(function) else DOUBTFUL
        kinds = [decorator_kind(name) or "other" for name in self._called_names(function)]
        guarding = next((kind for kind in kinds if kind in ("authentication", "authorization")), None)
        return PASSES if guarding is None else Judgement(Verdict.YES, guarding)

    def asks_who(self, function: Function) -> bool:
        """Whether the code, nested functions included, reads anything that tells who is calling."""
        for block in function.scope.blocks:
            if block.subject is not None and self.refusals.reads_identity(function, block.subject):
                return True
        for call in function.scope.calls:
            if any(self.refusals.reads_identity(function, each) for each in arguments_of(call)):
                return True
        for statement in function.scope.statements:
            if isinstance(statement, (Assign, Return)) and statement.value is not None:
                if self.refusals.reads_identity(function, statement.value):
                    return True
        return any(
            self.asks_who(child) for child in function.children.values() if isinstance(child, Function)
        )

    def methods_let_through(self, function: Function) -> set[str] | None:
        """The verbs that the project's own decorators let through to a function; None when they take all."""
        decorators = [each for each in self.decorators(function) if isinstance(each, Closure)]
        if not decorators:
            return None
        view: Value = self.caller.view()
        for decorator in reversed(decorators):
            view = self.evaluator.trial(decorator, [view])
        let_through = {
            verb
            for verb in _UPPER_VERBS
            if not self.caller.rejects_method(self.evaluator.trial(view, [self.caller.request(verb)]))
        }
        return let_through if len(let_through) < len(_UPPER_VERBS) else None


def _refused_with(value: Value) -> tuple[int, ...]:
    """The statuses of Django's own decorators: they send to the login page, or refuse where told to."""
    if not _name_of(value).startswith("django.contrib."):
        return ()
    raises = value.argument(2, "raise_exception", False) if isinstance(value, Made) else False
    return (403,) if raises is True else (302,) if raises is False else (302, 403)


def decorator_name(value: Value) -> str:
    """The full name of a decorator, or of the function that makes it."""
    if not isinstance(value, Closure):
        return _name_of(value) or "?"
    function = value.function
    while isinstance(function.parent, Function) and not function.parent.is_module:
        function = function.parent
    return function.name


def _extends_action(decorator: Decorator) -> bool:
    """`@some_action.mapping.post` adds a verb to an action and guards nothing."""
    return isinstance(decorator.value, Ref) and ".mapping." in decorator.value.name


def _name_of(value: Value) -> str:
    return value.name if isinstance(value, (External, Made)) else ""


def _takes_receiver(value: Value) -> bool:
    if not isinstance(value, Closure) or not value.function.head.parameters:
        return False
    first = value.function.head.parameters[0]
    return first.name not in ("request", "req") or first.kind == "*"
