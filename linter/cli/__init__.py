"""The command line: one module per verb, imported when its verb is called."""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from typing import TYPE_CHECKING

import click

from linter import __version__

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

_VERBS = {
    "check": "Report what is wrong in a backend (the default verb).",
    "audit": "Hold a backend against the whole checklist, with evidence.",
    "map": "Show what the backend is: routes, guards, tables, queries.",
    "fix": "Mend what can be mended mechanically.",
    "explain": "Show the documentation of a rule and its setting here.",
    "rules": "List all rules.",
    "baseline": "Accept today's findings, so that only new ones are reported.",
    "config": "Show the settings in force, or check a configuration file.",
    "init": "Show what was detected and the smallest useful configuration.",
    "new-rule": "Write a new rule with its fixtures.",
    "doctor": "Say what is installed and what is in force.",
    "clean": "Delete the cache.",
}


class _Verbs(click.Group):
    """Verbs by name; paths without a verb are checked."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _VERBS:
            return None
        module = import_module(f"linter.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # The table above is the help: importing a dozen modules for their first lines takes too long.
        with formatter.section("Verbs"):
            formatter.write_dl(list(_VERBS.items()))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in _VERBS and args[0] not in ("--help", "-h", "--version"):
            args = ["check", *args]
        if not args and not ctx.resilient_parsing:
            args = ["check", "."]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        # A path may stand in place of a verb; the shell completes either verbs or file names.
        from click.shell_completion import CompletionItem

        verbs = [
            CompletionItem(name, help=text) for name, text in _VERBS.items() if name.startswith(incomplete)
        ]
        if incomplete.startswith("-"):
            return click.Command.shell_complete(self, ctx, incomplete)
        return verbs or [CompletionItem(incomplete, type="file")]


@click.group(
    cls=_Verbs,
    invoke_without_command=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Every option is a variable as well: `--no-cache` is BACKLINT_NO_CACHE. Shell completion: "
    'eval "$(_BACKLINT_COMPLETE=bash_source backlint)", and likewise zsh_source or fish_source.',
)
@click.version_option(__version__, prog_name="backlint")
def backlint() -> None:
    """A deterministic linter for Python backends.

    \b
    backlint .                   what is wrong here
    backlint audit . > audit.md  the whole checklist, with evidence
    """


def main() -> None:
    """Run the command line. Exit codes: 0 clean, 1 findings, 2 usage or internal error."""
    from linter.cli.errors import reported

    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            # A report holds whatever the repository holds; a narrow terminal encoding must not end the run.
            reconfigure(errors="backslashreplace")
    # A run ends before its few garbage cycles matter; walking all facts to find them takes a quarter of it.
    gc.disable()
    with reported():
        backlint(windows_expand_args=False)
