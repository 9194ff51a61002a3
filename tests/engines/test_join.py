"""What engines say beside backlint: one finding for a defect, and none for what following values refutes."""

import subprocess
import sys
from pathlib import Path

import msgspec


def _document(project: Path, *options: str) -> dict:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "linter",
            "check",
            str(project),
            "--isolated",
            "--no-cache",
            "--format",
            "json",
            *options,
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    return msgspec.json.decode(done.stdout)


def _findings(project: Path) -> list[dict]:
    return _document(project)["findings"]


def test_mark_safe_is_told_once(tmp_path):
    (tmp_path / "tags.py").write_text(
        "from django.utils.safestring import mark_safe\n\n\n"
        "def shown(name):\n    return mark_safe(name)\n\n\n"
        "def both(one, other):\n    return mark_safe(one) + mark_safe(other)\n",
        encoding="utf-8",
    )
    found = [each for each in _findings(tmp_path) if each["engine"] == "bandit"]
    by_line = {}
    for each in found:
        by_line.setdefault(each["range"]["start"]["line"], []).append(each)
    assert [len(by_line[line]) for line in sorted(by_line)] == [1, 2]
    assert all(len(each["also"]) == 1 for each in found)
    assert {each["rule"][-4:] for each in found} | {each["also"][0][-4:].lower() for each in found} == {
        "b308",
        "b703",
    }


ROUTES = """
import os
import subprocess
from flask import Flask, request

app = Flask(__name__)
KINDS = {"a": "alpha", "b": "beta"}


@app.get("/listing")
def listing():
    kind = KINDS.get(request.args["kind"], "alpha")
    command = "ls " + kind
    os.system(command)
    return "done"


@app.get("/any")
def any_listing():
    command = "ls " + request.args["kind"]
    os.system(command)
    return "done"


def by_hand(kind):
    os.system("ls " + kind)
"""


def test_what_following_the_values_refutes_is_hidden(tmp_path):
    (tmp_path / "app.py").write_text(ROUTES, encoding="utf-8")
    document = _document(tmp_path, "--profile", "audit")
    commands = {
        each["range"]["start"]["line"]: (each["rule"].partition("/")[2], each["also"])
        for each in document["findings"]
        if each["cwe"] == 78
    }
    # What is called by no route is not judged, so bandit has the word.
    assert commands == {21: ("command-injection", ["bandit B605"]), 26: ("bandit-b605", [])}
    assert document["summary"]["hidden"]["refuted"] == 1


QUERY = """
import sqlite3
from flask import Flask, request

app = Flask(__name__)


@app.get("/one")
def one():
    query = "SELECT * FROM shelves WHERE name = '%s'" % request.args["name"]
    rows = sqlite3.connect("db").cursor()
    rows.execute(query)
    return "done"


@app.get("/two")
def two():
    query = "SELECT * FROM shelves ORDER BY %s" % {"a": "age", "b": "name"}[request.args["by"]]
    rows = sqlite3.connect("db").cursor()
    rows.execute(query)
    return "done"
"""


def test_the_text_and_its_use_are_one_finding(tmp_path):
    (tmp_path / "app.py").write_text(QUERY, encoding="utf-8")
    document = _document(tmp_path, "--profile", "audit")
    found = [each for each in document["findings"] if each["cwe"] == 89]
    assert [(each["rule"], each["range"]["start"]["line"], each["also"]) for each in found] == [
        ("input-validation/sql-injection", 12, ["bandit B608"])
    ]
    assert document["summary"]["hidden"]["refuted"] == 1


def test_import_tests_are_reported_when_they_are_named(tmp_path):
    (tmp_path / "app.py").write_text("import subprocess\n", encoding="utf-8")
    assert _document(tmp_path, "--profile", "audit")["findings"] == []
    named = _document(tmp_path, "--profile", "audit", "--extend-select", "input-validation/bandit-b404")
    assert [each["rule"] for each in named["findings"]] == ["input-validation/bandit-b404"]
