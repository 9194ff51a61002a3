"""Configuration files: where they lie, and what is in them."""

from __future__ import annotations

import os
from typing import Any

from linter.config.errors import ConfigError
from linter.config.layers import Kind, Layer, validated
from linter.reading import Unreadable, read_regular

OWN_NAME, SHARED_NAME = "backlint.toml", "pyproject.toml"

_LIMIT = 1_000_000
_TABLE = ("tool", "backlint")


def config_in(folder: str) -> str | None:
    """The configuration file in `folder`: `backlint.toml`, or a `pyproject.toml` that has our table."""
    own = os.path.join(folder, OWN_NAME)
    if os.path.lexists(own):
        return own
    shared = os.path.join(folder, SHARED_NAME)
    return shared if _has_table(shared) else None


def personal_file(environ: dict[str, str]) -> str:
    """Where the user's own configuration file lies if there is one, or an empty string."""
    folder = environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(folder):
        folder = os.path.join(environ.get("HOME") or environ.get("USERPROFILE", ""), ".config")
    return os.path.join(folder, "backlint", "config.toml") if os.path.isabs(folder) else ""


def read_layer(path: str, shown_as: str, kind: Kind) -> Layer:
    """Read and validate one file; a `pyproject.toml` without our table sets nothing. Raises `ConfigError`."""
    from linter.config.toml_lines import find_places

    text = _text(path, shown_as)
    values = _parse(text, shown_as)
    prefix: tuple[str, ...] = ()
    if os.path.basename(path) == SHARED_NAME:
        prefix = _TABLE
        values = _table_of(values)
    layer = Layer(kind, values, shown_as, os.path.dirname(path), find_places(text), prefix)
    if not isinstance(values, dict):
        raise ConfigError("`tool.backlint` must be a table", shown_as, find_places(text).line(*_TABLE))
    return validated(layer)


def _has_table(path: str) -> bool:
    """Whether a `pyproject.toml` configures backlint. A file that cannot be parsed but names us counts."""
    try:
        data = read_regular(path, _LIMIT, follow=True)
    except Unreadable:
        return False
    if b"backlint" not in data:
        return False
    try:
        return bool(_table_of(_parse(data.decode(), path)) != {})
    except (UnicodeDecodeError, ConfigError):
        return True


def _table_of(document: dict[str, Any]) -> Any:
    tool = document.get("tool", {})
    return tool.get("backlint", {}) if isinstance(tool, dict) else {}


def _text(path: str, shown_as: str) -> str:
    try:
        data = read_regular(path, _LIMIT, follow=True)
    except Unreadable as problem:
        raise ConfigError(f"the configuration cannot be read: {problem.reason}", shown_as) from None
    try:
        return data.decode()
    except UnicodeDecodeError as problem:
        line = data.count(b"\n", 0, problem.start) + 1
        raise ConfigError("the configuration is not UTF-8", shown_as, line) from None


def _parse(text: str, shown_as: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        message, line = _split_place(str(problem), text)
        raise ConfigError(f"invalid TOML: {message}", shown_as, line) from None
    except (ValueError, RecursionError):
        # A number of thousands of digits, or brackets nested by the thousand.
        raise ConfigError("invalid TOML: a value is out of bounds", shown_as) from None


def _split_place(message: str, text: str) -> tuple[str, int | None]:
    """Take `tomllib`'s "(at line 3, column 5)" apart: the place is shown in our own way."""
    what, _, place = message.rpartition(" (at ")
    if place.startswith("line "):
        return what, int(place.removeprefix("line ").partition(",")[0])
    return (what or message), text.count("\n") + 1
