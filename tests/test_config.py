from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import linter.config
from linter.config import ConfigError, RulePack, Settings, check_rules, find_root, load_settings, with_nested
from linter.config.options import ADDITIVE, FILE_ONLY, KEYS, LOCAL, NOT_IN_PROJECT, PERSONAL, Options
from linter.config.schema import generate_schema, schema_text
from linter.config.toml_lines import find_places

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


# Which value wins


def test_defaults(load: Load, root: Path) -> None:
    found = load()
    assert (found.profile, found.fail_on, found.max_warnings, found.max_file_size) == (
        "ci",
        "error",
        None,
        1_000_000,
    )
    assert found.root == str(root) and found.sources == ()
    assert set(found.origins) == set(KEYS) and set(found.origins.values()) == {"default"}


@pytest.mark.parametrize("name", ["backlint.toml", "pyproject.toml"])
def test_reads_either_file(load: Load, name: str) -> None:
    table = "[project]\nname = 'x'\n\n[tool.backlint]\n" if name == "pyproject.toml" else "\n\n\n\n"
    found = load(table + "# a comment\nprofile = 'audit'\n", name=name)
    assert found.profile == "audit"
    assert found.origins["profile"] == f"{name}:6"
    assert found.sources == (name,)


def test_own_file_wins_in_one_folder(load: Load, root: Path) -> None:
    write(root / "pyproject.toml", "[tool.backlint]\nprofile = 'audit'\nselect = ['indexing']\n")
    found = load("profile = 'commit'\n")
    assert (found.profile, found.select) == ("commit", ())


def test_a_project_file_without_our_table_sets_nothing(load: Load) -> None:
    assert load("[project]\ndependencies = ['backlint']\n[tool.ruff]\n", name="pyproject.toml").sources == ()
    assert load("this is not TOML", name="pyproject.toml").sources == ()


def test_precedence(load: Load, root: Path) -> None:
    write(root / "base.toml", "profile = 'audit'\nfail-on = 'note'\ndialect = 'mysql'\nmax-warnings = 3\n")
    found = load(
        "extend = 'base.toml'\nfail-on = 'warning'\ndialect = 'sqlite'\nmax-warnings = 2\n",
        environ={"BACKLINT_DIALECT": "postgres", "BACKLINT_MAX_WARNINGS": "1", "BACKLINT_OUTPUT": "x"},
        overrides={"max-warnings": 0, "profile": None},
    )
    assert (found.profile, found.fail_on, found.dialect, found.max_warnings) == (
        "audit",
        "warning",
        "postgres",
        0,
    )
    assert {
        key: found.origins[key] for key in ("profile", "fail-on", "dialect", "max-warnings", "baseline")
    } == {
        "profile": "base.toml:1",
        "fail-on": "backlint.toml:2",
        "dialect": "BACKLINT_DIALECT",
        "max-warnings": "--max-warnings",
        "baseline": "default",
    }
    assert found.sources == ("backlint.toml", "base.toml")


def test_lists_replace_and_extensions_add_up(load: Load, root: Path) -> None:
    write(
        root / "base.toml", "select = ['a']\nextend-select = ['b']\nexclude = ['x']\nextend-exclude = ['y']\n"
    )
    found = load(
        "extend = 'base.toml'\nselect = ['c']\nextend-select = ['d']\nextend-exclude = ['z']\n",
        environ={"BACKLINT_EXTEND_SELECT": "e, d,"},
    )
    assert (found.select, found.extend_select) == (("c",), ("b", "d", "e"))
    assert (found.exclude, found.extend_exclude) == (("x",), ("y", "z"))
    assert found.origins["extend-select"] == "base.toml:2, backlint.toml:3, BACKLINT_EXTEND_SELECT"


def test_tables_are_merged_by_entry(load: Load, root: Path) -> None:
    write(root / "base.toml", "[severity]\na = 'off'\n'b/c' = 'note'\n")
    found = load(
        "extend = 'base.toml'\n[severity]\n'b/c' = 'error'\n", environ={"BACKLINT_SEVERITY": "d=warning"}
    )
    assert found.severity == {"a": "off", "b/c": "error", "d": "warning"}
    assert found.origins["severity.a"] == "base.toml:2"
    assert found.origins["severity.b/c"] == "backlint.toml:3"
    assert found.origins["severity.d"] == "BACKLINT_SEVERITY"


def test_a_stronger_source_selects_what_a_weaker_one_ignores(load: Load) -> None:
    text = "ignore = ['a', 'b/c', 'd/e']\n[severity]\n'b/c' = 'off'\n'd/e' = 'off'\n"
    found = load(text, overrides={"select": ["a/*", "b/c"]})
    assert found.ignore == ("d/e",)
    assert found.severity == {"d/e": "off"}
    assert "severity.b/c" not in found.origins


def test_another_file_and_none(load: Load, root: Path) -> None:
    write(root / "other" / "mine.toml", "profile = 'audit'\n")
    assert load("profile = 'commit'\n", config=str(root / "other/mine.toml")).profile == "audit"
    assert load(isolated=True).profile == "ci"
    assert failure(lambda: load(config=str(root / "none.toml")))[:2] == (
        "the configuration cannot be read: it is gone",
        "none.toml",
    )


SAMPLES: dict[str, tuple[str, str, Any]] = {
    "profile": ("'audit'", "audit", "audit"),
    "select": ("['a']", "a", ("a",)),
    "ignore": ("['a', 'b/*']", "a,b/*", ("a", "b/*")),
    "extend-select": ("['a']", "a", ("a",)),
    "extend-ignore": ("['a']", "a", ("a",)),
    "severity": ("{a = 'off'}", "a=off", {"a": "off"}),
    "per-path-ignores": ("{'tests/' = ['a']}", "", {"tests/": ("a",)}),
    "fail-on": ("'never'", "never", "never"),
    "max-warnings": ("7", "7", 7),
    "include": ("['src']", "src", ("src",)),
    "exclude": ("['gen']", "gen", ("gen",)),
    "extend-exclude": ("['gen']", "gen", ("gen",)),
    "respect-gitignore": ("false", "false", False),
    "force-exclude": ("true", "TRUE", True),
    "source-roots": ("['src', '.']", "src,.", ("src", "")),
    "dialect": ("'mysql'", "mysql", "mysql"),
    "rule-packs": ("['lint']", "lint", ("{root}/lint",)),
    "allow-packs": ("", "lint", ("{root}/lint",)),
    "baseline": ("'b.json'", "b.json", "{root}/b.json"),
    "require-reason": ("true", "1", True),
    "max-file-size": ("5", "5", 5),
    "cache-dir": ("'.c'", ".c", "{root}/.c"),
    "extend": ("'base.toml'", "", "{root}/base.toml"),
}


@pytest.mark.parametrize("key", KEYS)
def test_every_key_can_be_set(load: Load, root: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    write(root / "base.toml")
    in_file, in_variable, expected = SAMPLES[key]
    if isinstance(expected, str):
        expected = expected.format(root=root)
    elif isinstance(expected, tuple):
        expected = tuple(item.format(root=root) for item in expected)
    if key not in NOT_IN_PROJECT:
        found = load(f"{key} = {in_file}\n")
        assert getattr(found, KEYS[key]) == expected != getattr(Options(), KEYS[key])
        assert found.origins[key] == "backlint.toml:1"
        (root / "backlint.toml").unlink()
    if key not in FILE_ONLY:
        variable = f"BACKLINT_{KEYS[key].upper()}"
        found = load(environ={variable: in_variable})
        assert getattr(found, KEYS[key]) == expected
        assert found.origins[key] == variable


# Packs, and what a stranger's project may not do


def test_only_the_user_can_trust_a_pack(load: Load, root: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    text = "rule-packs = ['lint', '../elsewhere']\n"
    packs = [f"{root}/lint", f"{root.parent}/elsewhere"]
    assert load(text).packs == tuple(RulePack(pack, False, "backlint.toml:1") for pack in packs)

    def trusted(**options: Any) -> list[str]:
        return [pack.path for pack in load(text, **options).packs if pack.trusted]

    assert trusted(overrides={"allow-packs": [packs[0]]}) == [packs[0]]
    assert trusted(overrides={"rule-packs": [packs[1]]}) == [packs[1]]
    assert trusted(environ={"BACKLINT_ALLOW_PACKS": packs[0]}) == [packs[0]]
    write(home / "backlint/config.toml", f"allow-packs = ['{packs[0]}']\nrule-packs = ['own']\n")
    own = f"{os.path.realpath(home)}/backlint/own"
    assert trusted(environ={"XDG_CONFIG_HOME": str(home)}) == [own, packs[0]]
    (tmp_path / "user").mkdir()
    (tmp_path / "user/.config").symlink_to(home)
    assert packs[0] in trusted(environ={"HOME": str(tmp_path / "user")})


def test_a_link_does_not_borrow_the_trust_of_a_pack(load: Load, root: Path) -> None:
    (root / "real").mkdir()
    (root / "lint").symlink_to("real")
    found = load("rule-packs = ['lint']\n", overrides={"allow-packs": [str(root / "real")]})
    assert found.packs == (RulePack(f"{root}/real", True, "backlint.toml:1"),)


def test_a_users_file_within_the_project_is_not_believed(load: Load, root: Path) -> None:
    write(root / ".config/backlint/config.toml", "rule-packs = ['evil']\n")
    assert load(environ={"HOME": str(root)}).packs == ()


def test_extending_the_users_file_lends_no_trust(load: Load, root: Path, tmp_path: Path) -> None:
    write(tmp_path / "home/backlint/config.toml", "rule-packs = ['own']\n")
    found = load(f"extend = '{tmp_path}/home/backlint/config.toml'\n")
    assert [pack.trusted for pack in found.packs] == [False]


def test_keys_that_do_not_belong(load: Load, tmp_path: Path) -> None:
    message, _, line, _ = failure(lambda: load("\nallow-packs = ['x']\n"))
    assert (message, line) == ("a project cannot set `allow-packs`", 2)
    write(tmp_path / "home/backlint/config.toml", "profile = 'audit'\n")
    message, path, line, _ = failure(lambda: load("", environ={"XDG_CONFIG_HOME": str(tmp_path / "home")}))
    assert message == "`profile` belongs in the configuration of the project"
    assert (path, line) == (f"{tmp_path}/home/backlint/config.toml", 1)
    for key in FILE_ONLY:
        assert failure(lambda key=key: load(overrides={key: "x"}))[1] == f"--{key}"


@pytest.mark.parametrize("key", ["baseline", "cache-dir"])
def test_a_project_cannot_make_us_write_outside_of_it(load: Load, root: Path, key: str) -> None:
    (root / "link").symlink_to(root.parent)
    for path in ("../x", "/etc/x", "~/x", "link/x"):
        message, _, line, _ = failure(lambda path=path: load(f"\n{key} = '{path}'\n"))
        assert message == f"`{key}` must lie inside the project, not at '{path}'"
        assert line == 2
    found = load("", overrides={key: str(root.parent / "x")})
    assert getattr(found, KEYS[key]) == str(root.parent / "x")


def test_source_roots_lie_inside(load: Load) -> None:
    assert failure(lambda: load("source-roots = ['src',\n '../x']\n"))[2] == 2
    assert failure(lambda: load("", overrides={"source-roots": ["/"]}))[1] == "--source-roots"


# Errors


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
    help = "`backlint list` shows all rules" if help is None else help
    assert failure(lambda: check_rules(found, RULES)) == (message, "backlint.toml", line, help)


def test_known_rules(load: Load) -> None:
    text = "select = ['indexing', 'sessions/*', '*', 'indexing/missing-*', 'indexing/unused-index']\n"
    check_rules(load(text), RULES)
    found = load("", overrides={"select": ["x"]})
    assert failure(lambda: check_rules(found, RULES))[1:3] == ("--select", None)


# Subfolders


def test_the_nearest_file_decides_for_its_folder(load: Load, root: Path) -> None:
    write(root / "team.toml", "ignore = ['sessions']\n")
    write(root / "a/backlint.toml", "select = ['indexing']\nextend = '../team.toml'\nprofile = 'audit'\n")
    write(root / "a/b/pyproject.toml", "[tool.backlint.severity]\nindexing = 'note'\n")
    write(root / "c/pyproject.toml", "[project]\nname = 'backlint-user'\n")
    outer = load("ignore = ['indexing']\n", overrides={"extend-ignore": ["sessions/weak-cookie"]})
    found = with_nested(outer, ["a/b/pyproject.toml", "a/backlint.toml", "c/pyproject.toml"])
    assert outer.for_path("a/x.py") is outer
    assert found.for_path("x.py") is found and found.for_path("ab/x.py") is found
    assert found.for_path("c/x.py") is found

    inner = found.for_path("a/x/y.py")
    assert (inner.folder, inner.select, inner.ignore) == ("a", ("indexing",), ("sessions",))
    assert inner.extend_ignore == ("sessions/weak-cookie",)
    assert inner.profile == "ci"
    assert inner.unused == ("a/backlint.toml:3: `profile` has no effect in a subfolder of the project",)
    assert inner.origins["ignore"] == "team.toml:1" and inner.origins["profile"] == "default"

    innermost = found.for_path("a/b/y.py")
    assert (innermost.severity, innermost.ignore, innermost.select) == ({"indexing": "note"}, (), ())
    assert innermost.origins["severity.indexing"] == "a/b/pyproject.toml:2"


def test_rules_of_a_nested_file_are_checked(load: Load, root: Path) -> None:
    write(root / "a/backlint.toml", "\nselect = ['nope']\n")
    found = with_nested(load(), ["a/backlint.toml"])
    assert failure(lambda: check_rules(found, RULES))[1:3] == ("a/backlint.toml", 2)


# The root


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


# The lines of TOML

HARD = r'''
top = """
[tool.backlint]
select = "not here"
""" # a "comment" [x]
lit = @@@
profile = 1 @@@
q = """a""""" # closes with five quotes
e = "\"[x]\n"
  [ tool . "backlint" ] # header
"profile" = "ci"
select = [ # [
  "a#b", 'c]d', """
e""",
  { x = 1 }, [ "deep" ],
]
per-path-ignores."tests/**" = ["x"]
'per-path-ignores'.'esc\' = [
  'y']
'''.replace("@@@", "'" * 3)

HARD += """severity = { "a/b" = "off", c = "note" }
date = 1979-05-27 07:32:00
num = 1_000
[[many]]
k = 1
[[many]]
"\\u006b2" = 2
[tool.backlint.sub]
z = true"""


def test_lines_of_hard_toml() -> None:
    tomllib.loads(HARD)
    places = find_places(HARD)
    lines = HARD.split("\n")

    def line_with(text: str) -> int:
        (number,) = (number for number, line in enumerate(lines, 1) if text in line)
        return number

    table = ("tool", "backlint")
    assert places.line("top") == 2
    assert places.line("profile") is None and places.line("select") is None
    assert places.line(*table) == line_with("# header")
    assert places.line(*table, "profile") == line_with('"profile"')
    assert places.line(*table, "select") == line_with("select = [ #")
    for text, at in (("a#b", "a#b"), ("c]d", "c]d"), ("e", "a#b"), ("deep", "deep")):
        assert places.line_of_string((*table, "select"), text) == line_with(at)
    assert places.line_of_string((*table, "select"), "absent") == places.line(*table, "select")
    assert places.line(*table, "per-path-ignores", "tests/**") == line_with("tests/**")
    assert places.line_of_string((*table, "per-path-ignores", "esc\\"), "y") == line_with("'y'")
    assert places.line(*table, "severity", "c") == line_with("a/b")
    assert places.line("many") == line_with("num") + 1
    assert places.line("many", "k2") == line_with("u006b2")
    assert places.line(*table, "sub", "z") == len(lines)


NAMES = st.text(st.characters(codec="utf-8"), max_size=6)
BARE = st.text("abcXYZ019_-", min_size=1, max_size=6)
VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-1.5e3",
            "true",
            "1979-05-27",
            "'#['",
            "'''\n'x'\n'''",
            '"\\"]"',
            '"""\n\\"""" """',
            "[]",
            "{}",
        ]
    )
    | NAMES.map(lambda text: json.dumps(text).replace("\x7f", "\\u007f")),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ # ]\n" + ",\n".join(items) + "\n]")
        | inner.map(lambda item: "{ k = [" + item.replace("\n}", "}") + "] }")
    ),
    max_leaves=6,
)
GAPS = st.sampled_from(["", "\n", "# [x] = '''\n", "\r\n", "  \t\n"])


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(GAPS, BARE | NAMES.map(json.dumps), VALUES), max_size=6))
def test_lines_of_any_toml(entries: list[tuple[str, str, str]]) -> None:
    text, expected = "", {}
    for gap, key, value in entries:
        text += gap
        name = json.loads(key) if key.startswith('"') else key
        expected.setdefault(name, text.count("\n") + 1)
        text += f"{key} = {value}\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = find_places(text)
    assert {name: places.line(name) for name in expected} == expected


# The schema


def test_the_committed_schema_is_current() -> None:
    committed = Path(linter.config.__file__).with_name("schema.json")
    assert committed.read_text(encoding="utf-8") == schema_text(), "run `python -m linter.config.schema`"


def test_the_schema_accepts_and_refuses_what_we_do(load: Load, root: Path) -> None:
    schema = generate_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    assert set(schema["properties"]) == set(KEYS) - NOT_IN_PROJECT
    for key, property in schema["properties"].items():
        assert property["description"].endswith("."), key
        text = f"{key} = {SAMPLES[key][0]}\n"
        assert validator.is_valid(tomllib.loads(text)), key
        for wrong in ("1.5", "[1]", "{a = 1}"):
            text = f"{key} = {wrong}\n"
            assert not validator.is_valid(tomllib.loads(text)), (key, wrong)
            failure(lambda text=text: load(text))
    assert not validator.is_valid({"selekt": []})


def test_the_kinds_of_keys_are_keys() -> None:
    assert set(KEYS) >= ADDITIVE | LOCAL | PERSONAL | NOT_IN_PROJECT | FILE_ONLY
