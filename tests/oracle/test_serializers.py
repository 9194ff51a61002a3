"""What the views of REST framework take, against the serializers that the running application makes."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from linter.config import load_settings
from linter.inventory import describe
from linter.pipeline import Run
from linter.shapes import shape_of
from linter.sources import discover
from oracle import APPS, TESTS, TIME_LIMIT_SECONDS, missing

Fields = dict[str, tuple[str | None, bool]]


@pytest.fixture(params=["clinic", "museum"])
def app(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    lacking = missing(name)
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    return name


@functools.cache
def truth(app: str) -> dict[str, Any]:
    outcome = subprocess.run(
        [sys.executable, "-m", "oracle.serializer_truth", app],
        cwd=TESTS,
        env={
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.fspath(APPS / app),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    found: dict[str, Any] = json.loads(outcome.stdout)
    return found


@functools.cache
def linked(app: str) -> Run:
    root = str(APPS / app)
    settings = load_settings(root, environ={}, isolated=True)
    return Run(settings, discover(root, settings), use_cache=False, jobs=1)


@functools.cache
def mapped(app: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    return {
        (method, route["path"]): [each for each in route["inputs"] if each["in"] == "body"]
        for route in describe(linked(app).backend)["routes"]
        for method in route["methods"]
    }


def shown(fields: list[dict[str, Any]]) -> Fields:
    return {
        each["name"]: (None if each["type"] is None else each["type"].rpartition(".")[2], each["required"])
        for each in fields
    }


def test_bodies_are_those_of_the_serializers(app: str) -> None:
    wrong: dict[str, Any] = {}
    for each in truth(app)["taken"]:
        bodies = mapped(app)[each["method"], each["path"]]
        body = next((given for given in bodies if given["type"] == each["serializer"]), None)
        found = None if body is None else shown(body.get("fields", []))
        if found != shown(each["fields"]):
            wrong[f"{each['method']} {each['path']}"] = (found, shown(each["fields"]))
    assert not wrong


def test_there_is_enough_to_compare(app: str) -> None:
    assert len(truth(app)["taken"]) >= 8
    assert len(truth(app)["made"]) >= 5


def test_shapes_are_those_of_the_serializers(app: str) -> None:
    project = linked(app).backend.project
    classes = {cls.name: cls for cls in project.classes}
    wrong: dict[str, Any] = {}
    for name, fields in truth(app)["made"].items():
        shape = shape_of(project, classes[name])
        assert shape is not None and shape.complete, name
        found = {each.name: (each.type, each.required) for each in shape.fields if not each.read_only}
        if found != shown(fields):
            wrong[name] = (found, shown(fields))
    assert not wrong
