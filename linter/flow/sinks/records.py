"""Log records: text that ends up in a file of lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Entries, Instance, Items, values_of
from linter.flow.sinks.table import ALL, rows
from linter.flow.values import A_STRING, Taints, Value, is_hidden, merge
from linter.shapes import shape_of

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.resolve.definitions import Class

_LEVELS = "debug info warning warn error critical exception"
_LOGGERS = (
    "logging logging.Logger logging.LoggerAdapter loguru.logger flask.Flask.logger flask.current_app.logger"
)
_ESCAPING = frozenset({"pythonjsonlogger", "json_log_formatter", "json_logging", "ecs_logging", "structlog"})
"""Formatters that write a newline as two characters."""
_PRINTED = frozenset({"attrs", "dataclass", "msgspec", "namedtuple", "pydantic", "sqlmodel", "typeddict"})
"""Libraries whose instances print as all of their fields."""
_NESTED = 4

_CALLS = " ".join(f"{logger}.{level}" for level in _LEVELS.split() for logger in _LOGGERS.split())
_STRUCTLOG = " ".join(f"structlog.BoundLogger.{level}" for level in _LEVELS.split())

_LEVELED = " ".join(f"{logger}.log" for logger in _LOGGERS.split())

LOG = [
    *rows("log", _CALLS, ALL, "", "line"),
    *rows("log", _LEVELED, ALL, "", "leveled-line"),
    # The same calls once more for what a record tells, whatever its form.
    *rows("record", f"{_CALLS} {_LEVELED} {_STRUCTLOG}", ALL, "", "record"),
]
_HASHES = "md5 sha1 sha224 sha256 sha384 sha512 sha3_256 sha3_512 blake2b blake2s"
DIGEST = [
    *rows("digest", " ".join(f"hashlib.{each}" for each in _HASHES.split()), 0, "string"),
    *rows("digest", " ".join(f"hashlib.{each}().update" for each in _HASHES.split()), 0, "data"),
]
"""Fast hashes: which secrets they are given is for a rule to say."""


def line(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The line that a record writes, as far as it is a line."""
    if not args.positional or not _ESCAPING.isdisjoint(act.engine.project.imported):
        return None
    message, *others = args.positional
    if not others:
        return message
    shown = [A_STRING if is_hidden(each) else each for each in others]
    # A single mapping is what the names in the message are looked up in.
    is_mapping = len(shown) == 1 and type(act.record(shown[0])) is Entries
    given = shown[0] if is_mapping else act.allocate(Items("tuple", tuple(shown)))
    return act.engine.strings.percent(act, message, given)  # type: ignore[arg-type]


def leveled_line(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The same where the level stands in front: `logger.log(level, message, ...)`."""
    return line(act, Args(args.positional[1:], args.keywords, args.rest), value, receiver)


def told(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """All that a record writes out; a value that hides itself when it is printed is left out."""
    taints: Taints = ()
    for each in args.all():
        taints = merge(taints, _shown(act, each))
    return Value(None, taints) if taints else None


def _shown(act: Access, value: Value, depth: int = 0) -> Taints:
    """The taints of what is seen of a value when it is printed."""
    if is_hidden(value):
        return ()
    record = act.record(value)
    if record is None or depth > _NESTED:
        return act.deep_taints(value)
    taints = value.taints
    if type(record) is not Instance or tells_fields(act, record.cls):
        for each in values_of(record):
            taints = merge(taints, _shown(act, each, depth + 1))
    return taints


def tells_fields(act: Access, cls: Class) -> bool:
    """Whether an instance of a class prints as what its fields hold; an error prints what it was given."""
    project = act.engine.project
    project.trace.log.append(act.engine.declarations)
    shape = shape_of(project, cls)
    return project.derives(cls, "BaseException") if shape is None else shape.library in _PRINTED
