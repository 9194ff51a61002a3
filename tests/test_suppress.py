"""Suppression comments: reading them, obeying them, reporting on them."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.facts.files import Directive
from linter.facts.spans import unpack
from linter.finding import Confidence, Edit, Finding, Location, Severity
from linter.outcome import Hidden
from linter.parse.comments import directives
from linter.parse.pieces import pieces
from linter.suppress import RULES, apply

PATH = "app/a.py"
KNOWN = {"files/path", "files/mode", "logging/secret", "files/*", "logging/*"}


def own_line(line: int) -> tuple[int, int]:
    return line, line


def statements_of(text: str) -> Callable[[int], tuple[int, int]]:
    """Ranges as the extractor gives them, for code without nested statements."""
    spans = [(node.lineno, node.end_lineno or node.lineno) for node in ast.parse(text).body]

    def ranges(line: int) -> tuple[int, int]:
        return next(((first, last) for first, last in spans if first <= line <= last), (line, line))

    return ranges


def read(text: str, language: Literal["python", "sql", "braces"] = "python") -> Sequence[Directive]:
    return directives(text, language, own_line)


def only(text: str, language: Literal["python", "sql"] = "python") -> Directive:
    (directive,) = read(text, language)
    return directive


def finding(rule: str, line: int, path: str = PATH) -> Finding:
    place = Location(path, line, 1, line, 9)
    return Finding(rule, "it is bad", place, Severity.ERROR, Confidence.HIGH)


def run(
    text: str,
    *findings: Finding,
    ran: Callable[[str, str], bool] = lambda rule, path: True,
    today: str = "2026-06-15",
    require_reason: bool = False,
    path: str = PATH,
) -> tuple[list[Finding], list[Hidden], list[Finding]]:
    language: Literal["python", "sql"] = "sql" if path.endswith(".sql") else "python"
    return apply(
        findings,
        {path: read(text, language)},
        known_rules=KNOWN.__contains__,
        ran=ran,
        today=today,
        require_reason=require_reason,
        text_of=lambda _: text,
    )


def edited(text: str, edit: Edit) -> str:
    lines = text.splitlines(keepends=True)
    place = edit.location
    start = sum(map(len, lines[: place.line - 1])) + place.column - 1
    end = sum(map(len, lines[: place.end_line - 1])) + place.end_column - 1
    return text[:start] + edit.content + text[end:]


# Reading


def test_a_trailing_comment_names_rules_and_a_reason() -> None:
    directive = only("x = f()  # backlint: ignore[files/path, logging/*] -- the path is -- constant\n")
    assert directive.kind == "ignore"
    assert directive.rules == ("files/path", "logging/*")
    assert directive.reason == "the path is -- constant"
    assert directive.problem == ""
    assert unpack(directive.span) == (1, 9, 1, 77)


def test_a_comment_covers_the_statement_it_stands_in() -> None:
    text = "a = 1\nb = f(\n    1,  # backlint: ignore[files/path]\n    2,\n)\n"
    (directive,) = directives(text, "python", statements_of(text))
    assert (directive.first, directive.last) == (2, 5)


def test_a_comment_on_its_own_line_covers_the_next_statement() -> None:
    text = "a = 1\n# backlint: ignore[files/path]\n\n# other\nb = f(\n    1,\n)\n"
    (directive,) = directives(text, "python", statements_of(text))
    assert (directive.first, directive.last) == (5, 7)
    stacked = "# backlint: ignore[files/path]\n# backlint: ignore[files/mode]\nx = 1\n"
    assert [directive.first for directive in read(stacked)] == [3, 3]


def test_a_comment_within_brackets_covers_the_whole_statement() -> None:
    text = "f(\n    1,\n    # backlint: ignore[files/path]\n)\nx = 1\n"
    (directive,) = directives(text, "python", statements_of(text))
    assert (directive.first, directive.last) == (1, 4)


def test_a_comment_before_nothing_covers_itself() -> None:
    assert only("x = 1\n# backlint: ignore[files/path]\n\n").first == 2


def test_a_file_directive_covers_the_file() -> None:
    directive = only("\ufeff# backlint: file-ignore[files/path] -- generated\nx = 1\ny = 2")
    assert (directive.kind, directive.first, directive.last) == ("file-ignore", 1, 3)


@pytest.mark.parametrize(
    "text",
    [
        "x = '# backlint: ignore[a/b]'",
        'x = """\n# backlint: ignore[a/b]\n"""',
        "x = f'{y} # backlint: ignore[a/b]'",
        'x = f"{d["k"]} # backlint: ignore[a/b]"',
        'x = f"{f"{1:{w}}"} # backlint: ignore[a/b]"',
        "x = f'{{ # backlint: ignore[a/b]'",
        "x = rb'\\' # backlint: ignore[a/b]'",
        "x = 'a\\\n# backlint: ignore[a/b]'",
        'x = t"""{a:\n%Y} # backlint: ignore[a/b]"""',
        "# see backlint: ignore[a/b]",
        "# the backlint: mark",
        "x = 1 # nothing",
    ],
)
def test_only_comments_that_begin_with_the_mark_count(text: str) -> None:
    assert read(text) == ()


@pytest.mark.parametrize(
    "before",
    [
        "x = '",
        "x = f'{",
        "x = f'{a:'",
        'x = f"{d["k"]!r:>{w}}"',
        "x = f'{lambda: 1}'",
        "x = '''a'b''' + \"'\"",
        "x = {'a': 1}['a']",
        "def f[T: int](x: T) -> None: ...",
        "x = )]}",
        "x = rf'\\{a}'",
        "x = '\\N{DIGIT ONE}'",
    ],
)
def test_comments_after_strings_and_after_broken_code_are_found(before: str) -> None:
    text = before + "\n# backlint: ignore[files/path]\nx = 1\n"
    assert [directive.rules for directive in read(text)] == [("files/path",)]


def test_other_pragmas_may_stand_on_the_line() -> None:
    directive = only("x = 1  # noqa: E501  # backlint: ignore[files/path] -- see #12  # type: ignore\n")
    assert directive.reason == "see #12"
    assert unpack(directive.span) == (1, 21, 1, 62)
    both = read("x = 1  # backlint: ignore[files/path]  # backlint: ignore[files/mode] -- why\n")
    assert [directive.rules for directive in both] == [("files/path",), ("files/mode",)]


@pytest.mark.parametrize(
    ("comment", "reason"),
    [
        ("ignore[files/path] expires=2026-12-31 -- until then", "until then"),
        ("ignore[files/path] -- until then, expires=2026-12-31", "until then,"),
        ("ignore[files/path] -- expires=2026-12-31, until then", "until then"),
        ("ignore[files/path] -- (expires=2026-12-31) until then", "() until then"),
        ("ignore[files/path] expires = 2026-12-31", ""),
        ("ignore[files/path] -- expires=2026-12-31.", ""),
    ],
)
def test_an_expiry_date_may_stand_anywhere_after_the_rules(comment: str, reason: str) -> None:
    directive = only(f"x = 1  # backlint: {comment}\n")
    assert (directive.expires, directive.reason, directive.problem) == ("2026-12-31", reason, "")


@pytest.mark.parametrize(
    ("comment", "problem"),
    [
        ("ignore", "`ignore` names no rule"),
        ("file-ignore -- all [of] it", "`file-ignore` names no rule"),
        ("ignore[]", "the list of rules is empty"),
        ("ignore[ , ]", "the list of rules is empty"),
        ("ignore[files/path", "no closing bracket"),
        ("ignore[files/path -- see [1]", "no closing bracket"),
        ("disable", "`disable` is no directive"),
        ("disable=files/path", "`disable=files/path` is no directive"),
        ("Ignore[files/path]", "`Ignore` is no directive"),
        ("", "the directive is missing"),
        ("[files/path]", "the directive is missing"),
        ("ignore[files/path] because", "the text `because` does not follow ` -- `"),
        ("ignore[files/path] because -- why", "the text `because` stands before ` -- `"),
        ("ignore[files/path] expires=2026-02-30", "`expires=2026-02-30` is not a date"),
        ("ignore[files/path] expires=20260230", "is not a date"),
        ("ignore[files/path] expires=", "`expires=` is not a date"),
        ("ignore[files/path] expires=2026-01-01 expires=2027-01-01", "more than one expiry date"),
        ("x" * 5000, "… is no directive".replace("…", "x" * 10 + "…`")),
    ],
)
def test_a_malformed_directive_says_what_is_wrong(comment: str, problem: str) -> None:
    directive = only(f"x = 1  # backlint: {comment}\n")
    assert problem in directive.problem
    assert len(directive.problem) < 200


@pytest.mark.parametrize(
    ("text", "rules", "line"),
    [
        ("drop table t;-- backlint: ignore[files/path] -- why", ("files/path",), 1),
        ("/* backlint: ignore[files/path]\n   -- why */\n\ndrop table t;", ("files/path",), 4),
        ("/*backlint:ignore[files/path] -- why*/ drop table t;", ("files/path",), 1),
        ("select 'it''s'; -- noqa -- backlint: ignore[files/path] -- why", ("files/path",), 1),
        ("do $$ begin\n  drop table t; -- backlint: ignore[files/path] -- why\nend $$;", ("files/path",), 2),
        ("/* a /* b */\n-- backlint: ignore[files/path] -- why\nselect 1", ("files/path",), 3),
        ("select E'\\'' -- backlint: ignore[files/path] -- why", ("files/path",), 1),
    ],
)
def test_sql_comments(text: str, rules: tuple[str, ...], line: int) -> None:
    directive = only(text, "sql")
    assert (directive.rules, directive.reason, directive.first) == (rules, "why", line)
    assert directive.problem == ""


@pytest.mark.parametrize(
    "text",
    [
        "select '-- backlint: ignore'",
        'select "-- backlint: ignore"',
        "select `-- backlint: ignore`",
        "select $q$ -- backlint: ignore $q$",
        "/* a /* backlint: ignore */ b */",
        "# backlint: ignore",
        "/* see backlint: ignore */",
    ],
)
def test_sql_text_that_is_no_directive(text: str) -> None:
    assert read(text, "sql") == ()


_WORDS = "backlint: # -- /* */ ' \" ''' \"\"\" f' rb\" { } [ ] : \\ $$ ignore[ file-ignore[a/b] expires="
_HOSTILE = st.lists(
    st.sampled_from(
        [
            *_WORDS.split(),
            " as $x$",
            "e'",
            " ",
            "\n",
            "\r",
            "\r\n",
            "\ud800",
            "\x00",
            "\x1b[2J",
            "\u2028",
            "é",
        ]
    ),
    max_size=40,
).map("".join)


@given(_HOSTILE, st.sampled_from(["python", "sql", "braces"]))
def test_no_text_upsets_the_scanner(text: str, language: Literal["python", "sql", "braces"]) -> None:
    for piece in pieces(text, language):
        assert 0 <= piece.start < piece.end <= len(text)
    for directive in read("# backlint: ignore[a/b]\n-- backlint: ignore[a/b]\n" + text, language):
        assert directive.problem or directive.rules
        assert 1 <= directive.first <= directive.last


@given(
    st.lists(
        st.sampled_from(["'a'", '"""b"""', "f'{x}'", "# c\n", "+ 1\n", "f'{d[\"k\"]:>{w}}'"]), max_size=9
    )
)
def test_pieces_of_sound_code_are_exact(parts: list[str]) -> None:
    text = "".join(f"{part} " for part in parts)
    expected = [part.rstrip("\n") for part in parts if not part.startswith("+")]
    assert [text[piece.start : piece.end] for piece in pieces(text, "python")] == expected


def test_deep_nesting_is_no_recursion() -> None:
    assert pieces("f'{" * 50_000, "python")
    assert len(pieces("/* " * 50_000 + "*/", "sql")) == 1
    for hopeless in ("/*", '"\\', "'\\", "`\\", "/*\"'`\\"):
        assert len(pieces(hopeless * 100_000, "braces")) < 100_001


def test_languages_with_braces() -> None:
    text = """\
a = "// backlint: ignore[x/y]"
b(`${c}
  // backlint: ignore[x/y]
`) // backlint: ignore[a/b] -- why // nosemgrep
// backlint: ignore[c/d, e/*]
f(
  g<'static>)  /* backlint: file-ignore[h/i] */
let r = /['"`]/ // see https://backlint: ignore[x/y]
"""
    assert [(each.rules, each.first, each.reason) for each in read(text, "braces")] == [
        (("a/b",), 4, "why"),
        (("c/d", "e/*"), 6, ""),
        (("h/i",), 1, ""),
    ]


# Obeying


def test_a_finding_is_hidden_with_its_reason() -> None:
    text = "x = 1  # backlint: ignore[files/path] -- constant\n"
    shown, hidden, about = run(
        text, finding("files/path", 1), finding("files/mode", 1), finding("files/path", 2)
    )
    assert [(item.rule, item.location.line) for item in shown] == [("files/mode", 1), ("files/path", 2)]
    assert [(item.finding.rule, item.by, item.justification) for item in hidden] == [
        ("files/path", "suppression", "constant")
    ]
    assert about == []


def test_a_practice_may_be_named() -> None:
    shown, hidden, about = run(
        "# backlint: file-ignore[files/*] -- generated\nx = 1\n",
        finding("files/path", 1),
        finding("files/mode", 2),
        finding("logging/secret", 2),
    )
    assert [item.rule for item in shown] == ["logging/secret"]
    assert len(hidden) == 2
    assert about == []


def test_other_files_are_not_covered() -> None:
    shown, _, _ = run("# backlint: file-ignore[files/path]\n", finding("files/path", 1, "app/b.py"))
    assert len(shown) == 1


def test_the_nearest_comment_gives_the_reason_and_all_count_as_used() -> None:
    text = "# backlint: file-ignore[files/path] -- far\nx = 1  # backlint: ignore[files/path] -- near\n"
    _, hidden, about = run(text, finding("files/path", 2))
    assert [item.justification for item in hidden] == ["near"]
    assert about == []


def test_a_malformed_directive_hides_nothing() -> None:
    for comment in ("ignore", "ignore[files/path", "ignore[files/path] because"):
        shown, hidden, about = run(f"x = 1  # backlint: {comment}\n", finding("files/path", 1))
        assert (len(shown), hidden) == (1, [])
        assert [(item.rule, item.severity) for item in about] == [("suppression/malformed", Severity.ERROR)]
        assert about[0].location == Location(PATH, 1, 8, 1, 8 + len(f"# backlint: {comment}"))


@pytest.mark.parametrize(
    ("today", "works"), [("2026-06-14", True), ("2026-06-15", True), ("2026-06-16", False)]
)
def test_the_last_day_is_inclusive(today: str, works: bool) -> None:
    text = "x = 1  # backlint: ignore[files/path] expires=2026-06-15 -- soon\n"
    shown, hidden, about = run(text, finding("files/path", 1), today=today)
    assert bool(hidden) is works
    assert bool(shown) is not works
    assert [item.rule for item in about] == ([] if works else ["suppression/expired"])


def test_a_date_that_cannot_be_read_is_past() -> None:
    shown, _, about = run("x = 1  # backlint: ignore[files/path] expires=never\n", finding("files/path", 1))
    assert len(shown) == 1
    assert [item.rule for item in about] == ["suppression/expired"]
    assert "not a date" in about[0].message


# Reporting


def test_a_reason_may_be_required() -> None:
    text = "x = 1  # backlint: ignore[files/path]\n"
    _, hidden, about = run(text, finding("files/path", 1), require_reason=True)
    assert len(hidden) == 1
    assert [item.rule for item in about] == ["suppression/without-reason"]


def test_an_unknown_rule_is_reported_and_the_others_work() -> None:
    text = "x = 1  # backlint: ignore[files/pth, files/path, nope]\n"
    _, hidden, about = run(text, finding("files/path", 1))
    assert len(hidden) == 1
    assert [item.rule for item in about] == ["suppression/unknown-rule"]
    assert "`files/pth` and `nope`" in about[0].message


def test_unused_needs_the_rule_to_have_run() -> None:
    text = "x = 1  # backlint: ignore[files/path] -- why\n"
    assert [item.rule for item in run(text)[2]] == ["suppression/unused"]
    assert run(text, ran=lambda rule, path: False)[2] == []


def test_partly_unused_names_the_dead_rules_only() -> None:
    text = "x = 1  # backlint: ignore[files/path, files/mode, logging/secret, logging/*] -- why\n"
    _, _, (about,) = run(text, finding("files/path", 1), ran=lambda rule, path: rule != "logging/*")
    assert about.rule == "suppression/unused"
    assert "`files/mode` and `logging/secret` find nothing here" in about.message
    assert about.fix is not None
    assert edited(text, about.fix.edits[0]) == "x = 1  # backlint: ignore[files/path, logging/*] -- why\n"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        (PATH, "x = 1  # backlint: ignore[files/path] -- why\ny = 2\n", "x = 1\ny = 2\n"),
        (PATH, "a = 0\n    # backlint: ignore[files/path] -- why\ny = 2\n", "a = 0\ny = 2\n"),
        (PATH, "y = 2\n# backlint: ignore[files/path]", "y = 2\n"),
        (
            PATH,
            "x = 1  # noqa  # backlint: ignore[files/path] -- why  \r\ny = 2\r\n",
            "x = 1  # noqa  \r\ny = 2\r\n",
        ),
        (PATH, "x = 1  # backlint: ignore[files/path] -- why  # noqa\n", "x = 1  # noqa\n"),
        (PATH, "# backlint: file-ignore[files/path] -- why\n", ""),
        (PATH, "\ufeff# backlint: file-ignore[files/path] -- why\nx\n", "\ufeff\nx\n"),
        ("a.sql", "drop/* backlint: ignore[files/path] */table t;\n", "drop table t;\n"),
        ("a.sql", "drop /* backlint: ignore[files/path] */ table t;\n", "drop table t;\n"),
        ("a.sql", "/* backlint: ignore[files/path]\n  -- why */\ndrop table t;\n", "drop table t;\n"),
        ("a.sql", "drop table t; -- backlint: ignore[files/path]\n", "drop table t;\n"),
    ],
)
def test_the_fix_removes_the_comment(path: str, before: str, after: str) -> None:
    _, _, (about,) = run(before, path=path)
    assert about.fixable == "safe"
    assert about.fix is not None
    assert edited(before, about.fix.edits[0]) == after


def test_a_stale_span_is_not_fixed() -> None:
    directive = only("x = 1  # backlint: ignore[files/path]\n")
    for text in ("", "x = 1\n", "x = 1  # something else that is long enough\n"):
        _, _, (about,) = apply(
            [],
            {PATH: [directive]},
            known_rules=lambda rule: True,
            ran=lambda rule, path: True,
            today="2026-01-01",
            require_reason=False,
            text_of=lambda _, text=text: text,  # type: ignore[misc]
        )
        assert (about.fixable, about.fix) == ("", None)


def test_complaints_can_be_hidden_by_name_only() -> None:
    bare = "# backlint: file-ignore\nx = 1  # backlint: ignore[files/path] -- why\n"
    assert [item.rule for item in run(bare)[2]] == ["suppression/malformed", "suppression/unused"]
    named = "x = 1  # backlint: ignore[files/path, suppression/unused] -- only on Windows\n"
    _, hidden, about = run(named)
    assert about == []
    assert [item.finding.rule for item in hidden] == ["suppression/unused"]
    above = "# backlint: ignore[suppression/*] -- why\n# backlint: ignore[files/path] -- why\nx = 1\n"
    assert run(above)[2] == []


def test_a_comment_without_a_reason_cannot_excuse_itself() -> None:
    text = "x = 1  # backlint: ignore[files/path, suppression/without-reason]\n"
    assert [item.rule for item in run(text, finding("files/path", 1), require_reason=True)[2]] == [
        "suppression/without-reason"
    ]


def test_many_comments_and_findings_are_matched_by_line() -> None:
    text = "".join(f"x = {line}  # backlint: ignore[files/path] -- why\n" for line in range(20_000))
    shown, hidden, about = run(text, *(finding("files/path", line) for line in range(1, 20_001)))
    assert (len(shown), len(hidden), about) == (0, 20_000, [])


def test_the_order_of_findings_does_not_matter() -> None:
    text = "x = 1  # backlint: ignore[files/path] -- why\n# backlint: ignore\ny = 2\n"
    found = [finding("files/path", 1), finding("files/path", 3), finding("logging/secret", 2)]
    assert run(text, *found) == run(text, *reversed(found))


def test_a_long_list_of_names_stays_short_in_the_message() -> None:
    names = ", ".join(f"no/rule-{number}" for number in range(500))
    _, _, (about,) = run(f"x = 1  # backlint: ignore[{names}]\n")
    assert "and 496 more" in about.message
    assert len(about.message) < 200


def test_every_rule_about_comments_has_a_page() -> None:
    for rule, info in RULES.items():
        assert rule == info.id
        assert rule.startswith("suppression/")
        assert info.title.endswith(".")
        assert len(info.documentation) > 80
