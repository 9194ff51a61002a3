"""Where the program's own secrets must not go: logs, answers, and the query of a URL that it calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items
from linter.flow.sinks import Sinks, records, resources
from linter.flow.sinks.contexts import Hole, holes
from linter.flow.sinks.pages import Pages
from linter.flow.sinks.table import ALL, Sink, rows
from linter.flow.summaries import Hit
from linter.flow.values import Value

if TYPE_CHECKING:
    from linter.facts.spans import Span
    from linter.flow.access import Access

_LOG = [row._replace(kind="secret-log") for row in records.LOG if row.kind == "record"]
_ANSWER = [
    *rows("secret-answer", "flask.jsonify quart.jsonify", ALL),
    *rows("secret-answer", "flask.make_response quart.make_response", 0, "rv"),
    *rows(
        "secret-answer",
        "flask.Response quart.Response werkzeug.Response werkzeug.wrappers.Response flask.wrappers.Response",
        0,
        "response",
    ),
    *rows("secret-answer", "django.http.HttpResponse django.http.HttpResponseBadRequest", 0, "content"),
    *rows("secret-answer", "django.http.JsonResponse rest_framework.response.Response", 0, "data"),
    *rows(
        "secret-answer",
        "fastapi.Response fastapi.responses.Response fastapi.responses.JSONResponse"
        " fastapi.responses.PlainTextResponse fastapi.responses.HTMLResponse fastapi.responses.ORJSONResponse"
        " starlette.responses.Response starlette.responses.JSONResponse"
        " starlette.responses.PlainTextResponse starlette.responses.HTMLResponse",
        0,
        "content",
    ),
    *rows("secret-answer", "aiohttp.web.json_response", 0, "data"),
    *rows("secret-answer", "aiohttp.web.Response", -1, "text"),
    *rows("secret-answer", "sanic.response.json sanic.response.text sanic.json sanic.text", 0, "body"),
    *rows("secret-answer", "tornado.web.RequestHandler.write tornado.web.RequestHandler.finish", 0, "chunk"),
    *rows(
        "secret-answer",
        "fastapi.HTTPException starlette.exceptions.HTTPException fastapi.exceptions.HTTPException",
        1,
        "detail",
    ),
    *rows("secret-answer", "litestar.exceptions.HTTPException", -1, "detail"),
    *rows("secret-answer", "flask.abort quart.abort werkzeug.exceptions.abort", 1, "description"),
    *rows(
        "secret-answer",
        "rest_framework.exceptions.APIException rest_framework.exceptions.ValidationError"
        " rest_framework.exceptions.PermissionDenied rest_framework.exceptions.AuthenticationFailed"
        " rest_framework.serializers.ValidationError",
        0,
        "detail",
    ),
]
_URL = [row._replace(kind="secret-url") for row in resources.URL if row.keyword == "url"]
_RETURNED = Sink("secret-answer", "return", 0, "", "", True, "answer")

TABLE = [*_LOG, *_ANSWER, *_URL]
_BY_CALLEE: dict[str, list[Sink]] = {}
for _row in TABLE:
    _BY_CALLEE.setdefault(_row.callee, []).append(_row)


class Leaks(Sinks):
    """Notes which secrets reach a sink; `handlers` are functions whose result is sent as it is."""

    def __init__(self, handlers: frozenset[int]) -> None:
        super().__init__(handlers, None, Pages({}))

    def called(self, act: Access, name: str, args: Args, receiver: Value) -> None:
        """Hold a call against the tables."""
        for row in _BY_CALLEE.get(name, ()):
            self._meets(act, row, act.span)
            if row.kind == "secret-url":
                self._called_url(act, row, args)
                continue
            given = args.all() if row.argument == ALL else [args.given(row.argument, row.keyword)]
            for each in given:
                self.reached(act, row, Value(None, act.deep_taints(each)), act.span)

    def _called_url(self, act: Access, row: Sink, args: Args) -> None:
        address = args.given(row.argument, row.keyword)
        self._note(act, row, [hole for hole in holes(address) if "?" in hole.before], act.span)
        query = args.keywords.get("params")
        if query is not None:
            self.reached(act, row, Value(None, act.deep_taints(query)), act.span)

    def reached(self, act: Access, row: Sink, value: Value, span: Span) -> None:
        """Note the secrets of a value."""
        self._note(act, row, list(holes(value)), span)

    def _note(self, act: Access, row: Sink, found: list[Hole], span: Span) -> None:
        for hole in found:
            shown = row.callee.removeprefix("?.")
            hit = Hit(row, act.function, span, shown, hole.taint, False, act.function, span)
            act.hits.setdefault(hit.key, hit)  # type: ignore[attr-defined]

    def filled(self, act: Access, name: str, names: Value) -> None:
        """A row is where secrets belong."""

    def item_set(self, act: Access, base: Value, key: Value, value: Value) -> None:
        """A session is not told to anyone here: its cookie is signed, and that is judged elsewhere."""

    def repeated(self, act: Access, left: Value, right: Value) -> None:
        """A secret is no amount."""

    def attribute_set(self, act: Access, full: str, base: Value, value: Value) -> None:
        """An attribute tells nobody."""

    def answered(self, act: Access, value: Value, span: Span) -> None:
        """Hold what a handler returns against what it may tell."""
        if id(act.function) not in self._handlers:
            return
        record = act.record(value)
        if type(record) is Items and record.kind == "tuple" and record.items:
            value = record.items[0]
        self._meets(act, _RETURNED, span)
        self.reached(act, _RETURNED, Value(None, act.deep_taints(value)), span)
