"""Who may call a Django view: decorators, mixins, `dispatch` and checks in the handler."""

from __future__ import annotations

from linter.backend import Guard, GuardKind, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, Instance, Value
from linter.facts.expressions import Constant, Ref
from linter.finding import Location
from linter.frameworks.django.anonymous import DOUBTFUL, PASSES, Caller, Judgement, Undecorated
from linter.frameworks.django.classes import VIEW, is_harmless
from linter.frameworks.django.decorators import DecoratorGuards, GuardSet, verdict_of
from linter.frameworks.django.known import mixin_kind
from linter.frameworks.django.limits import RateLimits
from linter.frameworks.django.settings import DjangoSettings
from linter.frameworks.django.urls import ClassView
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Project

_HOOKS = ("dispatch", "setup", "initial", "initialize_request")
"""Methods that run before the one that answers a verb."""

_RESOLVING = (*_HOOKS, "has_permission", "handle_no_permission", "test_func", "get_permission_required")
_RESOLVING_NAMES = frozenset(_RESOLVING)
_LOADING = ("get_queryset", "get_object", "get_context_data")
"""Methods that Django's own `get` calls."""


class DjangoGuards(DecoratorGuards):
    """Finds the guards of views, with memory over the whole project."""

    def __init__(
        self,
        project: Project,
        refusals: Refusals,
        settings: DjangoSettings,
        evaluator: Evaluator,
        caller: Caller,
    ) -> None:
        super().__init__(project, refusals, evaluator, caller, RateLimits(refusals, settings, evaluator))
        self.settings = settings
        self._dispatches: dict[tuple[object, ...], Judgement] = {}
        self._hierarchies: dict[Class, tuple[Guard, ...]] = {}
        self._handing: dict[int, bool] = {}
        self._hooks: dict[Class, tuple[tuple[str, Function], ...]] = {}
        self._inside: dict[tuple[int, str | None, str], tuple[Guard, ...]] = {}

    # Functions

    def of_function(self, function: Function, verb: str = "GET") -> GuardSet:
        """The guards of a function view: its decorators and the checks in its body."""
        decorated = self.of_decorated(function, "function")
        free = decorated.login_free or _frees_itself(function)
        own = (*self.inside(function, None, verb), *self.limits.of_handler(function))
        return GuardSet((*decorated.guards, *own), free)

    def inside(self, function: Function, cls: Class | None = None, verb: str = "GET") -> tuple[Guard, ...]:
        """What a handler's own body does to anonymous callers. `cls` is the class of the view, if any."""
        key = (id(function), None if cls is None else cls.id, verb)
        found = self._inside.get(key)
        if found is None:
            judged = self._judge_handler(function, cls, verb)
            found = ()
            if judged.verdict is not Verdict.NO:
                found = (Guard(function.name, judged.kind, "function", function.location, judged.verdict),)
            self._inside[key] = found
        return found

    def _judge_handler(self, function: Function, cls: Class | None, verb: str) -> Judgement:
        """Follow a handler that may refuse, or that hands over to a function behind a guard."""
        read = self.refusals.inside(function)
        hands_over = self._hands_over(function)
        if read.verdict is Verdict.NO and not hands_over:
            return PASSES
        request = self.caller.request(verb)
        bare = Undecorated(function, None, None if cls is None else self._instance(cls, {}, verb))
        positional = [each for each in function.head.parameters if each.kind.startswith("positional")]
        spare = max(0, len(positional) - (1 if cls is None else 2))
        outcome = self.evaluator.trial(bare, [request, *[UNKNOWN] * spare])
        judged = self.caller.judge(outcome, as_handler=True)
        if judged.verdict is Verdict.NO:
            return judged
        # A refusal that follows from the input alone, such as a wrong password, tells nobody apart.
        if judged.verdict is Verdict.YES and (hands_over or read.verdict is Verdict.YES):
            return judged
        if not self.caller.may_refuse(outcome) or self.caller.may_answer(outcome):
            return DOUBTFUL
        return Judgement(read.verdict, read.kind) if read.verdict is not Verdict.NO else DOUBTFUL

    def _hands_over(self, function: Function) -> bool:
        """Whether a handler calls a function of the project that has a guard of its own around it."""
        key = id(function)
        if key not in self._handing:
            self._handing[key] = any(
                self._is_guarded(self.project.callee(function, call).target, function)
                for call in function.scope.calls
                if any(isinstance(each, Ref) and each.name.endswith("request") for each in call.args)
            )
        return self._handing[key]

    def _is_guarded(self, target: object, function: Function) -> bool:
        if not isinstance(target, Function) or not target.head.decorators or target is function:
            return False
        return verdict_of(self.of_decorated(target, "function").guards) is Verdict.YES

    # Classes

    def of_class(self, view: ClassView, method: str, verb: str, settled: bool = False) -> GuardSet:
        """The guards of a class view for one of its methods: mixins, decorators, hooks, body.

        `settled` says that another guard is known to refuse, so that the body need not be followed.
        """
        cls = view.cls
        if not isinstance(cls, Class):
            return self._of_library_class(cls.name, view.module.locate(view.span))
        guards, free = list(self._of_hierarchy(cls, view.keywords)), False
        marks = True
        for each in self.evaluator.order.classes(cls):
            if each.head.decorators:
                decorated = self.of_decorated(each, "class", method)
                guards += [guard for guard in decorated.guards if marks or not _is_mark(guard)]
                free = free or (marks and decorated.login_free)
            # Django reads marks off the one `dispatch` that it calls first.
            marks = marks and "dispatch" not in each.methods
        function = self.method(cls, method)
        if function is not None and function.head.decorators:
            guards += self.of_decorated(function, "function").guards
        if not settled and verdict_of(guards) is not Verdict.YES:
            guards += self._checks(cls, function, verb)
        return GuardSet(tuple(guards), free)

    def _of_library_class(self, name: str, location: Location) -> GuardSet:
        if is_harmless(name):
            return GuardSet()
        return GuardSet((Guard(name, "other", "class", location, Verdict.UNKNOWN),))

    def _of_hierarchy(self, cls: Class, given: dict[str, Value]) -> tuple[Guard, ...]:
        """What mixins and hooks do, whichever method answers."""
        depends = bool(given) and bool(self.hooks(cls))
        found = None if depends else self._hierarchies.get(cls)
        if found is None:
            guards: list[Guard] = []
            reached, marks = False, True
            order = self.evaluator.order.of(cls)
            for ancestor in order:
                reached = reached or ancestor.name == VIEW
                if isinstance(ancestor.target, Class):
                    decorated = self._decorated_hooks(ancestor.target)
                    guards += [guard for guard in decorated if marks or not _is_mark(guard)]
                    marks = marks and "dispatch" not in ancestor.target.methods
                elif not reached:
                    guards += self._of_mixin(cls, ancestor.name)
            found = (*guards, *self._of_dispatch(cls, given))
            if not depends:
                self._hierarchies[cls] = found
        return found

    def _decorated_hooks(self, cls: Class) -> list[Guard]:
        """Decorators on `dispatch` and the other hooks that a class defines."""
        found: list[Guard] = []
        if _RESOLVING_NAMES.isdisjoint(cls.children):
            return found
        for hook in _HOOKS:
            function = cls.children.get(hook)
            if isinstance(function, Function) and function.head.decorators:
                found += self.of_decorated(function, "class").guards
        return found

    def _of_mixin(self, cls: Class, name: str) -> list[Guard]:
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
        if verdict is Verdict.NO:
            return []
        return [Guard(name, kind, "class", cls.location, verdict, self._refused_with(cls, kind))]

    def _refused_with(self, cls: Class, kind: GuardKind) -> tuple[int, ...]:
        """The statuses of a mixin: strangers are sent to the login page, users who may not are refused."""
        raises = self.evaluator.class_value(cls, "raise_exception")
        if raises is True:
            return (403,)
        return (302,) if kind == "authentication" and raises in (NotImplemented, False) else (302, 403)

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
                if judged.verdict is Verdict.UNKNOWN and self.asks_who(test.function):
                    return Verdict.YES
                return judged.verdict
        return Verdict.UNKNOWN

    def _instance(self, cls: Class, given: dict[str, Value], method: str = "GET") -> Instance:
        return Instance(
            cls, {**given, "request": self.caller.request(method), "kwargs": UNKNOWN, "args": UNKNOWN}
        )

    def _of_dispatch(self, cls: Class, given: dict[str, Value]) -> list[Guard]:
        """What the project's own `dispatch`, `setup` and `initial` do, followed as an anonymous caller."""
        found: list[Guard] = []
        methods = self.hooks(cls)
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

    def _checks(self, cls: Class, function: Function | None, verb: str) -> tuple[Guard, ...]:
        """Checks in the method that answers, or in what the inherited one calls."""
        if function is not None:
            return self.inside(function, cls, verb)
        found: list[Guard] = []
        for name in _LOADING:
            hook = self.method(cls, name)
            if hook is not None:
                refusal = self.refusals.inside(hook)
                if refusal.verdict is not Verdict.NO:
                    found.append(Guard(hook.name, refusal.kind, "function", hook.location, refusal.verdict))
        return tuple(found)

    def hooks(self, cls: Class) -> tuple[tuple[str, Function], ...]:
        """The project's methods that decide before a verb is answered, in the order of lookup."""
        found = self._hooks.get(cls)
        if found is None:
            found = tuple(
                (name, child)
                for each in self.evaluator.order.classes(cls)
                if not _RESOLVING_NAMES.isdisjoint(each.children)
                for name in _RESOLVING
                if isinstance(child := each.children.get(name), Function)
            )
            self._hooks[cls] = found
        return found

    def method(self, cls: Class, name: str) -> Function | None:
        """The project's function that a method name means."""
        for each in self.evaluator.order.classes(cls):
            found = each.children.get(name)
            if isinstance(found, Function):
                return found
        return None


def _is_mark(guard: Guard) -> bool:
    """Whether a decorator does nothing but mark a function as free of the CSRF check."""
    return guard.kind == "csrf" and guard.verdict is Verdict.NO


def _frees_itself(function: Function) -> bool:
    """Whether the module says `view.login_required = False`, as `login_not_required` does."""
    body = function.module.functions[0]
    assigned = body.assignments.get(f"{function.head.name}.login_required", [])
    return function.parent is body and any(each.value == Constant(False) for each in assigned)
