"""Places in functions: calls, statements, block headers, log records, calls to other systems."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from linter.backend.routes import Verdict
from linter.facts.expressions import Expr, Ref, Result
from linter.facts.scopes import Block, Call
from linter.facts.spans import Span, line_of, unpack
from linter.finding import Location
from linter.resolve.definitions import Function
from linter.resolve.project import Resolved

if TYPE_CHECKING:
    import libcst as cst

    from linter.backend.model import Backend

LOG_LEVELS = (
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "critical",
    "fatal",
    "exception",
    "log",
    "msg",
    "adebug",
    "ainfo",
    "awarning",
    "aerror",
    "acritical",
    "aexception",
)
LOGGERS = frozenset(
    {
        "logging",
        "logging.Logger",
        "logging.LoggerAdapter",
        "loguru.logger",
        "structlog.BoundLogger",
        "structlog.stdlib.BoundLogger",
        "structlog.typing.FilteringBoundLogger",
        "flask.Flask.logger",
        "flask.current_app.logger",
        "django.utils.log.getLogger()",
    }
)


class Site:
    """A place in a function: a call, a statement, a block header or the definition itself.

    `call` is the call that stands there, if the site is one. `block` is the index of the block
    it stands in.
    """

    __slots__ = ("__dict__", "backend", "block", "call", "function", "span")

    def __init__(
        self, backend: Backend, function: Function, span: Span, block: int, call: Call | None = None
    ) -> None:
        self.backend = backend
        self.function = function
        self.span = span
        self.block = block
        self.call = call

    @property
    def location(self) -> Location:
        """The range of the site."""
        return self.function.module.locate(self.span)

    @property
    def scope(self) -> str:
        """The enclosing function's full name."""
        return self.function.name

    @cached_property
    def callee(self) -> Resolved:
        """What the site's call calls."""
        assert self.call is not None
        return self.backend.project.callee(self.function, self.call)

    def argument(self, position: int, name: str) -> Expr | None:
        """An argument of the site's call, by position or keyword."""
        return None if self.call is None else self.call.argument(position, name)

    def call_of(self, expr: Expr | None) -> Site | None:
        """The site of the call whose result `expr` is, if it is one."""
        if not isinstance(expr, Result):
            return None
        return self.backend.site(self.function, expr.call)

    def resolve(self, expr: Expr | None) -> Resolved | None:
        """What a name read at this site means; None when `expr` is not a name."""
        return self.backend.project.reference(self.function, expr.name) if isinstance(expr, Ref) else None

    def type_of(self, expr: Expr | None) -> str | None:
        """The type of an expression at this site."""
        return self.backend.project.type_of(self.function, expr)

    @property
    def blocks(self) -> Iterator[Block]:
        """The blocks around the site, innermost first, without the function's own body."""
        index = self.block
        while index:
            block = self.function.scope.blocks[index]
            yield block
            index = block.parent

    def within(self, *kinds: str) -> Block | None:
        """The innermost block of one of these kinds around the site."""
        return next((block for block in self.blocks if block.kind in kinds), None)

    @property
    def in_loop(self) -> bool:
        """Whether the site runs once per turn of a loop or comprehension."""
        return self.within("for", "while", "comprehension") is not None

    def statement_node(self) -> cst.CSTNode | None:
        """The LibCST statement around the site, parsed by itself; None when it cannot be."""
        return self.backend.statement_node(self)


class LogCall(Site):
    """A call that writes a log record. `level` is lower case (`error`, `info`)."""

    __slots__ = ("level",)

    def __init__(self, backend: Backend, function: Function, call: Call, level: str) -> None:
        super().__init__(backend, function, call.span, call.block, call)
        self.level = level

    @property
    def message(self) -> Expr | None:
        """The message or its format string."""
        position = 1 if self.level == "log" else 0
        return self.argument(position, "msg") or self.argument(position, "event")

    @property
    def values(self) -> tuple[Expr, ...]:
        """Everything that the record carries: message, arguments and extra keywords."""
        assert self.call is not None
        return (*self.call.args, *(value for _, value in self.call.keywords))


class Outbound(Site):
    """A call to another system over HTTP.

    `client` is the library. `target` is the scheme and host that are called, None when the code does
    not say. `timeout` tells whether the call ends when the other side does not answer.
    """

    __slots__ = ("client", "target", "timeout")

    def __init__(self, site: Site, client: str, target: str | None, timeout: Verdict) -> None:
        super().__init__(site.backend, site.function, site.span, site.block, site.call)
        self.client = client
        self.target = target
        self.timeout = timeout


def statement_range(function: Function, span: Span) -> tuple[int, int]:
    """First and last line of the innermost statement, or block header, that holds a span."""
    line = line_of(span)
    best = (line, unpack(span).end_line)
    found = False
    candidates: Sequence[Span] = [
        *(statement.span for statement in function.scope.statements),
        *(block.span for block in function.scope.blocks[1:]),
    ]
    for candidate in candidates:
        first, _, last, _ = unpack(candidate)
        if first <= line <= last and (not found or last - first <= best[1] - best[0]):
            best, found = (first, last), True
    return best
