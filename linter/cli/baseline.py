"""`backlint baseline`: accept today's findings, so that only new ones are reported."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from linter.cli.errors import Stop, visible_line
from linter.cli.options import (
    Verb,
    baseline_option,
    config_options,
    format_options,
    open_project,
    profile_option,
    project_options,
    quiet_option,
    settings_at,
)

if TYPE_CHECKING:
    from linter.baseline import Baseline, Checked, Entry
    from linter.finding import Finding
    from linter.outcome import StaleEntry

F = TypeVar("F", bound=Callable[..., Any])

_SHOWN = 10


@click.group("baseline", short_help="Accept today's findings, so that only new ones are reported.")
def command() -> None:
    """Accept today's findings, so that only new ones are reported.

    The baseline is a file to commit: `backlint-baseline.json` at the root of the project, or what the
    configuration says. It has no line numbers, so that code may move, and it shrinks as findings are
    mended.

    \b
    backlint baseline create    once, when old code adopts backlint
    backlint baseline prune     after findings were mended
    """


def _analysing(function: F) -> F:
    function = quiet_option(profile_option(baseline_option(project_options(function))))
    return click.argument("path", default=".", type=click.Path())(function)


@command.command("create", cls=Verb)
@_analysing
@click.option("--force", is_flag=True, help="Replace a baseline that exists.")
def create(path: str, force: bool, **values: Any) -> None:
    """Accept all findings that there are now, in a new file."""
    from linter.baseline import create as accept
    from linter.report.summary import by_severity, counted, severity_words

    file = _file(path, values)
    if os.path.lexists(file) and not force:
        raise Stop(
            "the baseline exists already",
            place=_shown(file),
            help="`backlint baseline update` brings it up to date, `--force` replaces it",
        )
    findings = _state(path, values, None).findings
    if not findings:
        click.echo("Nothing to accept: there are no findings, so no baseline is needed.")
        return
    _write(file, accept(findings))
    number = counted(len(findings), "finding")
    click.echo(f"Accepted {number} ({severity_words(by_severity(findings))}) in {_shown(file)}.")
    click.echo("Commit the file. From now on `backlint check` reports what is new.")


@command.command("update", cls=Verb)
@_analysing
@click.option("--accept-new", is_flag=True, help="Accept findings that are not in the baseline as well.")
def update(path: str, accept_new: bool, **values: Any) -> None:
    """Remove what was mended and follow what was renamed; add nothing unless told to.

    Exit code 1 when new findings are left that were not accepted.
    """
    from linter.baseline import load
    from linter.baseline import update as brought_up
    from linter.report.summary import counted

    file = _file(path, values)
    old = load(file)
    state = _state(path, values, None)
    new, refused = brought_up(old, state.findings, accept_new, state.checked)
    change = _total(new.entries) - _total(old.entries)
    if new == old:
        click.echo(f"{_shown(file)} is up to date: {counted(_total(old.entries), 'accepted finding')}.")
    else:
        _write(file, new)
        click.echo(f"{_shown(file)}: {counted(_total(new.entries), 'accepted finding')} ({change:+,}).")
    if refused:
        click.echo(f"{counted(len(refused), 'new finding')} not accepted:", err=True)
        _list(Counter(finding.rule for finding in refused))
        click.echo("`backlint check` shows them, `--accept-new` accepts them.", err=True)
        sys.exit(1)


@command.command("prune", cls=Verb)
@_analysing
def prune(path: str, **values: Any) -> None:
    """Remove the entries that no finding matches any more."""
    from linter.baseline import load
    from linter.baseline import prune as pruned
    from linter.report.summary import counted

    file = _file(path, values)
    old = load(file)
    stale = _state(path, values, old).stale
    if not stale:
        click.echo(
            f"Nothing to remove: {counted(_total(old.entries), 'accepted finding')} in {_shown(file)}."
        )
        return
    new = pruned(old, stale)
    _write(file, new)
    removed = counted(sum(entry.count for entry in stale), "entry", "entries")
    click.echo(f"Removed {removed} from {_shown(file)}; {_total(new.entries):,} left. Commit the file.")


@command.command("show", cls=Verb)
@click.argument("path", default=".", type=click.Path())
@format_options("text", "json")
@baseline_option
@config_options
def show(path: str, **values: Any) -> None:
    """Print what the baseline accepts, by rule and file. Nothing is analysed."""
    from linter.baseline import dump, load
    from linter.cli.options import wants_colour
    from linter.cli.reporting import print_report
    from linter.cli.table import draw
    from linter.report.summary import counted
    from linter.report.terminal import Paint

    file = _file(path, values)
    baseline = load(file)
    if values["format_"] == "json":
        print_report(dump(baseline))
        return
    counts: Counter[tuple[str, str]] = Counter()
    for entry in baseline.entries:
        counts[entry.rule, entry.path] += entry.count
    paint = Paint(wants_colour(values["color"]))
    rows = [(rule, str(number), where) for (rule, where), number in sorted(counts.items())]
    lines = draw(("RULE", "FINDINGS", "FILE"), rows, paint) if rows else []
    total = counted(_total(baseline.entries), "accepted finding")
    print_report("\n".join([*lines, f"{total} in {_shown(file)}."]) + "\n")


class _State(NamedTuple):
    """What a run finds in the profile in force, after suppressions."""

    findings: tuple[Finding, ...]
    stale: tuple[StaleEntry, ...]
    checked: Checked


def _state(path: str, values: dict[str, Any], baseline: Baseline | None) -> _State:
    """Analyse the whole project that `path` lies in. Raises Stop when the analysis is not complete."""
    from linter.cli.reporting import changes_since_base, today

    opened = open_project([path], {**values, "root": _root(path, values)})
    checked = opened.run.check()
    if checked.failures:
        failure = checked.failures[0]
        message = f"{failure.where}: {failure.message}"
        raise Stop(message, help="the baseline was not changed, because findings may be missing")
    root = opened.settings.root
    outcome = opened.run.outcome(
        checked, today=today(None), baseline=baseline, base=lambda: changes_since_base(root)
    )
    return _State(outcome.findings, outcome.stale, opened.run.was_checked(checked))


def _root(path: str, values: dict[str, Any]) -> str:
    from linter.config import find_root

    return values.get("root") or find_root([path])


def _file(path: str, values: dict[str, Any]) -> str:
    from linter.cli.reporting import baseline_path

    return baseline_path(settings_at(_root(path, values), values))


def _write(file: str, baseline: Baseline) -> None:
    """Replace the file as a whole, so that an interrupted run leaves the old one."""
    from linter.baseline import dump

    target = os.path.realpath(file)
    temporary = f"{target}.{os.getpid()}.tmp"
    try:
        with open(temporary, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(dump(baseline))
        os.replace(temporary, target)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _shown(file: str) -> str:
    return visible_line(os.path.relpath(file))


def _total(entries: Iterable[Entry]) -> int:
    return sum(entry.count for entry in entries)


def _list(rules: Counter[str]) -> None:
    rows = sorted(rules.items(), key=lambda item: (-item[1], item[0]))
    for rule, number in rows[:_SHOWN]:
        click.echo(f"  {number:>5,}  {rule}", err=True)
    if len(rows) > _SHOWN:
        click.echo(f"         and {len(rows) - _SHOWN:,} more rules", err=True)
