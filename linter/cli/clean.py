"""`backlint clean`: delete the cache."""

from __future__ import annotations

import os
from typing import Any

import click

from linter.cli.errors import visible_line
from linter.cli.options import Verb, cache_option, config_options, settings_at


@click.command("clean", cls=Verb, short_help="Delete the cache.")
@click.argument("path", default=".", type=click.Path())
@cache_option
@config_options
def command(path: str, **values: Any) -> None:
    """Delete the cache of the project that PATH lies in. Only files that backlint wrote are deleted.

    \b
    backlint clean
    backlint clean --cache-dir /var/cache/backlint
    """
    from linter.cache import FOLDER, clean
    from linter.config import find_root

    settings = settings_at(values.get("root") or find_root([path]), values)
    folder = settings.cache_dir or os.path.join(settings.root, FOLDER)
    deleted = clean(folder)
    for each in deleted:
        click.echo(f"deleted {visible_line(os.path.relpath(each))}")
    if not deleted:
        click.echo(f"Nothing to delete: there is no cache in {visible_line(os.path.relpath(folder))}.")
