"""The map against the running framework: the same routes, and no wrong word on who may call them.

Allowances, each for something that the map leaves out on purpose: DRF's format suffixes (`/x.{format}`)
repeat a route; what lies below an admin site is the site's one entry; a view that limits no verbs
answers to all of them, and the map lists those that its code tells apart; what the framework brings
along is the framework's.
"""

from __future__ import annotations

import functools
from typing import NamedTuple

import pytest

from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover
from oracle import APPS, HARNESSES, calls, missing, truth

MOST_UNKNOWN = 0.05


class Mapped(NamedTuple):
    """What the map says about one verb on one path."""

    handler: str
    authenticated: str


@functools.cache
def mapped(app: str) -> dict[tuple[str, str], Mapped]:
    root = str(APPS / app)
    settings = load_settings(root, environ={}, isolated=True)
    run = Run(settings, discover(root, settings), use_cache=False, jobs=1)
    found: dict[tuple[str, str], Mapped] = {}
    for route in run.backend.routes:
        for method in ("WEBSOCKET",) if route.websocket else route.methods:
            found.setdefault((method, route.path), Mapped(route.handler, route.authenticated.value))
    return found


def _any_method(app: str) -> set[str]:
    return {route["path"] for route in truth(app)["routes"] if route.get("any_method")}


def _framework_own(app: str) -> set[str]:
    return {route["path"] for route in truth(app)["routes"] if route["framework_own"]}


@pytest.fixture(params=sorted(HARNESSES))
def app(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    lacking = missing(name)
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    return name


def test_every_route_is_found(app: str) -> None:
    ours = mapped(app)
    open_ended = _any_method(app)
    lost: list[object] = [
        key
        for key, call in calls(app).items()
        if key not in ours
        and not call.framework_own
        and ".{format}" not in key[1]
        and key[1] not in open_ended
    ]
    paths = {key[1] for key in ours}
    lost += [
        path
        for path in open_ended - _framework_own(app)
        if path not in paths and not path.startswith("/admin/")
    ]
    assert not lost


def test_no_route_is_invented(app: str) -> None:
    theirs = calls(app)
    assert not [key for key in mapped(app) if key not in theirs and key[1] not in _framework_own(app)]


def test_handlers(app: str) -> None:
    theirs = calls(app)
    wrong = {
        key: (ours.handler, theirs[key].handler)
        for key, ours in mapped(app).items()
        if key in theirs
        and not theirs[key].framework_own
        and not theirs[key].handler.startswith("django.")
        and theirs[key].handler not in (ours.handler, f"{ours.handler}.{key[0].lower()}")
    }
    assert not wrong


def test_no_verdict_is_wrong(app: str) -> None:
    theirs = calls(app)
    shared = {
        key: ours for key, ours in mapped(app).items() if key in theirs and not theirs[key].framework_own
    }
    wrong = {
        key: (ours.authenticated, theirs[key].authenticated)
        for key, ours in shared.items()
        if ours.authenticated not in ("unknown", theirs[key].authenticated)
    }
    assert not wrong
    unknown = [key for key, ours in shared.items() if ours.authenticated == "unknown"]
    assert len(unknown) <= MOST_UNKNOWN * len(shared), unknown
