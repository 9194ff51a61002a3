"""bandit's configuration of a project: what `bandit -r .` and `bandit -c pyproject.toml` would read."""

from __future__ import annotations

import os

import msgspec

from linter.config import ConfigError

_INI = ".bandit"
_PYPROJECT = "pyproject.toml"


class BanditConfiguration(msgspec.Struct, frozen=True):
    """Which tests run, and where bandit's own settings lie.

    `file` is the absolute path of the YAML or TOML file with the settings of its tests, empty for none.
    `tests` and `skips` are test ids from `.bandit`, on top of those of `file`. `exclude` are path parts and
    globs that bandit leaves out.
    """

    file: str = ""
    tests: tuple[str, ...] = ()
    skips: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    ignore_nosec: bool = False


def read_configuration(root: str, stated: str = "") -> BanditConfiguration:
    """The configuration in force for the project at `root`.

    `stated` is a file that backlint's configuration names; without it `[tool.bandit]` of `pyproject.toml`
    counts where there is one. A `.bandit` file at the root adds what bandit takes from it. Raises
    `ConfigError` for a file that cannot be read.
    """
    ini = _ini_options(os.path.join(root, _INI))
    file = stated or _joined(root, ini.get("configfile", "")) or _pyproject(root)
    if file and not os.path.isfile(file):
        raise ConfigError(f"there is no bandit configuration {os.path.basename(file)!r}", file)
    return BanditConfiguration(
        file=file,
        tests=_listed(ini.get("tests", "")),
        skips=_listed(ini.get("skips", "")),
        exclude=_listed(ini.get("exclude", "")),
        ignore_nosec=ini.get("ignore-nosec", "").lower() in ("true", "1", "yes"),
    )


def _joined(root: str, path: str) -> str:
    return os.path.join(root, path) if path else ""


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _ini_options(path: str) -> dict[str, str]:
    if not os.path.isfile(path):
        return {}
    from configparser import Error, RawConfigParser

    parser = RawConfigParser()
    try:
        with open(path, encoding="utf-8") as file:
            parser.read_file(file)
        return dict(parser.items("bandit"))
    except (Error, OSError, UnicodeDecodeError) as error:
        # bandit warns and goes on; a broken file must not decide in silence which tests run.
        raise ConfigError(f"cannot read bandit's settings: {error}", path) from error


def _pyproject(root: str) -> str:
    path = os.path.join(root, _PYPROJECT)
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        return ""
    if b"bandit" not in data:
        return ""
    import tomllib

    try:
        tools = tomllib.loads(data.decode("utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # backlint's own configuration is read from the same file, and says what is wrong with it.
        return ""
    return path if isinstance(tools, dict) and "bandit" in tools else ""
