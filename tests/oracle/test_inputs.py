"""What routes take and declare to answer, against the framework's own OpenAPI document."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from linter.backend import Route
from linter.config import load_settings
from linter.inventory import describe
from linter.pipeline import Run
from linter.sources import discover
from oracle import APPS, missing, truth
from oracle.type_words import in_words

DOCUMENTED = ("gazette", "lending", "parcels", "shop")
READ_BY_HAND = {("header", "x-subscriber-token")}
"""What a handler looks up in its request, which no document tells."""
SET_BY_SETTINGS = {("query", "limit"), ("query", "offset")}
"""What Django Ninja's pagination reads; a setting bounds it."""
Rows = dict[tuple[str, str], dict[str, Any]]


@functools.cache
def linked(app: str) -> Run:
    root = str(APPS / app)
    settings = load_settings(root, environ={}, isolated=True)
    return Run(settings, discover(root, settings), use_cache=False, jobs=1)


@functools.cache
def mapped(app: str) -> Rows:
    found: Rows = {}
    for route in describe(linked(app).backend)["routes"]:
        for method in route["methods"]:
            found.setdefault((method, route["path"]), route)
    return found


@functools.cache
def declared(app: str) -> dict[tuple[str, str], Route]:
    found: dict[tuple[str, str], Route] = {}
    for route in linked(app).backend.routes:
        for method in route.methods:
            found.setdefault((method, route.path), route)
    return found


@functools.cache
def documented(app: str) -> Rows:
    """The calls of an application's documents."""
    return {
        (call["method"], route["path"]): route
        for route in truth(app)["routes"]
        for call in route["calls"]
        if None not in (route["inputs"], route["outputs"]) and not route["framework_own"]
    }


@pytest.fixture(params=DOCUMENTED)
def app(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    lacking = missing(name)
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    return name


def test_inputs(app: str) -> None:
    """The same names, places and types, and the same ones required."""
    ours, wrong = mapped(app), {}
    for key, route in documented(app).items():
        real = {(each["in"], each["name"]): (each["type"], each["required"]) for each in route["inputs"]}
        found = {
            (each["in"], each["name"]): (in_words(each["type"]), each["required"])
            for each in ours[key]["inputs"]
            if (each["in"], each["name"]) not in READ_BY_HAND
        }
        if real != found:
            wrong[key] = sorted(set(real.items()) ^ set(found.items()), key=str)
    assert not wrong


def test_bounds(app: str) -> None:
    """Whether a type limits a value, where it says so: nested shapes and patterns do not by themselves."""
    ours, wrong = mapped(app), {}
    for key, route in documented(app).items():
        found = {(each["in"], each["name"]): each["bounded"] for each in ours[key]["inputs"]}
        for each in route["inputs"]:
            name = (each["in"], each["name"])
            if name in SET_BY_SETTINGS and found[name] == "unknown":
                continue
            if each["bounded"] != "unknown" and found[name] != each["bounded"]:
                wrong[key, name] = (each["bounded"], found[name])
    assert not wrong


def test_outputs(app: str) -> None:
    """The same statuses with the same types."""
    ours, wrong = declared(app), {}
    for key, route in documented(app).items():
        real = {each["status"]: each["type"] for each in route["outputs"]}
        found = {each.status: _said(each.type) for each in ours[key].outputs}
        if real != found:
            wrong[key] = (real, found)
    assert not wrong


def _said(kind: str | None) -> str | None:
    said = None if kind is None else in_words(kind)
    return None if said == "Any" else said
