"""Options that several verbs share, and the run that they describe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from linter.config import Settings
    from linter.pipeline import Run

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "html")


def _apply(function: F, options: Sequence[Callable[[F], F]]) -> F:
    for option in reversed(options):
        function = option(function)
    return function


def project_options(function: F) -> F:
    """Where the project is, how it is configured and how it is read."""
    return _apply(
        function,
        [
            click.option(
                "--config", metavar="FILE", help="Read this configuration file instead of the nearest."
            ),
            click.option("--isolated", is_flag=True, help="Read no configuration file."),
            click.option("--root", metavar="DIR", help="The project root; found from the paths otherwise."),
            click.option(
                "--jobs", type=click.IntRange(0), default=0, help="Worker processes; 0 is one a core."
            ),
            click.option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
            click.option("--cache-dir", metavar="DIR", help="Where the cache lies."),
            click.option(
                "--rules", "rule_packs", multiple=True, metavar="DIR", help="Load rules of your own."
            ),
        ],
    )


def selection_options(function: F) -> F:
    """Which rules run on what, and what fails."""
    names: dict[str, Any] = {"multiple": True, "metavar": "RULES"}
    return _apply(
        function,
        [
            click.option(
                "--profile", type=click.Choice(["commit", "ci", "audit"]), help="How much to report."
            ),
            click.option("--select", **names, help="Only these rules or practices (comma list)."),
            click.option("--ignore", **names, help="Not these rules or practices (comma list)."),
            click.option("--extend-select", **names, help="These as well."),
            click.option(
                "--fail-on",
                type=click.Choice(["error", "warning", "note", "never"]),
                help="Exit 1 from here.",
            ),
            click.option(
                "--max-warnings", type=click.IntRange(0), help="Exit 1 when there are more warnings."
            ),
            click.option(
                "--exit-zero", is_flag=True, help="Exit 0 in spite of findings (never hides an error)."
            ),
            click.option(
                "--exclude", multiple=True, metavar="GLOB", help="Leave out files (replaces the configured)."
            ),
            click.option(
                "--extend-exclude", multiple=True, metavar="GLOB", help="Leave out these files as well."
            ),
            click.option(
                "--force-exclude", is_flag=True, default=None, help="Excludes win over named files."
            ),
            click.option(
                "--dialect", type=click.Choice(["auto", "postgres", "mysql", "sqlite"]), help="SQL dialect."
            ),
            click.option("--baseline", metavar="FILE", help="Findings to accept."),
            click.option("--no-baseline", is_flag=True, help="Report accepted findings as well."),
            click.option(
                "--since", metavar="REF", help="Only findings on lines changed since the merge base with REF."
            ),
            click.option(
                "--today", metavar="DATE", help="Hold `expires=` against this day (default: today, UTC)."
            ),
        ],
    )


def output_options(function: F) -> F:
    """What is printed and written."""
    return _apply(
        function,
        [
            click.option(
                "--format", "format_", type=click.Choice(FORMATS), help="Format on standard output."
            ),
            click.option(
                "--output",
                "outputs",
                multiple=True,
                metavar="FMT=PATH",
                help="Also write a report to a file; may be repeated.",
            ),
            click.option(
                "--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour."
            ),
            click.option("--statistics", is_flag=True, help="Print how many findings each rule has."),
            click.option("--timings", is_flag=True, help="Print how long each step and rule took."),
            click.option(
                "--show-files", is_flag=True, help="Print which files are checked and why others are not."
            ),
            click.option("-q", "--quiet", is_flag=True, help="Print nothing but the report."),
        ],
    )


_OVERRIDES = {
    "profile": "profile",
    "select": "select",
    "ignore": "ignore",
    "extend_select": "extend-select",
    "fail_on": "fail-on",
    "max_warnings": "max-warnings",
    "exclude": "exclude",
    "extend_exclude": "extend-exclude",
    "force_exclude": "force-exclude",
    "dialect": "dialect",
    "baseline": "baseline",
    "cache_dir": "cache-dir",
    "rule_packs": "rule-packs",
}
_LISTS = {"select", "ignore", "extend_select"}


def overrides(values: dict[str, Any]) -> dict[str, object]:
    """Command line values by configuration key; those not given are left out."""
    found: dict[str, object] = {}
    for name, key in _OVERRIDES.items():
        value = values.get(name)
        if value is None or value == ():
            continue
        if name in _LISTS:
            value = [part.strip() for each in value for part in each.split(",") if part.strip()]
        elif isinstance(value, tuple):
            value = list(value)
        found[key] = value
    return found


class Opened(NamedTuple):
    """A project ready to be analysed."""

    settings: Settings
    run: Run


def open_project(
    paths: Sequence[str],
    values: dict[str, Any],
    *,
    stdin_name: str | None = None,
    default_profile: str | None = None,
    explain: bool = False,
) -> Opened:
    """Find the project, its settings and its files.

    With `stdin_name` the content of that file is what arrives on standard input.
    """
    from linter.config import check_rules, find_root, load_settings, with_nested
    from linter.pipeline import Run
    from linter.sources import discover, stdin_source

    named = [stdin_name] if stdin_name is not None else list(paths) or ["."]
    root = values.get("root") or find_root(
        named if stdin_name is None else [os.path.dirname(stdin_name) or "."]
    )
    given = overrides(values)
    settings = load_settings(
        root, overrides=given, config=values.get("config"), isolated=bool(values.get("isolated"))
    )
    if default_profile is not None and settings.origins.get("profile", "default") == "default":
        import msgspec

        settings = msgspec.structs.replace(settings, profile=default_profile)
    if stdin_name is not None:
        import msgspec

        from linter.targets import relative_to

        discovery = discover(settings.root, settings)
        path = os.path.join(
            os.path.realpath(os.path.dirname(stdin_name) or "."), os.path.basename(stdin_name)
        )
        source = stdin_source(relative_to(path, settings.root), sys.stdin.buffer.read())
        others = [file for file in discovery.files if file.path != source.path]
        files = tuple(sorted([*others, source], key=lambda file: file.path))
        discovery = msgspec.structs.replace(discovery, files=files, targets=(source.path,))
    else:
        discovery = discover(settings.root, settings, named=named, explain=explain)
    settings = with_nested(settings, discovery.configs)
    progress = None if values.get("quiet") else terminal_progress()
    run = Run(
        settings,
        discovery,
        jobs=values.get("jobs") or 0,
        use_cache=not values.get("no_cache"),
        progress=progress,
    )
    from linter.suppress import RULES

    check_rules(settings, [*(rule.id for rule in run.rule_files), *RULES])
    return Opened(settings, run)


def terminal_progress() -> Callable[[int, int], None] | None:
    """Progress on standard error after one second, on a terminal only."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return None
    from time import monotonic

    started = monotonic()

    def show(done: int, total: int) -> None:
        if monotonic() - started > 1:
            end = "\r\x1b[K" if done >= total else ""
            click.echo(f"\r\x1b[Kreading {done} of {total} files{end}", nl=False, err=True)

    return show


def wants_colour(choice: str, *, stream: Any = None) -> bool:
    """Whether to colour: the flag, then NO_COLOR, then FORCE_COLOR, then the terminal."""
    if choice != "auto":
        return choice == "always"
    environ = os.environ
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR") or environ.get("CLICOLOR_FORCE"):
        return True
    if environ.get("TERM") == "dumb":
        return False
    if environ.get("GITHUB_ACTIONS") == "true":
        return True
    return bool((stream or sys.stdout).isatty())
