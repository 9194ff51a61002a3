"""Reading files that a stranger wrote: regular files only, bounded, never through a link."""

from __future__ import annotations

import errno
import os
import stat

_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_BINARY", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_NOCTTY", 0)
    # A FIFO that took the file's place after it was listed must not block the run.
    | getattr(os, "O_NONBLOCK", 0)
)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)

_WORDS = {
    errno.ENOENT: "it is gone",
    errno.ENOTDIR: "it is gone",
    errno.EACCES: "permission denied",
    errno.EPERM: "permission denied",
    errno.ELOOP: "it is a symbolic link",
    errno.ENAMETOOLONG: "its path is too long",
    errno.EISDIR: "it is a folder",
    errno.ENXIO: "it is not a regular file",
}


class Unreadable(Exception):
    """A file could not be read. `reason` is a phrase such as "permission denied"."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def reason_of(error: OSError) -> str:
    """The plain words for an operating system error."""
    if error.errno in _WORDS:
        return _WORDS[error.errno]
    return (error.strerror or "it cannot be read").lower()


def read_regular(path: str, limit: int, *, follow: bool = False) -> bytes:
    """The bytes of the regular file at `path`, at most `limit` of them.

    A last component that is a symbolic link is followed only with `follow`. Raises `Unreadable`
    for anything that is not a regular file, is larger than `limit`, or fails to be read.
    """
    try:
        descriptor = os.open(path, _FLAGS if follow else _FLAGS | _NO_FOLLOW)
    except OSError as error:
        raise Unreadable(reason_of(error)) from None
    except ValueError:
        raise Unreadable("its name holds a NUL") from None
    try:
        return _read_all(descriptor, limit)
    except OSError as error:
        raise Unreadable(reason_of(error)) from None
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, limit: int) -> bytes:
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        raise Unreadable("it is not a regular file")
    size = status.st_size
    if size <= limit:
        # One byte more than expected: a full read proves that the end was reached.
        data = os.read(descriptor, size + 1)
        if len(data) == size:
            return data
        data = _read_rest(descriptor, data, limit)
        if len(data) <= limit:
            return data
    raise Unreadable(f"it is larger than {limit:,} bytes")


def _read_rest(descriptor: int, data: bytes, limit: int) -> bytes:
    """Finish a read of a file that changed its size meanwhile."""
    chunks, total = [data], len(data)
    while total <= limit:
        chunk = os.read(descriptor, 1 << 16)
        if not chunk:
            break
        chunks.append(chunk)
        total += len(chunk)
    return b"".join(chunks)


def read_head(path: str, size: int) -> bytes:
    """The first `size` bytes of the regular file at `path`, which is not a link. Raises `Unreadable`."""
    try:
        descriptor = os.open(path, _FLAGS | _NO_FOLLOW)
    except OSError as error:
        raise Unreadable(reason_of(error)) from None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise Unreadable("it is not a regular file")
        return os.read(descriptor, size)
    except OSError as error:
        raise Unreadable(reason_of(error)) from None
    finally:
        os.close(descriptor)
