"""Routes are kept for the next run, with what was looked at to link them.

All of them are linked again when a change bears upon anything that was looked at: how anything is declared,
names at the top of the modules that were asked for some, bodies of the functions, classes and modules that
were run or judged, and what was searched for in all bodies.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

import msgspec

from linter.backend import Route
from linter.resolve.changes import DECLARATIONS, DECORATIONS, HEADS
from linter.resolve.definitions import Class, Function, Module
from linter.resolve.memory import layout_of
from linter.resolve.moves import Moves
from linter.resolve.trace import SEARCHES, body_key, made_key, module_key, names_key

if TYPE_CHECKING:
    from linter.facts.files import FileFacts
    from linter.resolve.memory import Memory
    from linter.resolve.project import Project

_NAME = "routes"
_SHAPING = frozenset({"openapi", "graphql"})
"""Languages of files that say which routes there are, beside Python."""


class _Kept(msgspec.Struct, array_like=True):
    """What is kept.

    `looked_at` are definitions by module. `asked` are the modules that were asked for some name at their
    top, `listed` those whose names were gone through. `searches` are the keys of what was searched for.
    """

    structure: bytes
    digests: dict[str, bytes]
    looked_at: dict[str, list[str]]
    asked: list[str]
    listed: list[str]
    searches: list[str]
    routes: msgspec.Raw


def kept_or_linked(
    memory: Memory,
    project: Project,
    files: Mapping[str, FileFacts],
    link: Callable[[], tuple[Route, ...]],
    failures: Collection[object],
) -> tuple[Route, ...]:
    """The routes of the last run where no change bears upon them, else those that are linked now.

    `failures` grow while routes are linked; what was found with some is not kept.
    """
    structure = _structure(memory, project, files)
    last = _last(memory, structure)
    routes = None if last is None else _taken_over(memory, project, last)
    if last is None or routes is None:
        routes = link()
        if failures:
            return routes
        looked_at = _looked_at(project)
        asked = [path for path, each in project.modules.items() if each.is_asked_for_names]
        searches = [key for key in project.trace.keys if key.startswith(SEARCHES)]
        listed = [path for path, each in project.modules.items() if each.has_listed_names]
        last = _Kept(structure, {}, looked_at, asked, listed, searches, msgspec.Raw())
    digests = {path: memory.digests[path] for path in project.modules}
    if digests != last.digests:
        encoded = msgspec.msgpack.encode(routes, enc_hook=named)
        last = msgspec.structs.replace(last, digests=digests, routes=msgspec.Raw(encoded))
        memory.write(_NAME, msgspec.msgpack.encode(last))
    return routes


def _last(memory: Memory, structure: bytes) -> _Kept | None:
    payload = memory.read(_NAME)
    if payload is None:
        return None
    try:
        kept = msgspec.msgpack.decode(payload, type=_Kept)
    except msgspec.DecodeError:
        return None
    return kept if kept.structure == structure else None


def _structure(memory: Memory, project: Project, files: Mapping[str, FileFacts]) -> bytes:
    """What all routes depend on: which modules there are, what is imported, files of other languages."""
    state = layout_of(project)
    for path, facts in files.items():
        if facts.language in _SHAPING:
            state.update(path.encode("utf-8", "surrogatepass") + b"\0" + memory.digests[path])
    return state.digest()


def _looked_at(project: Project) -> dict[str, list[str]]:
    """The functions, classes and bodies of modules that have been looked at so far, by module."""
    noted = set(project.trace.keys)
    found: dict[str, list[str]] = {}
    for path, module in project.modules.items():
        labels = [
            each.label
            for each in module.definitions
            if each.is_looked_at or body_key(path, each.label) in noted
        ]
        if labels:
            found[path] = labels
    return found


def _taken_over(memory: Memory, project: Project, last: _Kept) -> tuple[Route, ...] | None:
    """The routes of the last run with their places as they are now; None where a change bears upon them."""
    lines: dict[str, dict[int, int]] = {}
    for path, module in project.modules.items():
        if memory.digests[path] != last.digests[path]:
            change = memory.change(module, last.digests[path])
            if not _bearing(last, module).isdisjoint(change.keys):
                return None
            if change.lines:
                lines[path] = change.lines
    try:
        routes = _decoded(project, last.routes)
    except msgspec.DecodeError:
        return None
    moves = Moves(lines)
    moved = [now for each in routes if (now := _moved(moves, each)) is not None] if moves else list(routes)
    return tuple(moved) if len(moved) == len(routes) else None


def _bearing(last: _Kept, module: Module) -> set[str]:
    """The keys of all changes of a module that bear upon the routes."""
    path = module.path
    keys = {HEADS, DECORATIONS, made_key(path), *last.searches}
    looked_at = last.looked_at.get(path, ())
    keys |= {body_key(path, label) for label in looked_at}
    if "" in looked_at:
        keys.add(names_key(path))
    if path in last.asked:
        keys.add(module_key(path))
    if path in last.listed:
        keys.add(DECLARATIONS)
    return keys


# Routes as data


def named(thing: object) -> str:
    """A class or function of the project, told from all others."""
    if isinstance(thing, (Class, Function)):
        return f"{thing.module.path}\0{thing.label}"
    raise NotImplementedError(f"{type(thing)} is no part of a route.")


def _decoded(project: Project, routes: msgspec.Raw) -> tuple[Route, ...]:
    """Routes out of what was kept; raises `msgspec.DecodeError` where that does not hold together."""

    def found(kind: type, name: object) -> object:
        path, _, label = str(name).rpartition("\0")
        definition = project.modules[path].labelled(label)
        if not isinstance(definition, kind):
            raise ValueError(f"{name!r} is no {kind.__name__}.")
        return definition

    try:
        return msgspec.msgpack.decode(routes, type=tuple[Route, ...], dec_hook=found)
    except (LookupError, ValueError) as error:
        raise msgspec.DecodeError(str(error)) from error


def _moved(moves: Moves, route: Route) -> Route | None:
    """A route with its places as they are now; None where one of them is not as it was."""
    location = moves.location(route.location)
    guards = []
    for guard in route.guards:
        place = moves.location(guard.location)
        if place is None:
            return None
        guards.append(guard if place is guard.location else dataclasses.replace(guard, location=place))
    return None if location is None else dataclasses.replace(route, location=location, guards=tuple(guards))
