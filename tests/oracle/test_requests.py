"""The map's tests and tables against what happens when an application's own tests run.

Allowances, each for something that the map leaves out on purpose: what Django's `assertRedirects` fetches by
itself, a request that a middleware refuses before any route sees it, and what a relationship loads when it
is first looked at.
"""

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
from linter.sources import discover
from oracle import APPS, TESTS, missing

WATCHED = ("clinic", "desk", "shop")
FETCHED_BY_ITSELF = {("tests/test_access.py", 13, "clinic.accounts.views.SignInView")}
REFUSED_BEFORE = {("tests/test_catalog.py", 14, "shop.operations.figures")}
LAZILY_LOADED = {
    ("shop.orders.routes.OrderEndpoints.place", "products"),
    ("shop.carts.routes.list_items", "products"),
}

EXPECTED = {
    "clinic": {
        "GET /": [8],
        "GET /about/": [8],
        "GET /accounts/login/": [8],
        "GET|POST /accounts/sign-up/": [8],
        "GET /api/v1/patients/": [19],
        "GET /api/v1/visits/taken-slots/": [19],
        "GET /contact/": [8],
        "GET /patients/": [13],
        "GET /patients/new/": [13],
        "GET /visits/": [13],
        "GET /visits/today/": [13],
        "POST /webhooks/payments/": [23],
    },
    "desk": {
        "GET /admin/users": [45],
        "GET /api/status": [40],
        "GET|POST /api/v1/tickets": [40],
        "DELETE|PUT /kb/{slug}": [29],
        "GET /kb/{slug}": [29],
        "GET /tickets/{ticket_id}": [34, 45],
        "POST /tickets/{ticket_id}/close": [45],
    },
    "shop": {
        "GET /api/v1/cart/items": [4],
        "DELETE /api/v1/cart/items/{item_id}": [13],
        "GET /api/v1/orders": [20],
        "POST /api/v1/orders": [4, 13],
        "GET /api/v1/orders/{order_id}": [20],
        "POST /api/v1/orders/{order_id}/cancellation": [25],
        "GET /api/v1/products": [1],
        "POST /api/v1/products": [8],
        "GET /api/v1/products/by-sku/{sku}": [1],
        "DELETE /api/v1/products/{product_id}": [8],
        "GET /internal/figures": [14],
        "GET /partner/v1/stock": [14],
    },
}


@functools.cache
def mapped(app: str) -> list[dict[str, Any]]:
    root = str(APPS / app)
    settings = load_settings(root, environ={}, isolated=True)
    run = Run(settings, discover(root, settings), use_cache=False, jobs=1)
    routes: list[dict[str, Any]] = describe(run.backend)["routes"]
    return routes


@functools.cache
def requests(app: str) -> list[dict[str, Any]]:
    environment = {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.fspath(APPS / app),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "oracle.requests_truth", app],
        cwd=TESTS,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    found: list[dict[str, Any]] = json.loads(outcome.stdout)
    assert found
    return found


@pytest.fixture(params=WATCHED)
def app(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    lacking = missing(name)
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    return name


def view(handler: str) -> str:
    """A handler, without the method of a class that answers."""
    parts: list[str] = []
    for part in handler.split("."):
        parts.append(part)
        if part[:1].isupper() and not handler.startswith("shop."):
            break
    return ".".join(parts)


def test_each_route_names_its_tests(app: str) -> None:
    found = {
        f"{'|'.join(route['methods'])} {route['path']}": [test["line"] for test in route["tests"]]
        for route in mapped(app)
        if route["tests"]
    }
    assert found == EXPECTED[app]


def test_tests_call_the_routes_that_the_map_says(app: str) -> None:
    ours = {
        (test["file"], test["line"], view(route["handler"]))
        for route in mapped(app)
        for test in route["tests"]
    }
    real = {(each["test"], each["line"], view(each["handler"])) for each in requests(app)}
    assert ours - REFUSED_BEFORE == real - FETCHED_BY_ITSELF


def test_handlers_touch_the_tables_that_the_map_says(app: str) -> None:
    reads: dict[tuple[str, str], set[str]] = {}
    writes: dict[tuple[str, str], set[str]] = {}
    for route in mapped(app):
        for method in route["methods"]:
            key = (method, view(route["handler"]))
            reads.setdefault(key, set()).update(route["reads"])
            writes.setdefault(key, set()).update(route["writes"])
    for each in requests(app):
        key = (each["method"], view(each["handler"]))
        lazily = {table for handler, table in LAZILY_LOADED if handler == each["handler"]}
        assert set(each["reads"]) - lazily <= reads[key] | writes[key], each
        assert set(each["writes"]) <= writes[key], each


def test_inputs_have_the_fields_of_their_schema() -> None:
    if missing("shop"):
        pytest.skip("the shop's packages are not installed")
    route = next(
        each
        for each in mapped("shop")
        if each["path"] == "/api/v1/cart/items" and each["methods"] == ["POST"]
    )
    (body,) = (each for each in route["inputs"] if each["in"] == "body")
    fields = [(each["name"], each["type"], each["required"], each["bounded"]) for each in body["fields"]]
    assert fields == [("product_id", "int", True, "no"), ("quantity", "int", False, "yes")]
