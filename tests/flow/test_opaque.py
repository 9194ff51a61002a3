"""What instances of libraries of which nothing is known hand out is doubted."""

from __future__ import annotations

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
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    settings = load_settings(str(tmp_path), environ={}, isolated=True)
    run = Run(settings, discover(str(tmp_path), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == "input-validation/open-redirect"]
    assert [each.confidence.name for each in run.check_afresh().findings] == expected
