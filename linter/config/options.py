"""Every key of the configuration, each declared once: its type, default, limits and meaning.

Validation, the JSON schema, the environment variables and `Settings` all derive from `Options`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta

Profile: TypeAlias = Literal["commit", "ci", "audit"]
Level: TypeAlias = Literal["error", "warning", "note", "off"]
FailOn: TypeAlias = Literal["error", "warning", "note", "never"]
Dialect: TypeAlias = Literal["auto", "postgres", "mysql", "sqlite"]
Engine: TypeAlias = Literal["bandit", "radon", "semgrep"]
Migrations: TypeAlias = Literal["new", "all"]
FlowPart: TypeAlias = Literal["sources", "sinks", "sanitizers"]
Limit: TypeAlias = Literal["complexity", "maintainability-index"]
Strings: TypeAlias = tuple[str, ...]


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The keys of `backlint.toml`, or of `[tool.backlint]` in `pyproject.toml`."""

    profile: Annotated[
        Profile,
        Meta(
            description="How much to report: `commit` only what is nearly always right and bad, `ci` also "
            "warnings and medium confidence, `audit` everything."
        ),
    ] = "ci"
    select: Annotated[
        Strings,
        Meta(
            description="Run only these rules: a practice, a `practice/rule`, or a glob. A rule that is "
            "named in full runs whatever the profile. Empty: all rules of the profile."
        ),
    ] = ()
    ignore: Annotated[
        Strings,
        Meta(
            description="Do not run these rules: a practice, a `practice/rule`, or a glob. Between `select` "
            "and `ignore` the more specific one wins, and `ignore` wins a tie."
        ),
    ] = ()
    extend_select: Annotated[
        Strings, Meta(description="Like `select`, added to what other configuration selects.")
    ] = ()
    extend_ignore: Annotated[
        Strings, Meta(description="Like `ignore`, added to what other configuration ignores.")
    ] = ()
    severity: Annotated[
        dict[str, Level],
        Meta(
            description="Another severity for a practice, a `practice/rule` or a glob; `off` does not run it."
        ),
    ] = {}
    per_path_ignores: Annotated[
        dict[str, Strings],
        Meta(
            description="Rules that are not reported in files matching a gitignore glob. Globs are relative "
            "to the folder of the configuration in force."
        ),
    ] = {}
    engines: Annotated[
        dict[Profile, tuple[Engine, ...]],
        Meta(
            description="Which other tools run as engines under each profile. Not stated: none for `commit`, "
            "`bandit` and `radon` for `ci`, all that are installed for `audit`."
        ),
    ] = {}
    bandit_config: Annotated[
        str | None,
        Meta(
            description="A configuration file of bandit's own. Not stated: `[tool.bandit]` of the root's "
            "`pyproject.toml`, if there is one; `.bandit` at the root is read in any case."
        ),
    ] = None
    semgrep_rules: Annotated[
        Strings,
        Meta(
            description="Files, or folders of files, with rules of your own for the engine `semgrep`. They "
            "are data: none of them can run code."
        ),
    ] = ()
    engine_failures: Annotated[
        Literal["error", "warning"],
        Meta(
            description="What an engine that fails, or is missing though it was asked for, does to the run: "
            "`error` makes the exit code 2, `warning` leaves it to the findings. It is said in any case."
        ),
    ] = "error"
    limits: Annotated[
        dict[Limit, float],
        Meta(
            description="Limits of measures: `complexity` is the most that a function may have (20 when not "
            "stated), `maintainability-index` the least for a file (10 when not stated)."
        ),
    ] = {}
    metrics: Annotated[
        bool,
        Meta(
            description="Add radon's numbers of each Python file to JSON: its lines (`loc`, `lloc`, `sloc`, "
            "`comments`, `multi`, `blank`, `single_comments`) and Halstead's `volume`, `difficulty` and "
            "`effort`. They take time, so they are made only when asked for."
        ),
    ] = False
    flow: Annotated[
        dict[FlowPart, Strings],
        Meta(
            description="What functions of the project do with what a caller sends, by full name: `sources` "
            "return it (`shop.queue.receive`), `sinks` are harmed by an argument "
            "(`shop.search.find(query): nosql`), `sanitizers` make it fit for all kinds or for some "
            "(`shop.text.clean`, `shop.urls.checked: url, redirect`)."
        ),
    ] = {}
    fail_on: Annotated[
        FailOn, Meta(description="The least severity of a finding that makes the exit code 1.")
    ] = "error"
    max_warnings: Annotated[
        Annotated[int, Meta(ge=0)] | None,
        Meta(description="Exit with code 1 when there are more findings of severity warning than this."),
    ] = None
    include: Annotated[
        Strings,
        Meta(
            description="Check only files that match one of these gitignore globs. Empty: every Python and "
            "SQL file."
        ),
    ] = ()
    exclude: Annotated[
        Strings,
        Meta(
            description="Leave out what matches these gitignore globs. A pattern that starts with `!` brings "
            "back what `.gitignore` or backlint itself leaves out."
        ),
    ] = ()
    extend_exclude: Annotated[
        Strings, Meta(description="Like `exclude`, added to what other configuration excludes.")
    ] = ()
    respect_gitignore: Annotated[
        bool, Meta(description="Leave out what `.gitignore` and `.git/info/exclude` ignore.")
    ] = True
    force_exclude: Annotated[
        bool, Meta(description="Leave out excluded files even when they are named on the command line.")
    ] = False
    source_roots: Annotated[
        Strings,
        Meta(description="Folders that imports start from. Empty: worked out from the packages found."),
    ] = ()
    dialect: Annotated[
        Dialect, Meta(description="The SQL dialect. `auto` takes it from drivers and settings found.")
    ] = "auto"
    migrations: Annotated[
        Migrations,
        Meta(
            description="Which migrations the rules of the practice `migrations` report: `new` leaves alone "
            "those that the base branch has already, because they have run; profile `audit` reports `all`. "
            "The base branch is the default branch of `origin`, else `main` or `master`; without git all "
            "migrations are new."
        ),
    ] = "new"
    postgres_version: Annotated[
        str,
        Meta(
            pattern=r"^([0-9]{1,2}(\.[0-9]{1,2})?)?$",
            description="The PostgreSQL that migrations run on, as `16` or `14.2`: what locks and rewrites a "
            "table depends on it. Empty: 17.",
        ),
    ] = ""
    rule_packs: Annotated[
        Strings,
        Meta(
            description="Folders with rules of your own. A pack that a project names runs only when the "
            "command line or your own configuration file allows it."
        ),
    ] = ()
    allow_packs: Annotated[
        Strings,
        Meta(description="Rule packs that a project may name. Only in your own configuration file."),
    ] = ()
    baseline: Annotated[
        str | None, Meta(description="The file of findings that were there before and are not reported.")
    ] = None
    require_reason: Annotated[
        bool, Meta(description="Report an ignore comment that does not say why after `--`.")
    ] = False
    max_file_size: Annotated[int, Meta(ge=1, description="Files with more bytes than this are skipped.")] = (
        1_000_000
    )
    cache_dir: Annotated[str | None, Meta(description="The folder of the cache.")] = None
    extend: Annotated[
        str | None,
        Meta(description="Another configuration file, whose values apply where this one sets none."),
    ] = None


ADDITIVE = frozenset({"extend-select", "extend-ignore", "extend-exclude", "rule-packs", "allow-packs"})
"""Keys whose values from all sources are joined; otherwise the strongest source decides."""

LOCAL = frozenset({"select", "ignore", "extend-select", "extend-ignore", "severity", "per-path-ignores"})
"""Keys that a configuration file in a subfolder decides for its folder. The others concern the whole run."""

PERSONAL = frozenset({"rule-packs", "allow-packs", "cache-dir"})
"""Keys of the user's own file. No other belongs there: results must not depend on who runs backlint."""

NOT_IN_PROJECT = frozenset({"allow-packs"})
"""Keys that a checked project cannot set."""

PATHS = frozenset(
    {
        "allow-packs",
        "bandit-config",
        "baseline",
        "cache-dir",
        "extend",
        "rule-packs",
        "semgrep-rules",
        "source-roots",
    }
)
"""Keys that hold paths, relative to the folder of the file that states them."""

INSIDE_ONLY = frozenset({"baseline", "cache-dir", "source-roots"})
"""Paths that a project may only set within itself: backlint writes there, or reads all of it."""

GLOBS = frozenset({"include", "exclude", "extend-exclude"})
"""Keys that hold gitignore globs."""

FILE_ONLY = frozenset({"engines", "limits", "per-path-ignores", "extend", "flow"})
"""Keys that neither the command line nor the environment can set."""

KEYS = dict(zip(Options.__struct_encode_fields__, Options.__struct_fields__, strict=True))
"""Key as written in a file to attribute name."""
