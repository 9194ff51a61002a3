"""Methods of strings, and of whatever may be one."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow import checks, folding
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Items
from linter.flow.kinds import (
    BITS,
    CHARACTER_BITS,
    FROM_ROOT,
    HARMLESS,
    NO_END_TAG,
    NO_HOST,
    NO_PARENT_STEP,
    NO_SLASH_FIRST,
    RELATIVE,
    WORD,
    lacking,
    lacks,
)
from linter.flow.library import files
from linter.flow.library.texts import written_date
from linter.flow.sinks.models import copies_keys
from linter.flow.sources.tables import NAMED_FILES
from linter.flow.values import (
    A_BOOL,
    A_NUMBER,
    A_STRING,
    RESOLVED,
    STRING,
    UNKNOWN,
    Const,
    Either,
    Encoded,
    Named,
    Taints,
    Text,
    Value,
    const_of,
    constant,
    gathered,
    is_text,
    join,
    marked,
    merge,
    shared,
    text,
    unmarked,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls

_SAME = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "swapcase",
        "expandtabs",
        "zfill",
        "ljust",
        "rjust",
        "center",
        "encode",
        "decode",
        "removeprefix",
        "removesuffix",
        "resolve",
        "absolute",
        "expanduser",
        "normalize",
    ]
)
_ESCAPING = frozenset({"unicode_escape", "unicode-escape"})
_CODECS = frozenset({"encode", "decode"})
"""What keeps the pieces of a text."""
_SPLITS = frozenset(["split", "rsplit", "splitlines", "partition", "rpartition"])
_NUMBERS = frozenset(["count", "find", "rfind", "index", "rindex", "__len__"])
_DIGESTS = frozenset(["hex", "hexdigest"])
_PATHS = frozenset(
    [
        "read_text",
        "read_bytes",
        "write_text",
        "write_bytes",
        "unlink",
        "rmdir",
        "mkdir",
        "touch",
        "iterdir",
        "open",
        "exists",
        "is_file",
        "is_dir",
        "stat",
        "rename",
        "glob",
        "rglob",
        "lstat",
        "hardlink_to",
        "symlink_to",
    ]
)
_NAMED_BY_FRAMEWORKS = frozenset({"temporary_file_path"})
"""What a framework has named itself: where Django has put an upload."""
_REPEATING = "*+{"
"""Characters by which a regular expression repeats something, unless a backslash stands before them."""
_JOINED = 20
_OWN_PATH = FROM_ROOT | NO_HOST
"""The most pieces that `join` keeps apart."""
_READS = frozenset({"get", "pop", "setdefault", "getlist", "getall", "get_all"})


class Strings:
    """What methods of strings give."""

    def method(self, act: Calls, receiver: Value, name: str, args: Args) -> Value:
        """`receiver.name(...)` where the receiver is a string, a number or an unknown value."""
        known = folding.method(const_of(receiver), name, [const_of(each) for each in args.positional])
        if known is not ... and not args.keywords:
            return self._folded(act, known)
        if name in _PATHS:
            act.engine.sinks.called(act, f"?.{name}", args, receiver)
            return self._of_path(act, receiver, name, args)
        handler = _HANDLERS.get(name)
        if handler is not None:
            return handler(self, act, receiver, args)
        taints = receiver.taints
        if name in checks.CHARACTER_TESTS:
            return Value(A_BOOL.shape, (), checks.marks(receiver, checks.CHARACTER_TESTS[name]))
        if name in _NUMBERS:
            return A_NUMBER
        if name == "samefile":
            return Value(A_BOOL.shape, (), checks.same_folder(receiver))
        if name == "save":
            # A form or serializer of which nothing is known hands back a row, not what it was sent.
            act.engine.sinks.called(act, f"?.{name}", args, receiver)
            return UNKNOWN
        if name in _NAMED_BY_FRAMEWORKS:
            return A_STRING
        if name == "hex" and taints:
            return Value(Encoded("hex", receiver), marked(taints, WORD))
        if name in _DIGESTS:
            return Value(STRING, marked(taints, HARMLESS))
        if name in _SPLITS:
            return self._pieces(act, receiver, name, args)
        if name in _READS and not is_text(receiver.shape):
            return self._read(act, receiver, name, args)
        if name in ("resolve", "absolute"):
            return Value(receiver.shape, act.fresh_part(taints, RESOLVED))
        if name == "encode" and const_of(args.get(0, "encoding") or UNKNOWN) in _ESCAPING:
            return Value(STRING, marked(taints, lacking("\r\n\t\0")))
        if name in _CODECS and type(receiver.shape) is Text:
            return Value(receiver.shape, taints)
        if name in _SAME:
            shape = STRING if type(receiver.shape) in (Const, Text) else receiver.shape
            if name in ("strip", "lstrip") and "/" in _characters(args):
                known_first = NO_SLASH_FIRST if "\\" in _characters(args) else 0
                taints = marked(taints, RELATIVE | known_first)
            return Value(shape, taints)
        if not is_text(receiver.shape):
            act.engine.sinks.called(act, f"?.{name}", args, receiver)
        for each in args.all():
            taints = merge(taints, act.deep_taints(each))
        mask = act.engine.sanitizers.of_call(name)
        is_unseen = not (mask or is_text(receiver.shape) or hasattr(str, name))
        asked = checks.asked(taints) if is_unseen else ((), ())
        if not copies_keys(name):
            mask |= BITS["keys"]
        made = act.fresh_part(taints, ("of", name))
        return Value(None, marked(made, mask) if mask else made, *asked)

    def _of_path(self, act: Calls, receiver: Value, name: str, args: Args) -> Value:
        """What a path gives of its file."""
        if name == "open":
            found = files.opened(act, Args([receiver, *args.positional], args.keywords), UNKNOWN)
            return Value(Named("io.TextIOWrapper")) if found is None else found
        if name in ("write_text", "write_bytes"):
            files.saved(act, receiver, act.deep_taints(args.given(0, "data")))
        elif name in ("read_text", "read_bytes"):
            content = files.content_of(act, receiver)
            return Value(STRING, content) if content else UNKNOWN
        return UNKNOWN

    def _folded(self, act: Calls, known: object) -> Value:
        if isinstance(known, (list, tuple)):
            kind = "list" if isinstance(known, list) else "tuple"
            return act.allocate(Items(kind, tuple([constant(each) for each in known])))
        return constant(known)

    def _read(self, act: Calls, receiver: Value, name: str, args: Args) -> Value:
        found = act.item(receiver, args.given(0, "key"))
        # Django hands out all uploads of a name when they are taken out.
        is_popped = name == "pop" and receiver.shape == Named(NAMED_FILES)
        many = is_popped or name in ("getlist", "getall", "get_all")
        # Werkzeug's dictionaries convert what they hand out: `get(key, default, type)`, `getlist(key, type)`.
        convert = args.get(1 if name == "getlist" else 2, "type")
        if convert is not None and name in ("get", "getlist"):
            found = act.apply(convert, Args([found]))
        if many:
            return act.allocate(Items("list", (), found))
        default = args.get(1, "default")
        return found if default is None else join(found, default)

    def _keys(self, act: Calls, receiver: Value, args: Args) -> Value:
        return act.allocate(Items("list", (), Value(STRING, act.fresh_part(receiver.taints, "keys"))))

    def _values(self, act: Calls, receiver: Value, args: Args) -> Value:
        element = act.engine.sources.element(receiver.shape)
        return act.allocate(Items("list", (), Value(element, act.fresh_part(receiver.taints, "values"))))

    def _items(self, act: Calls, receiver: Value, args: Args) -> Value:
        element = act.engine.sources.element(receiver.shape)
        key = Value(STRING, act.fresh_part(receiver.taints, "keys"))
        value = Value(element, act.fresh_part(receiver.taints, "values"))
        pair = act.allocate(Items("tuple", (key, value)))
        return act.allocate(Items("list", (), pair))

    def _pieces(self, act: Calls, receiver: Value, name: str, args: Args) -> Value:
        separator = const_of(args.given(0, "sep"))
        shape = receiver.shape
        if (
            name == "split"
            and type(shape) is Text
            and isinstance(separator, str)
            and len(args.positional) == 1
            and separator in CHARACTER_BITS
        ):
            known, is_whole = _split(shape, separator)
            if known:
                rest = Value(STRING, act.fresh_part(receiver.taints, ("split", act.span)))
                return act.allocate(Items("list", tuple(known), None if is_whole else rest))
        halves = _halves(act, shape, name, separator, args) if type(shape) is Text else None
        if halves is not None:
            return halves
        by_one = isinstance(separator, str) and name == "split" and args.get(1, "maxsplit") is None
        place: object = separator if by_one else act.span
        if isinstance(separator, str) and const_of(args.given(1, "maxsplit")) == 1:
            place = (name, separator)
        piece = Value(STRING, act.fresh_part(receiver.taints, (checks.SPLIT, place)))
        bare = piece
        if name == "splitlines" and not args.positional and not args.keywords:
            return act.allocate(Items("list", (), Value(STRING, marked(piece.taints, lacking("\r\n")))))
        if isinstance(separator, str) and len(separator) == 1:
            bare = Value(STRING, marked(piece.taints, lacking(separator)))
        elif separator is None or not (args.positional or args.keywords):
            bare = Value(STRING, marked(piece.taints, lacking(" \r\n\t")))
        if name.endswith("partition"):
            ends = (bare, piece) if name == "partition" else (piece, bare)
            ends = (_end(act, ends[0], 0), _end(act, ends[1], 2))
            return act.allocate(Items("tuple", (ends[0], args.given(0), ends[1])))
        if args.get(1, "maxsplit") is None:
            return act.allocate(Items("list", (), bare))
        if const_of(args.given(1, "maxsplit")) == 1:
            # Without a separator there is one piece; whoever takes the other one knows that there are two.
            ends = (piece, bare) if name == "rsplit" else (bare, piece)
            return act.allocate(Items("list", (_end(act, ends[0], 0), _end(act, ends[1], 1))))
        return act.allocate(Items("list", (), piece))

    def _replace(self, act: Calls, receiver: Value, args: Args) -> Value:
        if "old" not in args.keywords and len(args.positional) < 2:
            return receiver
        old, new = const_of(args.given(0, "old")), const_of(args.given(1, "new"))
        taints = receiver.taints
        if isinstance(old, str) and isinstance(new, str) and len(args.positional) < 3:
            mask = 0
            escaped = (
                (old == "'" and new in ("\\'", "&apos;", "&#39;", "'\\''", "'\"'\"'"))
                or (old in "'\"`" and new == old * 2)
                or (old in _REPEATING and new == f"\\{old}")
                or old not in new
            )
            if len(old) == 1 and escaped:
                mask = lacking(old)
                if old == "'" and new == "\\'":
                    mask = 0
            if old == "</" and old not in new:
                mask |= NO_END_TAG
            if old == ".." and "." not in new:
                # Each run of dots is down to one of them at most.
                mask |= NO_PARENT_STEP
            if not new or new.startswith("/"):
                taints = _maybe_absolute(taints)
            taints = marked(taints, mask) if mask else taints
        inserted = args.given(1, "new")
        more = act.deep_taints(inserted)
        if more and taints and all(each.safe & _OWN_PATH == _OWN_PATH for each in taints):
            # What takes the place of a part of a path of the backend's own does not begin it.
            more = marked(more, _OWN_PATH)
        shape = receiver.shape
        if type(shape) is Text and isinstance(old, str) and isinstance(new, str):
            parts = [
                each.replace(old, new) if isinstance(each, str) else Value(None, taints)
                for each in shape.parts
            ]
            return Value(text(parts), merge(taints, more))
        if type(shape) is Text and old is ...:
            # What takes the place of a value of the caller's leaves the program's own pieces alone.
            kept = [
                each if isinstance(each, str) else Value(None, merge(taints, more)) for each in shape.parts
            ]
            return Value(text(kept), merge(taints, more))
        if type(shape) is Text and isinstance(shape.parts[0], str):
            mixed = Value(None, merge(taints, more))
            return Value(
                text([each if isinstance(each, str) else mixed for each in shape.parts]), mixed.taints
            )
        if more and not taints:
            return _put_into(act, receiver, old, Value(None, more))
        return Value(STRING if is_text(shape) else shape, merge(taints, more))

    def _startswith(self, act: Calls, receiver: Value, args: Args) -> Value:
        record = act.record(args.given(0))
        known = record.items if type(record) is Items and record.rest is None else (args.given(0),)
        if not known:
            return constant(False)
        yes, no = checks.prefix(receiver, known[0]), checks.no_prefix(receiver, known[0])
        for each in known[1:]:
            yes = shared(yes, checks.prefix(receiver, each))
            no = checks.union(no, checks.no_prefix(receiver, each))
        return Value(A_BOOL.shape, (), yes, no)

    def _endswith(self, act: Calls, receiver: Value, args: Args) -> Value:
        return Value(A_BOOL.shape, (), checks.suffix(receiver, args.given(0)))

    def _is_relative_to(self, act: Calls, receiver: Value, args: Args) -> Value:
        return Value(A_BOOL.shape, (), checks.contained(receiver))

    def _relative_to(self, act: Calls, receiver: Value, args: Args) -> Value:
        act.state.prove(checks.contained(receiver))
        return Value(STRING, act.state.fresh(receiver.taints))

    def _join(self, act: Calls, receiver: Value, args: Args) -> Value:
        known, rest = act.elements(args.given(0))
        if len(known) <= _JOINED and (rest is None or known):
            # What comes behind the first ones comes in any order.
            others = [] if rest is None else [Value(STRING, _between(act.deep_taints(rest), receiver))]
            pieces = [*known, *others]
            parts: list[Value] = []
            for position, each in enumerate(pieces):
                parts += [receiver, each] if position else [each]
            return act.concatenated(parts) if parts else constant("")
        taints = merge(receiver.taints, act.deep_taints(args.given(0)))
        if rest is not None:
            taints = merge(taints, act.deep_taints(rest))
        return Value(STRING, _between(taints, receiver))

    def _joinpath(self, act: Calls, receiver: Value, args: Args) -> Value:
        return act.engine.paths.joined(act, [receiver, *args.positional])

    def _with_suffix(self, act: Calls, receiver: Value, args: Args) -> Value:
        return act.engine.paths.renamed(receiver, args.given(0, "suffix"))

    def _translate(self, act: Calls, receiver: Value, args: Args) -> Value:
        record = act.record(args.given(0))
        taints = receiver.taints
        if type(record) is Entries:
            keys = [
                chr(each) if isinstance(each, int) and 0 <= each < 128 else each for each in record.entries
            ]
            taints = marked(taints, lacking("".join(each for each in keys if isinstance(each, str))))
        return Value(STRING, taints)

    def _format(self, act: Calls, receiver: Value, args: Args) -> Value:
        pattern = const_of(receiver)
        if isinstance(pattern, str):
            parts = _formatted(act, pattern, args)
            if parts is not None:
                return act.concatenated(parts)
        taints = receiver.taints
        if taints:
            act.engine.sinks.called(act, "str.format", args, receiver)
        for each in args.all():
            taints = merge(taints, act.deep_taints(each))
        return Value(STRING, taints)

    def _format_map(self, act: Calls, receiver: Value, args: Args) -> Value:
        record = act.record(args.given(0))
        if type(record) is Entries:
            entries = {str(key): value for key, value in record.entries.items()}
            return self._format(act, receiver, Args((), entries, None, record.rest))
        return self._format(act, receiver, Args((), {}, None, args.given(0)))

    def percent(self, act: Calls, left: Value, right: Value) -> Value:
        """`left % right`, where the left side is a string."""
        pattern = const_of(left)
        record = act.record(right)
        if isinstance(pattern, str):
            values: list[Value] | None = [right]
            if type(record) is Items:
                values = list(record.items) if record.rest is None else None
            named = record if type(record) is Entries else None
            parts = None if values is None else _percented(act, pattern, values, named)
            if parts is not None:
                return act.concatenated(parts)
        given = act.deep_taints(right)
        if pattern is ... and type(record) is Entries:
            # It picks by name: what is a secret there need not be among what it picks.
            given = marked(given, BITS["record"])
        if type(left.shape) not in (Const, Text, Either) and not left.taints:
            # What stands in front of the first mark of an unknown pattern is not the caller's.
            return Value(text([left, Value(None, given)]), given)
        return Value(STRING, merge(left.taints, given))


def _characters(args: Args) -> str:
    """What `strip` takes away, where that is written out."""
    known = const_of(args.given(0))
    return known if isinstance(known, str) else ""


def _maybe_absolute(taints: Taints) -> Taints:
    """Taints of a text that may have lost what stood before a slash."""
    return tuple([each if lacks(each.safe, "/") else unmarked((each,), RELATIVE)[0] for each in taints])


def _put_into(act: Calls, receiver: Value, old: object, inserted: Value) -> Value:
    """A string of the program's own in which something tainted stands for a part of it."""
    known = const_of(receiver)
    if not isinstance(known, str) or not isinstance(old, str):
        return act.concatenated([Value(STRING), inserted, Value(STRING)])
    pieces: list[Value] = []
    for position, each in enumerate(known.split(old) if old else [known]):
        pieces += [inserted, constant(each)] if position else [constant(each)]
    return act.concatenated(pieces)


def _end(act: Calls, piece: Value, position: int) -> Value:
    """One end of a text that was parted: what is proved of one end is not proved of the other."""
    return Value(piece.shape, act.fresh_part(piece.taints, ("at", position)))


def _halves(act: Calls, shape: Text, name: str, separator: object, args: Args) -> Value | None:
    """Both ends of a text that is parted once, at a separator among its own pieces; None for any other."""
    once = name.endswith("partition") or const_of(args.given(1, "maxsplit")) == 1
    if not once or not isinstance(separator, str) or separator not in CHARACTER_BITS:
        return None
    backwards = name.startswith("r")
    parts = shape.parts[::-1] if backwards else shape.parts
    for position, each in enumerate(parts):
        if isinstance(each, Value):
            if not all(lacks(taint.safe, separator) for taint in each.taints):
                return None
            continue
        if separator not in each:
            continue
        head, _, tail = each.rpartition(separator) if backwards else each.partition(separator)
        at = len(parts) - 1 - position if backwards else position
        ends = [_of_parts([*shape.parts[:at], head]), _of_parts([tail, *shape.parts[at + 1 :]])]
        if name.endswith("partition"):
            return act.allocate(Items("tuple", (ends[0], constant(separator), ends[1])))
        return act.allocate(Items("list", tuple(ends)))
    return None


def _split(shape: Text, separator: str) -> tuple[list[Value], bool]:
    """The pieces between separators, up to a part that may hold more of them; whether these are all."""
    found: list[Value] = []
    piece: list[str | Value] = []
    for each in shape.parts:
        if isinstance(each, str):
            first, *others = each.split(separator) if separator else [each]
            piece.append(first)
            for other in others:
                found.append(_of_parts(piece))
                piece = [other]
        elif each.taints and all(lacks(taint.safe, separator) for taint in each.taints):
            piece.append(each)
        else:
            return found, False
    return [*found, _of_parts(piece)], True


def _of_parts(parts: list[str | Value]) -> Value:
    return Value(text(parts), gathered([each for each in parts if not isinstance(each, str)]))


_HANDLERS: dict[str, Callable[[Strings, Calls, Value, Args], Value]] = {
    "keys": Strings._keys,
    "values": Strings._values,
    "items": Strings._items,
    "lists": Strings._items,
    "replace": Strings._replace,
    "startswith": Strings._startswith,
    "endswith": Strings._endswith,
    "is_relative_to": Strings._is_relative_to,
    "relative_to": Strings._relative_to,
    "join": Strings._join,
    "joinpath": Strings._joinpath,
    "with_suffix": Strings._with_suffix,
    "translate": Strings._translate,
    "format": Strings._format,
    "format_map": Strings._format_map,
    "strftime": lambda strings, act, receiver, args: written_date(act, args, receiver),
}


def _between(taints: Taints, separator: Value) -> Taints:
    """Taints of texts that a separator is put between: its characters are in there now."""
    known = const_of(separator)
    held = checks.holding(known) if isinstance(known, str) else 0
    return tuple([each._replace(safe=each.safe & ~held) for each in taints]) if held else taints


def _formatted(act: Calls, pattern: str, args: Args) -> list[Value] | None:
    from string import Formatter

    parts: list[Value] = []
    position = 0
    try:
        pieces = list(Formatter().parse(pattern))
    except ValueError:
        return None
    for literal, field, _, _ in pieces:
        if literal:
            parts.append(constant(literal))
        if field is None:
            continue
        root = field.partition(".")[0].partition("[")[0]
        if root == "":
            value = args.get(position)
            position += 1
        elif root.isdecimal():
            value = args.get(int(root)) if len(root) < 4 else None
        else:
            value = args.keywords.get(root, args.extra)
        if value is None:
            return None
        parts.append(_field(act, value, field[len(root) :]))
    return parts


def _field(act: Calls, value: Value, rest: str) -> Value:
    """What a field names of an argument: `.args[name]` is what stands behind the argument's own name."""
    for each in rest.replace("]", "").replace("[", ".[").split(".")[1:]:
        key = each[1:]
        if each[:1] == "[":
            value = act.item(value, constant(int(key) if key.isdecimal() else key))
        else:
            value = act.attribute(value, each)
    return value


def _percented(act: Calls, pattern: str, values: list[Value], named: Entries | None) -> list[Value] | None:
    parts: list[Value] = []
    rest = pattern
    position = 0
    while True:
        before, mark, rest = rest.partition("%")
        if before:
            parts.append(constant(before))
        if not mark:
            return parts
        if rest.startswith("%"):
            parts.append(constant("%"))
            rest = rest[1:]
            continue
        key, rest = _key(rest)
        stripped = rest.lstrip("#0- +123456789.")
        if not stripped or "*" in rest[: len(rest) - len(stripped) + 1]:
            return None
        if key is not None:
            value = act.entry(named, key) if named is not None else UNKNOWN
        elif position < len(values):
            value = values[position]
            position += 1
        else:
            return None
        if stripped[0] in "ra":
            shape = STRING if type(value.shape) in (Text, Either) else value.shape
            value = Value(shape, marked(act.deep_taints(value), lacking("\r\n")))
        parts.append(A_NUMBER if stripped[0] in "dioxXeEfFgGu" else value)
        rest = stripped[1:]


def _key(rest: str) -> tuple[str | None, str]:
    if not rest.startswith("("):
        return None, rest
    key, _, after = rest[1:].partition(")")
    return key, after
