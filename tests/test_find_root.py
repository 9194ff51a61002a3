from __future__ import annotations

import os
from pathlib import Path

import pytest

from linter.config import find_root


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = Path(os.path.realpath(tmp_path)) / "root"
    path.mkdir()
    return path


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_the_root_is_the_nearest_configuration(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(root / "pyproject.toml", "[tool.backlint]\n")
    write(root / "a/backlint.toml")
    write(root / "a/b/setup.py")
    write(root / "c/d/x.py")
    write(root / "c/pyproject.toml", "[project]\n")
    assert find_root([str(root / "a/b")]) == str(root / "a")
    assert find_root([str(root / "a/b"), str(root / "c")]) == str(root)
    # A table without any key configures nothing, but the file is a sign of a project.
    assert find_root([str(root / "c/d/x.py")]) == str(root / "c")
    monkeypatch.chdir(root / "a/b")
    assert find_root(["."]) == find_root(["setup.py"]) == str(root / "a")


@pytest.mark.parametrize("marker", [".git", "setup.cfg", "setup.py", "manage.py", "requirements.txt"])
def test_the_root_is_the_nearest_sign_of_a_project(root: Path, marker: str) -> None:
    write(root / marker / "HEAD" if marker == ".git" else root / marker)
    write(root / "a/b/x.py")
    assert find_root([str(root / "a/b/x.py")]) == str(root)
    write(root / "a/requirements.txt")
    assert find_root([str(root / "a/b")]) == str(root / "a")


def test_a_configuration_above_the_repository_does_not_take_hold(root: Path) -> None:
    write(root / "backlint.toml", "profile = 'audit'\n")
    write(root / "repo/.git/HEAD")
    write(root / "repo/src/x.py")
    assert find_root([str(root / "repo/src")]) == str(root / "repo")


def test_the_root_of_a_link_is_where_it_leads(root: Path, tmp_path: Path) -> None:
    write(root / "manage.py")
    (tmp_path / "link").symlink_to(root)
    assert find_root([str(tmp_path / "link")]) == str(root)
