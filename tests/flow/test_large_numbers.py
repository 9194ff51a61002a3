"""Numbers in the code that Python itself would not read do no harm."""

from __future__ import annotations

from pathlib import Path

from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover

APP = """\
import os
import struct

from flask import Flask, request

app = Flask(__name__)


@app.get("/read")
def read():
    os.system(struct.unpack("{count}c", request.data)[0])
    return ""
"""


def test_a_count_of_packed_bytes_may_have_any_number_of_digits(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(APP.replace("{count}", "9" * 5000), encoding="utf-8")
    settings = load_settings(str(tmp_path), environ={}, isolated=True)
    run = Run(settings, discover(str(tmp_path), settings), use_cache=False, jobs=1)
    flows = run.backend.flows
    assert flows is not None
    assert not flows.failures
    assert any(site.flows for site in flows.sites("command"))
