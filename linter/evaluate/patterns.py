"""Matches regular expressions of the checked project, those alone that come to an end quickly."""

from __future__ import annotations

import re
import warnings

from linter.evaluate.values import HOLE

_LONG = 500
_REPEATS = "*+{"
_AT_MOST = 3
"""Repeats in one pattern: each multiplies the steps that a failing match may take."""

MATCHERS = frozenset({"match", "search", "fullmatch"})


def matches(pattern: object, text: object, how: str) -> bool | None:
    """Whether a pattern matches a text by `re.match`, `re.search` or `re.fullmatch`; None if not known.

    Patterns whose groups repeat, or that repeat a lot, are not tried: they may run for hours.
    """
    if not isinstance(pattern, str) or not isinstance(text, str) or how not in MATCHERS:
        return None
    pattern = _without_prefix(pattern)
    if HOLE in pattern or HOLE in text or len(pattern) > _LONG or len(text) > _LONG:
        return None
    if not _is_quick(pattern):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return getattr(re, how)(pattern, text) is not None
    except (re.error, RecursionError, OverflowError):
        return None


def _without_prefix(pattern: str) -> str:
    """A pattern that begins with something unknown, as paths are kept: without it."""
    for start in (HOLE, "^" + HOLE):
        rest = pattern.removeprefix(start)
        if rest != pattern and any(each.isalnum() for each in rest):
            return start.removesuffix(HOLE) + rest
    return pattern


def _is_quick(pattern: str) -> bool:
    if sum(pattern.count(repeat) for repeat in _REPEATS) > _AT_MOST:
        return False
    if any(")" + repeat in pattern for repeat in _REPEATS):
        return False
    return "(?" not in pattern.replace("(?P<", "").replace("(?:", "")
