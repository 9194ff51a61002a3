"""Sets of words, written as lines of them."""

from __future__ import annotations


def keywords(text: str) -> frozenset[str]:
    """The words of `text`, which are separated by white space."""
    return frozenset(text.split())
