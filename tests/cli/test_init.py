from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from .conftest import Cli, write


def test_nothing_is_written_unless_asked(cli: Cli, project: Path) -> None:
    write(project / "src" / "shop" / "__init__.py", "")
    write(project / "src" / "shop" / "app.py", "from shop import views\n")
    write(project / "src" / "shop" / "views.py", "")
    write(project / "tests" / "test_app.py", "from shop import app\n")
    write(project / "schema.sql", "CREATE TABLE a (id int PRIMARY KEY);\n")
    answer = cli("init", "--no-cache")
    assert (answer.code, answer.err) == (0, "")
    found = dict(line.strip().split("  ", 1) for line in answer.out.split("\n\n")[1].splitlines())
    assert {key: value.strip() for key, value in found.items()}["Python files"] == "4"
    assert found["tests"].strip() == "1 of them" and found["SQL files"].strip() == "1"
    assert "src" in found["source roots"]
    assert "(write as backlint.toml)" in answer.out and '\n  profile = "ci"\n' in answer.out
    assert sorted(os.listdir(project)) == [".git", "schema.sql", "src", "tests"]


def test_writes_a_file_of_its_own(cli: Cli, project: Path) -> None:
    assert "Wrote backlint.toml." in cli("init", "--write").out
    found = tomllib.loads((project / "backlint.toml").read_text())
    assert found["profile"] == "ci"
    assert cli("config", "check").out == "ok: backlint.toml\n"
    again = cli("init", "--write")
    assert again.code == 2 and "the project is configured already\n  --> backlint.toml" in again.err
    assert "The project is configured already in backlint.toml" in cli("init").out


@pytest.mark.parametrize(
    ("before", "gap"),
    [
        ("[project]\nname = 'x'\n", "\n"),
        ("[project]\nname = 'x'", "\n\n"),
        ("[project]\r\nname = 'x'\r\n", "\r\n"),
    ],
)
def test_adds_to_the_file_that_exists(cli: Cli, project: Path, before: str, gap: str) -> None:
    path = project / "pyproject.toml"
    path.write_bytes(before.encode())
    assert "add to pyproject.toml" in cli("init").out
    assert cli("init", "--write").code == 0
    written = path.read_bytes().decode()
    assert written.startswith(f"{before}{gap}[tool.backlint]")
    assert ("\r" in before) == ("\r" in written) and written.count("\r\n") in (0, written.count("\n"))
    assert tomllib.loads(written)["tool"]["backlint"]["profile"] == "ci"


@pytest.mark.parametrize("text", ["tool = {}\n", "not TOML\n", "[tool]\nbacklint = {}\n", "x = '\xff'\n"])
def test_a_file_that_cannot_be_added_to(cli: Cli, project: Path, text: str) -> None:
    path = project / "pyproject.toml"
    path.write_bytes(text.encode("latin-1"))
    answer = cli("init", "--write")
    assert answer.code == 2 and "--> pyproject.toml" in answer.err
    assert path.read_bytes() == text.encode("latin-1")


def test_a_link_is_not_written_through(cli: Cli, project: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "outside.toml", "[project]\nname = 'x'\n")
    (project / "pyproject.toml").symlink_to(outside)
    answer = cli("init", "--write")
    assert answer.code == 2 and "symbolic link" in answer.err
    assert outside.read_text() == "[project]\nname = 'x'\n"
