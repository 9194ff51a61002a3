"""Options that several verbs share, and the run that they describe."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

if TYPE_CHECKING:
    from linter.config import Settings
    from linter.pipeline import Run
    from linter.sources import Discovery

F = TypeVar("F", bound=Callable[..., Any])

FORMATS = ("text", "concise", "json", "jsonl", "sarif", "github", "gitlab", "junit", "markdown", "html")
PROFILES = ("commit", "ci", "audit")

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
    "metrics": "metrics",
    "baseline": "baseline",
    "cache_dir": "cache-dir",
    "rule_packs": "rule-packs",
    "allow_packs": "allow-packs",
}
"""Options that are keys of the configuration, by parameter name."""
_LISTS = {"select", "ignore", "extend_select"}


class Option(click.Option):
    """An option that stands under a heading of the help and that an environment variable can set.

    `--no-cache` is `BACKLINT_NO_CACHE`. The variables of configuration keys are left to
    `linter.config`: a value that click had filled in would look as if it came from the command line.
    """

    def __init__(self, *args: Any, heading: str, **attributes: Any) -> None:
        super().__init__(*args, **attributes)
        self.heading = heading
        if self.name not in _OVERRIDES and self.envvar is None:
            longest = max(self.opts, key=len)
            self.envvar = "BACKLINT_" + longest.lstrip("-").upper().replace("-", "_")


class Verb(click.Command):
    """A verb whose help groups its options under headings."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, those without a heading last."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                groups.setdefault(getattr(parameter, "heading", "Options"), []).append(record)
        others = groups.pop("Options", [])
        for heading, records in [*groups.items(), ("Options", others)]:
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def _declared(heading: str, *declarations: tuple[tuple[str, ...], dict[str, Any]]) -> Callable[[F], F]:
    def apply(function: F) -> F:
        for names, attributes in reversed(declarations):
            function = click.option(*names, cls=Option, heading=heading, **attributes)(function)
        return function

    return apply


def _option(*names: str, **attributes: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return names, attributes


def paths_argument(function: F) -> F:
    """The files and folders to look at."""
    # A plain path type accepts anything; it makes the shell complete file names.
    return click.argument("paths", nargs=-1, type=click.Path())(function)


_COLOUR = _option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", help="Colour.")

config_options = _declared(
    "Configuration",
    _option(
        "--config",
        metavar="FILE",
        type=click.Path(),
        help="Read this configuration file instead of the nearest.",
    ),
    _option("--isolated", is_flag=True, help="Read no configuration file."),
    _option(
        "--root",
        metavar="DIR",
        type=click.Path(file_okay=False),
        help="The project root; found from the paths otherwise.",
    ),
    _option(
        "--rules",
        "rule_packs",
        multiple=True,
        metavar="DIR",
        type=click.Path(),
        help="Load rules of your own; may be repeated.",
    ),
    _option(
        "--allow-pack",
        "allow_packs",
        multiple=True,
        metavar="DIR",
        type=click.Path(),
        help="Let the project load this rule pack, which runs its code; may be repeated.",
    ),
)
"""Which configuration is in force, and which rules there are."""

_CACHE_DIR = _option("--cache-dir", metavar="DIR", type=click.Path(), help="Where the cache lies.")
cache_option = _declared("Files", _CACHE_DIR)

file_options = _declared(
    "Files",
    _option(
        "--exclude", multiple=True, metavar="GLOB", help="Leave out files (replaces the configured globs)."
    ),
    _option("--extend-exclude", multiple=True, metavar="GLOB", help="Leave out these files as well."),
    _option("--force-exclude", is_flag=True, default=None, help="Excludes win over named files."),
    _option("--dialect", type=click.Choice(["auto", "postgres", "mysql", "sqlite"]), help="SQL dialect."),
    _option(
        "--jobs", metavar="N", type=click.IntRange(0), default=0, help="Worker processes; 0 is one a core."
    ),
    _option("--no-cache", is_flag=True, help="Neither read nor write the cache."),
    _CACHE_DIR,
)
"""Which files are read, and how."""


def project_options(function: F) -> F:
    """Where the project is, how it is configured and how it is read."""
    return file_options(config_options(function))


_PROFILE = _option("--profile", type=click.Choice(PROFILES), help="How much to report.")
_BASELINE = _option("--baseline", metavar="FILE", type=click.Path(), help="Findings to accept.")
profile_option = _declared("Rules", _PROFILE)
baseline_option = _declared("Rules", _BASELINE)
import_option = _declared(
    "Rules",
    _option(
        "--import",
        "imports",
        multiple=True,
        metavar="FILE",
        type=click.Path(),
        help="Take in the results of another tool (SARIF); may be repeated.",
    ),
)

selection_options = _declared(
    "Rules",
    _PROFILE,
    _option("--select", multiple=True, metavar="RULES", help="Only these rules or practices (comma list)."),
    _option("--ignore", multiple=True, metavar="RULES", help="Not these rules or practices (comma list)."),
    _option("--extend-select", multiple=True, metavar="RULES", help="These as well."),
    _option("--fail-on", type=click.Choice(["error", "warning", "note", "never"]), help="Exit 1 from here."),
    _option(
        "--max-warnings", metavar="N", type=click.IntRange(0), help="Exit 1 when there are more warnings."
    ),
    _option("--exit-zero", is_flag=True, help="Exit 0 in spite of findings (never hides an error)."),
    _BASELINE,
    _option("--no-baseline", is_flag=True, help="Report accepted findings as well."),
    _option("--since", metavar="REF", help="Only findings on lines changed since the merge base with REF."),
    _option("--today", metavar="DATE", help="Hold `expires=` against this day (default: today, UTC)."),
)
"""Which rules run on what, and what fails."""

_OUTPUTS = _option(
    "--output",
    "outputs",
    multiple=True,
    metavar="FMT=PATH",
    help="Also write a report to a file; may be repeated.",
)
_QUIET = _option("-q", "--quiet", is_flag=True, help="Print nothing but the report.")

output_options = _declared(
    "Output",
    _option("--format", "format_", type=click.Choice(FORMATS), help="Format on standard output."),
    _OUTPUTS,
    _COLOUR,
    _option(
        "--metrics", is_flag=True, default=None, help="Add radon's counts of each file to JSON (takes time)."
    ),
    _option("--statistics", is_flag=True, help="Print how many findings each rule has."),
    _option("--timings", is_flag=True, help="Print how long each step and rule took."),
    _option("--show-files", is_flag=True, help="Print which files are checked and why others are not."),
    _option("-v", "--verbose", is_flag=True, help="Print which SQL statements are not understood."),
    _QUIET,
)
"""What is printed and written."""

output_file_option = _declared("Output", _OUTPUTS)
quiet_option = _declared("Output", _QUIET)


def format_options(*formats: str) -> Callable[[F], F]:
    """`--format` with these choices, the first by default, and `--color`."""
    return _declared(
        "Output",
        _option(
            "--format",
            "format_",
            type=click.Choice(formats),
            default=formats[0],
            help="Format on standard output.",
        ),
        _COLOUR,
    )


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
    from linter.config import check_rules, find_root, with_nested
    from linter.engines.roster import semgrep_engine
    from linter.pipeline import Run
    from linter.sources import discover

    named = [stdin_name] if stdin_name is not None else list(paths) or ["."]
    root = values.get("root") or find_root(
        named if stdin_name is None else [os.path.dirname(stdin_name) or "."]
    )
    settings = settings_at(root, values, default_profile=default_profile)
    semgrep = semgrep_engine(settings)
    if stdin_name is None:
        foreign = semgrep.foreign if semgrep is not None else frozenset()
        discovery = discover(settings.root, settings, named=named, explain=explain, foreign=foreign)
    else:
        discovery = _with_stdin(settings, stdin_name)
    settings = with_nested(settings, discovery.configs)
    if not values.get("quiet"):
        warn(settings)
    run = Run(
        settings,
        discovery,
        jobs=values.get("jobs") or 0,
        use_cache=not values.get("no_cache"),
        semgrep=semgrep,
        progress=None if values.get("quiet") else terminal_progress(),
    )
    check_rules(settings, known_rules(settings, (rule.id for rule in run.rule_files)))
    return Opened(settings, run)


def settings_at(root: str, values: dict[str, Any], *, default_profile: str | None = None) -> Settings:
    """The settings for the project at `root` under the options given on the command line."""
    from linter.config import load_settings

    settings = load_settings(
        root,
        overrides=overrides(values),
        config=values.get("config"),
        isolated=bool(values.get("isolated")),
    )
    if default_profile is not None and settings.origins.get("profile", "default") == "default":
        import msgspec

        settings = msgspec.structs.replace(settings, profile=default_profile)
    return settings


def _with_stdin(settings: Settings, name: str) -> Discovery:
    """The files of the project, the one called `name` as it arrives on standard input."""
    import msgspec

    from linter.sources import discover, stdin_source
    from linter.targets import relative_to

    discovery = discover(settings.root, settings)
    path = os.path.join(os.path.realpath(os.path.dirname(name) or "."), os.path.basename(name))
    source = stdin_source(relative_to(path, settings.root), sys.stdin.buffer.read())
    others = [file for file in discovery.files if file.path != source.path]
    files = tuple(sorted([*others, source], key=lambda file: file.path))
    return msgspec.structs.replace(discovery, files=files, targets=(source.path,))


def known_rules(settings: Settings, loaded: Iterable[str]) -> list[str]:
    """Every rule and practice that a configuration may name.

    Rules of packs that may not run are among them, and so are practices that have no rule yet.
    """
    from linter.suppress import RULES

    known = [*loaded, *RULES]
    if any(each.mentions for each in (settings, *settings.nested)):
        from linter.checklist import practices
        from linter.engines.roster import known_rules as engine_rules

        known += engine_rules(settings)
        known += [practice.id for practice in practices()]
        known += [rule for pack in settings.packs if not pack.trusted for rule in _ids(pack.path)]
    return known


def _ids(pack: str) -> list[str]:
    from linter.packs import PackError, rule_files

    try:
        return [rule.id for rule in rule_files(pack)]
    except PackError:
        return []


def warn(settings: Settings) -> None:
    """Say on standard error which configuration has no effect."""
    from linter.cli.errors import visible_line

    for each in (settings, *settings.nested):
        for unused in each.unused:
            click.echo(f"warning: {visible_line(unused)}", err=True)
    for pack in settings.packs:
        if not pack.trusted:
            shown = os.path.relpath(pack.path)
            message = f"{pack.origin}: the rules in `{shown}` do not run; `--allow-pack {shown}` lets them"
            click.echo(f"warning: {visible_line(message)}", err=True)


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
