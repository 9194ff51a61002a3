"""The files of a project, and what discovery decided about all that it met."""

from __future__ import annotations

from hashlib import blake2b
from typing import Literal, TypeAlias

import msgspec

from linter.outcome import Skipped

Language: TypeAlias = Literal["python", "sql", "openapi", "graphql", "template", "foreign"]
"""`foreign` is what no part of backlint reads: its text is handed to an engine."""

_EXTENSIONS: dict[str, Language] = {".py": "python", ".pyw": "python", ".sql": "sql"}


class SourceFile(msgspec.Struct, frozen=True, gc=False):
    """One file of the project.

    `path` is relative to the root with `/` separators; bytes of its name that are not UTF-8 are kept
    as lone surrogates, so a report must make it printable and a msgpack or JSON encoder refuses it.
    `digest` is BLAKE2b over `data`, 16 bytes long.
    """

    path: str
    language: Language
    data: bytes
    digest: bytes


class Considered(msgspec.Struct, frozen=True, order=True, gc=False):
    """A path that discovery decided about. `reason` is empty for a file that is checked."""

    path: str
    reason: str


class Discovery(msgspec.Struct, frozen=True):
    """What discovery found; everything is sorted by path.

    `excluded` counts by reason what was left out on purpose; a folder counts once. `configs` are
    configuration files below the root, and may turn out to have no backlint table. `targets` are the
    named paths relative to the root; empty when the whole project was named. `considered` is filled
    only with `explain`. `foreign` are the files in other languages that were asked for; where there are any,
    `packages` are the folders with a `package.json`.
    """

    files: tuple[SourceFile, ...]
    skipped: tuple[Skipped, ...]
    excluded: dict[str, int]
    configs: tuple[str, ...]
    targets: tuple[str, ...] = ()
    considered: tuple[Considered, ...] = ()
    foreign: tuple[SourceFile, ...] = ()
    packages: tuple[str, ...] = ()

    def is_target(self, path: str) -> bool:
        """Whether findings in `path` were asked for."""
        return not self.targets or any(
            path == target or path.startswith(f"{target}/") for target in self.targets
        )


def language_of(path: str) -> Language | None:
    """The language that a file name stands for, or None."""
    return _EXTENSIONS.get(extension_of(path))


def extension_of(path: str) -> str:
    """What stands after the last dot of a name, in lower case and with the dot; empty without one."""
    dot = path.rfind(".")
    return path[dot:].lower() if dot >= 0 else ""


def source_file(path: str, language: Language, data: bytes) -> SourceFile:
    """A file with its digest."""
    return SourceFile(path, language, data, blake2b(data, digest_size=16).digest())
