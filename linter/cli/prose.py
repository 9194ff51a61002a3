"""Rule documentation, which is Markdown, for reading in a terminal."""

from __future__ import annotations

import re

from linter.report.escape import visible
from linter.report.terminal import Paint

_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")


def render(markdown: str, paint: Paint) -> list[str]:
    """The lines of a text: headings stand out, code is coloured. Without colour nothing is taken away."""
    if not paint.colour:
        return [visible(line) for line in markdown.splitlines()]
    lines = []
    fenced = False
    for line in map(visible, markdown.splitlines()):
        if line.startswith("```"):
            fenced = not fenced
        elif line.startswith("#") and not fenced:
            lines.append(paint.bold(line.lstrip("# ")))
        elif fenced or line.startswith("    "):
            lines.append(paint("36", line))
        else:
            lines.append(_CODE.sub(lambda match: paint("36", match[1]), line))
    return lines
