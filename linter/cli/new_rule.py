"""`backlint new-rule`: write a new rule with its fixtures."""

from __future__ import annotations

import os
import re

import click

from linter.cli.errors import Stop, visible_line
from linter.cli.options import Verb

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", re.ASCII)


@click.command("new-rule", cls=Verb, short_help="Write a new rule with its fixtures.")
@click.argument("rule", metavar="PRACTICE/NAME")
@click.option(
    "--dir",
    "pack",
    metavar="PACK",
    type=click.Path(file_okay=False),
    help="Write it to this rule pack of your own; made when there is none.",
)
@click.option(
    "--kind",
    type=click.Choice(["model", "cst", "sql"]),
    default="model",
    help="Judges the linked backend (default), single statements, or SQL.",
)
def command(rule: str, pack: str | None, kind: str) -> None:
    """Write a rule that works and fixtures that pass, to be changed into what you mean.

    The path is the id, so nothing has to be registered. In a rule pack of your own the practice may
    be a new one.

    \b
    backlint new-rule indexing/wide-index
    backlint new-rule house-style/no-raw-sql --dir tools/lint --kind sql
    """
    from linter.cli.rule_templates import TEMPLATES
    from linter.cli.rulebook import fixtures_folder
    from linter.packs import RuleFile, builtin_folder

    _check_name(rule, own_pack=pack is not None)
    folder = _builtin() if pack is None else os.path.abspath(pack)
    _refuse_taken(rule, {builtin_folder(), folder})
    practice, _, name = rule.partition("/")
    file = RuleFile(rule, os.path.join(folder, practice, f"{name.replace('-', '_')}.py"))
    fixtures = fixtures_folder(file)
    if os.path.lexists(fixtures):
        raise Stop("fixtures of this rule exist already", place=_shown(fixtures))
    template = TEMPLATES[kind].render(rule)
    written = {file.path: template.rule} | {
        os.path.join(fixtures, name): text for name, text in template.fixtures.items()
    }
    for path, text in written.items():
        _write(path, text)
        click.echo(f"wrote {_shown(path)}")
    click.echo(_next_step(rule, pack, fixtures))


def _check_name(rule: str, *, own_pack: bool) -> None:
    from linter.checklist import practices
    from linter.config.errors import nearest, shown

    practice, slash, name = rule.partition("/")
    example = "write it as `practice/what-it-finds`, for example `indexing/wide-index`"
    if not slash or not _NAME.fullmatch(practice) or not _NAME.fullmatch(name):
        raise Stop(f"{shown(rule)} is no name for a rule", help=example)
    known = [each.id for each in practices()]
    if practice not in known and not own_pack:
        raise Stop(
            f"there is no practice {shown(practice)}",
            help=nearest(practice, known)
            or "a rule pack of your own (`--dir`) may have practices of its own",
        )
    if practice in ("suppression", "fixtures"):
        raise Stop(f"the name {shown(practice)} is taken by backlint itself", help=example)


def _builtin() -> str:
    from linter.packs import builtin_folder

    folder = builtin_folder()
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if folder.startswith(package + os.sep):
        raise Stop(
            "an installed backlint has no place for new rules",
            help="give `--dir PACK` for a rule pack of your own, or work in a checkout of backlint",
        )
    return folder


def _refuse_taken(rule: str, packs: set[str]) -> None:
    from linter.packs import rule_files

    for pack in sorted(packs):
        for file in rule_files(pack) if os.path.isdir(pack) else ():
            if file.id == rule:
                raise Stop("a rule of this name exists already", place=_shown(file.path))


def _write(path: str, text: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _next_step(rule: str, pack: str | None, fixtures: str) -> str:
    if pack is None:
        return f"Next: write down what it finds, then `pytest tests/test_fixtures.py -k {rule}`."
    shown = visible_line(pack)
    check = f"backlint check --rules {shown} --select {rule} {_shown(fixtures)}"
    return f"Next: write down what it finds, then `{check}`."


def _shown(path: str) -> str:
    return visible_line(os.path.relpath(path))
