"""What the user named, and the ignore files that stand above the place where a walk starts."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeAlias

from linter.globs import Globs
from linter.reading import Unreadable, read_regular

_IGNORE_FILE_LIMIT = 1_000_000


class IgnoreFile(NamedTuple):
    """The patterns of one ignore file.

    They are relative to their own folder. `strip` is the length of its path below the root with the
    final `/`; for a folder above the root it is 0 and `lead` is the path from there down to the root.
    """

    strip: int
    lead: str
    globs: Globs

    def verdict(self, path: str, name: str, folder: bool) -> bool | None:
        """`Globs.verdict` for a path relative to the root."""
        return self.globs.verdict(self.lead + path[self.strip :], name, folder)


Chain: TypeAlias = tuple[IgnoreFile, ...]
"""The ignore files in force at some folder, the strongest first."""


class NamedPathError(Exception):
    """A path given by the user cannot be checked."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class NamedPathMissing(NamedPathError):
    """A path given by the user does not exist."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "no such file or folder")


def lies_in(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it. Both are absolute and free of links."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def relative_to(path: str, root: str) -> str:
    """`path` as seen from `root`, which it lies in, with `/` separators; empty for the root itself."""
    return path[len(root.rstrip(os.sep)) + 1 :].replace(os.sep, "/")


def resolve_targets(root: str, named: Iterable[str]) -> tuple[str, ...]:
    """The named paths relative to `root`, sorted, each once; links are resolved.

    A link that is broken or leads out of the root stands for itself. Raises `NamedPathMissing` or
    `NamedPathError`.
    """
    targets = set()
    for name in named:
        path = os.path.abspath(name)
        if not os.path.lexists(path):
            raise NamedPathMissing(name)
        real = os.path.realpath(path)
        if os.path.islink(path) and not (lies_in(real, root) and os.path.exists(real)):
            real = os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
        if not lies_in(real, root):
            raise NamedPathError(name, f"it lies outside the project, whose root is {root}")
        targets.add(relative_to(real, root))
    return tuple(sorted(targets))


def ignore_chain_above(root: str, start: str) -> Chain:
    """The ignore files of all folders from the top of the git repository down to above `start`.

    Without a repository around `root`, only folders inside the root count.
    """
    top = _repository_top(root) or root
    lead = relative_to(root, top)
    lead = f"{lead}/" if lead else ""
    chain = _extended((), f"{top}/.git/info/exclude", 0, lead)
    for folder in _folders_above(lead):
        chain = _extended(chain, f"{top}/{folder}.gitignore", 0, lead[len(folder) :])
    for folder in _folders_above(f"{start}/" if start else ""):
        if folder and os.path.lexists(f"{root}/{folder}.git"):
            chain = _extended((), f"{root}/{folder}.git/info/exclude", len(folder), "")
        chain = _extended(chain, f"{root}/{folder}.gitignore", len(folder), "")
    return chain


def _extended(chain: Chain, path: str, strip: int, lead: str) -> Chain:
    # What stands above the start is not part of what is checked: a file that cannot be read says nothing.
    try:
        globs = Globs.from_ignore_file(read_regular(path, _IGNORE_FILE_LIMIT))
    except Unreadable:
        return chain
    return (IgnoreFile(strip, lead, globs), *chain) if globs else chain


def _folders_above(path: str) -> Iterator[str]:
    """The proper ancestors of `path`, from the top: for `a/b/` these are the empty string and `a/`."""
    end = -1
    while end < len(path) - 1:
        yield path[: end + 1]
        end = path.index("/", end + 1)


def _repository_top(folder: str) -> str | None:
    while not os.path.lexists(f"{folder}/.git"):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder
