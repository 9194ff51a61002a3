"""Which route answers a URL with holes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.analyses.route_tests.urls import HOLE, Address
from linter.backend import Route

_HOSTS = frozenset({"testserver", "testserver.local", "test", "localhost", "127.0.0.1", "0.0.0.0"})
"""Hosts by which test clients call the application itself."""
_LITERAL, _PARTIAL, _PARAMETER, _REST = 3, 2, 1, 0
"""How well a segment fits: the better fitting route answers."""

Fit = tuple[int, ...]


class _Segment(NamedTuple):
    """One part of a route's path between slashes. A parameter has text before and after it."""

    text: str
    before: str = ""
    after: str = ""
    is_parameter: bool = False
    takes_rest: bool = False

    def fit(self, written: str) -> int | None:
        """How well the segment takes what a test has written; None when it does not."""
        if not self.is_parameter:
            return _LITERAL if written == self.text else None
        if not written.startswith(self.before) or not written.endswith(self.after):
            return None
        if len(written) <= len(self.before) + len(self.after):
            return None
        return _PARTIAL if self.before or self.after else _PARAMETER


class Matcher:
    """Finds routes by address."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route, _segments(route)) for route in routes]
        self._by_first: dict[str, list[int]] = {}
        self._open: list[int] = []
        for index, (_, segments) in enumerate(self._routes):
            if segments and not segments[0].is_parameter:
                self._by_first.setdefault(segments[0].text, []).append(index)
            else:
                self._open.append(index)

    def routes(self, verb: str, address: Address) -> list[Route]:
        """The routes that answer a verb at an address; an empty verb is one that is not known."""
        if address.name:
            return [route for route in self._named(address.name) if _takes(route, verb)]
        path = _path(address.url)
        if path is None:
            return []
        written = path.strip("/").split("/") if path.strip("/") else []
        if path.startswith(HOLE):
            return self._ending(verb, written)
        candidates = [*self._by_first.get(written[0] if written else "", ()), *self._open]
        return self._best(verb, candidates, written)

    def _best(self, verb: str, candidates: list[int], written: list[str]) -> list[Route]:
        found: list[tuple[Fit, Route]] = []
        for index in candidates:
            route, segments = self._routes[index]
            fit = _fit(segments, written) if _takes(route, verb) else None
            if fit is not None:
                found.append((fit, route))
        best = max((fit for fit, _ in found), default=())
        return [route for fit, route in found if fit == best]

    def _ending(self, verb: str, written: list[str]) -> list[Route]:
        """The one route whose path ends with what is known, after a start that isn't."""
        known = written[1:] if HOLE in written[0] else written
        if not any(HOLE not in each for each in known):
            return []
        found: list[tuple[Fit, Route]] = []
        for route, segments in self._routes:
            if _takes(route, verb) and len(segments) >= len(known):
                fit = _fit(segments[len(segments) - len(known) :], known)
                if fit is not None and _LITERAL in fit:
                    found.append((fit, route))
        best = max((fit for fit, _ in found), default=())
        fitting = [route for fit, route in found if fit == best]
        return fitting if len({route.path for route in fitting}) == 1 else []

    def _named(self, name: str) -> list[Route]:
        """The routes of a name; where no names are known, the one handler of that name."""
        found = [route for route, _ in self._routes if route.name == name]
        if found:
            return found
        last = name.rpartition(".")[2]
        handlers = [
            route for route, _ in self._routes if not route.name and route.handler.rpartition(".")[2] == last
        ]
        return handlers if len({route.handler for route in handlers}) == 1 else []


def _takes(route: Route, verb: str) -> bool:
    if route.websocket or verb == "WEBSOCKET":
        return route.websocket and verb in ("WEBSOCKET", "")
    return not verb or verb in route.methods or (verb == "HEAD" and "GET" in route.methods)


def _path(url: str) -> str | None:
    """The path of a URL; None for another host's."""
    scheme, separator, rest = url.partition("://")
    if separator and HOLE not in scheme:
        host, slash, tail = rest.partition("/")
        if host.partition(":")[0] not in _HOSTS:
            return None
        url = slash + tail
    path = url.partition("?")[0].partition("#")[0]
    return path if path.startswith(("/", HOLE)) else None


def _fit(segments: list[_Segment], written: list[str]) -> Fit | None:
    takes_rest = bool(segments) and segments[-1].takes_rest and len(written) >= len(segments)
    if len(segments) != len(written) and not takes_rest:
        return None
    found: list[int] = []
    for segment, text in zip(segments, written, strict=False):
        fit = segment.fit(text)
        if fit is None:
            return None
        found.append(fit)
    return (*found[:-1], _REST) if takes_rest else tuple(found)


def _segments(route: Route) -> list[_Segment]:
    """The segments of a route's path; a trailing slash makes no difference."""
    path = route.path.strip("/")
    segments = list(_split(path)) if path else []
    if segments and segments[-1].is_parameter and _has_path_converter(route.pattern):
        segments[-1] = segments[-1]._replace(takes_rest=True)
    return segments


def _has_path_converter(pattern: str) -> bool:
    last = pattern.rstrip("/").rpartition("/")[2]
    return ":path}" in last or "<path:" in last


def _split(path: str) -> Iterator[_Segment]:
    for text in path.split("/"):
        before, opening, rest = text.partition("{")
        after = rest.rpartition("}")[2]
        yield _Segment(text, before, after, is_parameter=bool(opening))
