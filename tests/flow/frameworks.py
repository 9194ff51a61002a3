# The samples are code as it is written: a line of one is a line here.
# ruff: noqa: E501
"""Frames for the twins: one handler of each framework, and the ways in which it reads what the caller sent."""

from __future__ import annotations

from textwrap import indent
from typing import NamedTuple


class Read(NamedTuple):
    """A way to read a string of the request, and one that reads no such thing."""

    name: str
    bad: str
    good: str


class Framework(NamedTuple):
    """A framework: a file with a handler, in which `{top}` and `{body}` are put, and its reads."""

    name: str
    file: str
    given: str
    reads: tuple[Read, ...]
    last: str

    def handler(self, top: str, body: str, given: str = "", path: str = "") -> str:
        """A file whose handler runs `body` after it has read `given`."""
        before, after = self.file.split("{body}")
        margin = " " * (len(before) - len(before.rstrip(" ")))
        inner = indent(f"{given or self.given}\n{body}\n{self.last}", margin).strip(" ")
        text = before + inner + after
        return text.replace("{top}", top + "\n\n\n" if top else "").replace("{path}", path)


_FLASK_READS = (
    Read("query", 'given = request.args.get("q", "")', 'given = "q"'),
    Read("query-item", 'given = request.args["q"]', 'given = ["q"][0]'),
    Read("form", 'given = request.form["q"]', 'given = {"q": "x"}["q"]'),
    Read(
        "list",
        'found = request.form.getlist("q")\ngiven = ""\nif found:\n    given = found[0]',
        'given = ["a", "b"][0]',
    ),
    Read("cookie", 'given = request.cookies.get("q", "none")', 'given = {"q": "none"}.get("q", "none")'),
    Read("header", 'given = request.headers.get("Referer")', "given = str(len(request.headers))"),
    Read("header-list", 'given = request.headers.getlist("q")[0]', 'given = "Referer"'),
    Read("body", "given = request.get_data(as_text=True)", "given = str(len(request.get_data()))"),
    Read("json", 'given = request.get_json()["q"]', 'given = str(int(request.get_json()["q"]))'),
    Read("upload-name", 'given = request.files["f"].filename', "given = str(len(request.files))"),
    Read(
        "raw-query",
        'raw = request.query_string.decode("utf-8")\nstart = raw.find("q=")\nif start == -1:\n    return "none"\n'
        'given = raw[start + 2 :]\nend = given.find("&")\nif end != -1:\n    given = given[:end]',
        'raw = request.query_string.decode("utf-8")\ngiven = str(raw.find("q="))',
    ),
    Read(
        "keys",
        'given = ""\nfor name in request.form.keys():\n    if "x" not in request.form.getlist(name):\n        continue\n'
        "    given = name\n    break",
        'given = ""\nfor name in request.form.keys():\n    if name != "x":\n        continue\n    given = "x"\n    break',
    ),
    Read(
        "mapping-loop",
        'given = ""\nfor name, text in request.args.items():\n    given = text',
        'given = ""\nfor name, text in request.args.items():\n    given = "x"',
    ),
    Read(
        "wrapper",
        'given = Wrapper(request).value("q")',
        'given = Wrapper(request).fixed("q")',
    ),
    Read(
        "method-alias",
        'read = request.args.get\ngiven = read("q")',
        'read = {"q": "x"}.get\ngiven = read("q")',
    ),
    Read("path-of-route", "given = request.full_path", 'given = request.path.split("/")[1]'),
)
_WRAPPER = """class Wrapper:
    def __init__(self, request):
        self.request = request

    def value(self, name):
        if self.request.args and name in self.request.args:
            return self.request.args[name]
        return ""

    def fixed(self, name):
        return "bar"
"""

NESTED = Framework(
    "flask-nested",
    "{top}"
    + _WRAPPER
    + """

def init(app):
    @app.route("/case/here", methods=["GET", "POST"])
    def handler():
        from flask import request

        {body}
""",
    'given = request.args.get("q", "")',
    _FLASK_READS,
    'return "done"',
)
FLASK = Framework(
    "flask",
    """from flask import Flask, request

app = Flask(__name__)


{top}@app.route("/case/<path:found>")
def handler(found):
    {body}
""",
    "given = found",
    (Read("placeholder", "given = found", 'given = "found"'),),
    'return "done"',
)
FASTAPI = Framework(
    "fastapi",
    """from enum import Enum
from typing import Literal
from uuid import UUID

from fastapi import Cookie, Depends, FastAPI, Header, Query, Request
from pydantic import BaseModel

app = FastAPI()


class Order(Enum):
    UP = "up"
    DOWN = "down"


class Body(BaseModel):
    text: str
    number: int


def text_of(q: str):
    return q


def number_of(q: int):
    return str(q)


{top}@app.post("/case/{number}/{key:path}")
async def handler(
    key: str, number: int, uid: UUID, order: Order, word: Literal["a", "b"], body: Body, request: Request,
    q: str = Query(""), agent: str = Header(""), session: str = Cookie(""),
    text: str = Depends(text_of), count: str = Depends(number_of),
):
    {body}
""",
    "given = q",
    (
        Read("query", "given = q", "given = str(number)"),
        Read("placeholder", "given = key", "given = str(uid)"),
        Read("header", "given = agent", "given = order.value"),
        Read("cookie", "given = session", "given = word"),
        Read("model", "given = body.text", "given = str(body.number)"),
        Read("dependency", "given = text", "given = count"),
        Read("request", 'given = request.query_params["q"]', "given = str(len(request.query_params))"),
        Read("body", "given = (await request.body()).decode()", "given = str(len(await request.body()))"),
        Read("json", 'given = (await request.json())["q"]', 'given = str(int((await request.json())["q"]))'),
    ),
    "return {}",
)
DJANGO = Framework(
    "django",
    """from django.http import HttpRequest, JsonResponse
from django.urls import path

{top}
def handler(request: HttpRequest, key: str, number: int):
    {body}


urlpatterns = [path("case/<int:number>/<path:key>", handler)]
""",
    'given = request.GET.get("q", "")',
    (
        Read("query", 'given = request.GET.get("q", "")', 'given = "q"'),
        Read("form", 'given = request.POST["q"]', 'given = str(int(request.POST["q"]))'),
        Read("header", 'given = request.META["HTTP_REFERER"]', "given = str(len(request.META))"),
        Read("cookie", 'given = request.COOKIES.get("q")', 'given = {"q": "x"}.get("q")'),
        Read("placeholder", "given = key", "given = str(number)"),
        Read("body", "given = request.body.decode()", "given = str(len(request.body))"),
    ),
    "return JsonResponse({})",
)
FRAMEWORKS = (NESTED, FLASK, FASTAPI, DJANGO)
