"""Exception handlers: what an `except` clause catches, and what it does with it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from linter.backend import Function, Site
from linter.facts.expressions import Expr, Operation, Ref, Sequence, Template, children, walk
from linter.facts.scopes import Block, Raise, Statement
from linter.facts.spans import line_of, unpack
from linter.resolve.project import Resolved

if TYPE_CHECKING:
    from linter.backend import Backend

BROAD = frozenset({"Exception", "BaseException"})
"""Classes that every error, or nearly every one, is an instance of."""


class Handler(Site):
    """One `except` clause. `index` is its block; the site's own block is the one around the `try`."""

    __slots__ = ("clause", "index")

    def __init__(self, backend: Backend, function: Function, index: int, clause: Block) -> None:
        super().__init__(backend, function, clause.span, clause.parent)
        self.index = index
        self.clause = clause

    @cached_property
    def caught(self) -> tuple[Resolved, ...]:
        """The classes that the clause names, resolved; empty for a bare `except:`."""
        subject = self.clause.subject
        if subject is None:
            return ()
        named = subject.items if isinstance(subject, Sequence) else (subject,)
        return tuple(self._class_of(each) for each in named)

    def _class_of(self, expr: Expr) -> Resolved:
        if not isinstance(expr, Ref):
            return Resolved("?", None)
        return self.backend.project.reference(self.function, expr.name)

    @property
    def bare(self) -> bool:
        """Whether the clause names no class."""
        return self.clause.subject is None

    @property
    def broad(self) -> bool:
        """Whether the clause catches nearly every error."""
        return self.bare or any(each.name in BROAD for each in self.caught)

    @property
    def bound(self) -> str | None:
        """The name that the error is bound to, as a reference (`$error`)."""
        target = self.clause.targets[0] if self.clause.targets else None
        return target.name if isinstance(target, Ref) else None

    @cached_property
    def statements(self) -> list[Statement]:
        """The statements of the clause, nested blocks included."""
        return self.backend.statements_in(self.function, self.index)

    @cached_property
    def calls(self) -> list[Site]:
        """The calls of the clause, nested blocks included."""
        return self.backend.calls_in(self.function, self.index)

    @cached_property
    def tried(self) -> list[Site]:
        """The calls of the `try` that the clause belongs to, nested blocks included."""
        return self.backend.calls_in(self.function, self.clause.opener)

    @property
    def raises(self) -> bool:
        """Whether the clause may raise, the same error or another."""
        return any(isinstance(statement, Raise) for statement in self.statements)

    @property
    def passes_on(self) -> bool:
        """Whether the clause may raise the very error that it caught."""
        return any(
            isinstance(statement, Raise)
            and (statement.exception is None or self.is_error(statement.exception))
            for statement in self.statements
        )

    def is_error(self, expr: Expr) -> bool:
        """Whether an expression is the caught error itself."""
        return self.bound is not None and isinstance(expr, Ref) and expr.name == self.bound

    @property
    def reads_error(self) -> bool:
        """Whether any call or statement of the clause uses the caught error, be it for its text."""
        prefix = f"{self.bound}."
        return self.bound is not None and any(
            each.name == self.bound or each.name.startswith(prefix)
            for site in self.calls
            for given in _arguments(site)
            for each in walk(given)
            if isinstance(each, Ref)
        )

    @property
    def hands_error_on(self) -> bool:
        """Whether the error object itself is given to a call, kept or returned, and so lives on."""
        for site in self.calls:
            assert site.call is not None
            if site.callee.name in _LOOKS or site.callee.name.rpartition(".")[2] in _LOOKS:
                continue
            if any(self.is_error(each) for given in _arguments(site) for each in _kept(given)):
                return True
        return any(
            self.is_error(each)
            for statement in self.statements
            for value in (getattr(statement, "value", None),)
            if value is not None
            for each in _kept(value)
        )

    @cached_property
    def comments(self) -> tuple[str, ...]:
        """What comments say in the clause, on the line before it, or before its `try`; no pragmas."""
        from linter.parse.pieces import pieces

        lines = self.backend.text_of(self.function.module.path).splitlines()
        opening = line_of(self.function.scope.blocks[self.clause.opener].span)
        first, _, last, _ = unpack(self.clause.span)
        last = max([last, *(unpack(statement.span).end_line for statement in self.statements)])
        while last < len(lines) and lines[last].lstrip().startswith("#"):
            last += 1
        chosen = [*_above(lines, opening), *_above(lines, first), *lines[first - 1 : last]]
        text = "\n".join(chosen) + "\n"
        found = [text[piece.start : piece.end] for piece in pieces(text, "python") if piece.kind == "comment"]
        said = [comment.lstrip("# ").rstrip() for comment in found]
        return tuple(comment for comment in said if comment and not comment.lower().startswith(_PRAGMAS))

    def earlier(self) -> Iterator[Handler]:
        """The clauses of the same `try` that come before this one."""
        for index, block in enumerate(self.function.scope.blocks[: self.index]):
            if block.kind == "except" and block.opener == self.clause.opener:
                yield Handler(self.backend, self.function, index, block)


_LOOKS = frozenset(
    {
        "str",
        "repr",
        "type",
        "isinstance",
        "format",
        "print",
        "getattr",
        "hasattr",
        "debug",
        "info",
        "warning",
        "warn",
        "error",
        "critical",
        "log",
    }
)
"""Calls that read something of an error and forget it."""


def _kept(expr: Expr) -> Iterator[Expr]:
    """The parts of an expression that stay objects: text made of an error is not the error."""
    yield expr
    if not isinstance(expr, (Template, Operation)):
        for each in children(expr):
            yield from _kept(each)


def _above(lines: list[str], line: int) -> list[str]:
    """The comment lines right above a 1-based line."""
    start = line - 1
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return lines[start : line - 1]


_PRAGMAS = (
    "noqa",
    "nosec",
    "pylint",
    "type:",
    "pragma",
    "backlint",
    "pyright",
    "mypy",
    "ruff",
    "fmt:",
    "expect:",
)
"""How comments to a tool begin; the marks in rule fixtures are such comments too."""


def _arguments(site: Site) -> list[Expr]:
    assert site.call is not None
    return [*site.call.args, *(value for _, value in site.call.keywords)]


@lru_cache(maxsize=1)
def handlers_of(backend: Backend) -> tuple[Handler, ...]:
    """Every handler outside tests, in path and source order."""
    return tuple(
        Handler(backend, function, index, block) for function, index, block in backend.blocks("except")
    )
