"""Places of statements in strings of Python: what stands there, however the string is written."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.extract.files import extract
from linter.extract.string_places import Piece, StringPlaces
from linter.facts.spans import Range, unpack


def places(source: str) -> list[tuple[tuple[int, int, int, int], str]]:
    """The place of each statement in a module, and the source that stands there."""
    lines = source.split("\n")
    found = []
    for statement in extract(source.encode("utf-8", "surrogatepass"), "python", "postgres").sql:
        line, column, end_line, end_column = unpack(statement.span)
        rows = lines[line - 1 : end_line]
        rows[-1] = rows[-1][:end_column]
        rows[0] = rows[0][column:]
        found.append(((line, column, end_line, end_column), "\n".join(rows)))
    return found


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ('run("DROP TABLE users")', ["DROP TABLE users"]),
        ("run(r'DROP TABLE users; DROP TABLE posts')", ["DROP TABLE users", "DROP TABLE posts"]),
        ("é = run('''\n  DROP TABLE users;\n  DROP TABLE é;''')", ["DROP TABLE users", "DROP TABLE é"]),
        ("run(\"SELECT 'a\\n\\x41' FROM t; DROP TABLE t\")", ["SELECT 'a\\n\\x41' FROM t", "DROP TABLE t"]),
        ('run("DROP TABLE a;\\nDROP TABLE b")', ["DROP TABLE a", "DROP TABLE b"]),
        ('run("""DROP TABLE a;\\\nDROP TABLE b""")', ["DROP TABLE a", "DROP TABLE b"]),
        (
            'run(\n    "DROP TABLE users; "  # first\n    "DROP TABLE posts"\n)',
            ["DROP TABLE users", "DROP TABLE posts"],
        ),
        ('run("DROP TABLE users; " + \\\n    "DROP TABLE posts")', ["DROP TABLE users", "DROP TABLE posts"]),
        ('run("DROP TABLE " + name + "; DROP TABLE b")', ['DROP TABLE " + name', "DROP TABLE b"]),
        ('run(f"DROP TABLE {a}; DROP TABLE {b!r:>{w}}")', ["DROP TABLE {a}", "DROP TABLE {b!r:>{w}}"]),
        (
            "run(f\"SELECT '{{}}' FROM {x(1, {2: 3})}; DROP TABLE b\")",
            ["SELECT '{{}}' FROM {x(1, {2: 3})}", "DROP TABLE b"],
        ),
        ("run(f\"DROP TABLE {t['a']}\"\n    '; DROP TABLE b')", ["DROP TABLE {t['a']}", "DROP TABLE b"]),
        ('run("DROP TABLE %s; DROP TABLE b" % name)', ["DROP TABLE %s", "DROP TABLE b"]),
        ('run("DROP TABLE t_{}; DROP TABLE b".format(x))', ["DROP TABLE t_{}", "DROP TABLE b"]),
        (
            "run(\"SELECT '\\N{BULLET}' FROM t; DROP TABLE b\")",
            ["SELECT '\\N{BULLET}' FROM t", "DROP TABLE b"],
        ),
        ('run("DROP TABLE \\"a\\"")', ['DROP TABLE \\"a\\"']),
    ],
)
def test_a_place_holds_the_statement(source: str, expected: list[str]) -> None:
    assert [text for _, text in places(source)] == expected


def test_a_hole_of_several_lines_is_not_lost() -> None:
    source = 'run(f"""\nDROP TABLE {\n  name\n};\nDROP TABLE b""")'
    assert [place for place, _ in places(source)][1] == (5, 0, 5, 12)


def test_source_that_says_something_else_gives_the_place_of_the_string() -> None:
    pieces = [Piece("DROP TABLE a;\nDROP TABLE b", Range(2, 4, 2, 9))]
    found = StringPlaces(pieces, ["", "    other"])
    assert unpack(found.span(0, 12)) == (2, 4, 2, 16)
    assert unpack(found.span(14, 26)) == (3, 0, 3, 12)


_PARTS = st.sampled_from([*"aé{}'\"\\\n%#( ", "{{", "}}", "\\n", "\\x41", "\\N{BULLET}", '"""', "f'", 'r"'])


@given(st.lists(_PARTS, max_size=12).map("".join), st.sampled_from(["", "f", "r", "rf", "u"]))
def test_no_source_raises(body: str, prefix: str) -> None:
    for quote in ("'", '"', "'''", '"""'):
        source = f"run({prefix}{quote}DROP TABLE a; {body} ;DROP TABLE b{quote})"
        extract(source.encode(), "python", "postgres")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0;`$"), max_size=20))
def test_any_text_keeps_what_follows_it_in_place(text: str) -> None:
    for literal in (repr(text), ascii(text)):
        source = textwrap.dedent(f"""\
            run({literal}
                "DROP TABLE b;")
            run("SELECT 1 FROM t; " {literal} "; DROP TABLE b")
        """)
        for place, found in places(source):
            if found.startswith("DROP TABLE"):
                assert found == "DROP TABLE b", place
