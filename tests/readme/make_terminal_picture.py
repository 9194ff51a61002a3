"""Draws what backlint says about the example shop, for the README.

    python tests/readme/make_terminal_picture.py

writes `.github/terminal.svg`. Run it from anywhere after a change of the report or of the shop's findings.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

ROOT = Path(__file__).parent.parent.parent
TARGET = ROOT / ".github" / "terminal.svg"
SHOP = "fixtures/apps/shop"
FINDINGS = 3
"""How many findings the picture shows before it leaves the others out."""

COLUMNS = 118
WIDTH = 900
CELL = 7.3
FONT_SIZE = 12.2
LINE = 18
MARGIN = 19
HANGING = 4
"""Columns by which the rest of an overlong line is set in."""

BAR = 34
"""Height of the window's title bar, in pixels like the rest."""

SGR = re.compile(r"\x1b\[([0-9;]*)m")
CLASSES = {"1": "b", "2": "d", "31": "r", "32": "g", "33": "y", "36": "c"}
"""The codes that the text report uses, and the style class of each."""

STYLE = (
    "text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;"
    f"font-size:{FONT_SIZE}px;fill:#d6d9de}}"
    ".b{font-weight:700}.d{fill:#868e99}.r{fill:#ff7b72}.g{fill:#7ee787}.y{fill:#e3b341}.c{fill:#79c0ff}"
)


class Run(NamedTuple):
    """Characters of one style; `column` is where they begin, 0-based."""

    column: int
    text: str
    style: str


def main() -> None:
    """Run backlint and write the picture."""
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(picture(shortened(report())), encoding="utf-8")


def report() -> str:
    """The report on the shop as a terminal gets it."""
    command = [sys.executable, "-m", "linter", "--color", "always", SHOP]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode != 1:
        raise SystemExit(
            f"{SHOP} should have findings, but the exit code is {done.returncode}\n{done.stderr}"
        )
    return done.stdout


def shortened(ansi: str) -> str:
    """The first findings, a line that says how many are left out, and the closing lines."""
    blocks = ansi.strip("\n").split("\n\n")
    found = re.search(r"Found (\d+) problems", blocks[-1])
    if found is None:
        raise SystemExit("the report does not end with its numbers")
    more = f"\x1b[2m… {int(found[1]) - FINDINGS} more findings …\x1b[0m"
    return "\n\n".join([f"\x1b[32m$\x1b[0m backlint {SHOP}", *blocks[:FINDINGS], more, blocks[-1]])


def picture(ansi: str) -> str:
    """The SVG of a terminal window that shows `ansi`."""
    rows = [row for line in ansi.split("\n") for row in wrapped(list(runs(line)))]
    height = BAR + LINE * len(rows) + MARGIN
    lights = "".join(
        f'<circle cx="{MARGIN + 4 + 18 * number}" cy="{BAR // 2}" r="5.5" fill="{fill}"/>'
        for number, fill in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" role="img">',
        f"<title>backlint {SHOP}</title>",
        f"<style>{STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" rx="9" fill="#15181c"/>{lights}',
        *(drawn(row, BAR + LINE * (number + 0.75)) for number, row in enumerate(rows) if row),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def runs(line: str) -> Iterator[Run]:
    """The parts of one line between its colour codes. Raises KeyError for a code that is not in use."""
    column, style = 0, ""
    for index, part in enumerate(SGR.split(line)):
        if index % 2:
            style = " ".join(CLASSES[code] for code in part.split(";") if code not in ("", "0"))
        elif part:
            yield Run(column, part, style)
            column += len(part)


def wrapped(line: list[Run]) -> list[list[Run]]:
    """The rows that a line takes, broken at blanks."""
    text = "".join(run.text for run in line)
    rows = []
    start, indent = 0, 0
    while len(text) - start > COLUMNS - indent:
        blank = text.rfind(" ", start + 1, start + COLUMNS - indent + 1)
        end = blank if text[start:blank].strip() else start + COLUMNS - indent
        rows.append(_cut(line, start, end, indent))
        start, indent = end + (end == blank), HANGING
    return [*rows, _cut(line, start, len(text), indent)]


def _cut(line: Iterable[Run], start: int, end: int, indent: int) -> list[Run]:
    """The part of a line from column `start` to `end`, moved so that it begins at `indent`."""
    parts = (
        (max(run.column, start), run.text[max(0, start - run.column) : max(0, end - run.column)], run.style)
        for run in line
    )
    return [Run(column - start + indent, text, style) for column, text, style in parts if text]


def drawn(row: Iterable[Run], y: float) -> str:
    """One row as text; every run has its place and width, so any monospace font keeps the columns."""
    parts = []
    for run in row:
        text = run.text.strip()
        if text:
            x = MARGIN + CELL * (run.column + len(run.text) - len(run.text.lstrip()))
            style = f' class="{run.style}"' if run.style else ""
            width = f'{CELL * len(text):.1f}" lengthAdjust="spacingAndGlyphs'
            parts.append(f'<tspan x="{x:.1f}" textLength="{width}"{style}>{escape(text)}</tspan>')
    return f'<text y="{y:g}" xml:space="preserve">{"".join(parts)}</text>'


if __name__ == "__main__":
    main()
