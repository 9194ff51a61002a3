"""What the README says is so: its examples work, its tables are complete, its pictures are there."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import click
from click.testing import CliRunner

from linter.checklist import practices
from linter.cli import backlint
from linter.config import check_rules, load_settings
from linter.packs import builtin_folder, rule_files
from linter.report import FORMATS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")

RULE_IMPORTS = """\
from linter.backend import Route
from linter.rule import Confidence, Rule, Severity


"""
APPLICATION = """\
from fastapi import FastAPI

app = FastAPI()


@app.get("/download")
def download(token: str) -> str:
    return "file"


@app.get("/health")
def health() -> str:
    return "ok"
"""


def block(language: str, start: str) -> str:
    """The fenced example that begins with `start`."""
    found = re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    (example,) = (each for each in found if each.startswith(start))
    return str(example)


def test_configuration_example_loads(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(block("toml", "[tool.backlint]"), encoding="utf-8")
    settings = load_settings(str(tmp_path), environ={})
    assert (settings.profile, settings.fail_on) == ("ci", "warning")
    assert settings.origins["profile"] == "pyproject.toml:2"
    check_rules(settings, (file.id for file in rule_files(builtin_folder())))


def test_every_configuration_example_loads(tmp_path: Path) -> None:
    examples = re.findall(r"^```toml\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    assert len(examples) > 1
    for example in examples:
        (tmp_path / "pyproject.toml").write_text(example, encoding="utf-8")
        settings = load_settings(str(tmp_path), environ={})
        assert "pyproject.toml" in {origin.partition(":")[0] for origin in settings.origins.values()}


def options_of(command: click.Command) -> set[str]:
    """The options of a verb and of the verbs below it."""
    found = {option for each in command.params for option in each.opts}
    if isinstance(command, click.Group):
        context = click.Context(command)
        below = (command.get_command(context, name) for name in command.list_commands(context))
        found = found.union(*(options_of(each) for each in below if each is not None))
    return found


def test_every_option_named_exists() -> None:
    known = options_of(backlint)
    spans = re.findall(r"`([^`\n]+)`", README)
    commands = re.findall(r"^(?:    |- run: )(backlint .*)", README, re.MULTILINE)
    named = {word for text in [*spans, *commands] for word in re.findall(r"(?:^| )(--[a-z-]+)", text)}
    assert len(named) > 5
    assert named <= known


def test_table_of_verbs_is_complete() -> None:
    assert isinstance(backlint, click.Group)
    listed = re.findall(r"^\| `backlint \[?([a-z-]+)", README, re.MULTILINE)
    assert listed
    assert sorted(listed) == sorted(backlint.list_commands(click.Context(backlint)))


def test_list_of_formats_is_complete() -> None:
    (listed,) = re.findall(r"^Formats: ([^.]*)\.", README, re.MULTILINE)
    assert listed.split(", ") == list(FORMATS)


def test_number_of_practices() -> None:
    assert f"for each of {len(practices())} practices" in README


def test_hooks_exist() -> None:
    named = re.findall(r"^ *(?:# )?- id: ([a-z-]+)", block("yaml", "repos:"), re.MULTILINE)
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    assert named
    assert set(named) <= set(re.findall(r"^- id: (\S+)$", hooks, re.MULTILINE))


def test_rule_example_finds_what_it_says(tmp_path: Path) -> None:
    pack = tmp_path / "lint" / "authentication" / "token_in_url.py"
    pack.parent.mkdir(parents=True)
    pack.write_text(RULE_IMPORTS + block("python", "class TokenInUrl"), encoding="utf-8")
    project = tmp_path / "project"
    (project / ".git").mkdir(parents=True)
    (project / "main.py").write_text(APPLICATION, encoding="utf-8")
    options = ["--isolated", "--no-cache", "--select", "authentication/token-in-url", "--format", "json"]
    answer = CliRunner().invoke(
        backlint, ["check", "--rules", str(tmp_path / "lint"), *options, str(project)]
    )
    found = json.loads(answer.stdout)["findings"]
    assert [(each["rule"], each["message"], each["help"]) for each in found] == [
        (
            "authentication/token-in-url",
            "`GET /download` takes a token in its URL, which logs and browser histories keep",
            "use a header",
        )
    ]


def test_pictures_are_there_and_fetch_nothing() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", README)
    assert pictures
    for name in pictures:
        picture = ROOT / name
        assert picture.stat().st_size < 60_000
        root = ElementTree.parse(picture).getroot()
        names = {attribute for element in root.iter() for attribute in element.attrib}
        assert not any(name.endswith(("href", "src")) for name in names)
        assert "url(" not in picture.read_text(encoding="utf-8")
