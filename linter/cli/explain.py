"""`backlint explain`: a rule or a practice, its documentation and its setting here."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from linter.cli.options import Verb, config_options, format_options, profile_option, wants_colour
from linter.cli.rulebook import Rulebook, complete, fixtures_folder, open_rulebook

if TYPE_CHECKING:
    from linter.checklist import Practice
    from linter.effective import Effect
    from linter.outcome import RuleInfo
    from linter.report.terminal import Paint

_EXAMPLE_LINES = 40


@click.command("explain", cls=Verb, short_help="Show the documentation of a rule and its setting here.")
@click.argument("name", metavar="RULE", shell_complete=complete)
@format_options("text", "json")
@profile_option
@config_options
def command(name: str, **values: Any) -> None:
    """Show what RULE finds, why, how to comply, and how it is set here. A practice shows its rules.

    \b
    backlint explain secure-logging/lost-traceback
    backlint explain indexing
    """
    from linter.cli.reporting import print_report
    from linter.report.document import dump
    from linter.report.terminal import Paint

    book = open_rulebook(values)
    practice = next((each for each in book.practices() if each.id == name), None)
    if practice is None and not book.knows(name):
        raise book.nothing_called(name)
    paint = Paint(wants_colour(values["color"]))
    if values["format_"] == "json":
        text = dump(_practice_document(book, practice) if practice else _rule_document(book, name))
    else:
        lines = _practice_lines(book, practice, paint) if practice else _rule_lines(book, name, paint)
        text = "\n".join(lines) + "\n"
    print_report(text)


def _rule_lines(book: Rulebook, rule: str, paint: Paint) -> Iterator[str]:
    from linter.cli.prose import render
    from linter.effective import effect_of

    (info,) = book.infos([rule])
    yield f"{paint.bold(info.id)}: {' '.join(render(info.title, paint))}"
    yield from _facts(info, effect_of(info, book.settings), paint)
    yield ""
    yield from render(info.documentation, paint)
    if "## Bad" not in info.documentation:
        for label, lines in _examples(book, rule).items():
            yield ""
            yield paint.bold(
                f"{label.capitalize()} (the lines marked > are reported)" if label == "bad" else "Good"
            )
            yield from lines
    yield ""
    yield from _how_to_ignore(info.id, paint)


def _facts(info: RuleInfo, effect: Effect, paint: Paint) -> Iterator[str]:
    from linter.report.escape import visible

    severity = effect.severity or info.severity
    fixes = {"": "no", "safe": "safe (`backlint fix`)", "unsafe": "unsafe (`backlint fix --unsafe`)"}
    origin = f" (set in {visible(effect.severity_origin)})" if effect.severity_origin else ""
    rows = [
        ("severity", f"{paint.severity(severity, severity.value)}{origin}"),
        ("confidence", info.confidence.value),
        ("fix", fixes[info.fix]),
    ]
    if info.cwe is not None:
        rows.append(("weakness", f"CWE-{info.cwe}, https://cwe.mitre.org/data/definitions/{info.cwe}.html"))
    if info.owasp:
        rows.append(("OWASP", info.owasp))
    answer = paint.good("runs") if effect.runs else "does not run"
    rows.append(("here", f"{answer}: {visible(f'{effect.reason} ({effect.origin})')}"))
    if effect.ignored_in:
        rows.append(("not in", visible(", ".join(effect.ignored_in))))
    for label, value in rows:
        yield f"  {paint.dim(f'{label:<10}')}  {value}"


def _how_to_ignore(rule: str, paint: Paint) -> Iterator[str]:
    yield paint.bold("How to ignore it")
    yield f"  one place   # backlint: ignore[{rule}] -- the reason"
    yield f"  one file    # backlint: file-ignore[{rule}] -- the reason"
    yield f'  a folder    per-path-ignores = {{ "tests/" = ["{rule}"] }}'
    yield f'  everywhere  extend-ignore = ["{rule}"]'
    yield paint.dim(
        "  In SQL a comment begins with `--`, in languages with braces with `//`; the last two stand in "
        "[tool.backlint] or backlint.toml."
    )


def _examples(book: Rulebook, rule: str) -> dict[str, list[str]]:
    """The first bad and the first good fixture, where the rule comes from a checkout."""
    file = book.file(rule)
    if file is None:
        return {}
    folder = fixtures_folder(file)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found: dict[str, list[str]] = {}
    for label in ("bad", "good"):
        files = [each for each in names if each.startswith(label) and each.endswith((".py", ".sql"))]
        if files:
            found[label] = _example(os.path.join(folder, files[0]), rule)
    return found


def _example(path: str, rule: str) -> list[str]:
    import re

    from linter.report.escape import visible

    expectation = re.compile(r"\s*(?:#|--) expect: .*")
    with open(path, encoding="utf-8", errors="replace") as file:
        lines = file.read().splitlines()
    shown = []
    for line in lines[:_EXAMPLE_LINES]:
        marked = expectation.search(line) is not None and rule in line
        shown.append(f"  {'>' if marked else ' '} {visible(expectation.sub('', line).expandtabs())}".rstrip())
    return [*shown, "    ..."] if len(lines) > _EXAMPLE_LINES else shown


def _practice_lines(book: Rulebook, practice: Practice, paint: Paint) -> Iterator[str]:
    from linter.cli.table import draw
    from linter.effective import effect_of

    yield f"{paint.bold(practice.title)}{paint.dim(f' ({practice.group})') if practice.group else ''}"
    if practice.summary:
        yield practice.summary
    infos = book.infos(book.in_practice(practice.id))
    if infos:
        rows = [
            (info.id, "yes" if effect_of(info, book.settings).runs else "no", info.title.rstrip("."))
            for info in infos
        ]
        yield ""
        yield from draw(("RULE", "RUNS", "FINDS"), rows, paint)
    else:
        yield paint.dim("No rule judges it.")
    if practice.questions:
        yield ""
        yield paint.bold("What code cannot answer")
        yield from (f"- {question}" for question in practice.questions)


def _rule_document(book: Rulebook, rule: str) -> dict[str, Any]:
    from linter.effective import effect_of

    (info,) = book.infos([rule])
    effect = effect_of(info, book.settings)
    examples = {
        label: "\n".join(line[4:] for line in lines) for label, lines in _examples(book, rule).items()
    }
    return {
        "version": 1,
        "id": info.id,
        "practice": info.practice,
        "title": info.title,
        "documentation": info.documentation,
        "severity": info.severity.value,
        "confidence": info.confidence.value,
        "fix": info.fix or None,
        "cwe": info.cwe,
        "owasp": info.owasp or None,
        "setting": {
            "runs": effect.runs,
            "reason": effect.reason,
            "origin": effect.origin,
            "severity": effect.severity.value if effect.severity else "off",
            "severity_origin": effect.severity_origin or "default",
            "ignored_in": list(effect.ignored_in),
        },
        "examples": {"bad": examples.get("bad"), "good": examples.get("good")},
    }


def _practice_document(book: Rulebook, practice: Practice) -> dict[str, Any]:
    return {
        "version": 1,
        "id": practice.id,
        "title": practice.title,
        "group": practice.group or None,
        "summary": practice.summary or None,
        "questions": list(practice.questions),
        "rules": book.in_practice(practice.id),
    }
