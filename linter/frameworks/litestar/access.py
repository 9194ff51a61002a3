"""What stands between a visitor and a Litestar handler: guards, middleware, back ends, dependencies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Guard, GuardLevel, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, Instance, Made, Member, Value, options
from linter.finding import Location
from linter.frameworks.flask.ends import Answer
from linter.frameworks.flask.seen import UNKNOWN as NOT_KNOWN
from linter.frameworks.flask.visitor import Asked
from linter.frameworks.followed.guarding import Given, Guarding
from linter.frameworks.followed.setup import Wrapped
from linter.frameworks.followed.visits import REQUEST, RequestVisitor
from linter.frameworks.litestar.names import AUTHS, DEFINE, MIDDLEWARE, PROVIDE
from linter.resolve.definitions import Class, Function

_PLAIN = "/_-"
_REQUESTS = ("request", "connection", "socket")


class Layer(NamedTuple):
    """What an application, router, controller or handler adds. `exempt` frees it from authentication."""

    level: GuardLevel
    location: Location
    guards: tuple[Value, ...]
    middleware: tuple[Value, ...]
    before: Value
    setups: tuple[Value, ...]
    dependencies: dict[str, Value]
    exempt: bool
    readable: bool = True
    """Whether its dependencies are all known by name."""


def layer_of(made: Made, level: GuardLevel) -> Layer:
    """The layer that the arguments of a call make."""
    given = made.keywords
    opt = given.get("opt")
    exempt = given.get("exclude_from_auth") is True or (
        isinstance(opt, dict) and opt.get("exclude_from_auth") is True
    )
    dependencies = given.get("dependencies")
    return Layer(
        level,
        made.module.locate(made.span) if made.module.path else Location("", 1, 1, 1, 1),
        _listed(given.get("guards")),
        _listed(given.get("middleware")),
        given.get("before_request"),
        _listed(given.get("on_app_init")),
        {str(name): each for name, each in dependencies.items()} if isinstance(dependencies, dict) else {},
        exempt,
        dependencies is None or isinstance(dependencies, dict),
    )


def _listed(value: Value) -> tuple[Value, ...]:
    return tuple(each for option in options(value) if isinstance(option, (list, tuple)) for each in option)


class Access:
    """Judges the layers on the way to a handler."""

    def __init__(self, visitor: RequestVisitor, evaluator: Evaluator, guarding: Guarding) -> None:
        self._visitor = visitor
        self._evaluator = evaluator
        self._guarding = guarding

    def of_layer(self, layer: Layer, asked: Asked, exempt: bool) -> Iterator[Guard]:
        """The guards that a layer adds."""
        given = Given([REQUEST, NOT_KNOWN], asked)
        for guard in layer.guards:
            yield from self._guarding.of_callable(guard, given, "hook", layer.level, layer.location)
        if layer.before is not None:
            before = Given([REQUEST], asked)
            yield from self._guarding.of_callable(layer.before, before, "hook", layer.level, layer.location)
        for middleware in layer.middleware:
            yield from self._of_middleware(middleware, layer, asked, exempt)
        for setup in layer.setups:
            yield from self._of_setup(setup, layer, asked, exempt)

    def _of_middleware(self, value: Value, layer: Layer, asked: Asked, exempt: bool) -> Iterator[Guard]:
        for option in options(value):
            excluded: Value = None
            if isinstance(option, Wrapped):
                option = option.view
            elif isinstance(option, Made) and option.name in DEFINE:
                excluded = option.keywords.get("exclude")
                option = option.argument(0, "middleware")
            if isinstance(option, Made) and option.name.startswith(AUTHS):
                continue
            authenticates = isinstance(option, Class) and any(
                each.name in MIDDLEWARE for each in self._evaluator.order.of(option)
            )
            if isinstance(option, Class) and authenticates:
                yield from self._authenticating(option, excluded, layer, asked, exempt)
            elif isinstance(option, Class):
                yield from self._guard(option.name, self._unread(option), layer, option.location)
            elif isinstance(option, Closure):
                refusal = self._visitor.refusals.of(option.function)
                if refusal.verdict is not Verdict.NO:
                    doubt = Answer(Verdict.UNKNOWN, refusal.kind)
                    yield from self._guard(option.function.name, doubt, layer, option.function.location)

    def _unread(self, cls: Class) -> Answer:
        """A middleware of the project at the level of ASGI: whether it refuses anybody at all."""
        found = [self._visitor.refusals.of(method) for method in cls.methods.values()]
        doubtful = [each for each in found if each.verdict is not Verdict.NO]
        return Answer(Verdict.UNKNOWN, doubtful[0].kind) if doubtful else Answer(Verdict.NO, "other")

    def _authenticating(
        self, cls: Class, excluded: Value, layer: Layer, asked: Asked, exempt: bool
    ) -> Iterator[Guard]:
        matched = _matches(excluded, asked.path)
        if exempt or matched is True:
            return
        method = self._evaluator.class_value(cls, "authenticate_request")
        if not isinstance(method, Closure):
            yield from self._guard(cls.name, Answer(Verdict.UNKNOWN, "authentication"), layer, cls.location)
            return
        this = Closure(method.function, method.frame, Instance(cls))
        answer = self._guarding.asked(this, Given([REQUEST], asked), "handler")
        if matched is None and answer.verdict is Verdict.YES:
            answer = Answer(Verdict.UNKNOWN, answer.kind)
        yield from self._guard(cls.name, answer, layer, cls.location)

    def _of_setup(self, value: Value, layer: Layer, asked: Asked, exempt: bool) -> Iterator[Guard]:
        """`JWTAuth(...).on_app_init`: the back end authenticates all that it does not exclude."""
        for option in options(value):
            backend = option.receiver if isinstance(option, Member) else None
            if not isinstance(backend, Made) or not backend.name.startswith(AUTHS):
                continue
            matched = _matches(backend.keywords.get("exclude"), asked.path)
            if exempt or matched is True:
                continue
            verdict = Verdict.UNKNOWN if matched is None else Verdict.YES
            place = backend.module.locate(backend.span)
            yield from self._guard(backend.name, Answer(verdict, "authentication"), layer, place)

    def of_dependencies(self, function: Function, layers: tuple[Layer, ...], asked: Asked) -> Iterator[Guard]:
        """The providers that a handler's parameters ask for, and those that they ask for."""
        provided: dict[str, tuple[Value, Layer]] = {}
        for layer in layers:
            provided.update({name: (each, layer) for name, each in layer.dependencies.items()})
        wanted = [parameter.name for parameter in function.head.parameters]
        seen: set[str] = set()
        while wanted:
            name = wanted.pop(0)
            if name in seen or name not in provided:
                continue
            seen.add(name)
            value, layer = provided[name]
            if isinstance(value, Wrapped):
                value = value.view
            elif isinstance(value, Made) and value.name in PROVIDE:
                value = value.argument(0, "dependency")
            for option in options(value):
                if isinstance(option, Closure):
                    wanted += [each.name for each in option.function.head.parameters]
                    answer = self._provider(option, asked)
                    place = option.function.location
                    yield from self._guard(option.function.name, answer, layer, place)

    def _provider(self, provider: Closure, asked: Asked) -> Answer:
        arguments = [
            REQUEST if each.name in _REQUESTS else NOT_KNOWN for each in provider.function.head.parameters
        ]
        return self._visitor.ask(provider, arguments, asked, "handler")

    def inside(self, closure: Closure, owner: Class | None, asked: Asked) -> list[Guard]:
        """What the handler's own body checks."""
        parameters = closure.function.head.parameters
        arguments = [REQUEST if each.name in _REQUESTS else NOT_KNOWN for each in parameters]
        if owner is not None and arguments:
            arguments[0] = self._visitor.self_of(owner, "object")
        return self._guarding.inside(closure, Given(arguments, asked))

    def _guard(self, name: str, answer: Answer, layer: Layer, place: Location) -> list[Guard]:
        return self._guarding.guard(name, answer, layer.level, place)


def _matches(excluded: Value, path: str) -> bool | None:
    """Whether a path is excluded by patterns; None when a pattern is no plain text."""
    if excluded is None:
        return False
    answers: set[bool | None] = set()
    for option in options(excluded):
        patterns = option if isinstance(option, (list, tuple)) else [option]
        answers |= {_found(each, path) for each in patterns}
    return True if True in answers else None if None in answers else False


def _found(pattern: Value, path: str) -> bool | None:
    """Whether a regular expression without more than anchors is found in a path."""
    if not isinstance(pattern, str):
        return None
    text = pattern.removeprefix("^").removesuffix("$")
    if not all(each.isalnum() or each in _PLAIN for each in text):
        return None
    if pattern.startswith("^"):
        return path == text if pattern.endswith("$") else path.startswith(text)
    return path.endswith(text) if pattern.endswith("$") else text in path
