from __future__ import annotations

import ast
import io
import sys
import threading
import tokenize
import warnings

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from linter.parse.python import Parsed, Unreadable, parse


def reason(source: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        parse(source)
    return caught.value.reason


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (b"", ""),
        (b"x = '\xc3\xa9'\n", "x = 'é'\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbf# coding: utf-8\nx = 1\n", None),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9'\n", "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", None),
        (b"\n# coding: iso-8859-15\nx = '\xa4'\n", "\n# coding: iso-8859-15\nx = '€'\n"),
        (b"\r# coding: latin-1\rx = '\xe9'\r", "\n# coding: latin-1\nx = 'é'\n"),
        (b"# coding: utf-8-unix\nx = '\xc3\xa9'\n", "# coding: utf-8-unix\nx = 'é'\n"),
        (b"# coding: UTF_8\nx = '\xc3\xa9'\n", None),
        (b"# coding: latin_1-dos\nx = '\xe9'\n", "# coding: latin_1-dos\nx = 'é'\n"),
        (b"x = 1\n# coding: latin-1\ny = '\xc3\xa9'\n", "x = 1\n# coding: latin-1\ny = 'é'\n"),
        (b"\n\n# coding: latin-1\ny = '\xc3\xa9'\n", "\n\n# coding: latin-1\ny = 'é'\n"),
        (b"x = 1\r\ny = 2\rz = 3\n", "x = 1\ny = 2\nz = 3\n"),
        (b"x = 1\x0c\ny = '\x0b\xc2\x85\xe2\x80\xa8'\nz = 3", "x = 1\x0c\ny = '\x0b\x85\u2028'\nz = 3"),
    ],
)
def test_decodes_as_python_does(source: bytes, text: str | None) -> None:
    parsed = parse(source)
    assert ast.dump(parsed.tree, include_attributes=True) == ast.dump(
        ast.parse(source), include_attributes=True
    )
    if text is not None:
        assert parsed.text == text
    assert not parsed.lowered


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"x = '\xff'\n", "not valid UTF-8 at byte 5"),
        (b"\xef\xbb\xbf\xff", "not valid UTF-8 at byte 3"),
        (b"# coding: ascii\n\xe9", "not valid ascii at byte 16"),
        (b"\xff\xfex\0", "encoded in UTF-16, which Python does not read"),
        (b"x = 1\n\0", "contains NUL bytes"),
        (b"# coding: utf-7\n+AAA-\n", "contains NUL bytes"),
        (b"# coding: klingon\n", "encoded in klingon, which is not known"),
        (b"# coding: rot13\n", "encoded in rot13, which is not known"),
        (b"# coding: undefined\n", "not valid undefined"),
        (b"# coding: punycode\n", "encoded in punycode, which is not for text"),
        (b"\xef\xbb\xbf# coding: latin-1\n", "marked as UTF-8 but declared as iso-8859-1"),
        (b"# coding: unicode_escape\nx = '\\ud800'\n", "contains code points that are not characters"),
        (b"x = " + b"9" * 5000, "contains a number that is too long"),
    ],
)
def test_says_why_bytes_are_no_text(source: bytes, expected: str) -> None:
    assert reason(source) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"x = 1\nx y\n", "invalid syntax at line 2"),
        (b"x = 1\n\ny = (\n", "'(' was never closed at line 3"),
        (b"x = 'a\n", "unterminated string literal at line 1"),
        (b"print 'a'\n", "Python 2 code: `print` statement at line 1"),
        (b"if x: print x,\n", "Python 2 code: `print` statement at line 1"),
        (b"\nexec 'x' in y\n", "Python 2 code: `exec` statement at line 2"),
        (b"raise ValueError, 'x'\n", "Python 2 code: `raise` with a comma at line 1"),
        (b"x = `y`\n", "Python 2 code: backticks at line 1"),
        (b"x = y <> z\n", "Python 2 code: `<>` operator at line 1"),
        (b"x = ur'y'\n", "Python 2 code: `ur` string at line 1"),
        (b"x = 10L\n", "Python 2 code: long integer at line 1"),
        (b"os.chmod(x, 0644)\n", "Python 2 code: octal integer without `0o` at line 1"),
        (b"def f(a, (b, c)): pass\n", "Python 2 code: tuple parameter at line 1"),
        (
            b"try:\n    x\nexcept ValueError, error:\n    raise KeyError, error\n",
            "Python 2 code: `raise` with a comma at line 4",
        ),
    ],
)
def test_says_why_text_is_no_python(source: bytes, expected: str) -> None:
    if "with a comma at line 4" in expected and sys.version_info < (3, 14):
        expected = "Python 2 code: `except` with a comma at line 3"  # the statement is not lowered in part
    assert reason(source) == expected


NEST = {
    "parentheses": lambda n: "(" * n + "1" + ")" * n,
    "unclosed": lambda n: "(" * n,
    "lists": lambda n: "[" * n + "]" * n,
    "dicts": lambda n: "{a: " * n + "1" + "}" * n,
    "not": lambda n: "not " * n + "x",
    "minus": lambda n: "- " * n + "x",
    "lambdas": lambda n: "lambda a, b: " * n + "x",
    "choices": lambda n: "a if b else " * n + "x",
    "sums": lambda n: "a + " * n + "x",
    "powers": lambda n: "a ** " * n + "x",
    "conjunctions": lambda n: "a and " * n + "x",
    "calls": lambda n: "a" + "()" * n,
    "attributes": lambda n: "a" + ".b" * n,
    "items": lambda n: "a" + "[0]" * n,
    "strings": lambda n: "'a' " * n,
    "f-strings": lambda n: "f'{" * n + "1" + "}'" * n,
    "specs": lambda n: "f'" + "{a:" * n + "}" * n + "'",
}


@pytest.mark.parametrize("shape", NEST)
@pytest.mark.parametrize("count", [150, 20_000])
def test_deep_nesting_never_kills_the_process(shape: str, count: int) -> None:
    expression = NEST[shape](count)
    for source in (
        f"x = {expression}\n",
        f"x = t'{{a}}' if b else {expression}\n",
        f"x = t'{{ {expression} }}'\n",
        f"t'{{a}}'\nx = {expression}\n",
    ):
        try:
            assert isinstance(parse(source.encode()), Parsed)
        except Unreadable as error:
            assert error.reason


@pytest.mark.parametrize(
    "source",
    [
        "if a:\n  pass\n" + "elif a:\n  pass\n" * 10_000 + "else:\n  t'{a}'\n",
        "match a:\n  case x:\n    t'{a}'\n" + "  case " + "[" * 40 + "]" * 40 + ": pass\n",
        "match a:\n  case x:\n    t'{a}'\n" + "  case {1: {1: {1: {1: {1: {1: 2}}}}}}: pass\n" * 5000,
    ],
)
def test_what_would_cost_the_parser_its_stack_or_hours_is_refused(source: str) -> None:
    assert reason(source.encode()) == "nested too deeply"


def test_long_files_that_need_lowering_are_read() -> None:
    many = "x = [\n" + "    'a', (1, -2), b.c(d)[0],\n" * 400 + "    t'{e}',\n]\n"
    assert parse(many.encode()).tree.body[0].end_lineno == 403


def test_a_deep_caller_changes_nothing() -> None:
    def descend(levels: int) -> Parsed:
        return descend(levels - 1) if levels else parse(b"type X[T] = int\nx = t'{a}'\n")

    assert len(descend(800).tree.body) == 2


def test_the_stack_of_later_threads_is_left_alone() -> None:
    before = threading.stack_size()
    parse(b"x = t'{a}'\n")
    assert threading.stack_size() == before


def test_warnings_are_neither_shown_nor_raised(capfd: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filters = list(warnings.filters)
        parse(b"x = '\\d'\ny = 1if x else 2\nz = t'\\d{x}'\n")
        assert warnings.filters == filters
    assert capfd.readouterr() == ("", "")


def test_reserved_names_are_not_taken_for_lowered_syntax() -> None:
    assert not parse(b"__backlint_formatted__(1)\n").lowered
    assert "reserved" in reason(b"__backlint_formatted__(1)\nx = t'{a}'\n") or sys.version_info >= (3, 14)


@given(st.binary())
@example(b"\xef\xbb\xbf")
@example(b"# coding: \x80")
@example(b"\\\n")
def test_any_bytes_end_in_a_module_or_a_reason(source: bytes) -> None:
    _agrees_with_the_interpreter(source)


COOKIES = st.tuples(
    st.sampled_from([b"", b"\xef\xbb\xbf"]),
    st.sampled_from([b"", b"\n", b"\r", b"# a\r\n", b"\x0c\n", b"x\n", b"\\\n", b" # b\n\n"]),
    st.sampled_from([b"#coding:", b"# -*- coding: ", b"\t#vim:fileencoding=", b"# coding :", b"x # coding="]),
    st.sampled_from(
        [b"utf-8", b"UTF8", b"latin-1", b"Latin_1-x", b"cp1252", b"ascii", b"nope", b"shift_jis"]
    ),
    st.sampled_from([b"\n'\xc3\xa9'", b"\r'\xe9'", b" -*-\r\nx = 1", b"\n'\x80'"]),
)


@given(COOKIES)
def test_encodings_agree_with_the_interpreter(parts: tuple[bytes, ...]) -> None:
    _agrees_with_the_interpreter(b"".join(parts))


def _agrees_with_the_interpreter(source: bytes) -> None:
    with warnings.catch_warnings(action="ignore"):
        try:
            # For bytes in memory `ast` checks no comment. For a file, as for a linter, it does.
            source.decode(tokenize.detect_encoding(io.BytesIO(source).readline)[0])
            native = ast.dump(ast.parse(source), include_attributes=True)
        except (SyntaxError, ValueError, LookupError):
            native = None
    try:
        parsed = parse(source)
    except Unreadable as error:
        assert error.reason
        assert native is None
    else:
        # It refuses `utf8` after a byte order mark, for one, which every editor takes for UTF-8.
        if native is not None:
            assert not parsed.lowered
            assert native == ast.dump(parsed.tree, include_attributes=True)


NEW = """\
type Pair[T: int = str, *Ts] = tuple[T, f'{names['a']}']
@wrap
class Box[T](Base, metaclass=Meta):
    '''doc'''
    async def get[
        K,  # key
    ](self, key: K) -> K:
        try:
            log(f"a{key!r:>{width}}" 'b' f'{'c' + "d"} {self.name = }')
        except KeyError, self.Error:
            return t'{key}' if key else rt"\\{f'''{
                key  # why
            }'''}"
        match key:
            case {"a": [Point(x=1), *rest]} if rest: pass
            case _: return [*row for row in rows]
"""
SCRAPS = list("()[]{}'\"\\\n:,=#*@ \t\x0cé\ud800")
SCRAPS += ["'''", '"""', "f'", "rt'", "{{", "!r", "\\N{DASH}", "lambda a: ", "0x", "case ", "\r\n", "async "]
SCRAPS += ["type X = y\n", "except A, B:", "if x:\n", "lazy import q\n", "def f[T]():"]
EDITS = st.lists(
    st.tuples(st.integers(0, len(NEW)), st.integers(0, 12), st.sampled_from(["", *SCRAPS])), max_size=4
)


@settings(max_examples=150)
@given(EDITS)
def test_mutated_source_keeps_its_lines_or_is_refused(edits: list[tuple[int, int, str]]) -> None:
    source = NEW
    for start, length, scrap in edits:
        source = source[:start] + scrap + source[start + length :]
    try:
        parsed = parse(source.encode(errors="surrogatepass"))
    except Unreadable as error:
        assert error.reason
        return
    lines = parsed.text.split("\n")
    for node in ast.walk(parsed.tree):
        if isinstance(node, ast.Name) and not node.id.startswith("__backlint_"):
            assert node.id in lines[node.lineno - 1]
        elif isinstance(node, ast.stmt):
            assert node.end_lineno is not None
            assert node.end_lineno <= len(lines)
