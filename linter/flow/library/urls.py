"""URLs: taking them apart, and putting them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.checks import ADDRESS, own_address
from linter.flow.heap import Items
from linter.flow.kinds import lacking
from linter.flow.library.codecs import decoded
from linter.flow.sanitizers import QUOTED
from linter.flow.values import STRING, Named, Value, const_of, constant, marked, merge, text

if TYPE_CHECKING:
    from linter.flow.calls import Calls


def _parsed(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(Named("urllib.parse.ParseResult"), act.deep_taints(args.given(0)))


def _joined(act: Calls, args: Args, receiver: Value) -> Value:
    base, other = args.given(0), args.given(1)
    if own_address(base.taints):
        # What is put behind the backend's own address leads away from it by itself only.
        return Value(STRING, act.deep_taints(other))
    return Value(STRING, merge(base.taints, act.deep_taints(other)))


def _query(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(Named("query"), act.deep_taints(args.given(0)))


def _with_query(act: Calls, args: Args, receiver: Value) -> Value:
    """`url_concat(url, arguments)`: what is put behind a URL does not lead it elsewhere."""
    url, query = args.given(0, "url"), act.deep_taints(args.given(1, "args"))
    behind = Value(STRING, marked(query, ADDRESS))
    return Value(text([url, "?", behind]), merge(url.taints, behind.taints))


def _quoted(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`quote(text, safe="/")`: what is safe stays as it is."""
    value = args.given(0, "string")
    safe = const_of(args.get(1, "safe") or constant("/"))
    if not act.deep_taints(value) or not isinstance(safe, str):
        return None
    mask = QUOTED
    for each in safe:
        mask &= ~lacking(each)
    return Value(STRING, marked(act.deep_taints(value), mask))


def _unquoted(act: Calls, args: Args, receiver: Value) -> Value:
    """`unquote(text)`: any character may come out of an escape."""
    return Value(STRING, decoded(act, args.given(0, "string"), "%"))


def _put_together(act: Calls, args: Args, receiver: Value) -> Value | None:
    """`urlunparse((scheme, host, path, …))`: what stands behind a host does not lead elsewhere."""
    record = act.record(args.given(0))
    if type(record) is not Items or record.rest is not None or len(record.items) < 3:
        return None
    scheme, host, path, *others = record.items
    start = [] if const_of(host) == "" else [scheme, constant("://"), host, constant("/")]
    return act.concatenated([*start, path, constant("?"), *others])


URLS: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    "urllib.parse.urlparse": _parsed,
    "urllib.parse.urlsplit": _parsed,
    **dict.fromkeys(("httpx.URL", "yarl.URL"), _parsed),
    "urllib.parse.urljoin": _joined,
    "urllib.parse.quote": _quoted,
    **dict.fromkeys([f"urllib.parse.unquote{each}" for each in ("", "_plus", "_to_bytes")], _unquoted),
    "urllib.parse.parse_qs": _query,
    "urllib.parse.urlunparse": _put_together,
    "urllib.parse.urlunsplit": _put_together,
    "tornado.httputil.url_concat": _with_query,
}
"""Models of functions that handle URLs."""
