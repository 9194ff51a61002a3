"""Conditions of sinks: what must hold of a call besides its name."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from linter.facts.expressions import Attr, Result
from linter.facts.scopes import Evaluate
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Instance, Items, Native, joined, values_of
from linter.flow.library.buffers import BUFFER
from linter.flow.library.files import content_of
from linter.flow.library.patterns import COMPILED
from linter.flow.sinks import amounts, documents, models, records
from linter.flow.sinks.content_types import (
    body_of,
    is_html,
    is_no_page,
    names_no_type,
    types_assigned,
)
from linter.flow.sources.tables import JSON
from linter.flow.state import CHECKED
from linter.flow.values import (
    UNKNOWN,
    ClassRef,
    Const,
    Either,
    FunctionRef,
    ModuleRef,
    Named,
    Obj,
    Text,
    Typed,
    Value,
    const_of,
    is_text,
)

if TYPE_CHECKING:
    from linter.flow.access import Access

Condition = Callable[["Access", Args, "Value | None", Value], "Value | None"]
"""Gives what the sink reads, or None where it is no sink."""

_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "/bin/sh", "/bin/bash", "/usr/bin/env", "cmd", "cmd.exe"})
_VERBS = frozenset(
    [
        "select",
        "insert",
        "update",
        "delete",
        "create",
        "drop",
        "alter",
        "with",
        "truncate",
        "replace",
        "merge",
        "call",
        "exec",
        "grant",
        "pragma",
        "set",
    ]
)
_UNMARKING = frozenset({"unescape", "striptags"})
_UNSAFE_LOADERS = frozenset(
    {"yaml.Loader", "yaml.UnsafeLoader", "yaml.CLoader", "yaml.loader.Loader", "yaml.loader.UnsafeLoader"}
)


def _beginning(value: Value) -> str:
    shape = value.shape
    if type(shape) is Either:
        return next((_beginning(Value(each)) for each in shape.shapes if _beginning(Value(each))), "")
    if type(shape) is Text:
        first = shape.parts[0]
        return first if isinstance(first, str) else _beginning(first)
    return shape.value if type(shape) is Const and isinstance(shape.value, str) else ""


def _is_sql(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    words = "" if value is None else _beginning(value).replace("(", " ").split(None, 1)
    return value if words and words[0].lower() in _VERBS else None


def _is_text(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    if value is None:
        return None
    # What a caller sends as JSON may be a text wherever one is asked for.
    shapes = value.shape.shapes if type(value.shape) is Either else (value.shape,)
    return value if all(is_text(each) or each == _FROM_JSON for each in shapes) else None


def _inside(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    record = None if value is None else act.record(value)
    if type(record) is Entries:
        return joined([*record.entries.values()], record.rest)
    return joined([*record.items], record.rest) if type(record) is Items else value


def _command_of(act: Access, value: Value) -> Value | None:
    """What a shell reads of an argument list that starts one."""
    record = act.record(value)
    if type(record) is not Items:
        return None
    words = [const_of(each) for each in record.items]
    if words and words[0] in _SHELLS and any(each in ("-c", "/c") for each in words[1:]):
        rest = [each for each, word in zip(record.items, words, strict=True) if word is ...]
        return joined(rest, record.rest)
    return record.items[0] if record.items and record.items[0].taints else None


def _shell(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    if value is None or const_of(args.keywords.get("shell", UNKNOWN)) is not True:
        return None
    record = act.record(value)
    if type(record) is not Items:
        return value
    words = [const_of(each) for each in record.items]
    if words and words[0] in _SHELLS:
        return Value(None, act.deep_taints(value))
    return record.items[0] if record.items else record.rest


def _program(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    if value is None or const_of(args.keywords.get("shell", Value(Const(False)))) is True:
        return None
    if type(value.shape) is Either:
        return joined([each for each in map(partial(_named_program, act), _ways(value)) if each is not None])
    return _named_program(act, value)


def _ways(value: Value) -> list[Value]:
    """The alternatives of a value, each with the taints that it holds itself."""
    shapes = value.shape.shapes if type(value.shape) is Either else (value.shape,)
    return [Value(each, () if type(each) in (Obj, Const) else value.taints) for each in shapes]


def _named_program(act: Access, value: Value) -> Value | None:
    if act.record(value) is not None:
        return _command_of(act, value)
    # A string without a shell names the program: nothing is read as a command line.
    return value if value.taints and type(value.shape) is not Text else None


def _exec(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    values = list(args.positional)
    if len(values) >= 2 and act.record(values[1]) is not None:
        return values[0] if values[0].taints else _command_of(act, values[1])
    words = [const_of(each) for each in values]
    if words and words[0] in _SHELLS:
        return joined([each for each, word in zip(values, words, strict=True) if word is ...])
    return values[0] if values and values[0].taints else None


def _spawn(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    return _exec(act, Args(args.positional[1:]), value, receiver)


def _unsafe_loader(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    loader = args.get(1, "Loader")
    ways = () if loader is None else _ways(loader)
    unsafe = (type(each.shape) is Named and each.shape.name in _UNSAFE_LOADERS for each in ways)
    return value if any(unsafe) else None


def _flag(position: int, name: str, wanted: object) -> Condition:
    def judge(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
        given = args.get(position, name)
        return value if given is not None and const_of(given) == wanted else None

    return judge


def _parser(act: Access, args: Args) -> Native | None:
    for each in args.all():
        record = act.record(each)
        if type(record) is Native and record.name != BUFFER:
            return record
    return None


def _sax_reader(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    record = act.record(receiver)
    return value if type(record) is Native and record.fields.get("entities") is not None else None


def _sax_parser(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    record = _parser(act, args)
    return value if record is not None and record.fields.get("entities") is not None else None


def _is_element(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    shape = receiver.shape
    known = type(shape) is Named and "etree" in shape.name.lower()
    return value if known else None


def _module(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The name of a module, unless the program writes the package that it lies in."""
    if value is None:
        return None
    shapes = value.shape.shapes if type(value.shape) is Either else (value.shape,)
    open_ended = [each for each in shapes if type(each) is not Const]
    return value if any(not _beginning(Value(each)).endswith(".") for each in open_ended) else None


def _is_ldap(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    return value if value is not None and _beginning(value).lstrip().startswith("(") else None


def _is_path(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    return value if is_text(receiver.shape) else None


def _page(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """A body that a browser reads as a page: text, and no other content type given."""
    if value is None or any(name in args.keywords for name in ("mimetype", "content_type", "media_type")):
        declared = [args.keywords.get(name) for name in ("mimetype", "content_type", "media_type")]
        texts = [const_of(each) for each in declared if each is not None]
        if value is None or not any(isinstance(each, str) and "html" in each for each in texts):
            return None
    record = act.record(value)
    if type(record) is Items and record.kind == "tuple" and record.items:
        value = record.items[0]
    body = body_of(act, value)
    if body is None or not names_no_type(act, args.keywords.get("headers")):
        return None
    return None if is_no_page(act) else body


def _markup(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """Text that is marked as markup, and stays so: `Markup(text).unescape()` is text again."""
    calls = act.function.scope.calls
    for call in calls:
        callee = call.callee
        if isinstance(callee, Attr) and callee.name in _UNMARKING and isinstance(callee.base, Result):
            if calls[callee.base.call].span == act.span:
                return None
    return value


def _html(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    declared = args.keywords.get("media_type") or args.keywords.get("content_type")
    text = None if declared is None else const_of(declared)
    if value is None or not isinstance(text, str) or "html" not in text:
        return None
    return body_of(act, value) or value


def _unfiltered(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """An archive of which all is taken out: neither a filter nor a choice of members is given."""
    return None if args.get(1, "members") is not None else _unfiltered_member(act, args, value, receiver)


def _unfiltered_file(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """An archive that was saved before it is taken out by its path, without a filter."""
    if "filter" in args.keywords or value is None:
        return None
    content = content_of(act, value)  # type: ignore[arg-type]
    return Value(None, content) if content else None


def _unfiltered_member(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """An archive out of which something is taken without a filter, and without a look at its name."""
    if "filter" in args.keywords or value is None:
        return None
    looked_at = act.state.names.get(CHECKED)
    if looked_at is None:
        return value
    mine = {each.root: each.way for each in value.taints}
    for each in looked_at.taints:
        way = mine.get(each.root)
        if way is not None and len(each.way) > len(way) and each.way[: len(way)] == way:
            # The names of members have been held against something: what is left is what passed.
            return None
    return value


def _is_format(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """A pattern that the caller writes, and things in reach of it whose attributes lead further."""
    if not (is_text(receiver.shape) or receiver.shape in (None, Named("request.json"))):
        return None
    return receiver if any(_has_attributes(act, each) for each in args.all()) else None


def _has_attributes(act: Access, value: Value) -> bool:
    shape = value.shape
    record = act.record(value)
    if record is not None:
        return type(record) is Instance or any(_has_attributes(act, each) for each in values_of(record))
    if type(shape) is Either:
        return any(_has_attributes(act, Value(each)) for each in shape.shapes)
    return type(shape) in (Typed, ClassRef, ModuleRef, FunctionRef)


def _location(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The header `Location` among those that an answer is made with."""
    record = None if value is None else act.record(value)
    if type(record) is not Entries:
        return None
    return next((each for key, each in record.entries.items() if str(key).lower() == "location"), None)


def _set_location(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """What is written into the header `Location`."""
    name = const_of(args.given(0))
    return args.get(1) if isinstance(name, str) and name.lower() == "location" else None


def _written_page(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """Text that is written to an answer, unless answers of another content type are made around it."""
    for call in act.function.scope.calls:
        declared = [inner for key, inner in call.keywords if key in ("content_type", "mimetype")]
        if any(not is_html(act.eval(each)) for each in declared):
            return None
    return None if value is None or is_no_page(act) else body_of(act, value)


def _set_page(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """Text that becomes the body of an answer, unless the function says that it is no page."""
    if any(not is_html(act.eval(each)) for each in types_assigned(act.function.scope)):
        return None
    return _written_page(act, args, value, receiver)


def _set_cookie(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """What is written into the header `Set-Cookie` itself."""
    name = const_of(args.given(0))
    return args.get(1) if isinstance(name, str) and name.lower() == "set-cookie" else None


def _client_text(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """A regular expression of Python's, without a limit of its time where it is made or used."""
    limits = (key for call in act.function.scope.calls for key, _ in call.keywords)
    return None if "timeout" in args.keywords or "timeout" in limits else value


def _kept(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """A pattern that something is made of: one that is compiled and dropped is held against the syntax."""
    scope = act.function.scope
    for each in scope.statements:
        if isinstance(each, Evaluate) and isinstance(each.value, Result):
            if scope.calls[each.value.call].span == act.span:
                return None
    return value


def _uncompiled(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The text of a pattern: what is wrong with one that is compiled was said where that was done."""
    record = None if value is None else act.record(value)
    return None if type(record) is Native and record.name == COMPILED else value


_FROM_JSON = Named(JSON)

CONDITIONS: dict[str, Condition] = {
    "is-sql": _is_sql,
    "is-text": _is_text,
    "is-text-inside": _inside,
    "shell": _shell,
    "program": _program,
    "exec": _exec,
    "spawn": _spawn,
    "unsafe-loader": _unsafe_loader,
    "unsafe-typ": _flag(-1, "typ", "unsafe"),
    "allow-pickle": _flag(-1, "allow_pickle", True),
    "lxml-parser": _sax_parser,
    "sax-reader": _sax_reader,
    "sax-parser": _sax_parser,
    "is-filter": documents.is_filter,
    "is-filter-of-find": documents.is_filter_of_find,
    "limit": amounts.limit,
    "is-number": amounts.is_number,
    "line": records.line,
    "leveled-line": records.leveled_line,
    "record": records.told,
    "picked": models.picked,
    "all-keys": models.all_keys,
    "set-cookie": _set_cookie,
    "client-text": _client_text,
    "kept": _kept,
    "uncompiled": _uncompiled,
    "is-element": _is_element,
    "is-ldap-filter": _is_ldap,
    "is-path": _is_path,
    "is-template": _is_text,
    "is-format": _is_format,
    "page": _page,
    "module": _module,
    "written-page": _written_page,
    "set-page": _set_page,
    "location": _location,
    "set-location": _set_location,
    "markup": _markup,
    "html": _html,
    "unfiltered": _unfiltered,
    "unfiltered-file": _unfiltered_file,
    "unfiltered-member": _unfiltered_member,
    "raw-mail": _is_text,
}
