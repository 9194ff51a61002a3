"""Follows code as a visitor's request goes through it, where the request is a parameter.

The engine is that of Flask, whose request is a global. Here the request, the connection or the handler
object is a value that the code is given, and `Words` says what its attributes and methods stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from linter.backend import Backend, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import HOLE, NOWHERE, Closure, External, Instance, Made, Value
from linter.evaluate.values import Frame as Names
from linter.facts.expressions import Attr, Expr, Item, Operation, Ref, Result
from linter.facts.scopes import Call
from linter.frameworks.flask.ends import Answer, EndKind, Role, judged
from linter.frameworks.flask.evaluation import Ended, Evaluation
from linter.frameworks.flask.scenes import receiver_of
from linter.frameworks.flask.seen import (
    ABSENT,
    UNKNOWN,
    Seen,
    called_method,
    constant,
    known_key,
    lookup,
    unknown,
)
from linter.frameworks.flask.visitor import Asked, Frame, Visitor
from linter.guards import Refusals
from linter.resolve.definitions import Function, arguments_of
from linter.responses import RESPONSES, named_status

_VIEW = "the view"
_CONSTANTS = (str, int, float, bool, type(None))
_LEVELS = 12
_PARAMETER = re.compile(r"\{\w*\}")

REQUEST = Seen("source", "request")


@dataclass(frozen=True)
class Words:
    """What a framework calls the parts of a request.

    `parts` gives for a kind of source its attributes, each with the kind of source that it is; the kind
    `absent` is what a visitor lacks, `path` and `method` are the route's own, `unknown` anything.
    `methods` are calls on a source, in the same words; what they look up is their first argument.
    `ending` are methods that end a request: with a status as their first argument (`status`), with
    a redirect to it (`redirect`), or as a refusal (`refused`).
    `calls` are functions of libraries. `entries` are the sources whose items are attributes as well.
    """

    parts: dict[str, dict[str, str]]
    methods: dict[str, dict[str, str]] = field(default_factory=dict)
    ending: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    redirects: frozenset[str] = frozenset()
    mappings: dict[str, str] = field(default_factory=dict)


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
        parameters = [each for each in function.scope.parameters if each.kind not in ("*", "**")]
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
        for parameter in function.scope.parameters:
            if parameter.kind == "*":
                names[parameter.name] = Seen("list", tuple(arguments[len(parameters) :]))
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
            if frame is None or frame.holder.scope.kind != "function":
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
            for position, each in enumerate(self.objects):
                if each is value:
                    return Seen("source", f"object {position}")
            self.objects.append(value)
            return Seen("source", f"object {len(self.objects) - 1}")
        return UNKNOWN

    def object_of(self, seen: Seen) -> Value:
        """The object of set-up code that a value is; None when it is none."""
        if seen.kind == "source" and isinstance(seen.value, str) and seen.value.startswith("object "):
            return self.objects[int(seen.value.partition(" ")[2])]
        return None

    def _raised(self, frame: Frame, exception: Expr | None, block: int) -> EndKind:
        if isinstance(exception, Result):
            call = frame.function.scope.calls[exception.call]
            if self.project.callee(frame.function, call).name in self.words.redirects:
                return "unauthenticated" if self.requests.goes_to_login(frame, call) else "away"
        return super()._raised(frame, exception, block)


class RequestEvaluation(Evaluation):
    """Evaluates expressions for a `RequestVisitor`."""

    def __init__(self, visitor: RequestVisitor) -> None:
        super().__init__(visitor)
        self._requests = visitor
        self._known = visitor.words

    def goes_to_login(self, frame: Frame, call: Call) -> bool:
        """Whether a redirect's target names a login page."""
        return self._leads_to_login(frame, call)

    def value(self, frame: Frame, expr: Expr) -> Seen:
        """What an expression is. Raises Ended when the request ends in it."""
        if isinstance(expr, Item):
            if isinstance(expr.key, Operation) and expr.key.operator == ":":
                return self._slice(frame, expr.base, expr.key.operands)
            base = self._mapping(self.value(frame, expr.base))
            key = known_key(self.value(frame, expr.key))
            held = self._requests.object_of(base)
            if held is not None:
                return self._entry(held, self.value(frame, expr.key))
            part = self._known.parts.get(str(base.value), {}) if base.kind == "source" else {}
            if isinstance(key, str) and key in part:
                return self._attribute(frame, base, key)
            return lookup(base, key)
        return super().value(frame, expr)

    def _slice(self, frame: Frame, base: Expr, bounds: tuple[Expr, ...]) -> Seen:
        """A part of a text that is known."""
        text = self.value(frame, base)
        limits = [self.value(frame, each) for each in bounds]
        if not isinstance(text.value, str) or text.kind != "constant":
            return ABSENT if text.kind == "absent" else unknown(text.identity)
        numbers = [each.value for each in limits if each.kind == "constant"]
        first, last, *_ = [each if isinstance(each, int) else None for each in (*numbers, None, None)]
        if len(numbers) != len(limits) or len(limits) > 2:
            return unknown(text.identity)
        return constant(text.value[first:last], text.identity)

    def _entry(self, held: Value, key: Seen) -> Seen:
        """What an object of set-up code has under a key: nothing under one that a visitor lacks."""
        if key.kind == "absent":
            return ABSENT
        found = held.get(known_key(key)) if isinstance(held, dict) and isinstance(key.value, str) else None
        # What a table holds may change while the server runs; the tables and objects in it stay.
        return self._requests.seen(found) if isinstance(found, (dict, Instance)) else unknown(key.identity)

    def _name(self, frame: Frame, name: str) -> Seen:
        found = super()._name(frame, name)
        if name[0] == "$" or found != UNKNOWN:
            return found
        body = frame.function.module.functions[0]
        return self._requests.seen(self._requests.evaluator.expression(body, Ref(name)))

    def _mapping(self, base: Seen) -> Seen:
        """What is looked into when a source is used as a mapping."""
        if base.kind == "source" and base.value in self._known.mappings:
            return Seen("source", self._known.mappings[str(base.value)])
        return base

    def _attribute(self, frame: Frame, base: Seen, name: str) -> Seen:
        if base.kind != "source":
            return super()._attribute(frame, base, name)
        held = self._requests.object_of(base)
        if held is not None:
            return self._of_object(frame, held, name)
        part = self._known.parts.get(str(base.value), {}).get(name)
        if part is not None:
            return self._part(frame, part)
        if base.value == "request":
            return UNKNOWN
        return super()._attribute(frame, base, name)

    def _of_object(self, frame: Frame, held: Value, name: str) -> Seen:
        if not isinstance(held, Instance):
            return UNKNOWN
        evaluator = self._requests.evaluator
        return self._requests.seen(evaluator.attempt(lambda: evaluator.attribute(held, name)))

    def _part(self, frame: Frame, part: str) -> Seen:
        asked = frame.asked
        if part == "absent":
            return ABSENT
        if part in ("path", "method"):
            self._visitor.asked = True
            if part == "method":
                return constant(asked.method) if asked.method else UNKNOWN
            if not asked.path:
                return UNKNOWN
            # A parameter's value is taken to be none of those that a check asks for.
            return constant(_PARAMETER.sub(HOLE, asked.path))
        return UNKNOWN if part == "unknown" else Seen("source", part)

    # Calls

    def _call(self, frame: Frame, index: int) -> Seen:
        call = frame.function.scope.calls[index]
        receiver, method = receiver_of(call.callee)
        base = self._receiver(frame, receiver)
        if base is not None and base.kind == "source":
            known = self._on_source(frame, call, str(base.value), method)
            if known is not None:
                return known
            held = self._requests.object_of(base)
            if isinstance(held, Instance):
                return self._method(frame, call, held, base, method)
        return super()._call(frame, index)

    def _receiver(self, frame: Frame, receiver: Expr | None) -> Seen | None:
        """What a method is called on, where finding out follows no other call."""
        while isinstance(receiver, Attr):
            return self.value(frame, receiver) if isinstance(receiver.base, Ref) else None
        if isinstance(receiver, Ref):
            return self.value(frame, receiver)
        if isinstance(receiver, Result):
            inner = frame.function.scope.calls[receiver.call].callee
            if isinstance(inner, Ref) and inner.name == "super" and frame.function.scope.parameters:
                return frame.names.get(frame.function.scope.parameters[0].name)
        return None

    def _on_source(self, frame: Frame, call: Call, source: str, method: str) -> Seen | None:
        ending = self._known.ending.get(source, {}).get(method)
        if ending is not None and not self._is_own(frame, call):
            return self._ends_request(frame, call, ending)
        part = self._known.methods.get(source, {}).get(method)
        if part is None or self._is_own(frame, call):
            return None
        arguments = [self.value(frame, each) for each in arguments_of(call)]
        found = self._part(frame, part)
        if found.kind == "source" and arguments and part in ("headers", "cookies", "args", "form", "g"):
            return called_method(found, "get", arguments) or UNKNOWN
        return found

    def _is_own(self, frame: Frame, call: Call) -> bool:
        """Whether the project defines what is called."""
        return isinstance(self._project.callee(frame.function, call).target, Function)

    def _ends_request(self, frame: Frame, call: Call, ending: str) -> Seen | None:
        for each in arguments_of(call):
            self.value(frame, each)
        if ending == "refused":
            frame.end("unauthenticated")
        elif ending == "redirect":
            if not self._leads_to_login(frame, call):
                frame.end("away")
            else:
                frame.end("unauthenticated")
        elif ending == "status":
            given = call.args[0] if call.args else None
            status = self._visitor.refusals.responses.status(frame.function, given)
            if status in (401, 403):
                frame.end("unauthenticated" if status == 401 else "forbidden")
            elif method_only_sets(call):
                return UNKNOWN
            else:
                frame.end("error")
        else:
            frame.end("away")
        raise Ended

    def _method(self, frame: Frame, call: Call, held: Instance, base: Seen, method: str) -> Seen:
        """A method of an object that set-up code made."""
        evaluator = self._requests.evaluator
        found = evaluator.attempt(lambda: evaluator.class_attribute(held.cls, method))
        arguments = [self.value(frame, each) for each in arguments_of(call)]
        if not isinstance(found, Closure):
            stored = held.fields.get(method)
            if is_view(stored) and frame.views:
                frame.end("pass")
                raise Ended
            return unknown(any(each.identity for each in arguments))
        names, views = self._passed(frame, call, found.function, arguments)
        parameters = found.function.scope.parameters
        if parameters:
            names[parameters[0].name] = base
        return self.summarised(frame, found.function, names, views)

    def _passed(
        self, frame: Frame, call: Call, function: Function, arguments: list[Seen]
    ) -> tuple[dict[str, Seen], frozenset[str]]:
        names, views = super()._passed(frame, call, function, arguments)
        receiver, _ = receiver_of(call.callee)
        if function.owner is not None and function.scope.parameters:
            base = self._receiver(frame, receiver)
            if base is not None and base.kind == "source":
                names.setdefault(function.scope.parameters[0].name, base)
        return names, views

    def _library(
        self, frame: Frame, call: Call, name: str, method: str, arguments: list[Seen]
    ) -> Seen | None:
        part = self._known.calls.get(name)
        if name == "len" and len(arguments) == 1:
            held = arguments[0]
            known = held.kind == "constant" and isinstance(held.value, (str, tuple))
            return constant(len(held.value)) if known else unknown(held.identity)  # type: ignore[arg-type]
        if part == "refused":
            frame.identity = True
            frame.end("unauthenticated")
            raise Ended
        if part == "forbidden":
            frame.identity = True
            frame.end("forbidden")
            raise Ended
        if part is not None:
            return self._part(frame, part)
        if name in self._known.redirects:
            return Seen("response", 401 if self._leads_to_login(frame, call) else 302)
        return super()._library(frame, call, name, method, arguments)

    def _outside(
        self, frame: Frame, call: Call, receiver: Expr | None, method: str, arguments: list[Seen]
    ) -> Seen:
        if receiver is not None:
            base = self._mapping(self.value(frame, receiver))
            held = self._requests.object_of(base)
            if held is not None and method == "get" and arguments:
                found = self._entry(held, arguments[0])
                return arguments[1].tied(True) if found == ABSENT and len(arguments) > 1 else found
            known = called_method(base, method, arguments)
            if known is not None:
                return known
        return super()._outside(frame, call, receiver, method, arguments)


def method_only_sets(call: Call) -> bool:
    """Whether a call sets the status of the answer that is still to come."""
    _, method = receiver_of(call.callee)
    return method == "set_status"


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


def is_view(value: Value) -> bool:
    """Whether a value is the stand-in for the handler that a guard protects."""
    return getattr(value, "name", None) == _VIEW


VIEW = Made(_VIEW, [], {}, NOWHERE, 0)
"""Stands in for the handler that a guard protects."""
