"""Facts for all files, and what observers say: from the cache, in this process, or in worker processes."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from linter.facts.files import FileFacts

if TYPE_CHECKING:
    from linter.extract.files import Observer, Read, Task
    from linter.sources import SourceFile

_WORTH_WORKERS = 1_000_000
"""Bytes of source below which starting worker processes costs more than it saves."""
_CHUNK = 250_000

_Progress = Callable[[int, int], None]


class Reading(NamedTuple):
    """Facts by path, their encoded form by key for the cache, and how many files were parsed.

    `observations` has for each observer what it said by path; `observed` all of it by key for the cache.
    """

    facts: dict[str, FileFacts]
    encoded: dict[bytes, bytes]
    parsed: int
    observations: tuple[dict[str, bytes], ...]
    observed: dict[bytes, bytes]


def read_facts(
    files: Mapping[str, SourceFile],
    dialect: str,
    stored: Mapping[bytes, bytes],
    *,
    observers: Sequence[Observer] = (),
    observed: Mapping[bytes, bytes] | None = None,
    jobs: int = 0,
    progress: _Progress | None = None,
) -> Reading:
    """Facts of every file. Files with the same content are parsed once.

    `stored` and `observed` are what the cache knows. Observers are asked about Python files by path.
    """
    salt = f"\0{dialect}".encode()
    keys = {path: file.digest + file.language[:1].encode() + salt for path, file in files.items()}
    encoded = {key: stored[key] for key in keys.values() if key in stored}
    known = observed or {}
    places = _places(files, observers)
    said = {key: known[key] for at in places.values() for key in at if key in known}
    tasks = dict(_tasks(files, keys, encoded, places, said))
    for path, read in _read_all(tasks, dialect, observers, jobs, progress).items():
        if tasks[path].facts:
            encoded[keys[path]] = read.facts
        for position, observation in zip(tasks[path].observers, read.observations, strict=True):
            said[places[path][position]] = observation
    by_path = tuple(
        {path: said[at[position]] for path, at in places.items()} for position in range(len(observers))
    )
    return Reading(_decoded(files, keys, encoded, dialect), encoded, len(tasks), by_path, said)


def observe(files: Mapping[str, bytes], observer: Observer, jobs: int = 0) -> dict[str, bytes]:
    """What an observer says about Python files by path; empty for a file that cannot be read."""
    from linter.extract.files import Task

    tasks = {path: Task(path, data, "python", False, (0,)) for path, data in files.items()}
    read = _read_all(tasks, "auto", (observer,), jobs, None)
    return {path: each.observations[0] for path, each in read.items()}


def _places(files: Mapping[str, SourceFile], observers: Sequence[Observer]) -> dict[str, tuple[bytes, ...]]:
    """The keys under which the observers' words about each Python file are kept."""
    if not observers:
        return {}
    seals = [blake2b(each.signature, digest_size=16).digest() for each in observers]
    found: dict[str, tuple[bytes, ...]] = {}
    for path, file in files.items():
        if file.language == "python":
            found[path] = tuple(
                seal + file.digest + each.place(path) for seal, each in zip(seals, observers, strict=True)
            )
    return found


def _tasks(
    files: Mapping[str, SourceFile],
    keys: Mapping[str, bytes],
    encoded: Mapping[bytes, bytes],
    places: Mapping[str, tuple[bytes, ...]],
    said: Mapping[bytes, bytes],
) -> Iterator[tuple[str, Task]]:
    """What has to be read, by path."""
    from linter.extract.files import Task

    taken: set[bytes] = set(said)
    for path, file in files.items():
        key = keys[path]
        wants_facts = key not in encoded and key not in taken
        at = places.get(path, ())
        asked = tuple(position for position, place in enumerate(at) if place not in taken)
        if wants_facts or asked:
            taken.add(key)
            taken.update(at)
            yield path, Task(path, file.data, file.language, wants_facts, asked)


def _decoded(
    files: Mapping[str, SourceFile], keys: Mapping[str, bytes], encoded: dict[bytes, bytes], dialect: str
) -> dict[str, FileFacts]:
    decoder = msgspec.msgpack.Decoder(FileFacts)
    enabled = gc.isenabled()
    gc.disable()
    try:
        return {path: _decode(decoder, encoded, keys[path], files[path], dialect) for path in sorted(files)}
    finally:
        if enabled:
            gc.enable()


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


def _read_all(
    tasks: Mapping[str, Task],
    dialect: str,
    observers: Sequence[Observer],
    jobs: int,
    progress: _Progress | None,
) -> dict[str, Read]:
    if not tasks:
        return {}
    size = sum(len(task.data) for task in tasks.values())
    workers = jobs or cores()
    chunks = list(_chunks(tasks))
    if workers > 1 and size > _WORTH_WORKERS and len(chunks) > 1:
        return _in_workers(chunks, dialect, observers, workers, progress)
    from linter.extract.files import read_many

    found: dict[str, Read] = {}
    for chunk in chunks:
        found.update(_named(chunk, read_many(chunk, dialect, observers)))
        if progress is not None:
            progress(len(found), len(tasks))
    return found


def _named(chunk: list[Task], reads: list[Read]) -> dict[str, Read]:
    return {task.path: read for task, read in zip(chunk, reads, strict=True)}


def _chunks(tasks: Mapping[str, Task]) -> Iterator[list[Task]]:
    """Files in pieces of similar size, the largest files first so that no worker ends late."""
    chunk: list[Task] = []
    size = 0
    for task in sorted(tasks.values(), key=lambda each: (-len(each.data), each.path)):
        chunk.append(task)
        size += len(task.data)
        if size >= _CHUNK:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _in_workers(
    chunks: list[list[Task]],
    dialect: str,
    observers: Sequence[Observer],
    workers: int,
    progress: _Progress | None,
) -> dict[str, Read]:
    from concurrent.futures import ProcessPoolExecutor, as_completed
    from concurrent.futures.process import BrokenProcessPool

    from linter.extract.files import read_many

    total = sum(map(len, chunks))
    found: dict[str, Read] = {}
    broken: list[list[Task]] = []
    with ProcessPoolExecutor(min(workers, len(chunks))) as pool:
        pending = {pool.submit(read_many, chunk, dialect, observers): chunk for chunk in chunks}
        for future in as_completed(pending):
            chunk = pending[future]
            try:
                found.update(_named(chunk, future.result()))
            except BrokenProcessPool:
                broken.append(chunk)
            if progress is not None:
                progress(len(found), total)
    for chunk in broken:
        for task in chunk:
            found[task.path] = _alone(task, dialect, observers)
    return found


def _alone(task: Task, dialect: str, observers: Sequence[Observer]) -> Read:
    """One file in a process of its own: whatever kills that process costs one file."""
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from linter.extract.files import Read, read_many

    with ProcessPoolExecutor(1) as pool:
        try:
            return pool.submit(read_many, [task], dialect, observers).result()[0]
        except BrokenProcessPool:
            silence = tuple(b"" for _ in task.observers)
    if silence and task.facts:
        # An observer may have been what killed it.
        return Read(_alone(task._replace(observers=()), dialect, ()).facts, silence)
    facts = FileFacts(task.language, error="the parser crashed on it")
    return Read(msgspec.msgpack.encode(facts), silence)


def cores() -> int:
    """How many processors this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
