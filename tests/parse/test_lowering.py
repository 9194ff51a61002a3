from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

import pytest

from linter.parse.lowering import FORMATTED, TEMPLATE, lower, restore
from linter.parse.lowering_edits import lower_statement
from linter.parse.python import parse
from linter.parse.segments import segments


def edited(source: str) -> str:
    lowered = lower_statement(source, ())
    assert lowered is not None
    return lowered


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("type X = int\n", "X      = int\n"),
        ("type  X [T: int = str, *Ts] = T\n", "X                           = T\n"),
        ("type Long \\\n  [T] = T\n", "Long      \\\n      = T\n"),
        ("if x: type X = a; type Y = b\n", "if x: X      = a; Y      = b\n"),
        ("class A[T]: pass\n", "class A   : pass\n"),
        ("class A[T, **P = [int]](B[T]): pass\n", "class A                (B[T]): pass\n"),
        ("async def f[é](x: é): pass\n", "async def f    (x: é): pass\n"),  # two bytes, so two spaces
        ("def f[\n  T,  # why\n](x): pass\n", "def f \\\n           \\\n (x): pass\n"),
        ("lazy import a.b as c\n", "import      a.b as c\n"),
        ("lazy from . import b\n", "from      . import b\n"),
        ("[*a for a in b]\n", "[(*a,) for a in b]\n"),
        ("{**a for a in b}\n", "{None:a for a in b}\n"),
        ("try: x\nexcept A, B: y\n", "try: x\nexcept(A, B): y\n"),
        ("try: x\nexcept* A, B.C : y\n", "try: x\nexcept*(A, B.C) : y\n"),
        ("try: x\nexcept (A), B: y\n", "try: x\nexcept((A), B): y\n"),
        ("try: x\nexcept (A, B): y\n", "try: x\nexcept (A, B): y\n"),
        ("x = f'{a}' 'b' f'{c!r:>{d}}'\n", "x = f'{a}' 'b' f'{c!r:>{d}}'\n"),
    ],
)
def test_edits_only_what_is_new(source: str, expected: str) -> None:
    assert edited(source) == expected
    if source.count("lazy") + source.count("* ") + source.count("[*a") == 0:
        ast.parse(expected)


def test_nothing_is_changed_where_nothing_is_new() -> None:
    source = "x = 1\n\n@a\ndef f(): 'doc'\n# end"
    assert lower(source) == source


def test_only_the_statements_that_need_it_are_changed() -> None:
    source = "x = f'{a}'; y = 1\nz = t'{b}' t'c'\n"
    if sys.version_info < (3, 14):
        assert lower(source) == f"x = f'{{a}}'; y = 1\nz = {TEMPLATE}(f'{{b}}' f'c')\n"


def test_what_no_python_accepts_is_left_for_ast_to_judge() -> None:
    source = "type X = int\nx y\ntype Y = int\n"
    lowered = lower(source)
    assert lowered is not None
    assert lowered.endswith("\nx y\ntype Y = int\n")
    assert lower("x = (\n") == "x = (\n"
    assert lower("x = f'{a") == "x = f'{a"


def test_deep_statements_are_refused_and_others_are_not() -> None:
    deep = "not " * 2000 + "x"
    assert lower(f"x = {deep} y\n") is None
    assert lower("x y\n" + "z = 1\n" * 2000) is not None


NEW = """\
type Pair[T] = tuple[T, int]
class Box[
    T: Bound,
](Base):
    def get[K](self, key: K) -> K:
        try:
            return self.items[key]
        except KeyError, self.Error:
            log(f'{'é'}{
                key  # why
                !r
                :>{width}}' 'b', end)
    async def send[*Ts = *all](self): return t'{self.a}{self.f('x')}', f"{{{key}}}"
"""
NAMES = {
    *[(1, "Pair"), (1, "tuple"), (1, "T"), (1, "int"), (4, "Base"), (5, "K"), (7, "self"), (7, "key")],
    *[(8, "KeyError"), (8, "self"), (9, "log"), (10, "key"), (12, "width"), (12, "end"), (13, "self")],
    (13, "key"),
}
ATTRIBUTES = {(7, "items"), (8, "Error"), (13, "a"), (13, "f")}
STATEMENTS = [(1, 1), (2, 13), (5, 12), (6, 12), (7, 7), (9, 12), (13, 13), (13, 13)]


def test_lines_are_true_under_every_interpreter() -> None:
    tree = parse(NEW.encode()).tree
    nodes = list(without_type_parameters(tree))
    assert {(n.lineno, n.id) for n in nodes if isinstance(n, ast.Name)} - {(13, TEMPLATE)} == NAMES
    assert {(n.lineno, n.attr) for n in nodes if isinstance(n, ast.Attribute)} == ATTRIBUTES
    assert sorted((n.lineno, n.end_lineno) for n in nodes if isinstance(n, ast.stmt)) == STATEMENTS


def without_type_parameters(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for field, value in ast.iter_fields(node):
        if field != "type_params":
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from without_type_parameters(child)


def part(node: ast.expr) -> object:
    """What a piece of an f-string is, whichever interpreter parsed it."""
    match node:
        case ast.Constant(value=value):
            return value
        case ast.FormattedValue(value=value, conversion=conversion, format_spec=None):
            return ast.unparse(value), chr(conversion) if conversion > 0 else ""
        case ast.FormattedValue(value=value, conversion=conversion, format_spec=ast.JoinedStr(values=spec)):
            pieces = [each for each in map(part, spec) if each != ""]  # Python 3.12 adds empty ones
            return ast.unparse(value), chr(conversion) if conversion > 0 else "", pieces
        case _:
            raise AssertionError(ast.dump(node))


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("f'{a['b']}'", [("a['b']", "")]),
        ("f'x{{{a['b']}}}y' 'z'", ["x{", ("a['b']", ""), "}yz"]),
        ("'w' rf'\\d{a['b']}\\n'", ["w\\d", ("a['b']", ""), "\\n"]),
        ("f'\\N{EM DASH}\\t\\'\"\\\\{a['b']}\\\n'", ["\u2014\t'\"\\", ("a['b']", "")]),
        ("f'{'\\n'.join(a)}'", [("'\\n'.join(a)", "")]),
        ("f'{a['b']!r}{c:>{d}{e!a:x}}'", [("a['b']", "r"), ("c", "", [">", ("d", ""), ("e", "a", ["x"])])]),
        ("f'{a['']}{b:%Y}{c!s:}'", [("a['']", ""), ("b", "", ["%Y"]), ("c", "s", [])]),
        ("f'{ a[''] = }{b=!s}'", [" a[''] = ", ("a['']", "r"), "b=", ("b", "s")]),
        ("f'{ (a['']) =:>3}'", [" (a['']) =", ("a['']", "", [">3"])]),
        ("f'{a # why\n = # so\n}'", ["a \n = \n", ("a", "r")]),
        ("f'{(yield a[''])}{*b, c}'", [("(yield a[''])", ""), ("(*b, c)", "")]),
        ("f'{(a := b[''])}{ {1: 2} }'", [("(a := b[''])", ""), ("{1: 2}", "")]),
        ("f'{\na['b']\n# why\n}\\n'", [("a['b']", ""), "\n"]),
        ("f'\\ud800{''}'", ["\ud800", ("''", "")]),
    ],
)
def test_f_strings_keep_their_pieces(source: str, parts: list[object]) -> None:
    string = value_of(source)
    assert isinstance(string, ast.JoinedStr)
    assert [part(each) for each in string.values] == parts


def test_f_strings_in_f_strings_are_restored_at_every_depth() -> None:
    string = value_of("f'{f'{a['']:{f'{b}'}}' + f\"{c}\"!s}'")
    assert [type(node) for node in ast.walk(string) if isinstance(node, ast.Call)] == []
    assert sorted(node.id for node in ast.walk(string) if isinstance(node, ast.Name)) == ["a", "b", "c"]


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="t-strings are parsed as they are")
def test_t_strings_are_calls_around_f_strings() -> None:
    for source in ("t'{a} b'", "T'{a}' t' b'", "rt'{a} b'", "(t'{a}'  # why\n Rt' b')"):
        call = value_of(source)
        assert isinstance(call, ast.Call)
        assert (
            ast.unparse(call)
            == f"{TEMPLATE}({ast.unparse(value_of(source.replace('t', 'f').replace('T', 'f')))})"
        )


def test_restore_leaves_no_lowered_string() -> None:
    tree = ast.parse(f"x = [{FORMATTED}('a', [b], [c, 'r', {FORMATTED}('>', [d])])]")
    restore(tree)
    assert ast.unparse(tree) == "x = [f'a{b}{c!r:>{d}}']"


def value_of(source: str) -> ast.expr:
    statement = parse(f"x = {source}\n".encode()).tree.body[0]
    assert isinstance(statement, ast.Assign)
    return statement.value


@pytest.mark.parametrize(
    "statements",
    [
        ["x = 1\n", "@a\n\n# why\n@b(\n)\ndef f():\n  pass\n# end\n\n", "y"],
        [
            "# head\n\n",
            "if a:\n  b\nelif c: d\n# why\nelse:\n  e\n",
            "try: a\nexcept b: c\nfinally: d\n",
            "'doc'",
        ],
        ["x = '''\ny = 1\n'''\n", "z = f'{\na:\\\n}'\n", "(\n)\n", "a \\\n= 1\n", "class B: pass"],
        ["x = f\"{'\"'}{a:{b['}']}}\"\n", "y = f'{{' rf'\\{a}' bR'\\' # '\n", "z = rt''''{a}''' \"#\"\n"],
    ],
)
def test_segments_are_the_top_level_statements(statements: list[str]) -> None:
    text = "".join(statements)
    found = segments(text)
    assert found is not None
    assert [text[each.start : each.end] for each in found] == statements


@pytest.mark.parametrize("text", ["(", ")", "[)", "'", "'''x''", "f'{", "f'{a", "f'{a:", "f'}'", "x = 'a\n'"])
def test_text_with_an_open_end_has_no_segments(text: str) -> None:
    assert segments(text) is None
