"""`backlint doctor`: what is installed, what it adds, and what is in force here."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linter import __version__
from linter.cli.options import Verb, cache_option, config_options, format_options, settings_at, wants_colour

if TYPE_CHECKING:
    from linter.config import Settings
    from linter.report.terminal import Paint

_ADDS: Mapping[str, str] = {
    "bandit": "its security tests of Python, on trees that are parsed already",
    "radon": "cyclomatic complexity and the maintainability index",
    "semgrep": "rules for JavaScript, TypeScript, Go and Java, and your own",
}
_INSTALLED, _ABSENT, _TOO_OLD = "installed", "absent", "too old"


class _Part(NamedTuple):
    """Something optional: `uses` are the profiles, or the occasions, for which it is there."""

    name: str
    state: str
    version: str
    uses: tuple[str, ...]
    adds: str


class _CacheState(NamedTuple):
    """The folder of the cache: how many bytes of files it has, and whether it can be written."""

    folder: str
    exists: bool
    size: int
    writable: bool


class _Health(NamedTuple):
    root: str
    files: tuple[str, ...]
    profile: str
    rules: int
    rules_running: int
    cache: _CacheState
    engines: list[_Part]
    extras: list[_Part]


@click.command("doctor", cls=Verb, short_help="Say what is installed and what is in force.")
@click.argument("path", default=".", type=click.Path())
@format_options("text", "json")
@cache_option
@config_options
def command(path: str, **values: Any) -> None:
    """Say which engines and optional parts are installed, what each adds, and what is in force at PATH.

    Exit code 0, or 2 when the configuration is wrong.

    \b
    backlint doctor
    backlint doctor --format json
    """
    from linter.cli.reporting import print_report
    from linter.config import find_root

    settings = settings_at(values.get("root") or find_root([path]), values)
    health = _examined(settings)
    if values["format_"] == "json":
        print_report(_json(health))
    else:
        print_report(_text(health, wants_colour(values["color"])))


def _examined(settings: Settings) -> _Health:
    from linter.cli.options import known_rules
    from linter.cli.rulebook import Rulebook
    from linter.config import check_rules
    from linter.effective import effect_of

    book = Rulebook(settings)
    ids = book.ids()
    check_rules(settings, known_rules(settings, ids))
    running = sum(effect_of(info, settings).runs for info in book.infos(ids))
    return _Health(
        root=settings.root,
        files=settings.sources,
        profile=settings.profile,
        rules=len(ids),
        rules_running=running,
        cache=_cache_state(settings),
        engines=_engines(settings),
        extras=_extras(),
    )


def _engines(settings: Settings) -> list[_Part]:
    from linter.engines.roster import release_of
    from linter.engines.semgrep.program import find_program

    program = find_program()
    state = _ABSENT if program is None else _TOO_OLD if program.too_old else _INSTALLED
    found = {"semgrep": (state, program.release if program is not None else "")}
    for name in ("bandit", "radon"):
        release = release_of(name)
        found[name] = (_INSTALLED if release else _ABSENT, release)
    return [_Part(name, *found[name], _profiles(settings, name), _ADDS[name]) for name in sorted(found)]


def _profiles(settings: Settings, engine: str) -> tuple[str, ...]:
    """The profiles in which an engine runs."""
    import msgspec

    from linter.cli.options import PROFILES
    from linter.engines.roster import chosen

    return tuple(
        profile
        for profile in PROFILES
        if engine in chosen(msgspec.structs.replace(settings, profile=profile))
    )


def _extras() -> list[_Part]:
    from linter.engines.roster import release_of

    native = _has_native_parser()
    fast_sql, parser = release_of("sqlglotc"), release_of("libcst")
    return [
        _Part(
            "fast-sql",
            _INSTALLED if fast_sql else _ABSENT,
            fast_sql,
            ("SQL",),
            "sqlglot compiled, so that SQL is parsed faster",
        ),
        _Part(
            "libcst native",
            _INSTALLED if native else _ABSENT,
            parser if native else "",
            ("fixes", "syntax newer than this Python"),
            "the parser behind fixes; without it neither can be read",
        ),
    ]


def _has_native_parser() -> bool:
    """Whether LibCST has its compiled parser. Importing it would take longer than all the rest."""
    for folder in sys.path:
        package = os.path.join(folder, "libcst")
        if os.path.isfile(os.path.join(package, "__init__.py")):
            return any(name.startswith("native.") for name in os.listdir(package))
    return False


def _cache_state(settings: Settings) -> _CacheState:
    from linter.cache import FOLDER

    folder = settings.cache_dir or os.path.join(settings.root, FOLDER)
    exists = os.path.isdir(folder)
    size = 0
    if exists and os.access(folder, os.R_OK):
        with os.scandir(folder) as entries:
            size = sum(entry.stat().st_size for entry in entries if entry.is_file(follow_symlinks=False))
    place = folder
    while not os.path.lexists(place) and os.path.dirname(place) != place:
        place = os.path.dirname(place)
    return _CacheState(folder, exists, size, os.path.isdir(place) and os.access(place, os.W_OK | os.X_OK))


def _json(health: _Health) -> str:
    from linter.report.document import dump

    cache = health.cache
    return dump(
        {
            "version": 1,
            "backlint": __version__,
            "python": _python(),
            "root": health.root,
            "files": list(health.files),
            "profile": health.profile,
            "rules": {"known": health.rules, "running": health.rules_running},
            "cache": cache._asdict(),
            "engines": [part._asdict() for part in health.engines],
            "extras": [part._asdict() for part in health.extras],
        }
    )


def _text(health: _Health, colour: bool) -> str:
    from linter.cli.errors import visible_line
    from linter.report.terminal import Paint

    paint = Paint(colour)
    cache = health.cache
    size = f"{cache.size / 1_000_000:,.1f} MB" if cache.exists else "not there yet"
    writable = "" if cache.writable else ", cannot be written"
    facts = [
        ("backlint", f"{__version__} on Python {_python()}"),
        ("root", visible_line(health.root)),
        ("configuration", ", ".join(map(visible_line, health.files)) or "none; the defaults are in force"),
        ("rules", f"{health.rules:,}, of which {health.rules_running:,} run in profile {health.profile}"),
        ("cache", f"{visible_line(cache.folder)} ({size}{writable})"),
    ]
    lines = [f"{paint.bold(name.ljust(15))}{value}" for name, value in facts]
    lines += ["", *_table("ENGINE", "PROFILES", health.engines, paint)]
    lines += ["", *_table("OPTIONAL PART", "USED FOR", health.extras, paint)]
    return "\n".join(lines) + "\n"


def _table(name: str, uses: str, parts: list[_Part], paint: Paint) -> list[str]:
    from linter.cli.table import draw

    return draw(
        (name, "STATE", "VERSION", uses, "ADDS"),
        [
            (part.name, part.state, part.version or "-", ", ".join(part.uses) or "-", part.adds)
            for part in parts
        ],
        paint,
        styles={1: lambda text: paint.good(text) if text == _INSTALLED else paint.dim(text), 4: paint.dim},
    )


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))
