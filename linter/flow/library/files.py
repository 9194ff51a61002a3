"""Files that are open: what a program writes into one, it finds there when it reads it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items, Native
from linter.flow.kinds import AS_JSON, BITS, lacking
from linter.flow.library.buffers import BUFFER
from linter.flow.values import (
    NONE,
    STRING,
    UNKNOWN,
    Const,
    Named,
    Taints,
    Text,
    Value,
    const_of,
    constant,
    marked,
    merge,
)

if TYPE_CHECKING:
    from linter.flow.calls import Calls

FILE = "io.TextIOWrapper"
"""The name of records of open files."""
WRITER = "csv.writer"
"""The name of records of what writes rows into a file."""
SAVED = "*saved "
"""Begins the names under which a state keeps what was written into a file, by the file's path."""
_LEAST = 3
_NAMES = ("tempfile.NamedTemporaryFile", "tempfile.TemporaryFile", "tempfile.SpooledTemporaryFile")


def key_of(path: Value) -> str:
    """How a path is told from others in one run; empty when nothing is known of it."""
    shape = path.shape
    if type(shape) is Const or (type(shape) is Named and shape != STRING):
        return f"{SAVED}{shape!r}"
    if type(shape) is Text or path.taints:
        parts = shape.parts if type(shape) is Text else ()
        told = [each if isinstance(each, str) else repr((each.shape, each.taints)) for each in parts]
        return f"{SAVED}{told!r}{[(each.root, each.way) for each in path.taints]!r}"
    return ""


def place_of(path: Value) -> str:
    """The place of a file that other requests find again; empty where its name is not known."""
    shape = path.shape
    pieces = shape.parts if type(shape) is Text else (const_of(path),)
    told = "".join([each if isinstance(each, str) else "*" for each in pieces])
    return f"file {told}" if len(told.strip("*/.")) >= _LEAST else ""


def saved(act: Calls, path: Value, content: Taints) -> None:
    """Keep that a file has been filled with what the caller sent."""
    key = key_of(path)
    if key and content:
        act.state.names[key] = Value(STRING, content)
        if act.engine.stored is not None:
            act.engine.stored.file_written(act, place_of(path), Value(STRING, content))


def content_of(act: Calls, path: Value) -> Taints:
    """Who has a hand in what stands in a file."""
    known = act.state.names.get(key_of(path) or SAVED)
    taints = () if known is None else known.taints
    if act.engine.stored is not None:
        taints = merge(taints, act.engine.stored.file_read(act, place_of(path)))
    return taints


def opened(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`open(path, mode)`; None for a file of which nothing is known."""
    path, mode = args.given(0, "file"), const_of(args.get(1, "mode") or constant("r"))
    key = key_of(path)
    if not key:
        return None
    content = () if isinstance(mode, str) and mode[:1] in ("w", "x") else content_of(act, path)
    fields: dict[object, Value] = {"key": constant(key), "place": constant(place_of(path))}
    return act.allocate(Native(FILE, {**fields, "text": Value(STRING, content)}))


def _temporary(name: str) -> Callable[[Calls, Args, Value], Value]:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        named = Value(Named(f"{name}.name"))
        fields: dict[object, Value] = {"key": constant(key_of(named)), "text": constant(""), "name": named}
        return act.allocate(Native(FILE, fields))

    return model


def method_of_file(act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
    """`file.name(...)`."""
    held = record.fields.get("text", UNKNOWN)
    if name in ("write", "writelines"):
        write_into(act, receiver, act.deep_taints(args.given(0)))
        return UNKNOWN
    if name in ("read", "readline"):
        return Value(STRING, held.taints)
    if name == "readlines":
        return act.allocate(Items("list", (), Value(STRING, held.taints)))
    return receiver if name == "__enter__" else UNKNOWN


def write_into(act: Calls, file: Value, content: Taints) -> None:
    """Note that something is written into an open file, or a buffer in memory."""
    record = act.record(file)
    if type(record) is not Native or not content:
        return
    held = record.fields.get("text", constant(""))
    if record.name == BUFFER:
        whole = act.concatenated([held, Value(STRING, content)])
        act.store(file, Native(BUFFER, {**record.fields, "text": whole}))
    elif record.name == FILE:
        whole = Value(STRING, merge(held.taints, content))
        act.store(file, Native(FILE, {**record.fields, "text": whole}))
        act.state.names[str(const_of(record.fields["key"]))] = whole
        place = const_of(record.fields.get("place", UNKNOWN))
        if act.engine.stored is not None and isinstance(place, str):
            act.engine.stored.file_written(act, place, Value(STRING, content))


def _dumped(mask: int) -> Callable[[Calls, Args, Value], Value]:
    """`json.dump(value, file)`."""

    def model(act: Calls, args: Args, receiver: Value) -> Value:
        write_into(act, args.given(1, "fp"), marked(act.deep_taints(args.given(0, "obj")), mask))
        return NONE

    return model


def _dumped_yaml(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`yaml.dump(value, stream)`, which gives the text where there is no stream."""
    stream = args.get(1, "stream")
    if stream is None:
        return None
    write_into(act, stream, act.deep_taints(args.given(0, "data")))
    return NONE


def _writer(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Native(WRITER, {"file": args.given(0)}))


def method_of_writer(act: Calls, record: Native, args: Args) -> Value:
    """`writer.writerow(row)`."""
    write_into(act, record.fields["file"], act.deep_taints(args.given(0)))
    return UNKNOWN


FILES: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    **dict.fromkeys(("open", "io.open", "codecs.open", "aiofiles.open", "gzip.open"), opened),
    **{name: _temporary(name) for name in _NAMES},
    "json.dump": _dumped(lacking("\r\n") | AS_JSON),
    **dict.fromkeys(("pickle.dump", "marshal.dump", "dill.dump"), _dumped(BITS["deserialize"])),
    **dict.fromkeys(("yaml.dump", "yaml.safe_dump"), _dumped_yaml),
    **dict.fromkeys(("csv.writer", "csv.DictWriter"), _writer),
}
"""Models of what opens files and writes into them, by canonical name."""
