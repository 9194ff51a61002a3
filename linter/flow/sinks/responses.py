"""Answers: bodies that a browser reads as a page, headers, cookies, the session."""

from __future__ import annotations

from linter.flow.sinks.table import ALL, Sink, rows

XSS = [
    *rows("xss", "flask.make_response quart.make_response", 0, "", "page"),
    *rows(
        "xss",
        "flask.Response quart.Response werkzeug.Response werkzeug.wrappers.Response flask.wrappers.Response",
        0,
        "response",
        "page",
    ),
    *rows("xss", "markupsafe.Markup flask.Markup", 0, "object", "markup"),
    *rows("xss", "django.utils.safestring.mark_safe", 0, "s"),
    *rows(
        "xss",
        "django.http.HttpResponse django.http.StreamingHttpResponse"
        " django.http.HttpResponseBadRequest django.http.HttpResponseNotFound"
        " django.http.HttpResponseForbidden django.http.HttpResponseServerError",
        0,
        "content",
        "page",
    ),
    *rows("xss", "starlette.responses.HTMLResponse fastapi.responses.HTMLResponse", 0, "content"),
    *rows(
        "xss",
        "starlette.responses.Response fastapi.responses.Response fastapi.Response"
        " starlette.responses.StreamingResponse fastapi.responses.StreamingResponse",
        0,
        "content",
        "html",
    ),
    *rows("xss", "django.http.HttpResponse.write", 0, "content", "written-page"),
    *rows("xss", "aiohttp.web.Response", -1, "text", "html"),
    *rows("xss", "tornado.web.RequestHandler.write tornado.web.RequestHandler.finish", 0, "chunk", "page"),
    *rows("xss", "sanic.response.html sanic.html", 0, "body"),
    *rows("xss", "django.utils.html.format_html", 0, "format_string"),
]
HEADERS = Sink("redirect", "return", 0, "", "", True, "answer")
FOLLOWED = Sink("redirect", "return", 0, "", "", True, "answer")
ANSWER = Sink("xss", "return", 0, "", "", True, "answer")

SESSION = [
    Sink("session", "flask.session", ALL, "", "", True, "item"),
    Sink("session", "quart.session", ALL, "", "", True, "item"),
    Sink("session", "django.http.HttpRequest.session", ALL, "", "", True, "item"),
    Sink("session", "starlette.requests.Request.session", ALL, "", "", True, "item"),
    Sink("session", "fastapi.Request.session", ALL, "", "", True, "item"),
    *[
        row
        for session in (
            "flask.session",
            "quart.session",
            "django.http.HttpRequest.session",
            "starlette.requests.Request.session",
            "fastapi.Request.session",
        )
        for row in rows("session", f"{session}.setdefault {session}.update", ALL)
    ],
]

HEADER = [
    # What frameworks and `http.client` send is refused when it holds a newline; this is not.
    *rows("header", "http.server.BaseHTTPRequestHandler.send_header ?.send_header", 0, "keyword"),
    *rows("header", "http.server.BaseHTTPRequestHandler.send_header ?.send_header", 1, "value"),
    *rows("header", "http.server.BaseHTTPRequestHandler.send_response ?.send_response", 1, "message"),
]

_WERKZEUG = (
    "flask.Response flask.wrappers.Response quart.Response werkzeug.Response werkzeug.wrappers.Response"
)
_CHECKED = (
    "django.http.HttpResponse django.http.JsonResponse django.http.HttpResponseRedirect"
    " rest_framework.response.Response starlette.responses.Response fastapi.Response"
    " fastapi.responses.Response fastapi.responses.JSONResponse starlette.responses.JSONResponse"
    " fastapi.responses.RedirectResponse starlette.responses.RedirectResponse fastapi.responses.HTMLResponse"
)


def _each(classes: str, member: str) -> str:
    return " ".join(f"{each}.{member}" for each in classes.split())


_BY_NAME = " ".join(
    [
        *_each(f"{_WERKZEUG} {_CHECKED}", "headers").split(),
        *(each for each in _CHECKED.split() if each.startswith(("django.", "rest_framework."))),
        "django.http.StreamingHttpResponse",
        "django.http.FileResponse",
    ]
)
"""What is given a header by its name: `response.headers[name] = value`, and in Django `response[name]`."""
_ADDING = " ".join(
    each
    for method in ("append", "add", "set", "setdefault", "add_header")
    for each in _each(f"{_WERKZEUG} {_CHECKED}", f"headers.{method}").split()
)

COOKIE = [
    # Werkzeug writes names as they are; `http.cookies`, which the others use, refuses what is no name.
    *rows("cookie", _each(_WERKZEUG, "set_cookie"), 0, "key"),
    *rows("cookie", _each(_CHECKED, "set_cookie") + " ?.set_cookie", 0, "key", "", False),
    *rows("cookie", _each(f"{_WERKZEUG} {_CHECKED}", "set_cookie") + " ?.set_cookie", 1, "value", "", False),
    *[Sink("cookie", callee, ALL, "", "set-cookie", True, "item") for callee in _BY_NAME.split()],
    *rows("cookie", _ADDING, 1, "value", "set-cookie"),
]

LOCATION = [
    *rows(
        "redirect",
        f"{_WERKZEUG} {_CHECKED} aiohttp.web.Response",
        -1,
        "headers",
        "location",
    ),
    *[Sink("redirect", callee, ALL, "", "set-location", True, "item") for callee in _BY_NAME.split()],
    *rows("redirect", _ADDING, 1, "value", "set-location"),
]

BODY = [
    *rows("xss", _each(_WERKZEUG, "set_data"), 0, "value", "set-page"),
    *[
        Sink("xss", callee, 0, "", "set-page", True, "attribute")
        for callee in (*_each(_WERKZEUG, "data").split(), "django.http.HttpResponse.content")
    ],
]

TABLE = [*XSS, *BODY, *SESSION, *HEADER, *COOKIE, *LOCATION]
