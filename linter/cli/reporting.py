"""From a run to reports, streams and an exit code; shared by `check` and `audit`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from linter.cli.errors import Stop
from linter.cli.options import FORMATS, Opened, wants_colour

if TYPE_CHECKING:
    from linter.baseline import Baseline
    from linter.outcome import Outcome
    from linter.since import Changes

_WITH_FIXES = {"json", "jsonl", "sarif"}


def report(opened: Opened, values: dict[str, Any], *, audit: bool) -> int:
    """Analyse, print and write; returns the exit code."""
    from linter.report import render

    settings, run = opened
    if values["show_files"]:
        return _show_files(opened)
    outputs = [_output(each) for each in values["outputs"]]
    format = values["format_"] or "text"
    changes = changes_since(settings.root, values["since"])
    baseline = existing_baseline(opened, values)
    checked = run.check()
    outcome = run.outcome(
        checked,
        today=today(values["today"]),
        baseline=baseline,
        changes=changes,
        audit=audit,
        timings=values["timings"],
    )
    if _WITH_FIXES & {format, *(name for name, _ in outputs)} and any(
        finding.fixable and finding.fix is None for finding in outcome.findings
    ):
        from linter.fix import with_fixes

        outcome.findings = with_fixes(run, outcome.findings)
    for name, path in outputs:
        _write(path, render(name, outcome, audit=audit))
    _print(render(format, outcome, colour=wants_colour(values["color"]), audit=audit))
    _extras(outcome, values, format)
    return _exit_code(outcome, opened, values)


def _print(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _output(option: str) -> tuple[str, str]:
    name, equals, path = option.partition("=")
    if not equals or not path or name not in FORMATS:
        raise Stop(
            f"`--output {option}` is not FORMAT=PATH",
            help=f"formats are {', '.join(FORMATS)}; for example `--output sarif=backlint.sarif`",
        )
    return name, path


def _write(path: str, text: str) -> None:
    folder = os.path.dirname(path)
    if folder and not os.path.isdir(folder):
        raise Stop("the folder of a report does not exist", place=path, help=f"create `{folder}` first")
    with open(path, "w", encoding="utf-8", newline="", errors="backslashreplace") as file:
        file.write(text)


def today(given: str | None) -> str:
    """The ISO date that expiries are held against."""
    from datetime import UTC, date, datetime

    if given is None:
        return datetime.now(UTC).date().isoformat()
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError as error:
        raise Stop(f"`--today {given}` is no date", help="write it as 2026-12-31") from error


def changes_since(root: str, ref: str | None) -> Changes | None:
    """The lines changed since the merge base with `ref`, when one is given."""
    if ref is None:
        return None
    from linter.since import changed_lines

    return changed_lines(root, ref)


def existing_baseline(opened: Opened, values: dict[str, Any]) -> Baseline | None:
    """The baseline in force: the configured one, or the default file when it exists."""
    if values["no_baseline"]:
        return None
    from linter.baseline import FILE_NAME, load

    path = opened.settings.baseline
    if path is None:
        path = os.path.join(opened.settings.root, FILE_NAME)
        if not os.path.isfile(path):
            return None
    return load(path)


def _show_files(opened: Opened) -> int:
    from linter.pipeline import printable

    for each in opened.run.discovery.considered:
        path = "".join(char if char.isprintable() else repr(char)[1:-1] for char in printable(each.path))
        click.echo(path if not each.reason else f"{path}: left out: {each.reason}")
    return 0


def _extras(outcome: Outcome, values: dict[str, Any], format: str) -> None:
    to_error = format not in ("text", "concise")
    if values["statistics"]:
        counts: dict[str, int] = {}
        for finding in outcome.findings:
            counts[finding.rule] = counts.get(finding.rule, 0) + 1
        for rule, count in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
            click.echo(f"{count:6} {rule}", err=to_error)
    if outcome.timings is not None:
        total = sum(outcome.timings.values())
        rows = sorted(outcome.timings.items(), key=lambda item: -item[1])
        for phase, seconds in rows[:25]:
            share = seconds / total if total else 0
            click.echo(f"{seconds * 1000:9.1f} ms {share:5.0%}  {phase}", err=True)
        click.echo(f"{total * 1000:9.1f} ms        in all", err=True)


def _exit_code(outcome: Outcome, opened: Opened, values: dict[str, Any]) -> int:
    from linter.selection import fails

    if outcome.failures:
        for failure in outcome.failures:
            click.echo(f"error: {failure.where}: {failure.message}", err=True)
        return 2
    if not outcome.inventory.files and not values["quiet"]:
        click.echo("warning: no Python or SQL files here", err=True)
    failing = fails((finding.severity for finding in outcome.findings), opened.settings)
    return 1 if failing and not values["exit_zero"] else 0
