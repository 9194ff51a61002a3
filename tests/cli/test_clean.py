from __future__ import annotations

import os
from pathlib import Path

from .conftest import LOST, Cli, write


def test_what_was_written_is_deleted(cli: Cli, project: Path) -> None:
    write(project / "app.py", LOST)
    cli("check")
    write(project / ".backlint_cache" / "facts.1.tmp", "backlint-cache-1\n")
    out = cli("clean").out
    assert (
        out.splitlines()[-1] == "deleted .backlint_cache" and "deleted .backlint_cache/facts.1.tmp\n" in out
    )
    assert sorted(os.listdir(project)) == [".git", "app.py"]
    assert cli("clean").out == "Nothing to delete: there is no cache in .backlint_cache.\n"


def test_a_cache_among_other_files(cli: Cli, project: Path) -> None:
    write(project / "backlint.toml", "cache-dir = '.'\n")
    write(project / ".gitignore", "*.log\n")
    write(project / "facts", "mine\n")
    write(project / "app.py", LOST)
    cli("check", "--no-cache")
    assert cli("clean").out.startswith("Nothing to delete")
    cli("check")
    assert "deleted result\n" in cli("clean").out
    assert (project / ".gitignore").read_text() == "*.log\n"
    assert {"app.py", "backlint.toml"} <= set(os.listdir(project))


def test_a_linked_file_is_left(cli: Cli, project: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "facts", "backlint-cache-1\n")
    (project / ".backlint_cache").mkdir()
    (project / ".backlint_cache" / "facts").symlink_to(outside)
    cli("clean")
    assert outside.exists() and (project / ".backlint_cache" / "facts").is_symlink()


def test_another_folder(cli: Cli, project: Path, tmp_path: Path) -> None:
    write(project / "app.py", LOST)
    cli("check", "--cache-dir", str(tmp_path / "c"))
    assert cli("clean", "--cache-dir", str(tmp_path / "c")).code == 0
    assert not (tmp_path / "c").exists()
