"""Globs are held against git itself: it is the definition of what a `.gitignore` means."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.globs import Globs, problem_of

FOLDERS = ("a", "b", "ab", ".x", "a-b", "x y", "]", "[a]", "!k", "#h", "a.py")
PATHS = sorted(
    {(folder, True) for folder in FOLDERS}
    | {(f"{outer}/{inner}", True) for outer in FOLDERS for inner in FOLDERS[:5]}
    | {(f"{outer}/{inner}/b.py", False) for outer in FOLDERS for inner in FOLDERS[:5]}
    | {(name, False) for name in ("f", "f.py", "a*b", "foo.log", "trail ", "e.tar.gz")}
)

PIECES = st.sampled_from(
    [
        "a",
        "b",
        "*",
        "?",
        "**",
        "/",
        "/",
        "[ab]",
        "[!a]",
        "[a-c]",
        "[^b]",
        "[]]",
        "[[:alpha:]]",
        "[z-a]",
        "[--b]",
        "[\\]]",
        "[a-]",
        "[!]]",
        "[[:foo:]]",
        "\\a",
        "\\*",
        "\\!",
        "\\#",
        "\\ ",
        "-",
        "!",
        "#",
        " ",
        "\t",
        ".py",
        ".log",
    ]
)
LINES = st.lists(PIECES, max_size=6).map("".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    for path, folder in PATHS:
        if folder:
            (root / path).mkdir(parents=True, exist_ok=True)
        else:
            (root / path).write_text("")
    return root


def verdicts_of_git(root: Path, ignore_file: bytes) -> list[bool | None]:
    (root / ".gitignore").write_bytes(ignore_file)
    output = subprocess.run(
        ["git", "-C", str(root), "check-ignore", "-z", "-v", "-n", "--no-index", "--stdin"],
        input=b"".join(path.encode() + b"\0" for path, _ in PATHS),
        capture_output=True,
    ).stdout.split(b"\0")
    patterns = output[2::4]
    return [not pattern.startswith(b"!") if pattern else None for pattern in patterns[: len(PATHS)]]


def verdict_with_parents(globs: Globs, path: str, folder: bool) -> bool | None:
    parts = path.split("/")
    for count in range(1, len(parts)):
        if globs.verdict("/".join(parts[:count]), parts[count - 1], True):
            return True
    return globs.verdict(path, parts[-1], folder)


@settings(max_examples=150)
@given(lines=st.lists(LINES, min_size=1, max_size=5), end=st.sampled_from(["\n", "\r\n"]))
def test_agrees_with_git(repository: Path, lines: list[str], end: str) -> None:
    data = end.join(lines).encode()
    globs = Globs.from_ignore_file(data)
    ours = [verdict_with_parents(globs, path, folder) for path, folder in PATHS]
    assert ours == verdicts_of_git(repository, data)


@pytest.mark.parametrize(
    "line",
    [
        "trail\\ ",
        "trail ",
        "trail\\  ",
        "/a",
        "a/",
        "**",
        "**/",
        "*/",
        "/*",
        "!*/",
        "a/**",
        "a/**/b.py",
        "/**/b.py",
        "**/b/**",
        "***/b.py",
        "a**",
        "/",
        "//a",
        "a//",
        "!",
        "\\",
        "a\\",
        "[",
        "[a",
        "*.tar.gz",
        "*.gz",
        ".*",
        "#h",
        "\\#h",
        "\ufeffa",
        "x y",
        "*.",
        "[[:alpha:]]",
        "[[:alpha:]",
        "[!]a]*",
        "a-b/",
        "*a*b*",
    ],
)
def test_agrees_with_git_on_corners(repository: Path, line: str) -> None:
    for data in (line.encode(), f"*\n!{line}".encode()):
        globs = Globs.from_ignore_file(data)
        ours = [verdict_with_parents(globs, path, folder) for path, folder in PATHS]
        assert ours == verdicts_of_git(repository, data)


@pytest.mark.parametrize(
    "pattern", ["*a" * 40 + "b", "**/a/" * 40 + "b", "?*" * 40 + "b", "[a-z]*" * 40 + "!"]
)
def test_a_hostile_pattern_costs_no_time(pattern: str) -> None:
    started = time.perf_counter()
    assert not Globs([pattern]).covers("a" * 200 + "/" + "a/" * 150 + "c")
    assert time.perf_counter() - started < 2


def test_covers_what_lies_in_a_matching_folder() -> None:
    assert Globs(["tests/"]).covers("app/tests/deep/test_a.py")
    assert not Globs(["tests/"]).covers("app/tests")
    assert Globs(["/tests"]).covers("tests/a.py")
    assert not Globs(["/tests"]).covers("app/tests/a.py")


def test_names_that_are_not_utf8() -> None:
    name = b"caf\xe9.py".decode("utf-8", "surrogateescape")
    assert Globs.from_ignore_file(b"caf\xe9.py\n").covers(name)
    assert Globs(["caf?.py"]).covers(name)
    assert Globs(["*\n*"]).covers("two\nlines.py")


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("", "it is empty"),
        ("/", "it is empty"),
        ("a\0b", "it holds a NUL"),
        ("a/[b", "its `[` is never closed"),
        ("a\\", "it ends in a backslash"),
        ("[[:word:]]", "there is no class `[:word:]`"),
        ("a/**/*.py", ""),
    ],
)
def test_says_what_is_wrong_with_a_glob(pattern: str, problem: str) -> None:
    assert problem_of(pattern) == problem
