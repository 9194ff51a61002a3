"""What of a request each framework hands to the code, as plain tables.

A row says what is read (by canonical name, a call with `()`) and what it gives: a type by name, `str` for
text, or nothing when the type is the caller's choice, as in JSON. Another framework is another table.
"""

from __future__ import annotations

import sys

MAPPING = "request.mapping"
"""A mapping of names to strings that the caller fills."""
FILES = "request.files"
FILE = "request.file"
NAMED_FILES = "request.named_files"
NAMED_FILE = "request.named_file"
"""An upload in Django, which keeps the last part of a file's name only."""
JSON = "request.json"
STREAM = "request.stream"

_FLASK = {
    "args": MAPPING,
    "form": MAPPING,
    "values": MAPPING,
    "cookies": MAPPING,
    "headers": MAPPING,
    "view_args": MAPPING,
    "environ": MAPPING,
    "files": FILES,
    "json": JSON,
    "get_json()": JSON,
    "data": "bytes",
    "get_data()": "bytes",
    "query_string": "bytes",
    "stream": STREAM,
    "full_path": "str",
    "url": "str",
    "referrer": "str",
    "user_agent": "request.user_agent",
    "content_type": "str",
    "mimetype": "str",
    "authorization": "request.authorization",
}
_DJANGO = {
    "GET": MAPPING,
    "POST": MAPPING,
    "COOKIES": MAPPING,
    "META": MAPPING,
    "headers": MAPPING,
    "FILES": NAMED_FILES,
    "body": "bytes",
    "read()": "bytes",
    "get_full_path()": "str",
    "get_raw_uri()": "str",
    "build_absolute_uri()": "str",
    "data": JSON,
    "query_params": MAPPING,
}
_STARLETTE = {
    "query_params": MAPPING,
    "path_params": MAPPING,
    "headers": MAPPING,
    "cookies": MAPPING,
    "json()": JSON,
    "form()": FILES,
    "body()": "bytes",
    "stream()": "bytes",
}
_WEBSOCKET = {
    "query_params": MAPPING,
    "path_params": MAPPING,
    "headers": MAPPING,
    "cookies": MAPPING,
    "receive_text()": "str",
    "receive_json()": JSON,
    "receive_bytes()": "bytes",
    "receive()": JSON,
    "iter_text()": "str",
    "iter_json()": JSON,
}
_AIOHTTP = {
    "query": MAPPING,
    "match_info": MAPPING,
    "headers": MAPPING,
    "cookies": MAPPING,
    "json()": JSON,
    "post()": FILES,
    "text()": "str",
    "read()": "bytes",
    "rel_url": "str",
}

_SANIC = {
    "args": MAPPING,
    "form": MAPPING,
    "json": JSON,
    "load_json()": JSON,
    "files": FILES,
    "headers": MAPPING,
    "cookies": MAPPING,
    "body": "bytes",
    "query_string": "str",
    "url": "str",
    "token": "str",
    "match_info": MAPPING,
    "get_args()": MAPPING,
    "get_form()": MAPPING,
}
_TORNADO = {
    "headers": MAPPING,
    "arguments": MAPPING,
    "query_arguments": MAPPING,
    "body_arguments": MAPPING,
    "body": "bytes",
    "files": FILES,
    "cookies": MAPPING,
    "query": "str",
    "uri": "str",
    "full_url()": "str",
}
_TORNADO_HANDLER = {
    "get_argument()": "str",
    "get_arguments()": "request.list",
    "get_query_argument()": "str",
    "get_query_arguments()": "request.list",
    "get_body_argument()": "str",
    "get_body_arguments()": "request.list",
    "get_cookie()": "str",
    "path_kwargs": MAPPING,
}
_LITESTAR = {**_STARLETTE, "query_params": MAPPING, "url": "str"}

REQUESTS: dict[str, dict[str, str]] = {
    "flask.request": _FLASK,
    "flask.globals.request": _FLASK,
    "flask.Request": _FLASK,
    "flask.wrappers.Request": _FLASK,
    "quart.request": _FLASK,
    "werkzeug.Request": _FLASK,
    "werkzeug.wrappers.Request": _FLASK,
    "django.http.HttpRequest": _DJANGO,
    "django.http.request.HttpRequest": _DJANGO,
    "django.core.handlers.wsgi.WSGIRequest": _DJANGO,
    "django.core.handlers.asgi.ASGIRequest": _DJANGO,
    "rest_framework.request.Request": _DJANGO,
    "starlette.requests.Request": _STARLETTE,
    "fastapi.Request": _STARLETTE,
    "fastapi.requests.Request": _STARLETTE,
    "starlette.websockets.WebSocket": _WEBSOCKET,
    "fastapi.WebSocket": _WEBSOCKET,
    "aiohttp.web.Request": _AIOHTTP,
    "aiohttp.web.View.request": _AIOHTTP,
    "sanic.request.Request": _SANIC,
    "sanic.Request": _SANIC,
    "tornado.web.RequestHandler": _TORNADO_HANDLER,
    "tornado.web.RequestHandler.request": _TORNADO,
    "tornado.httputil.HTTPServerRequest": _TORNADO,
    "litestar.Request": _LITESTAR,
    "litestar.connection.Request": _LITESTAR,
}

READS: dict[str, str] = {
    f"{request}.{name}": kind for request, table in REQUESTS.items() for name, kind in table.items()
}
"""What is read of a request, by full name, and what it gives."""

PARTS: dict[str, str] = {
    f"{FILE}.filename": "str",
    f"{FILE}.name": "str",
    f"{NAMED_FILE}.name": "str",
    f"{NAMED_FILE}.content_type": "str",
    f"{NAMED_FILE}.file": STREAM,
    f"{FILE}.content_type": "str",
    f"{FILE}.mimetype": "str",
    f"{FILE}.file": STREAM,
    f"{FILE}.stream": STREAM,
    **{f"{request}.path": "str" for request in REQUESTS},
    "tarfile.TarInfo.name": "str",
    "tarfile.TarInfo.path": "str",
    "tarfile.TarInfo.filename": "str",
    "request.user_agent.string": "str",
    "request.authorization.username": "str",
    "request.authorization.password": "str",
    "urllib.parse.ParseResult.netloc": "str",
    "urllib.parse.ParseResult.port": "int",
    "urllib.parse.ParseResult.hostname": "str",
    "urllib.parse.ParseResult.scheme": "str",
    "urllib.parse.ParseResult.path": "str",
    "urllib.parse.ParseResult.query": "str",
    "urllib.parse.ParseResult.fragment": "str",
    "yarl.URL.host": "str",
    "yarl.URL.scheme": "str",
    "httpx.URL.host": "str",
    "httpx.URL.scheme": "str",
}
"""Types of attributes of what a request gives."""

_TRANSPARENT = frozenset(
    {each.partition(".")[0] for each in (*READS, *PARTS)}
    | {"markupsafe", "pydantic", "jinja2", "lxml", "bs4", "bottle"}
    | sys.stdlib_module_names
)


def is_opaque(name: str) -> bool:
    """Whether a method or attribute is of an instance of a library's class of which nothing is known.

    Whatever the instance was made with, by the class or by another constructor (`Flow.from_config(...)`),
    what it hands out may be something of its own.
    """
    *owner, last = name.rpartition(".")[0].split(".")
    cls = owner[-1] if owner and last.startswith("from_") else last
    return cls[:1].isupper() and name.partition(".")[0] not in _TRANSPARENT


_CARRIERS = frozenset(
    {"marshmallow", "webargs", "wtforms", "cerberus", "voluptuous", "colander", "cattrs", "msgspec", "dacite"}
    | {
        "markdown",
        "markdown2",
        "mistune",
        "six",
        "simplejson",
        "orjson",
        "ujson",
        "xmltodict",
        "toml",
        "tomli",
    }
    | {"furl", "yarl", "httpx", "requests", "aiohttp", "yaml", "ruamel", "defusedxml", "dict", "bytes", "str"}
)
"""Libraries whose functions hand on what they are given, in another form."""


def is_unseen(name: str) -> bool:
    """Whether a function is one of a library of which nothing is known: what it returns may be its own.

    An instance of a library's class has what it was made with; `is_opaque` tells what it hands out.
    """
    top, dot, rest = name.partition(".")
    is_function = not rest.rpartition(".")[2][:1].isupper()
    return bool(dot) and is_function and top not in _TRANSPARENT and top not in _CARRIERS


ELEMENTS: dict[str, str] = {
    MAPPING: "str",
    FILES: FILE,
    NAMED_FILES: NAMED_FILE,
    JSON: JSON,
    STREAM: "bytes",
    "bytes": "bytes",
    "request.list": "str",
    FILE: "bytes",
    NAMED_FILE: "bytes",
    "urllib.parse.ParseResult": "str",
    "tarfile.TarFile": "tarfile.TarInfo",
    "dict": JSON,
    "query": "request.list",
    "typing.List[str]": "str",
}
"""What an item of a thing is."""

PATHS = frozenset({"flask.request.path", "quart.request.path"})
"""The path that is asked for: what of it the caller chooses is for the route to say."""

UPLOADS = frozenset(
    {"fastapi.UploadFile", "starlette.datastructures.UploadFile", "werkzeug.datastructures.FileStorage"}
)

LAST_PARTS = frozenset({f"{NAMED_FILE}.name", f"{JSON}.name"})
"""What is the last part of a path, and can lead nowhere else. What REST framework has read has a name only if
it is a file."""

PLACES = frozenset(f"{NAMED_FILE}.{name}" for name in ("path", "url"))
"""What only a field of a model has that keeps a file: its storage chooses the place."""

HOSTS = frozenset({"netloc", "hostname", "host"})
SCHEMES = frozenset({"scheme"})

CREDENTIALS = frozenset(
    f"{package}.{name}"
    for package in ("fastapi.security", "fastapi.security.oauth2", "fastapi.security.http")
    for name in (
        "OAuth2PasswordRequestForm",
        "OAuth2PasswordRequestFormStrict",
        "HTTPBasicCredentials",
        "HTTPAuthorizationCredentials",
    )
)
"""What FastAPI's own classes read of a request: a name and a password, or a token."""
PARTS.update(
    {f"{each}.{name}": "str" for each in CREDENTIALS for name in ("username", "password", "credentials")}
)

API_KEYS = frozenset(
    f"fastapi.security.{module}{name}"
    for module in ("", "api_key.")
    for name in ("APIKeyHeader", "APIKeyCookie", "APIKeyQuery")
)
"""FastAPI's own dependencies that hand on a text of the request."""

PLUMBING = frozenset(
    {
        "fastapi.Response",
        "starlette.responses.Response",
        "fastapi.BackgroundTasks",
        "starlette.background.BackgroundTasks",
        "fastapi.security.SecurityScopes",
    }
)
"""What FastAPI passes to a handler that does not come from the caller."""
