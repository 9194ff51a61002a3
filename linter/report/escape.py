"""Hostile text made harmless: what comes from the checked repository, ready for each output.

File names, messages and source lines may hold terminal escapes, newlines, bidirectional overrides or
lone surrogates. Each output has its own rule for what must never pass through.
"""

from __future__ import annotations

import re
import unicodedata

_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JOINERS = "\u200c\u200d"
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible_character(character: str) -> str:
    """The character itself, or its escape when a reader could not see it or a terminal would obey it."""
    if character.isprintable() or character in _JOINERS:
        return character
    if unicodedata.category(character) not in _UNSEEN:
        return character
    return _NAMED.get(character) or character_escape(character)


def character_escape(character: str) -> str:
    r"""The shortest Python escape: `\x1b`, `\u202e` or `\U000e0001`."""
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def visible(text: str) -> str:
    """One line in which controls, line ends, invisible characters and surrogates show as escapes."""
    if text.isprintable():
        return text
    return "".join(map(visible_character, text))


def harmless_log(text: str) -> str:
    """`text` without anything that a CI runner reading the log would take for a command."""
    if "::" in text:
        text = re.sub(r"(?m)^([^\S\n]*):(?=:)", r"\1\\x3a", text)
    return text.replace("##[", "#\\x23[")


def unicode_text(text: str) -> str:
    """`text` that can be encoded: lone surrogates become U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
