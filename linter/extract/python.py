"""One walk over a Python tree: scopes, blocks, statements and calls for every framework at once.

The walk is a hot path. It keeps what later steps need to know about names, values and control
flow, in the order of the source, and drops the rest. Names are resolved as far as the file alone
can tell; the marks are described in `linter.facts.expressions`.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterable
from typing import Any, Literal

from linter.extract.expressions import OPERATORS, UNKNOWN, ExpressionReader
from linter.extract.frames import Frame
from linter.facts.expressions import Constant, Expr, Mapping, Operation, Ref, Sequence, Starred
from linter.facts.scopes import (
    Assertion,
    Assign,
    Decorator,
    Define,
    Delete,
    Evaluate,
    Import,
    Jump,
    Raise,
    Return,
    Scope,
)
from linter.facts.spans import Span, pack
from linter.facts.sql import SqlStatement

_DOCSTRING = 1_000
"""Characters kept of a docstring: enough for its title and the notes that follow it."""
_DEEP = 20_000
"""Python frames allowed during the walk; a chain of 5,000 method calls is legal source."""


class PythonExtractor(ExpressionReader):
    """Turns one module's tree into scopes and SQL statements."""

    def __init__(self, text: str, dialect: str) -> None:
        super().__init__(text, dialect)
        self.imports: set[str] = set()
        self.stmts: dict[type, Callable[[Any], None]] = {
            ast.Expr: self._evaluate,
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Return: self._return,
            ast.Raise: self._raise,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Try: self._try,
            ast.FunctionDef: self._function,
            ast.AsyncFunctionDef: self._function,
            ast.ClassDef: self._class,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.Assert: self._assert,
            ast.Delete: self._delete,
            ast.Pass: self._jump,
            ast.Break: self._jump,
            ast.Continue: self._jump,
            ast.Global: self._global,
            ast.Nonlocal: self._nonlocal,
            ast.Match: self._match,
        }
        try_star = getattr(ast, "TryStar", None)
        if try_star is not None:
            self.stmts[try_star] = self._try
        type_alias = getattr(ast, "TypeAlias", None)
        if type_alias is not None:
            self.stmts[type_alias] = self._type_alias

    def run(self, tree: ast.Module) -> tuple[tuple[Scope, ...], tuple[SqlStatement, ...]]:
        """Scopes (the module first) and the SQL found in strings."""
        limit = sys.getrecursionlimit()
        sys.setrecursionlimit(max(limit, _DEEP))
        try:
            end = tree.body[-1].end_lineno or 0 if tree.body else 0
            self._enter("module", "", "", -1, pack(1, 0, 1, 0), end)
            self.frame.docstring = _docstring(tree)
            self._suite(tree.body)
            self._leave()
        finally:
            sys.setrecursionlimit(limit)
        return tuple(frame.freeze() for frame in self.frames), self.sql.statements()

    # Scopes

    def _enter(
        self,
        kind: Literal["module", "class", "function"],
        name: str,
        qualname: str,
        parent: int,
        span: Span,
        end_line: int,
    ) -> None:
        self.frame = Frame(kind, name, qualname, len(self.frames), parent, span, end_line)
        self.frames.append(self.frame)
        self.block = 0
        self.call = -1

    def _leave(self) -> None:
        frame = self.frame
        if frame.kind == "module":
            frame.settle(None)
            return
        frame.settle(self._around(frame))

    def _around(self, frame: Frame) -> Frame:
        """The next scope around one whose names are visible in it."""
        outer = self.frames[frame.parent]
        while outer.kind == "class":
            outer = self.frames[outer.parent]
        return outer

    # Statements

    def _suite(self, body: Iterable[ast.stmt]) -> None:
        stmts = self.stmts
        for node in body:
            handler = stmts.get(type(node))
            if handler is not None:
                handler(node)

    def _header(self, node: Any, last: Any) -> Span:
        """From the start of `node` to the end of `last`, or the first line of it."""
        if last is None:
            return self._wide_span(node.lineno, node.col_offset, node.lineno, node.col_offset + 3)
        return self._wide_span(node.lineno, node.col_offset, last.end_lineno, last.end_col_offset)

    def _nested(self, block: int, body: Iterable[ast.stmt]) -> None:
        outer, self.block = self.block, block
        self._suite(body)
        self.block = outer

    def _evaluate(self, node: ast.Expr) -> None:
        value = node.value
        if type(value) is ast.Constant:
            return
        read = self.exprs.get(type(value), self._unknown)(value)
        self.frame.statements.append(Evaluate(self._span(node), self.block, read))

    def _assign(self, node: ast.Assign) -> None:
        value = self.exprs.get(type(node.value), self._unknown)(node.value)
        if type(value) is Ref and self.frame.kind == "class":
            self._reads_outside(value)
        targets = tuple(self._target(target) for target in node.targets)
        self.frame.statements.append(Assign(self._span(node), self.block, targets, value))

    def _reads_outside(self, ref: Ref) -> None:
        """`name = name` in a class: as long as it has no such name, the one around it is read."""
        pending = self.frame.pending
        if pending and pending[-1] is ref and ref.name.partition(".")[0] not in self.frame.bound:
            self._around(self.frame).pending.append(pending.pop())

    def _annotated(self, node: ast.AnnAssign) -> None:
        value = None if node.value is None else self.expr(node.value)
        target = self._target(node.target)
        annotation = self._annotation(node.annotation)
        self.frame.statements.append(Assign(self._span(node), self.block, (target,), value, annotation))

    def _type_alias(self, node: Any) -> None:
        value = self._annotation(node.value)
        target = self._target(node.name)
        self.frame.statements.append(Assign(self._span(node), self.block, (target,), value))

    def _augmented(self, node: ast.AugAssign) -> None:
        value = self.expr(node.value)
        target = self._target(node.target)
        operator = OPERATORS[type(node.op)]
        self.frame.statements.append(Assign(self._span(node), self.block, (target,), value, None, operator))

    def _return(self, node: ast.Return) -> None:
        value = None if node.value is None else self.expr(node.value)
        self.frame.statements.append(Return(self._span(node), self.block, value))

    def _raise(self, node: ast.Raise) -> None:
        exception = None if node.exc is None else self.expr(node.exc)
        cause = None if node.cause is None else self.expr(node.cause)
        self.frame.statements.append(Raise(self._span(node), self.block, exception, cause))

    def _if(self, node: ast.If) -> None:
        # A chain of elifs is nested in the tree; a loop keeps a chain of thousands off the stack.
        outer = self.block
        while True:
            span = self._header(node, node.test)
            test = self.expr(node.test)
            opener = self._open("if", span, test)
            self._nested(opener, node.body)
            rest = node.orelse
            if not rest:
                break
            other = self._open("else", span, None, (), opener)
            if len(rest) == 1 and type(rest[0]) is ast.If:
                self.block = other
                node = rest[0]
                continue
            self._nested(other, rest)
            break
        self.block = outer

    def _for(self, node: Any) -> None:
        source = self.expr(node.iter)
        target = self._target(node.target)
        asynchronous = type(node) is ast.AsyncFor
        span = self._header(node, node.iter)
        loop = self._open("for", span, source, (target,), -1, asynchronous)
        self._nested(loop, node.body)
        if node.orelse:
            self._nested(self._open("else", span, None, (), loop), node.orelse)

    def _while(self, node: ast.While) -> None:
        span = self._header(node, node.test)
        loop = self._open("while", span)
        outer, self.block = self.block, loop
        self.frame.blocks[loop].subject = self.expr(node.test)
        self._suite(node.body)
        self.block = outer
        if node.orelse:
            self._nested(self._open("else", span, None, (), loop), node.orelse)

    def _with(self, node: Any) -> None:
        managers = []
        targets = []
        last: ast.expr | None = None
        for item in node.items:
            managers.append(self.expr(item.context_expr))
            last = item.context_expr
            if item.optional_vars is not None:
                last = item.optional_vars
                targets.append(self._target(item.optional_vars))
            else:
                targets.append(UNKNOWN)
        block = self._open(
            "with",
            self._header(node, last),
            Sequence("tuple", tuple(managers)),
            tuple(targets),
            -1,
            type(node) is ast.AsyncWith,
        )
        self._nested(block, node.body)

    def _try(self, node: Any) -> None:
        opener = self._open("try", self._header(node, None))
        self._nested(opener, node.body)
        for handler in node.handlers:
            types = None if handler.type is None else self.expr(handler.type)
            targets: tuple[Expr, ...] = ()
            if handler.name:
                self._bind(handler.name)
                targets = (self._read(handler.name),)
            span = self._header(handler, handler.type)
            self._nested(self._open("except", span, types, targets, opener), handler.body)
        span = self.frame.blocks[opener].span
        if node.orelse:
            self._nested(self._open("else", span, None, (), opener), node.orelse)
        if node.finalbody:
            self._nested(self._open("finally", span, None, (), opener), node.finalbody)

    def _match(self, node: ast.Match) -> None:
        subject = self.expr(node.subject)
        first = -1
        for case in node.cases:
            targets: list[Expr] = []
            pattern = self._pattern(case.pattern, targets)
            operands = [subject, pattern]
            if case.guard is not None:
                operands.append(self.expr(case.guard))
            span = self._wide_span(
                case.pattern.lineno,
                case.pattern.col_offset,
                case.pattern.end_lineno,
                case.pattern.end_col_offset,
            )
            block = self._open("case", span, Operation("case", tuple(operands)), tuple(targets), first)
            first = block if first < 0 else first
            self._nested(block, case.body)

    def _pattern(self, node: ast.pattern, targets: list[Expr]) -> Expr:
        match node:
            case ast.MatchValue(value=value):
                return self.expr(value)
            case ast.MatchSingleton(value=value):
                return Constant(value)
            case ast.MatchSequence(patterns=patterns):
                return Sequence("tuple", tuple(self._pattern(each, targets) for each in patterns))
            case ast.MatchOr(patterns=patterns):
                return Operation("|", tuple(self._pattern(each, targets) for each in patterns))
            case ast.MatchAs(pattern=inner, name=name):
                read = Operation("_", ()) if inner is None else self._pattern(inner, targets)
                return Operation("as", (read, self._captured(name, targets))) if name else read
            case ast.MatchStar(name=name):
                return Starred(self._captured(name, targets) if name else UNKNOWN)
            case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
                read_keys: list[Expr | None] = [self.expr(key) for key in keys]
                values = [self._pattern(each, targets) for each in patterns]
                if rest:
                    read_keys.append(None)
                    values.append(self._captured(rest, targets))
                return Mapping(tuple(read_keys), tuple(values))
            case ast.MatchClass(cls=cls, patterns=patterns, kwd_attrs=names, kwd_patterns=named):
                parts = [self._pattern(each, targets) for each in patterns]
                parts += [
                    Operation("=", (Constant(name), self._pattern(each, targets)))
                    for name, each in zip(names, named, strict=True)
                ]
                return Operation("case", (self.expr(cls), *parts))
            case _:
                return UNKNOWN

    def _captured(self, name: str, targets: list[Expr]) -> Expr:
        self._bind(name)
        target = self._read(name)
        targets.append(target)
        return target

    def _assert(self, node: ast.Assert) -> None:
        self.frame.statements.append(Assertion(self._span(node), self.block, self.expr(node.test)))

    def _delete(self, node: ast.Delete) -> None:
        targets = tuple(self.expr(target) for target in node.targets)
        self.frame.statements.append(Delete(self._span(node), self.block, targets))

    def _jump(self, node: ast.Pass | ast.Break | ast.Continue) -> None:
        kind = type(node).__name__.lower()
        self.frame.statements.append(Jump(self._span(node), self.block, kind))

    def _global(self, node: ast.Global) -> None:
        self.frame.globals.extend(node.names)
        for name in node.names:
            self.frame.bound.pop(name, None)
            self.frames[0].bound.setdefault(name, "")

    def _nonlocal(self, node: ast.Nonlocal) -> None:
        self.frame.globals.extend(node.names)

    def _import(self, node: ast.Import) -> None:
        span = self._span(node)
        bound = self.frame.bound
        for alias in node.names:
            self.imports.add(alias.name)
            if alias.asname:
                name, target = alias.asname, alias.name
            else:
                name = target = alias.name.partition(".")[0]
                if name != alias.name:
                    self.frame.packages.add(name)
            if not bound.get(name):
                bound[name] = target
            self.frame.statements.append(Import(span, self.block, alias.name, "", name))

    def _import_from(self, node: ast.ImportFrom) -> None:
        span = self._span(node)
        bound = self.frame.bound
        dots = "." * node.level
        module = dots + (node.module or "")
        if not dots:
            self.imports.add(module)
        prefix = module if module == dots else module + "."
        for alias in node.names:
            name = alias.asname or alias.name
            if alias.name != "*" and not bound.get(name):
                bound[name] = prefix + alias.name
            self.frame.statements.append(Import(span, self.block, module, alias.name, name))

    def _function(self, node: Any) -> None:
        self._bind(node.name)
        decorators = self._decorators(node)
        parameters = self._parameters(node.args)
        returns = None if node.returns is None else self._annotation(node.returns)
        outer, outer_block, outer_call = self.frame, self.block, self.call
        last = node.returns or _last_argument(node.args)
        span = self._header(node, last)
        index = len(self.frames)
        outer.statements.append(Define(span, outer_block, index))
        qualname = f"{outer.qualname}.{node.name}" if outer.qualname else node.name
        self._enter("function", node.name, qualname, outer.index, span, node.end_lineno)
        frame = self.frame
        frame.decorators = decorators
        frame.parameters = parameters
        frame.returns = returns
        frame.asynchronous = type(node) is ast.AsyncFunctionDef
        frame.docstring = _docstring(node)
        for parameter in parameters:
            frame.bound[parameter.name] = ""
        self._suite(node.body)
        self._leave()
        self.frame, self.block, self.call = outer, outer_block, outer_call

    def _class(self, node: ast.ClassDef) -> None:
        self._bind(node.name)
        decorators = self._decorators(node)
        bases = tuple(self.expr(base) for base in node.bases)
        keywords = tuple((keyword.arg or "**", self.expr(keyword.value)) for keyword in node.keywords)
        outer, outer_block, outer_call = self.frame, self.block, self.call
        last = node.keywords[-1].value if node.keywords else node.bases[-1] if node.bases else None
        span = self._header(node, last)
        index = len(self.frames)
        outer.statements.append(Define(span, outer_block, index))
        qualname = f"{outer.qualname}.{node.name}" if outer.qualname else node.name
        self._enter("class", node.name, qualname, outer.index, span, node.end_lineno or node.lineno)
        frame = self.frame
        frame.decorators = decorators
        frame.bases = bases
        frame.keywords = keywords
        frame.docstring = _docstring(node)
        self._suite(node.body)
        self._leave()
        self.frame, self.block, self.call = outer, outer_block, outer_call

    def _decorators(self, node: Any) -> tuple[Decorator, ...]:
        return tuple(Decorator(self.expr(each), self._span(each)) for each in node.decorator_list)


def _last_argument(args: ast.arguments) -> ast.arg | ast.expr | None:
    """The argument or default that ends furthest along in a signature."""
    named: list[ast.arg | ast.expr] = [*args.posonlyargs, *args.args, *args.kwonlyargs, *args.defaults]
    named += [each for each in (args.vararg, args.kwarg, *args.kw_defaults) if each is not None]
    return max(named, key=lambda each: (each.end_lineno or 0, each.end_col_offset or 0), default=None)


def _docstring(node: Any) -> str:
    """The beginning of a docstring; ` ` for an empty one."""
    body = node.body
    if not body or type(body[0]) is not ast.Expr or type(body[0].value) is not ast.Constant:
        return ""
    text = body[0].value.value
    if not isinstance(text, str):
        return ""
    text = text.strip()[:_DOCSTRING]
    return text.encode("utf-8", "replace").decode() or " "
