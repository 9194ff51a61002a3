"""`backlint check`: what is wrong in a backend."""

from __future__ import annotations

import sys
from typing import Any

import click

from linter.cli.options import (
    Verb,
    import_option,
    open_project,
    output_options,
    paths_argument,
    project_options,
    selection_options,
)


@click.command("check", cls=Verb, short_help="Report what is wrong in a backend (the default verb).")
@paths_argument
@click.option("--stdin-filename", metavar="NAME", help="Check standard input under this name (path `-`).")
@selection_options
@import_option
@output_options
@project_options
def command(paths: tuple[str, ...], stdin_filename: str | None, **values: Any) -> None:
    """Report what is wrong in a backend.

    The whole project is read, because rules look across files; findings are reported for PATHS
    (default: the whole project).

    \b
    backlint check .
    backlint check --since origin/main --output sarif=backlint.sarif
    """
    if paths == ("-",) and stdin_filename is None:
        stdin_filename = "stdin.py"
    opened = open_project(paths, values, stdin_name=stdin_filename, explain=bool(values["show_files"]))
    from linter.cli.reporting import report

    sys.exit(report(opened, values, audit=False))
