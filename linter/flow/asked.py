"""The path that a request asks for, as a handler reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from linter.flow.entries import Entry
from linter.flow.handlers import is_error_handler
from linter.flow.values import STRING, UNKNOWN, Value, gathered, text

if TYPE_CHECKING:
    from linter.flow.engine import Engine

_PLACEHOLDER = re.compile(r"\{(\w+)(?::[^{}]*)?\}")


def path_asked(engine: Engine, entry: Entry, names: dict[str, Value]) -> Value:
    """What `request.path` is in the handler at hand: the route, with what fills its placeholders.

    Only a handler of errors is reached by any path.
    """
    route = entry.route
    if route is None:
        sent = engine.sources.parameter(entry.function, "path", "request.path", STRING)
        return sent if is_error_handler(entry.function) else UNKNOWN
    parts: list[str | Value] = []
    for position, piece in enumerate(_PLACEHOLDER.split(route.path)):
        parts.append(piece if position % 2 == 0 else names.get(piece, UNKNOWN))
    taints = gathered([each for each in parts if not isinstance(each, str)])
    return Value(text(parts) if route.complete else STRING, taints)
