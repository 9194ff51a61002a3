"""Which engines take part in a run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from linter.finding import Confidence, Severity
from linter.selection import is_glob, matches, selected

if TYPE_CHECKING:
    from linter.config import Settings
    from linter.engines.engine import TreeEngine
    from linter.engines.radon.engine import Depth
    from linter.engines.semgrep.engine import SemgrepEngine

_TREES = ("bandit", "radon")
"""Engines that look at trees, in the order in which they are asked."""
_SEMGREP = "/semgrep-"
"""What the id of every rule of semgrep holds."""
_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "commit": (),
    "ci": _TREES,
    "audit": (*_TREES, "semgrep"),
}


def chosen(settings: Settings) -> tuple[str, ...]:
    """The engines that the settings ask for, installed or not."""
    return tuple(settings.engines.get(settings.profile, _DEFAULTS[settings.profile]))


def tree_engines(settings: Settings) -> tuple[TreeEngine, ...]:
    """The engines for trees that are asked for, installed, and able to report a rule that is selected."""
    return tuple(
        engine
        for name in _TREES
        if name in chosen(settings)
        and (engine := _engine(name, settings)) is not None
        and _may_report(engine, settings)
    )


def semgrep_engine(settings: Settings) -> SemgrepEngine | None:
    """semgrep, when it is asked for and able to report a rule that is selected.

    Where the profile alone asks for it, it need not be installed. Raises `ConfigError` for rules that cannot
    be read.
    """
    if "semgrep" not in chosen(settings) or not _may_select_semgrep(settings):
        return None
    from linter.engines.semgrep.engine import semgrep_engine

    stated = "semgrep" in settings.engines.get(settings.profile, ())
    return semgrep_engine(settings, asked=stated or bool(settings.semgrep_rules))


@cache
def release_of(distribution: str) -> str:
    """The installed version of a distribution; empty when it is not installed.

    Read from the name of its `.dist-info` folder: `importlib.metadata` would cost more than a whole run in
    which nothing changed.
    """
    return release_in(sys.path, distribution)


def release_in(folders: Iterable[str], distribution: str) -> str:
    """The version of a distribution that lies in one of these folders; empty when it is in none."""
    prefix = f"{distribution}-"
    for folder in folders:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.startswith(prefix) and name.endswith(".dist-info"):
                return name.removeprefix(prefix).removesuffix(".dist-info")
    return ""


def known_rules(settings: Settings) -> list[str]:
    """Ids under which engines report, as far as they are known before a run: configuration may name them."""
    from linter.engines.bandit.catalog import known_rules as bandit_rules
    from linter.engines.radon.engine import RadonEngine

    return [*bandit_rules(), *RadonEngine(0, 0, "limits", False, "").rules(), *_semgrep_rules(settings)]


def _semgrep_rules(settings: Settings) -> list[str]:
    """The ids of semgrep's rules. They take time to read, so only where a configuration speaks of one."""
    every = (settings, *settings.nested)
    if not any(_SEMGREP in mention.name for each in every for mention in each.mentions):
        return []
    from linter.engines.semgrep.rules import known_rules

    return list(known_rules(settings.semgrep_rules, settings.root))


def _engine(name: str, settings: Settings) -> TreeEngine | None:
    release = release_of(name)
    if not release:
        return None
    if name == "bandit":
        from linter.engines.bandit.configuration import read_configuration
        from linter.engines.bandit.engine import BanditEngine

        return BanditEngine(read_configuration(settings.root, settings.bandit_config or ""), release)
    if name == "radon":
        from linter.engines.radon.engine import RadonEngine

        limits = settings.limits
        complexity, index = limits.get("complexity", 20), limits.get("maintainability-index", 10)
        depth: Depth = "limits" if _shows_notes(settings) else "grave"
        if settings.profile == "audit":
            depth = "worst"
        return RadonEngine(complexity, index, depth, settings.metrics, release)
    return None


def _shows_notes(settings: Settings) -> bool:
    """Whether what radon calls a note is reported anywhere in the project."""
    from linter.engines.radon.engine import RULES

    return any(
        selected(rule, Severity.NOTE, Confidence.HIGH, each)
        for each in (settings, *settings.nested)
        for rule in RULES
    )


def _may_select_semgrep(settings: Settings) -> bool:
    """Whether a rule of semgrep may be selected, as far as names tell without reading its rules."""
    every = (settings, *settings.nested)
    if any(not each.select for each in every):
        return True
    names = [name for each in every for name in (*each.select, *each.extend_select)]
    return any("/" not in name or is_glob(name) or _SEMGREP in name for name in names)


def _may_report(engine: TreeEngine, settings: Settings) -> bool:
    """Whether a rule of the engine is selected, as far as names tell."""
    every = (settings, *settings.nested)
    if any(not each.select for each in every):
        return True
    names = [name for each in every for name in (*each.select, *each.extend_select)]
    return any(matches(name, rule) for name in names for rule in engine.rules())
