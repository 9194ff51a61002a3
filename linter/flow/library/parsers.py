"""Parsers that hand what they read to methods which the program has written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Instance, Items, Native
from linter.flow.values import NONE, STRING, UNKNOWN, FunctionRef, Taints, Value

if TYPE_CHECKING:
    from linter.flow.calls import Calls

SAX = "xml.sax.xmlreader.XMLReader"
"""The name of records of readers of XML."""
_OF_XML = ("startElement", "startElementNS", "characters", "ignorableWhitespace", "processingInstruction")
_OF_HTML = ("handle_starttag", "handle_startendtag", "handle_data", "handle_comment", "handle_decl")
_FED = {"feed": ("html.parser.HTMLParser", _OF_HTML)}
"""Methods that read a document, with the class of the library that has them, and what they call."""


def fed(act: Calls, receiver: Value, name: str, args: Args) -> Value | None:
    """`parser.feed(document)` of a parser of the program's own; None for any other method."""
    base, handlers = _FED[name]
    record = act.record(receiver)
    if type(record) is not Instance or not act.engine.project.derives(record.cls, base):
        return None
    _hand_over(act, receiver, handlers, act.deep_taints(args.given(0)))
    return NONE


FED = frozenset(_FED)


def method_of_reader(act: Calls, receiver: Value, record: Native, name: str, args: Args) -> Value:
    """`reader.parse(source)`, once a handler was set."""
    if name == "setContentHandler":
        act.store(receiver, Native(record.name, {**record.fields, "handler": args.given(0)}))
    elif name == "parse":
        _hand_over(act, record.fields.get("handler", UNKNOWN), _OF_XML, act.deep_taints(args.given(0)))
    return UNKNOWN


def _parsed(act: Calls, args: Args, receiver: Value) -> Value:
    """`xml.sax.parseString(document, handler)`."""
    _hand_over(act, args.given(1, "handler"), _OF_XML, act.deep_taints(args.given(0)))
    return NONE


def _hand_over(act: Calls, handler: Value, names: tuple[str, ...], taints: Taints) -> None:
    if type(act.record(handler)) is not Instance or not taints:
        return
    for name in names:
        method = act.attribute(handler, name)
        if type(method.shape) is not FunctionRef:
            continue
        word = Value(STRING, act.fresh_part(taints, ("read", name)))
        pairs = act.allocate(Items("list", (), act.allocate(Items("tuple", (word, word)))))
        count = len(method.shape.function.scope.parameters) - 1
        others = [pairs if name in _OF_HTML else Value(None, word.taints)] if count > 1 else []
        act.apply(method, Args([word, *others, *[UNKNOWN] * (count - 2)]))
        act.alive = True


PARSERS: dict[str, Callable[[Calls, Args, Value], Value | None]] = dict.fromkeys(
    ("xml.sax.parse", "xml.sax.parseString"), _parsed
)
"""Models of functions that read a document, by canonical name."""
