"""What functions leave in `g` for those that run after them in the same request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.backend import Backend
from linter.facts.expressions import Ref
from linter.frameworks.flask.seen import Seen, either
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.frameworks.flask.visitor import Frame, Visitor

_PREFIXES = ("flask.g.", "quart.g.")
_MOST = 12
"""Functions that are followed for one name; where more assign it, it is not known."""


class Carried:
    """Answers what `g.name` is for a visitor: what the functions that assign it give it."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._assigners: dict[str, list[Function]] = {}
        self._fillers: list[Function] | None = None
        self._bound: dict[tuple[int, str], dict[Seen, None]] = {}

    def bind(self, frame: Frame, target: str, seen: Seen) -> None:
        """Note an assignment to a global name, if it is one of `g`."""
        name = _name_in_g(self._visitor.backend, frame.function, target)
        if name:
            frame.names[f"g.{name}"] = seen
            self._bound.setdefault((id(frame.function), name), {})[seen] = None

    def value(self, frame: Frame, name: str) -> Seen | None:
        """What `g.name` is; None when nothing that is followed assigns it."""
        here = frame.names.get(f"g.{name}")
        if here is not None:
            return here
        functions = self._assigning(name)
        if not functions and self._own_store(frame.function):
            return Seen("absent", "g")
        if not functions or len(functions) > _MOST:
            return None
        found: dict[Seen, None] = {}
        for function in functions:
            self._visitor.call(function, {}, frozenset(), frame.asked, frame.depth + 1)
            found.update(self._bound.get((id(function), name), {}))
        if not found:
            return None
        if all(each.truth is False for each in found):
            return Seen("absent", "g", any(each.identity for each in found))
        return either(found)

    def keep(self, frame: Frame, name: str, seen: Seen) -> None:
        """Note `setattr(g, name, value)`."""
        frame.names[f"g.{name}"] = seen
        self._bound.setdefault((id(frame.function), name), {})[seen] = None

    def _own_store(self, function: Function) -> bool:
        """Whether a function alone sets names of `g` that it computes: it finds what it left, or nothing."""
        if self._fillers is None:
            sites = self._visitor.backend.methods_called("setattr")
            self._fillers = [
                site.function
                for site in sites
                if site.call is not None
                and site.call.args
                and isinstance(site.call.args[0], Ref)
                and (found := site.resolve(site.call.args[0])) is not None
                and f"{found.name}." in _PREFIXES
            ]
        return bool(self._fillers) and all(each is function for each in self._fillers)

    def _assigning(self, name: str) -> list[Function]:
        """The functions that assign a name of `g`."""
        known = self._assigners.get(name)
        if known is None:
            backend = self._visitor.backend
            found = {
                id(function): function
                for function, assign in backend.project.index.fills(name)
                for target in assign.targets
                if isinstance(target, Ref) and _name_in_g(backend, function, target.name) == name
            }
            known = self._assigners[name] = list(found.values())
        return known


def _name_in_g(backend: Backend, function: Function, target: str) -> str:
    if target[0] == "$" or ".g." not in target.replace(":", "."):
        return ""
    found = backend.project.reference(function, target).name
    prefix = next((each for each in _PREFIXES if found.startswith(each)), None)
    name = "" if prefix is None else found.removeprefix(prefix)
    return "" if "." in name else name
