"""Document stores: filters and scripts that a value becomes part of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Entries, Items, joined
from linter.flow.names import DOCUMENT_CLIENTS
from linter.flow.sinks.table import rows
from linter.flow.sources.tables import JSON
from linter.flow.values import Named, Value, is_text

if TYPE_CHECKING:
    from linter.flow.access import Access

_SCRIPTS = frozenset({"$where", "$function", "$accumulator"})
_HOLDING_FILTERS = frozenset({"$or", "$and", "$nor", "$match", "$elemMatch"})
"""Operators and stages below which filters stand."""
_DRIVERS = frozenset({"pymongo", "motor", "mongoengine", "beanie", "flask_pymongo", "odmantic"})

NOSQL = [
    *rows(
        "nosql",
        "?.find_one ?.find_one_and_update ?.find_one_and_delete ?.find_one_and_replace ?.delete_one"
        " ?.delete_many ?.update_one ?.update_many ?.replace_one ?.count_documents",
        0,
        "filter",
        "is-filter",
    ),
    *rows("nosql", "?.find", 0, "filter", "is-filter-of-find"),
    *rows("nosql", "?.distinct", 1, "filter", "is-filter-of-find"),
    *rows("nosql", "?.aggregate", 0, "pipeline", "is-filter-of-find"),
    *rows("nosql", "?.objects", -1, "__raw__", "is-filter"),
]


def are_used(act: Access) -> bool:
    """Whether the project talks to a document store."""
    return not _DRIVERS.isdisjoint(act.engine.project.imported)


def is_filter(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """What of a filter may hold operators: values that may be objects, and the text of a script."""
    if value is None:
        return None
    found: list[Value] = []
    _collect(act, value, found, 0)
    return joined(found)


def is_filter_of_find(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The same for names that other things have too: the filter, or the collection, must look like one."""
    if value is None or (act.record(value) is None and not _is_collection(receiver)):
        return None
    return is_filter(act, args, value, receiver)


def _is_collection(receiver: Value) -> bool:
    return type(receiver.shape) is Named and receiver.shape.name.startswith(DOCUMENT_CLIENTS)


def _collect(act: Access, value: Value, found: list[Value], depth: int) -> None:
    record = act.record(value)
    if type(record) is Entries and depth < 4:
        for key, each in record.entries.items():
            if key in _SCRIPTS:
                found.append(each)
            elif isinstance(key, str) and key.startswith("$") and key not in _HOLDING_FILTERS:
                # `{"$eq": value}`: below an operator that the program wrote, a value is a value.
                continue
            else:
                _collect(act, each, found, depth + 1)
        if record.rest is not None and record.rest.taints:
            found.append(record.rest)
    elif type(record) is Items and depth < 4:
        for each in record.items:
            _collect(act, each, found, depth + 1)
    elif value.taints and not is_text(value.shape):
        shape = value.shape
        if type(shape) is Named and shape.name == JSON:
            found.append(value)
