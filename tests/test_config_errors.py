from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from linter.config import ConfigError, Settings, check_rules, load_settings

RULES = ["indexing/missing-index", "indexing/unused-index", "sessions/weak-cookie"]

Load = Callable[..., Settings]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = Path(os.path.realpath(tmp_path)) / "root"
    path.mkdir()
    return path


@pytest.fixture
def load(root: Path) -> Load:
    def load(text: str | None = None, *, name: str = "backlint.toml", **options: Any) -> Settings:
        if text is not None:
            write(root / name, text)
        options.setdefault("environ", {})
        return load_settings(str(root), **options)

    return load


def write(path: Path, text: str = "") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def failure(action: Callable[[], object]) -> tuple[str, str, int | None, str]:
    with pytest.raises(ConfigError) as caught:
        action()
    error = caught.value
    return error.message, error.path, error.line, error.help


@pytest.mark.parametrize(
    ("text", "message", "line", "help"),
    [
        ("\nselekt = []\n", "unknown key 'selekt'", 2, "did you mean `select`?"),
        ("[per_path_ignores]\n", "unknown key 'per_path_ignores'", 1, "did you mean `per-path-ignores`?"),
        ('"\\u001b[2J" = 1\n', "unknown key '\\x1b[2J'", 1, "`backlint config show` lists all keys"),
        (
            "profile = 'comit'\n",
            "`profile` must be one of `audit`, `ci`, `commit`, not 'comit'",
            1,
            "did you mean `commit`?",
        ),
        ("select = 'indexing'\n", "`select` must be a list of strings, not 'indexing'", 1, ""),
        ("select = [\n1]\n", "`select` must be a list of strings, not [1]", 1, ""),
        ("max-warnings = -1\n", "`max-warnings` must be a whole number of at least 0, not -1", 1, ""),
        ("max-file-size = 1e3\n", "`max-file-size` must be a whole number of at least 1, not 1000.0", 1, ""),
        ("baseline = 1979-05-27\n", "`baseline` must be a string, not datetime.date(1979, 5, 27)", 1, ""),
        ("force-exclude = 'yes'\n", "`force-exclude` must be `true` or `false`, not 'yes'", 1, ""),
        ("severity = 'off'\n", "`severity` must be a table, not 'off'", 1, ""),
        (
            "[severity]\na = 'off'\n'b/c' = 'fatal'\n",
            "`severity.b/c` must be one of `error`, `note`, `off`, `warning`, not 'fatal'",
            3,
            "",
        ),
        (
            "[per-path-ignores]\n'a' = ['x']\n'b' = 'x'\n",
            "`per-path-ignores.b` must be a list of strings, not 'x'",
            3,
            "",
        ),
        (
            "exclude = [\n  'fine',\n  'a/[b',\n]\n",
            "bad glob 'a/[b' in `exclude`: its `[` is never closed",
            3,
            "",
        ),
        (
            "[per-path-ignores]\n'a\\' = ['x']\n",
            "bad glob 'a\\\\' in `per-path-ignores`: it ends in a backslash",
            2,
            "",
        ),
        ("baseline = ''\n", "bad path '' in `baseline`", 1, ""),
        ("extend = 'none.toml'\n", "there is no file 'none.toml' to extend", 1, ""),
        (
            "extend = 'backlint.toml'\n",
            "the configuration extends itself in a circle through 'backlint.toml'",
            1,
            "",
        ),
        ("a = 1\na = 2\n", "invalid TOML: Cannot overwrite a value", 2, ""),
        ("a = 1\nb = [\n", "invalid TOML: Invalid value", 3, ""),
        ("max-warnings = " + "9" * 5000, "invalid TOML: a value is out of bounds", None, ""),
        ("select = " + "[" * 100_000, "invalid TOML: a value is out of bounds", None, ""),
    ],
)
def test_errors_name_the_line(load: Load, text: str, message: str, line: int | None, help: str) -> None:
    found = failure(lambda: load(text))
    assert found == (message, "backlint.toml", line, help)


def test_a_message_is_one_line() -> None:
    error = ConfigError("unknown key 'a'", "backlint.toml", 3, "did you mean `b`?")
    assert str(error) == "backlint.toml:3: unknown key 'a' (did you mean `b`?)"
    assert str(ConfigError("bad", "--select")) == "--select: bad"


def test_a_table_that_is_none(load: Load) -> None:
    text = "[tool]\nbacklint = 3\n"
    assert failure(lambda: load(text, name="pyproject.toml")) == (
        "`tool.backlint` must be a table",
        "pyproject.toml",
        2,
        "",
    )


def test_a_broken_project_file_that_names_us(load: Load) -> None:
    text = "[tool.backlint]\nselect = ['x'\n\n[tool.other]\n"
    message, path, line, _ = failure(lambda: load(text, name="pyproject.toml"))
    assert message.startswith("invalid TOML: ") and (path, line) == ("pyproject.toml", 4)


def test_files_that_cannot_be_read(load: Load, root: Path) -> None:
    (root / "backlint.toml").write_bytes(b"a = 1\n# caf\xe9\n")
    assert failure(load) == ("the configuration is not UTF-8", "backlint.toml", 2, "")
    (root / "backlint.toml").unlink()
    os.mkfifo(root / "backlint.toml")
    assert failure(load)[0] == "the configuration cannot be read: it is not a regular file"
    (root / "backlint.toml").unlink()
    (root / "backlint.toml").write_bytes(b"#" * 1_000_001)
    assert failure(load)[0] == "the configuration cannot be read: it is larger than 1,000,000 bytes"


def test_errors_from_the_environment_and_the_command_line(load: Load) -> None:
    message, path, line, _ = failure(lambda: load(environ={"BACKLINT_PROFILE": "all"}))
    assert (path, line) == ("BACKLINT_PROFILE", None) and "one of `audit`, `ci`, `commit`" in message
    assert failure(lambda: load(environ={"BACKLINT_DIALECT": "\udce9"}))[1] == "BACKLINT_DIALECT"
    assert failure(lambda: load(overrides={"exclude": ["["]}))[1] == "--exclude"


def test_circles_and_long_chains(load: Load, root: Path) -> None:
    write(root / "a.toml", "\nextend = 'b.toml'\n")
    write(root / "b.toml", "\n\nextend = './x/../a.toml'\n")
    (root / "x").mkdir()
    message, path, line, _ = failure(lambda: load("extend = 'a.toml'\n"))
    assert message.startswith("the configuration extends itself in a circle") and (path, line) == (
        "b.toml",
        3,
    )
    for number in range(40):
        write(root / f"{number}.toml", f"extend = '{number + 1}.toml'\n")
    assert "too many" in failure(lambda: load("extend = '0.toml'\n"))[0]


def test_extending_a_project_file(load: Load, root: Path) -> None:
    write(root / "shared/pyproject.toml", "[tool.backlint]\nprofile = 'audit'\n")
    assert load("extend = 'shared/pyproject.toml'\n").profile == "audit"
    write(root / "shared/pyproject.toml", "[project]\n")
    assert "has no `[tool.backlint]`" in failure(lambda: load("extend = 'shared/pyproject.toml'\n"))[0]


@pytest.mark.parametrize(
    ("text", "message", "line", "help"),
    [
        (
            "select = [\n  # 'indexing/missing-indx'\n  'indexing',\n  'indexing/missing-indx',\n]\n",
            "unknown rule 'indexing/missing-indx' in `select`",
            4,
            "did you mean `indexing/missing-index`?",
        ),
        (
            "extend-ignore = ['sesions']\n",
            "unknown rule 'sesions' in `extend-ignore`",
            1,
            "did you mean `sessions`?",
        ),
        ("ignore = ['index*/nothing-*']\n", "no rule matches 'index*/nothing-*' in `ignore`", 1, None),
        ("[severity]\nindexing = 'off'\n'zzz' = 'off'\n", "unknown rule 'zzz' in `severity`", 3, None),
        (
            "[per-path-ignores]\n'a' = ['indexing']\n'b' = [\n'sessions',\n'yyy']\n",
            "unknown rule 'yyy' in `per-path-ignores`",
            5,
            None,
        ),
    ],
)
def test_unknown_rules(load: Load, text: str, message: str, line: int, help: str | None) -> None:
    found = load(text)
    help = "`backlint rules` shows all rules" if help is None else help
    assert failure(lambda: check_rules(found, RULES)) == (message, "backlint.toml", line, help)


def test_known_rules(load: Load) -> None:
    text = "select = ['indexing', 'sessions/*', '*', 'indexing/missing-*', 'indexing/unused-index']\n"
    check_rules(load(text), RULES)
    found = load("", overrides={"select": ["x"]})
    assert failure(lambda: check_rules(found, RULES))[1:3] == ("--select", None)
