"""HTTP clients: which calls leave the backend, to whom, and whether they ever end."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Outbound, Site, Verdict
from linter.facts.expressions import Constant, Expr, Operation, Template
from linter.frameworks.unpacked import unpacked_keywords

CLIENTS = frozenset({"requests", "httpx", "urllib", "aiohttp"})
"""Top-level packages of the clients that are known."""

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_ENDLESS = (
    *(f"requests.{verb}" for verb in _VERBS),
    *(f"requests.Session.{verb}" for verb in _VERBS),
    "urllib.request.urlopen",
)
"""Calls that wait without end unless a timeout is given."""
_LIMITED = (
    *(f"httpx.{verb}" for verb in (*_VERBS, "stream")),
    *(f"httpx.{client}.{verb}" for client in ("Client", "AsyncClient") for verb in (*_VERBS, "stream")),
    *(f"aiohttp.ClientSession.{verb}" for verb in _VERBS),
)
"""Calls that the library itself ends: httpx after five seconds, aiohttp after five minutes."""
_WITH_METHOD_FIRST = ".request"
_NO_POSITION = 99


def outbound(backend: Backend) -> Iterator[Outbound]:
    """Every call of a known client outside tests, by place."""
    for site in backend.calls(*_ENDLESS, *_LIMITED):
        name = site.callee.name
        url = site.argument(1 if name.endswith(_WITH_METHOD_FIRST) else 0, "url")
        yield Outbound(site, name.partition(".")[0], _target(site, url), _timeout(site, name))


def _timeout(site: Site, name: str) -> Verdict:
    assert site.call is not None
    given = site.argument(2 if name.endswith("urlopen") else _NO_POSITION, "timeout")
    if given is not None:
        return Verdict.NO if given == Constant(None) else Verdict.YES
    unpacked = unpacked_keywords(site) if site.call.is_open else frozenset()
    if unpacked is None or "timeout" in unpacked:
        return Verdict.UNKNOWN
    if name in _ENDLESS or (name.startswith("httpx.") and "Client." in name and _made_endless(site)):
        return Verdict.NO
    return Verdict.YES


def _made_endless(site: Site) -> bool:
    """Whether the function makes its client with `timeout=None`."""
    return any(
        call.keyword("timeout") == Constant(None)
        and site.backend.project.callee(site.function, call).name in ("httpx.Client", "httpx.AsyncClient")
        for call in site.function.scope.calls
    )


def _target(site: Site, url: Expr | None) -> str | None:
    """The scheme and host of a URL whose beginning is constant."""
    text = site.backend.text(site.function, url)
    whole = text is not None
    if text is None and isinstance(url, (Template, Operation)):
        pieces = url.parts if isinstance(url, Template) else url.operands
        text = site.backend.text(site.function, pieces[0]) if pieces else None
    if text is None or "://" not in text:
        return None
    scheme, _, rest = text.partition("://")
    host, slash, _ = rest.partition("/")
    # Without a slash after it, what is known of the host may be its beginning only.
    return f"{scheme}://{host}" if host and (slash or whole) else None
