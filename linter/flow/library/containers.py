"""Methods of lists, dicts, sets, and of library objects whose state is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow import checks
from linter.flow.arguments import Args
from linter.flow.heap import (
    CONFIG,
    CONTEXT,
    NAMED_TUPLE,
    QUEUE,
    REST,
    Entries,
    Instance,
    Items,
    Native,
    Record,
    joined,
)
from linter.flow.kinds import lacking
from linter.flow.library import sets
from linter.flow.library.buffers import BUFFER, BYTES, method_of_buffer, method_of_bytes
from linter.flow.library.files import FILE, WRITER, method_of_file, method_of_writer
from linter.flow.library.parsers import SAX, method_of_reader
from linter.flow.library.patterns import COMPILED, method_of_pattern
from linter.flow.library.templates import ENVIRONMENTS, TEMPLATE, method_of_environment, method_of_template
from linter.flow.library.texts import PATTERN, method_of_pattern_text
from linter.flow.values import (
    A_BOOL,
    A_NUMBER,
    CHAR,
    NONE,
    STRING,
    TRUE,
    UNKNOWN,
    Value,
    const_of,
    constant,
    join,
    marked,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls


class Containers:
    """What methods of containers give and change."""

    def method(self, act: Calls, receiver: Value, record: Record, name: str, args: Args) -> Value | None:
        """`receiver.name(...)`; None when the method is not known."""
        if type(record) is Items:
            return self._of_items(act, receiver, record, name, args)
        if type(record) is Entries:
            return self._of_entries(act, receiver, record, name, args)
        if type(record) is Native:
            return self._of_native(act, receiver, record, name, args)
        if type(record) is Instance:
            return None
        return UNKNOWN

    def _of_items(self, act: Calls, receiver: Value, record: Items, name: str, args: Args) -> Value | None:
        items, rest = record.items, record.rest
        first = args.given(0)
        if name in ("append", "add", "appendleft"):
            grown = (
                Items(record.kind, (*items, first))
                if rest is None
                else record._replace(rest=join(rest, first))
            )
            if name == "appendleft":
                grown = Items(record.kind, (first, *items), rest)
            act.store(receiver, grown)
            return NONE
        if record.kind == QUEUE:
            found = self._of_queue(act, receiver, record, name, args)
            if found is not None:
                return found
        if name in ("extend", "update"):
            known, more = act.elements(first)
            if rest is None:
                act.store(receiver, Items(record.kind, (*items, *known), more))
            else:
                act.store(receiver, record._replace(rest=joined(known, rest, more)))
            return NONE
        if name == "insert":
            position = const_of(first)
            value = args.given(1)
            if isinstance(position, int) and 0 <= position <= len(items):
                act.store(receiver, Items(record.kind, (*items[:position], value, *items[position:]), rest))
            else:
                act.store(receiver, Items(record.kind, (), joined([*items, value], rest)))
            return NONE
        if name in ("pop", "popleft"):
            return self._popped(
                act,
                receiver,
                record,
                0 if name == "popleft" else const_of(args.given(0, "") if args.positional else constant(-1)),
            )
        if name in ("clear",):
            act.store(receiver, Items(record.kind, ()))
            return NONE
        turns = const_of(args.get(0, "n") or constant(1)) if name == "rotate" else ...
        if isinstance(turns, int) and rest is None and items:
            at = -turns % len(items)
            act.store(receiver, Items(record.kind, (*items[at:], *items[:at])))
            return NONE
        if name == "reverse" and rest is None:
            act.store(receiver, Items(record.kind, items[::-1]))
            return NONE
        if name == "remove" and (left := _without(items, first)) is not None and rest is None:
            act.store(receiver, Items(record.kind, left))
            return NONE
        if name in ("reverse", "sort", "remove", "discard", "rotate"):
            act.store(receiver, Items(record.kind, (), joined([*items], rest)))
            return NONE
        if name in ("copy", "__iter__"):
            return act.allocate(record)
        if name in sets.METHODS:
            return sets.combined(act, name, receiver, first) if args.positional else act.allocate(record)
        if name == "issubset":
            return Value(A_BOOL.shape, (), act.subset(receiver, first))
        if name == "isdisjoint":
            shared = sets.shared_by(act, receiver, first) + sets.shared_by(act, first, receiver)
            return Value(A_BOOL.shape, (), (), shared)
        if name in ("index", "count"):
            return Value(None)
        return None

    def _of_queue(self, act: Calls, receiver: Value, record: Items, name: str, args: Args) -> Value | None:
        if name in ("put", "put_nowait"):
            return self._of_items(act, receiver, record, "append", args)
        if name in ("get", "get_nowait"):
            return self._popped(act, receiver, record, 0)
        return A_NUMBER if name == "qsize" else None

    def _popped(self, act: Calls, receiver: Value, record: Items, position: object) -> Value:
        items, rest = record.items, record.rest
        known = isinstance(position, int) and -len(items) <= position < len(items)
        if known and isinstance(position, int) and (position >= 0 or rest is None):
            left = list(items)
            found = left.pop(position)
            act.store(receiver, Items(record.kind, tuple(left), rest))
            return found
        any_item = joined([*items], rest) or UNKNOWN
        act.store(receiver, Items(record.kind, (), any_item))
        return any_item

    def _of_entries(
        self, act: Calls, receiver: Value, record: Entries, name: str, args: Args
    ) -> Value | None:
        if name in ("get", "pop", "setdefault"):
            return self._got(act, receiver, record, name, args)
        if name == "update":
            for each in args.positional:
                record = act.updated(record, each)
            for key, value in args.keywords.items():
                record = act.with_key(record, constant(key), value)
            act.store(receiver, record)
            return NONE
        if name == "keys":
            return act.allocate(Items("list", tuple([constant(key) for key in record.entries]), record.keys))
        if name == "values":
            return act.allocate(Items("list", tuple(record.entries.values()), record.rest))
        if name == "items":
            pairs = [
                act.allocate(Items("tuple", (constant(key), value))) for key, value in record.entries.items()
            ]
            more = None
            if record.rest is not None or record.keys is not None:
                more = act.allocate(Items("tuple", (record.keys or UNKNOWN, record.rest or UNKNOWN)))
            return act.allocate(Items("list", tuple(pairs), more))
        if name == "copy":
            return act.allocate(record)
        if name == "clear":
            act.store(receiver, record._replace(entries={}, rest=None, keys=None))
            return NONE
        if name == "popitem":
            return act.any_element(act.method(receiver, "items", Args()))
        if name == "most_common":
            keys = act.any_element(receiver)
            return act.allocate(Items("list", (), act.allocate(Items("tuple", (keys, A_NUMBER)))))
        if name == "total":
            return A_NUMBER
        return None

    def _got(self, act: Calls, receiver: Value, record: Entries, name: str, args: Args) -> Value:
        key = args.given(0)
        known = const_of(key)
        default = args.get(1, "default")
        if known is not ... and known in record.entries:
            found = act.entry(record, known)
            if name == "pop":
                left = {each: value for each, value in record.entries.items() if each != known}
                act.store(receiver, record._replace(entries=left))
            return found
        fallback = NONE if default is None else default
        if name == "setdefault":
            kept = fallback if record.rest is None else join(fallback, record.rest)
            act.store(receiver, act.with_key(record, key, kept))
        if known is not ... and record.rest is None:
            return fallback
        if known is ... and record.keys is None:
            fallback = _other_than(fallback, key, record)
        found = join(act.entry(record, known), fallback)
        if known is ... and default is None and record.keys is None and record.rest is None:
            # Nothing but what is under its keys is true.
            return Value(found.shape, found.taints, checks.known(key), found.no)
        return found

    def _of_native(self, act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value | None:
        act.engine.sinks.called(act, f"{record.name}.{name}", args, receiver)
        if record.name == COMPILED:
            return method_of_pattern(act, record.fields["pattern"], name, args)
        if record.name == BUFFER:
            return method_of_buffer(act, receiver, record, name, args)
        if record.name == BYTES:
            return method_of_bytes(act, receiver, record, name, args)
        if record.name == FILE:
            return method_of_file(act, receiver, record, name, args)
        if record.name == WRITER:
            return method_of_writer(act, record, args)
        if record.name in ENVIRONMENTS:
            return method_of_environment(act, record, name, args)
        if record.name == TEMPLATE:
            return method_of_template(act, record, name, args)
        if record.name == PATTERN:
            return method_of_pattern_text(act, record, name, args)
        if record.name == CONTEXT:
            if name == "set":
                act.store(receiver, Native(CONTEXT, {"value": args.given(0)}))
                return UNKNOWN
            return record.fields.get("value") or args.get(0) or UNKNOWN
        if record.name == NAMED_TUPLE:
            return self._of_named_tuple(act, record, name, args)
        if record.name == CONFIG:
            return self._of_config(act, receiver, record, name, args)
        if record.name == SAX:
            if name == "setFeature":
                self._set_feature(act, receiver, record, args)
                return NONE
            return method_of_reader(act, receiver, record, name, args)
        return Value(None, act.deep_taints(receiver))

    def _set_feature(self, act: Calls, receiver: Value, record: Native, args: Args) -> None:
        feature, state = args.given(0).shape, const_of(args.given(1))
        name = str(getattr(feature, "name", getattr(feature, "value", "")))
        if "external" not in name:
            return
        fields = {key: each for key, each in record.fields.items() if key != "entities"}
        if state is ... or state:
            fields["entities"] = TRUE
        act.store(receiver, Native(record.name, fields))

    def _of_named_tuple(self, act: Calls, record: Native, name: str, args: Args) -> Value | None:
        if name == "_replace":
            return act.allocate(Native(record.name, {**record.fields, **dict(args.keywords.items())}))
        if name == "_asdict":
            return act.allocate(Entries(dict(record.fields)))
        return Value(None)

    def _of_config(self, act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
        section, option = const_of(args.given(0, "section")), args.given(1, "option")
        known = record.fields.get(section) if section is not ... else None
        rest = record.fields.get(REST)
        if name == "set":
            held = Entries({}) if known is None else act.record(known)
            key = REST if section is ... else section
            entries = act.with_key(
                held if type(held) is Entries else Entries({}), option, args.given(2, "value")
            )
            act.store(receiver, Native(record.name, {**record.fields, key: act.allocate(entries)}))
            return NONE
        if name in ("getint", "getboolean", "getfloat"):
            return UNKNOWN
        if name in ("get", "items"):
            if section is ...:
                return Value(STRING, act.deep_taints(receiver))
            sections = [each for each in (known, rest) if each is not None]
            found = [
                act.item(each, option) if name == "get" else act.method(each, "items", Args())
                for each in sections
            ]
            return joined(found) or args.get(-1, "fallback") or UNKNOWN
        read = act.record(args.given(0)) if name == "read_dict" else None
        if type(read) is Entries and read.rest is None:
            act.store(receiver, Native(record.name, {**record.fields, **read.entries}))
            return NONE
        if name in ("read_string", "read_dict", "read_file"):
            act.store(
                receiver, Native(record.name, {**record.fields, REST: self._read_config(act, name, args)})
            )
        return UNKNOWN

    def _read_config(self, act: Calls, name: str, args: Args) -> Value:
        taints = act.deep_taints(args.given(0))
        if name == "read_dict" and type(act.record(args.given(0))) is Entries:
            return act.any_element(act.method(args.given(0), "values", Args()))
        return act.allocate(Entries({}, Value(STRING, taints), Value(STRING, taints)))


def _other_than(fallback: Value, key: Value, record: Entries) -> Value:
    """The default of `table.get(char, char)`: a character that the table does not have."""
    single = [each for each in record.entries if isinstance(each, str) and len(each) == 1]
    if fallback.taints != key.taints or not all(CHAR in each.way[-1:] for each in key.taints):
        return fallback
    return Value(fallback.shape, marked(fallback.taints, lacking("".join(single))))


def _without(items: tuple[Value, ...], value: Value) -> tuple[Value, ...] | None:
    """Items without the first one that equals a value; None when it is not known which one that is."""
    wanted = const_of(value)
    for position, each in enumerate(items):
        known = const_of(each)
        if ... in (wanted, known):
            return None
        if known == wanted:
            return items[:position] + items[position + 1 :]
    return None
