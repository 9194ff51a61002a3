"""Which HTTP status a raised exception or a returned value stands for."""

from __future__ import annotations

from http import HTTPStatus

from linter.facts.expressions import Constant, Expr, Operation, Ref, Result, Sequence
from linter.facts.scopes import Assign, Call, Return
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project, Variable

HTTP_EXCEPTIONS = {
    "fastapi.HTTPException",
    "starlette.exceptions.HTTPException",
    "litestar.exceptions.HTTPException",
    "ninja.errors.HttpError",
    "sanic.exceptions.SanicException",
    "tornado.web.HTTPError",
}
"""Exceptions that take their status as the first argument or as `status_code`."""

_STATUS_SECOND = {"sanic.exceptions.SanicException"}
"""Those whose first argument is a message."""

EXCEPTION_STATUS: dict[str, int] = {
    "django.core.exceptions.PermissionDenied": 403,
    "django.http.Http404": 404,
    "django.core.exceptions.SuspiciousOperation": 400,
    "rest_framework.exceptions.NotAuthenticated": 401,
    "rest_framework.exceptions.AuthenticationFailed": 401,
    "rest_framework.exceptions.PermissionDenied": 403,
    "rest_framework.exceptions.NotFound": 404,
    "rest_framework.exceptions.ParseError": 400,
    "rest_framework.exceptions.ValidationError": 400,
    "rest_framework.serializers.ValidationError": 400,
    "rest_framework.exceptions.APIException": 500,
    "rest_framework.exceptions.Throttled": 429,
    "rest_framework.exceptions.MethodNotAllowed": 405,
    "werkzeug.exceptions.Unauthorized": 401,
    "werkzeug.exceptions.Forbidden": 403,
    "werkzeug.exceptions.NotFound": 404,
    "werkzeug.exceptions.BadRequest": 400,
    "werkzeug.exceptions.Conflict": 409,
    "werkzeug.exceptions.InternalServerError": 500,
    "litestar.exceptions.NotAuthorizedException": 401,
    "litestar.exceptions.PermissionDeniedException": 403,
    "litestar.exceptions.NotFoundException": 404,
    "aiohttp.web.HTTPUnauthorized": 401,
    "aiohttp.web.HTTPForbidden": 403,
    "litestar.exceptions.ValidationException": 400,
    "litestar.exceptions.ClientException": 400,
    "litestar.exceptions.InternalServerException": 500,
    "aiohttp.web.HTTPNotFound": 404,
    "aiohttp.web.HTTPBadRequest": 400,
    "aiohttp.web.HTTPConflict": 409,
    "aiohttp.web.HTTPUnprocessableEntity": 422,
    "aiohttp.web.HTTPTooManyRequests": 429,
    "aiohttp.web.HTTPInternalServerError": 500,
    "sanic.exceptions.Unauthorized": 401,
    "sanic.exceptions.Forbidden": 403,
    "sanic.exceptions.NotFound": 404,
    "sanic.exceptions.BadRequest": 400,
    "sanic.exceptions.InvalidUsage": 400,
    "sanic.exceptions.ServerError": 500,
    "ninja.errors.AuthenticationError": 401,
    "ninja.errors.AuthorizationError": 403,
    "ninja.errors.Throttled": 429,
    "ninja_extra.exceptions.NotAuthenticated": 401,
    "ninja_extra.exceptions.AuthenticationFailed": 401,
    "ninja_extra.exceptions.PermissionDenied": 403,
    "ninja_extra.exceptions.NotFound": 404,
    "fastapi.exceptions.RequestValidationError": 422,
}

RESPONSE_STATUS: dict[str, int] = {
    "django.http.HttpResponseForbidden": 403,
    "django.http.HttpResponseBadRequest": 400,
    "django.http.HttpResponseNotFound": 404,
    "django.http.HttpResponseServerError": 500,
    "django.http.HttpResponseNotAllowed": 405,
    "django.http.HttpResponseGone": 410,
    "django.http.HttpResponseRedirect": 302,
    "django.http.HttpResponsePermanentRedirect": 301,
    "django.shortcuts.redirect": 302,
    "django.contrib.auth.views.redirect_to_login": 302,
    "flask.redirect": 302,
    "werkzeug.utils.redirect": 302,
    "fastapi.responses.RedirectResponse": 307,
    "starlette.responses.RedirectResponse": 307,
}

RESPONSES: dict[str, int] = {
    # callable -> position of its status argument
    "django.http.HttpResponse": 2,
    "ninja.NinjaAPI.create_response": -1,
    "ninja_extra.NinjaExtraAPI.create_response": -1,
    "ninja.Status": 0,
    "ninja.responses.Status": 0,
    "django.http.JsonResponse": -1,
    "rest_framework.response.Response": 1,
    "flask.Response": 1,
    "flask.make_response": 1,
    "werkzeug.Response": 1,
    "werkzeug.wrappers.Response": 1,
    "fastapi.Response": 1,
    "fastapi.responses.Response": 1,
    "fastapi.responses.JSONResponse": 1,
    "fastapi.responses.ORJSONResponse": 1,
    "fastapi.responses.UJSONResponse": 1,
    "fastapi.responses.PlainTextResponse": 1,
    "fastapi.responses.HTMLResponse": 1,
    "starlette.responses.Response": 1,
    "starlette.responses.JSONResponse": 1,
    "starlette.responses.PlainTextResponse": 1,
    "starlette.responses.HTMLResponse": 1,
    "aiohttp.web.Response": -1,
    "aiohttp.web.StreamResponse": -1,
    "aiohttp.web.json_response": -1,
    "sanic.response.json": 1,
    "sanic.response.text": 1,
    "sanic.response.html": 1,
    "sanic.response.raw": 1,
    "sanic.response.empty": 0,
    "sanic.response.HTTPResponse": 1,
    "sanic.response.JSONResponse": 1,
    "litestar.Response": -1,
    "litestar.response.Response": -1,
}

ABORTS = {
    "flask.abort",
    "quart.abort",
    "flask_restful.abort",
    "flask_restx.abort",
    "flask_smorest.abort",
    "bottle.abort",
    "flask_restx.Namespace.abort",
    "apiflask.abort",
    "sanic.exceptions.abort",
}
BODY_RESPONSES = frozenset(RESPONSES) | {
    name for name, status in RESPONSE_STATUS.items() if not 300 <= status < 400
}
"""Callables that make a response with a body."""

_DEPTH = 8
_STATUS_NAMES = ("status_code", "code", "status", "http_status")
_STATUSES = range(100, 600)


class Responses:
    """Reads statuses off expressions, with the project's own exceptions and constants followed."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._classes: dict[str, int | None] = {}

    def status(self, holder: Definition, expr: Expr | None, depth: int = 0) -> int | None:
        """The status that an expression such as `401` or `status.HTTP_401_UNAUTHORIZED` is."""
        match expr:
            case Constant(value=bool()):
                return None
            case Constant(value=int(value)):
                return value
            case Ref(name=name):
                found = self._project.reference(holder, name)
                if isinstance(found.target, Variable) and depth < _DEPTH:
                    return self.status(found.target.holder, found.target.assign.value, depth + 1)
                return named_status(found.name)
            case _:
                return None

    def raised(self, function: Function, expr: Expr | None) -> int | None:
        """The status of `raise expr`; None when it is no HTTP error or not known."""
        if isinstance(expr, Result):
            return self.raised_by_call(function, function.scope.calls[expr.call])
        if isinstance(expr, Ref):
            found = self._project.reference(function, expr.name)
            if isinstance(found.target, Variable) and isinstance(found.target.holder, Function):
                return self.raised(found.target.holder, found.target.assign.value)
            return self.of_exception(found.name, found.target)
        return None

    def raised_by_call(self, function: Function, call: Call) -> int | None:
        """The status of an exception made by `call`, or of a call that aborts the request."""
        found = self._project.callee(function, call)
        if found.name in ABORTS:
            code = call.argument(0, "code") or call.keyword("http_status_code")
            return self.status(function, code) or self.returned(function, code)
        given = self.status(function, call.keyword("status_code") or call.argument(0, "status_code"))
        if given is None and found.name in _STATUS_SECOND and len(call.args) > 1:
            given = self.status(function, call.args[1])
        if found.name.endswith(".WebSocketException"):
            return 403 if self.status(function, call.argument(0, "code")) == 1008 else None
        if found.name in HTTP_EXCEPTIONS:
            return given
        if isinstance(found.target, Class):
            return (
                self._told(found.target, function, call)
                or self.of_exception(found.name, found.target)
                or self._inherited(found.target, given)
            )
        if isinstance(found.target, Function):
            return self._made_by(found.target)
        return EXCEPTION_STATUS.get(found.name)

    def _told(self, cls: Class, function: Function, call: Call) -> int | None:
        """The status that a call hands to a constructor of the project under the name of one."""
        constructor = self._project.member(cls, "__init__")
        target = None if constructor is None else constructor.target
        if not isinstance(target, Function):
            return self.status(function, call.keyword("status_code"))
        for position, parameter in enumerate(target.head.parameters[1:]):
            if parameter.name in _STATUS_NAMES:
                given = self.status(function, call.argument(position, parameter.name))
                if given in _STATUSES:
                    return given
        return None

    def _inherited(self, cls: Class, given: int | None) -> int | None:
        """The first argument counts as a status when an HTTP exception is what takes it."""
        if given is None or "__init__" in cls.methods:
            return None
        return given if self._project.derives(cls, *HTTP_EXCEPTIONS) else None

    def _made_by(self, function: Function) -> int | None:
        """The status of an exception that a helper function builds and returns."""
        key = function.id
        if key not in self._classes:
            self._classes[key] = None
            statuses = {
                self.raised(function, statement.value)
                for statement in function.scope.statements
                if isinstance(statement, Return)
            }
            self._classes[key] = statuses.pop() if len(statuses) == 1 else None
        return self._classes[key]

    def of_exception(self, name: str, target: object = None) -> int | None:
        """The status that an exception class always has."""
        if not isinstance(target, Class):
            return EXCEPTION_STATUS.get(name)
        if name not in self._classes:
            self._classes[name] = None
            self._classes[name] = self._of_class(target)
        return self._classes[name]

    def _of_class(self, cls: Class) -> int | None:
        for ancestor in self._project.ancestors(cls):
            target = ancestor.target
            if not isinstance(target, Class):
                known = EXCEPTION_STATUS.get(ancestor.name)
                if known is not None:
                    return known
                continue
            for attribute in _STATUS_NAMES:
                assign = target.attributes.get(attribute)
                if assign is not None:
                    status = self.status(target, assign.value)
                    if status is not None:
                        return status
            constructor = target.methods.get("__init__")
            if constructor is not None:
                status = self._of_constructor(constructor)
                if status is not None:
                    return status
        return None

    def _of_constructor(self, constructor: Function) -> int | None:
        for call in constructor.scope.calls:
            status = self.status(constructor, call.keyword("status_code"))
            if status is None and call.args:
                callee = self._project.callee(constructor, call).name
                if callee.endswith(".__init__") and callee.removesuffix(".__init__") in HTTP_EXCEPTIONS:
                    status = self.status(constructor, call.args[0])
            if status is not None:
                return status
        for parameter in constructor.head.parameters:
            if parameter.name in _STATUS_NAMES:
                return self.status(constructor, parameter.default)
        for statement in constructor.scope.statements:
            if isinstance(statement, Assign) and any(
                isinstance(target, Ref) and target.name.endswith((".status_code", ".code"))
                for target in statement.targets
            ):
                return self.status(constructor, statement.value)
        return None

    def returned(self, function: Function, expr: Expr | None) -> int | None:
        """The status of `return expr`; None when the framework's default applies or is unknown."""
        match expr:
            case Operation(operator="await", operands=(value,)):
                return self.returned(function, value)
            case Sequence(kind="tuple", items=(Constant(value=int(status)), _)) if status in _STATUSES:
                # Django Ninja puts the status first.
                return status
            case Sequence(kind="tuple", items=(_, status, *_)):
                return self.status(function, status)
            case Result(call=index):
                return self.of_response(function, function.scope.calls[index])
            case _:
                return None

    def of_response(self, function: Function, call: Call) -> int | None:
        """The status of the response that `call` makes."""
        found = self._project.callee(function, call)
        known = RESPONSE_STATUS.get(found.name)
        if known is not None:
            told = call.keyword("status_code") or call.keyword("code") if 300 <= known < 400 else None
            return self.status(function, told) or known
        position = RESPONSES.get(found.name)
        if position is None and isinstance(found.target, Class):
            bases = [ancestor.name for ancestor in self._project.ancestors(found.target)]
            position = next((RESPONSES[base] for base in bases if base in RESPONSES), None)
            fixed = next((RESPONSE_STATUS[base] for base in bases if base in RESPONSE_STATUS), None)
            if fixed is not None:
                return fixed
        if position is None:
            return None
        given = call.keyword("status_code") or call.keyword("status")
        if given is None and 0 <= position < len(call.args):
            given = call.args[position]
        return self.status(function, given)


def named_status(name: str) -> int | None:
    """The status of `fastapi.status.HTTP_401_UNAUTHORIZED` or `http.HTTPStatus.UNAUTHORIZED[.value]`."""
    head, _, last = name.removesuffix(".value").rpartition(".")
    if last == "WS_1008_POLICY_VIOLATION":
        return 1008
    if head.endswith("HTTPStatus"):
        return HTTPStatus[last].value if last in HTTPStatus.__members__ else None
    parts = last.split("_")
    if parts[0] == "HTTP" and len(parts) > 1 and parts[1].isdigit():
        return int(parts[1])
    return None


__all__ = [
    "ABORTS",
    "BODY_RESPONSES",
    "EXCEPTION_STATUS",
    "HTTP_EXCEPTIONS",
    "RESPONSES",
    "Responses",
    "named_status",
]
