"""One self-contained HTML page: nothing is fetched, and the browser is told to fetch nothing.

The Content-Security-Policy allows exactly the style and the script that backlint wrote, by hash, so
text from the checked repository could not run even if it got past the escaping.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

from linter.outcome import Outcome
from linter.report.markup import html_text
from linter.report.summary import headline

Option = tuple[str, str]


@cache
def _template(name: str) -> str:
    return files("linter.report").joinpath("templates", name).read_text(encoding="utf-8")


def page(title: str, body: Iterable[str]) -> str:
    """The whole document. `body` is HTML, `title` is text."""
    style, script = _template("audit.css"), _template("audit.js")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"style-src '{_hash(style)}'",
            f"script-src '{_hash(script)}'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    return Template(_template("audit.html")).substitute(
        title=html_text(title), policy=policy, style=style, script=script, body="\n".join(body)
    )


def _hash(content: str) -> str:
    return "sha256-" + b64encode(sha256(content.encode()).digest()).decode()


def masthead(outcome: Outcome, title: str, lead: str) -> str:
    """Title, what was looked at, and the button that switches light and dark."""
    run = html_text(f"backlint {outcome.version} · profile {outcome.profile} · {outcome.today}")
    shown_lead = f'\n<p class="lead">{html_text(lead)}</p>' if lead else ""
    return (
        f'<div class="masthead"><div>\n<p class="overline">{run}</p>\n<h1>{html_text(title)}</h1>{shown_lead}'
        '\n</div><button id="theme" type="button" hidden>Light / dark</button></div>'
    )


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """A row of numbers with what they count."""
    cells = "".join(
        f"<div><dt>{html_text(label)}</dt><dd>{html_text(value)}</dd></div>" for label, value in pairs
    )
    return f'<dl class="facts">{cells}</dl>'


def tools(selects: Iterable[tuple[str, str, Iterable[Option]]]) -> str:
    """The filter bar; the script shows it. Each select is (id, label, options as (value, text))."""
    parts = [
        '<div class="tools" id="tools" role="search" hidden>',
        '<label class="label" for="search">Search</label>',
        '<input id="search" type="search" placeholder="Search" title="Search findings, files and rules">',
    ]
    for id, label, options in selects:
        listed = "".join(
            f'<option value="{html_text(value)}">{html_text(text)}</option>' for value, text in options
        )
        parts.append(f'<label class="label" for="{id}">{html_text(label)}</label>')
        parts.append(f'<select id="{id}"><option value="">{html_text(label)}</option>{listed}</select>')
    parts.append('<button id="reset" type="button">Reset</button><output id="shown"></output></div>')
    return "\n".join(parts)


def limits(outcome: Outcome) -> str:
    """What was not checked, or failed; nothing when all went well."""
    parts = [
        f"<li><code>{html_text(item.path)}</code> {html_text(item.reason)}</li>"
        for item in sorted(outcome.skipped)
    ]
    parts += [
        f"<li>Internal error in {html_text(item.where)}: {html_text(item.message)}</li>"
        for item in outcome.failures
    ]
    if not parts:
        return ""
    return f'<section class="limits"><h2>Not checked</h2><ul class="plain">{"".join(parts)}</ul></section>'


def footer(outcome: Outcome) -> str:
    """The summary sentence of the run."""
    return f"<footer>{html_text(headline(outcome))}</footer>"
