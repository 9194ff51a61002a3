"""What the frameworks themselves say about the fixture applications.

`truth(app)` starts one application of `fixtures/apps/` in a process of its own, on a throw-away
SQLite database with one row of everything, and returns what the running framework knows:

    {"app": "shop", "framework": "fastapi", "routes": [...], "tables": [...]}

A route is one entry per path and routed object (a function or a class), in the words of the map
format, with these additions:

    "calls"          one item per verb: {"method", "handler", "status", "authenticated"}. Its
                     handler names the method that answers (`module.Class.list`), also when the
                     class inherits it; the route's own handler is `module.Class`.
    "authenticated"  "yes" or "no" when all calls agree, else "mixed".
    "any_method"     true when the framework does not limit the verbs; `methods` then holds
                     DELETE, GET, PATCH, POST and PUT.
    "framework_own"  true for what the framework or one of its parts brings along: OpenAPI
                     documents, static files, the admin, the API root of a DRF router.
    "inputs", "outputs"  as in the map format, or null where the framework keeps no record.

Tables are in the map format's shape without `file` and `line`; types are PostgreSQL's, in lower
case. Indexes carry `"kind"`: "index" or "constraint" (a unique constraint). Tables that the
framework brings along carry `"framework_own": true`.

Normalisation that all frameworks share:
- paths have a leading slash, and every parameter is `{name}`, whatever its converter;
- verbs are upper case without HEAD and OPTIONS; a websocket has the one verb WEBSOCKET;
- a handler is the dotted name of the innermost function or class, below `functools.wraps`
  decorators and partials; a function defined in a function keeps the outer one's name
  (`module.outer.inner`);
- an anonymous call is authenticated "yes" if it ends in 401, 403, a redirect to a login page, or
  a websocket closed with a refusal before it was accepted. Everything else is "no";
- the call is sent without credentials and without a body, with plausible path parameters.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

TESTS = Path(__file__).resolve().parent.parent
APPS = TESTS.parent / "fixtures" / "apps"
TIME_LIMIT_SECONDS = 120


class Harness(NamedTuple):
    """Which module asks an application, and what has to be installed for it."""

    module: str
    requires: tuple[str, ...]


HARNESSES = {
    "beacon": Harness("asgi_truth", ("starlette", "httpx")),
    "atlas": Harness("flask_truth", ("flask", "flask_smorest", "flask_httpauth")),
    "bakery": Harness("flask_truth", ("apiflask", "flask_wtf", "flask_limiter")),
    "clinic": Harness("django_truth", ("django", "rest_framework", "psycopg")),
    "lending": Harness("django_truth", ("django", "ninja", "ninja_extra")),
    "clubs": Harness("flask_truth", ("flask", "flask_restx", "flask_jwt_extended")),
    "depot": Harness("flask_truth", ("flask", "flask_restful")),
    "museum": Harness(
        "django_truth",
        (
            *("django", "rest_framework", "rest_framework_nested", "rest_framework_extensions"),
            *("django_filters", "django_ratelimit"),
        ),
    ),
    "desk": Harness("flask_truth", ("flask", "flask_sqlalchemy")),
    "ferry": Harness("flask_truth", ("connexion", "flask")),
    "radio": Harness("flask_truth", ("quart",)),
    "fleet": Harness("sanic_truth", ("sanic", "sanic_testing")),
    "gazette": Harness("litestar_truth", ("litestar", "httpx")),
    "harbour": Harness("aiohttp_truth", ("aiohttp",)),
    "observatory": Harness("tornado_truth", ("tornado",)),
    "shop": Harness("asgi_truth", ("fastapi", "sqlalchemy", "alembic", "httpx", "jwt", "python_multipart")),
    "vineyard": Harness("asgi_truth", ("fastapi", "tortoise", "aerich", "aiosqlite", "httpx")),
}

DECLARING = {
    "parcels": Harness("asgi_truth", ("fastapi", "httpx", "python_multipart", "email_validator")),
}
"""Applications that guard nothing and do nothing: only what their routes declare counts."""


class Call(NamedTuple):
    """One verb on one path."""

    handler: str
    authenticated: str
    framework_own: bool


class AppDidNotStart(Exception):
    """The application failed; the message is its standard error."""


def missing(app: str) -> str | None:
    """The first package that `app` needs and that is not installed."""
    for name in (HARNESSES | DECLARING)[app].requires:
        if importlib.util.find_spec(name) is None:
            return name
    return None


@functools.cache
def truth(app: str) -> dict[str, Any]:
    """What the framework says about `app`. Raises AppDidNotStart."""
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.fspath(APPS / app),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
    }
    outcome = subprocess.run(
        [sys.executable, "-m", f"oracle.{(HARNESSES | DECLARING)[app].module}", app],
        cwd=TESTS,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    if outcome.returncode != 0:
        raise AppDidNotStart(f"{app}: {outcome.stderr}")
    result: dict[str, Any] = json.loads(outcome.stdout)
    return result


def calls(app: str) -> dict[tuple[str, str], Call]:
    """Every verb on every path of `app`. Where two routes answer the same call, the first does."""
    table: dict[tuple[str, str], Call] = {}
    for route in truth(app)["routes"]:
        for call in route["calls"]:
            key = (call["method"], route["path"])
            table.setdefault(key, Call(call["handler"], call["authenticated"], route["framework_own"]))
    return table
