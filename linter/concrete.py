"""Concrete syntax of single candidates and of files to be mended. The only user of LibCST's trees."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst


def statement_node(text: str, lines: tuple[int, int]) -> cst.CSTNode | None:
    """The LibCST statement on these lines (1-based, inclusive), parsed by itself.

    A block header, which is no statement by itself, is given an empty body. None when LibCST cannot
    read it.
    """
    import libcst as cst

    first, last = lines
    source = textwrap.dedent("\n".join(text.splitlines()[first - 1 : last])) + "\n"
    for candidate in (source, source + "    pass\n", f"try:\n    pass\n{source}    pass\n"):
        try:
            module = cst.parse_module(candidate)
        except Exception:
            continue
        if module.body:
            return module.body[0]
    return None
