"""A scope under construction, and what its names mean once all of it is read."""

from __future__ import annotations

import builtins
from typing import Literal

from linter.facts.expressions import Expr, Ref
from linter.facts.scopes import Block, Call, Decorator, Parameter, Scope, Statement
from linter.facts.spans import Span

_BUILTINS = frozenset(dir(builtins))


class Frame:
    """A scope under construction."""

    __slots__ = (
        "asynchronous",
        "bases",
        "blocks",
        "bound",
        "calls",
        "decorators",
        "docstring",
        "end_line",
        "generator",
        "globals",
        "index",
        "keywords",
        "kind",
        "name",
        "packages",
        "parameters",
        "parent",
        "pending",
        "qualname",
        "returns",
        "span",
        "statements",
    )

    def __init__(
        self,
        kind: Literal["module", "class", "function"],
        name: str,
        qualname: str,
        index: int,
        parent: int,
        span: Span,
        end_line: int,
    ) -> None:
        self.kind = kind
        self.name = name
        self.qualname = qualname
        self.index = index
        self.parent = parent
        self.span = span
        self.end_line = end_line
        self.bound: dict[str, str] = {}
        """Names bound here: the import's target, or empty for any other binding."""
        self.packages: set[str] = set()
        """Names that imports of submodules bind to the package: `a` of `import a.b`."""
        self.pending: list[Ref] = []
        self.globals: list[str] = []
        self.decorators: tuple[Decorator, ...] = ()
        self.parameters: tuple[Parameter, ...] = ()
        self.returns: Expr | None = None
        self.bases: tuple[Expr, ...] = ()
        self.keywords: tuple[tuple[str, Expr], ...] = ()
        self.asynchronous = False
        self.generator = False
        self.docstring = ""
        self.blocks: list[Block] = [Block("body", 0, 0, span)]
        self.statements: list[Statement] = []
        self.calls: list[Call] = []

    def freeze(self) -> Scope:
        """The finished scope."""
        return Scope(
            self.kind,
            self.name,
            self.qualname,
            self.parent,
            self.span,
            self.end_line,
            self.decorators,
            self.parameters,
            self.returns,
            self.bases,
            self.keywords,
            self.asynchronous,
            self.generator,
            self.docstring,
            tuple(self.blocks),
            tuple(self.statements),
            tuple(self.calls),
            tuple(self.globals),
        )

    def settle(self, outer: Frame | None) -> None:
        """Mark the names read in this scope, or hand them to the scope that can see them.

        `outer` is the next scope around this one whose names are visible in it; None for a module.
        """
        if outer is None:
            self._settle_module()
            return
        bound, handed_out = self.bound, outer.pending
        mark = "$" if self.kind == "function" else f":{self.qualname}."
        for ref in self.pending:
            name = ref.name
            root, dot, rest = name.partition(".")
            target = bound.get(root)
            if target is None:
                handed_out.append(ref)
            elif target:
                ref.name = target + dot + rest
            else:
                ref.name = mark + name

    def _settle_module(self) -> None:
        known: dict[str, str] = {}
        for ref in self.pending:
            root, dot, rest = ref.name.partition(".")
            prefix = known.get(root)
            if prefix is None:
                known[root] = prefix = _module_prefix(root, self.bound)
            ref.name = prefix + dot + rest


def _module_prefix(root: str, bound: dict[str, str]) -> str:
    target = bound.get(root)
    if target:
        return target
    if target is None and root in _BUILTINS:
        return root
    return ":" + root
