"""Where values do harm. One table a kind; see `linter.flow.sinks.table` for what a row says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items, Native
from linter.flow.kinds import ASKED, ASKED_IN_VAIN, LOOSE, WEAK_GUARD
from linter.flow.names import DOCUMENT_CLIENTS
from linter.flow.places import sink_key
from linter.flow.sinks import amounts, documents, models, programs, records, resources, responses, statements
from linter.flow.sinks.conditions import CONDITIONS
from linter.flow.sinks.content_types import body_of, names_no_type
from linter.flow.sinks.contexts import holes, is_fit, is_hindered
from linter.flow.sinks.pages import Pages
from linter.flow.sinks.table import ALL, RECEIVER, Sink
from linter.flow.sources.tables import FILE, NAMED_FILE, STREAM
from linter.flow.summaries import Hit
from linter.flow.values import Either, Named, Value, const_of

if TYPE_CHECKING:
    from linter.facts.spans import Span
    from linter.flow.access import Access
    from linter.resolve.definitions import Function

TABLE = [
    each
    for table in (
        statements.TABLE,
        programs.TABLE,
        resources.TABLE,
        responses.TABLE,
        amounts.AMOUNT,
        records.LOG,
        records.DIGEST,
        models.KEYS,
    )
    for each in table
]
BY_CALLEE: dict[str, list[Sink]] = {}
for _row in TABLE:
    BY_CALLEE.setdefault(_row.callee, []).append(_row)
LAST_NAMES = frozenset(
    each.callee.rpartition(".")[2].removesuffix("()") for each in TABLE if each.kind != "keys"
)
"""Last names of calls that may be sinks: a function that makes none, and reaches none, is not looked at."""
COUNTING_NAMES = frozenset(each.callee.rpartition(".")[2] for each in amounts.AMOUNT)
"""Last names of calls whose sink is a number."""
ITEM_NAMES = frozenset(each.callee.rpartition(".")[2] for each in TABLE if each.place == "item")
"""Last names of mappings that are sinks when something is written into them."""


_DOUBTS = WEAK_GUARD | ASKED | ASKED_IN_VAIN
_MAKING = frozenset({"os.makedirs", "?.mkdir"})
"""What makes all folders of a path."""
_FILES = frozenset({FILE, NAMED_FILE, STREAM})
_FOLLOWED = frozenset({"get_redirect_url", "get_success_url"})
_CONTENT_TYPES = frozenset({"flask.Response.mimetype", "flask.Response.content_type"})


class Sinks:
    """Notes what reaches the sinks."""

    def __init__(
        self, handlers: frozenset[int], more: Mapping[str, tuple[Sink, ...]] | None, pages: Pages
    ) -> None:
        self._handlers = handlers
        self._pages = pages
        self._rows: Mapping[str, Sequence[Sink]] = BY_CALLEE
        if more:
            self._rows = {**BY_CALLEE, **{name: [*BY_CALLEE.get(name, ()), *more[name]] for name in more}}

    def _meets(self, act: Access, row: Sink, span: Span) -> None:
        act.engine.looks_at(sink_key(row.kind, act.function, span))

    def knows(self, name: str) -> bool:
        """Whether the tables have a function or method of a name."""
        return name in self._rows

    def called(self, act: Access, name: str, args: Args, receiver: Value) -> None:
        """Hold a call against the tables."""
        if args.names is not None and models.writes_rows(name):
            self.filled(act, name, args.names)
        for row, value in self._pages.reached(act, name, args):
            self._meets(act, row, act.span)
            self.reached(act, row, value, act.span)
        rows = self._rows.get(name)
        if rows is None and ("()" in name or name.startswith(DOCUMENT_CLIENTS)):
            rows = BY_CALLEE.get("?." + name.rpartition(".")[2])
        if rows is None:
            return
        for row in rows:
            if row.place == "call":
                self._call(act, row, args, receiver)

    def _call(self, act: Access, row: Sink, args: Args, receiver: Value) -> None:
        if row.kind == "nosql" and not documents.are_used(act):
            return
        self._meets(act, row, act.span)
        value: Value | None
        if row.argument == RECEIVER:
            value = receiver
        elif row.argument == ALL:
            taints = act.deep_taints(act.allocate(Items("tuple", tuple(args.all()))))
            value = Value(None, taints)
        else:
            value = args.get(row.argument, row.keyword)
        if row.when:
            value = CONDITIONS[row.when](act, args, value, receiver)
        if row.kind == "path" and value is not None and _is_open_file(act, value):
            # What is read of a file that is open names nothing.
            return
        if value is not None:
            self.reached(act, row, value, act.span)

    def reached(self, act: Access, row: Sink, value: Value, span: Span) -> None:
        """Note the taints of a value that do harm at a sink."""
        if act.record(value) is not None:
            value = Value(None, act.deep_taints(value))
        bit = row.bit
        for hole in holes(value):
            taint = hole.taint
            if is_fit(row.kind, bit, hole):
                continue
            hindered = row.callee not in _MAKING and is_hindered(row.kind, hole)
            weak = bool(taint.safe & _DOUBTS) or not row.sure or hindered
            shown = row.callee.removeprefix("?.")
            hit = Hit(row, act.function, span, shown, taint, weak, act.function, span, hole.before)
            hits = act.hits  # type: ignore[attr-defined]
            known = hits.get(hit.key)
            if known is None or (known.weak and not weak) or known.taint.safe & LOOSE > taint.safe & LOOSE:
                hits[hit.key] = hit

    def filled(self, act: Access, name: str, names: Value) -> None:
        """Note who decides which fields of a model are written."""
        row = Sink("keys", name)
        self._meets(act, row, act.span)
        self.reached(act, row, names, act.span)

    def item_set(self, act: Access, base: Value, key: Value, value: Value) -> None:
        """Hold `base[key] = value` against the tables."""
        shape = base.shape
        if type(shape) is not Named:
            return
        for row in BY_CALLEE.get(shape.name, ()):
            if row.place == "item":
                if row.when:
                    found = CONDITIONS[row.when](act, Args([key, value]), value, base)
                    if found is None:
                        continue
                    self._meets(act, row, act.span)
                    self.reached(act, row, found, act.span)
                    continue
                self._meets(act, row, act.span)
                self.reached(act, row, key, act.span)
                self.reached(act, row, Value(None, act.deep_taints(value)), act.span)

    def repeated(self, act: Access, left: Value, right: Value) -> None:
        """Hold `left * right` against what may be repeated."""
        number = amounts.repeated(act, left, right)
        if number is not None:
            self._meets(act, amounts.REPEATED, act.span)
            self.reached(act, amounts.REPEATED, number, act.span)

    def attribute_set(self, act: Access, full: str, base: Value, value: Value) -> None:
        """Hold `base.name = value` against the tables."""
        if full in _CONTENT_TYPES:
            self._typed(act, value)
        for row in BY_CALLEE.get(full, ()):
            if row.place == "attribute":
                found = CONDITIONS[row.when](act, Args([value]), value, base) if row.when else value
                if found is not None:
                    self.reached(act, row, found, act.span)

    def _typed(self, act: Access, value: Value) -> None:
        """A response that gets another content type is no page: what was noted of it no longer holds."""
        kind = const_of(value)
        if isinstance(kind, str) and "html" not in kind:
            hits = act.hits  # type: ignore[attr-defined]
            for key in [key for key in hits if key[:2] == ("xss", id(act.function))]:
                del hits[key]

    def answered(self, act: Access, value: Value, span: Span) -> None:
        """Hold what a handler returns as a page, or as an address, against what it may be made of."""
        if is_followed(act.function):
            self._meets(act, responses.FOLLOWED, span)
            self.reached(act, responses.FOLLOWED, value, span)
        if id(act.function) not in self._handlers:
            return
        record = act.record(value)
        if type(record) is Items and record.kind == "tuple" and record.items:
            if len(record.items) > 1:
                self._sent_with(act, record.items[-1], span)
            if len(record.items) > 2 and not names_no_type(act, record.items[2]):
                return
            value = record.items[0]
            record = act.record(value)
        if type(record) is Items and record.kind == "list":
            # Frameworks make JSON of a list; pieces of a page come from a generator.
            return
        self._meets(act, responses.ANSWER, span)
        body = body_of(act, value)
        if body is not None:
            self.reached(act, responses.ANSWER, body, span)

    def _sent_with(self, act: Access, headers: Value, span: Span) -> None:
        """Hold the headers that go with an answer against what decides where a redirect leads."""
        place = CONDITIONS["location"](act, Args(), headers, headers)
        if place is not None:
            self._meets(act, responses.HEADERS, span)
            self.reached(act, responses.HEADERS, place, span)


def is_followed(function: Function) -> bool:
    """Whether a view of Django's redirects to what a function returns."""
    return function.scope.name in _FOLLOWED and function.owner is not None


def _is_open_file(act: Access, value: Value) -> bool:
    shape = value.shape
    if type(shape) is Either:
        return all(_is_open_file(act, Value(each)) for each in shape.shapes)
    return type(act.record(value)) is Native or (type(shape) is Named and shape.name in _FILES)
