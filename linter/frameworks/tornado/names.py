"""Names that Tornado gives to things."""

from __future__ import annotations

from linter.backend import GuardKind, Verdict
from linter.frameworks.followed.visits import COMMON_PARTS, Words

APP = "tornado.web.Application"
ROUTER = "tornado.routing.RuleRouter"
AUTHENTICATED = "tornado.web.authenticated"
REGISTERING = frozenset[str]()
CALLS = frozenset({"add_handlers", "add_rules"})
SPECS = frozenset(
    {
        "tornado.web.url",
        "tornado.web.URLSpec",
        "tornado.routing.URLSpec",
        "tornado.routing.Rule",
    }
)
MATCHES = frozenset({"tornado.routing.PathMatches"})
WORDS = Words(
    parts={
        "handler": {
            "request": "request",
            "application": "app",
            "settings": "app",
            "cookies": "cookies",
            "current_user": "absent",
            "path_args": "unknown",
            "path_kwargs": "unknown",
        },
        "request": {
            **COMMON_PARTS,
            "arguments": "args",
            "query_arguments": "args",
            "body_arguments": "form",
            "uri": "path",
            "user": "unknown",
            "auth": "unknown",
            "session": "unknown",
        },
    },
    methods={
        "handler": {
            "get_current_user": "absent",
            "get_secure_cookie": "absent",
            "get_signed_cookie": "absent",
            "get_cookie": "cookies",
            "get_argument": "args",
            "get_query_argument": "args",
            "get_arguments": "args",
            "get_body_argument": "form",
            "get_login_url": "unknown",
        },
        "headers": {"get_list": "headers"},
    },
    computed={"handler": {"current_user": "get_current_user"}},
    ending={
        "handler": {
            "send_error": "status",
            "set_status": "status",
            "redirect": "redirect",
            "finish": "answer",
            "render": "answer",
        },
    },
)

KNOWN: dict[str, tuple[Verdict, GuardKind]] = {AUTHENTICATED: (Verdict.YES, "authentication")}
"""What decorators of libraries do to a visitor."""
