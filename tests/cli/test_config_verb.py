from __future__ import annotations

import json
from pathlib import Path

import pytest

from linter.config.options import KEYS
from linter.config.schema import schema_text

from .conftest import Cli, write


def rows(out: str) -> dict[str, list[str]]:
    lines = out.split("\n\n")[1].splitlines()[1:]
    return {line.split()[0]: line.split()[1:] for line in lines}


def test_every_key_has_a_value_and_an_origin(cli: Cli, project: Path) -> None:
    write(
        project / "pyproject.toml",
        "[tool.backlint]\nfail-on = 'note'\n[tool.backlint.severity]\nindexing = 'off'\n",
    )
    out = cli("config", "show", "--profile", "audit").out
    assert out.startswith(f"root: {project}\nconfiguration files: pyproject.toml\n")
    found = rows(out)
    assert set(found) == (set(KEYS) - {"severity"}) | {"severity.indexing"}
    assert found["profile"] == ['"audit"', "--profile"]
    assert found["fail-on"] == ['"note"', "pyproject.toml:2"]
    assert found["severity.indexing"] == ['"off"', "pyproject.toml:4"]
    assert found["baseline"] == ["-", "default"]
    document = json.loads(cli("config", "show", "--format", "json").out)
    assert document["settings"]["fail-on"] == {"value": "note", "origin": "pyproject.toml:2"}
    assert (document["files"], document["root"]) == (["pyproject.toml"], str(project))


def test_the_settings_of_a_folder(cli: Cli, project: Path) -> None:
    write(project / "backlint.toml", "select = ['indexing']\nprofile = 'audit'\n")
    write(project / "a" / "backlint.toml", "select = ['versioning']\n")
    write(project / "a" / "b" / "x.py", "")
    for path in ("a", "a/b", "a/b/x.py"):
        found = rows(cli("config", "show", path).out)
        assert found["select"] == ['["versioning"]', "a/backlint.toml:1"]
        assert found["profile"] == ['"audit"', "backlint.toml:2"]
    assert rows(cli("config", "show").out)["select"] == ['["indexing"]', "backlint.toml:1"]
    assert cli("config", "show", "nothing").code == 2


def test_check_of_the_project(cli: Cli, project: Path) -> None:
    assert cli("config", "check").out == "ok: no configuration file; the defaults are in force\n"
    write(project / "backlint.toml", "ignore = ['caching', 'secure-logging/lost-traceback']\n")
    write(project / "a" / "pyproject.toml", "[tool.backlint]\nselect = ['indexing']\n")
    answer = cli("config", "check")
    assert (answer.code, answer.out) == (0, "ok: a/pyproject.toml\nok: backlint.toml\n")
    write(project / "a" / "pyproject.toml", "[tool.backlint]\nselect = ['indexin']\n")
    answer = cli("config", "check")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == (
        "error: unknown rule 'indexin' in `select`\n"
        "  --> a/pyproject.toml:2\n"
        "  = help: did you mean `indexing`?\n"
    )


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("selekt = []\n", "unknown key 'selekt'", "bad.toml:1"),
        ("\nprofile = 'all'\n", "`profile` must be one of", "bad.toml:2"),
        ("[severity]\n'indexing/x' = 'off'\n", "unknown rule 'indexing/x' in `severity`", "bad.toml:2"),
        ("x\n", "invalid TOML", "bad.toml:1"),
    ],
)
def test_check_of_files(cli: Cli, project: Path, text: str, message: str, place: str) -> None:
    write(project / "c" / "bad.toml", text)
    write(project / "good.toml", "profile = 'audit'\n")
    answer = cli("config", "check", "c/bad.toml", "good.toml")
    assert (answer.code, answer.out) == (2, "ok: good.toml\n")
    assert answer.err.startswith(f"error: {message}") and f"  --> c/{place}\n" in answer.err


def test_a_file_that_is_not_there(cli: Cli) -> None:
    answer = cli("config", "check", "nothing.toml")
    assert answer.code == 2 and "--> nothing.toml" in answer.err


def test_schema(cli: Cli) -> None:
    assert cli("config", "schema").out == schema_text()
