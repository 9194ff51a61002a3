"""What the resolvers' context holds for a caller without credentials, where the project makes it."""

from __future__ import annotations

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    External,
    Instance,
    Made,
    Raised,
    Value,
    options,
)
from linter.facts.expressions import Ref, Result
from linter.facts.scopes import Parameter
from linter.frameworks.graphql.anonymous import Anonymous, open_context
from linter.frameworks.graphql.library import arguments_of
from linter.resolve.definitions import Class, Function

_MAKERS = ("context_getter", "context_value", "get_context")
_ABSENT = frozenset({"Header", "Cookie", "Query"})
_DEPTH = 6


class Contexts:
    """Makes contexts. A context that may be one of several is not known."""

    def __init__(self, evaluator: Evaluator, anonymous: Anonymous) -> None:
        self._evaluator = evaluator
        self._project = evaluator.project
        self._anonymous = anonymous
        self.may_refuse = False
        """Whether what makes the last context, or something it depends on, may raise instead."""

    def of(self, server: Value, view: Class | None = None) -> Value:
        """The context that what serves a schema gives to the resolvers; UNKNOWN for the library's own.

        `view` is the class that answers, if one does.
        """
        self.may_refuse = False
        maker = self._maker(server) or self._made_by(view)
        if maker is None:
            return UNKNOWN
        if isinstance(maker, dict):
            return open_context(maker)
        found = [each for each in options(self._filled(maker, 0)) if not isinstance(each, Raised)]
        if len(found) != 1:
            return UNKNOWN
        return self._completed(found[0])

    def _maker(self, server: Value) -> Value:
        given = arguments_of(server) if isinstance(server, (Made, Instance)) else None
        for name in _MAKERS:
            found = None if given is None else given.keywords.get(name)
            if found is not None:
                return found
        cls = server.cls if isinstance(server, Instance) else None
        own = NotImplemented if cls is None else self._evaluator.class_value(cls, "get_context")
        return own if isinstance(own, Closure) else None

    def _made_by(self, view: Class | None) -> Value:
        """The function whose result a class view runs documents with: `execute(context=make(request))`."""
        for cls in () if view is None else self._evaluator.order.classes(view):
            for method in cls.methods.values():
                for call in method.scope.calls:
                    given = call.keyword("context_value") or call.keyword("context")
                    assigned = method.assignments.get(given.name[1:], ()) if isinstance(given, Ref) else ()
                    value = assigned[0].value if len(assigned) == 1 else None
                    if isinstance(value, Result):
                        made = self._project.callee(method, method.scope.calls[value.call]).target
                        if isinstance(made, Function):
                            return Closure(made)
        return None

    def _completed(self, context: Value) -> Value:
        if isinstance(context, dict):
            return open_context(context)
        if isinstance(context, Instance):
            context.fields.setdefault("request", self._anonymous.request())
            return context
        if isinstance(context, Made) and context.name == self._anonymous.request().name:
            return context
        return UNKNOWN

    def _filled(self, maker: Value, depth: int) -> Value:
        """What a function, with everything that it depends on, makes of the request."""
        if isinstance(maker, Class):
            return self._evaluator.run(maker, [])
        if isinstance(maker, Instance):
            maker = self._evaluator.member_of(maker, "__call__")
        if not isinstance(maker, Closure) or depth > _DEPTH:
            return UNKNOWN
        parameters = maker.function.head.parameters
        if maker.receiver is not None or (maker.function.owner is not None and parameters):
            parameters = parameters[1:]
        keywords: dict[str, Value] = {}
        for parameter in parameters:
            if parameter.kind not in ("*", "**"):
                keywords[parameter.name] = self._argument(maker, parameter, depth)
        if maker.receiver is None and maker.function.owner is not None:
            maker = Closure(maker.function, maker.frame, Instance(maker.function.owner))
        made = self._evaluator.trial(maker, [], keywords=keywords)
        self.may_refuse |= any(isinstance(each, Raised) for each in options(made))
        return made

    def _argument(self, maker: Closure, parameter: Parameter, depth: int) -> Value:
        parent = maker.function.parent
        if parent is None:
            return UNKNOWN
        marks: list[Value] = []
        if parameter.default is not None:
            marks.append(self._evaluator.expression(parent, parameter.default))
        if parameter.annotation is not None:
            declared = self._evaluator.expression(parent, parameter.annotation)
            marks += declared.args[1:] if isinstance(declared, Made) else []
        for mark in marks:
            if isinstance(mark, Made):
                last = mark.name.rpartition(".")[2]
                if last in ("Depends", "Security"):
                    return self._filled(mark.argument(0, "dependency"), depth + 1)
                if last in _ABSENT:
                    default = mark.argument(0, "default")
                    return None if isinstance(default, External) else default
        if parameter.default is not None:
            return marks[0]
        is_request = parameter.annotation is None or parameter.name in ("request", "req", "connection")
        return self._anonymous.request() if is_request else UNKNOWN
