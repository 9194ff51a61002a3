"""Changed lines, told by a real git in a temporary folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from linter.since import SinceError, changed_lines, changed_since_base

Git = Callable[..., str]


@pytest.fixture(autouse=True)
def quiet_git(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


def git_in(folder: Path) -> Git:
    identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]

    def git(*arguments: str) -> str:
        return subprocess.run(
            ["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True
        ).stdout.strip()

    return git


@pytest.fixture
def git(tmp_path: Path) -> Git:
    git = git_in(tmp_path)
    git("init", "-q", "-b", "main")
    (tmp_path / "app.py").write_text("".join(f"line{number}\n" for number in range(1, 11)))
    git("add", ".")
    git("commit", "-qm", "first")
    git("branch", "base")
    return git


def changed(root: Path, path: str, ref: str = "base", last: int = 20) -> list[int]:
    changes = changed_lines(str(root), ref)
    return [line for line in range(1, last + 1) if changes.touches(path, line, line)]


def edit(path: Path, number: int, text: str | None) -> None:
    lines = path.read_text().splitlines(keepends=True)
    lines[number - 1 : number] = [] if text is None else [text + "\n"]
    path.write_text("".join(lines))


def test_nothing_changed(git: Git, tmp_path: Path) -> None:
    changes = changed_lines(str(tmp_path), "base")
    assert changes.paths == ()
    assert not changes.touches("app.py", 1, 100)
    assert changes.base == git("rev-parse", "base")


def test_committed_staged_and_unstaged_lines_count(git: Git, tmp_path: Path) -> None:
    edit(tmp_path / "app.py", 2, "committed")
    git("commit", "-qam", "second")
    edit(tmp_path / "app.py", 5, "staged")
    git("add", ".")
    edit(tmp_path / "app.py", 8, "unstaged\nand more")
    assert changed(tmp_path, "app.py") == [2, 5, 8, 9]


def test_a_range_is_touched_by_any_of_its_lines(git: Git, tmp_path: Path) -> None:
    edit(tmp_path / "app.py", 5, "changed")
    changes = changed_lines(str(tmp_path), "base")
    assert changes.touches("app.py", 1, 5)
    assert changes.touches("app.py", 5, 9)
    assert not changes.touches("app.py", 1, 4)
    assert not changes.touches("app.py", 6, 9)


def test_deleted_lines_touch_their_neighbours(git: Git, tmp_path: Path) -> None:
    edit(tmp_path / "app.py", 4, None)
    assert changed(tmp_path, "app.py") == [3, 4]
    edit(tmp_path / "app.py", 1, None)
    assert changed(tmp_path, "app.py") == [1, 2, 3]


def test_only_the_merge_base_is_compared(git: Git, tmp_path: Path) -> None:
    git("switch", "-q", "base")
    edit(tmp_path / "app.py", 1, "theirs")
    git("commit", "-qam", "theirs")
    git("switch", "-q", "main")
    edit(tmp_path / "app.py", 9, "ours")
    git("commit", "-qam", "ours")
    assert changed(tmp_path, "app.py") == [9]


def test_new_and_untracked_files_count_in_full(git: Git, tmp_path: Path) -> None:
    (tmp_path / "staged.py").write_text("a\nb\n")
    git("add", "staged.py")
    (tmp_path / "untracked.py").write_text("a\n")
    (tmp_path / "ignored.py").write_text("a\n")
    (tmp_path / ".gitignore").write_text("ignored.py\n")
    assert changed(tmp_path, "staged.py") == [1, 2]
    assert changed_lines(str(tmp_path), "base").touches("untracked.py", 700, 700)
    assert changed(tmp_path, "ignored.py") == []


def test_a_renamed_file_counts_only_where_it_was_edited(git: Git, tmp_path: Path) -> None:
    git("mv", "app.py", "moved.py")
    edit(tmp_path / "moved.py", 3, "changed")
    assert changed(tmp_path, "moved.py") == [3]
    assert changed_lines(str(tmp_path), "base").paths == ("moved.py",)


def test_a_deleted_file_is_no_change(git: Git, tmp_path: Path) -> None:
    (tmp_path / "data.bin").write_bytes(b"\0\1")
    git("add", ".")
    git("commit", "-qm", "binary")
    git("rm", "-q", "app.py", "data.bin")
    assert changed_lines(str(tmp_path), "HEAD").paths == ()


def test_a_file_removed_from_the_index_only_is_untracked(git: Git, tmp_path: Path) -> None:
    git("rm", "-q", "--cached", "app.py")
    assert changed(tmp_path, "app.py", last=2) == [1, 2]


def test_binary_files_count_in_full(git: Git, tmp_path: Path) -> None:
    (tmp_path / "old.bin").write_bytes(bytes(range(256)) * 8)
    (tmp_path / ".gitattributes").write_text("app.py -diff\n")
    git("add", ".")
    git("commit", "-qm", "binary")
    git("mv", "old.bin", "new.bin")
    (tmp_path / "new.bin").write_bytes(bytes(range(256)) * 8 + b"x")
    edit(tmp_path / "app.py", 3, "changed")
    assert changed_lines(str(tmp_path), "HEAD").paths == ("app.py", "new.bin")
    assert changed_lines(str(tmp_path), "HEAD").touches("app.py", 10, 10)


def test_a_file_in_conflict_counts(git: Git, tmp_path: Path) -> None:
    git("switch", "-q", "base")
    edit(tmp_path / "app.py", 5, "theirs")
    git("commit", "-qam", "theirs")
    git("switch", "-q", "main")
    edit(tmp_path / "app.py", 5, "ours")
    git("commit", "-qam", "ours")
    with pytest.raises(subprocess.CalledProcessError):
        git("merge", "-q", "base")
    assert 5 in changed(tmp_path, "app.py", "HEAD~1")


@pytest.mark.parametrize(
    "name",
    [
        "with space.py",
        'quote".py',
        "line\nbreak.py",
        "tab\t.py",
        "back\\slash.py",
        "ünïcode.py",
        "\x1b[31mred.py",
        os.fsdecode(b"latin\xe9.py"),
        "b/b/nested.py",
        " => .py",
    ],
)
def test_odd_file_names(git: Git, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("one\ntwo\nthree\n")
    git("add", ".")
    git("commit", "-qm", "odd")
    edit(path, 2, "changed")
    assert changed(tmp_path, name, "HEAD") == [2]


def test_added_lines_that_look_like_headers(git: Git, tmp_path: Path) -> None:
    edit(tmp_path / "app.py", 2, "++ b/other.py\n@@ -1,9 +1,9 @@\nBinary files a and b differ")
    edit(tmp_path / "app.py", 10, "-- x")
    changes = changed_lines(str(tmp_path), "base")
    assert changes.paths == ("app.py",)
    assert changed(tmp_path, "app.py") == [2, 3, 4, 10]


def test_a_missing_last_line_end(git: Git, tmp_path: Path) -> None:
    path = tmp_path / "app.py"
    path.write_text(path.read_text().removesuffix("\n"))
    assert changed(tmp_path, "app.py") == [10]
    (tmp_path / "after.py").write_text("x")
    git("add", ".")
    assert changed(tmp_path, "after.py") == [1]


def test_crlf_lines(git: Git, tmp_path: Path) -> None:
    (tmp_path / "dos.py").write_bytes(b"one\r\ntwo\r\nthree\r\n")
    git("add", ".")
    git("commit", "-qm", "dos")
    (tmp_path / "dos.py").write_bytes(b"one\r\nTWO\r\nthree\r\n")
    assert changed(tmp_path, "dos.py", "HEAD") == [2]


def test_a_root_below_the_top_of_the_checkout(git: Git, tmp_path: Path) -> None:
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "api.py").write_text("one\ntwo\n")
    git("add", ".")
    git("commit", "-qm", "service")
    edit(tmp_path / "service" / "api.py", 2, "changed")
    edit(tmp_path / "app.py", 2, "changed")
    (tmp_path / "outside.py").write_text("x\n")
    (tmp_path / "service" / "fresh.py").write_text("x\n")
    root = tmp_path / "service"
    assert changed_lines(str(root), "HEAD").paths == ("api.py", "fresh.py")
    assert changed(root, "api.py", "HEAD") == [2]


def test_a_checkout_within_is_left_out(git: Git, tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    git_in(inner)("init", "-q")
    (inner / "x.py").write_text("x\n")
    assert changed_lines(str(tmp_path), "base").paths == ()


def test_a_linked_work_tree(git: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    linked = tmp_path_factory.mktemp("linked") / "tree"
    git("worktree", "add", "-q", str(linked), "-b", "topic")
    edit(linked / "app.py", 6, "changed")
    assert changed(linked, "app.py") == [6]


def test_configuration_cannot_change_the_answer_or_run_anything(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trap = tmp_path / ".git" / "trap"
    trap.write_text(f"#!/bin/sh\ntouch '{tmp_path}/.git/sprung'\n")
    trap.chmod(0o755)
    for key in ("diff.external", "diff.trap.command", "diff.trap.textconv", "core.fsmonitor", "core.pager"):
        git("config", key, str(trap))
    for key, value in [
        ("diff.noprefix", "true"),
        ("diff.mnemonicPrefix", "true"),
        ("diff.interHunkContext", "20"),
        ("diff.context", "9"),
        ("diff.relative", "true"),
        ("diff.renames", "false"),
        ("color.ui", "always"),
        ("core.quotePath", "false"),
    ]:
        git("config", key, value)
    (tmp_path / ".git" / "info" / "attributes").write_text("*.py diff=trap\n")
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(trap))
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    edit(tmp_path / "app.py", 2, "changed")
    edit(tmp_path / "app.py", 6, "changed")
    before = (tmp_path / ".git" / "index").read_bytes()
    assert changed(tmp_path, "app.py") == [2, 6]
    assert (tmp_path / ".git" / "index").read_bytes() == before
    assert not (tmp_path / ".git" / "sprung").exists()


@pytest.mark.parametrize("ref", ["", "-", "--output=x", "a\0b", "a\nb", "\ud800"])
def test_a_ref_that_could_be_an_option_is_refused(git: Git, tmp_path: Path, ref: str) -> None:
    with pytest.raises(SinceError, match="not the name of a commit"):
        changed_lines(str(tmp_path), ref)


@pytest.mark.parametrize("ref", ["nope", "base..main", "HEAD:app.py", "HEAD~9"])
def test_an_unknown_ref(git: Git, tmp_path: Path, ref: str) -> None:
    with pytest.raises(SinceError, match="git knows no commit") as caught:
        changed_lines(str(tmp_path), ref)
    assert "fetch" in caught.value.help


def test_no_common_commit(git: Git, tmp_path: Path) -> None:
    git("checkout", "-q", "--orphan", "alone")
    git("commit", "-qm", "alone")
    with pytest.raises(SinceError, match="no common commit"):
        changed_lines(str(tmp_path), "base")


def test_a_shallow_clone_is_explained(
    git: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    edit(tmp_path / "app.py", 1, "changed")
    git("commit", "-qam", "second")
    git("switch", "-q", "base")
    edit(tmp_path / "app.py", 9, "theirs")
    git("commit", "-qam", "theirs")
    git("switch", "-q", "main")
    clone = tmp_path_factory.mktemp("clone") / "shallow"
    git("clone", "-q", "--depth", "1", "--no-single-branch", f"file://{tmp_path}", str(clone))
    for ref in ("origin/base", "HEAD~1"):
        with pytest.raises(SinceError) as caught:
            changed_lines(str(clone), ref)
        assert "fetch-depth: 0" in caught.value.help


def test_not_a_checkout(tmp_path: Path) -> None:
    with pytest.raises(SinceError, match="not a git checkout"):
        changed_lines(str(tmp_path), "main")
    with pytest.raises(SinceError, match="no folder"):
        changed_lines(str(tmp_path / "missing"), "main")
    git_in(tmp_path)("init", "-q", "--bare", ".")
    with pytest.raises(SinceError, match="not a git checkout"):
        changed_lines(str(tmp_path), "main")


def test_no_commit_yet(tmp_path: Path) -> None:
    git_in(tmp_path)("init", "-q")
    with pytest.raises(SinceError, match="no commit yet"):
        changed_lines(str(tmp_path), "main")


def test_git_is_not_installed(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SinceError, match="cannot run git") as caught:
        changed_lines(str(tmp_path), "base")
    assert "Install git" in caught.value.help


def test_the_base_branch_is_found_or_not(
    git: Git, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert changed_since_base(str(tmp_path_factory.mktemp("plain"))) is None
    (tmp_path / "new.sql").write_text("SELECT 2;\n")
    changes = changed_since_base(str(tmp_path))
    assert changes is not None and changes.paths == ("new.sql",)
    git("add", ".")
    git("commit", "-qm", "second")
    assert changed_since_base(str(tmp_path)).paths == ()  # type: ignore[union-attr]
    git("switch", "-qc", "feature", "base")
    (tmp_path / "own.sql").write_text("SELECT 3;\n")
    git("add", ".")
    git("commit", "-qm", "third")
    assert changed_since_base(str(tmp_path)).paths == ("own.sql",)  # type: ignore[union-attr]
    git("branch", "-m", "main", "trunk")
    assert changed_since_base(str(tmp_path)) is None
