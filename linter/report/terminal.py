"""Drawing for terminals: colour, the width of characters, and source lines with carets."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from linter.finding import Location, Severity
from linter.report.escape import visible, visible_character
from linter.report.snippet import SnippetLine

TAB_STOP = 4
_ZERO_WIDTH_CATEGORIES = frozenset({"Mn", "Me", "Cf"})
_SEVERITY_CODES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.NOTE: "1;36"}


class Paint:
    """Wraps text in ANSI codes, or leaves it alone when `colour` is off."""

    __slots__ = ("colour",)

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def __call__(self, code: str, text: str) -> str:
        """`text` in the ANSI style `code`, for example `1;31`."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text

    def bold(self, text: str) -> str:
        """For what the eye should find first."""
        return self("1", text)

    def dim(self, text: str) -> str:
        """For what may be skipped."""
        return self("2", text)

    def good(self, text: str) -> str:
        """For help, and for what is as it should be."""
        return self("32", text)

    def severity(self, severity: Severity, text: str) -> str:
        """In the colour of `severity`."""
        return self(_SEVERITY_CODES[severity], text)


def place(location: Location) -> str:
    """`path:line:column`, as terminals and editors make it clickable."""
    return f"{visible(location.path)}:{location.line}:{location.column}"


def character_width(character: str) -> int:
    """How many terminal cells one character takes."""
    if character.isascii():
        return 1
    if unicodedata.category(character) in _ZERO_WIDTH_CATEGORIES:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def draw_line(text: str, start: int, end: int) -> tuple[str, int, int]:
    """A source line as a terminal shows it, and the cells (from, to) that code points start to end take."""
    drawn: list[str] = []
    cell = 0
    cells = [0]
    for character in text:
        if character == "\t":
            shown = " " * (TAB_STOP - cell % TAB_STOP)
            cell += len(shown)
        else:
            shown = visible_character(character)
            cell += character_width(shown) if len(shown) == 1 else len(shown)
        drawn.append(shown)
        cells.append(cell)
    beyond = max(0, end - len(text))
    first = cells[min(start, len(text))] + max(0, start - len(text))
    return "".join(drawn).rstrip(), first, max(first + 1, cells[min(end, len(text))] + beyond)


def draw_snippet(lines: Sequence[SnippetLine], severity: Severity, paint: Paint, indent: str) -> list[str]:
    """Numbered source lines; the marked part underlined, or flagged in the margin beyond its first line."""
    digits = len(str(lines[-1].number)) if lines else 0
    drawn = []
    underlined = False
    for line in lines:
        text, first, last = draw_line(line.text, line.start, line.end)
        if line.gap:
            drawn.append(indent + paint.dim(f"  {'':>{digits}} ⋮"))
        flag = paint.severity(severity, ">") if line.marked else " "
        margin = paint.dim(f"{line.number:>{digits}} │")
        drawn.append(f"{indent}{flag} {margin} {text}".rstrip())
        if line.marked and not underlined:
            underlined = True
            carets = paint.severity(severity, "^" * (last - first))
            blank_margin = paint.dim(" " * digits + " │")
            drawn.append(f"{indent}  {blank_margin} {' ' * first}{carets}")
    return drawn
