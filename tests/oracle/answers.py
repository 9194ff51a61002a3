"""What the truth modules share: names, verdicts, the shape of a route, and how a run is printed."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

UNLIMITED = ("DELETE", "GET", "PATCH", "POST", "PUT")
SILENT = frozenset({"HEAD", "OPTIONS"})
# The harmless verbs first, so that a route still finds the row that another one removes.
CALL_ORDER = ("GET", "WEBSOCKET", "POST", "PUT", "PATCH", "DELETE")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
LOGIN = re.compile(r"/(login|log-in|signin|sign-in)/?(\?|$)")
A_UUID = "00000000-0000-4000-8000-000000000001"


class Listed(NamedTuple):
    """A route as the framework lists it, before anybody called it."""

    path: str
    handler: str
    methods: Mapping[str, str]
    """Verb to the dotted name of what answers it."""
    any_method: bool = False
    framework_own: bool = False
    inputs: list[dict[str, Any]] | None = None
    outputs: list[dict[str, Any]] | None = None


class Answer(NamedTuple):
    """What an anonymous caller met."""

    status: int
    authenticated: str


def dotted_name(handler: Any) -> str:
    """The name of a handler as its source spells it; see the package docstring."""
    if isinstance(handler, functools.partial):
        return dotted_name(handler.func)
    handler = inspect.unwrap(handler)
    if inspect.ismethod(handler):
        return f"{dotted_name(type(handler.__self__))}.{handler.__name__}"
    if not hasattr(handler, "__qualname__"):
        handler = type(handler)
    return f"{handler.__module__}.{handler.__qualname__}".replace(".<locals>", "").replace(
        "<lambda>", "lambda"
    )


def answer_of(status: int, location: str = "") -> Answer:
    """Judge a response by its status and where it redirects to."""
    refused = status in (401, 403) or (status in REDIRECTS and LOGIN.search(location) is not None)
    return Answer(status, "yes" if refused else "no")


def fill(path: str, values: Mapping[str, str]) -> str:
    """Put plausible values into the parameters of a normalised path."""
    return re.sub(r"\{(\w+)\}", lambda match: values.get(match[1], "1"), path)


def spoken(methods: Iterable[str] | None) -> list[str]:
    """The verbs that count, sorted."""
    return sorted({method.upper() for method in methods or ()} - SILENT)


def describe(listed: Iterable[Listed], call: Callable[[str, str], Answer]) -> list[dict[str, Any]]:
    """Call every listed route and write it down in the map format's shape, sorted by path."""
    routes = list(listed)
    answers: dict[tuple[int, str], Answer] = {}
    for method in CALL_ORDER:
        for number, route in enumerate(routes):
            if method in route.methods:
                answers[number, method] = call(method, route.path)
    described = [_described(route, number, answers) for number, route in enumerate(routes)]
    return sorted(described, key=lambda route: (route["path"], route["handler"], route["methods"]))


def _described(route: Listed, number: int, answers: Mapping[tuple[int, str], Answer]) -> dict[str, Any]:
    calls = [
        {"method": method, "handler": handler, **answers[number, method]._asdict()}
        for method, handler in sorted(route.methods.items())
    ]
    verdicts = {str(call["authenticated"]) for call in calls}
    return {
        "methods": sorted(route.methods),
        "path": route.path,
        "handler": route.handler,
        "authenticated": verdicts.pop() if len(verdicts) == 1 else "mixed",
        "any_method": route.any_method,
        "framework_own": route.framework_own,
        "inputs": route.inputs,
        "outputs": route.outputs,
        "calls": calls,
    }


def print_truth(ask: Callable[[str, Path], dict[str, Any]]) -> None:
    """Ask about the application named on the command line and print JSON.

    What the application itself prints goes to standard error.
    """
    app = sys.argv[1]
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        result = {"app": app, **ask(app, Path(folder))}
    json.dump(result, sys.stdout, indent=1, sort_keys=True)
