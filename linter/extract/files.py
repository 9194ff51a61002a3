"""One file in, its facts out. A pure function of the bytes, the language and the SQL dialect."""

from __future__ import annotations

import gc
from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from linter.facts.files import FileFacts
from linter.facts.scopes import Define, Scope
from linter.facts.spans import unpack

if TYPE_CHECKING:
    from linter.parse.python import Parsed
    from linter.sources import Language

_MARK = b"backlint:"


@cache
def _encoder() -> msgspec.msgpack.Encoder:
    return msgspec.msgpack.Encoder()


def extract(data: bytes, language: str, dialect: str) -> FileFacts:
    """The facts of one file. What cannot be read as its language gives facts with an `error`."""
    if language == "openapi":
        facts = _openapi(data)
    elif language == "graphql":
        facts = FileFacts("graphql")
    elif language == "template":
        facts = _template(data)
    else:
        facts = _sql(data, dialect) if language == "sql" else _python(data, dialect)
    facts.lines = _lines(data)
    return facts


class Observer(Protocol):
    """Somebody else who looks at the trees of Python files while they are there. It is sent to workers."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def signature(self) -> bytes:
        """Changes when it may say something else about the same file."""

    def place(self, path: str) -> bytes:
        """What of a file's path matters to it; empty when files with the same content are the same to it."""

    def observe(self, path: str, data: bytes, parsed: Parsed) -> bytes:
        """What it has to say about a file, encoded. It may annotate the tree, and must not change it."""


class Task(NamedTuple):
    """A file to read: for its facts, for some of the observers (by position), or for both."""

    path: str
    data: bytes
    language: Language
    facts: bool
    observers: tuple[int, ...] = ()


class Read(NamedTuple):
    """The encoded facts of a file, if they were asked for, and what each observer asked said about it.

    An observation is empty when the file has no tree.
    """

    facts: bytes
    observations: tuple[bytes, ...]


def extract_many(files: list[tuple[bytes, Language]], dialect: str) -> list[bytes]:
    """Encoded facts of several (data, language) files."""
    tasks = [Task("", data, language, True) for data, language in files]
    return [each.facts for each in read_many(tasks, dialect, ())]


def read_many(tasks: Sequence[Task], dialect: str, observers: Sequence[Observer]) -> list[Read]:
    """Read several files; runs in a worker process.

    The cycle collector is off meanwhile: a tree has no garbage cycles worth the walk over it.
    """
    encode = _encoder().encode
    enabled = gc.isenabled()
    gc.disable()
    try:
        found = []
        for task in tasks:
            facts, observations = _read(task, dialect, observers)
            found.append(Read(encode(facts) if facts is not None else b"", observations))
        return found
    finally:
        if enabled:
            gc.enable()


def _read(
    task: Task, dialect: str, observers: Sequence[Observer]
) -> tuple[FileFacts | None, tuple[bytes, ...]]:
    if not task.observers:
        return extract(task.data, task.language, dialect), ()
    from linter.parse.python import Unreadable, parse

    facts: FileFacts | None = None
    try:
        parsed = parse(task.data)
    except Unreadable as error:
        if task.facts:
            facts = FileFacts("python", error=error.reason, lines=_lines(task.data))
        return facts, tuple(b"" for _ in task.observers)
    if task.facts:
        facts = _facts_of(parsed, task.data, dialect)
        facts.lines = _lines(task.data)
    said = tuple(observers[each].observe(task.path, task.data, parsed) for each in task.observers)
    return facts, said


def _template(data: bytes) -> FileFacts:
    from linter.extract.templates import read_template

    return FileFacts("template", template=read_template(data.decode("utf-8", "replace")))


def _python(data: bytes, dialect: str) -> FileFacts:
    from linter.parse.python import Unreadable, parse

    try:
        parsed = parse(data)
    except Unreadable as error:
        return FileFacts("python", error=error.reason)
    return _facts_of(parsed, data, dialect)


def _facts_of(parsed: Parsed, data: bytes, dialect: str) -> FileFacts:
    from linter.extract.python import PythonExtractor

    # PostgreSQL's grammar reads nearly all of what the others allow.
    dialect = "postgres" if dialect == "auto" else dialect
    extractor = PythonExtractor(parsed.text, dialect)
    try:
        scopes, sql = extractor.run(parsed.tree)
    except RecursionError:
        return FileFacts("python", error="nested too deeply")
    facts = FileFacts("python", scopes, sql, lowered=parsed.lowered)
    facts.imports = tuple(sorted(extractor.imports))
    if _MARK in data:
        from linter.parse.comments import directives

        facts.directives = directives(parsed.text, "python", _python_ranges(scopes))
    return facts


def _lines(data: bytes) -> int:
    return data.count(b"\n") + (0 if data.endswith(b"\n") or not data else 1)


def _sql(data: bytes, dialect: str) -> FileFacts:
    from linter.extract.sql import statements_of

    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return FileFacts("sql", error=f"not valid UTF-8 at byte {error.start}")
    if "\0" in text:
        return FileFacts("sql", error="contains NUL bytes")
    # Text with MySQL's quotes is told by `statements_of`, a backtick in a comment is none.
    statements = statements_of(text, "postgres" if dialect == "auto" else dialect)
    facts = FileFacts("sql", sql=statements)
    if _MARK in data:
        from linter.parse.comments import directives

        ranges = [unpack(statement.span) for statement in statements]
        starts = [each.line for each in ranges]

        def covering(line: int) -> tuple[int, int]:
            position = bisect_right(starts, line) - 1
            if position >= 0 and line <= ranges[position].end_line:
                return ranges[position].line, ranges[position].end_line
            return line, line

        facts.directives = directives(text, "sql", covering)
    return facts


def _openapi(data: bytes) -> FileFacts:
    from linter.extract.openapi import document_of
    from linter.parse.documents import Unreadable

    try:
        return FileFacts("openapi", api=document_of(data))
    except Unreadable as error:
        return FileFacts("openapi", error=str(error))


def _python_ranges(scopes: tuple[Scope, ...]) -> Callable[[int], tuple[int, int]]:
    """The lines of the innermost statement or header around a line."""
    found: list[tuple[int, int]] = []
    for scope in scopes:
        for statement in scope.statements:
            first, _, last, _ = unpack(statement.span)
            if isinstance(statement, Define) and scopes[statement.scope].decorators:
                first = min(unpack(each.span).line for each in scopes[statement.scope].decorators)
            found.append((first, last))
        for block in scope.blocks[1:]:
            first, _, last, _ = unpack(block.span)
            if block.kind not in ("comprehension", "lambda"):
                found.append((first, last))

    def covering(line: int) -> tuple[int, int]:
        around = [each for each in found if each[0] <= line <= each[1]]
        return min(around, key=lambda each: each[1] - each[0], default=(line, line))

    return covering
