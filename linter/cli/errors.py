"""Errors on their way to the user: the shape of a finding, on standard error, exit code 2."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click


class Stop(click.ClickException):
    """A usage or environment error with what to do about it."""

    exit_code = 2

    def __init__(self, message: str, *, place: str = "", help: str = "") -> None:
        super().__init__(message)
        self.place = place
        self.help = help

    def show(self, file: IO[Any] | None = None) -> None:
        """Print `error: …`, the place and the help."""
        lines = [f"error: {visible_line(self.message)}"]
        if self.place:
            lines.append(f"  --> {visible_line(self.place)}")
        if self.help:
            lines.append(f"  = help: {visible_line(self.help)}")
        click.echo("\n".join(lines), err=True, file=file)


@contextmanager
def reported() -> Iterator[None]:
    """Turn whatever goes wrong into a message and an exit code."""
    try:
        yield
    except BrokenPipeError:
        # `backlint | head`: the reader has seen enough, and Python must not complain at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        stop = _translated(error)
        if stop is None:
            raise
        stop.show()
        sys.exit(stop.exit_code)


def _translated(error: Exception) -> Stop | None:
    """The message for an error of a known kind."""
    from linter.baseline import BaselineError
    from linter.config.errors import ConfigError
    from linter.engines.sarif import SarifError
    from linter.packs import PackError
    from linter.since import SinceError
    from linter.targets import NamedPathError

    match error:
        case ConfigError():
            place = f"{error.path}:{error.line}" if error.line else error.path
            return Stop(error.message, place=place, help=error.help)
        case SarifError():
            return Stop(f"cannot import results: {error.message}", place=error.path)
        case PackError():
            return Stop(f"cannot load rule: {error.message}", place=error.path)
        case NamedPathError():
            return Stop(error.reason, place=error.path)
        case BaselineError():
            place = f"{error.path}:{error.line}" if error.line else error.path
            return Stop(error.message, place=place, help=error.help)
        case SinceError():
            return Stop(error.message, help=error.help)
        case OSError():
            return Stop(error.strerror or str(error), place=os.fsdecode(error.filename or ""))
        case _:
            return None


def visible_line(text: str) -> str:
    """One line of a message in which controls and line ends show as escapes."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)
