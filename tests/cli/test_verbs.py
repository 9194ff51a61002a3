"""What all verbs share: help, the environment, warnings, rule packs, completion."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from linter.cli import backlint
from linter.cli.options import _OVERRIDES, Option
from linter.config.options import KEYS

from .conftest import LOST, Cli, write

VERBS = [
    "check",
    "audit",
    "map",
    "fix",
    "explain",
    "rules",
    "baseline",
    "config",
    "init",
    "new-rule",
    "doctor",
    "clean",
]
PACK_RULE = """\
from linter.backend import Site
from linter.rule import Confidence, Rule, Severity


class Shouting(Rule):
    \"\"\"A module exists.\"\"\"

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "modules"

    def subjects(self, backend):
        return [Site(backend, each, each.scope.span, 0) for each in backend.functions if each.is_module]

    def check(self, subject, backend):
        yield self.finding(subject, "a module exists")
"""


def _commands() -> list[tuple[str, click.Command]]:
    context = click.Context(backlint)
    found = []
    for verb in VERBS:
        command = backlint.get_command(context, verb)
        assert command is not None
        inner = command.commands if isinstance(command, click.Group) else {}
        found += [(verb, command), *((f"{verb} {name}", each) for name, each in inner.items())]
    return found


@pytest.mark.parametrize(("name", "command"), _commands())
def test_help(name: str, command: click.Command, cli: Cli) -> None:
    answer = cli(*name.split(), "--help")
    assert answer.code == 0 and answer.err == ""
    assert answer.out.startswith("Usage: ")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help and parameter.help.endswith("."), parameter.name


def test_the_overview_says_what_the_verbs_say() -> None:
    context = click.Context(backlint)
    from linter.cli import _VERBS

    assert list(_VERBS) == VERBS == backlint.list_commands(context)
    for verb in VERBS:
        command = backlint.get_command(context, verb)
        assert command is not None and command.short_help == _VERBS[verb]


def test_click_fills_no_configuration_key() -> None:
    assert set(_OVERRIDES.values()) <= set(KEYS)
    variables = {f"BACKLINT_{name.upper()}" for name in KEYS.values()}
    for _, command in _commands():
        for parameter in command.params:
            if isinstance(parameter, Option):
                assert (parameter.envvar is None) == (parameter.name in _OVERRIDES), parameter.name
                assert parameter.envvar not in variables, parameter.name


def test_variables_of_other_options(cli: Cli, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(project / "app.py", LOST)
    monkeypatch.setenv("BACKLINT_FORMAT", "json")
    monkeypatch.setenv("BACKLINT_NO_CACHE", "1")
    assert json.loads(cli("check").out)["findings"]
    assert not (project / ".backlint_cache").exists()
    assert cli("check", "--format", "concise").out.startswith("app.py:10:9: ")


def test_a_variable_keeps_its_origin(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLINT_PROFILE", "audit")
    monkeypatch.setenv("BACKLINT_CHECK_PROFILE", "commit")
    settings = json.loads(cli("config", "show", "--format", "json").out)["settings"]
    assert settings["profile"] == {"value": "audit", "origin": "BACKLINT_PROFILE"}
    monkeypatch.setenv("BACKLINT_PROFILE", "nothing")
    answer = cli("check")
    assert answer.code == 2 and "--> BACKLINT_PROFILE" in answer.err


def test_keys_without_effect_are_said(cli: Cli, project: Path) -> None:
    write(project / "sub" / "backlint.toml", "profile = 'audit'\n")
    answer = cli("check")
    expected = "warning: sub/backlint.toml:1: `profile` has no effect in a subfolder of the project\n"
    assert expected in answer.err and "warning: sub" not in answer.out
    assert "sub/backlint.toml" not in cli("check", "--quiet").err


def test_a_pack_of_the_project_runs_only_when_allowed(cli: Cli, project: Path) -> None:
    write(project / "app.py", "x = 1\n")
    write(project / "lint" / "house" / "shouting.py", PACK_RULE)
    write(project / "backlint.toml", "rule-packs = ['lint']\nselect = ['house/shouting']\n")
    answer = cli("check")
    assert answer.code == 0
    assert "backlint.toml:1: the rules in `lint` do not run; `--allow-pack lint` lets them" in answer.err
    answer = cli("check", "--allow-pack", "lint", "--format", "concise")
    assert answer.code == 1 and answer.err == "" and "app.py:1:1: error house/shouting" in answer.out
    assert cli("explain", "house/shouting").code == 2
    assert "A module exists" in cli("explain", "house/shouting", "--allow-pack", "lint").out


def _complete(words: str, position: int) -> list[str]:
    environment = {
        **os.environ,
        "COMP_WORDS": words,
        "COMP_CWORD": str(position),
        "_BACKLINT_COMPLETE": "bash_complete",
        "PYTHONPATH": str(Path(__file__).parent.parent.parent),
    }
    code = "import sys; sys.argv = ['backlint']; from linter.cli import main; main()"
    run = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    return run.stdout.split()


def test_completion() -> None:
    assert _complete("backlint ", 1) == [f"plain,{verb}" for verb in VERBS]
    assert _complete("backlint ma", 1) == ["plain,map"]
    assert _complete("backlint src", 1) == ["file,src"]
    assert _complete("backlint check --profile ", 3) == ["plain,commit", "plain,ci", "plain,audit"]
    assert _complete("backlint src --prof", 2) == ["plain,--profile"]
    assert _complete("backlint config s", 2) == ["plain,schema", "plain,show"]
    assert "plain,secure-logging/lost-traceback" in _complete("backlint explain secure", 2)
