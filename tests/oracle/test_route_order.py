"""Which of two routes never runs, against the routers of Tornado and aiohttp themselves."""

from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import pytest

from linter.analyses.route_order import order_of
from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover

TORNADO = (
    r"/users/me",
    r"/users/([^/]+)",
    r"/users/(?P<name>[^/]+)",
    r"/users/(\w+)",
    r"/users/([-\w]+)",
    r"/users/(\d+)",
    r"/users/([0-9]{4})",
    r"/users/12",
    r"/users/(.*)",
    r"/users/me/?",
    r"/users/([^/]+)/log",
    r"/users/me/log$",
    r"/users/(me|you)",
    r"^/users/me\.json$",
    r"/(.*)",
)
UNREAD = {r"/users/me/?", "/users/(me|you)"}
"""Patterns that take several spellings are left alone."""
NARROWER = {
    (r"/users/([-\w]+)", r"/users/(\w+)"),
    (r"/users/([-\w]+)", r"/users/(\d+)"),
    (r"/users/([-\w]+)", r"/users/([0-9]{4})"),
    (r"/users/(\w+)", r"/users/(\d+)"),
    (r"/users/(\w+)", r"/users/([0-9]{4})"),
    (r"/users/(\d+)", r"/users/([0-9]{4})"),
    (r"/users/(\d+)", "/users/12"),
}
"""Two narrow expressions are not compared."""
AIOHTTP = (
    "/users/me",
    "/users/{id}",
    "/users/{name}",
    r"/users/{id:\d+}",
    r"/users/{id:\w+}",
    "/users/{id:.*}",
    "/users/{id}/log",
    "/users/{id}/{kind}",
    "/users/{id:[^{}/]+}/log",
    r"/users/{id}/{kind:\d+}",
    "/users/me/{kind}",
    "/users/{name}.json",
    "/{area}/me",
    "/{rest:.*}",
)
SAMPLES = (
    *("/", "/me", "/x/me", "/x/y/z"),
    *(
        "/users" + rest + tail
        for rest in ("", "/", "/me", "/you", "/12", "/1234", "/a-b", "/a.b", "/me.json", "/ä")
        for tail in ("", "/", "/log", "/7", "/log/x", "/12/log")
    ),
)


def never_run(path: Path) -> set[str]:
    """The names of the handlers that the linter takes for dead."""
    settings = load_settings(str(path), environ={}, isolated=True)
    order = order_of(Run(settings, discover(str(path), settings), use_cache=False, jobs=1).backend)
    found = [*order.shadowed.values(), *order.duplicates.values()]
    return {route.handler.rpartition(".")[2] for route, _ in found}


def test_tornado(tmp_path: Path) -> None:
    """All that is said to be dead is, and little that is dead goes unsaid."""
    routing = pytest.importorskip("tornado.routing")
    pairs = list(itertools.product(TORNADO, TORNADO))
    lines = ["from tornado.web import Application, RequestHandler"]
    dead = set()
    for number, (first, second) in enumerate(pairs):
        lines += [f"class {name}{number}(RequestHandler):\n    def get(self, *args): ..." for name in "AB"]
        lines.append(f"app{number} = Application([(r'{first}', A{number}), (r'{second}', B{number})])")
        wide, narrow = (routing.PathMatches(each).regex for each in (first, second))
        if all(wide.match(path) for path in SAMPLES if narrow.match(path)):
            dead.add(f"B{number}")
    (tmp_path / "app.py").write_text("\n".join(lines), encoding="utf-8")
    found = never_run(tmp_path)
    assert not {pairs[int(name[1:])] for name in found - dead}
    missed = {pairs[int(name[1:])] for name in dead - found}
    assert {pair for pair in missed if UNREAD.isdisjoint(pair)} == NARROWER


def test_aiohttp(tmp_path: Path) -> None:
    """All that is said to be dead is, and little that is dead goes unsaid."""
    web = pytest.importorskip("aiohttp.web")
    mocked = pytest.importorskip("aiohttp.test_utils").make_mocked_request
    pairs = list(itertools.product(AIOHTTP, AIOHTTP))
    lines = ["from aiohttp import web"]
    dead = set()

    async def answer(request: object) -> None: ...

    async def reaches_second(first: str, second: str) -> bool:
        app = web.Application()
        app.router.add_get(first, answer)
        # A resource of its own, as if other routes were registered in between.
        app.router.add_get("/between", answer)
        two = app.router.add_get(second, answer)
        for path in SAMPLES:
            match = await app.router.resolve(mocked("GET", path))
            if match.route is two:
                return True
        return False

    for number, (first, second) in enumerate(pairs):
        lines += [f"async def {name}{number}(request): ..." for name in "ab"]
        lines.append(f"app{number} = web.Application()")
        lines += [f"app{number}.router.add_get(r'{first}', a{number})"]
        lines += [f"app{number}.router.add_get(r'{second}', b{number})"]
        if not asyncio.run(reaches_second(first, second)):
            dead.add(f"b{number}")
    (tmp_path / "app.py").write_text("\n".join(lines), encoding="utf-8")
    found = never_run(tmp_path)
    assert not {pairs[int(name[1:])] for name in found - dead}
    missed = {pairs[int(name[1:])] for name in dead - found}
    assert missed == {(r"/users/{id:\w+}", r"/users/{id:\d+}")}
