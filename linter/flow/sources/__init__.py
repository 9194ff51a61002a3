"""Where tainted values begin: reads of a request, and parameters that a framework fills."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.kinds import BITS, FROM_ROOT, NO_HOST, NUMBER, lacking
from linter.flow.names import DEVELOPMENT, NUMBERS
from linter.flow.sources.tables import (
    ELEMENTS,
    HOSTS,
    LAST_PARTS,
    PARTS,
    PATHS,
    PLACES,
    READS,
    SCHEMES,
    is_opaque,
)
from linter.flow.values import (
    FALSE,
    HOST,
    SCHEME,
    STRING,
    Named,
    Shape,
    Source,
    Taint,
    Taints,
    Typed,
    Value,
    const_of,
    is_text,
    marked,
)

if TYPE_CHECKING:
    from linter.flow.access import Access
    from linter.resolve.definitions import Function

_ATTRIBUTES_BY_NAME = frozenset({"flask.g.get", "flask.g.pop", "quart.g.get", "quart.g.pop"})
_BY_KEY = "tornado.web.RequestHandler."
_ROUTED = ".get_full_path"
"""What Django gives for the path and query that were asked for: a route begins it, and no host."""
_ABSOLUTE = ".build_absolute_uri"
_PARSER = ".RequestParser.parse_args"
_STRING_NAMES = {"str": STRING}


class Sources:
    """Reads of requests, and of what a configuration names."""

    def __init__(self, more: frozenset[str] = frozenset()) -> None:
        self._more = more

    def shape(self, kind: str) -> Shape:
        """The shape of a type of the tables."""
        return _STRING_NAMES.get(kind) or Named(kind)

    def element(self, shape: Shape) -> Shape:
        """What an item of a thing is, as far as its type says."""
        if type(shape) is Named:
            kind = ELEMENTS.get(shape.name)
            return None if kind is None else self.shape(kind)
        return STRING if is_text(shape) else None

    def attribute(self, act: Access, value: Value, full: str) -> Value:
        """`value.last` where `full` is its canonical name."""
        written = act.state.names.get("." + full)
        if written is not None:
            return written
        if full in DEVELOPMENT:
            return FALSE
        left = act.engine.carried.get(full)
        if left is not None and full not in READS:  # those a framework fills anew for each request
            return Value(left.shape, act.state.fresh(left.taints))
        if full in PATHS and act.function is act.engine.asked[0]:
            return act.engine.asked[1]
        kind = READS.get(full)
        if kind is not None:
            return Value(self.shape(kind), self.taint(act, full))
        if full in PLACES:
            return Value(STRING)
        last = full.rpartition(".")[2]
        key: object = last
        if last in HOSTS:
            key = HOST
        elif last in SCHEMES:
            key = SCHEME
        kind = PARTS.get(full)
        shape = Named(full) if kind is None else self.shape(kind)
        taints = act.taken(value.taints, key) if value.taints else ()
        if kind is None and taints and is_opaque(full) and not act.engine.is_own(full):
            taints = act.loosened(taints)
        if kind is None and not full.startswith("request."):
            # What a library's thing says of itself, such as its shape, is no number that it was given.
            taints = marked(taints, BITS["amount"])
        if kind in NUMBERS:
            return Value(shape, marked(taints, NUMBER))
        return Value(shape, marked(taints, lacking("/\\")) if full in LAST_PARTS else taints)

    def taint(self, act: Access, full: str, key: object = ...) -> Taints:
        """The taint of something read of a request, by key where it is read by one."""
        source = Source("request", _shown(full), act.function, act.span)
        return act.state.fresh((Taint(source, (key,) if isinstance(key, str) else (), 0, None),))

    def returned(self, act: Access, name: str, args: Args, receiver: Value) -> Value | None:
        """What a call gives that reads the request; None for any other."""
        if name in _ATTRIBUTES_BY_NAME and isinstance(const_of(args.given(0)), str):
            carrier = name.rpartition(".")[0]
            return self.attribute(act, Value(Named(carrier)), f"{carrier}.{const_of(args.given(0))}")
        if name in self._more:
            return Value(None, self.taint(act, f"{name}()"))
        if name.endswith(_PARSER):
            return act.engine.parsed(act.state.heap)
        kind = READS.get(name + "()")
        if name.endswith(_ABSOLUTE) and args.positional:
            # The scheme and the host of the backend stand before an address that is given.
            return Value(STRING, marked(act.deep_taints(args.positional[0]), BITS["redirect"] | BITS["url"]))
        if kind is not None:
            key = const_of(args.given(0)) if name.startswith(_BY_KEY) else ...
            known = FROM_ROOT | NO_HOST if name.endswith(_ROUTED) else 0
            return Value(self.shape(kind), marked(self.taint(act, name, key), known))
        return None

    def parameter(self, function: Function, name: str, what: str, shape: Shape, key: object = None) -> Value:
        """A parameter that a framework fills with what the caller sends."""
        source = Source(
            "request", what, function, function.scope.span, key or ("parameter", function.id, name)
        )
        # Whoever reads a schema has declared its fields.
        safe = BITS["keys"] if type(shape) is Typed else 0
        return Value(shape, (Taint(source, (), safe, None),))


def _shown(full: str) -> str:
    if full.endswith("()"):
        return full.rpartition(".")[2]
    return "request." + full.rpartition(".")[2]
