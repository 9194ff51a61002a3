"""radon's figures as tables with bars, for the HTML reports.

A bar is decoration: the number beside it says the same to who cannot see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.measures import Figure
from linter.outcome import Outcome
from linter.report.figures import (
    SCALES,
    TITLES,
    by_kind,
    moved,
    notable_moves,
    number,
    place_of,
    trend_headline,
)
from linter.report.markup import html_text


def figure_tables(outcome: Outcome) -> Iterator[str]:
    """The worst places, each with its value as a bar."""
    base = outcome.trend.base if outcome.trend else ""
    for kind, figures in by_kind(outcome.measures.figures):
        title = f"<b>{html_text(TITLES[kind])}</b> {html_text(SCALES[kind])}"
        yield f'<section class="rule">{_table(title, figures, base)}</section>'


def trend_section(outcome: Outcome) -> str:
    """How figures moved since a revision; nothing when none did."""
    trend = outcome.trend
    if trend is None or not trend.moves:
        return ""
    notable = notable_moves(trend)
    tables = "".join(
        _table(f"<b>{html_text(_HEADS[kind])}</b>", figures, trend.base, "new")
        for kind, figures in by_kind(notable)
    )
    words = html_text(trend_headline(trend))
    return f'<section class="limits"><h2>Complexity</h2><p>{words}</p>{tables}</section>'


_HEADS = {
    "complexity": "Cyclomatic complexity",
    "maintainability-index": "Maintainability index of 0 to 100",
}


def _table(title: str, figures: Iterable[Figure], base: str, unmoved: str = "") -> str:
    """`unmoved` is what is said of a figure that has no earlier value."""
    listed = list(figures)
    most = max((max(each.value, each.was or 0) for each in listed), default=0)
    # The index has a scale of its own; complexity has no end.
    scale = most if listed and listed[0].kind == "complexity" else 100
    rows = "".join(_row(each, scale, moved(each, base) or unmoved) for each in listed)
    return f'<table class="figures"><caption>{title}</caption><tbody>{rows}</tbody></table>'


def _row(figure: Figure, scale: float, was: str) -> str:
    name = f"<code>{html_text(figure.name)}</code> " if figure.name else ""
    note = f' <span class="soft">{html_text(was)}</span>' if was else ""
    where = f'<span class="where"><code>{html_text(place_of(figure))}</code></span>'
    value = number(figure, figure.value)
    return (
        f'<tr><td class="number">{value}</td><td class="bar">{_bar(figure, scale)}</td>'
        f'<th scope="row">{name}{where}{note}</th></tr>'
    )


def _bar(figure: Figure, scale: float) -> str:
    width = 100 * figure.value / scale if scale else 0
    mark = ""
    if figure.was is not None:
        mark = f'<rect class="was" x="{min(99.0, 100 * figure.was / scale):.2f}" width="1" height="8"/>'
    return (
        '<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect class="value" width="{width:.2f}" height="8"/>{mark}</svg>'
    )
