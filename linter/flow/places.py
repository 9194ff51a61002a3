"""Functions, and places in them, as texts that stay the same from one run to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from linter.facts.spans import Span
    from linter.resolve.definitions import Definition, Function
    from linter.resolve.project import Project

CALLERS = "callers "
"""How the keys begin of those who call something of a name."""
_SINK = "sink "


class Place(NamedTuple):
    """A kind of sink at a span of a function, which is told by its file and its label there."""

    kind: str
    path: str
    label: str
    span: Span

    def holder(self, project: Project) -> Function:
        """The function, or the class whose body it stands in."""
        return project.modules[self.path].labelled(self.label)  # type: ignore[return-value]


def name_of(definition: Definition) -> str:
    """What tells a function or class from all others of the project."""
    return f"{definition.module.path}\0{definition.label}"


def sink_key(kind: str, function: Definition, span: Span) -> str:
    """The key by which a sink is traced."""
    return key_of(Place(kind, function.module.path, function.label, span))


def key_of(place: Place) -> str:
    """The key by which the sink at a place is traced."""
    kind, path, label, span = place
    return f"{_SINK}{kind}\0{path}\0{label}\0{span}"


def sink_at(key: str) -> Place | None:
    """The sink that a key is traced by; None for the key of anything else."""
    if not key.startswith(_SINK):
        return None
    kind, path, label, span = key.removeprefix(_SINK).split("\0")
    return Place(kind, path, label, int(span))
