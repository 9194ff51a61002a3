"""From a run to reports, streams and an exit code; shared by `check` and `audit`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from linter.cli.errors import Stop
from linter.cli.options import FORMATS, Opened, wants_colour

if TYPE_CHECKING:
    from linter.baseline import Baseline
    from linter.config import Settings
    from linter.engines.sarif import Imported
    from linter.outcome import Outcome
    from linter.since import Changes

_WITH_FIXES = {"json", "jsonl", "sarif"}


def report(opened: Opened, values: dict[str, Any], *, audit: bool) -> int:
    """Analyse, print and write; returns the exit code."""
    from linter.report import render

    settings, run = opened
    if values["show_files"]:
        return _show_files(opened)
    outputs = [output_of(each) for each in values["outputs"]]
    format = values["format_"] or "text"
    changes = changes_since(settings.root, values["since"])
    baseline = existing_baseline(opened, values)
    imported = imported_results(settings.root, values["imports"])
    checked = run.check()
    if imported:
        checked = run.with_imported(checked, imported)
    outcome = run.outcome(
        checked,
        today=today(values["today"]),
        baseline=baseline,
        changes=changes,
        base=lambda: changes_since_base(settings.root),
        audit=audit,
        timings=values["timings"],
    )
    if _WITH_FIXES & {format, *(name for name, _ in outputs)} and any(
        finding.fixable and finding.fix is None for finding in outcome.findings
    ):
        from linter.fix import with_fixes

        outcome.findings = with_fixes(run, outcome.findings)
    for name, path in outputs:
        write_report(path, render(name, outcome, audit=audit))
    print_report(render(format, outcome, colour=wants_colour(values["color"]), audit=audit))
    _extras(outcome, values, format)
    if values["verbose"]:
        from linter.cli.verbose import unread_sql

        for line in unread_sql(run.backend):
            click.echo(line, err=True)
    return _exit_code(outcome, opened, values)


def print_report(text: str) -> None:
    """Print a document as it is: click would take the colour out of it."""
    sys.stdout.write(text)
    sys.stdout.flush()


def output_of(option: str, formats: Sequence[str] = FORMATS) -> tuple[str, str]:
    """Format and path of an `--output` option."""
    name, equals, path = option.partition("=")
    if not equals or not path or name not in formats:
        raise Stop(
            f"`--output {option}` is not FORMAT=PATH",
            help=f"formats are {', '.join(formats)}; for example `--output json=backlint.json`",
        )
    return name, path


def write_report(path: str, text: str) -> None:
    """Write a report to a file that the user named."""
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


def changes_since_base(root: str) -> Changes | None:
    """The lines changed since the base branch, where there is one."""
    from linter.since import changed_since_base

    return changed_since_base(root)


def imported_results(root: str, files: Sequence[str]) -> list[Imported]:
    """The results that other tools left in SARIF files."""
    if not files:
        return []
    from linter.engines.sarif import read_sarif

    return [each for file in files for each in read_sarif(file, root)]


def existing_baseline(opened: Opened, values: dict[str, Any]) -> Baseline | None:
    """The baseline in force: the configured one, or the default file when it exists."""
    if values["no_baseline"]:
        return None
    from linter.baseline import load

    path = baseline_path(opened.settings)
    if opened.settings.baseline is None and not os.path.isfile(path):
        return None
    return load(path)


def baseline_path(settings: Settings) -> str:
    """Where the baseline is, or would be: the configured file, else one at the root."""
    from linter.baseline import FILE_NAME

    return settings.baseline or os.path.join(settings.root, FILE_NAME)


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

    tolerated = opened.settings.engine_failures == "warning"
    grave = False
    for failure in outcome.failures:
        mild = tolerated and failure.where.startswith("engine ")
        grave = grave or not mild
        click.echo(f"{'warning' if mild else 'error'}: {failure.where}: {failure.message}", err=True)
    if grave:
        return 2
    if not outcome.inventory.files and not values["quiet"]:
        click.echo("warning: no Python or SQL files here", err=True)
    failing = fails((finding.severity for finding in outcome.findings), opened.settings)
    return 1 if failing and not values["exit_zero"] else 0
