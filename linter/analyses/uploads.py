"""Uploads: what handlers, and the functions that they hand an upload to, do with it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.ownership import expressions_of
from linter.analyses.provenance import provenance_of
from linter.analyses.reach import reach_of
from linter.analyses.upload_traces import Marks, is_presence
from linter.facts.expressions import Attr, Comprehension, Constant, Expr, Operation, Ref, walk
from linter.facts.scopes import Assertion, Call
from linter.resolve.definitions import Class, Function, arguments_of

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.finding import Location

_DEPTH = 5
_FILES = frozenset({"request.files", "request.FILES"})
_LIMITS = frozenset(
    {"MAX_CONTENT_LENGTH", "DATA_UPLOAD_MAX_MEMORY_SIZE", "FILE_UPLOAD_HANDLERS", "REQUEST_MAX_SIZE"}
)
"""Settings that limit what a framework takes."""
_REQUESTS = frozenset({"request", "scope", "environ", "flask"})
_MAKING = frozenset({"create", "acreate", "get_or_create", "update_or_create"})
_COMPARING = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
_WRITING = frozenset({"copyfileobj", "write", "writelines", "write_bytes", "upload_fileobj", "put_object"})
_WHOLE = frozenset({"read", "readlines", "getvalue"})
_HARMLESS = frozenset(
    {"len", "str", "repr", "bool", "isinstance", "print", "BytesIO", "list", "type", "hasattr", "b64encode"}
    | {"iter", "enumerate", "zip", "sha256", "sha1", "md5", "sha512", "update"}
)
"""What looks at an upload, or wraps it, and neither refuses nor keeps it."""


class Fate(Enum):
    """What becomes of an upload."""

    CHECKED = "checked"
    KEPT = "kept"
    UNUSED = "unused"
    UNKNOWN = "unknown"


class Upload(NamedTuple):
    """One upload of a route: who takes it, and under which name. `kept` is where it is stored or read."""

    function: Function
    name: str
    location: Location
    fate: Fate
    kept: Location | None = None
    how: str = ""

    @property
    def scope(self) -> str:
        """The function that takes it."""
        return self.function.name


class _Found(NamedTuple):
    fate: Fate
    kept: Location | None = None
    how: str = ""


@lru_cache(maxsize=1)
def uploads_of(backend: Backend) -> tuple[Upload, ...]:
    """Every upload that handlers take, each once, in order of place."""
    found = list(_Reader(backend).uploads())
    if any(each.fate is Fate.KEPT for each in found) and is_limited(backend):
        found = [
            each._replace(fate=Fate.CHECKED, kept=None) if each.fate is Fate.KEPT else each for each in found
        ]
    return tuple(sorted(found, key=lambda each: (each.location, each.name)))


class _Reader:
    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._project = backend.project
        self._inputs = provenance_of(backend).inputs
        self._reach = reach_of(backend)
        self._followed: dict[tuple[int, frozenset[str], frozenset[str]], _Found] = {}
        self._models = {id(table.owner) for table in backend.tables.values() if table.owner is not None}

    def uploads(self) -> Iterator[Upload]:
        """Parameters that a framework fills, and reads of the request by hand."""
        seen: set[tuple[int, str]] = set()
        for route in self._backend.routes:
            for each in route.inputs:
                function = each.taker or route.function
                if each.place != "file" or function is None or (id(function), each.name) in seen:
                    continue
                if not any(parameter.name == each.name for parameter in function.scope.parameters):
                    continue
                seen.add((id(function), each.name))
                found = self._follow(function, frozenset({each.name}), 0)
                if found.fate is Fate.UNUSED and (each.type or "").startswith("bytes"):
                    found = _Found(Fate.UNKNOWN)
                yield Upload(function, each.name, function.location, *found)
        for function in self._inputs.handler_functions:
            yield from self._by_hand(function)

    def _by_hand(self, function: Function) -> Iterator[Upload]:
        """What a handler takes out of `request.files`."""
        sources = {
            _until_files(each.name)
            for expr in expressions_of(function)
            for each in walk(expr)
            if isinstance(each, Ref) and self._is_files(function, each.name)
        }
        if sources:
            found = self._follow(function, frozenset(), 0, frozenset(sources))
            yield Upload(function, "request.files", function.location, *found)

    def _is_files(self, function: Function, name: str) -> bool:
        return self._inputs.request_value(function, name) in _FILES and not {"files", "FILES"}.isdisjoint(
            name.split(".")
        )

    # One function

    def _follow(
        self,
        function: Function,
        taken: frozenset[str],
        depth: int,
        sources: frozenset[str] = frozenset(),
        said: frozenset[str] = frozenset(),
    ) -> _Found:
        """What a function does with uploads in parameters, or in what it reads from the request."""
        if depth > _DEPTH or function.children:
            return _Found(Fate.UNKNOWN)
        marks = Marks(function, taken, sources, said)
        if _checks(function, marks):
            return _Found(Fate.CHECKED)
        kept: _Found | None = None
        for call in function.scope.calls:
            found = self._of_call(function, call, marks, depth)
            if found.fate in (Fate.CHECKED, Fate.UNKNOWN):
                return found
            kept = kept or (found if found.fate is Fate.KEPT else None)
        if any(marks.is_content(each) for each in _let_out(function)):
            return _Found(Fate.UNKNOWN)
        return kept or _Found(Fate.UNUSED)

    def _handed(self, function: Function, named: dict[str, bool], depth: int) -> _Found:
        """What a function does with parameters that hold an upload, or what is said of one."""
        taken = frozenset(name for name, is_content in named.items() if is_content)
        key = (id(function), taken, frozenset(named))
        if key not in self._followed:
            self._followed[key] = _Found(Fate.UNKNOWN)
            self._followed[key] = self._follow(function, taken, depth, said=frozenset(named) - taken)
        return self._followed[key]

    def _of_call(self, function: Function, call: Call, marks: Marks, depth: int) -> _Found:
        place, last = function.module.locate(call.span), call.last_name
        receiver = marks.receiver(call)
        if receiver is not None:
            return _of_method(call, last, place)
        given = [each for each in arguments_of(call) if marks.holds_content(each)]
        callee = self._project.callee(function, call)
        target = callee.target
        if isinstance(target, Function) and not target.is_module:
            named = dict(_parameters(target, call, marks))
            if not named:
                return _Found(Fate.UNKNOWN if given else Fate.UNUSED)
            return self._handed(target, named, depth + 1)
        if not given:
            return _Found(Fate.UNUSED)
        makes = call.last_name in _MAKING and self._reach.model_in(function, call.callee) is not None
        if makes or (isinstance(target, Class) and id(target) in self._models):
            return _Found(Fate.KEPT, place, "stores it")
        if last in _WRITING or (last == "save" and "storage" in callee.name.lower()):
            return _Found(Fate.KEPT, place, "stores it")
        harmless = last in _HARMLESS and not isinstance(target, Class)
        return _Found(Fate.UNUSED if harmless else Fate.UNKNOWN)


def _until_files(name: str) -> str:
    """`flask.request.files` out of `flask.request.files.get`."""
    parts = name.split(".")
    end = next(index for index, part in enumerate(parts) if part in ("files", "FILES"))
    return ".".join(parts[: end + 1])


def _of_method(call: Call, last: str, place: Location) -> _Found:
    """What a method of the upload itself does."""
    if last == "save":
        return _Found(Fate.KEPT, place, "stores it")
    if last in _WHOLE and not call.args and not call.keywords:
        return _Found(Fate.KEPT, place, "reads it whole")
    return _Found(Fate.UNUSED)


def _checks(function: Function, marks: Marks) -> bool:
    """Whether a condition or a comparison looks at more than whether there is an upload."""
    for block in function.scope.blocks:
        if block.kind in ("if", "while", "case") and block.subject is not None:
            if marks.is_marked(block.subject) and not is_presence(function, block.subject):
                return True
    for statement in function.scope.statements:
        if isinstance(statement, Assertion) and marks.is_marked(statement.test):
            if not is_presence(function, statement.test):
                return True
    for expr in expressions_of(function):
        for each in walk(expr):
            if isinstance(each, Operation) and each.operator in _COMPARING:
                if marks.is_marked(each) and not is_presence(function, each):
                    return True
            elif isinstance(each, Comprehension) and any(map(marks.is_marked, each.conditions)):
                return True
    return False


def _let_out(function: Function) -> Iterator[Expr]:
    """What a function gives back, or puts where others find it."""
    for statement in function.scope.statements:
        targets = getattr(statement, "targets", None)
        value = getattr(statement, "value", None)
        if value is None:
            continue
        if targets is None or any(not isinstance(each, Ref) or "." in each.name for each in targets):
            yield value


def _parameters(target: Function, call: Call, marks: Marks) -> Iterator[tuple[str, bool]]:
    """The parameters that a call fills with an upload (True) or with what is said of it (False)."""
    names = [each.name for each in target.scope.parameters if each.kind.startswith("positional")]
    if target.owner is not None and names[:1] in (["self"], ["cls"]):
        names = names[1:]
    for name, value in (*zip(names, call.args, strict=False), *call.keywords):
        if marks.is_marked(value):
            yield name, marks.holds_content(value)


@lru_cache(maxsize=1)
def is_limited(backend: Backend) -> bool:
    """Whether the application limits what it takes, by a setting or by what a request says of its length."""
    if any(each.name in _LIMITS for each in backend.settings):
        return True
    return any(_reads_length(function) for function in backend.functions)


def _reads_length(function: Function) -> bool:
    names: set[str] = set()
    for expr in expressions_of(function):
        for each in walk(expr):
            if isinstance(each, Constant) and isinstance(each.value, str):
                if each.value in _LIMITS:
                    return True
                names.add(each.value.lower().replace("-", "_"))
            elif isinstance(each, (Ref, Attr)) and each.name.endswith(".content_length"):
                return True
            if isinstance(each, Ref):
                names.add(each.name.lstrip(":$").partition(".")[0])
    return "content_length" in names and not names.isdisjoint(_REQUESTS)
