"""Tornado applications: the routes of their request handlers."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Guard, Route
from linter.evaluate.values import Closure
from linter.frameworks.django.urls import regex_path
from linter.frameworks.flask.seen import Seen, either
from linter.frameworks.flask.visitor import Asked
from linter.frameworks.followed.guarding import Given, Guarding, verdict_of
from linter.frameworks.followed.handlers import Handler
from linter.frameworks.followed.inputs import Inputs, unique
from linter.frameworks.followed.paths import Path, distinct, without_holes
from linter.frameworks.followed.patterns import written
from linter.frameworks.followed.roots import follow
from linter.frameworks.followed.setup import Setup
from linter.frameworks.followed.visits import RequestVisitor
from linter.frameworks.tornado.inputs import Arguments
from linter.frameworks.tornado.names import (
    APP,
    AUTHENTICATED,
    CALLS,
    KNOWN,
    REGISTERING,
    ROUTER,
    WORDS,
)
from linter.frameworks.tornado.rules import Rule, Rules
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function

_SHOWN = ("get", "post", "put", "patch", "delete")


def routes(backend: Backend, refusals: Refusals) -> list[Route]:
    """All routes of the project's Tornado applications: one for each verb, with the class as handler.

    Handlers that Tornado brings along are left out.
    """
    return _Linker(backend, refusals).routes()


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals) -> None:
        self._project = backend.project
        self._setup = Setup(backend.project, frozenset({APP, ROUTER}), REGISTERING)
        self._evaluator = follow(backend, self._setup, APP, CALLS)
        self._visitor = RequestVisitor(backend, refusals, WORDS, self._evaluator)
        self._guarding = Guarding(self._visitor, self._evaluator, self._setup, KNOWN)
        self._rules = Rules(self._setup, self._evaluator.branches)
        self._arguments = Arguments(backend)
        self._inputs = Inputs(backend, refusals, {"request.headers": "header", "self.cookies": "cookie"})

    def routes(self) -> list[Route]:
        return distinct(self._all())

    def _all(self) -> Iterator[Route]:
        nested = self._rules.nested()
        for node in self._setup.of_kind(APP, ROUTER):
            if id(node.value) not in nested:
                for rule in self._rules.of_node(node):
                    yield from self._of_rule(rule, not node.loose)

    def _of_rule(self, rule: Rule, known: bool) -> Iterator[Route]:
        cls = rule.handler if isinstance(rule.handler, Class) else self._imported(rule)
        if cls is None:
            return
        verbs = [(verb, self._evaluator.class_value(cls, verb)) for verb in _SHOWN]
        methods = [(verb, each.function) for verb, each in verbs if isinstance(each, Closure)]
        path, parameters = self._path(rule.pattern, [function for _, function in methods])
        names = [name for name, _ in parameters]
        pattern = (written(rule.pattern, names) or "") if rule.complete else ""
        for verb, function in methods:
            guards = tuple(dict.fromkeys(self._guards(cls, function, path, verb.upper())))
            inputs = [*self._inputs.inputs(function, parameters), *self._arguments.of(function)]
            yield Route(
                methods=(verb.upper(),),
                path=path,
                handler=cls.name,
                framework="tornado",
                location=rule.location,
                function=function,
                guards=guards,
                inputs=unique(inputs),
                authenticated=verdict_of(guards),
                complete=rule.complete and known,
                owner=cls,
                pattern=pattern,
                order=rule.order,
            )

    def _imported(self, rule: Rule) -> Class | None:
        """The class that a rule names by its dotted path."""
        module = self._project.modules.get(rule.location.path)
        if not isinstance(rule.handler, str) or module is None or "." not in rule.handler:
            return None
        if not rule.handler.replace(".", "").replace("_", "").isalnum():
            return None
        target = self._project.resolve(module, rule.handler).target
        return target if isinstance(target, Class) else None

    def _path(
        self, pattern: str, functions: list[Function]
    ) -> tuple[str, tuple[tuple[str, str | None], ...]]:
        """The path of a pattern; groups without a name go by the parameter that they fill."""
        path, names = regex_path(pattern)
        path = without_holes(Path(path)).text
        filled = [each.name for each in functions[0].head.parameters[1:]] if functions else []
        parameters: list[tuple[str, str | None]] = []
        for position, (name, *_) in enumerate(names):
            if name == f"arg{position + 1}" and position < len(filled):
                path = path.replace("{" + name + "}", "{" + filled[position] + "}", 1)
                name = filled[position]
            parameters.append((name, None))
        return path if path.startswith("/") else "/" + path, tuple(parameters)

    # Guards

    def _guards(self, cls: Class, function: Function, path: str, verb: str) -> Iterator[Guard]:
        this = self._visitor.self_of(cls, "handler")
        given = Given([this], Asked(path=path, method=verb))
        decorators = cls.head.decorators
        yield from self._guarding.of_decorators(cls, None, decorators, given, "class")
        prepare = self._evaluator.class_value(cls, "prepare")
        if isinstance(prepare, Closure):
            place = prepare.function.location
            yield from self._guarding.of_callable(prepare, given, "hook", "class", place)
        handler = Handler(cls.name, function, cls, None, None, function.head.decorators)
        for guard in self._guarding.of_handler(handler, given):
            if guard.name != AUTHENTICATED or not self._knows_everybody(cls, this, given.asked):
                yield guard

    def _knows_everybody(self, cls: Class, this: Seen, asked: Asked) -> bool:
        """Whether `current_user` of a handler is somebody for a visitor as well."""
        found = self._evaluator.class_value(cls, "get_current_user")
        if not isinstance(found, Closure) or not found.function.head.parameters:
            return False
        names = {found.function.head.parameters[0].name: this}
        summary = self._visitor.call(found.function, names, frozenset(), asked, 0)
        return bool(summary.returns) and either(summary.returns).truth is True
