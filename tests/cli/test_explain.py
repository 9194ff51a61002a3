from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Cli, write

RULE = "secure-logging/lost-traceback"


def setting(cli: Cli, *arguments: str, rule: str = RULE) -> tuple[bool, str, str]:
    found: dict[str, Any] = json.loads(cli("explain", rule, "--format", "json", *arguments).out)["setting"]
    return found["runs"], found["reason"], found["origin"]


def test_a_rule(cli: Cli) -> None:
    answer = cli("explain", RULE)
    assert (answer.code, answer.err) == (0, "") and "\x1b" not in answer.out
    assert answer.out.startswith(f"{RULE}: ")
    for part in (
        "severity    warning\n",
        "here        runs: it is in profile `ci` (default)\n",
        "## Why\n",
        f"# backlint: ignore[{RULE}] -- the reason\n",
        "CWE-778",
    ):
        assert part in answer.out
    coloured = cli("explain", RULE, "--color", "always").out
    assert "\x1b[1mWhy\x1b[0m" in coloured and "\x1b[36mexcept:\x1b[0m" in coloured


def test_the_document_of_a_rule(cli: Cli) -> None:
    found = json.loads(cli("explain", RULE, "--format", "json").out)
    assert (found["version"], found["id"], found["practice"]) == (1, RULE, "secure-logging")
    assert found["title"] and "## Why" in found["documentation"]
    assert "logger.error(" in found["examples"]["bad"] and "expect:" not in found["examples"]["bad"]
    assert "logger.exception(" in found["examples"]["good"]


@pytest.mark.parametrize(
    ("config", "arguments", "expected"),
    [
        ("", (), (True, "it is in profile `ci`", "default")),
        ("\nprofile = 'commit'", (), (False, "it is not in profile `commit`", "backlint.toml:2")),
        ("select = ['indexing']", (), (False, "`select` does not name it", "backlint.toml:1")),
        (f"select = ['{RULE}']", ("--profile", "commit"), (True, "`select` names it", "backlint.toml:1")),
        ("ignore = ['secure-*']", (), (False, "`ignore` has `secure-*`", "backlint.toml:1")),
        (
            f"ignore = ['secure-logging']\nextend-select = ['{RULE}']",
            (),
            (True, "`extend-select` names it", "backlint.toml:2"),
        ),
        (
            "[severity]\nsecure-logging = 'off'",
            (),
            (False, "`severity` switches `secure-logging` off", "backlint.toml:2"),
        ),
    ],
)
def test_the_setting_here(
    cli: Cli, project: Path, config: str, arguments: tuple[str, ...], expected: tuple[bool, str, str]
) -> None:
    write(project / "backlint.toml", config)
    assert setting(cli, *arguments) == expected


def test_severity_and_paths(cli: Cli, project: Path) -> None:
    write(
        project / "pyproject.toml",
        f"[tool.backlint.severity]\n'{RULE}' = 'note'\n"
        "[tool.backlint.per-path-ignores]\n'tests/' = ['secure-logging']\n"
        "\"a\\u001b\" = ['secure-logging']\n",
    )
    out = cli("explain", RULE).out
    assert "severity    note (set in pyproject.toml:2)\n" in out
    assert "not in      a\\x1b, tests/\n" in out


def test_rules_about_suppressions(cli: Cli) -> None:
    assert "A suppression hides nothing" in cli("explain", "suppression/unused").out
    rule = "suppression/without-reason"
    assert setting(cli, rule=rule) == (False, "`require-reason` is off", "default")


def test_a_practice(cli: Cli) -> None:
    out = cli("explain", "secure-logging").out
    assert out.startswith("Secure logging (Security)\n") and RULE in out and "What code cannot answer" in out
    found = json.loads(cli("explain", "secure-logging", "--format", "json").out)
    assert found["group"] == "Security" and RULE in found["rules"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("secure-logging/lost-traceback-", f"did you mean `{RULE}`?"),
        ("lost-traceback", f"did you mean `{RULE}`?"),
        ("secure-loging", "did you mean `secure-logging`?"),
        ("\x1b[31m" * 99, "`backlint rules` lists them all"),
    ],
)
def test_an_unknown_rule(cli: Cli, name: str, hint: str) -> None:
    answer = cli("explain", name)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith("error: there is no rule or practice '") and "\x1b" not in answer.err
    assert answer.err.endswith(f"  = help: {hint}\n")


def test_examples_come_from_the_fixtures_of_a_pack(cli: Cli, project: Path) -> None:
    assert cli("new-rule", "house/no-system", "--dir", "lint", "--kind", "cst").code == 0
    rule = project / "lint" / "house" / "no_system.py"
    rule.write_text(rule.read_text().replace("    ## Bad", "    ## Worse"))
    out = cli("explain", "house/no-system", "--rules", "lint").out
    assert '  >     os.system("restart")\n' in out and "expect:" not in out
    assert "\nGood\n    import subprocess\n" in out


def test_a_rule_of_semgrep(cli: Cli, project: Path) -> None:
    write(project / "backlint.toml", "semgrep-rules = ['own.yaml']\n")
    rule = "{id: own, languages: [go], severity: ERROR, message: Too old. Mend it., pattern: f()}"
    write(project / "own.yaml", f"rules: [{rule}]\n")
    answer = cli("explain", "maintainability/semgrep-own")
    assert answer.code == 0
    assert answer.out.startswith("maintainability/semgrep-own: Too old.\n")
    assert cli("explain", "maintainability/semgrep-other").code == 2
