"""Code that runs in development only: what stands in a branch that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.expressions import Expr, Result, walk
from linter.facts.scopes import Define
from linter.resolve.definitions import Definition, Function
from linter.resolve.project import Resolved, Variable
from linter.secrecy import words_of

if TYPE_CHECKING:
    from linter.backend import Backend

_DEVELOPMENT = frozenset({"debug", "dev", "devel", "develop", "development", "local", "testing", "test"})
_REGISTRATIONS = ("include_router", "register_blueprint", "mount")


def is_for_development(function: Function, block: int) -> bool:
    """Whether a place is reached in development or tests only."""
    blocks = function.scope.blocks
    while block:
        current = blocks[block]
        subject = blocks[current.opener].subject if current.kind == "else" else current.subject
        if current.kind in ("if", "else") and subject is not None and _names_development(subject, function):
            return True
        block = current.parent
    return False


def _names_development(test: Expr, function: Function) -> bool:
    calls = function.scope.calls
    asked = [calls[each.call].callee for each in walk(test) if isinstance(each, Result)]
    return any(
        not _DEVELOPMENT.isdisjoint(words_of(str(text)))
        for expr in (test, *asked)
        for each in walk(expr)
        for text in (getattr(each, "name", ""), getattr(each, "value", ""))
        if isinstance(text, str)
    )


def is_declared_for_development(handler: Function, backend: Backend) -> bool:
    """Whether a handler, or the router or blueprint of its module, is registered in such a branch.

    A handler that looks at the mode by itself counts as well.
    """
    if any(
        block.subject is not None and _names_development(block.subject, handler)
        for block in handler.scope.blocks
    ):
        return True
    current: Definition = handler
    while isinstance(current.parent, Function):
        holder = current.parent
        if any(
            isinstance(each, Define)
            and each.scope == current.index
            and is_for_development(holder, each.block)
            for each in holder.scope.statements
        ):
            return True
        current = holder
    return any(
        is_for_development(site.function, site.block)
        and any(_is_of(handler, site.resolve(argument)) for argument in site.call.args)
        for name in _REGISTRATIONS
        for site in backend.methods_called(name)
        if site.call is not None
    )


def _is_of(handler: Function, found: Resolved | None) -> bool:
    """Whether a router or blueprint is made in the module of a handler."""
    target = None if found is None else found.target
    return isinstance(target, Variable) and target.holder.module is handler.module
