"""The built wheel works by itself: it finds its rules, and puts nothing else at top level."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


def test_top_level(wheel: Path) -> None:
    names = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {name for name in names if not name.endswith(".dist-info")} == {"linter"}


def test_holds_rules_and_data(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    wanted = {f"linter/{path.relative_to(ROOT).as_posix()}" for path in ROOT.glob("rules/*/*.py")}
    wanted.add("linter/rules/practices.toml")
    wanted.update(
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "linter").rglob("*")
        if path.suffix in (".json", ".html", ".css", ".js")
    )
    assert wanted <= names


def test_runs_installed(wheel: Path, tmp_path: Path) -> None:
    """Unpacked somewhere else, with its dependencies at hand and the checkout out of reach."""
    site = tmp_path / "site"
    zipfile.ZipFile(wheel).extractall(site)
    project = tmp_path / "project"
    project.mkdir()
    (project / "app.py").write_text(
        "import logging\n\n\ndef work(password):\n    logging.info('password %s', password)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    where = subprocess.run(
        [sys.executable, "-c", "import linter; print(linter.__file__)"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site))
    ran = subprocess.run(
        [sys.executable, "-m", "linter", "check", "--no-cache", str(project)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1, ran.stderr
    assert "secure-logging/secret-in-log" in ran.stdout
