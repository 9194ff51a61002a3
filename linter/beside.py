"""Two pieces of work at the same time, the second in a forked process that shares all that is in memory."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


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
