"""One part of the engine that fails costs what it would have said, once, and nothing else."""

import pytest

from linter.config import load_settings
from linter.outcome import Attempts, Failure
from linter.pipeline import Run
from linter.sources import discover

_FLASK = """
import os
from flask import Flask, request

app = Flask(__name__)


@app.get("/ping")
def ping():
    os.system("ping " + request.args["host"])
    return "done"


@app.get("/echo")
def echo():
    return eval(request.args["text"])
"""
_FASTAPI = """
from fastapi import FastAPI

api = FastAPI()


@api.get("/items")
def items():
    return []
"""


@pytest.fixture
def run(tmp_path):
    (tmp_path / "site.py").write_text(_FLASK, encoding="utf-8")
    (tmp_path / "api.py").write_text(_FASTAPI, encoding="utf-8")
    settings = load_settings(str(tmp_path), environ={}, isolated=True)
    return Run(settings, discover(str(tmp_path), settings), use_cache=False, jobs=1)


def _broken(*_):
    raise KeyError("nobody thought of this")


def test_an_adapter_that_raises_costs_its_own_routes(run, monkeypatch):
    monkeypatch.setattr("linter.frameworks.fastapi.routes.routes", _broken)
    checked = run.check_afresh()
    assert [each.where for each in checked.failures] == ["routes of FastAPI"]
    assert "nobody thought of this" in checked.failures[0].message
    assert "_broken" in checked.failures[0].message
    assert checked.inventory.routes == 2
    assert any(each.rule == "input-validation/command-injection" for each in checked.findings)


def test_a_function_that_breaks_the_flow_engine_costs_its_own_flows(run, monkeypatch):
    from linter.flow.activation import Activation

    finish = Activation.finish

    def fails_on_one(act):
        if act.function.scope.name == "ping":
            _broken()
        finish(act)

    monkeypatch.setattr(Activation, "finish", fails_on_one)
    checked = run.check_afresh()
    assert [each.where for each in checked.failures] == ["flow through site.ping"]
    rules = {each.rule for each in checked.findings}
    assert "input-validation/code-injection" in rules
    assert "input-validation/command-injection" not in rules


def test_a_flow_engine_that_cannot_start_is_one_failure(run, monkeypatch):
    monkeypatch.setattr("linter.flow.flows_of", _broken)
    checked = run.check_afresh()
    assert [each.where for each in checked.failures] == ["flow"]
    assert checked.inventory.routes == 3


def test_a_schema_that_cannot_be_read_ends_no_run(run, monkeypatch):
    monkeypatch.setattr("linter.link.schema.databases", _broken)
    checked = run.check_afresh()
    assert Failure in {type(each) for each in checked.failures}
    assert checked.inventory.databases == ()
    assert checked.inventory.routes == 3


def test_attempts_keep_what_went_right():
    attempts = Attempts()
    assert attempts.all_of("good", lambda: (1, 2)) == [1, 2]
    assert attempts.all_of("bad", _broken) == []
    assert [each.where for each in attempts.failures] == ["bad"]


def test_rules_that_follow_values_say_so():
    """A rule that asks for flows without saying so would have them followed twice, once in each process."""
    from pathlib import Path

    from linter.packs import builtin_folder, load, rule_files

    for file in rule_files(builtin_folder()):
        if "backend.flows" in Path(file.path).read_text(encoding="utf-8"):
            assert next(iter(load([file]))).follows_values, file.id
