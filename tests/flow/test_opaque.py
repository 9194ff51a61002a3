"""What libraries of which nothing is known make of a value, and find of it, is doubted."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover

APP = """\
from flask import Flask, redirect, request
from lender.flow import Flow, address_of

app = Flask(__name__)


@app.get("/connect")
def connect():
    flow = {made}
    return redirect(flow{taken})
"""


@pytest.mark.parametrize(
    ("made", "taken", "expected"),
    [
        ('Flow(request.args["back"])', ".authorization_url()", ["LOW"]),
        ('Flow.from_config({}, back=request.args["back"])', ".authorization_url()", ["LOW"]),
        ('request.args["back"]', ".strip()", ["HIGH"]),
    ],
)
def test_what_an_unknown_instance_hands_out_is_doubted(
    made: str, taken: str, expected: list[str], tmp_path: Path
) -> None:
    text = APP.replace("{made}", made).replace("{taken}", taken)
    assert confidences(text, tmp_path) == expected


CHECKED = """\
from flask import Flask, abort, redirect, request
from lender import guard, policy

app = Flask(__name__)


@app.get("/back")
def back():
    to = request.args["back"]
{check}
    return redirect(to)
"""


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        ("if not guard.fits(to):\n    abort(400)", ["LOW"]),
        ("if guard.refuses(to):\n    abort(400)", ["LOW"]),
        ("if guard.refuses(to):\n    to = '/'", ["LOW"]),
        ("if guard.counts(to):\n    guard.note()", ["HIGH"]),
        ("to = policy.pruned(to)", ["LOW"]),
        ("if app.strict and to not in ('/a', '/b'):\n    abort(400)", ["LOW"]),
        ("if request.args['strict'] and to not in ('/a', '/b'):\n    abort(400)", ["HIGH"]),
        ("if to and to not in ('/a', '/b'):\n    to = '/'", []),
    ],
)
def test_what_cannot_be_seen_of_a_check_is_doubted(check: str, expected: list[str], tmp_path: Path) -> None:
    indented = check.replace("\n", "\n    ")
    assert confidences(CHECKED.replace("{check}", f"    {indented}"), tmp_path) == expected


def confidences(text: str, folder: Path) -> list[str]:
    """The confidence of each open redirect that is found in an application of one file."""
    (folder / "app.py").write_text(text, encoding="utf-8")
    settings = load_settings(str(folder), environ={}, isolated=True)
    run = Run(settings, discover(str(folder), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == "input-validation/open-redirect"]
    return [each.confidence.name for each in run.check_afresh().findings]


def test_nothing_is_said_of_how_others_write_patterns(tmp_path: Path) -> None:
    check = 'if not re.fullmatch("[[a-z]+", to):\n        abort(400)'
    text = CHECKED.replace("{check}", f"    {check}").replace("from flask", "import re\n\nfrom flask")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        confidences(text, tmp_path)
    assert told == []
