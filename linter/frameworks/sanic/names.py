"""Names that Sanic and its companions give to things."""

from __future__ import annotations

from linter.backend import GuardKind, Verdict
from linter.frameworks.followed.visits import COMMON_PARTS, Words

APP = "sanic.Sanic"
BLUEPRINT = "sanic.Blueprint"
GROUP = "sanic.Blueprint.group"
VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
REGISTERING = frozenset({*VERBS, "route", "websocket", "middleware", "on_request"})
CALLS = frozenset(
    {
        *REGISTERING,
        "add_route",
        "add_websocket_route",
        "blueprint",
        "register_middleware",
        "static",
        "append",
    }
)

WORDS = Words(
    parts={
        "request": {
            **COMMON_PARTS,
            "token": "absent",
            "credentials": "absent",
            "user": "unknown",
            "auth": "unknown",
            "session": "unknown",
            "scope": "unknown",
            "state": "unknown",
            "url": "unknown",
            "uri_template": "unknown",
            "app": "app",
            "route": "unknown",
            "server_path": "path",
        },
        "view": {},
    },
    methods={
        "request": {"get_args": "args", "get_form": "form", "load_json": "json", "get_cookies": "cookies"},
        "headers": {"getone": "headers", "getall": "headers"},
    },
    calls={"sanic_jwt.protected": "unknown"},
    redirects=frozenset({"sanic.response.redirect", "sanic.response.convenience.redirect"}),
)

KNOWN: dict[str, tuple[Verdict, GuardKind]] = {
    "sanic_jwt.protected": (Verdict.YES, "authentication"),
    "sanic_jwt.decorators.protected": (Verdict.YES, "authentication"),
    "sanic_jwt.scoped": (Verdict.YES, "authorization"),
    "sanic_jwt.decorators.scoped": (Verdict.YES, "authorization"),
    "sanic_jwt_extended.jwt_required": (Verdict.YES, "authentication"),
    "sanic_httpauth.HTTPBasicAuth.login_required": (Verdict.YES, "authentication"),
    "sanic_httpauth.HTTPTokenAuth.login_required": (Verdict.YES, "authentication"),
    "sanic_limiter.Limiter.limit": (Verdict.NO, "rate-limit"),
}
"""What decorators of libraries do to a visitor."""
