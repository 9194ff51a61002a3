"""The values that a visitor's request gives to the expressions of code that is given the request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linter.evaluate.values import HOLE, Closure, Instance, Value
from linter.facts.expressions import Attr, Comprehension, Expr, Item, Mapping, Operation, Ref, Result
from linter.facts.scopes import Call
from linter.frameworks.flask.ends import EndKind, end_kind
from linter.frameworks.flask.evaluation import Ended, Evaluation
from linter.frameworks.flask.scenes import receiver_of
from linter.frameworks.flask.seen import (
    ABSENT,
    UNKNOWN,
    Seen,
    any_identity,
    called_method,
    constant,
    known_key,
    lookup,
    unknown,
)
from linter.frameworks.flask.visitor import Frame
from linter.frameworks.followed.stand_in import is_view
from linter.resolve.definitions import Function, arguments_of

if TYPE_CHECKING:
    from linter.frameworks.followed.visits import RequestVisitor

_PARAMETER = re.compile(r"\{\w*\}")
_PROPERTIES = frozenset({"property", "cached_property"})


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
            part = self._known.parts.get(kind_of(base), {}) if base.kind == "source" else {}
            if isinstance(key, str) and key in part:
                return self._attribute(frame, base, key)
            return lookup(base, key)
        if isinstance(expr, Comprehension) and expr.sources:
            if self.value(frame, expr.sources[0]).kind == "absent":
                # What belongs to nobody is empty.
                return Seen("list", (), True)
        if isinstance(expr, Mapping) and expr.values:
            seen = [self.value(frame, each) for each in expr.values]
            return Seen("response", None, any_identity(seen))
        return super().value(frame, expr)

    def _slice(self, frame: Frame, base: Expr, bounds: tuple[Expr, ...]) -> Seen:
        """A part of a text that is known."""
        text = self.value(frame, base)
        limits = [self.value(frame, each) for each in bounds]
        if not isinstance(text.value, str) or text.kind != "constant":
            return ABSENT if text.kind == "absent" else unknown(text.identity)
        numbers = [each.value if each.kind == "constant" else ... for each in limits]
        first, last, step, *_ = [*numbers, None, None, None]
        if not isinstance(first, (int, type(None))) or not isinstance(last, (int, type(None))):
            return unknown(text.identity)
        return unknown(text.identity) if step is not None else constant(text.value[first:last], text.identity)

    def _entry(self, held: Value, key: Seen) -> Seen:
        """What an object of set-up code has under a key: nothing under one that a visitor lacks."""
        if key.kind == "absent" or (key.kind == "constant" and key.identity and not key.value):
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
        kind = kind_of(base)
        part = self._known.parts.get(kind, {}).get(name)
        if isinstance(held, Instance):
            found = self._of_object(frame, held, base, name, self._known.computed.get(kind, {}).get(name))
            if found is not None:
                return found
        if part is not None:
            return self._part(frame, part)
        return UNKNOWN if kind == "request" or held is not None else super()._attribute(frame, base, name)

    def _of_object(
        self, frame: Frame, held: Instance, base: Seen, name: str, computing: str | None
    ) -> Seen | None:
        """An attribute that the project gives to an object; None when it gives it none."""
        if name in held.fields:
            return self._requests.seen(held.fields[name])
        evaluator = self._requests.evaluator
        found = evaluator.class_value(held.cls, computing or name)
        if found is NotImplemented:
            return None
        if isinstance(found, Closure) and (computing is not None or _is_property(found.function)):
            parameters = found.function.head.parameters
            names = {parameters[0].name: base} if parameters else {}
            return self.summarised(frame, found.function, names, frozenset())
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
            held = self._requests.object_of(base)
            if isinstance(held, Instance):
                own = self._method(frame, call, held, base, isinstance(receiver, Result))
                if own is not None:
                    return own
            known = self._on_source(frame, call, kind_of(base), method)
            if known is not None:
                return known
        return super()._call(frame, index)

    def _receiver(self, frame: Frame, receiver: Expr | None) -> Seen | None:
        """What a method is called on, where finding out follows no other call."""
        while isinstance(receiver, Attr):
            return self.value(frame, receiver) if isinstance(receiver.base, Ref) else None
        if isinstance(receiver, Ref):
            return self.value(frame, receiver)
        if isinstance(receiver, Result):
            inner = frame.function.scope.calls[receiver.call].callee
            if isinstance(inner, Ref) and inner.name == "super" and frame.function.head.parameters:
                return frame.names.get(frame.function.head.parameters[0].name)
        return None

    def _on_source(self, frame: Frame, call: Call, source: str, method: str) -> Seen | None:
        ending = self._known.ending.get(source, {}).get(method)
        if ending is not None:
            return self._ends_request(frame, call, ending)
        part = self._known.methods.get(source, {}).get(method)
        if part is None:
            return None
        arguments = [self.value(frame, each) for each in arguments_of(call)]
        found = self._part(frame, part)
        if found.kind == "source" and arguments and part in ("headers", "cookies", "args", "form", "g"):
            return called_method(found, "get", arguments) or UNKNOWN
        return found

    def _ends_request(self, frame: Frame, call: Call, ending: str) -> Seen | None:
        """A method that ends a request. A handler that answers has been reached."""
        for each in arguments_of(call):
            self.value(frame, each)
        answered: EndKind = "pass" if self._requests.role == "handler" else "away"
        if ending == "status":
            given = call.args[0] if call.args else None
            status = self._visitor.refusals.responses.status(frame.function, given)
            if status in (401, 403):
                frame.end(end_kind(status))
            elif receiver_of(call.callee)[1] == "set_status":
                return UNKNOWN
            else:
                frame.end("error")
        elif ending == "redirect" and self._leads_to_login(frame, call):
            frame.end("unauthenticated")
        else:
            frame.end(answered)
        raise Ended

    def _method(self, frame: Frame, call: Call, held: Instance, base: Seen, of_super: bool) -> Seen | None:
        """A method that the project gives to an object; None when it gives it none."""
        _, method = receiver_of(call.callee)
        evaluator = self._requests.evaluator
        owner = frame.function.owner
        if of_super and owner is not None:
            above = evaluator.order.classes_after(held.cls, owner)
            found = evaluator.attempt(lambda: evaluator.first_attribute(above, method))
        else:
            found = evaluator.class_value(held.cls, method)
        if isinstance(found, Closure):
            arguments = [self.value(frame, each) for each in arguments_of(call)]
            names, views = self._passed(frame, call, found.function, arguments)
            parameters = found.function.head.parameters
            if parameters:
                names[parameters[0].name] = base
            return self.summarised(frame, found.function, names, views)
        if is_view(held.fields.get(method)) and frame.views:
            frame.end("pass")
            raise Ended
        return None

    def _passed(
        self, frame: Frame, call: Call, function: Function, arguments: list[Seen]
    ) -> tuple[dict[str, Seen], frozenset[str]]:
        names, views = super()._passed(frame, call, function, arguments)
        receiver, _ = receiver_of(call.callee)
        if function.owner is not None and function.head.parameters:
            base = self._receiver(frame, receiver)
            if base is not None and base.kind == "source":
                names.setdefault(function.head.parameters[0].name, base)
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


def kind_of(seen: Seen) -> str:
    """Which words of the framework a source knows."""
    return str(seen.value).partition(" ")[0]


def _is_property(function: Function) -> bool:
    return any(
        isinstance(each.value, Ref) and each.value.name.rpartition(".")[2].lstrip(":$") in _PROPERTIES
        for each in function.head.decorators
    )
