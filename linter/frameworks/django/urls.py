"""URL patterns as values: what `path`, `include` and their kin make, and how they flatten."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from linter.evaluate.environment import piece
from linter.evaluate.values import HOLE, UNKNOWN, Closure, External, Made, Value, options
from linter.facts.spans import Span
from linter.resolve.definitions import Class, Module

PATTERN = "django.urls.URLPattern"
RESOLVER = "django.urls.URLResolver"
BY_HAND = frozenset(
    {PATTERN, RESOLVER, "django.urls.resolvers.URLPattern", "django.urls.resolvers.URLResolver"}
)
"""The classes behind `path` and `include`, which some projects make themselves."""
_REGEX_PATTERN = "django.urls.resolvers.RegexPattern"
_PATTERNS = ("django.urls.resolvers.RoutePattern", _REGEX_PATTERN)
_LIMIT = 20_000
_NESTING = 24

_CONVERTER = re.compile(r"<(?:(?P<converter>[^>:\s]+):)?(?P<name>[^>:\s]+)>")
CONVERTER_TYPES = {
    "int": "int",
    "str": "str",
    "slug": "str",
    "path": "str",
    "uuid": "UUID",
    "uuidstr": "UUID",
}


_WORD = "[^/]+"
_CONVERTER_PATTERNS = {
    "str": _WORD,
    "slug": "[-a-zA-Z0-9_]+",
    "path": ".+",
}


class PathParameter(NamedTuple):
    """A part of a path that is handed to the view; `pattern` is what it matches, empty if not known."""

    name: str
    type: str | None
    pattern: str = ""


class ClassView(Made):
    """`SomeView.as_view(...)`: `cls` is a class of the project or of a library."""

    __slots__ = ("actions", "cls")

    def __init__(self, cls: Class | External, made: Made) -> None:
        super().__init__("as_view", made.args, made.keywords, made.module, made.span)
        self.cls = cls
        actions = made.args[0] if made.args else made.keywords.get("actions")
        self.actions: dict[str, str] | None = None
        if isinstance(actions, dict):
            self.actions = {
                str(verb).lower(): str(action) for verb, action in actions.items() if isinstance(action, str)
            }


class Wrapped(Made):
    """A view with a decorator around it."""

    __slots__ = ("decorator", "view")

    def __init__(self, view: Value, decorator: Value, made: Made) -> None:
        super().__init__("wrapped", made.args, made.keywords, made.module, made.span)
        self.view = view
        self.decorator = decorator


class Entry(NamedTuple):
    """One leaf of the URL tree. `view` still has its wrappers around it."""

    path: str
    view: Value
    parameters: tuple[PathParameter, ...]
    module: Module
    span: Span
    complete: bool
    resolved_by: str = ""
    """The name of the library's module that serves everything below `path`, if one does."""
    name: str = ""
    """What `reverse` finds it by, with its namespaces."""
    pattern: str = ""
    """The path with its converters; empty where an expression makes it, or it may be one of several."""
    included: tuple[tuple[Module, Span], ...] = ()
    """The calls that it is included by, the outermost first."""


def make_pattern(made: Made, regex: bool) -> Made:
    """The value of a `path(...)` or `re_path(...)` call."""
    route = made.argument(0, "route", made.keywords.get("regex", UNKNOWN))
    view = made.argument(1, "view", UNKNOWN)
    pattern = Made(PATTERN, [], {"regex": regex}, made.module, made.span)
    pattern.fields = {
        "route": _text(route),
        "callback": view,
        "name": made.argument(3, "name"),
        "default_args": made.argument(2, "kwargs", {}),
    }
    for option in options(view):
        if isinstance(option, (list, tuple)):
            pattern.name = RESOLVER
            pattern.fields["url_patterns"] = option[0] if isinstance(option, tuple) and option else option
            pattern.fields["namespace"] = option[1] if isinstance(option, tuple) and len(option) > 1 else None
    return pattern


def make_resolver(route: str, regex: bool, patterns: Value, module: Module, span: Span) -> Made:
    """A group of patterns under a prefix."""
    resolver = Made(RESOLVER, [], {"regex": regex}, module, span)
    resolver.fields = {"route": route, "url_patterns": patterns, "name": None}
    return resolver


def made_by_hand(made: Made) -> Made:
    """The value of `URLPattern(pattern, ...)` or `URLResolver(pattern, ...)`, without `path` around it."""
    pattern = made.argument(0, "pattern", UNKNOWN)
    known = isinstance(pattern, Made) and pattern.name in _PATTERNS
    route = pattern.argument(0, "route", HOLE) if isinstance(pattern, Made) and known else HOLE
    regex = isinstance(pattern, Made) and pattern.name == _REGEX_PATTERN
    is_group = made.name.endswith("URLResolver")
    view = made.argument(1, "urlconf_name" if is_group else "callback", UNKNOWN)
    if is_group:
        resolver = make_resolver(_text(route), regex, view, made.module, made.span)
        resolver.fields["namespace"] = made.argument(4, "namespace")
        return resolver
    return make_pattern(Made("", [route, view], {}, made.module, made.span), regex)


def _text(route: Value) -> str:
    """The constant text of a route; that of a translated one is its source text."""
    if isinstance(route, str):
        return route
    if isinstance(route, Made) and "gettext" in route.name and route.args:
        return _text(route.args[0])
    known = [option for option in options(route) if isinstance(option, str)]
    return known[0] if known else piece(route)


def flatten(patterns: Value, prefix: str = "/") -> Iterator[Entry]:
    """Every leaf under a list of patterns."""
    yield from islice(_flatten(patterns, _Above(prefix, prefix, (), True), 0), _LIMIT)


class _Above(NamedTuple):
    """What the patterns above give; `written` is the prefix with its converters, None if not known."""

    prefix: str
    written: str | None
    parameters: tuple[PathParameter, ...]
    complete: bool
    included: tuple[tuple[Module, Span], ...] = ()


def _flatten(patterns: Value, above: _Above, depth: int) -> Iterator[Entry]:
    groups = options(patterns)
    for group in groups:
        if not isinstance(group, (list, tuple)) or depth > _NESTING:
            continue
        for pattern in group:
            kinds = options(pattern)
            sole = len(groups) == len(kinds) == 1
            for each in kinds:
                if isinstance(each, Made) and each.name in (PATTERN, RESOLVER):
                    yield from _of_pattern(each, above if sole else above._replace(written=None), depth)


def _of_pattern(pattern: Made, above: _Above, depth: int) -> Iterator[Entry]:
    route = pattern.fields.get("route", HOLE)
    complete = above.complete and HOLE not in route
    route = route.replace(HOLE, "")
    path, own = (regex_path if pattern.keywords["regex"] else plain_path)(route)
    parameters = (*above.parameters, *own)
    leaf = "url_patterns" not in pattern.fields
    full = _joined(above.prefix, path)
    written = _written(route, pattern.keywords["regex"] is True, leaf)
    written = None if above.written is None or written is None else _joined(above.written, written)
    if not leaf:
        below = pattern.fields["url_patterns"]
        for each in options(below):
            if isinstance(each, External):
                place = (pattern.module, pattern.span)
                yield Entry(full, UNKNOWN, parameters, *place, complete, each.name)
        included = (*above.included, (pattern.module, pattern.span))
        for entry in _flatten(below, _Above(full, written, parameters, complete, included), depth + 1):
            yield _within(entry, pattern.fields.get("namespace"))
        return
    for view in options(pattern.fields.get("callback", UNKNOWN)):
        name = pattern.fields.get("name")
        named = name if isinstance(name, str) else ""
        place = (pattern.module, pattern.span)
        yield Entry(full, view, parameters, *place, complete, "", named, written or "", above.included)


def _joined(prefix: str, path: str) -> str:
    return prefix + (path.removeprefix("/") if prefix.endswith("/") else path)


_PLAIN_REGEX = re.compile(r"\^?(?P<path>(?:[-\w/]|\(\?P<\w+>\[\^/\.\]\+\))*)(?P<end>\$|\\Z)?")
_LOOKUP = re.compile(r"\(\?P<(\w+)>\[\^/\.\]\+\)")


def _written(route: str, regex: bool, leaf: bool) -> str | None:
    """A route with its converters; None for expressions and converters whose meaning is not known.

    The lookups of Django REST framework's routers take a word, as `<slug:pk>` does.
    """
    if not regex:
        known = all((each["converter"] or "str") in CONVERTER_TYPES for each in _CONVERTER.finditer(route))
        return route if known else None
    found = _PLAIN_REGEX.fullmatch(route)
    if found is None or (leaf and found["end"] is None):
        return None
    return _LOOKUP.sub(r"<slug:\1>", found["path"])


def _within(entry: Entry, namespace: Value) -> Entry:
    if not isinstance(namespace, str) or not entry.name:
        return entry
    return entry._replace(name=f"{namespace}:{entry.name}")


def plain_path(route: str) -> tuple[str, tuple[PathParameter, ...]]:
    """The path and the typed parameters of a `path()` route."""
    parameters = tuple(
        _of_converter(found["name"], found["converter"]) for found in _CONVERTER.finditer(route)
    )
    return _CONVERTER.sub(lambda found: "{" + found["name"] + "}", route), parameters


def _of_converter(name: str, converter: str | None) -> PathParameter:
    kind = converter or "str"
    return PathParameter(name, CONVERTER_TYPES.get(kind), _CONVERTER_PATTERNS.get(kind, ""))


def regex_path(regex: str) -> tuple[str, tuple[PathParameter, ...]]:
    """The path and the parameters of a `re_path()` route: groups become `{name}` or `{arg1}`."""
    text = re.sub(r"/\?$", "", re.sub(r"(\$|\\Z)$", "", regex.removeprefix("^")))
    names: list[PathParameter] = []
    path = _regex_text(text, names)
    return path, tuple(names)


def _regex_text(text: str, names: list[PathParameter]) -> str:
    path: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "(":
            end = _closing(text, position)
            path.append(_group(text[position + 1 : end], names))
            position = end + 1
            if position < len(text) and text[position] in "?*+":
                position += 1
        elif character == "\\" and position + 1 < len(text):
            path.append(
                text[position + 1] if not text[position + 1].isalnum() else text[position : position + 2]
            )
            position += 2
        else:
            if character not in "^$?":
                path.append(character)
            position += 1
    return "".join(path)


def _group(inner: str, names: list[PathParameter]) -> str:
    named = re.match(r"\?P<(\w+)>", inner)
    if named is not None:
        names.append(PathParameter(named[1], "str", inner[named.end() :]))
        return "{" + named[1] + "}"
    if inner.startswith("?:"):
        return _regex_text(_first_alternative(inner[2:]), names)
    if inner.startswith("?"):
        return ""
    name = f"arg{sum(each.name.startswith('arg') for each in names) + 1}"
    names.append(PathParameter(name, "str", inner))
    return "{" + name + "}"


def _first_alternative(text: str) -> str:
    """The part of a pattern before the first `|` that stands in no group of its own."""
    position = 0
    while position < len(text) and text[position] != "|":
        position = (_closing(text, position) if text[position] == "(" else position) + 1
    return text[:position]


def _closing(text: str, opening: int) -> int:
    depth, position, in_class = 0, opening, False
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 1
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
            if depth == 0:
                return position
        position += 1
    return len(text)


def is_view(value: Value) -> bool:
    """Whether a value can answer a request: decorators are applied to such."""
    if isinstance(value, Closure):
        parameters = value.function.head.parameters
        return bool(parameters) and not value.function.is_module
    return isinstance(value, (ClassView, Wrapped))
