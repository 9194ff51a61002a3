"""Layers into settings: command line > environment > nearest file > what it extends > own file > defaults."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from linter.config.errors import ConfigError, nearest, shown
from linter.config.files import config_in, personal_file, read_layer
from linter.config.layers import (
    Layer,
    absolute_paths,
    command_line_layer,
    environment_layer,
    mentions,
)
from linter.config.options import ADDITIVE, KEYS, LOCAL
from linter.config.settings import RulePack, Settings
from linter.selection import is_glob, matches, plain
from linter.targets import lies_in, relative_to

_LONGEST_CHAIN = 32


def load_settings(
    root: str,
    *,
    overrides: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
    config: str | None = None,
    isolated: bool = False,
) -> Settings:
    """The settings for the project at `root`.

    `overrides` are command line options by key (`{"fail-on": "note"}`); relative paths in them and in
    the environment start at the working directory. `config` is read in place of the root's own file.
    `isolated` reads no file at all. Raises `ConfigError`.
    """
    root = os.path.realpath(root)
    variables = dict(os.environ if environ is None else environ)
    given = (
        environment_layer(variables, os.getcwd()),
        command_line_layer(overrides or {}, os.getcwd()),
    )
    files: list[Layer] = []
    if not isolated:
        path = os.path.abspath(config) if config else config_in(root)
        files = [*_personal(variables, root), *(_with_extended(path, root) if path else ())]
    return _settings(root, files, given)


def with_nested(settings: Settings, configs: Sequence[str]) -> Settings:
    """The settings together with those of the configuration files in subfolders.

    `configs` are paths relative to the root, as discovery found them. Raises `ConfigError`.
    """
    nested = []
    for config in configs:
        folder = config.rpartition("/")[0]
        path = config_in(os.path.join(settings.root, folder))
        layers = _with_extended(path, settings.root) if path else []
        if layers:
            nested.append(_nested_settings(settings, folder, layers))
    # The deepest first, so that the first whose folder fits is the nearest.
    nested.sort(key=lambda item: (-item.folder.count("/"), item.folder))
    return msgspec.structs.replace(settings, nested=tuple(nested)) if nested else settings


def check_rules(settings: Settings, known: Iterable[str]) -> None:
    """Raise `ConfigError` for the first mention of a rule or practice that is not among the ids `known`."""
    ids = set(known)
    names = ids | {rule.partition("/")[0] for rule in ids}
    for one in (settings, *settings.nested):
        for mention in one.mentions:
            if mention.name in names or any(matches(mention.name, rule) for rule in ids):
                continue
            glob = is_glob(mention.name)
            what = "no rule matches" if glob else "unknown rule"
            hint = ("" if glob else nearest(mention.name, names)) or "`backlint rules` shows all rules"
            message = f"{what} {shown(mention.name)} in `{mention.key}`"
            raise ConfigError(message, mention.path, mention.line, hint)


def _personal(environ: dict[str, str], root: str) -> list[Layer]:
    path = personal_file(environ)
    # A file that a checkout could have brought along is not believed to be the user's.
    if not path or not os.path.lexists(path) or lies_in(os.path.realpath(path), root):
        return []
    return [read_layer(path, path, "personal")]


def _with_extended(path: str, root: str) -> list[Layer]:
    """The file at `path` and the chain that it extends, the weakest first."""
    chain: list[Layer] = []
    seen: list[str] = []
    while True:
        real = os.path.realpath(path)
        layer = read_layer(path, _shown_path(path, root), "project") if real not in seen else None
        if layer is None or len(chain) >= _LONGEST_CHAIN:
            last = chain[-1]
            target = shown(last.values["extend"])
            problem = "extends itself in a circle" if layer is None else "extends too many files"
            raise last.error(f"the configuration {problem} through {target}", "extend")
        seen.append(real)
        if chain and layer.kind == "project" and not layer.values and layer.prefix:
            raise chain[-1].error("the extended `pyproject.toml` has no `[tool.backlint]`", "extend")
        chain.append(layer)
        extended = absolute_paths(layer, root).get("extend")
        if not isinstance(extended, str):
            return chain[::-1]
        if not os.path.lexists(extended):
            raise layer.error(f"there is no file {shown(layer.values['extend'])} to extend", "extend")
        path = extended


def _shown_path(path: str, root: str) -> str:
    real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
    return relative_to(real, root) if lies_in(real, root) else path


def _settings(root: str, files: list[Layer], given: tuple[Layer, ...]) -> Settings:
    layers = [*files, *given]
    values, origins = _merged(layers, root)
    return Settings(
        root=root,
        packs=_packs(layers, root),
        origins=origins,
        sources=tuple(layer.path for layer in reversed(files)),
        mentions=tuple(mention for layer in layers for mention in mentions(layer)),
        given=given,
        **{KEYS[key]: value for key, value in values.items()},
    )


def _nested_settings(outer: Settings, folder: str, files: list[Layer]) -> Settings:
    inner = _settings(outer.root, files, outer.given)
    nearest_file = files[-1]
    unused = tuple(
        f"{nearest_file.origin(key)}: `{key}` has no effect in a subfolder of the project"
        for key in nearest_file.values
        if key not in LOCAL and key != "extend"
    )
    origins = outer.origins | {
        key: origin for key, origin in inner.origins.items() if key.partition(".")[0] in LOCAL
    }
    kept = {KEYS[key]: getattr(inner, KEYS[key]) for key in LOCAL}
    return msgspec.structs.replace(
        outer,
        folder=folder,
        origins=origins,
        sources=inner.sources,
        mentions=inner.mentions,
        unused=unused,
        nested=(),
        **kept,
    )


def _merged(layers: list[Layer], root: str) -> tuple[dict[str, Any], dict[str, str]]:
    """All values that are set, the strongest source deciding, and the origin of every key."""
    values: dict[str, Any] = {}
    origins = dict.fromkeys(KEYS, "default")
    for layer in layers:
        _lift_ignores(layer, values, origins)
        for key, value in absolute_paths(layer, root).items():
            origin = layer.origin(key)
            if isinstance(value, dict):
                value = {**values.get(key, {}), **value}
                origins |= {f"{key}.{entry}": layer.origin(key, entry) for entry in layer.values[key]}
            elif key in ADDITIVE and values.get(key):
                value = _joined(values[key], value)
                origin = f"{origins[key]}, {origin}"
            values[key] = value
            origins[key] = origin
    return values, origins


def _joined(weaker: tuple[str, ...], stronger: Any) -> tuple[str, ...]:
    return (*weaker, *(item for item in stronger if item not in weaker))


def _lift_ignores(layer: Layer, values: dict[str, Any], origins: dict[str, str]) -> None:
    """Let what a layer selects by name prevail over a weaker layer that ignores it by the same name."""
    chosen: set[str] = set()
    for key in ("select", "extend-select"):
        chosen.update(plain(name) for name in layer.values.get(key, ()))
    if not chosen:
        return
    for key in ("ignore", "extend-ignore"):
        if key in values:
            values[key] = tuple(name for name in values[key] if plain(name) not in chosen)
    for name, level in list(values.get("severity", {}).items()):
        if level == "off" and plain(name) in chosen:
            del values["severity"][name]
            origins.pop(f"severity.{name}", None)


def _packs(layers: list[Layer], root: str) -> tuple[RulePack, ...]:
    stated = [(layer, absolute_paths(layer, root)) for layer in layers]
    allowed = {path for _, values in stated for path in values.get("allow-packs", ())}
    packs: dict[str, RulePack] = {}
    for layer, values in stated:
        for path in values.get("rule-packs", ()):
            trusted = layer.kind != "project" or path in allowed
            if path not in packs or (trusted and not packs[path].trusted):
                packs[path] = RulePack(path, trusted, layer.origin("rule-packs"))
    return tuple(packs.values())
