"""`backlint rules`: all rules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from linter.cli.options import (
    Verb,
    config_options,
    format_options,
    profile_option,
    wants_colour,
)

if TYPE_CHECKING:
    from linter.checklist import Practice
    from linter.cli.rulebook import Rulebook
    from linter.effective import Effect
    from linter.outcome import RuleInfo
    from linter.report.terminal import Paint


class _Row(NamedTuple):
    info: RuleInfo
    effect: Effect


_Groups = list[tuple["Practice", list[_Row]]]


@click.command("rules", cls=Verb, short_help="List all rules.")
@click.option("--practice", "names", multiple=True, metavar="NAME", help="Only these practices.")
@format_options("text", "json", "markdown")
@profile_option
@config_options
def command(names: tuple[str, ...], **values: Any) -> None:
    """List all rules by practice, and say which of them run here.

    \b
    backlint rules
    backlint rules --practice indexing --profile audit
    """
    from linter.cli.reporting import print_report
    from linter.cli.rulebook import open_rulebook

    groups = _groups(open_rulebook(values), names)
    render = _FORMATS[values["format_"]]
    print_report(render(groups, wants_colour(values["color"])))


def _groups(book: Rulebook, names: tuple[str, ...]) -> _Groups:
    from linter.effective import effect_of

    practices = book.practices()
    known = {practice.id for practice in practices}
    for name in names:
        if name not in known:
            raise book.nothing_called(name, rules=False)
    return [
        (practice, [_Row(info, effect_of(info, book.settings)) for info in book.infos(rules)])
        for practice in practices
        if (not names or practice.id in names) and (rules := book.in_practice(practice.id))
    ]


def _severity(row: _Row) -> str:
    return row.effect.severity.value if row.effect.severity else "off"


def _text(groups: _Groups, colour: bool) -> str:
    from linter.report.terminal import Paint

    paint = Paint(colour)
    blocks = ["\n".join(_block(practice, rows, paint)) for practice, rows in groups]
    return "\n\n".join([*blocks, _summary(groups)]) + "\n"


def _block(practice: Practice, rows: list[_Row], paint: Paint) -> Iterator[str]:
    from linter.cli.table import draw

    yield paint.bold(practice.title)
    cells = [
        (
            row.info.id,
            _severity(row),
            row.info.confidence.value,
            row.info.fix or "-",
            "yes" if row.effect.runs else "no",
            row.info.title.rstrip("."),
        )
        for row in rows
    ]
    heads = ("RULE", "SEVERITY", "CONFIDENCE", "FIX", "RUNS", "FINDS")
    yield from draw(
        heads,
        cells,
        paint,
        styles={4: lambda text: paint.good(text) if text == "yes" else paint.dim(text), 5: paint.dim},
        indent="  ",
    )


def _summary(groups: _Groups) -> str:
    from linter.report.summary import counted

    rows = [row for _, rows in groups for row in rows]
    running = sum(row.effect.runs for row in rows)
    return f"{counted(len(rows), 'rule')}, {running:,} of them run here; `backlint explain RULE` says why."


def _json(groups: _Groups, colour: bool) -> str:
    from linter.report.document import dump

    rules = [
        {
            "id": row.info.id,
            "practice": practice.id,
            "title": row.info.title,
            "severity": _severity(row),
            "confidence": row.info.confidence.value,
            "fix": row.info.fix or None,
            "cwe": row.info.cwe,
            "owasp": row.info.owasp or None,
            "runs": row.effect.runs,
        }
        for practice, rows in groups
        for row in rows
    ]
    return dump({"version": 1, "rules": rules})


def _markdown(groups: _Groups, colour: bool) -> str:
    from linter.report.markup import markdown_cell, markdown_message, markdown_text

    blocks = []
    for practice, rows in groups:
        lines = [f"## {markdown_text(practice.title)}", ""]
        if practice.summary:
            lines += [markdown_text(practice.summary), ""]
        lines += ["| Rule | Severity | Confidence | Fix | Runs | Finds |", "|---|---|---|---|---|---|"]
        for row in rows:
            title = markdown_cell(markdown_message(row.info.title))
            fix, runs = row.info.fix or "", "yes" if row.effect.runs else ""
            confidence = row.info.confidence.value
            lines.append(f"| `{row.info.id}` | {_severity(row)} | {confidence} | {fix} | {runs} | {title} |")
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks) + "\n"


_FORMATS: dict[str, Callable[[_Groups, bool], str]] = {"text": _text, "json": _json, "markdown": _markdown}
