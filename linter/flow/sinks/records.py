"""Log records: text that ends up in a file of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items
from linter.flow.sinks.table import ALL, rows
from linter.flow.values import Value

if TYPE_CHECKING:
    from linter.flow.access import Access

_LEVELS = "debug info warning warn error critical exception"
_LOGGERS = (
    "logging logging.Logger logging.LoggerAdapter loguru.logger flask.Flask.logger flask.current_app.logger"
)
_ESCAPING = frozenset({"pythonjsonlogger", "json_log_formatter", "json_logging", "ecs_logging", "structlog"})
"""Formatters that write a newline as two characters."""

LOG = [
    row
    for level in _LEVELS.split()
    for row in rows("log", " ".join(f"{each}.{level}" for each in _LOGGERS.split()), ALL, "", "record")
]


def text(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The line that a record writes, as far as it is a line."""
    if not args.positional or not _ESCAPING.isdisjoint(act.engine.project.imported):
        return None
    message, *others = args.positional
    if not others:
        return message
    given = act.allocate(Items("tuple", tuple(others)))
    return act.engine.strings.percent(act, message, given)  # type: ignore[arg-type]
