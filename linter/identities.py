"""Which values depend on who is calling: the user, the session, headers and cookies of a request."""

from __future__ import annotations

from linter.facts.expressions import Attr, Expr, Ref, Result, walk
from linter.facts.scopes import Assign, Call, Return
from linter.resolve.definitions import Function, arguments_of
from linter.resolve.project import Project, Variable

_DEPTH = 6
_IDENTITY = {
    "user",
    "auth",
    "session",
    "headers",
    "cookies",
    "authorization",
    "META",
    "current_user",
    "credentials",
}
"""Attributes of a request, or of `g`, that tell who is calling."""

_IDENTITY_NAMES = {"flask.session", "flask_login.current_user", "flask.request.authorization"}


class Identities:
    """Answers for one project."""

    def __init__(self, project: Project) -> None:
        self.project = project

    def reads_identity(
        self, function: Function, expr: Expr, identities: frozenset[str] = frozenset(), depth: int = 0
    ) -> bool:
        """Whether the value of an expression depends on who is calling."""
        for each in walk(expr):
            if isinstance(each, Ref):
                if self._is_identity(function, each.name, identities, depth):
                    return True
            elif isinstance(each, Attr) and each.name in ("user", "session", "current_user"):
                return True
            elif isinstance(each, Result):
                if self._call_reads_identity(function, function.scope.calls[each.call], identities, depth):
                    return True
        return False

    def _call_reads_identity(
        self, function: Function, call: Call, identities: frozenset[str], depth: int
    ) -> bool:
        if depth > _DEPTH:
            return False
        callee = call.callee
        if self.reads_identity(function, callee, identities, depth + 1):
            return True
        if any(self.reads_identity(function, each, identities, depth + 1) for each in arguments_of(call)):
            return True
        target = self.project.callee(function, call).target
        if not isinstance(target, Function):
            return False
        return any(
            isinstance(statement, Return)
            and statement.value is not None
            and self.reads_identity(target, statement.value, frozenset(), depth + 1)
            for statement in target.scope.statements
        )

    def _is_identity(self, function: Function, name: str, identities: frozenset[str], depth: int) -> bool:
        mark, rest = (name[0], name[1:]) if name[0] in "$:" else ("", name)
        root, _, tail = rest.partition(".")
        if mark == "$":
            if root in identities:
                return True
            parts = tail.split(".") if tail else []
            if root in ("request", "req", "info", "self", "websocket") and not _IDENTITY.isdisjoint(parts):
                return True
            if depth > _DEPTH:
                return False
            return any(
                isinstance(assign, Assign)
                and assign.value is not None
                and self.reads_identity(function, assign.value, identities, depth + 2)
                for assign in function.assignments.get(root, ())
            )
        resolved = self.project.reference(function, name)
        if resolved.name in _IDENTITY_NAMES or resolved.name.startswith(
            ("flask.session", "flask_login.current_user", "flask.g.", "flask.request.headers")
        ):
            return True
        target = resolved.target
        if isinstance(target, Variable) and target.assign.value is not None and depth <= _DEPTH:
            holder = target.holder
            if isinstance(holder, Function) and isinstance(target.assign.value, Result):
                # `current_user = LocalProxy(get_user)`: a module-level stand-in for the caller.
                call = holder.scope.calls[target.assign.value.call]
                if self.project.callee(holder, call).name == "werkzeug.local.LocalProxy":
                    return True
        return False
