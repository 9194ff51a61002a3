"""What was worked out before: facts by file content, what was followed, and the raw result of a whole run.

The cache holds data only (msgpack with a checksum). A damaged, foreign or unwritable cache is as good
as none: every read is checked and every write is one atomic replace, so runs at the same time do no harm.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import blake2b
from typing import TypeVar

import msgspec

FOLDER = ".backlint_cache"
_MAGIC = b"backlint-cache-1\n"
_NAMES = frozenset({"facts", "flows", "observations", "result", "routes", "scans"})
_SUM = 16
_IGNORE_ALL = "*\n"
_TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# This folder is a cache of backlint.\n"

T = TypeVar("T")


def engine_signature() -> bytes:
    """Changes when any module of backlint does: an upgrade must never meet old facts."""
    from linter import __version__

    state = blake2b(__version__.encode(), digest_size=16)
    pending = [os.path.dirname(os.path.abspath(__file__))]
    entries: list[tuple[str, int, int]] = []
    while pending:
        with os.scandir(pending.pop()) as found:
            for entry in found:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name != "__pycache__":
                        pending.append(entry.path)
                elif entry.name.endswith(".py"):
                    status = entry.stat()
                    entries.append((entry.path, status.st_size, status.st_mtime_ns))
    for path, size, modified in sorted(entries):
        state.update(f"{path}\0{size}\0{modified}\0".encode("utf-8", "surrogateescape"))
    return state.digest()


class Cache:
    """The cache folder of one project. With `folder` None nothing is read or written."""

    def __init__(self, folder: str | None, signature: bytes) -> None:
        self._folder = folder
        self._signature = signature

    @property
    def is_kept(self) -> bool:
        """Whether anything is kept from run to run."""
        return self._folder is not None

    def facts(self) -> dict[bytes, bytes]:
        """Encoded facts by key, as stored by the last run."""
        return self._by_key("facts")

    def store_facts(self, facts: Mapping[bytes, bytes]) -> None:
        """Replace the stored facts."""
        self._store_by_key("facts", facts)

    def observations(self) -> dict[bytes, bytes]:
        """What engines said about files, encoded, by key, as stored by the last run that had engines."""
        return self._by_key("observations")

    def store_observations(self, observations: Mapping[bytes, bytes]) -> None:
        """Replace the stored observations."""
        self._store_by_key("observations", observations)

    def scans(self) -> dict[bytes, bytes]:
        """What programs beside backlint said about files, encoded, by key, as stored by the last such run."""
        return self._by_key("scans")

    def store_scans(self, scans: Mapping[bytes, bytes]) -> None:
        """Replace the stored scans."""
        self._store_by_key("scans", scans)

    def left(self, name: str) -> bytes | None:
        """What a part of the last run left for the next one under a name."""
        return self._read(name)

    def store_left(self, name: str, payload: bytes) -> None:
        """Replace what a part of a run left."""
        if self._folder is not None:
            self._write(name, payload)

    def _by_key(self, name: str) -> dict[bytes, bytes]:
        payload = self._read(name)
        if payload is None:
            return {}
        try:
            return msgspec.msgpack.decode(payload, type=dict[bytes, bytes])
        except msgspec.DecodeError:
            return {}

    def _store_by_key(self, name: str, values: Mapping[bytes, bytes]) -> None:
        if self._folder is not None:
            self._write(name, msgspec.msgpack.encode(values))

    def result(self, key: bytes, kind: type[T]) -> T | None:
        """The stored result for exactly this key."""
        payload = self._read("result")
        if payload is None or payload[: len(key)] != key:
            return None
        try:
            return msgspec.msgpack.decode(payload[len(key) :], type=kind)
        except msgspec.DecodeError:
            return None

    def store_result(self, key: bytes, result: object) -> None:
        """Replace the stored result."""
        if self._folder is not None:
            self._write("result", key + msgspec.msgpack.encode(result))

    def _read(self, name: str) -> bytes | None:
        if self._folder is None:
            return None
        try:
            with open(os.path.join(self._folder, name), "rb") as file:
                content = file.read()
        except OSError:
            return None
        head = _MAGIC + self._signature
        if not content.startswith(head):
            return None
        payload = content[len(head) + _SUM :]
        expected = content[len(head) : len(head) + _SUM]
        return payload if blake2b(payload, digest_size=_SUM).digest() == expected else None

    def _write(self, name: str, payload: bytes) -> None:
        assert self._folder is not None
        temporary = os.path.join(self._folder, f"{name}.{os.getpid()}.tmp")
        checksum = blake2b(payload, digest_size=_SUM).digest()
        try:
            if not os.path.isdir(self._folder):
                os.makedirs(self._folder)
            self._mark()
            with open(temporary, "wb") as file:
                file.write(_MAGIC + self._signature + checksum)
                file.write(payload)
            os.replace(temporary, os.path.join(self._folder, name))
        except OSError:
            try:
                os.unlink(temporary)
            except OSError:
                return

    def _mark(self) -> None:
        """Keep the folder out of version control and out of backups."""
        assert self._folder is not None
        for name, text in ((".gitignore", _IGNORE_ALL), ("CACHEDIR.TAG", _TAG)):
            path = os.path.join(self._folder, name)
            if not os.path.exists(path):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)


def clean(folder: str) -> list[str]:
    """Delete the cache's own files in `folder`; returns what was deleted. Other files are left."""
    deleted: list[str] = []
    if not os.path.isdir(folder):
        return deleted
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if _is_ours(path, name):
            os.unlink(path)
            deleted.append(path)
    try:
        os.rmdir(folder)
    except OSError:
        return deleted
    return [*deleted, folder]


def _is_ours(path: str, name: str) -> bool:
    """Whether the cache wrote a file: a project may have set its cache to a folder with files of its own."""
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    stem = name.partition(".")[0]
    own = {".gitignore": _IGNORE_ALL.encode(), "CACHEDIR.TAG": _TAG.encode()}
    with open(path, "rb") as file:
        if name in own:
            return file.read(len(own[name]) + 1) == own[name]
        return stem in _NAMES and file.read(len(_MAGIC)) == _MAGIC
