"""What a helper only hands to a sink is told for each place that gave it, and with its way."""

from __future__ import annotations

from pathlib import Path

from linter.config import load_settings
from linter.finding import Finding
from linter.pipeline import Run
from linter.sources import discover

APP = Path(__file__).parents[2] / "fixtures" / "flow" / "hands_over"


def _found(rule: str) -> list[Finding]:
    settings = load_settings(str(APP), environ={}, isolated=True)
    run = Run(settings, discover(str(APP), settings), use_cache=False, jobs=1)
    return [each for each in run.check_afresh().findings if each.rule == rule]


def test_each_giver_is_told() -> None:
    found = _found("input-validation/sql-injection")
    assert {each.location.line for each in found} == {9}
    givers = sorted(each.message.rpartition("; ")[2] for each in found)
    assert givers == [
        "`by_both` hands it over",
        "`by_both` hands it over",
        "`by_tag` hands it over",
        "`by_text` hands it over",
        "`by_title` hands it over",
    ]


def test_the_way_names_the_statement_that_made_it() -> None:
    (found,) = _found("input-validation/command-injection")
    assert [(each.location.path, each.location.line) for each in found.path] == [
        ("app.py", 36),
        ("app.py", 36),
        ("database.py", 22),
    ]


def test_a_decorator_hands_nothing_over() -> None:
    (found,) = _found("input-validation/open-redirect")
    assert "hands it over" not in found.message
    assert [each.location.line for each in found.path] == [54, 54, 47, 55]


def test_sql_that_is_followed_to_its_end_is_told_once() -> None:
    assert _found("input-validation/sql-from-parts") == []


def test_what_a_handler_fetches_by_itself_weighs_more() -> None:
    found = _found("input-validation/server-side-request-forgery")
    assert [(each.location.path, each.confidence.name) for each in found] == [
        ("app.py", "MEDIUM"),
        ("database.py", "LOW"),
    ]
