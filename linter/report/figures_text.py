"""radon's figures for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from linter.measures import Trend
from linter.outcome import Outcome
from linter.report.escape import visible
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
from linter.report.terminal import Paint


def text_figures(outcome: Outcome, paint: Paint) -> Iterator[str]:
    """The worst places for a terminal, indented as the findings of a practice are."""
    for kind, figures in by_kind(outcome.measures.figures):
        yield f"      {TITLES[kind]}  {paint.dim(SCALES[kind])}"
        width = max(len(number(each, each.value)) for each in figures)
        for each in figures:
            name = f"  {visible(each.name)}" if each.name else ""
            was = moved(each, outcome.trend.base) if outcome.trend else ""
            shown_was = f"  {paint.dim(visible(was))}" if was else ""
            yield f"        {number(each, each.value):>{width}}  {visible(place_of(each))}{name}{shown_was}"


def text_trend(trend: Trend, paint: Paint) -> list[str]:
    """How figures moved; nothing when none did."""
    if not trend.moves:
        return []
    lines = [visible(trend_headline(trend))]
    notable = notable_moves(trend)
    width = max((len(move(each)) for each in notable), default=0)
    for each in notable[:MOVES_SHOWN]:
        name = f"  {visible(each.name)}" if each.name else ""
        lines.append(f"  {move(each):<{width}}  {visible(place_of(each))}{name}")
    if len(notable) > MOVES_SHOWN:
        lines.append(paint.dim(f"  and {len(notable) - MOVES_SHOWN:,} more"))
    return lines
