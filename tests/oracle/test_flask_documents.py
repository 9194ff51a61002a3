"""What Flask's extensions declare, against their own documents.

The map knows more than a document: what a handler reads by hand. It does not list what an extension itself
reads: the field mask of Flask-RESTX, and the entity tags of Flask-Smorest.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from oracle import APPS, TESTS, missing
from oracle.test_inputs import declared

OF_EXTENSIONS = {("header", "X-Fields", False), ("header", "If-None-Match", False)}
READ_BY_HAND = {
    "atlas": {("header", "X-Traveller", False)},
    "bakery": {("form", "name", True), ("form", "password", True), ("query", "kind", False)},
    "clubs": set[tuple[str, str, bool]](),
}


@pytest.mark.parametrize("app", sorted(READ_BY_HAND))
def test_inputs(app: str) -> None:
    """The same names and places, and the same ones required."""
    lacking = missing(app)
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    outcome = subprocess.run(
        [sys.executable, "-B", "-m", "oracle.flask_documents", app],
        cwd=TESTS,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": os.fspath(APPS / app)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    ours, wrong = declared(app), {}
    rows = json.loads(outcome.stdout)
    assert len(rows) > 10
    for row in rows:
        key = (row["method"], row["path"])
        real = {(place, name, required) for place, name, required in row["inputs"]} - OF_EXTENSIONS
        found = {(each.place, each.name, each.required) for each in ours[key].inputs}
        if real != found and real != found - READ_BY_HAND[app]:
            wrong[key] = sorted(real ^ found)
    assert not wrong
