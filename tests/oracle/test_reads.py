"""What handlers read from a request by hand, against what they look up when they run."""

from __future__ import annotations

import functools
import importlib.util
import json
import os
import subprocess
import sys
from typing import Any

import pytest

from linter.backend import Route
from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover
from oracle import APPS, TESTS

TYPES = {
    ("GET", "/orders"): {"page": "int", "size": "int", "due": "date", "depth": "int"},
    ("POST", "/orders"): {"amount": "float", "colour": "list[str]"},
    ("PUT", "/orders/{order_id}"): {"order_id": "int", "count": "int"},
    ("POST", "/events"): {"id": "UUID"},
    ("GET", "/search"): {"limit": "int"},
    ("GET", "/parcels/{parcel_id}"): {"parcel_id": "UUID"},
    ("POST", "/parcels/{parcel_id}"): {"parcel_id": "UUID"},
    ("GET", "/star/orders/"): {"offset": "int", "limit": "int"},
    ("POST", "/star/orders/"): {},
    ("GET", "/star/orders/{order_id}"): {"order_id": "int", "word": "list[str]"},
    ("PUT", "/star/orders/{order_id}"): {"order_id": "int", "price": "float", "tag": "list[str]"},
    ("GET", "/aio/orders"): {"offset": "int", "limit": "int"},
    ("POST", "/aio/orders"): {},
    ("PUT", "/aio/orders/{order_id}"): {"order_id": "int", "price": "float", "tag": "list[str]"},
}
"""The types that converters, conversions and lists of values give; all others are unknown."""
NEEDED = ("flask", "starlette", "aiohttp", "httpx", "python_multipart")


@functools.cache
def routes() -> dict[tuple[str, str], Route]:
    root = str(APPS / "kiosk")
    settings = load_settings(root, environ={}, isolated=True)
    run = Run(settings, discover(root, settings), use_cache=False, jobs=1)
    return {(method, route.path): route for route in run.backend.routes for method in route.methods}


@functools.cache
def looked_up() -> dict[tuple[str, str], set[tuple[str, str]]]:
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.fspath(APPS / "kiosk")}
    outcome = subprocess.run(
        [sys.executable, "-B", "-m", "oracle.reads_truth"],
        cwd=TESTS,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    rows: list[dict[str, Any]] = json.loads(outcome.stdout)
    return {(row["method"], row["path"]): {(place, name) for place, name in row["reads"]} for row in rows}


@pytest.fixture(autouse=True)
def packages() -> None:
    for name in NEEDED:
        if importlib.util.find_spec(name) is None:
            pytest.skip(f"{name} is not installed")


def test_names_and_places() -> None:
    """Exactly what is looked up, in handlers and in the functions behind them."""
    found = {
        key: {(each.place, each.name) for each in route.inputs if each.place != "path"}
        for key, route in routes().items()
    }
    assert found == looked_up()


def test_types() -> None:
    """Types by converter and by conversion."""
    found = {
        key: {each.name: each.type for each in route.inputs if each.type is not None}
        for key, route in routes().items()
    }
    assert found == TYPES
