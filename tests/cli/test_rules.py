from __future__ import annotations

import json
from pathlib import Path

from linter.packs import builtin_folder, rule_files

from .conftest import Cli, write

RULE = "secure-logging/lost-traceback"


def test_every_rule_is_listed_once(cli: Cli) -> None:
    rules = json.loads(cli("rules", "--format", "json").out)["rules"]
    ids = [rule["id"] for rule in rules]
    assert len(ids) == len(set(ids))
    assert {rule.id for rule in rule_files(builtin_folder())} < set(ids) and "suppression/unused" in ids
    for rule in rules:
        assert " ".join(rule) == "id practice title severity confidence fix cwe owasp runs"
        assert rule["id"].startswith(f"{rule['practice']}/")


def test_text_is_grouped_by_practice(cli: Cli) -> None:
    out = cli("rules").out
    assert "\x1b" not in out
    assert "\nSecure logging\n  RULE" in out and out.index("Secure logging") < out.index("Suppression\n")
    (line,) = [line for line in out.splitlines() if RULE in line]
    assert line.split()[:4] == [RULE, "warning", "high", "safe"]
    assert out.endswith("of them run here; `backlint explain RULE` says why.\n")


def test_what_runs_here(cli: Cli, project: Path) -> None:
    write(project / "backlint.toml", f"ignore = ['suppression']\n[severity]\n'{RULE}' = 'off'\n")
    rules = {rule["id"]: rule for rule in json.loads(cli("rules", "--format", "json").out)["rules"]}
    assert not rules["suppression/unused"]["runs"]
    assert (rules[RULE]["runs"], rules[RULE]["severity"]) == (False, "off")
    out = cli("rules", "--practice", "secure-logging", "--profile", "commit").out
    assert "Suppression" not in out and "Secure logging" in out


def test_markdown(cli: Cli) -> None:
    out = cli("rules", "--practice", "secure-logging", "--format", "markdown").out
    assert out.startswith("## Secure logging\n") and f"\n| `{RULE}` | warning | high | safe | yes | " in out


def test_an_unknown_practice(cli: Cli) -> None:
    answer = cli("rules", "--practice", "secure-loging")
    assert answer.code == 2 and "did you mean `secure-logging`?" in answer.err


def test_an_own_pack(cli: Cli) -> None:
    assert cli("new-rule", "house-style/x", "--dir", "lint").code == 0
    out = cli("rules", "--rules", "lint").out
    assert "\nHouse style\n" in out and "house-style/x" in out
