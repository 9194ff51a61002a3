"""Names that Litestar gives to things."""

from __future__ import annotations

from linter.backend import GuardKind, Verdict
from linter.frameworks.followed.visits import COMMON_PARTS, Words

APP = "litestar.Litestar"
ROUTER = "litestar.Router"
CONTROLLERS = frozenset({"litestar.Controller", "litestar.controller.Controller"})
VERBS = ("get", "post", "put", "patch", "delete")
HANDLERS = {
    f"{package}.{name}": name
    for package in ("litestar", "litestar.handlers")
    for name in (*VERBS, "head", "route", "websocket", "websocket_listener", "websocket_stream")
}
"""Decorators that make a handler, with what they are called."""
MIDDLEWARE = frozenset(
    {
        "litestar.middleware.AbstractAuthenticationMiddleware",
        "litestar.middleware.authentication.AbstractAuthenticationMiddleware",
    }
)
DEFINE = frozenset({"litestar.middleware.DefineMiddleware", "litestar.middleware.base.DefineMiddleware"})
PROVIDE = frozenset({"litestar.di.Provide"})
AUTHS = ("litestar.security.", "litestar.contrib.jwt.")
"""Packages of authentication back ends, which come in by `on_app_init`."""

WORDS = Words(
    parts={
        "request": {**COMMON_PARTS, "path_params": "unknown", "app": "app", "base_url": "unknown"},
        "url": {"path": "path", "query_params": "args"},
        "scope": {
            "path": "path",
            "method": "method",
            "user": "absent",
            "auth": "absent",
            "session": "session",
        },
    },
    methods={
        "request": {"json": "json", "form": "form"},
        "headers": {"getone": "headers", "getall": "headers"},
    },
    redirects=frozenset({"litestar.response.Redirect", "litestar.response.redirect.Redirect"}),
)

KNOWN: dict[str, tuple[Verdict, GuardKind]] = {
    "litestar.middleware.rate_limit.RateLimitConfig.middleware": (Verdict.NO, "rate-limit"),
}
"""What middleware of libraries does to a visitor."""
