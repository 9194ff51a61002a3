"""Names that aiohttp and its companions give to things."""

from __future__ import annotations

from linter.backend import GuardKind, Verdict
from linter.frameworks.followed.visits import COMMON_PARTS, Words

APP = "aiohttp.web.Application"
TABLE = "aiohttp.web.RouteTableDef"
VERBS = ("get", "post", "put", "patch", "delete", "head", "options")
ADDED = {f"add_{verb}": verb for verb in VERBS}
REGISTERING = frozenset({*VERBS, "route", "view"})
CALLS = frozenset(
    {
        *ADDED,
        "add_routes",
        "add_route",
        "add_view",
        "add_static",
        "add_subapp",
        "add_domain",
        "add_resource",
        "append",
    }
)

WORDS = Words(
    parts={
        "request": {
            **COMMON_PARTS,
            "rel_url": "url",
            "match_info": "match_info",
            "path_qs": "unknown",
            "app": "app",
            "user": "unknown",
            "auth": "unknown",
            "session": "unknown",
            "scope": "unknown",
        },
        "url": {"path": "path", "query": "args"},
        "view": {"request": "request"},
    },
    methods={
        "request": {"post": "form", "json": "json", "get": "g"},
        "headers": {"getone": "headers", "getall": "headers"},
    },
    calls={
        "aiohttp_session.get_session": "session",
        "aiohttp_session.new_session": "session",
        "aiohttp_security.authorized_userid": "absent",
        "aiohttp_security.api.authorized_userid": "absent",
        "aiohttp_security.permits": "absent",
        "aiohttp_security.is_anonymous": "unknown",
        "aiohttp_security.check_authorized": "refused",
        "aiohttp_security.api.check_authorized": "refused",
        "aiohttp_security.check_permission": "refused",
        "aiohttp_security.api.check_permission": "refused",
        "aiohttp.BasicAuth.decode": "absent",
    },
    redirects=frozenset(
        f"aiohttp.web.{name}"
        for name in (
            "HTTPFound",
            "HTTPSeeOther",
            "HTTPTemporaryRedirect",
            "HTTPMovedPermanently",
            "HTTPPermanentRedirect",
        )
    ),
    mappings={"request": "g"},
)

KNOWN: dict[str, tuple[Verdict, GuardKind]] = {
    "aiohttp_security.login_required": (Verdict.YES, "authentication"),
    "aiohttp_security.has_permission": (Verdict.YES, "authorization"),
    "aiohttp_jwt.login_required": (Verdict.YES, "authentication"),
    "aiohttp_jwt.check_permissions": (Verdict.YES, "authorization"),
    "aiohttp_session.session_middleware": (Verdict.NO, "other"),
    "aiohttp.web.normalize_path_middleware": (Verdict.NO, "other"),
    "aiohttp_remotes.BasicAuth": (Verdict.YES, "authentication"),
}
"""What decorators and middleware of libraries do to a visitor."""
