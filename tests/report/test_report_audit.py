"""The checklist in its four formats."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256

import pytest

from linter.outcome import PracticeResult, RuleResult
from linter.report import render
from linter.report.html_finding import CARDS_IN_SIGHT, prose
from linter.report.verdict import checklist_headline, practice_verdict, rule_verdict
from tests.report import sample


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((41, 3, 0), "38 of 41 routes comply"),
        ((41, 1, 2), "38 of 41 routes comply, 2 undecided"),
        ((41, 40, 0), "1 of 41 routes complies"),
        ((0, 0, 0), "no routes found"),
    ],
)
def test_rule_verdict(counts: tuple[int, int, int], verdict: str) -> None:
    assert rule_verdict(RuleResult("x/y", "routes", *counts)) == verdict


def test_practice_verdicts() -> None:
    verdicts = {practice.id: practice_verdict(practice) for practice in sample.audited().checklist}
    assert verdicts["consistency"] == "43 of 43 routes comply"
    assert verdicts["caching"] == "nothing of the kind found"
    assert verdicts["documentation"] == "cannot be decided from code"
    assert verdicts["input-validation"] == "1 of 2 rules holds, 1 finding"


def test_headline_of_the_checklist() -> None:
    words = "9 practices: 4 with violations, 2 for a person to answer, 2 comply, 1 not applicable."
    assert checklist_headline(sample.audited()) == words
    assert checklist_headline(sample.empty()) == "The checklist is empty."


@pytest.mark.parametrize("format", ["text", "markdown", "json", "html"])
def test_every_format_has_verdicts_findings_and_questions(format: str) -> None:
    outcome = sample.audited()
    report = re.sub(r"[\\`]|</?code>", "", render(format, outcome, audit=True))
    for practice in outcome.checklist:
        assert practice.title in report
        assert practice_verdict(practice) in report
        assert all(question.replace("`", "") in report for question in practice.questions)
    assert "38 of 41 routes that change state comply, 2 undecided" in report
    assert "POST /orders answers callers it has not identified" in report


@pytest.mark.parametrize("format", ["markdown", "json", "html"])
def test_evidence_is_shown(format: str) -> None:
    assert "shop/orders/3.py:9" in render(format, sample.audited(), audit=True) or format == "json"
    if format == "json":
        checklist = json.loads(render(format, sample.audited(), audit=True))["checklist"]
        assert checklist[0]["rules"][0]["evidence"][4] == {
            "label": "routes 5",
            "path": "shop/orders/5.py",
            "line": 15,
        }


def test_findings_of_rules_that_the_practice_does_not_list_are_shown() -> None:
    outcome = sample.audited()
    outcome.checklist = (
        PracticeResult("indexing", "Indexing", "Data", "s", "violations", (), (sample.NO_INDEX,), ()),
    )
    for format in ("text", "markdown", "html"):
        assert "each delete of a user scans" in render(format, outcome, audit=True)


def test_text_counts_the_findings_that_it_does_not_list() -> None:
    report = render("text", sample.audited(), audit=True)
    assert "and 2 more\n" in report
    assert report.count("backlint audit --output html=audit.html") == 1


def test_html_folds_many_findings_and_loses_none() -> None:
    html = render("html", sample.audited(), audit=True)
    assert html.count('<article class="finding') == sum(len(p.findings) for p in sample.audited().checklist)
    assert f"{len(sample.PRINTS) - CARDS_IN_SIGHT} more findings" in html


@pytest.mark.parametrize("audit", [False, True])
def test_html_policy_allows_its_own_style_and_script_only(audit: bool) -> None:
    html = render("html", sample.audited(), audit=audit)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert policy
    for tag in ("style", "script"):
        (content,) = re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert policy[1].startswith("default-src 'none'; ")
    assert not re.search(r"""(?:src|href)=["']?(?:https?:)?//(?!cwe\.mitre\.org/)""", html)
    assert "url(" not in html
    assert "@import" not in html


def test_documentation_is_rendered() -> None:
    html = "".join(prose("One `two`\nthree.\n\n## Bad\n\n```python\na < b\n```\n\n- x\n- y\n  z"))
    assert "<p>One <code>two</code> three.</p>" in html
    assert "<p><b>Bad</b></p>" in html
    assert '<pre class="code"><code><span class="line">a &lt; b</span></code></pre>' in html
    assert "<li>x</li><li>y z</li>" in html
