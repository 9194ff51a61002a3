"""Which guards stand before a Flask view: decorators, hooks, class attributes and inline checks."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Guard, GuardLevel, Verdict
from linter.facts.expressions import Expr, Mapping, Operation, Ref, Result, Sequence
from linter.facts.scopes import Decorator, Return
from linter.finding import Location
from linter.frameworks.flask.ends import LIMIT, NO, Answer
from linter.frameworks.flask.names import (
    CSRF_EXEMPTIONS,
    DECORATORS,
    GUARD_WORDS,
    HARMLESS_DECORATORS,
    Known,
    unvendored,
)
from linter.frameworks.flask.objects import Hook, Objects
from linter.frameworks.flask.scenes import Scene, Value
from linter.frameworks.flask.seen import Seen, constant
from linter.frameworks.flask.visitor import Asked, Visitor
from linter.guards import Refusals
from linter.limiting import Limiting
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable

_DEPTH = 6
_KEEPS_VIEW = ("functools.wraps", "functools.update_wrapper", "wraps", "decorator.decorator")


class Guards:
    """Reads guards for one backend; answers about decorators are remembered."""

    def __init__(self, backend: Backend, objects: Objects, refusals: Refusals) -> None:
        self._backend = backend
        self._project = backend.project
        self._setup = objects.setup
        self._objects = objects
        self._refusals = refusals
        self._visitor = Visitor(backend, refusals)
        self._limiting = Limiting(refusals)
        self._decorators: dict[tuple[int, int], Answer] = {}
        self._answers: dict[tuple[int, Asked], Answer] = {}
        self._hooks: dict[int, tuple[list[Function], list[Guard]]] = {}
        self._placed: dict[tuple[int, int, GuardLevel], list[Guard]] = {}
        self._classes: dict[tuple[str, str], list[Guard]] = {}

    # Levels

    def of_hook(self, hook: Hook, level: GuardLevel, asked: Asked) -> Iterator[Guard]:
        """The guards that a function running before requests is for one request."""
        if id(hook) not in self._hooks:
            self._hooks[id(hook)] = self._read_hook(hook, level)
        functions, always = self._hooks[id(hook)]
        yield from always
        for function in functions:
            answer = self._of_hook_function(function, asked)
            if answer.verdict is not Verdict.NO:
                yield _guard(function.name, answer, level, function.location, hook.certain)

    def _read_hook(self, hook: Hook, level: GuardLevel) -> tuple[list[Function], list[Guard]]:
        """The functions of a hook that may refuse, and the guards that are the same for all requests."""
        functions: list[Function] = []
        always: list[Guard] = []
        for leaf in self._setup.leaves(hook.value):
            if isinstance(leaf.expr, Ref):
                target = self._project.reference(leaf.holder, leaf.expr.name).target
                if isinstance(target, Function):
                    always += self.decorated(target, target.head.decorators, leaf.scene, level)
                    if _checks_csrf(target):
                        sure = Answer(Verdict.YES, "csrf")
                        always.append(_guard(target.name, sure, level, target.location, hook.certain))
                    elif self._visitor.may_refuse(target):
                        functions.append(target)
                    if self._limiting.limits(target):
                        always.append(_guard(target.name, LIMIT, level, target.location, hook.certain))
            elif isinstance(leaf.expr, Result):
                for view in self._objects.views(leaf):
                    for value in view.wraps:
                        always += self.applied(value, level, hook.certain)
        return functions, always

    def _of_hook_function(self, function: Function, asked: Asked) -> Answer:
        for each in (Asked(), asked):
            known = self._answers.get((id(function), each))
            if known is not None:
                return known
        self._visitor.asked = False
        answer = self._visitor.hook(function, asked)
        self._answers[id(function), asked if self._visitor.asked else Asked()] = answer
        return answer

    def decorated(
        self, definition: Definition, decorators: tuple[Decorator, ...], scene: Scene, level: GuardLevel
    ) -> Iterator[Guard]:
        """The guards among decorators of a function or class."""
        parent = definition.parent
        assert parent is not None
        for decorator in decorators:
            key = (id(decorator), id(scene), level)
            if key not in self._placed:
                place = definition.module.locate(decorator.span)
                value = Value(parent, decorator.value, scene)
                self._placed[key] = list(self.applied(value, level, True, place))
            yield from self._placed[key]

    def applied(
        self, value: Value, level: GuardLevel, certain: bool, place: Location | None = None
    ) -> Iterator[Guard]:
        """The guard that one decorator is."""
        name = self._name(value)
        answer = self._judge(value, 0)
        if answer.verdict is not Verdict.NO or answer.kind in ("rate-limit", "csrf"):
            yield _guard(name, answer, level, place or self._place(value), certain)

    def of_class(self, cls: Class, verb: str) -> list[Guard]:
        """Guards that a class view declares for all its methods, or for one verb."""
        key = (cls.id, verb)
        if key not in self._classes:
            self._classes[key] = list(self._of_class(cls, verb))
        return self._classes[key]

    def _of_class(self, cls: Class, verb: str) -> Iterator[Guard]:
        for attribute in ("decorators", "method_decorators"):
            member = self._project.member(cls, attribute)
            if member is None or not isinstance(member.target, Variable):
                continue
            variable = member.target
            if variable.assign.value is None:
                continue
            place = variable.holder.module.locate(variable.assign.span)
            for value in self._listed(Value(variable.holder, variable.assign.value, self._setup.start), verb):
                yield from self.applied(value, "class", True, place)
        member = self._project.member(cls, "dispatch_request")
        if member is not None and isinstance(member.target, Function) and verb != "dispatch_request":
            answer = self._visitor.wrapper(member.target, {}, frozenset({"self.*"}))
            if answer.verdict is not Verdict.NO:
                yield _guard(member.target.name, answer, "class", member.target.location, True)

    def _listed(self, value: Value, verb: str) -> list[Value]:
        for leaf in self._setup.leaves(value):
            if isinstance(leaf.expr, Mapping):
                pairs = zip(leaf.expr.keys, leaf.expr.values, strict=True)
                return [
                    item
                    for key, each in pairs
                    if self._backend.text(leaf.holder, key) == verb
                    for item in self._setup.items(leaf.beside(each)) or ()
                ]
        return self._setup.items(value) or []

    def inside(self, function: Function, methods: tuple[str, ...], given: frozenset[str]) -> Iterator[Guard]:
        """What a handler's own body checks. `given` are the parameters that the path fills."""
        if self._refusals.inside(function).verdict is Verdict.NO:
            return
        names = self._defaults(function, given)
        answers = {self._visitor.handler(function, method, names) for method in methods or ("",)}
        kinds = sorted(answer.kind for answer in answers if answer.verdict is not Verdict.NO)
        if kinds:
            sure = all(answer.verdict is Verdict.YES for answer in answers)
            verdict = Verdict.YES if sure else Verdict.UNKNOWN
            yield Guard(function.name, kinds[0], "function", function.location, verdict)

    def _defaults(self, function: Function, given: frozenset[str]) -> dict[str, Seen]:
        """Parameters that the path does not fill keep their defaults."""
        found: dict[str, Seen] = {}
        for parameter in function.head.parameters:
            if parameter.default is not None and parameter.name not in given and function.parent is not None:
                known = self._backend.constant(function.parent, parameter.default)
                if known is not ...:
                    found[parameter.name] = constant(known)
        return found

    # Decorators

    def _judge(self, value: Value, depth: int) -> Answer:
        if depth > _DEPTH:
            return Answer(Verdict.UNKNOWN, "other")
        direct = self._known(value)
        if direct is not None:
            return direct
        answers = [self._judge_leaf(leaf, depth) for leaf in self._setup.leaves(value)]
        if not answers:
            return self._by_name(self._name(value))
        return _either(answers)

    def _known(self, value: Value) -> Answer | None:
        """What a library's decorator does, called or not."""
        name = self._name(value)
        if name in CSRF_EXEMPTIONS:
            return Answer(Verdict.NO, "csrf")
        known = DECORATORS.get(name) or DECORATORS.get(unvendored(name))
        if known is None:
            return None
        if isinstance(value.expr, Result) and known.quiet:
            call = value.holder.scope.calls[value.expr.call]
            quiet = call.keyword(known.quiet)
            allowed = None if quiet is None else self._backend.constant(value.holder, quiet)
            if allowed is True:
                return NO
            if allowed is ...:
                return Answer(Verdict.UNKNOWN, known.kind)
        return _answer(known)

    def _judge_leaf(self, leaf: Value, depth: int) -> Answer:
        known = self._known(leaf)
        if known is not None:
            return known
        if isinstance(leaf.expr, Operation):
            return NO
        if isinstance(leaf.expr, Ref):
            target = self._project.reference(leaf.holder, leaf.expr.name).target
            if isinstance(target, Function):
                return self._or_limit(self._decorates(target, leaf.scene, depth), target)
            if isinstance(target, Class):
                return self._called_instance(target, depth, holds_view=True)
        elif isinstance(leaf.expr, Result):
            call = leaf.holder.scope.calls[leaf.expr.call]
            target = self._project.callee(leaf.holder, call).target
            if isinstance(target, Class):
                return self._called_instance(target, depth, holds_view=False)
            if isinstance(target, Function):
                return self._or_limit(self._decorates(target, leaf.scene, depth), target)
        return self._by_name(self._name(leaf))

    def _or_limit(self, answer: Answer, function: Function) -> Answer:
        """The answer for a decorator, or that it limits the rate where it refuses nobody for who they are."""
        return LIMIT if answer == NO and self._limiting.limits(function) else answer

    def _called_instance(self, cls: Class, depth: int, holds_view: bool) -> Answer:
        member = self._project.member(cls, "__call__")
        if member is None or not isinstance(member.target, Function):
            return self._by_name(cls.name)
        if holds_view:
            return self._visitor.wrapper(member.target, {}, frozenset({"self.*"}))
        return self._decorates(member.target, self._setup.start, depth)

    def _decorates(self, function: Function, scene: Scene, depth: int) -> Answer:
        """What a decorator function puts around the view that it is given."""
        key = (id(function), id(scene))
        if key not in self._decorators:
            self._decorators[key] = NO
            answers = list(self._returned(function, scene, depth))
            self._decorators[key] = _either(answers) if answers else self._opaque(function)
        return self._decorators[key]

    def _opaque(self, function: Function) -> Answer:
        refusal = self._refusals.of(function)
        return NO if refusal.verdict is Verdict.NO else Answer(Verdict.UNKNOWN, refusal.kind)

    def _returned(self, function: Function, scene: Scene, depth: int) -> Iterator[Answer]:
        parameters = [each.name for each in function.head.parameters]
        if function.owner is not None and parameters:
            parameters = parameters[1:]
        views = frozenset(parameters[:1])
        for statement in function.scope.statements:
            if isinstance(statement, Return) and statement.value is not None:
                answer = self._result(function, scene, statement.value, views, depth)
                if answer is not None:
                    yield answer

    def _result(
        self, function: Function, scene: Scene, expr: Expr, views: frozenset[str], depth: int
    ) -> Answer | None:
        """What is put around the view when a decorator returns `expr`."""
        if depth > _DEPTH:
            return Answer(Verdict.UNKNOWN, "other")
        if isinstance(expr, Ref):
            return self._result_name(function, scene, expr.name, views, depth)
        if not isinstance(expr, Result):
            return None
        call = function.scope.calls[expr.call]
        answers = [
            answer
            for argument in call.args
            if isinstance(argument, (Ref, Result))
            for answer in [self._result(function, scene, argument, views, depth + 1)]
            if answer is not None
        ]
        if not answers:
            return None
        callee = self._project.callee(function, call).name
        if not callee.startswith(_KEEPS_VIEW):
            answers.append(self._judge(Value(function, call.callee, scene), depth + 1))
        return _all(answers)

    def _result_name(
        self, function: Function, scene: Scene, name: str, views: frozenset[str], depth: int
    ) -> Answer | None:
        root = name.lstrip("$:")
        child = function.children.get(root)
        if isinstance(child, Function):
            answers = [self._visitor.wrapper(child, self._constants(function, scene), views)]
            for decorator in child.head.decorators:
                value = Value(function, decorator.value, scene)
                if not self._name(value).startswith(_KEEPS_VIEW):
                    answers.append(self._judge(value, depth + 1))
            if answers[0] == NO and self._is_decorator(child):
                return self._decorates(child, scene, depth + 1)
            return _all(answers)
        if root in views:
            return NO
        assigned = function.assignments.get(root, ())
        found = [
            answer
            for assign in assigned
            if assign.value is not None
            for answer in [self._result(function, scene, assign.value, views, depth + 1)]
            if answer is not None
        ]
        return _all(found) if found else None

    def _is_decorator(self, function: Function) -> bool:
        """Whether a nested function itself returns one of its nested functions."""
        return any(
            isinstance(each, Return)
            and isinstance(each.value, Ref)
            and each.value.name.lstrip("$") in function.children
            for each in function.scope.statements
        )

    def _constants(self, function: Function, scene: Scene) -> dict[str, Seen]:
        """The constants that a decorator's arguments are, for the wrapper that closes over them."""
        found: dict[str, Seen] = {}
        for (_, name), value in scene.names.items():
            known = self._backend.constant(value.holder, value.expr)
            if known is not ...:
                found[name] = constant(known)
            elif isinstance(value.expr, Sequence):
                items = [self._backend.constant(value.holder, each) for each in value.expr.items]
                if ... not in items:
                    found[name] = constant(tuple(items))
        return found

    # Names and places

    def _name(self, value: Value) -> str:
        """The full name of a decorator, called or not."""
        if isinstance(value.expr, Result):
            call = value.holder.scope.calls[value.expr.call]
            found = self._project.callee(value.holder, call)
            if found.target is None and isinstance(call.callee, Result):
                return self._name(value.beside(call.callee))
        elif isinstance(value.expr, Ref):
            found = self._project.reference(value.holder, value.expr.name)
            if isinstance(found.target, Variable):
                kind = self._project.type_of_variable(found.target)
                return kind if kind in DECORATORS else found.name
        else:
            return "?"
        return found.target.name if isinstance(found.target, (Function, Class)) else found.name

    def _place(self, value: Value) -> Location:
        if isinstance(value.expr, Result):
            return value.holder.module.locate(value.holder.scope.calls[value.expr.call].span)
        if isinstance(value.expr, Ref):
            target = self._project.reference(value.holder, value.expr.name).target
            if isinstance(target, (Function, Class)):
                return target.location
        return value.holder.location

    def _by_name(self, name: str) -> Answer:
        """A decorator whose code is not in the project: its name tells whether it may guard."""
        last = name.rpartition(".")[2].lower()
        if name.startswith(HARMLESS_DECORATORS) or not any(word in last for word in GUARD_WORDS):
            return NO
        return Answer(Verdict.UNKNOWN, "other")


def _checks_csrf(function: Function) -> bool:
    name = function.head.name.lower()
    return "csrf" in name or "xsrf" in name


def _answer(known: Known) -> Answer:
    return Answer(known.verdict, known.kind)


def _guard(name: str, answer: Answer, level: GuardLevel, place: Location, certain: bool) -> Guard:
    verdict = answer.verdict if certain or answer.verdict is not Verdict.YES else Verdict.UNKNOWN
    return Guard(name, answer.kind, level, place, verdict)


def _all(answers: list[Answer]) -> Answer:
    """Several guards in a row: one that refuses is enough."""
    for verdict in (Verdict.YES, Verdict.UNKNOWN):
        for answer in answers:
            if answer.verdict is verdict:
                return answer
    return next((answer for answer in answers if answer.kind != "other"), NO)


def _either(answers: list[Answer]) -> Answer:
    """One of several guards, and it is not known which."""
    distinct = list(dict.fromkeys(answers))
    if len(distinct) == 1:
        return distinct[0]
    kinds = [answer.kind for answer in distinct if answer.verdict is not Verdict.NO]
    if not kinds:
        return distinct[0]
    sure = all(answer.verdict is Verdict.YES for answer in distinct)
    return Answer(Verdict.YES if sure else Verdict.UNKNOWN, kinds[0])
