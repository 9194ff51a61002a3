"""Global names in Flask code: the request, the session, `g`, the current user and module constants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linter.facts.expressions import Expr, Operation, Ref, Result, Sequence
from linter.frameworks.flask.seen import ABSENT, ANONYMOUS, UNKNOWN, Seen, attribute, constant
from linter.resolve.changes import FUNCTIONS
from linter.resolve.definitions import Function
from linter.resolve.project import Resolved, Variable

if TYPE_CHECKING:
    from linter.frameworks.flask.evaluation import Evaluation
    from linter.frameworks.flask.visitor import Frame, Visitor

_USERS = ("flask_login.current_user", "flask_security.current_user", "quart_auth.current_user")
_FOLDING = frozenset({"set", "frozenset", "list", "tuple", "sorted"})
_ABOUT_THE_ROUTE = ("endpoint", "blueprint", "blueprints", "path", "method", "url_rule", "view_args")
_REQUEST = "flask.request."
_PROXY = "werkzeug.local.LocalProxy"
_PARAMETER = re.compile(r"\{(\w+)\}")


class Globals:
    """Evaluates global names for a `Visitor`."""

    def __init__(self, visitor: Visitor, evaluation: Evaluation) -> None:
        self._visitor = visitor
        self._evaluation = evaluation
        self._project = visitor.project
        self._backend = visitor.backend
        self._variables: dict[int, Seen] = {}
        self._defaulted: bool | None = None

    def value(self, frame: Frame, found: Resolved) -> Seen:
        """What a global name is."""
        name = found.name
        for user in _USERS:
            if name == user or name.startswith(user + "."):
                return self._chain(ANONYMOUS, name[len(user) + 1 :])
        package, _, rest = name.partition(".")
        if package in ("flask", "quart"):
            root, _, tail = rest.partition(".")
            if root == "g" and tail:
                first, _, rest = tail.partition(".")
                return self._chain(self.of_g(frame, first), rest)
            if root in ("session", "g"):
                return self._chain(Seen("source", root), tail)
            if root in ("request", "websocket"):
                return self.of_request(frame, tail.split(".")) if tail else Seen("source", "request")
        if name.startswith("flask_jwt_extended.current_user"):
            return ABSENT
        if isinstance(found.target, Variable):
            return self._variable(frame, found.target)
        if isinstance(found.target, Function) and self._stands_for_result(found.target):
            inside = type(frame)(found.target, {}, frozenset(), frame.asked, frame.depth + 1)
            return self._evaluation.summarised(inside, found.target, {}, frozenset())
        return UNKNOWN

    def _stands_for_result(self, function: Function) -> bool:
        """Whether the name of a function is what it returns: `@LocalProxy`."""
        return function.parent is not None and any(
            isinstance(each.value, Ref)
            and self._project.reference(function.parent, each.value.name).name == _PROXY
            for each in function.head.decorators
        )

    def of_g(self, frame: Frame, name: str) -> Seen:
        """An attribute of `g`: what the code of the project leaves there for a visitor."""
        known = attribute(Seen("source", "g"), name)
        if known.kind == "absent":
            return known
        return self._visitor.carried.value(frame, name) or UNKNOWN

    def _chain(self, base: Seen, names: str) -> Seen:
        for name in names.split(".") if names else ():
            base = attribute(base, name)
        return base

    def of_request(self, frame: Frame, names: list[str]) -> Seen:
        """An attribute of the request, and attributes of that."""
        first = names[0]
        self._visitor.asked = self._visitor.asked or first in _ABOUT_THE_ROUTE
        asked = frame.asked
        if first == "endpoint" and asked.endpoint:
            base = constant(asked.endpoint)
        elif first == "blueprint" and asked.blueprints is not None:
            base = constant(asked.blueprints[0] if asked.blueprints else None)
        elif first == "blueprints" and asked.blueprints is not None:
            base = constant(asked.blueprints)
        elif first == "path" and asked.path:
            base = Seen("path", asked.path) if "{" in asked.path else constant(asked.path)
        elif first == "method" and asked.method:
            base = constant(asked.method)
        elif first in ("headers", "cookies", "args", "form", "json", "values"):
            base = Seen("source", first)
        elif first == "view_args" and asked.path and not self._has_defaults():
            base = constant(tuple(_PARAMETER.findall(asked.path)))
        elif first in ("authorization", "remote_user"):
            base = ABSENT
        elif self._is_put_there(first):
            base = Seen("source", "values")
        else:
            base = UNKNOWN
        return self._chain(base, ".".join(names[1:]))

    def _is_put_there(self, name: str) -> bool:
        """Whether the project gives an attribute to the request, such as all parameters in one mapping."""
        return any(
            isinstance(target, Ref) and target.name == _REQUEST + name
            for _, assign in self._backend.project.index.fills(name)
            for target in assign.targets
        )

    def _has_defaults(self) -> bool:
        """Whether a rule may hand more to its view than its path has: `defaults={"page": 1}`."""
        if self._defaulted is None:
            self._backend.project.trace.bit(FUNCTIONS)
            self._defaulted = any(
                key == "defaults"
                for function in self._backend.functions
                for call in function.scope.calls
                for key, _ in call.keywords
            )
        return self._defaulted

    def _variable(self, frame: Frame, variable: Variable) -> Seen:
        key = id(variable.assign)
        if key not in self._variables:
            self._variables[key] = UNKNOWN
            self._variables[key] = self._assigned(frame, variable)
        return self._variables[key]

    def _assigned(self, frame: Frame, variable: Variable) -> Seen:
        """A module's constant, or a stand-in for the caller (`LocalProxy(get_user)`)."""
        holder, value = variable.holder, variable.assign.value
        known = self._backend.constant(holder, value)
        if known is not ...:
            return constant(known)
        if isinstance(value, Ref):
            return self.value(frame, self._project.reference(holder, value.name))
        if not isinstance(holder, Function) or value is None:
            return UNKNOWN
        if isinstance(value, Result):
            call = holder.scope.calls[value.call]
            name = self._project.callee(holder, call).name
            if name == _PROXY and call.args:
                return self._proxied(frame, holder, call.args[0])
            if name not in _FOLDING or not call.args:
                return UNKNOWN
            value = call.args[0]
        if isinstance(value, Sequence) or (isinstance(value, Operation) and value.operator == "|"):
            inside = type(frame)(holder, {}, frozenset(), frame.asked, frame.depth + 1)
            return self._evaluation.value(inside, value)
        return UNKNOWN

    def _proxied(self, frame: Frame, holder: Function, target: Expr) -> Seen:
        inside = type(frame)(holder, {}, frozenset(), frame.asked, frame.depth + 1)
        if isinstance(target, Operation) and target.operator == "lambda" and target.operands:
            return self._evaluation.value(inside, target.operands[0])
        if isinstance(target, Ref):
            found = self._project.reference(holder, target.name).target
            if isinstance(found, Function):
                return self._evaluation.summarised(inside, found, {}, frozenset())
        return UNKNOWN
