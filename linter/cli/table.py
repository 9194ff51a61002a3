"""Tables for terminals: columns as wide as their content."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from linter.report.escape import visible
from linter.report.terminal import Paint, character_width

Style = Callable[[str], str]

_GAP = "  "


def draw(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    paint: Paint,
    *,
    styles: dict[int, Style] | None = None,
    indent: str = "",
) -> list[str]:
    """Lines of a table with a head. `styles` colours the cells of a column by their text."""
    cells = [[visible(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(heads, *cells, strict=True)]
    lines = [indent + paint.dim(_line(list(heads), widths))]
    for row in cells:
        padded = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        for column, style in (styles or {}).items():
            padded[column] = style(row[column]) + padded[column][len(row[column]) :]
        lines.append((indent + _GAP.join(padded)).rstrip())
    return lines


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    return len(text) if text.isascii() else sum(map(character_width, text))
