"""The statuses that a framework answers with by itself: for guards, inputs, missing rows, redirects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from linter.analyses.answers import answers_of
from linter.analyses.reach import reach_of
from linter.backend.routes import Verdict
from linter.facts.expressions import Constant, Ref, Result
from linter.facts.scopes import Raise, Return
from linter.resolve.definitions import Class, Function
from linter.responses import Responses

if TYPE_CHECKING:
    from linter.backend import Backend, Guard, Route, Site

_DJANGO = frozenset({"django", "drf", "ninja"})
_OF_GUARDS: dict[str, tuple[int, ...]] = {
    "django.contrib.auth.middleware.LoginRequiredMiddleware": (302,),
    "django.contrib.admin.AdminSite.has_permission": (302,),
    "fastapi.security.APIKeyCookie": (401, 403),
    "fastapi.security.APIKeyHeader": (401, 403),
    "fastapi.security.APIKeyQuery": (401, 403),
    "fastapi.security.HTTPBasic": (401,),
    "fastapi.security.HTTPBearer": (401, 403),
    "fastapi.security.HTTPDigest": (401, 403),
    "fastapi.security.OAuth2": (401, 403),
    "fastapi.security.OAuth2AuthorizationCodeBearer": (401,),
    "fastapi.security.OAuth2PasswordBearer": (401,),
    "fastapi.security.OpenIdConnect": (401, 403),
    "flask_wtf.CSRFProtect": (400,),
    "flask_seasurf.SeaSurf": (403,),
    "starlette.authentication.requires": (403,),
}
"""What guards of libraries refuse with."""

_OF_GUARD_MODULES: dict[str, tuple[int, ...]] = {
    "apiflask": (401, 403),
    "django.contrib.auth.views": (302,),
    "flask_httpauth": (401, 403),
    "flask_jwt_extended": (401, 422),
    "ninja_extra": (403,),
    "ninja": (401,),
    "ninja_jwt": (401,),
}
"""What the guards of a library refuse with, whatever their name."""

_NOT_FOUND = frozenset(
    {
        "django.shortcuts.get_object_or_404",
        "django.shortcuts.get_list_or_404",
        "django.shortcuts.aget_object_or_404",
        "django.shortcuts.aget_list_or_404",
        "flask.send_from_directory",
    }
)
_NOT_FOUND_METHODS = ("get_or_404", "first_or_404", "one_or_404")
_REDIRECTS: dict[str, int] = {
    "aiohttp.web.HTTPFound": 302,
    "aiohttp.web.HTTPSeeOther": 303,
    "aiohttp.web.HTTPTemporaryRedirect": 307,
    "aiohttp.web.HTTPMovedPermanently": 301,
    "aiohttp.web.HTTPPermanentRedirect": 308,
    "django.contrib.auth.views.redirect_to_login": 302,
    "quart.redirect": 302,
    "sanic.redirect": 302,
    "sanic.response.redirect": 302,
    "tornado.web.RequestHandler.redirect": 302,
}
_REFUSING: dict[str, tuple[int, ...]] = {
    "django.contrib.auth.decorators.login_required": (302,),
    "django.contrib.auth.decorators.user_passes_test": (302,),
    "django.contrib.auth.mixins.AccessMixin.handle_no_permission": (302, 403),
    "flask_jwt_extended.verify_jwt_in_request": (401, 422),
}
_ASKING_FOR_LOGIN = ("unauthorized", "needs_refresh")
"""Methods of Flask-Login's manager."""
_TORNADO = "tornado.web.RequestHandler."
_TORNADO_ARGUMENTS = ("get_argument", "get_body_argument", "get_query_argument")
_PARSED: dict[str, int] = {
    "apiflask.APIBlueprint.input": 422,
    "apiflask.APIFlask.input": 422,
    "flask_smorest.Blueprint.arguments": 422,
    "flask_smorest.blueprint.Blueprint.arguments": 422,
    "webargs.flaskparser.use_args": 422,
    "webargs.flaskparser.use_kwargs": 422,
}
"""Decorators that read what callers send, and refuse it."""

_OF_INPUTS = {"ninja": 422, "litestar": 400, "connexion": 400}
"""Frameworks that check declared inputs, and how they refuse those that do not fit."""

_FORMS = frozenset(
    {
        *("FormView", "CreateView", "UpdateView", "DeleteView", "LoginView", "PasswordChangeView"),
        *("PasswordResetView", "PasswordResetConfirmView"),
    }
)
_ONE_ROW = ("DetailView", "UpdateView", "DeleteView", "ArchiveView")
_OF_VIEWS = "django.views.generic."


def statuses_of_framework(backend: Backend, route: Route) -> frozenset[int]:
    """The statuses that a route's framework and its libraries may answer with on their own account.

    Verbs that a route does not list are refused with 405; that is no answer of the route.
    """
    reader = _reader(backend)
    return frozenset((*reader.of_guards(route), *reader.of_code(route), *reader.of_frame(route)))


@lru_cache(maxsize=1)
def _reader(backend: Backend) -> _Reader:
    return _Reader(backend)


class _Reader:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._project = backend.project
        self._responses = Responses(backend.project)
        self._reach = reach_of(backend)
        self._login: tuple[int, ...] | None = None
        self._of_calls: dict[int, set[int]] = {}
        self._of_calls = self._called()
        self._plain = frozenset(
            id(answer.function)
            for answer in answers_of(backend)
            if answer.status is None and answer.settled and answer.how in ("response", "return")
        )

    # Guards

    def of_guards(self, route: Route) -> Iterator[int]:
        """What those that refuse strangers, limit calls or ask for tokens against forgery answer."""
        for guard in route.guards:
            if guard.verdict is not Verdict.NO:
                yield from guard.statuses or self._of_guard(route, guard)
        if any(guard.name.startswith("flask_login.") for guard in route.guards):
            yield from self._of_flask_login()

    def _of_guard(self, route: Route, guard: Guard) -> Iterable[int]:
        name = guard.name
        known = _OF_GUARDS.get(name)
        if known is not None:
            return known
        if guard.kind == "csrf":
            return (403,) if route.framework in _DJANGO and route.changes_state else ()
        own = self._project.by_id(name) is not None
        if guard.kind == "rate-limit":
            return () if own else (429,)
        if name == "tornado.web.authenticated":
            return (302,) if route.methods == ("GET",) else (403,)
        if route.framework == "connexion" and guard.kind == "authentication":
            return (401, 403)
        if route.framework == "drf" and guard.verdict is Verdict.YES:
            # Who is not known is refused with 403 where no authenticator names a way to sign in.
            return (403,)
        if route.framework == "ninja" and not name.startswith(("django.", "ninja_extra.")):
            is_handler = route.function is not None and name == route.function.name
            return () if is_handler else (401,) if guard.kind == "authentication" else (403,)
        return next((found for start, found in _OF_GUARD_MODULES.items() if name.startswith(f"{start}.")), ())

    def _of_flask_login(self) -> tuple[int, ...]:
        """Where a login page is known strangers are sent there, else they get 401."""
        if self._login is None:
            # Its handler may ask for a login itself.
            self._login = ()
            self._login = tuple(self._find_flask_login())
        return self._login

    def _find_flask_login(self) -> Iterator[int]:
        handlers = [
            function
            for function in self._backend.functions
            for decorator in function.scope.decorators
            if isinstance(decorator.value, Ref) and decorator.value.name.endswith(".unauthorized_handler")
        ]
        sent = any(
            isinstance(target, Ref) and target.name.endswith(".login_view")
            for function in self._backend.functions
            for statement in function.scope.statements
            for target in getattr(statement, "targets", ())
        )
        for handler in handlers:
            yield from self._of_function(handler)
        if not handlers:
            yield 302 if sent else 401

    # The code behind a route

    def of_code(self, route: Route) -> Iterator[int]:
        """What calls of the framework behind the handler, and in the guards, make it answer."""
        for function in self._reach.functions(route):
            yield from self._of_calls.get(id(function), ())
        for function in self._reach.refusing(route):
            yield from self._of_function(function)
        handler = route.function
        if handler is not None and handler.parent is not None:
            for decorator in handler.scope.decorators:
                if isinstance(decorator.value, Result):
                    call = handler.parent.scope.calls[decorator.value.call]
                    status = _PARSED.get(self._project.callee(handler.parent, call).name)
                    if status is not None:
                        yield status

    def _of_function(self, function: Function) -> Iterator[int]:
        """The errors and redirects that a function returns or raises."""
        yield from self._of_calls.get(id(function), ())
        for statement in function.scope.statements:
            status: int | None = None
            if isinstance(statement, Raise):
                status = self._responses.raised(function, statement.exception)
            elif isinstance(statement, Return) and statement.value is not None:
                status = self._responses.returned(function, statement.value)
            if status is not None and status >= 300:
                yield status

    def _called(self) -> dict[int, set[int]]:
        """By the id of a function: the statuses that its calls of libraries stand for."""
        found: dict[int, set[int]] = {}

        def note(site: Site, *statuses: int) -> None:
            found.setdefault(id(site.function), set()).update(statuses)

        backend = self._backend
        for site in backend.calls(*sorted(_NOT_FOUND)):
            note(site, 404)
        for name in _NOT_FOUND_METHODS:
            for site in backend.methods_called(name):
                note(site, 404)
        for name, status in _REDIRECTS.items():
            for site in backend.calls(name):
                note(site, self._told(site) or status)
        for name, statuses in _REFUSING.items():
            for site in backend.calls(name):
                note(site, *statuses)
        for site in backend.methods_called("is_valid"):
            raising = None if site.call is None else site.call.keyword("raise_exception")
            if isinstance(raising, Constant) and raising.value is True:
                note(site, 400)
        for site in backend.calls("django.shortcuts.render"):
            note(site, self._told(site) or 200)
        for name in _ASKING_FOR_LOGIN:
            for site in backend.methods_called(name):
                if site.callee.name.rpartition(".")[0].endswith(("login_manager", "LoginManager")):
                    note(site, *self._of_flask_login())
        self._of_tornado(note)
        return found

    def _told(self, site: Site) -> int | None:
        """The status that a call names by keyword."""
        assert site.call is not None
        given = site.call.keyword("status") or site.call.keyword("status_code") or site.call.keyword("code")
        return self._responses.status(site.function, given)

    def _of_tornado(self, note: Callable[..., None]) -> None:
        for name in ("send_error", "set_status"):
            for site in self._backend.calls(_TORNADO + name):
                status = self._responses.status(site.function, site.argument(0, "status_code"))
                if status is not None:
                    note(site, status)
        for name in _TORNADO_ARGUMENTS:
            for site in self._backend.calls(_TORNADO + name):
                if site.argument(1, "default") is None:
                    note(site, 400)

    # What is the same for all routes of a framework

    def of_frame(self, route: Route) -> Iterator[int]:
        """What the framework makes of plain answers, of inputs that do not fit, and in its own views."""
        handler = route.function
        if route.framework in _OF_INPUTS and any(
            each.place != "path" or each.type not in (None, "str") for each in route.inputs
        ):
            yield _OF_INPUTS[route.framework]
        if route.framework in ("django", "tornado") and handler is not None and id(handler) in self._plain:
            yield 200
        if route.framework == "tornado" and not self._of_calls.get(id(handler), set()) & set(range(200, 300)):
            yield 200
        if route.framework == "django":
            yield from self._of_generic(route)
        elif route.framework == "drf":
            yield from self._of_rest(route)

    def _of_generic(self, route: Route) -> Iterator[int]:
        """The answers of Django's class-based views."""
        # A library's own view is the handler with its method.
        names = [route.handler.rpartition(".")[0]]
        if route.owner is not None:
            names += [each.name for each in self._project.ancestors(route.owner)]
        views = {name.rpartition(".")[2] for name in names if name.startswith((_OF_VIEWS, "django.contrib."))}
        if "RedirectView" in views:
            permanent = None if route.owner is None else route.owner.attributes.get("permanent")
            moved = permanent is not None and permanent.value == Constant(True)
            yield 301 if moved else 302
            yield 410
        elif any(view.endswith("View") for view in views - {"View"}):
            yield 302 if "LogoutView" in views else 200
            if not _FORMS.isdisjoint(views) and route.changes_state:
                yield 302
            if any(view.endswith(_ONE_ROW) for view in views):
                yield 404

    def _of_rest(self, route: Route) -> Iterator[int]:
        """What views with a serializer answer to input that does not fit, and where no row is found."""
        generic = route.owner is not None and any(
            each.name.startswith(
                ("rest_framework.generics.", "rest_framework.mixins.", "rest_framework.viewsets.")
            )
            for each in self._project.ancestors(route.owner)
            if not isinstance(each.target, Class)
        )
        if not generic or (route.function is not None and "super" not in _called_names(route.function)):
            return
        if not {"POST", "PUT", "PATCH"}.isdisjoint(route.methods):
            yield 400
        if route.methods != ("POST",) and route.path.rstrip("/").endswith("}"):
            yield 404


def _called_names(function: Function) -> set[str]:
    return {
        call.callee.name.rpartition(".")[2] for call in function.scope.calls if isinstance(call.callee, Ref)
    }
