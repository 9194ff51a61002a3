"""One source of configuration: a file, the environment or the command line, validated by itself."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, Literal, TypeAlias

import msgspec

from linter.config.errors import ConfigError, nearest, shown
from linter.config.options import (
    FILE_ONLY,
    GLOBS,
    INSIDE_ONLY,
    KEYS,
    NOT_IN_PROJECT,
    PATHS,
    PERSONAL,
    Options,
)
from linter.config.settings import Mention
from linter.config.toml_lines import Places

Kind: TypeAlias = Literal["project", "personal", "environment", "command line"]

_DEFAULTS = Options()


class Layer(msgspec.Struct, frozen=True):
    """The values that one source sets, by key, of the types that `Options` declares.

    `path` is the file as it is shown; `base` the folder that its paths are relative to; `places` its
    lines; `prefix` the table that holds the keys.
    """

    kind: Kind
    values: dict[str, Any]
    path: str = ""
    base: str = ""
    places: Places | None = None
    prefix: tuple[str, ...] = ()

    def line(self, *key: str) -> int | None:
        """The line of a key, or None when the source has no lines."""
        return self.places.line(*self.prefix, *key) if self.places else None

    def line_of_string(self, key: tuple[str, ...], text: str) -> int | None:
        """The line of a string in the value of a key, or None when the source has no lines."""
        return self.places.line_of_string((*self.prefix, *key), text) if self.places else None

    def place(self, key: str) -> str:
        """What to call the source of a key where there is no file: `--select`, `BACKLINT_SELECT`."""
        if self.kind == "command line":
            return f"--{key}"
        return variable(key) if self.kind == "environment" else self.path

    def origin(self, *key: str) -> str:
        """Where a value came from, as it is shown to the user."""
        line = self.line(*key)
        return self.place(key[0]) if line is None else f"{self.path}:{line}"

    def error(self, message: str, *key: str, text: str = "", help: str = "") -> ConfigError:
        """A `ConfigError` at a key, or at the string `text` in its value."""
        line = self.line_of_string(key, text) if text else self.line(*key)
        return ConfigError(message, self.place(key[0]), line, help)


def variable(key: str) -> str:
    """The environment variable of a key."""
    return "BACKLINT_" + key.upper().replace("-", "_")


def environment_layer(environ: Mapping[str, str], base: str) -> Layer:
    """What `BACKLINT_*` sets. Lists are separated by commas; an empty variable sets nothing."""
    raw: dict[str, object] = {}
    for key, name in KEYS.items():
        text = environ.get(variable(key), "") if key not in FILE_ONLY else ""
        if text:
            raw[key] = _split(text, getattr(_DEFAULTS, name))
    return validated(Layer("environment", raw, base=base))


def command_line_layer(overrides: Mapping[str, object], base: str) -> Layer:
    """What options set. Keys are as in a file; None and the empty list set nothing."""
    given = {
        key: value for key, value in overrides.items() if value is not None and value != () and value != []
    }
    return validated(Layer("command line", given, base=base))


def _split(text: str, default: object) -> object:
    if isinstance(default, tuple):
        return [part.strip() for part in text.split(",") if part.strip()]
    if isinstance(default, dict):
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        return {name.strip(): value.strip() for name, _, value in pairs}
    return text.strip()


def validated(layer: Layer) -> Layer:
    """The layer with its values converted and checked. Raises `ConfigError`."""
    _refuse_keys(layer)
    lax = layer.kind == "environment"
    try:
        options = msgspec.convert(layer.values, Options, strict=not lax)
    except (msgspec.ValidationError, UnicodeEncodeError):
        raise _type_error(layer, lax) from None
    values: dict[str, object] = {key: getattr(options, KEYS[key]) for key in layer.values}
    for key in values.keys() & GLOBS:
        _check_globs(layer, (key,), values[key])
    if isinstance(paths := values.get("per-path-ignores"), dict):
        for glob in paths:
            _check_globs(layer, ("per-path-ignores", glob), (glob,))
    if isinstance(flow := values.get("flow"), dict):
        _check_flow(layer, flow)
    return msgspec.structs.replace(layer, values=values)


def _check_flow(layer: Layer, table: Mapping[str, tuple[str, ...]]) -> None:
    from linter.flow.custom import BadEntry, custom_of
    from linter.flow.kinds import KINDS

    try:
        custom_of(table)
    except BadEntry as error:
        message = f"bad entry {shown(error.text)} in `flow.{error.key}`: {error.problem}"
        hint = nearest(error.kind, KINDS) if error.kind else ""
        raise layer.error(message, "flow", error.key, text=error.text, help=hint) from None


def _refuse_keys(layer: Layer) -> None:
    for key in layer.values:
        if key not in KEYS:
            hint = nearest(key, KEYS) or "`backlint config show` lists all keys"
            raise layer.error(f"unknown key {shown(key)}", key, help=hint)
        if layer.kind == "project" and key in NOT_IN_PROJECT:
            hint = "set it on the command line or in your own configuration file"
            raise layer.error(f"a project cannot set `{key}`", key, help=hint)
        if layer.kind == "personal" and key not in PERSONAL:
            raise layer.error(
                f"`{key}` belongs in the configuration of the project",
                key,
                help="results must not depend on who runs backlint",
            )
        if layer.kind == "command line" and key in FILE_ONLY:
            raise layer.error(f"`{key}` can only be set in a file", key)


def _check_globs(layer: Layer, key: tuple[str, ...], globs: object) -> None:
    from linter.globs import problem_of

    for glob in globs if isinstance(globs, tuple) else ():
        problem = problem_of(glob.removeprefix("!"))
        if problem:
            raise layer.error(f"bad glob {shown(glob)} in `{key[0]}`: {problem}", *key, text=glob)


def _type_error(layer: Layer, lax: bool) -> ConfigError:
    """Find the key, and within a table the entry, that has the wrong type."""
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(Options)}
    for key, value in layer.values.items():
        parts = value.items() if isinstance(value, dict) and isinstance(_default(key), dict) else ()
        for entry, part in parts:
            if not _fits({entry: part}, fields[key], lax):
                return _mismatch(layer, (key, entry), part)
        if not _fits(value, fields[key], lax):
            return _mismatch(layer, (key,), value)
    return layer.error("the configuration cannot be read", next(iter(layer.values), ""))


def _fits(value: object, type: object, lax: bool) -> bool:
    try:
        msgspec.convert(value, type, strict=not lax)
    except (msgspec.ValidationError, UnicodeEncodeError):
        return False
    return True


def _default(key: str) -> object:
    return getattr(_DEFAULTS, KEYS[key])


def _mismatch(layer: Layer, key: tuple[str, ...], value: object) -> ConfigError:
    wanted, choices = _wanted(key)
    text = value if isinstance(value, str) else ""
    name = ".".join(key)
    return layer.error(
        f"`{name}` must be {wanted}, not {shown(value)}", *key, help=nearest(text, choices) if text else ""
    )


def _wanted(key: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """What a key holds, in words, and its choices if it has any."""
    from linter.config.schema import key_schema

    schema = key_schema(key[0])
    if len(key) > 1:
        schema = schema["additionalProperties"]
    choices = tuple(schema.get("enum", ()))
    if choices:
        return "one of " + ", ".join(f"`{choice}`" for choice in choices), choices
    items = tuple(schema.get("items", {}).get("enum", ()))
    if items:
        return "a list of " + ", ".join(f"`{choice}`" for choice in items), items
    minimum = f" of at least {schema['minimum']}" if "minimum" in schema else ""
    words = {"array": "a list of strings", "object": "a table", "boolean": "`true` or `false`"}
    words |= {"integer": f"a whole number{minimum}", "string": "a string", "number": "a number"}
    return words[schema["type"]], ()


def absolute_paths(layer: Layer, root: str) -> dict[str, Any]:
    """The values with their paths made absolute, and source roots relative to `root`.

    Raises `ConfigError` for a path outside the root where a project may only name one inside.
    """
    values: dict[str, Any] = dict(layer.values)
    for key in values.keys() & PATHS:
        value = values[key]
        if isinstance(value, str):
            values[key] = _absolute(layer, key, value, root)
        elif isinstance(value, tuple):
            values[key] = tuple(_absolute(layer, key, item, root) for item in value)
    return values


def _absolute(layer: Layer, key: str, path: str, root: str) -> str:
    from linter.targets import lies_in, relative_to

    if "\0" in path or not path:
        raise layer.error(f"bad path {shown(path)} in `{key}`", key, text=path)
    full = os.path.realpath(os.path.join(layer.base, os.path.expanduser(path)))
    inside = lies_in(full, root)
    if key in INSIDE_ONLY and not inside and (layer.kind == "project" or key == "source-roots"):
        raise layer.error(
            f"`{key}` must lie inside the project, not at {shown(path)}",
            key,
            text=path,
            help="" if key == "source-roots" else f"outside of it, only `--{key}` may point",
        )
    return relative_to(full, root) if key == "source-roots" else full


def mentions(layer: Layer) -> list[Mention]:
    """Every rule, practice or glob of rules that the layer names."""
    found: list[Mention] = []

    def note(key: tuple[str, ...], names: object, text: str = "") -> None:
        for name in names if isinstance(names, tuple) else ():
            line = layer.line_of_string(key, name) if not text else layer.line(*key)
            found.append(Mention(key[0], name, layer.place(key[0]), line))

    for key in ("select", "ignore", "extend-select", "extend-ignore"):
        note((key,), layer.values.get(key))
    for key in ("severity", "per-path-ignores"):
        table = layer.values.get(key)
        for entry, value in table.items() if isinstance(table, dict) else ():
            if key == "severity":
                note((key, entry), (entry,), text=entry)
            else:
                note((key, entry), value)
    return found
