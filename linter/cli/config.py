"""`backlint config`: the settings in force, and whether configuration files are right."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from linter.cli.errors import Stop, visible_line
from linter.cli.options import (
    Verb,
    config_options,
    format_options,
    known_rules,
    selection_options,
    settings_at,
    wants_colour,
    warn,
)

if TYPE_CHECKING:
    from linter.config import Settings


@click.group("config", short_help="Show the settings in force, or check a configuration file.")
def command() -> None:
    """Show the settings in force, or check a configuration file.

    \b
    backlint config show
    backlint config check
    """


@command.command("show", cls=Verb)
@click.argument("path", default=".", type=click.Path())
@format_options("text", "json")
@selection_options
@config_options
def show(path: str, **values: Any) -> None:
    """Print every key with its value and where that came from.

    With PATH: as it is for findings there, when the project that the working directory lies in is checked.
    """
    from linter.cli.reporting import print_report
    from linter.report.document import dump

    settings = _settings_for(path, values)
    rows = _rows(settings)
    if values["format_"] == "json":
        keys = {key: {"value": value, "origin": origin} for key, value, origin in rows}
        print_report(
            dump({"version": 1, "root": settings.root, "files": list(settings.sources), "settings": keys})
        )
        return
    print_report(_table(settings, rows, wants_colour(values["color"])))


def _settings_for(path: str, values: dict[str, Any]) -> Settings:
    """The settings that judge a file or folder, those of its own folder included."""
    from linter.config import find_root, with_nested
    from linter.targets import NamedPathMissing, lies_in, relative_to

    if not os.path.lexists(path):
        raise NamedPathMissing(path)
    real = os.path.realpath(path)
    root = values.get("root") or find_root(["."])
    if not lies_in(real, os.path.realpath(root)):
        root = find_root([path])
    settings = settings_at(root, values)
    inside = relative_to(real, settings.root)
    if not values["isolated"]:
        settings = with_nested(settings, _configs_above(settings.root, inside))
    warn(settings)
    return settings.for_path(f"{inside}/" if os.path.isdir(real) else inside)


def _configs_above(root: str, path: str) -> list[str]:
    """Configuration files in the folders between the root and a path below it, as discovery names them."""
    from linter.config.files import config_in
    from linter.targets import relative_to

    found = []
    while path:
        config = config_in(os.path.join(root, path))
        if config is not None:
            found.append(relative_to(config, root))
        path = path.rpartition("/")[0]
    return found


def _rows(settings: Settings) -> list[tuple[str, Any, str]]:
    """Key, value and origin of every key; the entries of a table one by one."""
    from linter.config.options import KEYS

    rows: list[tuple[str, Any, str]] = []
    for key, name in KEYS.items():
        value = getattr(settings, name)
        if isinstance(value, dict) and value:
            rows.extend(
                (f"{key}.{entry}", _plain(part), settings.origins[f"{key}.{entry}"])
                for entry, part in sorted(value.items())
            )
        else:
            rows.append((key, _plain(value), settings.origins[key]))
    return rows


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _table(settings: Settings, rows: list[tuple[str, Any, str]], colour: bool) -> str:
    import json

    from linter.cli.table import draw
    from linter.report.terminal import Paint

    paint = Paint(colour)
    cells = [
        (key, "-" if value is None else json.dumps(value, ensure_ascii=False), origin)
        for key, value, origin in rows
    ]

    def origin_style(text: str) -> str:
        return paint.dim(text) if text == "default" else paint.good(text)

    files = ", ".join(map(visible_line, settings.sources)) or "none"
    lines = [f"root: {visible_line(settings.root)}", f"configuration files: {files}", ""]
    lines += draw(("KEY", "VALUE", "FROM"), cells, paint, styles={2: origin_style})
    return "\n".join(lines) + "\n"


@command.command("check", cls=Verb)
@click.argument("files", nargs=-1, type=click.Path(dir_okay=False))
@config_options
def check(files: tuple[str, ...], **values: Any) -> None:
    """Check configuration FILES: keys, values, and the names of rules.

    Without FILES those of the project are checked. Exit code 2 when one is wrong.
    """
    if files:
        right = [_reported(partial(_check_file, file, values)) for file in files]
    else:
        right = [_reported(partial(_check_project, values))]
    sys.exit(0 if all(right) else 2)


def _reported(check: Callable[[], list[str]]) -> bool:
    """Run one check, print what is right or wrong, and say whether it was right."""
    from linter.config import ConfigError
    from linter.packs import PackError

    try:
        for name in check():
            click.echo(f"ok: {visible_line(name)}")
    except ConfigError as error:
        place = f"{error.path}:{error.line}" if error.line else error.path
        Stop(error.message, place=place, help=error.help).show()
        return False
    except PackError as error:
        Stop(f"cannot load rule: {error.message}", place=error.path).show()
        return False
    return True


def _check_file(file: str, values: dict[str, Any]) -> list[str]:
    from linter.targets import NamedPathMissing, lies_in

    if not os.path.lexists(file):
        raise NamedPathMissing(file)
    real, here = os.path.realpath(os.path.dirname(file) or "."), os.path.realpath(".")
    # Seen from here, so that the place of an error can be opened from here.
    root = here if lies_in(real, here) else real
    settings = settings_at(root, {**values, "config": file, "isolated": False})
    _check_names(settings)
    return [file]


def _check_project(values: dict[str, Any]) -> list[str]:
    """Check the file of the project and those in its folders; returns what was read."""
    from linter.config import find_root, with_nested
    from linter.sources import discover

    settings = settings_at(values.get("root") or find_root(["."]), values)
    if not values["isolated"]:
        settings = with_nested(settings, discover(settings.root, settings).configs)
    warn(settings)
    _check_names(settings)
    names = [*settings.sources, *(source for each in settings.nested for source in each.sources)]
    return sorted(set(names)) or ["no configuration file; the defaults are in force"]


def _check_names(settings: Settings) -> None:
    from linter.cli.rulebook import Rulebook
    from linter.config import check_rules

    check_rules(settings, known_rules(settings, Rulebook(settings).ids()))


@command.command("schema", cls=Verb)
def schema() -> None:
    """Print the JSON schema of the configuration, for editors."""
    from linter.config.schema import schema_text

    click.echo(schema_text(), nl=False)
