"""Facts for all files: from the cache, in this process, or in worker processes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from linter.facts.files import FileFacts

if TYPE_CHECKING:
    from linter.sources import SourceFile

_WORTH_WORKERS = 1_000_000
"""Bytes of source below which starting worker processes costs more than it saves."""
_CHUNK = 250_000

_Progress = Callable[[int, int], None]


class Reading(NamedTuple):
    """Facts by path, their encoded form by key for the cache, and how many files were parsed."""

    facts: dict[str, FileFacts]
    encoded: dict[bytes, bytes]
    parsed: int


def read_facts(
    files: Mapping[str, SourceFile],
    dialect: str,
    stored: Mapping[bytes, bytes],
    *,
    jobs: int = 0,
    progress: _Progress | None = None,
) -> Reading:
    """Facts of every file. Files with the same content are parsed once."""
    salt = f"\0{dialect}".encode()
    keys = {path: file.digest + file.language[:1].encode() + salt for path, file in files.items()}
    encoded: dict[bytes, bytes] = {}
    missing: dict[bytes, SourceFile] = {}
    for path, key in keys.items():
        known = stored.get(key)
        if known is not None:
            encoded[key] = known
        else:
            missing[key] = files[path]
    if missing:
        encoded.update(_extract(missing, dialect, jobs, progress))
    decoder = msgspec.msgpack.Decoder(FileFacts)
    enabled = gc.isenabled()
    gc.disable()
    try:
        facts: dict[str, FileFacts] = {}
        for path in sorted(files):
            facts[path] = _decode(decoder, encoded, keys[path], files[path], dialect)
    finally:
        if enabled:
            gc.enable()
    return Reading(facts, encoded, len(missing))


def _decode(
    decoder: msgspec.msgpack.Decoder[FileFacts],
    encoded: dict[bytes, bytes],
    key: bytes,
    file: SourceFile,
    dialect: str,
) -> FileFacts:
    try:
        return decoder.decode(encoded[key])
    except msgspec.DecodeError:
        # The cache is checked as a whole; an entry that still does not fit is made anew.
        from linter.extract.files import extract_many

        encoded[key] = extract_many([(file.data, file.language)], dialect)[0]
        return decoder.decode(encoded[key])


def _extract(
    missing: Mapping[bytes, SourceFile], dialect: str, jobs: int, progress: _Progress | None
) -> dict[bytes, bytes]:
    size = sum(len(file.data) for file in missing.values())
    workers = jobs or cores()
    chunks = list(_chunks(missing))
    if workers > 1 and size > _WORTH_WORKERS and len(chunks) > 1:
        return _in_workers(chunks, len(missing), dialect, workers, progress)
    from linter.extract.files import extract_many

    found: dict[bytes, bytes] = {}
    for chunk in chunks:
        found.update(zip(chunk.keys, extract_many(chunk.files, dialect), strict=True))
        if progress is not None:
            progress(len(found), len(missing))
    return found


class _Chunk(NamedTuple):
    keys: list[bytes]
    files: list[tuple[bytes, str]]


def _chunks(missing: Mapping[bytes, SourceFile]) -> Iterator[_Chunk]:
    """Files in pieces of similar size, the largest files first so that no worker ends late."""
    chunk, size = _Chunk([], []), 0
    for key, file in sorted(missing.items(), key=lambda item: (-len(item[1].data), item[0])):
        chunk.keys.append(key)
        chunk.files.append((file.data, file.language))
        size += len(file.data)
        if size >= _CHUNK:
            yield chunk
            chunk, size = _Chunk([], []), 0
    if chunk.keys:
        yield chunk


def _in_workers(
    chunks: list[_Chunk], total: int, dialect: str, workers: int, progress: _Progress | None
) -> dict[bytes, bytes]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    from linter.extract.files import extract_many

    found: dict[bytes, bytes] = {}
    broken: list[_Chunk] = []
    with ProcessPoolExecutor(min(workers, len(chunks))) as pool:
        pending = {pool.submit(extract_many, chunk.files, dialect): chunk for chunk in chunks}
        for future in as_completed(pending):
            chunk = pending[future]
            try:
                found.update(zip(chunk.keys, future.result(), strict=True))
            except BrokenProcessPool:
                broken.append(chunk)
            if progress is not None:
                progress(len(found), total)
    for chunk in broken:
        for key, file in zip(chunk.keys, chunk.files, strict=True):
            found[key] = _alone(file, dialect)
    return found


def _alone(file: tuple[bytes, str], dialect: str) -> bytes:
    """Facts of one file in a process of its own: whatever kills that process costs one file."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from linter.extract.files import extract_many

    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(extract_many, [file], dialect).result()[0]
        except BrokenProcessPool:
            facts = FileFacts("sql" if file[1] == "sql" else "python", error="the parser crashed on it")
            return msgspec.msgpack.encode(facts)


def cores() -> int:
    """How many processors this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
