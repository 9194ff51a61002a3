"""Set-up code of any shape, also names made of themselves, ends no adapter and keeps none for long."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from linter.extract.files import extract
from linter.link import link

NAMES = "abcd"
EXPRESSIONS = (
    "{0}",
    "[x for x in ({e})]",
    "[y for x in {0} for y in {1}]",
    "{{k: v for k, v in {0}.items()}}",
    "[*{0}, {1}]",
    "{0} or {1}",
    "f({0}, {e})",
    "g({0})",
    "{0} + {1}",
    "sorted({0})",
    "enumerate({0})",
    "zip({0}, {1})",
    "{0}[{1}]",
    "{0}.{1}",
    "{0} if {1} else {e}",
    "['/x', '/y']",
    "[('/x', h), ('/y', h)]",
    "{{'p': {0}}}",
    "(lambda q: {0})({1})",
    "K({0}).m({1})",
    "f'{{{0}}}/z'",
    "f(*{0}, **{1})",
)
STATEMENTS = (
    "{0} = {e}",
    "{0} += {e}",
    "{0}.append({e})",
    "for {0}, {1} in {e}:",
    "if {e}:",
    "while {e}:",
    "with {e} as {0}:",
)
FRAMEWORKS = {
    "flask": (
        "from flask import Flask, Blueprint\napp = Flask(__name__)\n",
        (
            "app.add_url_rule({0}, view_func={1})",
            "app.register_blueprint({0}, url_prefix={1})",
            "{0} = Blueprint('x', __name__, url_prefix={1})",
            "app.before_request({0})",
        ),
    ),
    "fastapi": (
        "from fastapi import FastAPI, APIRouter, Depends\napp = FastAPI()\n",
        (
            "app.include_router({0}, prefix={1})",
            "{0} = APIRouter(prefix={1}, dependencies=[Depends({0})])",
            "app.add_api_route({0}, {1})",
            "app.add_middleware({0})",
        ),
    ),
    "django": (
        "from django.urls import path, include\nfrom rest_framework.routers import DefaultRouter\n"
        "router = DefaultRouter()\nurlpatterns = []\nROOT_URLCONF = 'app'\n",
        (
            "urlpatterns = {e}",
            "urlpatterns += [path({0}, {1}), path('x', include({0}))]",
            "router.register({0}, {1})",
            "urlpatterns = [path('z', h), *router.urls, *{0}]",
        ),
    ),
    "aiohttp": (
        "from aiohttp import web\napp = web.Application()\n",
        ("app.add_routes({0})", "{0} = [web.get('/a', {1}), *{0}]", "app.add_subapp({0}, {1})"),
    ),
    "tornado": (
        "import tornado.web\nclass H(tornado.web.RequestHandler):\n    def get(self): ...\n",
        (
            "app = tornado.web.Application({0})",
            "app.add_handlers({0}, [({1}, H)])",
            "{0} = [('/a', H), *{1}]",
        ),
    ),
    "sanic": (
        "from sanic import Sanic, Blueprint\napp = Sanic('x')\n",
        ("app.add_route({0}, {1})", "app.blueprint({0})", "{0} = Blueprint.group({1}, *{0})"),
    ),
}


class _Writer:
    """Writes a module of random statements."""

    def __init__(self, framework: str, seed: int) -> None:
        self._random = random.Random(f"{framework}{seed}")
        self._head, self._calls = FRAMEWORKS[framework]

    def module(self) -> str:
        lines = [f"{self._head}def h(request=None):", "    return 'x'"]
        for name in "fg":
            lines += [
                f"def {name}(a, b=None, *c, **d):",
                *self._body(1, 3),
                f"    return {self._expression()}",
            ]
        lines += ["class K:", "    def __init__(self, a):", "        self.a = a", "    def m(self, b):"]
        lines += [*self._body(2, 2), f"        return {self._expression()}", *self._body(0, 8)]
        return "\n".join(lines) + "\n"

    def _filled(self, shapes: Sequence[str], depth: int = 0) -> str:
        shape = self._random.choice(shapes)
        inner = self._expression(depth + 1) if "{e}" in shape else ""
        return shape.format(*self._random.choices(NAMES, k=2), e=inner)

    def _expression(self, depth: int = 0) -> str:
        return self._filled(EXPRESSIONS if depth < 3 else EXPRESSIONS[:1], depth)

    def _body(self, depth: int, count: int) -> list[str]:
        lines: list[str] = []
        for _ in range(count):
            line = self._filled((*STATEMENTS, *self._calls, *self._calls) if depth < 3 else self._calls)
            lines.append("    " * depth + line)
            if line.endswith(":"):
                lines += self._body(depth + 1, 1)
        return lines


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_an_adapter_comes_to_an_end(framework: str, seed: int) -> None:
    source = _Writer(framework, seed).module()
    compile(source, "app.py", "exec")
    backend = link({"app.py": extract(source.encode(), "python", "postgres")}, lambda path: source)
    assert isinstance(backend.routes, list | tuple)
    assert backend.failures == []
