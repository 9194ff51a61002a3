"""Blank what is not SQL in a SQL text, keeping every other character at its offset.

Scripts hold lines for the client program (`\\connect`, `DELIMITER`), data after COPY, and holes of
template languages. A hole that stands for a value or a name becomes a run of underscores, which is
an identifier; everything else becomes spaces. Line ends are kept.
"""

from __future__ import annotations

import re

_FILLER = "_"

_OPENER = re.compile(
    r"""['"`#]|--|/\*|\{\{|\{%|\{\#|\$\{|\{|\$(?:[^\W\d]\w*)?\$|^\\|^[ ]*COPY[ ]""",
    re.MULTILINE | re.IGNORECASE,
)
_NEEDS_CLEANING = re.compile(r"\{|^\\|^[ ]*COPY[ ]|^[ \t]*DELIMITER[ \t]", re.MULTILINE | re.IGNORECASE)
_DELIMITER_LINE = re.compile(r"^[ \t]*DELIMITER[ \t]+(\S+)[^\n]*", re.MULTILINE | re.IGNORECASE)
_HOLE = re.compile(r"\{[^{}'\"\n;]{0,200}\}")
_NOT_LINE_END = re.compile(r"[^\r\n]")
_TEMPLATES = {"{{": ("}}", _FILLER), "{%": ("%}", " "), "{#": ("#}", " "), "${": ("}", _FILLER)}


def is_hole(name: str) -> bool:
    """Whether `name` stands for a template hole, or for one of Python (`hole_3`), and so is unknown."""
    return not name.strip(_FILLER) or (name.startswith("hole_") and name[5:].isdigit())


def clean(text: str, dialect: str) -> str:
    """`text` with everything blanked that the tokenizer of `dialect` must not see."""
    if not _NEEDS_CLEANING.search(text):
        return text
    if dialect == "mysql":
        text = _without_delimiters(text)
    return _Cleaner(text, mysql=dialect == "mysql").run()


def _blank(text: str, filler: str = " ") -> str:
    return _NOT_LINE_END.sub(filler, text)


def _without_delimiters(text: str) -> str:
    """Replace the client's own statement delimiter by `;` and drop the lines that announce it."""
    pieces = []
    position, delimiter = 0, ";"
    for line in _DELIMITER_LINE.finditer(text):
        pieces.append(_with_semicolons(text[position : line.start()], delimiter))
        pieces.append(_blank(line[0]))
        position, delimiter = line.end(), line[1]
    pieces.append(_with_semicolons(text[position:], delimiter))
    return "".join(pieces)


def _with_semicolons(text: str, delimiter: str) -> str:
    return text if delimiter == ";" else text.replace(delimiter, ";".ljust(len(delimiter)))


class _Cleaner:
    """One pass over a text that steps over strings and comments and blanks the rest."""

    def __init__(self, text: str, *, mysql: bool) -> None:
        self.text = text
        self.mysql = mysql
        self.position = 0
        self.kept = 0
        self.pieces: list[str] = []
        self.missing: set[str] = set()

    def run(self) -> str:
        while opener := _OPENER.search(self.text, self.position):
            self.position = opener.end()
            self._pass(opener[0], opener.start())
        self.pieces.append(self.text[self.kept :])
        return "".join(self.pieces)

    def _pass(self, opener: str, start: int) -> None:
        if opener in ("'", '"', "`"):
            self._skip_string(opener)
        elif opener == "--" or (opener == "#" and self.mysql):
            self._skip_to("\n")
        elif opener == "/*":
            self._skip_to("*/")
        elif opener in _TEMPLATES:
            closer, filler = _TEMPLATES[opener]
            if self._skip_to(closer):
                self._replace(start, self.position, filler)
        elif opener == "{":
            if hole := _HOLE.match(self.text, start):
                self._replace(start, hole.end(), _FILLER)
        elif opener == "\\":
            self._skip_to("\n")
            self._replace(start, self.position, " ")
        elif opener.endswith("$"):
            self._skip_to(opener)
        elif opener != "#":
            self._blank_copy_data()

    def _skip_string(self, quote: str) -> None:
        """Move behind the closing quote. A doubled quote opens a next string, which is as good."""
        while self._skip_to(quote) and self.mysql and self._is_escaped(self.position - 1):
            pass

    def _is_escaped(self, position: int) -> bool:
        before = self.text[max(0, position - 64) : position]
        return (len(before) - len(before.rstrip("\\"))) % 2 == 1

    def _skip_to(self, closer: str) -> bool:
        """Move behind the next `closer`; a missing one is searched for once only."""
        if closer in self.missing:
            return False
        end = self.text.find(closer, self.position)
        if end < 0:
            self.missing.add(closer)
            if closer == "\n":
                self.position = len(self.text)
            return False
        self.position = end + len(closer)
        return True

    def _replace(self, start: int, end: int, filler: str) -> None:
        self.pieces += (self.text[self.kept : start], _blank(self.text[start:end], filler))
        self.kept = self.position = end

    def _blank_copy_data(self) -> None:
        """Blank the rows between `COPY … FROM stdin;` and the line `\\.`."""
        header = self.text.find(";", self.position)
        if header < 0 or not re.search(r"\bFROM\s+STDIN\b", self.text[self.position : header][-200:], re.I):
            return
        end = self.text.find("\n\\.", header)
        end = len(self.text) if end < 0 else end + 3
        self._replace(header + 1, end, " ")
