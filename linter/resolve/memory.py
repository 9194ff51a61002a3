"""What one run leaves for the next."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from linter.resolve.changes import Change
    from linter.resolve.definitions import Module
    from linter.resolve.project import Project


class Memory(Protocol):
    """Where a run finds what the last one has kept. `digests` are those of the files at hand, by path."""

    @property
    def digests(self) -> Mapping[str, bytes]:
        """What tells the content of a file from any other, by path."""

    def read(self, name: str) -> bytes | None:
        """What was kept under a name; None for nothing."""

    def write(self, name: str, payload: bytes) -> None:
        """Keep something for the next run."""

    def change(self, module: Module, before: bytes) -> Change:
        """How a module differs from the file that had a digest."""


def layout_of(project: Project) -> blake2b:
    """The beginning of a digest: which modules there are, under which names, and what is imported."""
    state = blake2b(digest_size=16)
    for path, module in project.modules.items():
        state.update(f"{path}\0{module.name}\0{module.id}\n".encode("utf-8", "surrogatepass"))
    state.update("\0".join(sorted(project.imported)).encode("utf-8", "surrogatepass"))
    return state
