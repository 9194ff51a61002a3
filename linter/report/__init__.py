"""Reports: one module per format, each a pure function of the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.outcome import Outcome

FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("linter.report.text", "render"),
    "concise": ("linter.report.concise", "render"),
    "json": ("linter.report.json_report", "render"),
    "jsonl": ("linter.report.json_report", "render_lines"),
    "sarif": ("linter.report.sarif", "render"),
    "github": ("linter.report.github", "render"),
    "gitlab": ("linter.report.gitlab", "render"),
    "junit": ("linter.report.junit", "render"),
    "markdown": ("linter.report.markdown", "render"),
    "html": ("linter.report.html_report", "render"),
}
"""Format name -> (module, function). A module is imported when its format is asked for."""

CHECKLIST_FORMATS: Mapping[str, tuple[str, str]] = {
    "text": ("linter.report.audit", "render_text"),
    "json": ("linter.report.audit", "render_json"),
    "markdown": ("linter.report.audit", "render_markdown"),
    "html": ("linter.report.audit_html", "render_html"),
}
"""The formats that can show the checklist; the others show an audit's findings."""

_COLOURED = frozenset({"text"})


def render(format: str, outcome: Outcome, *, colour: bool = False, audit: bool = False) -> str:
    """Render `outcome` as `format`, with `audit` as the checklist where the format has one.

    The text ends with a line end. Raises ValueError when the format does not exist.
    """
    if format not in FORMATS:
        raise ValueError(f"unknown report format {format!r}; known are {', '.join(FORMATS)}")
    module, function = CHECKLIST_FORMATS[format] if audit and format in CHECKLIST_FORMATS else FORMATS[format]
    renderer = getattr(import_module(module), function)
    report: str = renderer(outcome, colour=colour) if format in _COLOURED else renderer(outcome)
    return report
