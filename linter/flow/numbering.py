"""Sets of bits from the last run, as bits of this one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linter.resolve.trace import Trace


class Numbering:
    """The bits of a run's trace for those of the last run, whose keys were `keys` in the order of its bits.

    Most keys follow each other in both runs, so that whole stretches of bits move together.
    """

    def __init__(self, keys: Sequence[str], trace: Trace) -> None:
        self._stretches: list[tuple[int, int, int]] = []
        """The first bit of a stretch, as many set bits as it is long, and its first bit now."""
        first, first_now, length = 0, 0, 0
        for position, key in enumerate(keys):
            now = trace.bit(key).bit_length() - 1
            if now - first_now != position - first:
                self._stretches.append((first, (1 << length) - 1, first_now))
                first, first_now, length = position, now, 0
            length += 1
        self._stretches.append((first, (1 << length) - 1, first_now))

    def bits(self, packed: bytes) -> int:
        """A set of bits as it was kept, in little-endian order, as bits of this run."""
        seen = int.from_bytes(packed, "little")
        found = 0
        for first, mask, first_now in self._stretches:
            found |= (seen >> first & mask) << first_now
        return found
