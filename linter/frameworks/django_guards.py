"""Who may call a Django view: decorators, mixins, `dispatch`, middleware and checks in the handler."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linter.backend import Backend, Guard, GuardLevel, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, External, Instance, Made, Value
from linter.facts.expressions import Ref
from linter.facts.scopes import Assign, Decorator, Return
from linter.finding import Location
from linter.frameworks.django_anonymous import DOUBTFUL, PASSES, Caller, Judgement
from linter.frameworks.django_classes import VIEW, is_harmless
from linter.frameworks.django_known import (
    CSRF_EXEMPT,
    CSRF_PROTECT,
    LOGIN_NOT_REQUIRED,
    METHOD_DECORATOR,
    decorator_kind,
    mixin_kind,
)
from linter.frameworks.django_settings import DjangoSettings
from linter.frameworks.django_urls import ClassView
from linter.guards import Refusals
from linter.resolve.definitions import Class, Definition, Function, arguments_of
from linter.resolve.project import Resolved

_HOOKS = ("dispatch", "setup", "initial", "initialize_request")
"""Methods that run before the one that answers a verb."""

_RESOLVING = (*_HOOKS, "has_permission", "handle_no_permission", "test_func", "get_permission_required")
_LOADING = ("get_queryset", "get_object", "get_context_data")
"""Methods that Django's own `get` calls."""


class GuardSet(NamedTuple):
    """The guards found so far, and whether `login_not_required` frees the view."""

    guards: tuple[Guard, ...] = ()
    login_free: bool = False


def verdict_of(guards: Iterable[Guard]) -> Verdict:
    """Whether an anonymous caller is refused by any of the guards."""
    answers = {
        guard.verdict for guard in guards if guard.kind in ("authentication", "authorization", "other")
    }
    if Verdict.YES in answers:
        return Verdict.YES
    return Verdict.UNKNOWN if Verdict.UNKNOWN in answers else Verdict.NO


class DjangoGuards:
    """Finds the guards of views, with memory over the whole project."""

    def __init__(
        self,
        backend: Backend,
        refusals: Refusals,
        settings: DjangoSettings,
        evaluator: Evaluator,
        caller: Caller,
    ) -> None:
        self.backend = backend
        self.project = backend.project
        self.refusals = refusals
        self.settings = settings
        self.evaluator = evaluator
        self.caller = caller
        self._decorators: dict[int, Judgement] = {}
        self._dispatches: dict[tuple[object, ...], Judgement] = {}
        self._decorated: dict[tuple[str, int], tuple[Value, ...]] = {}
        self._class_guards: dict[tuple[str, str], GuardSet] = {}
        self._inside: dict[int, tuple[Guard, ...]] = {}

    # Decorators

    def decorators(self, definition: Definition) -> tuple[Value, ...]:
        """The decorators of a function or class, as values, outermost first."""
        key = (definition.module.path, definition.index)
        found = self._decorated.get(key)
        if found is None:
            holder = definition.parent
            assert holder is not None
            found = tuple(
                self.evaluator.expression(holder, decorator.value)
                for decorator in definition.scope.decorators
            )
            self._decorated[key] = found
        return found

    def of_decorated(self, definition: Definition, level: GuardLevel, wanted: str = "") -> GuardSet:
        """The guards among the decorators of a function, or of a class for its method `wanted`."""
        guards: list[Guard] = []
        free = False
        values = self.decorators(definition)
        for decorator, value in zip(definition.scope.decorators, values, strict=True):
            if _extends_action(decorator):
                continue
            for each in self._applied(value, definition, wanted):
                location = definition.module.locate(decorator.span)
                name = self._written_name(definition, decorator, each)
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
        names: list[str] = []
        for call in function.scope.calls:
            names.append(self.project.callee(function, call).name)
        for child in function.children.values():
            if isinstance(child, Function):
                names += self._called_names(child)
        return names

    def _written_name(self, definition: Definition, decorator: Decorator, value: Value) -> str:
        if isinstance(value, Closure):
            function = value.function
            while isinstance(function.parent, Function) and not function.parent.is_module:
                function = function.parent
            return function.name
        name = _name_of(value)
        return name or "?"

    def of_decorator(self, value: Value, name: str, location: Location, level: GuardLevel) -> list[Guard]:
        """The guards that one decorator stands for."""
        known = _name_of(value)
        if known == CSRF_EXEMPT:
            return [Guard(known, "csrf", level, location, Verdict.NO)]
        if known in CSRF_PROTECT:
            return [Guard(known, "csrf", level, location, Verdict.YES)]
        if decorator_kind(known) == "rate-limit":
            return [Guard(known, "rate-limit", level, location, Verdict.YES)]
        judged = self._judge_decorator(value)
        if judged.verdict is Verdict.NO:
            return []
        return [Guard(name, judged.kind, level, location, judged.verdict)]

    def _judge_decorator(self, value: Value) -> Judgement:
        if isinstance(value, Closure):
            key = id(value.function)
            if key not in self._decorators:
                self._decorators[key] = DOUBTFUL
                self._decorators[key] = self._judge_closure(value)
            return self._decorators[key]
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
            return Judgement(Verdict.YES, found.kind) if self._asks_who(function) else DOUBTFUL
        kinds = [decorator_kind(name) or "other" for name in self._called_names(function)]
        guarding = next((kind for kind in kinds if kind in ("authentication", "authorization")), None)
        return PASSES if guarding is None else Judgement(Verdict.YES, guarding)

    def _asks_who(self, function: Function) -> bool:
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
            self._asks_who(child) for child in function.children.values() if isinstance(child, Function)
        )

    # Functions

    def of_function(self, function: Function) -> GuardSet:
        """The guards of a function view: its decorators and the checks in its body."""
        decorated = self.of_decorated(function, "function")
        return GuardSet((*decorated.guards, *self.inside(function)), decorated.login_free)

    def inside(self, function: Function) -> tuple[Guard, ...]:
        """What a handler's own body does to anonymous callers."""
        key = id(function)
        found = self._inside.get(key)
        if found is None:
            judged = self.refusals.inside(function)
            found = ()
            if judged.verdict is not Verdict.NO:
                found = (Guard(function.name, judged.kind, "function", function.location, judged.verdict),)
            self._inside[key] = found
        return found

    # Classes

    def of_class(self, view: ClassView, method: str) -> GuardSet:
        """The guards of a class view for one of its methods: mixins, decorators, hooks, body."""
        cls = view.cls
        if not isinstance(cls, Class):
            return self._of_library_class(cls.name, view.module.locate(view.span))
        key = (cls.id, method)
        found = self._class_guards.get(key)
        if found is None or view.keywords:
            found = self._find_class_guards(cls, method, view.keywords)
            if not view.keywords:
                self._class_guards[key] = found
        return found

    def _of_library_class(self, name: str, location: Location) -> GuardSet:
        if is_harmless(name):
            return GuardSet()
        return GuardSet((Guard(name, "other", "class", location, Verdict.UNKNOWN),))

    def _find_class_guards(self, cls: Class, method: str, given: dict[str, Value]) -> GuardSet:
        order = self.evaluator.order.of(cls)
        guards: list[Guard] = []
        free = False
        reached = False
        for ancestor in order:
            reached = reached or ancestor.name == VIEW
            if isinstance(ancestor.target, Class):
                decorated = self.of_decorated(ancestor.target, "class", method)
                guards += decorated.guards
                free = free or decorated.login_free
                guards += self._decorated_hooks(ancestor.target)
            elif not reached:
                guards += self._of_mixin(cls, ancestor.name, order)
        guards += self._of_dispatch(cls, order, given)
        guards += self._of_method(cls, order, method)
        return GuardSet(tuple(dict.fromkeys(guards)), free)

    def _decorated_hooks(self, cls: Class) -> list[Guard]:
        """Decorators on `dispatch` and the other hooks that a class defines."""
        found: list[Guard] = []
        for hook in _HOOKS:
            function = cls.methods.get(hook)
            if function is not None and function.scope.decorators:
                found += self.of_decorated(function, "class").guards
        return found

    def _of_mixin(self, cls: Class, name: str, order: tuple[Resolved, ...]) -> list[Guard]:
        """What a library's mixin does that comes before the view in the order."""
        kind = mixin_kind(name)
        if kind is None:
            if is_harmless(name):
                return []
            return [Guard(name, "other", "class", cls.location, Verdict.UNKNOWN)]
        verdict = Verdict.YES
        if name.endswith("UserPassesTestMixin"):
            verdict = self._test_verdict(cls, "test_func", "get_test_func")
        elif name.endswith(".PermissionRequiredMixin"):
            verdict = self._permission_mixin_verdict(cls)
        return [] if verdict is Verdict.NO else [Guard(name, kind, "class", cls.location, verdict)]

    def _permission_mixin_verdict(self, cls: Class) -> Verdict:
        if self.evaluator.class_value(cls, "has_permission") is not NotImplemented:
            return self._test_verdict(cls, "has_permission")
        required = self.evaluator.class_value(cls, "permission_required")
        return Verdict.NO if isinstance(required, (list, tuple)) and not required else Verdict.YES

    def _test_verdict(self, cls: Class, *names: str) -> Verdict:
        """Whether a test method of the view turns an anonymous caller away."""
        instance = self._instance(cls, {})
        for name in names:
            test = self.evaluator.attribute(instance, name)
            if isinstance(test, Closure):
                judged = self.caller.of_test(self.evaluator, test)
                if judged.verdict is Verdict.UNKNOWN and self._asks_who(test.function):
                    return Verdict.YES
                return judged.verdict
        return Verdict.UNKNOWN

    def _instance(self, cls: Class, given: dict[str, Value], method: str = "GET") -> Instance:
        return Instance(
            cls, {**given, "request": self.caller.request(method), "kwargs": UNKNOWN, "args": UNKNOWN}
        )

    def _of_dispatch(self, cls: Class, order: tuple[Resolved, ...], given: dict[str, Value]) -> list[Guard]:
        """What the project's own `dispatch`, `setup` and `initial` do, followed as an anonymous caller."""
        found: list[Guard] = []
        methods = [
            (name, ancestor.target.methods[name])
            for ancestor in order
            if isinstance(ancestor.target, Class)
            for name in _RESOLVING
            if name in ancestor.target.methods
        ]
        for hook in _HOOKS:
            own = [function for name, function in methods if name == hook]
            if not own:
                continue
            key = (hook, *(id(function) for _, function in methods))
            if key not in self._dispatches:
                self._dispatches[key] = self._follow_hook(cls, hook, own, given)
            judged = self._dispatches[key]
            if judged.verdict is not Verdict.NO:
                refusing = next(
                    (each for each in own if self.refusals.of(each).verdict is Verdict.YES), own[0]
                )
                found.append(Guard(refusing.name, judged.kind, "class", refusing.location, judged.verdict))
        return found

    def _follow_hook(self, cls: Class, hook: str, own: list[Function], given: dict[str, Value]) -> Judgement:
        if all(self.refusals.of(each).verdict is Verdict.NO for each in own):
            return PASSES
        instance = self._instance(cls, given)
        request = instance.fields["request"]
        outcome = self.evaluator.trial(self.evaluator.attribute(instance, hook), [request])
        if hook != "dispatch" and outcome is None:
            return PASSES
        judged = self.caller.judge(outcome)
        if judged.verdict is not Verdict.UNKNOWN:
            return judged
        readings = [self._read(each) for each in own]
        return next((each for each in readings if each.verdict is Verdict.YES), DOUBTFUL)

    def _of_method(self, cls: Class, order: tuple[Resolved, ...], method: str) -> list[Guard]:
        """Decorators and checks of the method that answers, or of what the inherited one calls."""
        function = self.method(order, method)
        if function is not None:
            return [*self.of_decorated(function, "function").guards, *self.inside(function)]
        found: list[Guard] = []
        for name in _LOADING:
            hook = self.method(order, name)
            if hook is not None:
                found += self.inside(hook)
        return found

    def method(self, order: tuple[Resolved, ...], name: str) -> Function | None:
        """The project's function that a method name means, unless a library's class comes first."""
        for ancestor in order:
            if isinstance(ancestor.target, Class):
                function = ancestor.target.methods.get(name)
                if function is not None:
                    return function
        return None


def _extends_action(decorator: Decorator) -> bool:
    """`@some_action.mapping.post` adds a verb to an action and guards nothing."""
    return isinstance(decorator.value, Ref) and ".mapping." in decorator.value.name


def _name_of(value: Value) -> str:
    return value.name if isinstance(value, (External, Made)) else ""


def _takes_receiver(value: Value) -> bool:
    if not isinstance(value, Closure) or not value.function.scope.parameters:
        return False
    first = value.function.scope.parameters[0]
    return first.name not in ("request", "req") or first.kind == "*"
