"""Which rules run, how severe they are, and what makes a run fail."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from linter.finding import Confidence, Severity

if TYPE_CHECKING:
    from linter.config.settings import Settings

_ADMITS = {
    "commit": (Severity.ERROR, Confidence.HIGH),
    "ci": (Severity.WARNING, Confidence.MEDIUM),
    "audit": (Severity.NOTE, Confidence.LOW),
}
"""For each profile the least severity and the least confidence that it reports."""

_NONE, _ANYTHING, _PRACTICE, _PART, _EXACT = -1, 0, 1, 2, 3


def is_glob(name: str) -> bool:
    """Whether a name in a configuration has wildcards."""
    return not _WILD.isdisjoint(name)


_WILD = frozenset("*?[")


def plain(name: str) -> str:
    """The shortest way to write a name: `indexing/*` is `indexing`."""
    practice = name.removesuffix("/*")
    return practice if not is_glob(practice) and "/" not in practice else name


def matches(name: str, rule: str) -> bool:
    """Whether a practice, a rule or a glob of either means `rule`."""
    return specificity(name, rule) > _NONE


def specificity(name: str, rule: str) -> int:
    """How exactly `name` means `rule`.

    3 in full, 2 by a glob within the practice, 1 by the practice, 0 by a glob over practices, -1 not at all.
    """
    if name == rule:
        return _EXACT
    if not is_glob(name):
        return _PRACTICE if rule.startswith(f"{name}/") else _NONE
    from fnmatch import fnmatchcase

    practice, slash, rest = name.partition("/")
    if not fnmatchcase(rule, name if slash else f"{name}/*"):
        return _NONE
    if is_glob(practice):
        return _ANYTHING
    return _PRACTICE if rest == "*" else _PART


def effective_severity(rule: str, severity: Severity, settings: Settings) -> Severity | None:
    """The severity of `rule` under `settings`; None when it is switched off."""
    level = _level(rule, settings)
    if level is None:
        return severity
    return None if level == "off" else Severity(level)


def selected(
    rule: str, severity: Severity, confidence: Confidence, settings: Settings, *, opt_in: bool = False
) -> bool:
    """Whether `rule`, with the severity and confidence that it declares, runs under `settings`.

    One that is `opt_in` has to be named in full.
    """
    effective = effective_severity(rule, severity, settings)
    if effective is None:
        return False
    chosen = _strongest((*settings.select, *settings.extend_select), rule)
    ignored = _strongest((*settings.ignore, *settings.extend_ignore), rule)
    if ignored > _NONE and ignored >= chosen:
        return False
    if chosen == _EXACT:
        return True
    if opt_in or (settings.select and chosen == _NONE):
        return False
    least_severity, least_confidence = _ADMITS[settings.profile]
    return effective.rank <= least_severity.rank and confidence.rank <= least_confidence.rank


def ignored_in(rule: str, path: str, settings: Settings) -> bool:
    """Whether `per-path-ignores` hides findings of `rule` in the file at `path`, relative to the root.

    `settings` are those for the path: `settings.for_path(path)`.
    """
    if not settings.per_path_ignores:
        return False
    from linter.globs import Globs

    inner = path[len(settings.folder) + 1 :] if settings.folder else path
    return any(
        any(matches(name, rule) for name in names) and Globs((glob,)).covers(inner)
        for glob, names in settings.per_path_ignores.items()
    )


def fails(severities: Iterable[Severity], settings: Settings) -> bool:
    """Whether findings of these severities make the exit code 1."""
    found = list(severities)
    allowed = settings.max_warnings
    if allowed is not None and found.count(Severity.WARNING) > allowed:
        return True
    if settings.fail_on == "never":
        return False
    return any(severity.rank <= Severity(settings.fail_on).rank for severity in found)


def _strongest(names: Iterable[str], rule: str) -> int:
    return max((specificity(name, rule) for name in names), default=_NONE)


def _level(rule: str, settings: Settings) -> str | None:
    """The level that the most specific entry of `severity` gives; of equals the last one stated."""
    best, level = _NONE, None
    for name, stated in settings.severity.items():
        exactness = specificity(name, rule)
        if exactness > _NONE and exactness >= best:
            best, level = exactness, stated
    return level
