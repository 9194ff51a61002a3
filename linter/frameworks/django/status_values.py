"""Statuses as code of Django projects writes them."""

from __future__ import annotations

import re
from http import HTTPStatus

from linter.evaluate.values import External, Value


def as_status(value: Value) -> int | None:
    """The number that a value is: itself, or what a constant of `HTTPStatus` or of DRF stands for."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, External):
        head, _, last = value.name.removesuffix(".value").rpartition(".")
        if head.endswith("HTTPStatus"):
            return HTTPStatus[last].value if last in HTTPStatus.__members__ else None
        numbered = re.match(r"HTTP_(\d{3})_", last)
        return None if numbered is None else int(numbered[1])
    return None
