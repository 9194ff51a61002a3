"""One walk over a Python tree: scopes, blocks, statements and calls for every framework at once.

The walk is a hot path. It keeps what later steps need to know about names, values and control
flow, in the order of the source, and drops the rest. Names are resolved as far as the file alone
can tell; the marks are described in `linter.facts.expressions`.
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Callable, Iterable
from typing import Any, Literal

from linter.extract.sql_strings import SqlStrings
from linter.facts.expressions import (
    Attr,
    Binary,
    Choice,
    Comprehension,
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
)
from linter.facts.scopes import (
    Assertion,
    Assign,
    Block,
    BlockKind,
    Call,
    Decorator,
    Define,
    Delete,
    Evaluate,
    Import,
    Jump,
    Parameter,
    Raise,
    Return,
    Scope,
    Statement,
)
from linter.facts.spans import Span, pack
from linter.facts.sql import SqlStatement

_BUILTINS = frozenset(dir(builtins))
_DOCSTRING = 1_000
"""Characters kept of a docstring: enough for its title and the notes that follow it."""
_DEEP = 20_000
"""Python frames allowed during the walk; a chain of 5,000 method calls is legal source."""

_OPERATORS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.MatMult: "@",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.BitOr: "|",
    ast.BitXor: "^",
    ast.BitAnd: "&",
    ast.FloorDiv: "//",
    ast.And: "and",
    ast.Or: "or",
    ast.Invert: "~",
    ast.Not: "not",
    ast.UAdd: "+",
    ast.USub: "-",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
}

_UNKNOWN = Operation("?", ())


class _Frame:
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


class PythonExtractor:
    """Turns one module's tree into scopes and SQL statements."""

    def __init__(self, text: str, dialect: str) -> None:
        self.lines = None if text.isascii() else _physical_lines(text)
        self.frames: list[_Frame] = []
        self.frame: _Frame
        self.block = 0
        self.call = -1
        """Index of the innermost call whose arguments are being read, -1 outside any."""
        self.sql = SqlStrings(dialect)
        self.exprs: dict[type, Callable[[Any], Expr]] = {
            ast.Name: self._name,
            ast.Attribute: self._attribute,
            ast.Constant: self._constant,
            ast.Call: self._call,
            ast.Subscript: self._subscript,
            ast.BinOp: self._binary,
            ast.BoolOp: self._boolean,
            ast.Compare: self._compare,
            ast.UnaryOp: self._unary,
            ast.JoinedStr: self._joined,
            ast.Tuple: self._tuple,
            ast.List: self._list,
            ast.Set: self._set,
            ast.Dict: self._dict,
            ast.IfExp: self._choice,
            ast.Await: self._await,
            ast.Starred: self._starred,
            ast.Lambda: self._lambda,
            ast.ListComp: self._list_comprehension,
            ast.SetComp: self._set_comprehension,
            ast.GeneratorExp: self._generator,
            ast.DictComp: self._dict_comprehension,
            ast.Slice: self._slice,
            ast.NamedExpr: self._walrus,
            ast.Yield: self._yield,
            ast.YieldFrom: self._yield,
        }
        template = getattr(ast, "TemplateStr", None)
        if template is not None:
            self.exprs[template] = self._joined
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
        self.frame = _Frame(kind, name, qualname, len(self.frames), parent, span, end_line)
        self.frames.append(self.frame)
        self.block = 0
        self.call = -1

    def _leave(self) -> None:
        """Resolve the names read in this scope, or hand them to the scope that can see them."""
        frame = self.frame
        bound = frame.bound
        if frame.kind == "module":
            known: dict[str, str] = {}
            for ref in frame.pending:
                root, dot, rest = ref.name.partition(".")
                prefix = known.get(root)
                if prefix is None:
                    known[root] = prefix = _module_prefix(root, bound)
                ref.name = prefix + dot + rest
            return
        outer = self._enclosing(frame)
        mark = "$" if frame.kind == "function" else f":{frame.qualname}."
        handed_out = outer.pending
        for ref in frame.pending:
            name = ref.name
            root, dot, rest = name.partition(".")
            target = bound.get(root)
            if target is None:
                handed_out.append(ref)
            elif target:
                ref.name = target + dot + rest
            else:
                ref.name = mark + name

    def _enclosing(self, frame: _Frame) -> _Frame:
        outer = self.frames[frame.parent]
        while outer.kind == "class":
            outer = self.frames[outer.parent]
        return outer

    def _bind(self, name: str) -> None:
        bound = self.frame.bound
        if name not in bound and name not in self.frame.globals:
            bound[name] = ""

    # Statements

    def _suite(self, body: Iterable[ast.stmt]) -> None:
        stmts = self.stmts
        for node in body:
            handler = stmts.get(type(node))
            if handler is not None:
                handler(node)

    def _span(self, node: Any) -> Span:
        if self.lines is not None:
            return self._wide_span(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        return pack(node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)

    def _wide_span(self, line: int, column: int, end_line: int, end_column: int) -> Span:
        """A span with byte columns turned into code points."""
        return pack(line, self._code_points(line, column), end_line, self._code_points(end_line, end_column))

    def _code_points(self, line: int, column: int) -> int:
        lines = self.lines
        if lines is None or line > len(lines) or lines[line - 1].isascii():
            return column
        return len(lines[line - 1].encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))

    def _header(self, node: Any, last: Any) -> Span:
        """From the start of `node` to the end of `last`, or the first line of it."""
        if last is None:
            return self._wide_span(node.lineno, node.col_offset, node.lineno, node.col_offset + 3)
        return self._wide_span(node.lineno, node.col_offset, last.end_lineno, last.end_col_offset)

    def _open(
        self,
        kind: BlockKind,
        span: Span,
        subject: Expr | None = None,
        targets: tuple[Expr, ...] = (),
        opener: int = -1,
        asynchronous: bool = False,
    ) -> int:
        blocks = self.frame.blocks
        index = len(blocks)
        blocks.append(
            Block(kind, self.block, index if opener < 0 else opener, span, subject, targets, asynchronous)
        )
        return index

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
        targets = tuple(self._target(target) for target in node.targets)
        self.frame.statements.append(Assign(self._span(node), self.block, targets, value))

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
        operator = _OPERATORS[type(node.op)]
        self.frame.statements.append(Assign(self._span(node), self.block, (target,), value, None, operator))

    def _target(self, node: ast.expr) -> Expr:
        """An expression that is written to; plain names become bound in this scope."""
        kind = type(node)
        if kind is ast.Name:
            self._bind(node.id)  # type: ignore[attr-defined]
            return self._name(node)  # type: ignore[arg-type]
        if kind is ast.Tuple or kind is ast.List:
            items = tuple(self._target(item) for item in node.elts)  # type: ignore[attr-defined]
            return Sequence("tuple", items)
        if kind is ast.Starred:
            return Starred(self._target(node.value))  # type: ignore[attr-defined]
        return self.expr(node)

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
                targets.append(_UNKNOWN)
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
            block = self._open("case", span, Operation("case", tuple(operands)), tuple(targets))
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
                if name:
                    self._bind(name)
                    targets.append(self._read(name))
                return Operation("_", ()) if inner is None else self._pattern(inner, targets)
            case ast.MatchStar(name=name):
                if name:
                    self._bind(name)
                    targets.append(self._read(name))
                return Starred(_UNKNOWN)
            case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
                if rest:
                    self._bind(rest)
                    targets.append(self._read(rest))
                return Mapping(
                    tuple(self.expr(key) for key in keys),
                    tuple(self._pattern(each, targets) for each in patterns),
                )
            case ast.MatchClass(cls=cls, patterns=patterns, kwd_patterns=named):
                parts = [self._pattern(each, targets) for each in [*patterns, *named]]
                return Operation("case", (self.expr(cls), *parts))
            case _:
                return _UNKNOWN

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
            if alias.asname:
                name, target = alias.asname, alias.name
            else:
                name = target = alias.name.partition(".")[0]
            if not bound.get(name):
                bound[name] = target
            self.frame.statements.append(Import(span, self.block, alias.name, "", name))

    def _import_from(self, node: ast.ImportFrom) -> None:
        span = self._span(node)
        bound = self.frame.bound
        dots = "." * node.level
        module = dots + (node.module or "")
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

    def _parameters(self, args: ast.arguments) -> tuple[Parameter, ...]:
        found: list[Parameter] = []
        positional = [*args.posonlyargs, *args.args]
        first_default = len(positional) - len(args.defaults)
        for position, arg in enumerate(positional):
            kind = "positional-only" if position < len(args.posonlyargs) else "positional"
            default = args.defaults[position - first_default] if position >= first_default else None
            found.append(self._parameter(arg, kind, default))
        if args.vararg is not None:
            found.append(self._parameter(args.vararg, "*", None))
        for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
            found.append(self._parameter(arg, "keyword-only", default))
        if args.kwarg is not None:
            found.append(self._parameter(args.kwarg, "**", None))
        return tuple(found)

    def _parameter(self, arg: ast.arg, kind: str, default: ast.expr | None) -> Parameter:
        annotation = None if arg.annotation is None else self._annotation(arg.annotation)
        return Parameter(arg.arg, kind, annotation, None if default is None else self.expr(default))

    def _annotation(self, node: ast.expr) -> Expr:
        """An annotation; a quoted one is read like any other."""
        if type(node) is ast.Constant and isinstance(node.value, str):
            try:
                inner = ast.parse(node.value.strip(), mode="eval").body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                return self._constant(node)
            for each in ast.walk(inner):
                ast.copy_location(each, node)
            return self.expr(inner)
        return self.expr(node)

    # Expressions

    def expr(self, node: ast.expr) -> Expr:
        """The fact that stands for `node`."""
        return self.exprs.get(type(node), self._unknown)(node)

    def _unknown(self, node: Any) -> Expr:
        return _UNKNOWN

    def _read(self, name: str) -> Ref:
        ref = Ref(name)
        self.frame.pending.append(ref)
        return ref

    def _name(self, node: ast.Name) -> Expr:
        ref = Ref(node.id)
        self.frame.pending.append(ref)
        return ref

    def _attribute(self, node: ast.Attribute) -> Expr:
        names = [node.attr]
        base = node.value
        while type(base) is ast.Attribute:
            names.append(base.attr)
            base = base.value
        if type(base) is ast.Name:
            names.append(base.id)
            names.reverse()
            ref = Ref(".".join(names))
            self.frame.pending.append(ref)
            return ref
        expr = self.exprs.get(type(base), self._unknown)(base)
        while names:
            expr = Attr(expr, names.pop())
        return expr

    def _constant(self, node: ast.Constant) -> Expr:
        value = node.value
        kind = type(value)
        if kind is str:
            if not value.isascii():  # type: ignore[union-attr]
                value = value.encode("utf-8", "replace").decode()  # type: ignore[union-attr]
            if self.sql.may_start(value):  # type: ignore[arg-type]
                self.sql.add(node, self.frame.index, self.call, self._code_points)
            return Constant(value)  # type: ignore[arg-type]
        if kind is int and not -0x8000000000000000 <= value <= 0xFFFFFFFFFFFFFFFF:  # type: ignore[operator]
            return Constant(hex(value))  # type: ignore[arg-type]
        if kind is bytes:
            return Binary(value)  # type: ignore[arg-type]
        if kind is complex or value is ...:
            return _UNKNOWN
        return Constant(value)  # type: ignore[arg-type]

    def _call(self, node: ast.Call) -> Expr:
        func = node.func
        if type(func) is ast.Name and func.id == _TEMPLATE:
            return Template(tuple(self.expr(argument) for argument in node.args))
        if self.sql.is_formatted(node):
            self.sql.add(node, self.frame.index, self.call, self._code_points)
        callee = self.exprs.get(type(func), self._unknown)(func)
        calls = self.frame.calls
        index = len(calls)
        outer, self.call = self.call, index
        call = Call(callee, (), (), self._span(node), self.block)
        calls.append(call)
        exprs, unknown = self.exprs, self._unknown
        if node.args:
            call.args = tuple([exprs.get(type(arg), unknown)(arg) for arg in node.args])
        if node.keywords:
            call.keywords = tuple(
                [
                    (keyword.arg or "**", exprs.get(type(keyword.value), unknown)(keyword.value))
                    for keyword in node.keywords
                ]
            )
        self.call = outer
        return Result(index)

    def _subscript(self, node: ast.Subscript) -> Expr:
        return Item(self.expr(node.value), self.expr(node.slice))

    def _slice(self, node: ast.Slice) -> Expr:
        bounds = (node.lower, node.upper, node.step)
        return Operation(":", tuple(Constant(None) if b is None else self.expr(b) for b in bounds))

    def _binary(self, node: ast.BinOp) -> Expr:
        if self.sql.is_formatted(node):
            self.sql.add(node, self.frame.index, self.call, self._code_points)
        kind = type(node.op)
        if kind is ast.Add or kind is ast.BitOr:
            operands = [node.right]
            left = node.left
            while type(left) is ast.BinOp and type(left.op) is kind:
                operands.append(left.right)
                left = left.left
            operands.append(left)
            operands.reverse()
            return Operation(_OPERATORS[kind], tuple(self.expr(each) for each in operands))
        return Operation(_OPERATORS[kind], (self.expr(node.left), self.expr(node.right)))

    def _boolean(self, node: ast.BoolOp) -> Expr:
        return Operation(_OPERATORS[type(node.op)], tuple(self.expr(each) for each in node.values))

    def _compare(self, node: ast.Compare) -> Expr:
        operands = [self.expr(node.left), *(self.expr(each) for each in node.comparators)]
        pairs: tuple[Expr, ...] = tuple(
            Operation(_OPERATORS[type(operator)], (operands[position], operands[position + 1]))
            for position, operator in enumerate(node.ops)
        )
        return pairs[0] if len(pairs) == 1 else Operation("and", pairs)

    def _unary(self, node: ast.UnaryOp) -> Expr:
        operand = node.operand
        if type(node.op) is ast.USub and type(operand) is ast.Constant:
            number = operand.value
            if isinstance(number, (int, float)) and abs(number) < 1 << 62:
                return Constant(-number)
        return Operation(_OPERATORS[type(node.op)], (self.expr(operand),))

    def _joined(self, node: Any) -> Expr:
        if self.sql.is_formatted(node):
            self.sql.add(node, self.frame.index, self.call, self._code_points)
        parts: list[Expr] = []
        for value in node.values:
            if type(value) is ast.Constant:
                parts.append(self._constant(value))
                continue
            parts.append(self.expr(value.value))
            if value.format_spec is not None:
                parts.extend(
                    self.expr(inner.value)
                    for inner in value.format_spec.values
                    if type(inner) is not ast.Constant
                )
        return Template(tuple(parts))

    def _tuple(self, node: ast.Tuple) -> Expr:
        return Sequence("tuple", tuple([self.expr(item) for item in node.elts]))

    def _list(self, node: ast.List) -> Expr:
        return Sequence("list", tuple([self.expr(item) for item in node.elts]))

    def _set(self, node: ast.Set) -> Expr:
        return Sequence("set", tuple([self.expr(item) for item in node.elts]))

    def _dict(self, node: ast.Dict) -> Expr:
        keys = tuple([None if key is None else self.expr(key) for key in node.keys])
        return Mapping(keys, tuple([self.expr(value) for value in node.values]))

    def _choice(self, node: ast.IfExp) -> Expr:
        return Choice(self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _await(self, node: ast.Await) -> Expr:
        return Operation("await", (self.expr(node.value),))

    def _starred(self, node: ast.Starred) -> Expr:
        return Starred(self.expr(node.value))

    def _yield(self, node: ast.Yield | ast.YieldFrom) -> Expr:
        self.frame.generator = True
        return Operation("yield", () if node.value is None else (self.expr(node.value),))

    def _walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.expr(node.value)
        target = self._target(node.target)
        self.frame.statements.append(Assign(self._span(node), self.block, (target,), value))
        return Operation(":=", (target, value))

    def _lambda(self, node: ast.Lambda) -> Expr:
        self._parameters(node.args)
        arguments = node.args
        for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self._bind(arg.arg)
        block = self._open("lambda", self._span(node))
        outer, self.block = self.block, block
        body = self.expr(node.body)
        self.block = outer
        return Operation("lambda", (body,))

    def _list_comprehension(self, node: ast.ListComp) -> Expr:
        return self._comprehension("list", node, (node.elt,))

    def _set_comprehension(self, node: ast.SetComp) -> Expr:
        return self._comprehension("set", node, (node.elt,))

    def _generator(self, node: ast.GeneratorExp) -> Expr:
        return self._comprehension("generator", node, (node.elt,))

    def _dict_comprehension(self, node: ast.DictComp) -> Expr:
        value = getattr(node, "value", None)
        return self._comprehension("dict", node, (node.key,) if value is None else (node.key, value))

    def _comprehension(self, kind: str, node: Any, elements: tuple[ast.expr, ...]) -> Expr:
        outer = self.block
        targets: list[Expr] = []
        sources: list[Expr] = []
        conditions: list[Expr] = []
        for position, part in enumerate(node.generators):
            sources.append(self.expr(part.iter))
            if position == 0:
                self.block = self._open("comprehension", self._span(node), sources[0])
            targets.append(self._target(part.target))
            conditions.extend(self.expr(condition) for condition in part.ifs)
        self.frame.blocks[self.block].targets = tuple(targets)
        read = [self.expr(element) for element in elements]
        self.block = outer
        element = read[0] if len(read) == 1 else Sequence("tuple", tuple(read))
        return Comprehension(kind, element, tuple(targets), tuple(sources), tuple(conditions))


_TEMPLATE = "__backlint_template__"


def _module_prefix(root: str, bound: dict[str, str]) -> str:
    target = bound.get(root)
    if target:
        return target
    if target is None and root in _BUILTINS:
        return root
    return ":" + root


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


def _physical_lines(text: str) -> list[str]:
    """Lines as the tokenizer counts them: form feeds and Unicode separators do not end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
