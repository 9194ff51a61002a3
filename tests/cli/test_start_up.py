"""What is imported before there is any work to do: the time of `--help` and of a run without changes."""

import json
import os
import subprocess
import sys
from pathlib import Path

from .conftest import LOST, write

ROOT = Path(__file__).parent.parent.parent
HELP = {"linter", "linter.cli", "linter.cli.errors"}
HEAVY = {"libcst", "sqlglot", "bandit", "rich", "concurrent.futures", "tomllib", "subprocess", "difflib"}


def imported(folder: Path, *arguments: str) -> set[str]:
    code = (
        "import json, sys; before = set(sys.modules)\n"
        "from linter.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(json.dumps(sorted(set(sys.modules) - before)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "XDG_CONFIG_HOME": str(folder)}
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=folder, env=environment, capture_output=True, check=True
    )
    return set(json.loads(run.stderr.splitlines()[-1]))


def test_help_imports_click_and_the_standard_library_only(tmp_path: Path) -> None:
    found = imported(tmp_path, "--help")
    foreign = {
        name for name in found if name.partition(".")[0] not in {*sys.stdlib_module_names, "click", "linter"}
    }
    assert not foreign
    assert {name for name in found if name.partition(".")[0] == "linter"} == HELP


def test_help_of_a_verb_imports_no_engine(tmp_path: Path) -> None:
    for verb in (
        "check",
        "map",
        "explain",
        "rules",
        "baseline",
        "config",
        "init",
        "new-rule",
        "doctor",
        "clean",
    ):
        found = imported(tmp_path, verb, "--help")
        assert not {"msgspec", "libcst", "sqlglot"} & found, verb


def test_a_run_without_changes_parses_nothing(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "")
    write(tmp_path / "app.py", LOST)
    write(tmp_path / "schema.sql", "CREATE TABLE a (id int);\n")
    assert "libcst" not in imported(tmp_path, "check", ".", "--jobs", "1")
    found = imported(tmp_path, "check", ".")
    assert not HEAVY & found, HEAVY & found
    assert not {name for name in found if name.startswith(("linter.parse.sql", "linter.extract"))}


def test_sql_costs_nothing_where_there_is_none(tmp_path: Path) -> None:
    write(tmp_path / ".git" / "HEAD", "")
    write(tmp_path / "app.py", LOST + 'HEADING = "Select a file from the list"\n')
    found = imported(tmp_path, "check", ".", "--jobs", "1", "--no-cache")
    assert "linter.extract.python" in found
    assert not [name for name in found if name.startswith(("sqlglot", "linter.parse.ddl"))]
    write(tmp_path / "schema.sql", "CREATE TABLE a (id int);\n")
    assert "sqlglot" in imported(tmp_path, "check", ".", "--jobs", "1", "--no-cache")
