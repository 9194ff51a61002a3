"""Two pieces of work at the same time, the second in a forked process that shares all that is in memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
V = TypeVar("V")


class Shared(Generic[V]):
    """Items that two processes share, each taking the next one when it has time, from its own end.

    At most as many as a pipe holds.
    """

    def __init__(self, items: Sequence[V]) -> None:
        self._items = items
        self._turns, giver = os.pipe()
        os.write(giver, bytes(len(items)))
        os.close(giver)

    def from_the_front(self) -> Iterator[V]:
        """The items of one process."""
        return self._taken(self._items)

    def from_the_back(self) -> Iterator[V]:
        """The items of the other."""
        return self._taken(reversed(self._items))

    def close(self) -> None:
        """Take no more."""
        os.close(self._turns)

    def _taken(self, items: Iterable[V]) -> Iterator[V]:
        # The pipe holds a byte for each item: who has read one may take an item, so none is taken twice.
        for each in items:
            if not os.read(self._turns, 1):
                return
            yield each


def can_fork() -> bool:
    """Whether a fork is cheap and safe here: not on Windows or macOS, and not beside other threads."""
    threading = sys.modules.get("threading")
    return (
        hasattr(os, "fork")
        and sys.platform != "darwin"
        and (threading is None or threading.active_count() == 1)
    )


def beside(here: Callable[[], T], there: Callable[[], bytes]) -> tuple[T, bytes | None]:
    """The results of both; None for what could not be done in the forked process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _send(there, reader, writer)
    os.close(writer)
    try:
        done = here()
        with os.fdopen(reader, "rb") as stream:
            sent = stream.read()
    finally:
        _, status = os.waitpid(child, 0)
    return done, sent if status == 0 else None


def _send(there: Callable[[], bytes], reader: int, writer: int) -> None:
    """Work and send the result; never returns, so nothing of the parent's is done twice."""
    status = 1
    try:
        os.close(reader)
        with os.fdopen(writer, "wb") as stream:
            stream.write(there())
        status = 0
    finally:
        os._exit(status)
