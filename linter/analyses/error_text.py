"""Where the text of an error goes: which expressions show it, directly or through local names."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import TYPE_CHECKING

from linter.analyses.provenance import argument_for
from linter.facts.expressions import (
    Attr,
    Choice,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
    Template,
    walk,
)
from linter.facts.scopes import Assign, Return, Statement
from linter.resolve.definitions import Function
from linter.secrecy import words_of

if TYPE_CHECKING:
    from linter.backend import Backend, Site

_TELLING = frozenset(
    {"args", "message", "msg", "orig", "detail", "stderr", "stdout", "output", "reason", "strerror"}
    | {"description", "statement", "params", "__cause__", "__context__"}
)
"""Attributes that hold what an error says."""

_KEEPING = frozenset(
    {
        "str",
        "repr",
        "format",
        "join",
        "dumps",
        "jsonable_encoder",
        "strip",
        "lower",
        "upper",
        "split",
        "replace",
    }
    | {
        "encode",
        "decode",
        "capitalize",
        "title",
        "force_str",
        "smart_str",
        "escape",
        "mark_safe",
        "dict",
        "list",
    }
    | {"gettext", "ugettext", "_", "jsonify", "format_html"}
)
"""Calls whose result still shows their arguments or their receiver."""

TRACEBACKS = frozenset(
    {
        "traceback.format_exc",
        "traceback.format_exception",
        "traceback.format_exception_only",
        "traceback.format_tb",
        "traceback.format_stack",
        "traceback.TracebackException",
    }
)


_DEVELOPMENT = frozenset({"dev", "development", "local", "debug"})
_HELPERS = 3
"""How deep functions that hand the text on are followed."""


class ErrorText:
    """What shows an error within one function. `error` is the reference that it is bound to (`$error`).

    `statements` are those in which names may be given its text. With `tracebacks` on it is the
    traceback that is looked for, whatever it belongs to. A function of the project that does nothing but
    return the text in another form is seen through; one that chooses what it returns is not.
    """

    def __init__(
        self,
        backend: Backend,
        function: Function,
        error: str | None,
        statements: list[Statement],
        tracebacks: bool = False,
        depth: int = 0,
    ) -> None:
        self._backend = backend
        self._function = function
        self._error = error
        self._tracebacks = tracebacks
        self._depth = depth
        self._statements = statements
        self._names: set[str] = set()
        for statement in statements:
            if isinstance(statement, Assign) and self._gives(statement):
                self._names.update(_local_names(statement))

    def _gives(self, statement: Assign) -> bool:
        """Whether a statement gives names the text, in production as well."""
        return (
            statement.value is not None
            and self.shows(statement.value)
            and not self._is_for_debugging(statement.block)
        )

    def _is_for_debugging(self, index: int) -> bool:
        blocks = self._function.scope.blocks
        while index:
            block = blocks[index]
            if block.kind == "if" and block.subject is not None:
                if is_debug(self._backend, self._function, block.subject):
                    return True
            index = block.parent
        return False

    def before(self, place: Site) -> ErrorText:
        """What shows the error at a place: of a name that is given something else on the way, the last."""
        blocks = self._function.scope.blocks
        around, index = {0}, place.block
        while index:
            around.add(index)
            index = blocks[index].parent
        held = copy(self)
        held._names = set()
        for statement in self._statements:
            if isinstance(statement, Assign) and statement.value is not None and statement.span < place.span:
                if held._gives(statement):
                    held._names |= set(_local_names(statement))
                elif statement.operator is None and statement.block in around:
                    held._names -= set(_local_names(statement))
        return held

    def shows(self, expr: Expr, as_json: bool = False) -> bool:
        """Whether the value of an expression contains the text.

        What writes JSON has no text for an exception: with `as_json` it takes `str(error)` to show one.
        """
        pending = [(expr, as_json)]
        while pending:
            current, is_bare = pending.pop()
            if self._is_text(current) and not (is_bare and self._is_error(current)):
                return True
            is_bare = is_bare and isinstance(current, (Mapping, Sequence, Choice, Starred))
            pending.extend([(each, is_bare) for each in self._parts(current)])
        return False

    def _is_error(self, expr: Expr) -> bool:
        return isinstance(expr, Ref) and expr.name == self._error

    def _is_text(self, expr: Expr) -> bool:
        if isinstance(expr, Ref):
            if expr.name in self._names:
                return True
            head, _, last = expr.name.rpartition(".")
            return not self._tracebacks and (
                expr.name == self._error or (head == self._error and last in _TELLING)
            )
        if isinstance(expr, Result):
            site = self._backend.site(self._function, expr.call)
            if self._tracebacks and site.callee.name in TRACEBACKS:
                return True
            target = site.callee.target
            return isinstance(target, Function) and not target.is_module and self._is_handed_on(target, site)
        return False

    def _is_handed_on(self, helper: Function, site: Site) -> bool:
        """Whether a function of the project returns the text, whatever happens in it."""
        returned = [each for each in helper.scope.statements if isinstance(each, Return)]
        if len(returned) != 1 or returned[0].block or returned[0].value is None or self._depth >= _HELPERS:
            return False
        statements = list(helper.scope.statements)
        if self._tracebacks:
            inner = ErrorText(self._backend, helper, None, statements, True, self._depth + 1)
            return inner.shows(returned[0].value)
        assert site.call is not None
        for parameter in helper.scope.parameters:
            given = argument_for(helper, site.call, parameter.name)
            if given is not None and self.shows(given):
                name = f"${parameter.name}"
                inner = ErrorText(self._backend, helper, name, statements, depth=self._depth + 1)
                if inner.shows(returned[0].value):
                    return True
        return False

    def _parts(self, expr: Expr) -> Iterator[Expr]:
        match expr:
            case Template(parts=parts):
                yield from parts
            case Operation(operator="+" | "%" | "or" | "and" | "await", operands=operands):
                yield from operands
            case Choice(test=test, then=then, otherwise=otherwise):
                if not is_debug(self._backend, self._function, test):
                    yield from (then, otherwise)
            case Mapping(values=values):
                yield from values
            case Sequence(items=items):
                yield from items
            case Starred(value=value):
                yield value
            case Item(base=base):
                yield base
            case Attr(base=base, name=name) if name in _TELLING:
                yield base
            case Result(call=index):
                yield from self._through(index)

    def _through(self, index: int) -> Iterator[Expr]:
        call = self._function.scope.calls[index]
        callee = call.callee
        receiver: Expr | None
        if isinstance(callee, Attr):
            name, receiver = callee.name, callee.base
        elif isinstance(callee, Ref):
            head, _, name = callee.name.rpartition(".")
            name, receiver = name.lstrip(":$"), Ref(head) if len(head) > 1 else None
        else:
            return
        if name in _KEEPING or self._tracebacks:
            yield from call.args
            yield from (value for _, value in call.keywords)
            if receiver is not None:
                yield receiver


def is_debug(backend: Backend, function: Function, test: Expr) -> bool:
    """Whether a condition asks for a debug mode: `settings.debug.enabled`, `settings.ENV == "dev"`."""
    return any(
        isinstance(each, Operation)
        and each.operator == "=="
        and any(isinstance(side, Constant) and side.value in _DEVELOPMENT for side in each.operands)
        for each in walk(test)
    ) or any(
        "debug" in words_of(" ".join(each.name.split(".")[-2:])) for each in backend.reads(test, function)
    )


def _local_names(statement: Assign) -> Iterator[str]:
    for target in statement.targets:
        if isinstance(target, Ref):
            yield target.name
