from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

import pytest

from .conftest import LOST, Cli, write


def test_what_is_installed_and_in_force(cli: Cli, project: Path) -> None:
    write(project / "backlint.toml", "[engines]\nci = ['radon']\n")
    answer = cli("doctor")
    lines = answer.out.splitlines()
    assert (answer.code, answer.err) == (0, "")
    assert re.fullmatch(r"backlint +\d+\.\d+\.\d+ on Python 3\.\d+\.\d+", lines[0])
    assert lines[1:3] == [f"root           {project}", "configuration  backlint.toml"]
    assert re.fullmatch(r"rules +\d+, of which \d+ run in profile ci", lines[3])
    assert lines[4] == f"cache          {project}/.backlint_cache (not there yet)"
    assert re.match(r"radon +installed +\d\S+ +ci, audit ", lines[8])


def test_as_json(cli: Cli, project: Path) -> None:
    write(project / "app.py", LOST)
    cli("check")
    first = cli("doctor", "--format", "json").out
    assert cli("doctor", "--format", "json").out == first
    found = json.loads(first)
    assert found["cache"]["exists"] and found["cache"]["writable"] and found["cache"]["size"] > 100
    assert [each["name"] for each in found["engines"]] == ["bandit", "radon", "semgrep"]
    assert found["engines"][0]["uses"] == ["ci", "audit"]
    assert {each["state"] for each in found["extras"]} <= {"installed", "absent"}
    assert found["rules"]["running"] < found["rules"]["known"]


@pytest.mark.parametrize(("version", "state"), [("1.182.0", "installed"), ("1.90.0", "too old")])
def test_semgrep_of_a_version(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, state: str
) -> None:
    program = write(tmp_path / "bin" / "semgrep", f"#!/bin/sh\necho {version}\n")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program.parent / "python"))
    engine = json.loads(cli("doctor", "--format", "json").out)["engines"][2]
    assert (engine["state"], engine["version"]) == (state, version)


def test_semgrep_that_is_absent(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    monkeypatch.setenv("PATH", "")
    assert re.search(r"^semgrep +absent +- +audit ", cli("doctor").out, re.MULTILINE)


def test_a_cache_that_cannot_be_written(cli: Cli, project: Path) -> None:
    write(project / "cache", "a file")
    cache = json.loads(cli("doctor", "--cache-dir", "cache", "--format", "json").out)["cache"]
    assert cache == {"folder": f"{project}/cache", "exists": False, "size": 0, "writable": False}


def test_a_wrong_configuration(cli: Cli, project: Path) -> None:
    write(project / "backlint.toml", "ignore = ['no/such-rule']\n")
    answer = cli("doctor")
    assert (answer.code, answer.out) == (2, "")
    assert "unknown rule `no/such-rule`" in answer.err or "no/such-rule" in answer.err


def test_colour_is_asked_for(cli: Cli, project: Path) -> None:
    assert "\x1b[" not in cli("doctor").out
    assert "\x1b[32minstalled" in cli("doctor", "--color", "always").out
    assert os.listdir(project) == [".git"]
