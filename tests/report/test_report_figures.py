"""radon's figures in the reports."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest

from linter.outcome import Outcome, PracticeResult
from linter.report import render
from linter.report.figures import trend_headline
from tests.report import sample


def measured() -> Outcome:
    outcome = sample.audited()
    outcome.checklist = (
        *outcome.checklist,
        PracticeResult("maintainability", "Maintainability", "Engineering", "s", "ask", (), (), ("Why?",)),
    )
    return outcome


def test_headline_of_the_trend() -> None:
    trend = measured().trend
    assert trend is not None
    words = "functions: 1 more complex, 1 less complex, 1 new and complex; files: 1 harder to maintain"
    assert trend_headline(trend) == f"Since main, {words}"


def test_text_lists_the_worst_places() -> None:
    report = render("text", measured(), audit=True)
    expected = (
        "      Most complex functions  cyclomatic complexity, above 10\n"
        "        31  shop/mail.py:9  send\n"
        "        18  shop/orders/views.py:6  Search.get  was 11 at main\n"
        "        14  shop/jobs.py:1  run\n"
        "      Files hardest to maintain  maintainability index of 0 to 100, below 20\n"
        "        12.3  shop/orders/views.py  was 20.0 at main\n"
        "      ? Why?\n"
    )
    assert expected in report


@pytest.mark.parametrize("audit", [False, True])
def test_text_lists_what_moved_and_is_notable(audit: bool) -> None:
    report = render("text", measured(), audit=audit)
    expected = (
        "  complexity 14, new     shop/jobs.py:1  run\n"
        "  complexity 18, was 11  shop/orders/views.py:6  Search.get\n"
        "  index 12.3, was 20.0   shop/orders/views.py\n"
    )
    assert f"1 harder to maintain\n{expected}\n" in report


def test_nothing_is_said_when_nothing_moved() -> None:
    assert "Since" not in render("text", sample.ordinary())
    assert "Complexity" not in render("html", sample.ordinary())
    assert {"measures", "trend"}.isdisjoint(json.loads(render("json", sample.ordinary())))


def test_markdown_has_tables() -> None:
    report = render("markdown", measured(), audit=True)
    assert "| 18 | `shop/orders/views.py:6` `Search.get` (was 11 at main) |" in report
    assert "| complexity 14, new | `shop/jobs.py:1` `run` |" in render("markdown", measured())


@pytest.mark.parametrize("audit", [False, True])
def test_json_has_everything(audit: bool) -> None:
    document = json.loads(render("json", measured(), audit=audit))
    assert document["measures"]["worst"][1] == {
        "measure": "complexity",
        "path": "shop/orders/views.py",
        "line": 6,
        "name": "Search.get",
        "value": 18.0,
        "was": 11.0,
    }
    (file,) = document["measures"]["files"]
    assert (file["path"], file["loc"], file["volume"]) == ("shop/jobs.py", 7, 96.5)
    assert [each["name"] for each in document["trend"]["moves"]] == ["run", "Search.get", "login", None]


def test_html_has_a_bar_beside_each_number() -> None:
    html = render("html", measured(), audit=True)
    tables = [ElementTree.fromstring(table) for table in re.findall(r"<table.*?</table>", html, re.DOTALL)]
    assert len(tables) == 4
    functions = tables[0]
    assert "".join(functions.find("caption").itertext()).startswith("Most complex functions")  # type: ignore[union-attr]
    rows = [
        (row.findtext("td"), row.find(".//rect").get("width"), "".join(row.find("th").itertext()))  # type: ignore[union-attr]
        for row in functions.iter("tr")
    ]
    assert rows == [
        ("31", "100.00", "send shop/mail.py:9"),
        ("18", "58.06", "Search.get shop/orders/views.py:6 was 11 at main"),
        ("14", "45.16", "run shop/jobs.py:1"),
    ]
    # The policy of the page refuses inline styles.
    assert "style=" not in html
    assert "run shop/jobs.py:1 new" in "".join(tables[2].itertext())
