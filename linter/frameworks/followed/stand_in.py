"""The stand-in for a handler, which tells whether code that guards it reaches it."""

from __future__ import annotations

from linter.evaluate.values import NOWHERE, Made, Value

_VIEW = "the view"
VIEW = Made(_VIEW, [], {}, NOWHERE, 0)
"""Stands in for the handler that a guard protects."""


def is_view(value: Value) -> bool:
    """Whether a value is the stand-in."""
    return getattr(value, "name", None) == _VIEW
