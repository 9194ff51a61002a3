"""Archives: what is in one comes from whoever made the file, in memory or saved before."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Items
from linter.flow.library.files import content_of, saved, write_into
from linter.flow.sources.tables import FILE, NAMED_FILE, STREAM
from linter.flow.values import STRING, UNKNOWN, Named, Taints, Value

if TYPE_CHECKING:
    from linter.flow.calls import Calls

MEMBER = "tarfile.TarInfo"
_OPEN = frozenset({FILE, NAMED_FILE, STREAM, "bytes"})


def _content(act: Calls, file: Value) -> Taints:
    """Whose the content of a file is: an open one, or one that was saved under its path."""
    shape = file.shape
    if act.record(file) is not None or (type(shape) is Named and shape.name in _OPEN):
        return act.deep_taints(file)
    return content_of(act, file)


def _opened(kind: str, position: int, keyword: str) -> Callable[[Calls, Args, Value], Value]:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        file = args.get(position, keyword) or args.given(0, "name")
        return Value(Named(kind), _content(act, file))

    return model


def _members(act: Calls, args: Args, receiver: Value) -> Value:
    element = Value(Named(MEMBER), act.fresh_part(receiver.taints, "member"))
    return act.allocate(Items("list", (), element))


def _names(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Items("list", (), Value(STRING, act.fresh_part(receiver.taints, "member"))))


def _member(act: Calls, args: Args, receiver: Value) -> Value:
    return Value(Named(MEMBER), act.fresh_part(receiver.taints, "member"))


def _copied(act: Calls, args: Args, receiver: Value) -> Value:
    """`shutil.copyfileobj(source, target)`, where the target is a file that was opened for it."""
    content = act.deep_taints(args.given(0, "fsrc"))
    write_into(act, args.given(1, "fdst"), content)
    saved(act, args.given(1, "fdst"), content)
    return UNKNOWN


def _saved_upload(act: Calls, args: Args, receiver: Value) -> Value:
    saved(act, args.given(0, "dst"), receiver.taints)
    return UNKNOWN


ARCHIVES: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    "tarfile.open": _opened("tarfile.TarFile", 2, "fileobj"),
    "tarfile.TarFile.open": _opened("tarfile.TarFile", 2, "fileobj"),
    "tarfile.TarFile": _opened("tarfile.TarFile", 2, "fileobj"),
    "zipfile.ZipFile": _opened("zipfile.ZipFile", 0, "file"),
    "tarfile.TarFile.getmembers": _members,
    "tarfile.TarFile.getnames": _names,
    "tarfile.TarFile.next": _member,
    "tarfile.TarFile.getmember": _member,
    "zipfile.ZipFile.infolist": _members,
    "zipfile.ZipFile.namelist": _names,
    "shutil.copyfileobj": _copied,
    f"{FILE}.save": _saved_upload,
}
"""Models of what opens and lists archives, and of what saves an upload."""
