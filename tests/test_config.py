from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import linter.config
from linter.config import ConfigError, RulePack, Settings, check_rules, load_settings, with_nested
from linter.config.options import ADDITIVE, FILE_ONLY, KEYS, LOCAL, NOT_IN_PROJECT, PERSONAL, Options
from linter.config.schema import generate_schema, schema_text

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
    "engines": ("{ci = ['bandit']}", "", {"ci": ("bandit",)}),
    "flow": ("{sources = ['shop.receive']}", "", {"sources": ("shop.receive",)}),
    "limits": ("{complexity = 15}", "", {"complexity": 15.0}),
    "bandit-config": ("'bandit.yaml'", "bandit.yaml", "{root}/bandit.yaml"),
    "semgrep-rules": ("['lint']", "lint", ("{root}/lint",)),
    "engine-failures": ("'warning'", "warning", "warning"),
    "metrics": ("true", "true", True),
    "fail-on": ("'never'", "never", "never"),
    "max-warnings": ("7", "7", 7),
    "include": ("['src']", "src", ("src",)),
    "exclude": ("['gen']", "gen", ("gen",)),
    "extend-exclude": ("['gen']", "gen", ("gen",)),
    "respect-gitignore": ("false", "false", False),
    "force-exclude": ("true", "TRUE", True),
    "source-roots": ("['src', '.']", "src,.", ("src", "")),
    "dialect": ("'mysql'", "mysql", "mysql"),
    "migrations": ("'all'", "all", "all"),
    "postgres-version": ("'14.2'", "14.2", "14.2"),
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
