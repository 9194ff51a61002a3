"""radon's figures as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from linter.measures import Figure
from linter.outcome import Outcome
from linter.report.figures import (
    MOVES_SHOWN,
    SCALES,
    TITLES,
    by_kind,
    move,
    moved,
    notable_moves,
    number,
    place_of,
    trend_headline,
)
from linter.report.markup import markdown_cell, markdown_code, markdown_text


def markdown_figures(outcome: Outcome) -> Iterator[str]:
    """The worst places as tables."""
    for kind, figures in by_kind(outcome.measures.figures):
        rows = ["| | |", "|---:|---|"]
        for each in figures:
            was = moved(each, outcome.trend.base) if outcome.trend else ""
            rows.append(_row(number(each, each.value), each, was))
        yield f"**{TITLES[kind]}**, by {SCALES[kind]}"
        yield "\n".join(rows)


def markdown_trend(outcome: Outcome) -> Iterator[str]:
    """How figures moved, as a table of the notable ones."""
    trend = outcome.trend
    if trend is None or not trend.moves:
        return
    yield f"**{markdown_text(trend_headline(trend))}**"
    notable = notable_moves(trend)
    if notable:
        yield "\n".join(
            ["| | |", "|---|---|", *(_row(move(each), each, "") for each in notable[:MOVES_SHOWN])]
        )
    if len(notable) > MOVES_SHOWN:
        yield f"and {len(notable) - MOVES_SHOWN:,} more"


def _row(value: str, figure: Figure, was: str) -> str:
    name = f" {markdown_code(figure.name)}" if figure.name else ""
    shown_was = f" ({markdown_text(was)})" if was else ""
    return f"| {value} | {markdown_cell(markdown_code(place_of(figure)) + name + shown_was)} |"
