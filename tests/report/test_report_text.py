"""The terminal report: what it says, and that carets stand under what they mean."""

from __future__ import annotations

import re
import unicodedata

import pytest

from linter.finding import Severity
from linter.report.concise import render as render_concise
from linter.report.escape import visible
from linter.report.markup import code_parts, markdown_code, markdown_text
from linter.report.snippet import MAX_WIDTH, snippet
from linter.report.summary import rule_to_explain
from linter.report.text import render
from tests.report import sample

ANSI = re.compile(r"\x1b\[[0-9;]*m")


def width(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def one(line: str, start: str, path: str = "a.py") -> str:
    column = line.index(start) + 1
    place = sample.place(path, 1, column, 1, column + len(start))
    outcome = sample.empty()
    outcome.findings = (sample.finding("testing/x", "m", place),)
    outcome.sources = {path: (line,)}
    return render(outcome)


@pytest.mark.parametrize(
    "line",
    [
        "plain = eval(x)",
        "\tif a:\teval(x)",
        'a = "漢字"; eval(x)',
        'a = "e\u0301 Zoe\u0308"; eval(x)',
        'a = "\U0001f600\U0001f600"; eval(x)',
        'a = "\x1b[31m\x00\u202e"; eval(x)',
        "\uff41\t漢\teval(x)",
    ],
)
def test_carets_stand_under_the_marked_text(line: str) -> None:
    lines = one(line, "eval").split("\n")
    source = next(text for text in lines if "│" in text and "eval" in text)
    carets = next(text for text in lines if "^" in text)
    assert width(source.partition("eval")[0]) == width(carets.partition("^")[0])
    assert carets.count("^") == 4


def test_combining_character_in_the_marked_text_takes_no_cell() -> None:
    assert one("x = cafe\u0301()", "cafe\u0301").count("^") == 4


def test_overlong_line_is_clipped_around_the_finding() -> None:
    line = "a" * 5000 + "eval(x)" + "b" * 5000
    report = one(line, "eval")
    source = next(text for text in report.split("\n") if "eval" in text)
    assert len(source) < MAX_WIDTH + 20
    carets = next(text for text in report.split("\n") if "^" in text)
    assert source.index("eval") == carets.index("^")


@pytest.mark.parametrize("line", [0, 3, 999])
def test_no_snippet_for_a_line_that_is_not_there(line: int) -> None:
    assert snippet({"a.py": ("x", "y")}, sample.place("a.py", line, 1)) == ()


def test_long_range_shows_its_first_and_last_lines() -> None:
    lines = tuple(f"line {number}" for number in range(1, 31))
    shown = snippet({"a.py": lines}, sample.place("a.py", 5, 1, 25, 3))
    assert [line.number for line in shown] == [3, 4, 5, 6, 7, 25, 26]
    assert [line.number for line in shown if line.gap] == [25]
    assert [line.number for line in shown if line.marked] == [5, 6, 7, 25]


def test_range_that_ends_at_column_one_stops_on_the_line_before() -> None:
    shown = snippet({"a.py": ("a", "b", "c")}, sample.place("a.py", 1, 1, 2, 1))
    assert [line.number for line in shown if line.marked] == [1]


def test_summary_of_an_ordinary_run() -> None:
    lines = render(sample.ordinary()).rstrip("\n").split("\n")
    assert lines[-1] == (
        "Found 10 problems (2 errors, 1 warning, 7 notes; 1 ignored, 3 in baseline, 1 outside the change, "
        "1 outside the profile) in 210 files."
    )
    text = "\n".join(lines)
    assert "backlint explain authentication/unauthenticated-route" in text
    assert "7 can be fixed (1 more with --unsafe): backlint fix" in text
    assert "legacy/py2.py: not valid Python" in text
    assert "internal error: rule batching/n-plus-one" in text
    assert "backlint check --profile audit" in text


def test_summary_of_a_clean_run() -> None:
    outcome = sample.empty()
    assert render(outcome) == "No problems found in 0 files.\n"
    outcome.hidden = sample.ordinary().hidden[:1]
    assert render(outcome) == "No problems found in 0 files (1 ignored).\n"


def test_old_code_is_told_about_the_baseline() -> None:
    outcome = sample.ordinary()
    outcome.hidden, outcome.stale = (), ()
    assert "backlint baseline create" in render(outcome)
    outcome.findings = outcome.findings[:3]
    assert "backlint baseline create" not in render(outcome)


def test_repeated_findings_are_grouped_and_none_is_lost() -> None:
    report = render(sample.ordinary())
    assert report.count("Time is printed") == 1
    assert "and 6 more places:" in report
    for finding in sample.PRINTS:
        assert f"shop/jobs.py:{finding.location.line}:5" in report


def test_findings_that_differ_in_names_are_grouped_with_what_differs() -> None:
    outcome = sample.empty()
    outcome.findings = tuple(
        sample.finding(
            "indexing/x",
            f"{line} queries filter `order.c{line}`, so each is slow",
            sample.place("a.py", line, 1),
            help=f"index `c{line}`",
            related=sample.INJECTION.related,
        )
        for line in range(1, 6)
    )
    report = render(outcome)
    assert report.count("so each is slow") == 1
    assert "    a.py:5:1  5 queries filter `order.c5`\n" in report


def test_a_grouped_place_shows_its_source_when_that_names_what_differs() -> None:
    calls = [f"    requests.{verb}(url)" for verb in ("get", "post", "put", "patch")]
    outcome = sample.empty()
    outcome.sources = {"a.py": tuple(calls)}
    outcome.findings = tuple(
        sample.finding("x/y", f"`{call.strip()[:-5]}` has no timeout", sample.place("a.py", line, 5))
        for line, call in enumerate(calls, 1)
    )
    assert "    a.py:4:5  requests.patch(url)\n" in render(outcome)


def test_the_rule_to_explain_is_the_worst_then_the_most_frequent() -> None:
    outcome = sample.empty()
    outcome.findings = (
        sample.finding("a/frequent-note", "m", sample.place("a.py", 1, 1), Severity.NOTE),
        sample.finding("a/frequent-note", "n", sample.place("a.py", 2, 1), Severity.NOTE),
        sample.finding("b/rare-error", "m", sample.place("a.py", 3, 1)),
        sample.finding("c/frequent-error", "m", sample.place("a.py", 4, 1)),
        sample.finding("c/frequent-error", "n", sample.place("a.py", 5, 1)),
    )
    assert rule_to_explain(outcome) == "c/frequent-error"
    assert rule_to_explain(sample.empty()) == ""


def test_repeated_findings_with_paths_of_their_own_are_not_grouped() -> None:
    outcome = sample.empty()
    outcome.findings = tuple(
        sample.finding("testing/x", "m", sample.place("a.py", line, 1), path=sample.INJECTION.path)
        for line in range(1, 6)
    )
    assert render(outcome).count("comes from the query string") == 5


def test_colour_changes_nothing_but_colour() -> None:
    plain, coloured = render(sample.ordinary()), render(sample.ordinary(), colour=True)
    assert "\x1b" not in plain
    assert "\x1b[1;31m" in coloured
    assert ANSI.sub("", coloured) == plain


def test_concise_line() -> None:
    first = render_concise(sample.ordinary()).split("\n")[0]
    rule = "measurement/timing-by-print"
    assert first == f"shop/jobs.py:1:5: note {rule} Time is printed, so nobody can chart or alert on it"


def test_path_that_looks_like_a_runner_command_is_defused() -> None:
    outcome = sample.empty()
    outcome.findings = (
        sample.finding("x/y", "m ##[error]", sample.place("::add-mask::x.py", 1, 1), Severity.NOTE),
    )
    for report in (render(outcome), render_concise(outcome)):
        assert report.startswith("\\x3a:add-mask::x.py:1:1: ")
        assert "##[" not in report


def test_visible_keeps_what_people_read() -> None:
    assert visible("Zoë 漢字 \U0001f469\u200d\U0001f4bb é") == "Zoë 漢字 \U0001f469\u200d\U0001f4bb é"
    assert visible("\n\t\x1b\u202e\ud800\U000e0001") == "\\n\\t\\x1b\\u202e\\ud800\\U000e0001"


def test_backticks_pair_up_or_stay_text() -> None:
    assert list(code_parts("a `b` c")) == [(False, "a "), (True, "b"), (False, " c")]
    assert list(code_parts("a ` b")) == [(False, "a ` b")]
    assert list(code_parts("```` x")) == [(False, "```` x")]


def test_markdown_is_inert() -> None:
    assert markdown_text("# *a* <b> [x](y)") == "\\# \\*a\\* \\<b\\> \\[x\\](y)"
    assert markdown_text("@me #1 https://x") == "@<!-- -->me #<!-- -->1 https:<!-- -->//x"
    assert markdown_code("a`b") == "``a`b``"
    assert markdown_code("`a`") == "`` `a` ``"
