"""A fingerprint outlives layout and movement, and nothing else."""

from __future__ import annotations

import textwrap

from hypothesis import given
from hypothesis import strategies as st

from linter.finding import Confidence, Finding, Location, Severity
from linter.fingerprint import assign, moved, normalise, occurrence


def finding(
    rule: str = "queries/unbounded", path: str = "app/views.py", scope: str = "", line: int = 1
) -> Finding:
    place = Location(path, line, 1, line, 9)
    return Finding(rule, "it is slow", place, Severity.ERROR, Confidence.HIGH, scope=scope)


def fingerprint(text: str, **changes: str | int) -> str:
    return assign([finding(**changes)], lambda _: text)[0].fingerprint  # type: ignore[arg-type]


def test_is_32_hexadecimal_digits_and_the_same_on_every_machine() -> None:
    assert fingerprint("x = f(1)") == "710ecba6dfbe1a16a8954986730ba2ad"


def test_rule_path_scope_and_statement_matter() -> None:
    text = "items = load()"
    distinct = {
        fingerprint(text),
        fingerprint(text, rule="queries/other"),
        fingerprint(text, path="app/other.py"),
        fingerprint(text, scope="app.views.get"),
        fingerprint("items = store()"),
    }
    assert len(distinct) == 5


def test_the_line_does_not_matter() -> None:
    assert fingerprint("x = 1", line=1) == fingerprint("x = 1", line=900)


def test_a_rename_keeps_the_first_half() -> None:
    before = fingerprint("x = 1", path="src/app/views.py", scope="app.views.Users.get")
    after = fingerprint("x = 1", path="src/app/api/users.py", scope="app.api.users.Users.get")
    package = fingerprint("x = 1", path="src/app/views/__init__.py", scope="app.views.Users.get")
    assert before != after
    assert moved(before) == moved(after) == moved(package)
    assert moved(before) != moved(fingerprint("x = 1", path="src/app/views.py", scope="app.views.Users.put"))


def test_layout_comments_quotes_and_trailing_commas_do_not_matter() -> None:
    compact = "@route('/x', methods=['GET'])\ndef get(a, b): pass"
    spread = """
        @route(
            "/x",  # the path, with "quotes" and 'more'
            methods=["GET"],
        )

        def get(
            a,
            b,
        ):   # nothing
            pass
    """
    assert normalise(compact, "python") == normalise(spread, "python")
    assert normalise("a = 1 + \\\n  2", "python") == normalise("a = 1 + 2", "python")


def test_contents_of_strings_matter() -> None:
    texts = [
        "f('a')",
        "f('b')",
        "f('a ')",
        "f(b'a')",
        "f(f'a')",
        "f(f'{a}')",
        "f(f'{b}')",
        "f('# a')",
        "f('#')",
    ]
    assert len({normalise(text, "python") for text in texts}) == len(texts)
    # In SQL one quote makes a string, the other a name.
    assert normalise("select 'a'", "sql") != normalise('select "a"', "sql")


def test_the_layout_of_a_multi_line_string_does_not_matter() -> None:
    query = 'db.execute("""\n    SELECT *\n    FROM t\n""")'
    assert normalise(query, "python") == normalise(textwrap.indent(query, "        "), "python")
    assert normalise(query, "python") == normalise(query.replace("\n", "\r\n"), "python")


def test_a_sql_file_is_read_as_sql() -> None:
    assert fingerprint("drop table t -- gone", path="a.sql") == fingerprint("drop  table\nt", path="a.sql")
    assert fingerprint("a # b", path="a.sql") != fingerprint("a", path="a.sql")


def test_equal_statements_share_a_fingerprint_and_are_numbered() -> None:
    found = assign(
        [finding(line=line) for line in (1, 5, 9)], lambda item: "y" if item.location.line == 5 else "x"
    )
    assert found[0].fingerprint == found[2].fingerprint
    assert occurrence(found) == [1, 1, 2]
    assert assign([], lambda _: "") == []


def test_names_that_are_not_utf_8() -> None:
    assert len(fingerprint("x = '\ud800'", path="caf\udce9.py", scope="caf\udce9.f")) == 32
    assert len(fingerprint("", path="")) == 32


_STATEMENTS = st.lists(
    st.sampled_from(
        [
            "user = load(id, 'a # b')",
            "if user is None:\n    raise Http404('no \"user\"')",
            "for row in rows:\n    print(f\"{row['x']:>{w}} # {row!r}\")",
            "db.execute('select 1',)",
            "x = {**a, 'k': [1, 2]}",
        ]
    ),
    min_size=1,
    max_size=4,
).map("\n".join)


@given(_STATEMENTS, st.integers(0, 12), st.integers(0, 3), st.booleans(), st.integers(1, 10**6))
def test_moving_code_keeps_the_fingerprint(
    text: str, indent: int, blank: int, commented: bool, line: int
) -> None:
    lines = [
        " " * indent + row + ("  # backlint: ignore[a/b] -- 'why" if commented else "") + "\n" * blank
        for row in text.split("\n")
    ]
    assert fingerprint("\n".join(lines), line=line) == fingerprint(text)


@given(st.text(), st.sampled_from(["python", "sql"]))
def test_any_text_can_be_normalised(text: str, language: str) -> None:
    normal = normalise(text, language)  # type: ignore[arg-type]
    assert normal == normalise(text, language)  # type: ignore[arg-type]
