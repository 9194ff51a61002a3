"""Text from the checked repository, ready for HTML, XML and Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape as escape_html

from linter.report.escape import character_escape, visible

_MARKDOWN_SPECIAL = re.compile(r"[\\`*_\[\]<>|&~$]")
_MARKDOWN_BLOCK = re.compile(r"^(\s*)(?=[#+=-])|^(\s*\d+)(?=[.)])")
_MARKDOWN_LIVE = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|www(?=\.)", re.IGNORECASE)
_CODE = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_BACKTICKS = re.compile(r"`+")
_XML_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Text for XML 1.0, as content or in a quoted attribute."""
    return escape_html(_XML_FORBIDDEN.sub(lambda match: character_escape(match[0]), text))


def html_text(text: str) -> str:
    """Text for HTML, as content or in a quoted attribute."""
    return escape_html(visible(text))


def code_parts(text: str) -> Iterator[tuple[bool, str]]:
    """Split a message at its backticks into (is code, text) parts; unpaired backticks are text."""
    for index, part in enumerate(_CODE.split(text)):
        if part:
            yield index % 2 == 1, part


def html_message(text: str) -> str:
    """A message as HTML, what stands between backticks as code."""
    return "".join(
        f"<code>{html_text(part)}</code>" if is_code else html_text(part)
        for is_code, part in code_parts(text)
    )


def markdown_message(text: str) -> str:
    """A message as one line of Markdown: code spans kept, all other markup, mentions and links inert."""
    return "".join(
        markdown_code(part) if is_code else markdown_text(part) for is_code, part in code_parts(text)
    )


def markdown_text(text: str) -> str:
    """Plain text as one line of Markdown that renders as it reads."""
    inert = _MARKDOWN_LIVE.sub("\\g<0>\0", visible(text))
    escaped = _MARKDOWN_SPECIAL.sub(r"\\\g<0>", inert)
    return _MARKDOWN_BLOCK.sub(r"\g<0>\\", escaped).replace("\0", "<!-- -->")


def markdown_code(text: str) -> str:
    """A code span, on one line."""
    shown = visible(text)
    ticks = "`" * (_longest_backticks(shown) + 1)
    padding = " " if shown[:1] in ("`", " ", "") or shown[-1:] in ("`", " ") else ""
    return f"{ticks}{padding}{shown}{padding}{ticks}"


def markdown_cell(markdown: str) -> str:
    """One line of Markdown as the cell of a table."""
    return markdown.replace("\\|", "|").replace("|", "\\|")


def markdown_fence(text: str, language: str = "") -> str:
    """A fenced block that `text` cannot close."""
    ticks = "`" * max(3, _longest_backticks(text) + 1)
    return f"{ticks}{language}\n{text}\n{ticks}"


def _longest_backticks(text: str) -> int:
    return max(map(len, _BACKTICKS.findall(text)), default=0)
