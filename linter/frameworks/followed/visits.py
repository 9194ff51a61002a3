"""Follows code as a visitor's request goes through it, where the request is a parameter.

The engine is that of Flask, whose request is a global. Here the request, the connection or the handler
object is a value that the code is given, and `Words` says what its attributes and methods stand for.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from linter.backend import Backend, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, External, Instance, Made, Value
from linter.evaluate.values import Frame as Names
from linter.facts.expressions import Expr, Result
from linter.frameworks.flask.ends import Answer, EndKind, Role, judged
from linter.frameworks.flask.seen import UNKNOWN, Seen, constant
from linter.frameworks.flask.visitor import Asked, Frame, Visitor
from linter.frameworks.followed.evaluation import RequestEvaluation
from linter.frameworks.followed.stand_in import is_view
from linter.guards import Refusals
from linter.resolve.definitions import Class
from linter.responses import RESPONSES, named_status

_CONSTANTS = (str, int, float, bool, type(None))
_LEVELS = 12

REQUEST = Seen("source", "request")


@dataclass(frozen=True)
class Words:
    """What a framework calls the parts of a request.

    `parts` gives for a kind of source its attributes, each with the kind of source that it is; the kind
    `absent` is what a visitor lacks, `path` and `method` are the route's own, `unknown` anything.
    `methods` are calls on a source, in the same words; what they look up is their first argument.
    `ending` are methods that end a request: with a status as their first argument (`status`), with
    a redirect (`redirect`), or otherwise (`answer`).
    `calls` are functions of libraries, `redirects` those of them that redirect. `mappings` says for sources
    that are used as mappings what is looked into. `computed` are attributes that a method of the project
    may compute.
    """

    parts: dict[str, dict[str, str]]
    methods: dict[str, dict[str, str]] = field(default_factory=dict)
    ending: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    redirects: frozenset[str] = frozenset()
    mappings: dict[str, str] = field(default_factory=dict)
    computed: dict[str, dict[str, str]] = field(default_factory=dict)


COMMON_PARTS = {
    "headers": "headers",
    "cookies": "cookies",
    "query": "args",
    "args": "args",
    "query_params": "args",
    "form": "form",
    "json": "json",
    "files": "unknown",
    "session": "session",
    "user": "absent",
    "auth": "absent",
    "state": "g",
    "ctx": "g",
    "path": "path",
    "method": "method",
    "url": "url",
    "scope": "scope",
}


class RequestVisitor(Visitor):
    """Follows functions whose parameters hold the request."""

    def __init__(self, backend: Backend, refusals: Refusals, words: Words, evaluator: Evaluator) -> None:
        super().__init__(backend, refusals)
        self.words = words
        self.evaluator = evaluator
        self.objects: list[Value] = []
        self.role: Role = "handler"
        self._selves: dict[str, Seen] = {}
        self.requests = RequestEvaluation(self)
        self.evaluation = self.requests

    def ask(
        self,
        closure: Closure,
        arguments: list[Seen],
        asked: Asked,
        role: Role,
        views: frozenset[str] = frozenset(),
    ) -> Answer:
        """What a function does to a visitor, given its positional arguments."""
        function = closure.function
        names, held = self.surroundings(closure.frame)
        parameters = [each for each in function.head.parameters if each.kind not in ("*", "**")]
        if closure.receiver is not None and parameters:
            names[parameters[0].name] = self.seen(closure.receiver)
            parameters = parameters[1:]
        for parameter in parameters:
            default = None if function.parent is None else parameter.default
            if default is not None and function.parent is not None:
                known = self.backend.constant(function.parent, default)
                names[parameter.name] = UNKNOWN if known is ... else constant(known)
        for parameter, seen in zip(parameters, arguments, strict=False):
            names[parameter.name] = seen
        for parameter in function.head.parameters:
            if parameter.kind == "*":
                names[parameter.name] = Seen("list", tuple(arguments[len(parameters) :]))
        self.role = role
        ends = self._ends(function, names, views | held, asked, role)
        answer = judged(ends, wrapper=role != "handler")
        if answer.verdict is Verdict.NO and role != "handler" and ends is not None:
            if any(end.kind == "away" and end.identity for end in ends):
                # What keeps some callers away, by who they are, may be a refusal that cannot be read.
                return Answer(Verdict.UNKNOWN, "other")
        return answer

    def surroundings(self, frame: Names | None) -> tuple[dict[str, Seen], frozenset[str]]:
        """The names that a nested function reads around it, and those of them that are the view."""
        names: dict[str, Seen] = {}
        views: set[str] = set()
        for _ in range(_LEVELS):
            if frame is None or frame.holder.head.kind != "function":
                break
            for name, value in frame.names.items():
                if name not in names and name not in views:
                    if is_view(value):
                        views.add(name)
                    else:
                        names[name] = self.seen(value)
            frame = frame.outer
        return names, frozenset(views)

    def seen(self, value: Value) -> Seen:
        """A value of set-up code, as the visitor's request meets it."""
        if isinstance(value, _CONSTANTS):
            return constant(value)
        if isinstance(value, (list, tuple)) and all(isinstance(each, _CONSTANTS) for each in value):
            return constant(tuple(value))
        if isinstance(value, Made):
            status = _status_of(value)
            return UNKNOWN if status is None else Seen("response", status)
        if isinstance(value, (Instance, dict)):
            return self.held(value, "object")
        return UNKNOWN

    def held(self, value: Value, kind: str) -> Seen:
        """An object with what is known of it; `kind` says which words of the framework it knows."""
        for position, each in enumerate(self.objects):
            if each is value:
                return Seen("source", f"{kind} {position}")
        self.objects.append(value)
        return Seen("source", f"{kind} {len(self.objects) - 1}")

    def self_of(self, cls: Class, kind: str) -> Seen:
        """The object of a class view that answers a request."""
        if cls.id not in self._selves:
            self._selves[cls.id] = self.held(Instance(cls), kind)
        return self._selves[cls.id]

    def object_of(self, seen: Seen) -> Value:
        """The object that a value is; None when nothing is known of it."""
        if seen.kind == "source" and isinstance(seen.value, str) and " " in seen.value:
            return self.objects[int(seen.value.rpartition(" ")[2])]
        return None

    def _raised(self, frame: Frame, exception: Expr | None, block: int) -> EndKind:
        if isinstance(exception, Result):
            call = frame.function.scope.calls[exception.call]
            if self.project.callee(frame.function, call).name in self.words.redirects:
                return "unauthenticated" if self.requests.goes_to_login(frame, call) else "away"
        return super()._raised(frame, exception, block)


def _status_of(made: Made) -> int | None:
    """The status of a response that set-up code made."""
    position = RESPONSES.get(made.name)
    if position is None:
        return None
    given = made.keywords.get("status", made.keywords.get("status_code"))
    if given is None and 0 <= position < len(made.args):
        given = made.args[position]
    if isinstance(given, External):
        return named_status(given.name)
    return given if isinstance(given, int) else 200 if given is None else None
