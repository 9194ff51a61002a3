"""Log records: text that ends up in a file of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items
from linter.flow.sinks.table import ALL, rows
from linter.flow.values import Named, Taints, Value, merge

if TYPE_CHECKING:
    from linter.flow.access import Access

_LEVELS = "debug info warning warn error critical exception"
_LOGGERS = (
    "logging logging.Logger logging.LoggerAdapter loguru.logger flask.Flask.logger flask.current_app.logger"
)
_HIDDEN = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.types.SecretStr"})
_ESCAPING = frozenset({"pythonjsonlogger", "json_log_formatter", "json_logging", "ecs_logging", "structlog"})
"""Formatters that write a newline as two characters."""

_CALLS = " ".join(f"{logger}.{level}" for level in _LEVELS.split() for logger in _LOGGERS.split())
_STRUCTLOG = " ".join(f"structlog.BoundLogger.{level}" for level in _LEVELS.split())

LOG = [
    *rows("log", _CALLS, ALL, "", "line"),
    # The same calls once more for what a record tells, whatever its form.
    *rows("record", f"{_CALLS} {_STRUCTLOG}", ALL, "", "record"),
]
_HASHES = "md5 sha1 sha224 sha256 sha384 sha512 sha3_256 sha3_512 blake2b blake2s"
DIGEST = rows("digest", " ".join(f"hashlib.{each}" for each in _HASHES.split()), 0, "string")
"""Fast hashes: which secrets they are given is for a rule to say."""


def line(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The line that a record writes, as far as it is a line."""
    if not args.positional or not _ESCAPING.isdisjoint(act.engine.project.imported):
        return None
    message, *others = args.positional
    if not others:
        return message
    given = act.allocate(Items("tuple", tuple(others)))
    return act.engine.strings.percent(act, message, given)  # type: ignore[arg-type]


def told(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """All that a record writes out; a value that hides itself when it is printed is left out."""
    shown = [each for each in args.all() if not _hides_itself(each)]
    taints: Taints = ()
    for each in shown:
        taints = merge(taints, act.deep_taints(each))
    return Value(None, taints) if taints else None


def _hides_itself(value: Value) -> bool:
    return type(value.shape) is Named and value.shape.name in _HIDDEN
