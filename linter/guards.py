"""What a function does to a caller that nobody knows: guards are inferred from behaviour.

A guard is anything that runs before or in a handler and can refuse: it raises or returns 401 or 403,
aborts with one, redirects to a login page, or calls something that does. An exception that the
project turns into 401 or 403 in an error handler counts as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.backend import GuardKind, Verdict
from linter.facts.expressions import Constant, Expr, Ref, Result, Sequence, Template, text_of, walk
from linter.facts.scopes import Call, Raise, Return
from linter.identities import Identities
from linter.resolve.definitions import Class, Definition, Function, arguments_of
from linter.resolve.project import Project, Variable
from linter.responses import Responses

if TYPE_CHECKING:
    from linter.handled_statuses import HandledStatuses

_DEPTH = 6
_ASSIGNED = 2
"""How many assignments the target of a redirect is followed through."""
_LOGIN_WORDS = ("login", "signin", "sign-in", "sign_in")
_SENT_ON = range(300, 400)
_UNCLEAR = 0
"""The status of an error handler that answers with what cannot be told."""
_REDIRECTS = {
    "django.shortcuts.redirect",
    "django.http.HttpResponseRedirect",
    "flask.redirect",
    "werkzeug.utils.redirect",
    "fastapi.responses.RedirectResponse",
    "starlette.responses.RedirectResponse",
}
_REFUSING_CALLS = {
    "django.contrib.auth.views.redirect_to_login": 401,
    "flask_login.LoginManager.unauthorized": 401,
    "flask.current_app.login_manager.unauthorized": 401,
    "flask_jwt_extended.verify_jwt_in_request": 401,
    "rest_framework.views.APIView.permission_denied": 403,
    "rest_framework.views.APIView.check_permissions": 401,
    "django.contrib.auth.mixins.AccessMixin.handle_no_permission": 401,
}


class Refusal(NamedTuple):
    """Whether a function refuses anonymous callers, and as what kind of guard."""

    verdict: Verdict
    kind: GuardKind


class Refused(NamedTuple):
    """One place where a function refuses: the status, the block, and the call that does it, if one does."""

    status: int
    block: int
    call: Call | None


_NONE = Refusal(Verdict.NO, "other")


class Refusals:
    """Answers, memoised, for every function of the project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.responses = Responses(project)
        self.reads_identity = Identities(project).reads_identity
        self._known: dict[int, Refusal] = {}
        self._mapped: dict[str, int] | None = None
        self._unclear: dict[str, Function] = {}

    def of(self, function: Function, depth: int = 0) -> Refusal:
        """What a guard function, nested functions included, does to an anonymous caller.

        Nested functions count because a decorator refuses in its wrapper.
        """
        key = id(function)
        found = self._known.get(key)
        if found is not None:
            return found
        self._known[key] = _NONE
        found = self._judge(function, depth)
        self._known[key] = found
        return found

    def _judge(self, function: Function, depth: int) -> Refusal:
        refused = list(self.refusals(function, depth))
        statuses = {each.status for each in refused}
        if 401 in statuses and all(
            self._is_optional(function, each.block) for each in refused if each.status == 401
        ):
            return Refusal(Verdict.UNKNOWN, "authentication")
        for child in function.children.values():
            if isinstance(child, Function):
                inner = self.of(child, depth + 1)
                if inner.verdict is Verdict.UNKNOWN:
                    return inner
                if inner.verdict is Verdict.YES:
                    statuses.add(401 if inner.kind == "authentication" else 403)
        if 401 in statuses:
            return Refusal(Verdict.YES, "authentication")
        if 403 in statuses:
            return Refusal(Verdict.YES, "authorization")
        return Refusal(Verdict.UNKNOWN, "other") if self._raises_unclear(function) else _NONE

    def _raises_unclear(self, function: Function) -> bool:
        """Whether an exception leaves the function for a handler of which the status is not known."""
        return any(
            isinstance(statement, Raise)
            and self.is_unclear(function, statement.exception)
            and not self._swallowed(function, statement.block)
            for statement in function.scope.statements
        )

    def is_unclear(self, function: Function, exception: Expr | None) -> bool:
        """Whether an exception is answered by a handler of which the status is not known."""
        return self._raised(function, exception) == _UNCLEAR

    def refusals(self, function: Function, depth: int = 0) -> Iterator[Refused]:
        """Every place at which the function's own body refuses with 401 or 403."""
        for statement in function.scope.statements:
            status: int | None = None
            if isinstance(statement, Raise):
                status = self._raised(function, statement.exception)
            elif isinstance(statement, Return):
                status = self._returned(function, statement.value)
            if status in (401, 403) and not self._swallowed(function, statement.block):
                yield Refused(status, statement.block, None)
        for call in function.scope.calls:
            status = self._called(function, call, depth)
            if status in (401, 403) and not self._swallowed(function, call.block):
                yield Refused(status, call.block, call)

    def _is_optional(self, function: Function, block: int) -> bool:
        """Whether a refusal hangs on how the guard was set up: `if self.required: raise …`."""
        blocks = function.scope.blocks
        while block:
            current = blocks[block]
            subject = blocks[current.opener].subject if current.kind == "else" else current.subject
            if current.kind in ("if", "else") and subject is not None and self._is_setup(function, subject):
                return True
            block = current.parent
        return False

    def _is_setup(self, function: Function, test: Expr) -> bool:
        own = {parameter.name for parameter in function.head.parameters}
        if function.owner is not None and function.head.parameters:
            own.discard(function.head.parameters[0].name)
        refs = [each for each in walk(test) if isinstance(each, Ref) and each.name[0] == "$"]
        roots = {each.name[1:].partition(".")[0] for each in refs}
        if not roots or any(isinstance(each, Result) for each in walk(test)):
            return False
        return all(root not in own and root not in function.assignments for root in roots)

    def _swallowed(self, function: Function, block: int) -> bool:
        """Whether an error raised in `block` is caught in the function and not raised again."""
        blocks = function.scope.blocks
        while block:
            if blocks[block].kind == "try":
                for index, handler in enumerate(blocks):
                    if handler.kind == "except" and handler.opener == block:
                        if self._catches_refusals(function, handler.subject):
                            return not any(
                                isinstance(statement, Raise) and statement.block == index
                                for statement in function.scope.statements
                            )
            block = blocks[block].parent
        return False

    def _catches_refusals(self, function: Function, types: Expr | None) -> bool:
        if types is None:
            return True
        caught = types.items if isinstance(types, Sequence) else (types,)
        return any(
            isinstance(each, Ref)
            and self.project.reference(function, each.name).name.rpartition(".")[2]
            in ("Exception", "BaseException", "HTTPException", "APIException", "PermissionDenied")
            for each in caught
        )

    def _raised(self, function: Function, exception: Expr | None) -> int | None:
        status = self.responses.raised(function, exception)
        if status is not None:
            return 401 if status in _SENT_ON and self._sends_to_login(function, exception) else status
        kind = self.project.type_of(function, exception)
        if kind is None and isinstance(exception, Ref):
            kind = self.project.reference(function, exception.name).name
        return None if kind is None else self.mapped_status(kind)

    def _returned(self, function: Function, value: Expr | None) -> int | None:
        if isinstance(value, Result):
            call = function.scope.calls[value.call]
            if self.project.callee(function, call).name in _REDIRECTS and self._leads_to_login(
                function, call
            ):
                return 401
        return self.responses.returned(function, value)

    def _called(self, function: Function, call: Call, depth: int) -> int | None:
        found = self.project.callee(function, call)
        known = _REFUSING_CALLS.get(found.name)
        if known is not None:
            return known
        if found.name.endswith("WebSocket.close"):
            return (
                401
                if self.responses.status(function, call.argument(0, "code")) in (1008, 3000, 3003)
                else None
            )
        if found.name.endswith("abort"):
            return self.responses.raised_by_call(function, call)
        target = found.target
        if target is None or isinstance(target, Variable):
            target = self._called_object(function, call)
        if depth < _DEPTH and isinstance(target, Function) and target is not function:
            inner = self.of(target, depth + 1)
            if inner.verdict is Verdict.YES:
                return 401 if inner.kind == "authentication" else 403
        return None

    def _called_object(self, function: Function, call: Call) -> Function | None:
        """The `__call__` that runs when what is called is an object of a class of the project."""
        if not isinstance(call.callee, Ref) or "." in call.callee.name:
            return None
        kind = self.project.type_of(function, call.callee)
        cls = None if kind is None else self.project.by_id(kind)
        found = self.project.member(cls, "__call__") if isinstance(cls, Class) else None
        return found.target if found is not None and isinstance(found.target, Function) else None

    def _sends_to_login(self, function: Function, exception: Expr | None) -> bool:
        """Whether the headers of an exception name a login page."""
        if not isinstance(exception, Result):
            return False
        headers = function.scope.calls[exception.call].keyword("headers")
        return headers is not None and self._names_login(function, headers)

    def _leads_to_login(self, function: Function, call: Call) -> bool:
        """Whether a redirect's target names a login page."""
        return any(self._names_login(function, argument) for argument in arguments_of(call))

    def _names_login(self, function: Function, expr: Expr) -> bool:
        for word in self._words(function, expr):
            lowered = word.lower()
            if "login_redirect" not in lowered and any(each in lowered for each in _LOGIN_WORDS):
                return True
        return False

    def _words(self, function: Function, expr: Expr, depth: int = 0) -> Iterator[str]:
        for each in walk(expr):
            if isinstance(each, Constant) and isinstance(each.value, str):
                yield each.value
            elif isinstance(each, Ref):
                yield each.name
                if each.name[0] == "$" and depth < _ASSIGNED:
                    for assign in function.assignments.get(each.name[1:], ()):
                        if assign.value is not None:
                            yield from self._words(function, assign.value, depth + 1)
            elif isinstance(each, Template):
                yield text_of(each) or ""
            elif isinstance(each, Result):
                for argument in arguments_of(function.scope.calls[each.call]):
                    yield from self._words(function, argument, depth + 1)

    def mapped_status(self, exception: str) -> int | None:
        """The status that the project's error handlers give to an exception class."""
        if self._mapped is None:
            self._mapped = dict(self._handlers())
        definition = self.project.by_id(exception)
        if not isinstance(definition, Class):
            return self._mapped.get(exception)
        names = [exception, *(ancestor.name for ancestor in self.project.ancestors(definition))]
        name = next((each for each in names if each in self._mapped), None)
        if name is None:
            return None
        if self._mapped[name] != _UNCLEAR:
            return self._mapped[name]
        return self._handled_statuses.of(self._unclear[name], definition) or _UNCLEAR

    @cached_property
    def _handled_statuses(self) -> HandledStatuses:
        from linter.handled_statuses import HandledStatuses

        return HandledStatuses(self.project)

    def _handlers(self) -> Iterator[tuple[str, int]]:
        """(exception class, status) for each registered error handler with one certain status."""
        for name in ("add_exception_handler", "register_error_handler"):
            for holder, index in self.project.index.calls(name):
                call = holder.scope.calls[index]
                target = self._function(holder, call.args[1]) if len(call.args) > 1 else None
                if target is not None:
                    yield from self._handled(holder, call.args[0], target)
        for function in self.project.functions:
            parent = function.parent
            if parent is None or not function.head.decorators:
                continue
            for decorator in function.head.decorators:
                if isinstance(decorator.value, Result):
                    call = parent.scope.calls[decorator.value.call]
                    if call.last_name in ("exception_handler", "errorhandler", "app_errorhandler"):
                        if call.args:
                            yield from self._handled(parent, call.args[0], function)

    def _function(self, holder: Definition, expr: Expr) -> Function | None:
        if not isinstance(expr, Ref):
            return None
        target = self.project.reference(holder, expr.name).target
        return target if isinstance(target, Function) else None

    def _handled(self, holder: Definition, exception: Expr, handler: Function) -> Iterator[tuple[str, int]]:
        if not isinstance(exception, Ref):
            return
        statuses = {
            self._returned(handler, statement.value)
            for statement in handler.scope.statements
            if isinstance(statement, Return)
        }
        known = statuses.pop() if len(statuses) == 1 else None
        found = self.project.reference(holder, exception.name)
        if known is not None:
            yield found.name, known
        elif isinstance(found.target, Class):
            self._unclear.setdefault(found.name, handler)
            yield found.name, _UNCLEAR

    # Checks inside a handler

    def inside(self, handler: Function, identities: frozenset[str] = frozenset()) -> Refusal:
        """What a handler's own body does to an anonymous caller.

        A refusal counts when what it depends on tells who is calling: the request's user, session,
        headers, or a parameter in `identities` (one that a dependency fills). A 401 for a wrong password
        in a login handler depends on the input, and so does not count; it leaves the answer unknown.
        """
        doubtful = False
        for each in self.refusals(handler):
            told = each.call is not None and any(
                self.reads_identity(handler, argument, identities) for argument in arguments_of(each.call)
            )
            if told or self._identity_decides(handler, each.block, identities):
                return Refusal(Verdict.YES, "authentication" if each.status == 401 else "authorization")
            doubtful = True
        return Refusal(Verdict.UNKNOWN, "other") if doubtful else _NONE

    def _identity_decides(self, handler: Function, block: int, identities: frozenset[str]) -> bool:
        blocks = handler.scope.blocks
        if block == 0:
            return False
        while block:
            current = blocks[block]
            subject = current.subject
            if current.kind == "else":
                subject = blocks[current.opener].subject
            if subject is not None and self.reads_identity(handler, subject, identities):
                return True
            block = current.parent
        return False


@lru_cache(maxsize=1)
def refusals_of(project: Project) -> Refusals:
    """The answers for a project, with all that were given before."""
    return Refusals(project)
