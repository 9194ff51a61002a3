"""Method resolution order over classes of the project and names of libraries."""

from __future__ import annotations

from collections.abc import Callable

from linter.resolve.definitions import Class
from linter.resolve.project import Project, Resolved

_LIMIT = 400

LibraryBases = Callable[[str], tuple[str, tuple[str, ...]]]
"""From the name of a library's class to its public name and the names of its bases."""


class ClassOrder:
    """Linearises classes as Python does.

    `follow` says which class a base stands for when the base is no class but a variable.
    """

    def __init__(
        self, project: Project, library: LibraryBases, follow: Callable[[Resolved], Resolved]
    ) -> None:
        self._project = project
        self._library = library
        self._follow = follow
        self._depth = 0
        self._known: dict[str, tuple[Resolved, ...]] = {}
        self._of_class: dict[Class, tuple[Resolved, ...]] = {}
        self._classes: dict[Class, tuple[Class, ...]] = {}

    def of(self, cls: Class) -> tuple[Resolved, ...]:
        """The class and its ancestors in the order that attributes are looked up."""
        found = self._of_class.get(cls)
        if found is None:
            found = self._of(Resolved(cls.id, cls))
            if self._depth == 0:
                self._of_class[cls] = found
        return found

    def classes(self, cls: Class) -> tuple[Class, ...]:
        """Those of the order that the project defines."""
        found = self._classes.get(cls)
        if found is None:
            found = tuple(each.target for each in self.of(cls) if isinstance(each.target, Class))
            if self._depth == 0:
                self._classes[cls] = found
        return found

    def classes_after(self, cls: Class, start: Class) -> tuple[Class, ...]:
        """The project's classes that `super()` in a method of `start` looks at, for an object of `cls`."""
        return tuple(each.target for each in self.after(cls, start) if isinstance(each.target, Class))

    def of_name(self, name: str) -> tuple[Resolved, ...]:
        """The order of a library's class."""
        return self._of(Resolved(self._library(name)[0], None))

    def after(self, cls: Class, start: Class) -> tuple[Resolved, ...]:
        """What `super()` in a method of `start` looks at, for an object of `cls`."""
        order = self.of(cls)
        for position, each in enumerate(order):
            if each.target is start:
                return order[position + 1 :]
        return self.of(start)[1:]

    def _of(self, cls: Resolved) -> tuple[Resolved, ...]:
        found = self._known.get(cls.name)
        if found is None:
            self._known[cls.name] = (cls,)
            self._depth += 1
            try:
                found = self._linearise(cls)
            finally:
                self._depth -= 1
            self._known[cls.name] = found
        return found

    def _linearise(self, cls: Resolved) -> tuple[Resolved, ...]:
        if isinstance(cls.target, Class):
            bases = [self._base(base) for base in self._project.bases(cls.target)]
        else:
            bases = [self._base(Resolved(name, None)) for name in self._library(cls.name)[1]]
        chains = [list(self._of(base)) for base in bases]
        return (cls, *_merge([*chains, bases]))

    def _base(self, base: Resolved) -> Resolved:
        if not isinstance(base.target, Class) and base.target is not None:
            base = self._follow(base)
        return base if isinstance(base.target, Class) else Resolved(self._library(base.name)[0], None)


def _merge(chains: list[list[Resolved]]) -> list[Resolved]:
    merged: list[Resolved] = []
    while len(merged) < _LIMIT:
        chains = [chain for chain in chains if chain]
        if not chains:
            break
        head = _next(chains)
        merged.append(head)
        chains = [[each for each in chain if each.name != head.name] for chain in chains]
    return merged


def _next(chains: list[list[Resolved]]) -> Resolved:
    """The first head that is in no tail; in an order that Python would refuse, the first head."""
    for chain in chains:
        head = chain[0]
        if not any(head.name == each.name for other in chains for each in other[1:]):
            return head
    return chains[0][0]
