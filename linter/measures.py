"""Numbers about functions and files that are no findings: the worst of them, and how they moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal, TypeAlias

import msgspec

Kind: TypeAlias = Literal["complexity", "maintainability-index"]
"""Cyclomatic complexity of a function (1 and more, less is better) or index of a file (0 to 100, more is
better)."""

COMPLEX = 10
"""radon's rank C begins above it: a simpler function is not among the worst of any project."""
HARD = 20
"""radon's rank B begins below it: a file with a higher index is not among the worst of any project."""
WORST = 10
"""How many places of each kind an audit names."""


class Figure(msgspec.Struct, frozen=True):
    """A measure of the function `name` that begins at `line` (1-based), or of a file: no name, line 1.

    `was` is its value at the revision compared with; None when nothing was compared, or when it is new.
    """

    kind: Kind
    path: str
    name: str
    line: int
    value: float
    was: float | None = None

    @property
    def notable(self) -> bool:
        """Whether it is, or was, among what is hard to read."""
        values = [self.value] if self.was is None else [self.value, self.was]
        return max(values) > COMPLEX if self.kind == "complexity" else min(values) < HARD

    @property
    def worsening(self) -> float:
        """How much worse it became; negative when it became better. What is new was as good as can be."""
        if self.kind == "complexity":
            return self.value - (1 if self.was is None else self.was)
        return (100 if self.was is None else self.was) - self.value

    @property
    def _badness(self) -> tuple[float, str, int]:
        return (-self.value if self.kind == "complexity" else self.value, self.path, self.line)


class Counts(msgspec.Struct, frozen=True, array_like=True):
    """radon's raw and Halstead numbers of one file, as `radon raw` and `radon hal` give them.

    `loc` are all lines, `lloc` logical ones, `sloc` those with code; `comments` are comments, wherever they
    stand, `multi` lines of strings that stand alone, `single_comments` lines with nothing but a comment or a
    short string.
    """

    loc: int
    lloc: int
    sloc: int
    comments: int
    multi: int
    blank: int
    single_comments: int
    volume: float
    difficulty: float
    effort: float


class Measures(msgspec.Struct, frozen=True):
    """What was measured: the figures worth showing, and the counts by path, if they were asked for."""

    figures: tuple[Figure, ...] = ()
    counts: dict[str, Counts] = {}


class Trend(msgspec.Struct, frozen=True):
    """How figures of changed files moved since `base`, as the user calls it: the commit `commit`.

    The worst moves come first, complexity before the index.
    """

    base: str
    commit: str
    moves: tuple[Figure, ...]


def worst(figures: Iterable[Figure], admits: Callable[[str], bool]) -> tuple[Figure, ...]:
    """The worst figures of each kind, in files whose path is admitted; the worst first."""
    admitted = [each for each in figures if admits(each.path)]
    found: list[Figure] = []
    for kind in ("complexity", "maintainability-index"):
        of_kind = (each for each in admitted if each.kind == kind)
        found += sorted(of_kind, key=lambda each: each._badness)[:WORST]
    return tuple(found)


def with_trend(figures: Iterable[Figure], trend: Trend | None) -> tuple[Figure, ...]:
    """The figures, each with what it was where that is known to differ."""
    moved = {(each.kind, each.path, each.name, each.line): each for each in (trend.moves if trend else ())}
    return tuple(moved.get((each.kind, each.path, each.name, each.line), each) for each in figures)
