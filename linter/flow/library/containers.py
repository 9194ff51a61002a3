"""Methods of lists, dicts, sets, and of library objects whose state is followed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Entries, Instance, Items, Native, Record, joined, maybe_join
from linter.flow.library.patterns import method_of_pattern
from linter.flow.values import NONE, STRING, TRUE, UNKNOWN, Value, const_of, constant, join

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
        if name in ("reverse", "sort", "remove", "discard"):
            act.store(receiver, Items(record.kind, (), joined([*items], rest)))
            return NONE
        if name in ("copy", "union", "intersection", "difference", "__iter__"):
            return act.allocate(record)
        if name in ("index", "count"):
            return Value(None)
        return None

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
            act.store(receiver, Entries({}))
            return NONE
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
            act.store(receiver, act.with_key(record, key, fallback))
        if known is not ... and record.rest is None:
            return fallback
        return join(act.entry(record, known), fallback)

    def _of_native(self, act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value | None:
        act.engine.sinks.called(act, f"{record.name}.{name}", args, receiver)
        if record.name == "re.Pattern":
            return method_of_pattern(act, record.fields["pattern"], name, args)
        if record.name == "io.StringIO":
            return self._of_buffer(act, receiver, record, name, args)
        if record.name == "configparser.ConfigParser":
            return self._of_config(act, receiver, record, name, args)
        if record.name == "xml.sax.xmlreader.XMLReader" and name == "setFeature":
            self._set_feature(act, receiver, record, args)
            return NONE
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

    def _of_buffer(self, act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
        held = record.fields.get("text", constant(""))
        if name in ("write", "writelines"):
            value = args.given(0)
            if name == "writelines":
                value = Value(STRING, act.deep_taints(value))
            act.store(receiver, Native(record.name, {"text": act.concatenated([held, value])}))
            return UNKNOWN
        if name in ("getvalue", "read", "readline", "getbuffer"):
            return held
        if name == "readlines":
            return act.allocate(Items("list", (), held))
        if name == "truncate":
            act.store(receiver, Native(record.name, {"text": constant("")}))
        return UNKNOWN

    def _of_config(self, act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
        section, option = const_of(args.given(0, "section")), const_of(args.given(1, "option"))
        key = (section, option)
        if name == "set":
            value = args.given(2, "value")
            fields = dict(record.fields)
            if ... in key:
                fields["rest"] = join(fields.get("rest", value), value)
            else:
                fields[key] = value
            act.store(receiver, Native(record.name, fields))
            return NONE
        if name in ("get", "getint", "getboolean", "getfloat"):
            if ... in key:
                return joined(list(record.fields.values())) or UNKNOWN
            found = maybe_join(record.fields.get(key), record.fields.get("rest"))
            if name != "get":
                return Value(None)
            return found or args.get(-1, "fallback") or UNKNOWN
        if name in ("read_string", "read_dict", "read_file"):
            fields = dict(record.fields)
            fields["rest"] = Value(None, act.deep_taints(args.given(0)))
            act.store(receiver, Native(record.name, fields))
        return UNKNOWN
