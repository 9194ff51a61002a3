"""What a caller without credentials meets at a field: decorators, permissions and the resolver itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Guard, GuardKind, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.natives import truth
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    Combined,
    External,
    Frame,
    Instance,
    Lambda,
    Made,
    Raised,
    Value,
    options,
)
from linter.facts.expressions import Ref, Result, walk
from linter.facts.scopes import Decorator
from linter.frameworks.flask.names import GUARD_WORDS
from linter.frameworks.graphql.anonymous import is_reached, is_view
from linter.frameworks.graphql.identity import Identity
from linter.frameworks.graphql.judgements import (
    DOUBTFUL,
    PASSES,
    Judgement,
    guards,
    is_error,
    name_of,
    together,
)
from linter.frameworks.graphql.library import GraphLibrary, arguments_of
from linter.frameworks.graphql.names import KNOWN, PACKAGES, REFUSING, Operation
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

_PLAIN = frozenset(
    {"staticmethod", "classmethod", "property", "functools.wraps", "functools.cached_property"}
)
_REFUSING_CODES = {
    "UNAUTHENTICATED": "authentication",
    "UNAUTHORIZED": "authentication",
    "FORBIDDEN": "authorization",
    "PERMISSION_DENIED": "authorization",
}
_MOST_OPTIONS = 16
"""How many outcomes of a call are told apart; of more, some are lost."""

_CONTEXT_MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
_HOOKS = ("on_operation", "on_validate", "on_parse", "on_execute")


class Given(NamedTuple):
    """How a library calls a resolver."""

    args: list[Value]
    keywords: dict[str, Value]


class _Outcome(NamedTuple):
    raised: list[Value]
    others: list[Value]
    asked: bool
    exhausted: bool


class Access:
    """Judges what stands between a caller and the answer of a field."""

    def __init__(self, evaluator: Evaluator, library: GraphLibrary, refusals: Refusals) -> None:
        self.evaluator = evaluator
        self.library = library
        self._anonymous = library.anonymous
        self._refusals = refusals
        self._permissions: dict[int, tuple[Value, Judgement]] = {}
        self._who = Identity(refusals)
        self._may_pass = False
        """Whether a caller who may be known was seen to get past the code that was tried last."""

    def enter(self, context: Value) -> None:
        """Judge from now on with this context of the resolvers."""
        self._anonymous.context = context
        self._permissions.clear()

    # Resolvers

    def of_resolver(self, closure: Closure, given: Given, operation: Operation) -> Iterator[Guard]:
        """The guards at a resolver: its decorators, and what its body checks."""
        function = closure.function
        yield from self.of_decorators(closure, given)
        judged = self._judge(closure, given, function, stands_in=False)
        if judged is PASSES and (
            self._who.asks_elsewhere(function)
            or (operation == "mutation" and self._answers_early(closure, given))
        ):
            judged = DOUBTFUL
        if judged.verdict is not Verdict.NO:
            yield Guard(function.name, judged.kind, "function", function.location, judged.verdict)

    def of_decorators(self, closure: Closure, given: Given) -> Iterator[Guard]:
        """The guards among the decorators of a resolver."""
        function = closure.function
        parent = function.parent
        if parent is None:
            return
        frame = closure.frame or self.evaluator.frame_of(parent)
        for decorator in function.head.decorators:
            yield from self._of_decorator(function, frame, decorator, given)

    def _of_decorator(
        self, function: Function, frame: Frame, decorator: Decorator, given: Given
    ) -> Iterator[Guard]:
        value = self.evaluator.within(frame, decorator.value)
        manager = self._context_manager(function, decorator)
        if manager is None:
            judged = self.of_wrapper(value, given)
        else:
            value = Closure(manager)
            judged = DOUBTFUL if self._who.may_refuse(manager) else PASSES
        if judged.verdict is not Verdict.NO:
            place = function.module.locate(decorator.span)
            yield Guard(name_of(value), judged.kind, "function", place, judged.verdict)

    def _context_manager(self, function: Function, decorator: Decorator) -> Function | None:
        """The context manager of the project that a decorator runs a resolver in: `@in_transaction()`."""
        parent, project = function.parent, self._refusals.project
        if parent is None or not isinstance(decorator.value, Result):
            return None
        made = project.callee(parent, parent.scope.calls[decorator.value.call]).target
        if not isinstance(made, Function) or made.parent is None:
            return None
        marks = (each.value for each in made.head.decorators if isinstance(each.value, Ref))
        found = {project.reference(made.parent, each.name).name for each in marks}
        return None if found.isdisjoint(_CONTEXT_MANAGERS) else made

    def of_wrapper(self, decorator: Value, given: Given) -> Judgement:
        """What a decorator does to a caller before the resolver that it wraps runs."""
        if isinstance(decorator, (Made, External)):
            return self._of_library(decorator)
        if not isinstance(decorator, (Closure, Class, Instance)):
            return DOUBTFUL
        made = self.evaluator.run(decorator, [self._anonymous.view()])
        return together([self._around(decorator, each, given) for each in options(made)])

    def _around(self, decorator: Value, wrapper: Value, given: Given) -> Judgement:
        if is_view(wrapper):
            return PASSES
        if isinstance(wrapper, Instance):
            wrapper = self.evaluator.member_of(wrapper, "__call__")
        if isinstance(wrapper, Closure):
            return self._judge(wrapper, given, wrapper.function, stands_in=True)
        if isinstance(decorator, Closure):
            read = self._refusals.of(decorator.function)
            return PASSES if read.verdict is Verdict.NO else Judgement(Verdict.UNKNOWN, read.kind)
        return DOUBTFUL

    def _of_library(self, decorator: Made | External) -> Judgement:
        name = decorator.name
        if name.endswith(".user_passes_test") and isinstance(decorator, Made):
            return self._of_test(decorator.argument(0, "test_func", UNKNOWN))
        known = KNOWN.get(name)
        if known is not None:
            return Judgement(*known)
        if name in _PLAIN or (name.partition(".")[0] in PACKAGES):
            return PASSES
        last = name.rpartition(".")[2].lower()
        return DOUBTFUL if any(word in last for word in GUARD_WORDS) else PASSES

    def _of_test(self, test: Value) -> Judgement:
        """What `user_passes_test` does with this test."""
        user = self._anonymous.user()
        if isinstance(test, Lambda):
            roots = {each.name[1:].partition(".")[0] for each in walk(test.body) if isinstance(each, Ref)}
            frame = Frame(test.frame.holder, test.frame, dict.fromkeys(roots, user))
            answer = self.evaluator.within(frame, test.body)
        else:
            answer = self.evaluator.trial(test, [user])
        answers = {truth(each) for each in options(answer) if not isinstance(each, Raised)}
        if answers <= {False}:
            return Judgement(Verdict.YES, "authorization")
        return PASSES if answers == {True} else DOUBTFUL

    # Trials

    def _tried(self, callee: Value, given: Given, somebody: bool) -> _Outcome:
        anonymous = self._anonymous
        anonymous.somebody = somebody
        anonymous.asked.clear()
        try:
            found = options(self.evaluator.trial(callee, list(given.args), keywords=dict(given.keywords)))
        finally:
            anonymous.somebody = False
        # An error that is returned counts as raised for whoever asks.
        found = [Raised(each) if is_error(each) else each for each in found]
        raised = [each.exception for each in found if isinstance(each, Raised)]
        others = [each for each in found if not isinstance(each, Raised)]
        cut = self.evaluator.exhausted or len(found) >= _MOST_OPTIONS
        return _Outcome(raised, others, bool(anonymous.asked), cut)

    def _judge(self, callee: Value, given: Given, function: Function, stands_in: bool) -> Judgement:
        """What a call does to an anonymous caller. With `stands_in`, it guards a stand-in for a resolver."""
        met = self._tried(callee, given, somebody=False)
        kind: GuardKind = "authentication" if self._anonymous.tells_only_presence else "authorization"
        if met.exhausted:
            refused = any(self._refuses(each) is not None for each in met.raised)
            return DOUBTFUL if refused or self._who.may_refuse(function) else PASSES
        passing = [each for each in met.others if not stands_in or is_reached(each)]
        if met.raised and not met.others:
            judged = self._always_raises(callee, given, met, kind, function)
            # What a generator yields in loops over what is not known is not seen.
            sure = not function.head.generator or judged.verdict is not Verdict.YES or self._may_pass
            return judged if sure else judged._replace(verdict=Verdict.UNKNOWN)
        if not met.raised:
            if passing or not stands_in:
                return PASSES
            return DOUBTFUL if not any(each is UNKNOWN for each in met.others) or met.asked else PASSES
        kinds = [each for each in map(self._refuses, met.raised) if each is not None]
        if kinds or (met.asked and self._who.decides(function)):
            return DOUBTFUL
        return PASSES

    def _always_raises(
        self, callee: Value, given: Given, met: _Outcome, kind: GuardKind, function: Function
    ) -> Judgement:
        """Only errors came back: a refusal if they say so, or if a known caller may get past them."""
        self._may_pass = False
        kinds = [self._refuses(each) for each in met.raised]
        told = kinds[0] if len(set(kinds)) == 1 else None
        if met.asked:
            other = self._tried(callee, given, somebody=True)
            self._may_pass = bool(other.others)
            if other.others or other.exhausted:
                sure = told is not None or self._who.decides(function)
                return Judgement(Verdict.YES if sure else Verdict.UNKNOWN, told or kind)
        if all(each is not None for each in kinds):
            return Judgement(Verdict.YES, told or "authorization")
        if any(each is UNKNOWN for each in met.raised):
            return DOUBTFUL
        return DOUBTFUL if any(each is not None for each in kinds) else PASSES

    def _answers_early(self, closure: Closure, given: Given) -> bool:
        """Whether a resolver answers strangers in another way than callers that it knows."""
        met = self._tried(closure, given, somebody=False)
        if not met.asked or met.exhausted:
            return False
        other = self._tried(closure, given, somebody=True)
        return len(other.others) > len(met.others)

    def _refuses(self, exception: Value) -> GuardKind | None:
        """What kind of guard raises an exception; None for one that is no refusal by itself."""
        if isinstance(exception, Class):
            exception = Instance(exception)
        if isinstance(exception, Instance):
            for each in self.evaluator.order.of(exception.cls):
                if each.name in REFUSING:
                    return "authorization"
            status = self._refusals.responses.of_exception(exception.cls.id, exception.cls)
            return _kind_of_status(status)
        if not isinstance(exception, (Made, External)):
            return None
        if exception.name in REFUSING:
            return "authorization"
        if isinstance(exception, Made):
            extensions = exception.keywords.get("extensions")
            code = extensions.get("code") if isinstance(extensions, dict) else None
            told = _REFUSING_CODES.get(code) if isinstance(code, str) else None
            if told is not None:
                return "authentication" if told == "authentication" else "authorization"
        return _kind_of_status(self._refusals.responses.of_exception(exception.name, None))

    # Permissions and extensions of Strawberry

    def of_permission(self, permission: Value, silent: bool = False) -> Judgement:
        """What a permission class, or an object of one, does to an anonymous caller."""
        key = id(permission)
        if key not in self._permissions:
            self._permissions[key] = (permission, self._permitted(permission))
        judged = self._permissions[key][1]
        return (
            judged._replace(verdict=Verdict.UNKNOWN) if silent and judged.verdict is Verdict.YES else judged
        )

    def _permitted(self, permission: Value) -> Judgement:
        if isinstance(permission, Combined):
            found = [self.of_permission(each) for each in permission.operands]
            if permission.operator == "&":
                return together(found)
            return found[0] if found and len({each.verdict for each in found}) == 1 else DOUBTFUL
        if isinstance(permission, Class):
            permission = self.evaluator.run(permission, [])
        if not isinstance(permission, Instance):
            return self._of_library(permission) if isinstance(permission, (Made, External)) else DOUBTFUL
        asked = self.evaluator.class_value(permission.cls, "has_permission")
        if not isinstance(asked, Closure):
            return DOUBTFUL
        bound = Closure(asked.function, asked.frame, permission)
        met = self._tried(bound, Given([UNKNOWN, self._anonymous.info()], {}), somebody=False)
        kind: GuardKind = "authentication" if self._anonymous.tells_only_presence else "authorization"
        answers = {truth(each) for each in met.others}
        if met.exhausted or None in answers or len(answers) > 1:
            return Judgement(Verdict.UNKNOWN, kind)
        if True in answers:
            return PASSES if not met.raised else DOUBTFUL
        return Judgement(self._refuses_denied(permission), kind)

    def _refuses_denied(self, permission: Instance) -> Verdict:
        """Whether a permission that says no ends in an error: the project may have it do something else."""
        denied = self.evaluator.class_value(permission.cls, "on_unauthorized")
        if not isinstance(denied, Closure):
            return Verdict.YES
        bound = Closure(denied.function, denied.frame, permission)
        met = self._tried(bound, Given([], {}), somebody=False)
        return Verdict.YES if met.raised and not met.others else Verdict.UNKNOWN

    def of_extension(self, extension: Value) -> Iterator[Guard]:
        """The guards in an extension of a field."""
        if isinstance(extension, Class):
            extension = self.evaluator.run(extension, [])
        if isinstance(extension, Made) and extension.name.endswith(".PermissionExtension"):
            yield from self._of_permission_extension(extension)
        elif isinstance(extension, Instance):
            judged = self.of_middleware(extension, ("resolve", "resolve_async"))
            yield from guards(extension, judged, "function", extension.cls.location)
        elif isinstance(extension, (Made, External)):
            place = extension.module.locate(extension.span) if isinstance(extension, Made) else None
            yield from guards(extension, self._of_library_extension(extension.name), "function", place)

    def _of_library_extension(self, name: str) -> Judgement:
        known = KNOWN.get(name)
        if known is not None:
            return Judgement(*known)
        lowered = name.lower()
        return DOUBTFUL if any(word in lowered for word in GUARD_WORDS) else PASSES

    def _of_permission_extension(self, extension: Made) -> Iterator[Guard]:
        given = arguments_of(extension)
        permissions = given.argument(0, "permissions")
        silent = given.argument(2, "fail_silently", given.keywords.get("fail_silently")) is True
        for each in permissions if isinstance(permissions, (list, tuple)) else [UNKNOWN]:
            judged = self.of_permission(each, silent)
            yield from guards(each, judged, "function", extension.module.locate(extension.span))

    def of_middleware(self, value: Value, methods: tuple[str, ...]) -> Judgement:
        """What runs around every resolver: a function, or an object with one of `methods`."""
        closure = value
        if isinstance(value, Class):
            value = self.evaluator.run(value, [])
        if isinstance(value, Instance):
            found = [self.evaluator.class_value(value.cls, each) for each in methods]
            closure = next((each for each in found if isinstance(each, Closure)), None)
            if closure is None:
                return PASSES
            closure = Closure(closure.function, closure.frame, value)
        if isinstance(closure, (Made, External)):
            return self._of_library(closure)
        if not isinstance(closure, Closure):
            return DOUBTFUL
        given = Given([self._anonymous.view(), UNKNOWN, self._anonymous.info()], {})
        return self._judge(closure, given, closure.function, stands_in=True)

    def of_schema_extension(self, extension: Value) -> Iterator[Guard]:
        """The guards in an extension of a whole schema, or in what makes one."""
        if isinstance(extension, Lambda):
            extension = self.evaluator.within(extension.frame, extension.body)
        if isinstance(extension, (Made, External)):
            yield from guards(extension, self._of_library_extension(extension.name), "app", None)
            return
        if isinstance(extension, Class):
            extension = Instance(extension)
        if not isinstance(extension, Instance):
            yield from guards(extension, DOUBTFUL, "app", None)
            return
        judged = self.of_middleware(extension, ("resolve",))
        for hook in _HOOKS:
            found = self.evaluator.class_value(extension.cls, hook)
            if isinstance(found, Closure):
                bound = Closure(found.function, found.frame, extension)
                met = self._judge(bound, Given([], {}), found.function, stands_in=False)
                judged = together([judged, met])
        yield from guards(extension, judged, "app", extension.cls.location)


def _kind_of_status(status: int | None) -> GuardKind | None:
    return "authentication" if status == 401 else "authorization" if status == 403 else None
