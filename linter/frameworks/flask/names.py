"""Names that Flask and its extensions give to things."""

from __future__ import annotations

from typing import Literal, NamedTuple

from linter.backend import GuardKind, Verdict

ObjectKind = Literal["app", "blueprint", "api", "namespace"]

CONNEXION_APPS = frozenset(
    {
        "connexion.App",
        "connexion.AsyncApp",
        "connexion.FlaskApp",
        "connexion.apps.asynchronous.AsyncApp",
        "connexion.apps.flask.FlaskApp",
        "connexion.apps.flask_app.FlaskApp",
    }
)
"""Applications that have one of Flask's in their `app`, and take its methods as well."""
APPS = CONNEXION_APPS | {
    "flask.Flask",
    "quart.Quart",
    "quart.app.Quart",
    "apiflask.APIFlask",
    "flask_openapi3.OpenAPI",
}
OBJECTS: dict[str, ObjectKind] = {
    **dict.fromkeys(APPS, "app"),
    "flask.Blueprint": "blueprint",
    "quart.Blueprint": "blueprint",
    "flask_smorest.Blueprint": "blueprint",
    "flask_smorest.blueprint.Blueprint": "blueprint",
    "flask_rest_api.Blueprint": "blueprint",
    "apiflask.APIBlueprint": "blueprint",
    "flask_openapi3.APIBlueprint": "blueprint",
    "flask_restful.Api": "api",
    "flask_restx.Api": "api",
    "flask_restx.api.Api": "api",
    "flask_restplus.Api": "api",
    "flask_smorest.Api": "api",
    "flask_rest_api.Api": "api",
    "flask_restx.Namespace": "namespace",
    "flask_restx.namespace.Namespace": "namespace",
    "flask_restplus.Namespace": "namespace",
}
"""What a call of this name makes."""

PACKAGES = frozenset({"connexion", "flask", "quart", "apiflask", "flask_openapi3"})

VERBS = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "delete": "DELETE"}
ALL_VERBS = (*VERBS, "head", "options", "trace")

REGISTRATIONS = frozenset(
    {
        "add_url_rule",
        "register_blueprint",
        "register_api",
        "add_resource",
        "add_namespace",
        "init_app",
        "before_request",
        "before_app_request",
        "from_object",
    }
)
"""Methods that hang something on an application, a blueprint or an API."""

CONVERTERS = {"int": "int", "float": "float", "uuid": "UUID", "path": "str", "string": "str", "any": "str"}

VIEWS = frozenset({"flask.views.View", "quart.views.View"})
METHOD_VIEWS = frozenset(
    {
        "flask.views.MethodView",
        "quart.views.MethodView",
        "apiflask.views.MethodView",
        "flask_restful.Resource",
        "flask_restx.Resource",
        "flask_restx.resource.Resource",
        "flask_restplus.Resource",
    }
)


class Known(NamedTuple):
    """What a library's decorator does to a caller without credentials.

    `quiet` is the keyword that lets such a caller pass when it is true.
    """

    verdict: Verdict
    kind: GuardKind
    quiet: str = ""


_LOGIN = Known(Verdict.YES, "authentication")
_ROLE = Known(Verdict.YES, "authorization")
_LIMIT = Known(Verdict.NO, "rate-limit")

DECORATORS: dict[str, Known] = {
    "flask_login.login_required": _LOGIN,
    "flask_login.fresh_login_required": _LOGIN,
    "flask_login.utils.login_required": _LOGIN,
    "quart_auth.login_required": _LOGIN,
    "flask_jwt_extended.jwt_required": Known(Verdict.YES, "authentication", "optional"),
    "flask_jwt_extended.fresh_jwt_required": _LOGIN,
    "flask_jwt_extended.jwt_refresh_token_required": _LOGIN,
    "flask_jwt_extended.jwt_optional": Known(Verdict.NO, "other"),
    "flask_jwt.jwt_required": _LOGIN,
    "quart_jwt_extended.jwt_required": _LOGIN,
    "flask_praetorian.auth_required": _LOGIN,
    "flask_praetorian.roles_required": _ROLE,
    "flask_praetorian.roles_accepted": _ROLE,
    "flask_security.login_required": _LOGIN,
    "flask_security.auth_required": _LOGIN,
    "flask_security.http_auth_required": _LOGIN,
    "flask_security.auth_token_required": _LOGIN,
    "flask_security.anonymous_user_required": Known(Verdict.NO, "other"),
    "flask_security.roles_required": _ROLE,
    "flask_security.roles_accepted": _ROLE,
    "flask_security.permissions_required": _ROLE,
    "flask_security.permissions_accepted": _ROLE,
    "flask_user.login_required": _LOGIN,
    "flask_user.roles_required": _ROLE,
    "flask_oidc.OpenIDConnect.require_login": _LOGIN,
    "flask_oidc.OpenIDConnect.accept_token": _LOGIN,
    "flask_principal.Permission.require": _ROLE,
    "flask_httpauth.HTTPBasicAuth.login_required": Known(Verdict.YES, "authentication", "optional"),
    "flask_httpauth.HTTPDigestAuth.login_required": Known(Verdict.YES, "authentication", "optional"),
    "flask_httpauth.HTTPTokenAuth.login_required": Known(Verdict.YES, "authentication", "optional"),
    "flask_httpauth.MultiAuth.login_required": Known(Verdict.YES, "authentication", "optional"),
    "apiflask.HTTPBasicAuth.login_required": Known(Verdict.YES, "authentication", "optional"),
    "apiflask.HTTPTokenAuth.login_required": Known(Verdict.YES, "authentication", "optional"),
    "apiflask.APIFlask.auth_required": Known(Verdict.YES, "authentication", "optional"),
    "apiflask.APIBlueprint.auth_required": Known(Verdict.YES, "authentication", "optional"),
    "authlib.integrations.flask_oauth2.ResourceProtector()": Known(Verdict.YES, "authentication", "optional"),
    "authlib.integrations.flask_oauth2.ResourceProtector": Known(Verdict.YES, "authentication", "optional"),
    "flask_allows.requires": Known(Verdict.UNKNOWN, "authorization"),
    "flask_allows.Allows.requires": Known(Verdict.UNKNOWN, "authorization"),
    "flask_allows2.requires": Known(Verdict.UNKNOWN, "authorization"),
    "flask_allows2.Allows.requires": Known(Verdict.UNKNOWN, "authorization"),
    "flask_limiter.Limiter.limit": _LIMIT,
    "flask_limiter.Limiter.shared_limit": _LIMIT,
    "flask_ratelimiter.ratelimit": _LIMIT,
    "quart_rate_limiter.rate_limit": _LIMIT,
}

CSRF_EXEMPTIONS = frozenset({"flask_wtf.CSRFProtect.exempt", "flask_seasurf.SeaSurf.exempt"})
CSRF_PROTECTIONS = frozenset({"flask_wtf.CSRFProtect", "flask_seasurf.SeaSurf"})

GUARD_WORDS = (
    "auth",
    "login",
    "logged",
    "require",
    "permission",
    "role",
    "protect",
    "access",
    "token",
    "jwt",
    "admin",
    "secure",
    "verify",
    "restrict",
    "allowed",
)
"""A decorator that cannot be read may be a guard when its name has one of these words."""

HARMLESS_DECORATORS = ("functools.", "flask_cors.", "flask_caching.", "contextlib.", "typing.", "flasgger.")

_VENDORING = frozenset({"vendor", "_vendor", "vendored", "_vendored", "extern", "third_party"})
"""Packages of a project that hold copies of libraries."""


def unvendored(name: str) -> str:
    """The name that something has in the library of which the project keeps a copy."""
    parts = name.split(".")
    places = [place for place, part in enumerate(parts) if part in _VENDORING]
    return ".".join(parts[places[-1] + 1 :]) if places else name
