"""`backlint init`: what was detected, and the smallest useful configuration."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linter.cli.errors import Stop, visible_line
from linter.cli.options import Verb, open_project, project_options, quiet_option

if TYPE_CHECKING:
    from linter.cli.options import Opened
    from linter.config import Settings

_OWN, _SHARED = "backlint.toml", "pyproject.toml"
_DIALECTS = {
    "postgresql": "postgres",
    "postgres": "postgres",
    "mysql": "mysql",
    "mariadb": "mysql",
    "sqlite": "sqlite",
}
_ROOTS = 6


@click.command("init", cls=Verb, short_help="Show what was detected and the smallest useful configuration.")
@click.argument("path", default=".", type=click.Path())
@click.option("--write", is_flag=True, help="Write the configuration that is shown.")
@quiet_option
@project_options
def command(path: str, write: bool, **values: Any) -> None:
    """Show what was detected in the project at PATH and the smallest useful configuration.

    Nothing is written without `--write`. backlint runs without a configuration as well.

    \b
    backlint init
    backlint init --write
    """
    from linter.config.files import config_in

    opened = open_project([path], values)
    root = opened.settings.root
    click.echo(f"Detected in {visible_line(root)}\n")
    for label, value in _detected(opened):
        click.echo(f"  {label:<14}{visible_line(value)}")
    existing = config_in(root)
    if existing is not None:
        _refuse_second(existing, write)
        return
    proposal = _proposal(opened)
    if write:
        _write(proposal)
        click.echo(f"\nWrote {_shown(proposal.path)}. Next: `backlint check`.")
        return
    verb = "add to" if os.path.lexists(proposal.path) else "write as"
    click.echo(f"\nThe smallest useful configuration ({verb} {_shown(proposal.path)}):\n")
    click.echo("".join(f"  {line}".rstrip() + "\n" for line in proposal.text.splitlines()))
    click.echo("Nothing was written; `backlint init --write` writes it.")


def _refuse_second(existing: str, write: bool) -> None:
    help = "`backlint config show` shows what is in force"
    if write:
        raise Stop("the project is configured already", place=_shown(existing), help=help)
    click.echo(f"\nThe project is configured already in {_shown(existing)}; {help}.")


def _detected(opened: Opened) -> Iterator[tuple[str, str]]:
    from linter.backend import is_test

    backend, discovery = opened.run.backend, opened.run.discovery
    python = [file.path for file in discovery.files if file.language == "python"]
    sql = len(discovery.files) - len(python)
    roots = sorted(set(backend.project.layout.roots.values()))
    yield "frameworks", ", ".join(backend.frameworks) or "none that backlint knows"
    yield "databases", ", ".join(backend.databases) or "none"
    yield "source roots", ", ".join(root or "." for root in roots[:_ROOTS]) + _more(roots)
    yield "Python files", f"{len(python):,}"
    yield "tests", f"{sum(map(is_test, python)):,} of them"
    yield "SQL files", f"{sql:,}"
    yield "migrations", f"{len(backend.migrations):,}"
    yield "routes", f"{len(backend.routes):,}"
    yield "tables", f"{len(backend.tables):,}"


def _more(roots: Sequence[str]) -> str:
    return f" and {len(roots) - _ROOTS} more" if len(roots) > _ROOTS else ""


class _Proposal(NamedTuple):
    """A configuration, and the file that it would go to."""

    path: str
    text: str


def _proposal(opened: Opened) -> _Proposal:
    settings = opened.settings
    shared = os.path.join(settings.root, _SHARED)
    lines = list(_keys(settings, opened.run.backend.databases))
    if os.path.lexists(shared):
        return _Proposal(shared, "\n".join(["[tool.backlint]", *lines]) + "\n")
    return _Proposal(os.path.join(settings.root, _OWN), "\n".join(lines) + "\n")


def _keys(settings: Settings, databases: Sequence[str]) -> Iterator[str]:
    yield "# What is reported: `commit` (nearly always right), `ci`, or `audit` (everything)."
    yield f'profile = "{settings.profile}"'
    yield "# The least severity that fails a run: `error`, `warning`, `note` or `never`."
    yield f'fail-on = "{settings.fail_on}"'
    dialects = {_DIALECTS.get(name.lower()) for name in databases} - {None}
    if len(dialects) == 1:
        yield f'dialect = "{dialects.pop()}"'


def _write(proposal: _Proposal) -> None:
    """Create the file, or add the table to the end of the one that exists."""
    import tomllib

    path = proposal.path
    if os.path.islink(path):
        raise Stop(
            "the configuration file is a symbolic link", place=_shown(path), help="add the table by hand"
        )
    old = b""
    if os.path.exists(path):
        with open(path, "rb") as file:
            old = file.read()
    end = b"\r\n" if b"\r\n" in old else b"\n"
    gap = b"" if not old else end if old.endswith(b"\n") else end * 2
    new = old + gap + proposal.text.encode().replace(b"\n", end)
    try:
        tomllib.loads(new.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        message = "the table cannot be added, because the file would not be valid TOML"
        raise Stop(message, place=_shown(path), help="mend the file, or add the table by hand") from error
    with open(path, "wb") as file:
        file.write(new)


def _shown(path: str) -> str:
    return visible_line(os.path.relpath(path))
