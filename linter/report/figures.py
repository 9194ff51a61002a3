"""radon's figures in words: the worst places of a backend, and how figures moved since a revision."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from linter.measures import Figure, Kind, Trend

PRACTICE = "maintainability"
"""The practice whose evidence the figures are."""

MOVES_SHOWN = 10
"""How many moves text and Markdown list; HTML lists all notable ones, JSON all."""

TITLES: Mapping[Kind, str] = {
    "complexity": "Most complex functions",
    "maintainability-index": "Files hardest to maintain",
}
SCALES: Mapping[Kind, str] = {
    "complexity": "cyclomatic complexity, above 10",
    "maintainability-index": "maintainability index of 0 to 100, below 20",
}
"""What is measured, and from where on it is shown."""


def by_kind(figures: Sequence[Figure]) -> Iterator[tuple[Kind, list[Figure]]]:
    """The figures of each kind that has any."""
    for kind in TITLES:
        of_kind = [each for each in figures if each.kind == kind]
        if of_kind:
            yield kind, of_kind


def number(figure: Figure, value: float) -> str:
    """A value as radon prints it: complexity whole, the index with one place."""
    return f"{value:.0f}" if figure.kind == "complexity" else f"{value:.1f}"


def place_of(figure: Figure) -> str:
    """`path:line` of a function, the path of a file."""
    return f"{figure.path}:{figure.line}" if figure.name else figure.path


def moved(figure: Figure, base: str) -> str:
    """`was 11 at main`; empty when it did not move."""
    return "" if figure.was is None else f"was {number(figure, figure.was)} at {base}"


def trend_headline(trend: Trend) -> str:
    """`Since main, functions: 3 more complex, 1 less complex; files: 2 harder to maintain`"""
    parts = []
    for kind, figures in by_kind(trend.moves):
        noun, worse, better, new = _WORDS[kind]
        numbers = {
            worse: sum(each.was is not None and each.worsening > 0 for each in figures),
            better: sum(each.was is not None and each.worsening < 0 for each in figures),
            new: sum(each.was is None for each in figures),
        }
        words = [f"{number:,} {word}" for word, number in numbers.items() if number]
        parts.append(f"{noun}: {', '.join(words)}")
    return f"Since {trend.base}, {'; '.join(parts)}"


_WORDS: Mapping[Kind, tuple[str, str, str, str]] = {
    "complexity": ("functions", "more complex", "less complex", "new and complex"),
    "maintainability-index": (
        "files",
        "harder to maintain",
        "easier to maintain",
        "new and hard to maintain",
    ),
}
_MEASURES: Mapping[Kind, str] = {"complexity": "complexity", "maintainability-index": "index"}


def notable_moves(trend: Trend) -> list[Figure]:
    """The moves of what is, or was, hard to read."""
    return [each for each in trend.moves if each.notable]


def move(figure: Figure) -> str:
    """`complexity 18, was 11`"""
    was = "new" if figure.was is None else f"was {number(figure, figure.was)}"
    return f"{_MEASURES[figure.kind]} {number(figure, figure.value)}, {was}"
