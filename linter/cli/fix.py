"""`backlint fix`: mend what can be mended mechanically."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from linter.cli.options import (
    Verb,
    open_project,
    paths_argument,
    project_options,
    selection_options,
    wants_colour,
)

if TYPE_CHECKING:
    from linter.finding import Finding
    from linter.pipeline import Run

_PASSES = 5
"""A fix may uncover another, such as a suppression that is then unused. More passes than this are a loop."""


@click.command("fix", cls=Verb, short_help="Mend what can be mended mechanically.")
@paths_argument
@click.option("--diff", is_flag=True, help="Print the changes and write nothing.")
@click.option("--unsafe", is_flag=True, help="Also apply fixes that may change what the program does.")
@click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour.")
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but the diff.")
@selection_options
@project_options
def command(paths: tuple[str, ...], diff: bool, unsafe: bool, **values: Any) -> None:
    """Mend what can be mended mechanically, in PATHS (default: the whole project).

    Comments and layout survive. Exit code 0 when nothing is left that fails a check, 1 otherwise.

    \b
    backlint fix --diff
    backlint fix --select secure-logging --unsafe src/
    """
    fixed = left = 0
    changed: dict[str, tuple[str, str]] = {}
    for _ in range(1 if diff else _PASSES):
        run, findings = _findings(paths, values)
        fixable = [each for each in findings if each.fixable == "safe" or (unsafe and each.fixable)]
        count = 0
        for path, mended in _mended(run, fixable):
            text = run.text_of(path)
            if mended.fixed and mended.text != text:
                count += len(mended.fixed)
                changed[path] = (changed.get(path, (text, ""))[0], mended.text)
                if not diff:
                    _write(run, path, mended.text)
        fixed += count
        left = len(findings) - (count if diff else 0)
        if not count:
            break
    if diff:
        _print_diff(changed, wants_colour(values["color"]))
    if not values["quiet"]:
        verb = "would be fixed" if diff else "fixed"
        click.echo(f"{fixed} {verb} in {len(changed)} files, {left} left.", err=True)
    sys.exit(1 if _fails(paths, values, diff, left) else 0)


def _findings(paths: tuple[str, ...], values: dict[str, Any]) -> tuple[Run, tuple[Finding, ...]]:
    from linter.cli.reporting import changes_since, changes_since_base, existing_baseline, today

    opened = open_project(paths, values)
    run = opened.run
    outcome = run.outcome(
        run.check(),
        today=today(values["today"]),
        baseline=existing_baseline(opened, values),
        changes=changes_since(opened.settings.root, values["since"]),
        base=lambda: changes_since_base(opened.settings.root),
    )
    return run, outcome.findings


def _mended(run: Run, fixable: list[Finding]) -> Iterator[tuple[str, Any]]:
    from linter.fix import mend

    by_path: dict[str, list[Finding]] = {}
    for finding in fixable:
        by_path.setdefault(finding.location.path, []).append(finding)
    for path in sorted(by_path):
        yield path, mend(run, path, by_path[path])


def _write(run: Run, path: str, text: str) -> None:
    """Write a file back in its own encoding, atomically, keeping its mode."""
    target = os.path.join(run.settings.root, run.real_path(path))
    mark = b"\xef\xbb\xbf" if run.has_mark(path) else b""
    temporary = f"{target}.backlint-{os.getpid()}"
    try:
        with open(temporary, "wb") as file:
            file.write(mark + text.encode("utf-8", "surrogateescape"))
        os.chmod(temporary, os.stat(target).st_mode & 0o7777)
        os.replace(temporary, target)
    except OSError:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _print_diff(changed: dict[str, tuple[str, str]], colour: bool) -> None:
    from difflib import unified_diff

    from linter.report.escape import visible

    for path, (old, new) in sorted(changed.items()):
        before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
        for line in unified_diff(before, after, f"a/{path}", f"b/{path}"):
            shown = visible(line.rstrip("\r\n"))
            code = {"+": "32", "-": "31", "@": "36"}.get(shown[:1], "") if colour else ""
            click.echo(f"\x1b[{code}m{shown}\x1b[0m" if code else shown, color=True)


def _fails(paths: tuple[str, ...], values: dict[str, Any], diff: bool, left: int) -> bool:
    if values["exit_zero"] or not left:
        return False
    if diff:
        return True
    from linter.selection import fails

    run, findings = _findings(paths, values)
    return fails((finding.severity for finding in findings), run.settings)
