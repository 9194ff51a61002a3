"""Whether and how a rule runs under given settings, and which line of which file decides that."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from linter.selection import effective_severity, selected, specificity
from linter.suppress import WITHOUT_REASON

if TYPE_CHECKING:
    from linter.config.settings import Settings
    from linter.finding import Severity
    from linter.outcome import RuleInfo


class Effect(NamedTuple):
    """How a rule runs here.

    `severity` is the one in force, None when the rule is switched off. `reason` says in words why it runs
    or does not, `origin` what decided that: "pyproject.toml:14", "--select", or "default".
    `severity_origin` is empty when the severity is the rule's own. `ignored_in` are the globs of
    `per-path-ignores` that name the rule.
    """

    runs: bool
    severity: Severity | None
    reason: str
    origin: str
    severity_origin: str
    ignored_in: tuple[str, ...]


def effect_of(info: RuleInfo, settings: Settings) -> Effect:
    """What `settings` make of a rule; `info` has the severity and confidence that the rule declares."""
    severity = effective_severity(info.id, info.severity, settings)
    runs = selected(info.id, info.severity, info.confidence, settings, opt_in=info.opt_in)
    level = _best(settings.severity, info.id)
    severity_origin = settings.origins.get(f"severity.{level}", "") if level else ""
    if info.id == WITHOUT_REASON and not settings.require_reason:
        runs, reason, origin = False, "`require-reason` is off", settings.origins["require-reason"]
    elif severity is None:
        reason, origin = f"`severity` switches `{level}` off", severity_origin
    else:
        reason, origin = _why(info, settings, runs)
    globs = (glob for glob, names in settings.per_path_ignores.items() if _best(names, info.id))
    return Effect(runs, severity, reason, origin, severity_origin, tuple(sorted(globs)))


def _why(info: RuleInfo, settings: Settings, runs: bool) -> tuple[str, str]:
    origins = settings.origins
    chosen_key, chosen = _strongest(settings, info.id, "select", "extend-select")
    if runs:
        if chosen == info.id:
            return f"`{chosen_key}` names it", origins[chosen_key]
        return f"it is in profile `{settings.profile}`", origins["profile"]
    ignored_key, ignored = _strongest(settings, info.id, "ignore", "extend-ignore")
    if ignored and specificity(ignored, info.id) >= (specificity(chosen, info.id) if chosen else -1):
        return f"`{ignored_key}` has `{ignored}`", origins[ignored_key]
    if settings.select and not chosen:
        return "`select` does not name it", origins["select"]
    if info.opt_in:
        return "it runs only when `select` or `extend-select` names it in full", "default"
    return f"it is not in profile `{settings.profile}`", origins["profile"]


def _strongest(settings: Settings, rule: str, *keys: str) -> tuple[str, str]:
    """The key, and the name in its list, that means a rule most exactly; empty when none does."""
    found = [(key, _best(getattr(settings, key.replace("-", "_")), rule)) for key in keys]
    named = [each for each in found if each[1]]
    return max(named, key=lambda each: specificity(each[1], rule), default=("", ""))


def _best(names: Iterable[str], rule: str) -> str:
    """The name that means a rule most exactly, of equals the last one; empty when none does."""
    fitting = [name for name in names if specificity(name, rule) >= 0]
    return max(reversed(fitting), key=lambda name: specificity(name, rule), default="")
