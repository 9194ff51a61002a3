"""The fields of GraphQL schemas against the schemas that the libraries build, and what callers meet there."""

from __future__ import annotations

import functools
import importlib.util
import json
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from linter.backend import Input, Route
from linter.config import load_settings
from linter.frameworks.graphql.names import camel
from linter.inventory import describe
from linter.pipeline import Run
from linter.shapes import shapes_of
from linter.sources import discover
from oracle import APPS, TESTS, TIME_LIMIT_SECONDS

MOST_UNKNOWN = 0.05
NEEDED = {
    "orchard": ("strawberry", "fastapi", "httpx"),
    "quarry": ("ariadne", "starlette", "httpx"),
    "stacks": ("graphene_django", "django"),
}


@pytest.fixture(params=sorted(NEEDED))
def app(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    for package in NEEDED[name]:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{name} needs the package {package}, which is not installed")
    return name


@functools.cache
def truth(app: str) -> dict[str, dict[str, Any]]:
    outcome = subprocess.run(
        [sys.executable, "-m", "oracle.graphql_truth", app],
        cwd=TESTS,
        env={
            "PATH": "",
            "PYTHONPATH": str(APPS / app),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": "0",
        },
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_SECONDS,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    return {f"{each['path']}#{each['root']}.{each['name']}": each for each in json.loads(outcome.stdout)}


@functools.cache
def linked(app: str) -> Run:
    root = str(APPS / app)
    settings = load_settings(root, environ={}, isolated=True)
    return Run(settings, discover(root, settings), use_cache=False, jobs=1)


@functools.cache
def mapped(app: str) -> dict[str, Route]:
    return {route.path: route for route in linked(app).backend.routes if route.is_graphql}


def test_the_app_has_enough_of_both(app: str) -> None:
    verdicts = Counter(each["refused"] for each in truth(app).values())
    assert len(truth(app)) >= 15
    assert min(verdicts[True], verdicts[False]) >= 6


def test_the_fields_are_those_of_the_schema(app: str) -> None:
    assert sorted(mapped(app)) == sorted(truth(app))
    for path, route in mapped(app).items():
        assert route.methods == (truth(app)[path]["operation"].upper(),)
        assert route.complete


def test_the_arguments_are_those_of_the_schema(app: str) -> None:
    for path, route in mapped(app).items():
        assert told(route.inputs) == truth(app)[path]["arguments"], path


def told(inputs: tuple[Input, ...]) -> list[dict[str, Any]]:
    """Arguments, with the fields of input objects, as the truth tells them."""
    return [
        {"name": each.name, "type": each.type, "required": each.required, "fields": told(each.fields)}
        for each in sorted(inputs, key=lambda each: each.name)
    ]


def test_the_shapes_of_input_objects_are_those_of_the_schema(app: str) -> None:
    shapes = shapes_of(linked(app).backend.project)
    listed = [
        (given, real)
        for path, route in mapped(app).items()
        for given in route.inputs
        for real in truth(app)[path]["arguments"]
        if given.name == real["name"] and given.model is not None and real["fields"]
    ]
    for given, real in listed:
        shape = shapes.of(given.model)
        assert shape is not None and shape.complete and shape.extra == "forbid"
        found = {each.alias or camel(each.name): each.required for each in shape.fields}
        assert found == {
            each["name"]: each["required"] for each in real["fields"] if each["name"] != "clientMutationId"
        }
        for field in shape.fields:
            inner = next(
                each for each in real["fields"] if each["name"] == (field.alias or camel(field.name))
            )
            assert bool(inner["fields"]) == bool(field.nested)
            assert inner["type"].startswith("[") == field.many


def test_the_map_shows_the_fields_of_input_objects(app: str) -> None:
    shown = {
        (route["path"], given["name"]): [field["name"] for field in given["fields"]]
        for route in describe(linked(app).backend)["routes"]
        if "#" in route["path"]
        for given in route["inputs"]
        if "fields" in given
    }
    real = {
        (path, given["name"]): [field["name"] for field in given["fields"]]
        for path, each in truth(app).items()
        for given in each["arguments"]
        if given["fields"]
    }
    assert shown == real
    assert real


def test_the_outputs_are_those_of_the_schema(app: str) -> None:
    wrong = {
        path: (route.outputs[0].type, truth(app)[path]["output"])
        for path, route in mapped(app).items()
        if route.outputs[0].type not in (None, truth(app)[path]["output"])
    }
    assert not wrong


def test_no_verdict_is_wrong_and_few_are_unknown(app: str) -> None:
    asked = {path: each["refused"] for path, each in truth(app).items() if each["refused"] is not None}
    said = {path: mapped(app)[path].authenticated.value for path in asked}
    wrong = {
        path: said[path] for path in asked if said[path] not in ("unknown", "yes" if asked[path] else "no")
    }
    assert not wrong
    assert sum(each == "unknown" for each in said.values()) <= MOST_UNKNOWN * len(said)
