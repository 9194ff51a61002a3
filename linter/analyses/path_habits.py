"""How a project writes its paths, and the few that are written another way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.facts.expressions import Constant

if TYPE_CHECKING:
    from linter.backend import Backend, Route
    from linter.finding import Location

_FEWEST = 10
"""So many things have to be comparable before there is a habit."""
_SHARE = 0.9
_LOCAL = 3
"""So many that differ together, in one area or file, have a habit of their own."""
_LITERAL = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_HOLE = re.compile(r"\{[A-Za-z_]\w*\}")
_HUMP = re.compile(r"[a-z0-9][A-Z]")
_BETWEEN_WORDS = re.compile(r"[-_]|(?<=[a-z0-9])(?=[A-Z])")
_CASES = {"kebab": "kebab-case", "snake": "snake_case", "camel": "camelCase", "pascal": "PascalCase"}
_UNCLEAR = ("ss", "us", "is")
_WITHOUT_PLURAL = frozenset(
    {"audio", "children", "content", "data", "equipment", "feedback", "history", "inventory", "media"}
    | {"config", "metadata", "music", "people", "staff", "stock", "stuff", "support", "traffic"}
)
"""English words that mean many things without an `s`."""
_RE_PATHS = ("django.urls.re_path", "django.conf.urls.url")
_REPEATED = {
    "GET": ("get", "list", "fetch"),
    "POST": ("create",),
    "PUT": ("update",),
    "PATCH": ("update",),
    "DELETE": ("delete", "remove"),
}
"""Words that a path need not say, because the method says them."""


class Deviation(NamedTuple):
    """A route whose path differs from the project's habit.

    `what` is the part that differs and `is_` what it is; `habit` is what `agreeing` of `compared` are.
    """

    route: Route
    what: str
    is_: str
    habit: str
    agreeing: int
    compared: int


class _Vote(NamedTuple):
    """One thing that could be written in several ways: what it is, how it is written, and where."""

    what: str
    choice: str
    route: Route


class Habits:
    """The routes that were compared, and those that differ."""

    def __init__(self, backend: Backend) -> None:
        self.compared: dict[int, Route] = {}
        """By the id of a route."""
        self.deviations: dict[int, list[Deviation]] = {}
        """By the id of a route."""
        families: dict[str, list[Route]] = {}
        for route in backend.routes:
            if _is_comparable(route):
                families.setdefault(_family(route), []).append(route)
        records = frozenset(_names_of_records(backend))
        open_ended = frozenset(_open_ended(backend))
        for _, routes in sorted(families.items()):
            self._judge(_slashes(each for each in routes if _place(each.location) not in open_ended))
            self._judge(_cases(routes))
            self._judge(_collections(routes, records))
            for method in _REPEATED:
                self._judge(_verbs(routes, method))

    def _judge(self, votes: Iterable[_Vote]) -> None:
        """Keep the votes that nearly all others outvote."""
        votes = list(votes)
        self.compared.update((id(vote.route), vote.route) for vote in votes)
        counted = Counter(vote.choice for vote in votes)
        if len(votes) < _FEWEST:
            return
        habit, agreeing = max(counted.items(), key=lambda each: (each[1], each[0]))
        if agreeing < _SHARE * len(votes):
            return
        for vote in votes:
            if vote.choice != habit and not _is_local(vote, votes):
                found = Deviation(vote.route, vote.what, vote.choice, habit, agreeing, len(votes))
                self.deviations.setdefault(id(vote.route), []).append(found)


@lru_cache(maxsize=1)
def habits_of(backend: Backend) -> Habits:
    """How the project writes its paths."""
    return Habits(backend)


def _is_comparable(route: Route) -> bool:
    """Whether a route's path is known to the end, and written in the project."""
    if not route.complete or route.websocket or route.is_graphql:
        return False
    if route.function is None and route.owner is None:
        return False
    return all(_LITERAL.fullmatch(each) or _HOLE.fullmatch(each) for each in _segments(route)) and (
        "(" not in route.pattern and "?" not in route.pattern
    )


def _family(route: Route) -> str:
    return "django" if route.framework == "drf" else route.framework.partition("-")[0]


def _segments(route: Route) -> list[str]:
    return [each for each in route.path.split("/") if each]


def _is_local(vote: _Vote, votes: list[_Vote]) -> bool:
    """Whether those around a vote, in the same area of the API or the same file, are like it."""
    around = [[each for each in votes if each.route.location.path == vote.route.location.path]]
    segments = _segments(vote.route)
    for depth in range(1, len(segments)):
        start = segments[:depth]
        around.append([each for each in votes if _segments(each.route)[:depth] == start])
    return any(
        sum(each.choice == vote.choice for each in group) >= max(_LOCAL, len(group) / 2) for group in around
    )


def _first_of_each(pairs: Iterable[tuple[str, Route]]) -> Iterator[tuple[str, Route]]:
    """Each name once, with the first route that has it."""
    first: dict[str, Route] = {}
    for name, route in pairs:
        first.setdefault(name, route)
    return iter(first.items())


def _open_ended(backend: Backend) -> Iterator[tuple[str, int]]:
    """Where Django's routes take any end, or are regular expressions, whose slash may be optional."""
    for site in backend.calls("django.urls.path", *_RE_PATHS):
        given = site.argument(0, "route")
        if site.callee.name in _RE_PATHS or not isinstance(given, Constant) or "<path:" in str(given.value):
            yield _place(site.location)


def _place(location: Location) -> tuple[str, int]:
    return (location.path, location.line)


def _slashes(given: Iterable[Route]) -> Iterator[_Vote]:
    """Whether paths end with a slash; one that is served both ways, or an area's index, is no sign."""
    routes = list(given)
    paths = {route.path for route in routes}
    areas = {segments[0] for route in routes if len(segments := _segments(route)) > 1}
    for path, route in _first_of_each((route.path, route) for route in routes if _has_word(route)):
        other = path.removesuffix("/") if path.endswith("/") else f"{path}/"
        index = path.count("/") == 2 and path.strip("/") in areas
        if other not in paths and not index and not _takes_rest(route):
            yield _Vote("", "ends with a slash" if path.endswith("/") else "ends without a slash", route)


def _has_word(route: Route) -> bool:
    return any(_HOLE.fullmatch(each) is None for each in _segments(route))


def _takes_rest(route: Route) -> bool:
    """Whether the last parameter of a path takes slashes as well."""
    last = route.pattern.rstrip("/").rpartition("/")[2]
    return last.startswith(("<path:", "{path:")) or last.endswith(":path}")


def _cases(routes: list[Route]) -> Iterator[_Vote]:
    """How words are joined in segments of several words."""
    pairs = ((each, route) for route in routes for each in _segments(route) if _HOLE.fullmatch(each) is None)
    for segment, route in _first_of_each(pairs):
        case = _case(segment)
        if case is not None:
            yield _Vote(segment, f"in {_CASES[case]}", route)


def _case(segment: str) -> str | None:
    """How the words of a segment are joined; None for a single word and for a mixture."""
    kinds = [kind for kind, mark in (("kebab", "-"), ("snake", "_")) if mark in segment.strip("-_")]
    if _HUMP.search(segment) is not None:
        kinds.append("pascal" if segment[0].isupper() else "camel")
    return kinds[0] if len(kinds) == 1 else None


def _collections(routes: list[Route], records: frozenset[str]) -> Iterator[_Vote]:
    """Whether collections of records (`/users` beside `/users/{id}`) have a plural name."""
    with_items = {
        "/".join(segments[:-1])
        for route in routes
        if len(segments := _segments(route)) > 1 and _HOLE.fullmatch(segments[-1])
    }
    lists = (
        (segments[-1], route)
        for route in routes
        if "GET" in route.methods and "/".join(segments := _segments(route)) in with_items
    )
    for name, route in _first_of_each(lists):
        word = re.split(r"[-_]", name.lower())[-1]
        if _HOLE.fullmatch(name) or word in _WITHOUT_PLURAL or word.endswith((*_UNCLEAR, "ware")):
            continue
        if word.endswith("s"):
            yield _Vote(name, "plural", route)
        elif re.sub(r"[-_]", "", name.lower()) in records:
            yield _Vote(name, "singular", route)


def _names_of_records(backend: Backend) -> Iterator[str]:
    """The names of models, as one word."""
    for table in backend.tables.values():
        if table.model:
            yield table.model.rpartition(".")[2].lower().replace("_", "")


def _verbs(routes: list[Route], method: str) -> Iterator[_Vote]:
    """Whether the last word of a path repeats the only method of its route."""
    for route in routes:
        own = [each for each in route.methods if each not in ("HEAD", "OPTIONS")]
        literal = [each for each in _segments(route) if _HOLE.fullmatch(each) is None]
        if own != [method] or not literal:
            continue
        repeats = _BETWEEN_WORDS.split(literal[-1])[0].lower() in _REPEATED[method]
        yield _Vote(literal[-1], f"begins with a verb that {method} says" if repeats else "a noun", route)
