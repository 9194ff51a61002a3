"""The line hash by which GitHub recognises an alert after lines have moved (`primaryLocationLineHash`).

A line's hash covers the 100 characters from its start on, without spaces and tabs, so it survives
edits elsewhere and new indentation. Equal hashes are told apart by an occurrence number.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

WINDOW = 100
_FACTOR = 37
_MASK = 2**64 - 1
_DROPPED_POWER = pow(_FACTOR, WINDOW, 2**64)
_END_MARK = 65535
_LINE_FEED = 10
_SKIPPED = frozenset(b" \t")


def line_hashes(lines: Sequence[str]) -> list[str]:
    """`hash:occurrence` of each line, for a file that ends with a line end; one for the end of the file."""
    characters, starts = _characters("".join(line + "\n" for line in lines))
    wanted = set(starts)
    hashes: list[str] = []
    seen: dict[int, int] = {}
    rolling = 0
    for position, character in enumerate(characters):
        first = position - WINDOW
        if first in wanted:
            seen[rolling] = seen.get(rolling, 0) + 1
            hashes.append(f"{rolling:x}:{seen[rolling]}")
        leaving = characters[first] if first >= 0 else 0
        rolling = (rolling * _FACTOR + character - leaving * _DROPPED_POWER) & _MASK
    return hashes


def _characters(text: str) -> tuple[list[int], list[int]]:
    """The UTF-16 code units that count, padded to a full last window, and where lines start among them."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    units = struct.unpack(f"<{len(encoded) // 2}H", encoded)
    characters: list[int] = []
    starts = [0]
    for unit in units:
        if unit in _SKIPPED:
            continue
        characters.append(unit)
        if unit == _LINE_FEED:
            starts.append(len(characters))
    return [*characters, _END_MARK, *[0] * WINDOW], starts
