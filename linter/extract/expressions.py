"""Expressions of Python as facts. What reads statements builds on this."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from linter.extract.frames import Frame
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
from linter.facts.scopes import Assign, Block, BlockKind, Call, Parameter
from linter.facts.spans import Span, pack
from linter.parse.lowering import TEMPLATE

OPERATORS: dict[type, str] = {
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

_QUOTING = frozenset({ord("r"), ord("a")})
"""Conversions in holes of f-strings that write a value as source."""
UNKNOWN = Operation("?", ())


class ExpressionReader:
    """Reads expressions into the frame at hand. One walk serves every framework; it is a hot path."""

    def __init__(self, text: str, dialect: str) -> None:
        self.lines = None if text.isascii() else _physical_lines(text)
        self.frames: list[Frame] = []
        self.frame: Frame
        self.block = 0
        self.call = -1
        """Index of the innermost call whose arguments are being read, -1 outside any."""
        self.sql = SqlStrings(text, dialect)
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
            ast.YieldFrom: self._yield_from,
        }
        template = getattr(ast, "TemplateStr", None)
        if template is not None:
            self.exprs[template] = self._joined

    # Places and blocks

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

    def _bind(self, name: str) -> None:
        bound = self.frame.bound
        if name not in bound and name not in self.frame.globals:
            bound[name] = ""
        elif name in self.frame.packages and self.block == 0:
            # `import app.logs` was for what it does; from here on the name is something else.
            bound[name] = ""

    # Targets, parameters, annotations

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
        return UNKNOWN

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
            return UNKNOWN
        return Constant(value)  # type: ignore[arg-type]

    def _call(self, node: ast.Call) -> Expr:
        func = node.func
        if type(func) is ast.Name and func.id == TEMPLATE:
            return self.expr(node.args[0])
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
            return Operation(OPERATORS[kind], tuple(self.expr(each) for each in operands))
        return Operation(OPERATORS[kind], (self.expr(node.left), self.expr(node.right)))

    def _boolean(self, node: ast.BoolOp) -> Expr:
        return Operation(OPERATORS[type(node.op)], tuple(self.expr(each) for each in node.values))

    def _compare(self, node: ast.Compare) -> Expr:
        operands = [self.expr(node.left), *(self.expr(each) for each in node.comparators)]
        pairs: tuple[Expr, ...] = tuple(
            Operation(OPERATORS[type(operator)], (operands[position], operands[position + 1]))
            for position, operator in enumerate(node.ops)
        )
        return pairs[0] if len(pairs) == 1 else Operation("and", pairs)

    def _unary(self, node: ast.UnaryOp) -> Expr:
        operand = node.operand
        if type(node.op) is ast.USub and type(operand) is ast.Constant:
            number = operand.value
            if isinstance(number, (int, float)) and abs(number) < 1 << 62:
                return Constant(-number)
        return Operation(OPERATORS[type(node.op)], (self.expr(operand),))

    def _joined(self, node: Any) -> Expr:
        if self.sql.is_formatted(node):
            self.sql.add(node, self.frame.index, self.call, self._code_points)
        parts: list[Expr] = []
        quoted: list[int] = []
        for value in node.values:
            if type(value) is ast.Constant:
                parts.append(self._constant(value))
                continue
            if value.conversion in _QUOTING:
                quoted.append(len(parts))
            parts.append(self.expr(value.value))
            if value.format_spec is not None:
                parts.extend(
                    self.expr(inner.value)
                    for inner in value.format_spec.values
                    if type(inner) is not ast.Constant
                )
        return Template(tuple(parts), tuple(quoted))

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

    def _yield(self, node: ast.Yield) -> Expr:
        self.frame.generator = True
        return Operation("yield", () if node.value is None else (self.expr(node.value),))

    def _yield_from(self, node: ast.YieldFrom) -> Expr:
        self.frame.generator = True
        return Operation("yield", (Starred(self.expr(node.value)),))

    def _walrus(self, node: ast.NamedExpr) -> Expr:
        value = self.expr(node.value)
        target = self._target(node.target)
        self.frame.statements.append(Assign(self._span(node), self.block, (target,), value))
        return Operation(":=", (target, value))

    def _lambda(self, node: ast.Lambda) -> Expr:
        self._parameters(node.args)
        targets: list[Expr] = []
        arguments = node.args
        for arg in (*arguments.posonlyargs, *arguments.args):
            self._bind(arg.arg)
            targets.append(self._read(arg.arg))
        if arguments.vararg is not None:
            self._bind(arguments.vararg.arg)
            targets.append(Starred(self._read(arguments.vararg.arg)))
        for arg in arguments.kwonlyargs:
            self._bind(arg.arg)
            targets.append(self._read(arg.arg))
        block = self._open("lambda", self._span(node))
        outer, self.block = self.block, block
        body = self.expr(node.body)
        self.block = outer
        return Operation("lambda", (body, Sequence("tuple", tuple(targets))))

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


def _physical_lines(text: str) -> list[str]:
    """Lines as the tokenizer counts them: form feeds and Unicode separators do not end one."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
