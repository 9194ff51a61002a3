"""Scopes as facts: modules, classes and functions with their statements, blocks and calls."""

from __future__ import annotations

from typing import Literal, TypeAlias, Union

import msgspec

from linter.facts.expressions import Attr, Expr, Ref, Starred
from linter.facts.spans import Span

BlockKind: TypeAlias = Literal[
    "body",
    "if",
    "else",
    "for",
    "while",
    "with",
    "try",
    "except",
    "finally",
    "case",
    "comprehension",
    "lambda",
]


class Block(msgspec.Struct, array_like=True):
    """A nested suite of a scope. Block 0 is the scope's own body.

    `parent` is the block that holds it. `opener` is the block that it continues: the `if` or `try`
    or loop of an `else`, the `try` of an `except` or `finally`, the first `case` of the others; itself
    otherwise. `subject` is the test, iterable, context managers (a Sequence), exception types, or for a
    `case` an operation of the matched value, the pattern and a guard if any; `targets` are the names that
    it binds. `span` covers the header only.

    In a pattern `as` binds a name to what its first operand matches, `_` matches anything, `|` is one of
    several, `case` is a class with its positional patterns and `=` for named ones; a mapping's `None` key
    takes the rest.
    """

    kind: BlockKind
    parent: int
    opener: int
    span: Span
    subject: Expr | None = None
    targets: tuple[Expr, ...] = ()
    asynchronous: bool = False


class Call(msgspec.Struct, array_like=True):
    """One call, with the block it stands in. A `**mapping` argument has the keyword `**`."""

    callee: Expr
    args: tuple[Expr, ...]
    keywords: tuple[tuple[str, Expr], ...]
    span: Span
    block: int

    def keyword(self, name: str) -> Expr | None:
        """The value given to the keyword `name`."""
        for key, value in self.keywords:
            if key == name:
                return value
        return None

    def argument(self, position: int, name: str) -> Expr | None:
        """The value of a parameter given by position or by keyword."""
        return self.args[position] if position < len(self.args) else self.keyword(name)

    @property
    def last_name(self) -> str:
        """The last part of what is called, as it is written; empty for what has no name."""
        callee = self.callee
        if type(callee) is Ref:
            return callee.name.rpartition(".")[2].lstrip(":$")
        return callee.name if type(callee) is Attr else ""

    @property
    def is_open(self) -> bool:
        """Whether `*args` or `**kwargs` may add arguments that cannot be seen."""
        return any(key == "**" for key, _ in self.keywords) or any(
            isinstance(argument, Starred) for argument in self.args
        )


class Assign(msgspec.Struct, tag=1, array_like=True):
    """`targets = value`, with the operator of an augmented assignment or an annotation."""

    span: Span
    block: int
    targets: tuple[Expr, ...]
    value: Expr | None
    annotation: Expr | None = None
    operator: str | None = None


class Return(msgspec.Struct, tag=2, array_like=True):
    """`return value`."""

    span: Span
    block: int
    value: Expr | None


class Raise(msgspec.Struct, tag=3, array_like=True):
    """`raise exception from cause`."""

    span: Span
    block: int
    exception: Expr | None
    cause: Expr | None


class Evaluate(msgspec.Struct, tag=4, array_like=True):
    """An expression that stands as a statement."""

    span: Span
    block: int
    value: Expr


class Assertion(msgspec.Struct, tag=5, array_like=True):
    """`assert test`."""

    span: Span
    block: int
    test: Expr


class Delete(msgspec.Struct, tag=6, array_like=True):
    """`del targets`."""

    span: Span
    block: int
    targets: tuple[Expr, ...]


class Jump(msgspec.Struct, tag=7, array_like=True, gc=False):
    """`pass`, `break` or `continue`."""

    span: Span
    block: int
    kind: str


class Define(msgspec.Struct, tag=8, array_like=True, gc=False):
    """A nested `def` or `class`: `scope` indexes `FileFacts.scopes`; the span is its header."""

    span: Span
    block: int
    scope: int


class Import(msgspec.Struct, tag=9, array_like=True, gc=False):
    """One imported name.

    `module` has its leading dots; `name` is the imported name (`*` for a star import, empty for
    `import module`); `alias` is the name it is bound to.
    """

    span: Span
    block: int
    module: str
    name: str
    alias: str


Statement: TypeAlias = Union[Assign, Return, Raise, Evaluate, Assertion, Delete, Jump, Define, Import]


class Parameter(msgspec.Struct, array_like=True):
    """One parameter. `kind`: `positional-only`, `positional`, `*`, `keyword-only` or `**`."""

    name: str
    kind: str
    annotation: Expr | None
    default: Expr | None


class Decorator(msgspec.Struct, array_like=True):
    """A decorator: its expression (calls live in the scope that holds the definition)."""

    value: Expr
    span: Span


class Scope(msgspec.Struct, array_like=True):
    """A module, class or function body.

    `qualname` is the dotted path in the module without `<locals>`; empty for the module. `parent`
    is the index of the enclosing scope. `span` is the header (from `def`/`class` to the colon),
    `end_line` the last line of the body. Expressions of decorators, defaults, annotations, bases
    and class keywords belong to the parent scope: their calls are in its `calls`. `docstring` is cut
    after its first part.
    """

    kind: Literal["module", "class", "function"]
    name: str
    qualname: str
    parent: int
    span: Span
    end_line: int
    decorators: tuple[Decorator, ...] = ()
    parameters: tuple[Parameter, ...] = ()
    returns: Expr | None = None
    bases: tuple[Expr, ...] = ()
    keywords: tuple[tuple[str, Expr], ...] = ()
    asynchronous: bool = False
    generator: bool = False
    docstring: str = ""
    blocks: tuple[Block, ...] = ()
    statements: tuple[Statement, ...] = ()
    calls: tuple[Call, ...] = ()
    globals: tuple[str, ...] = ()
