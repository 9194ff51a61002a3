"""`backlint audit`: the whole checklist, with evidence."""

from __future__ import annotations

import sys
from typing import Any

import click

from linter.cli.options import (
    Verb,
    import_option,
    open_project,
    output_options,
    paths_argument,
    project_options,
    selection_options,
)


@click.command("audit", cls=Verb, short_help="Hold a backend against the whole checklist, with evidence.")
@paths_argument
@selection_options
@import_option
@output_options
@project_options
def command(paths: tuple[str, ...], **values: Any) -> None:
    """Hold a backend against the whole checklist.

    For each practice: its verdict with numbers, the evidence, the violations, what was not
    applicable, and what a person must answer. The profile is `audit` unless another is set. The baseline
    is not applied unless `--baseline` names one.

    \b
    backlint audit .
    backlint audit . --output html=audit.html --output markdown=audit.md
    backlint audit . --import codeql.sarif --import trivy.sarif
    """
    opened = open_project(paths, values, default_profile="audit", explain=bool(values["show_files"]))
    from linter.cli.reporting import report

    values["no_baseline"] = values["no_baseline"] or values["baseline"] is None
    sys.exit(report(opened, values, audit=True))
