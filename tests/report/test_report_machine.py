"""The machine formats, field by field."""

from __future__ import annotations

import json
import re
from xml.etree import ElementTree

import pytest

from linter.finding import Severity
from linter.outcome import Outcome
from linter.report.github import render as render_github
from linter.report.github import summary_markdown
from linter.report.gitlab import render as render_gitlab
from linter.report.json_report import render as render_json
from linter.report.json_report import render_lines
from linter.report.junit import render as render_junit
from linter.report.line_hash import line_hashes
from linter.report.markdown import COMMENT_LIMIT
from linter.report.markdown import render as render_markdown
from linter.report.sarif import render as render_sarif
from tests.report import sample


def sarif_run(outcome: Outcome) -> dict:
    return json.loads(render_sarif(outcome))["runs"][0]


def many(number: int, severity: Severity = Severity.ERROR) -> Outcome:
    outcome = sample.empty()
    outcome.findings = tuple(
        sample.finding("testing/x", f"problem {n}", sample.place(f"p{n:04}.py", 1, 1), severity)
        for n in range(number)
    )
    return outcome


@pytest.mark.parametrize(
    ("text", "hashes"),
    [
        ("", ["c129715d7a2bc9a3:1"]),
        (
            " hello; \t\nworld!!!\n\n\n  \t\tGreetings\n End\n",
            [
                "e9496ae3ebfced30:1",
                "fb7c023a8b9ccb3f:1",
                "ce8ba1a563dcdaca:1",
                "e20e36e16fcb0cc8:1",
                "b3edc88f2938467e:1",
                "c8e28b0b4002a3a0:1",
                "c129715d7a2bc9a3:1",
            ],
        ),
    ],
)
def test_line_hash_agrees_with_published_values(text: str, hashes: list[str]) -> None:
    assert line_hashes(text.splitlines()) == hashes


def test_line_hash_counts_occurrences_and_ignores_indentation() -> None:
    block = [f"value_{n} = {n}" for n in range(30)]
    first, second = line_hashes(block), line_hashes(["    " + line for line in block])
    assert first == second
    twice = line_hashes(block + block)
    assert twice[0].partition(":")[0] == twice[30].partition(":")[0]
    assert [twice[0][-2:], twice[30][-2:]] == [":1", ":2"]


def test_sarif_result_has_all_that_github_reads() -> None:
    run = sarif_run(sample.ordinary())
    result = next(item for item in run["results"] if item["ruleId"] == "input-validation/sql-from-input")
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"]
    assert rule["properties"] == {
        "tags": ["input-validation", "security", "external/cwe/cwe-089", "owasp/API8:2023"],
        "precision": "high",
        "problem.severity": "error",
        "security-severity": "8.0",
    }
    assert rule["helpUri"] == "https://cwe.mitre.org/data/definitions/89.html"
    assert rule["name"] == "SqlFromInput"
    assert "```python" in rule["help"]["markdown"]
    assert result["message"]["text"].startswith(
        "`q` reaches SQL as text, so a caller can read any table. Pass it"
    )
    assert set(result["partialFingerprints"]) == {"primaryLocationLineHash", "backlint/v1"}
    location = result["locations"][0]
    assert location["physicalLocation"]["artifactLocation"] == {
        "uri": "shop/orders/views.py",
        "uriBaseId": "SRCROOT",
    }
    assert location["logicalLocations"] == [{"fullyQualifiedName": "shop.orders.views.search"}]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow] == [6, 7]
    assert run["automationDetails"] == {"id": "backlint/"}


def test_sarif_rule_without_cwe_has_no_security_tag() -> None:
    rules = {rule["id"]: rule for rule in sarif_run(sample.ordinary())["tool"]["driver"]["rules"]}
    properties = rules["indexing/unindexed-foreign-key"]["properties"]
    assert "security" not in properties["tags"]
    assert "security-severity" not in properties


def test_sarif_fix_and_related_locations() -> None:
    results = {item["ruleId"]: item for item in sarif_run(sample.ordinary())["results"][:10]}
    (change,) = results["indexing/unindexed-foreign-key"]["fixes"][0]["artifactChanges"]
    region = {"startLine": 4, "startColumn": 36, "endLine": 4, "endColumn": 36}
    assert change["replacements"] == [{"deletedRegion": region, "insertedContent": {"text": ", index=True"}}]
    (related,) = results["authentication/unauthenticated-route"]["relatedLocations"]
    assert related["message"]["text"] == "`current_user` guards the sibling routes."


def test_sarif_marks_what_is_suppressed_and_what_is_old() -> None:
    run = sarif_run(sample.ordinary())
    states = [item["baselineState"] for item in run["results"]]
    assert states == ["new"] * 11 + ["unchanged"] * 3
    assert run["results"][10]["suppressions"] == [
        {"kind": "inSource", "justification": "legacy column, removed in June"}
    ]
    assert {item["suppressions"][0]["kind"] for item in run["results"][11:]} == {"external"}
    hidden = {"suppression": 1, "baseline": 3, "released": 0, "unchanged": 1, "refuted": 0, "profile": 1}
    assert run["properties"]["hidden"] == hidden


def test_sarif_notifies_of_failures_and_skipped_files() -> None:
    (invocation,) = sarif_run(sample.ordinary())["invocations"]
    assert invocation["executionSuccessful"] is False
    assert [item["level"] for item in invocation["toolExecutionNotifications"]] == ["error", "warning"]
    assert sarif_run(sample.empty())["invocations"][0]["executionSuccessful"] is True


def test_sarif_quotes_paths() -> None:
    outcome = sample.empty()
    outcome.findings = (sample.finding("x/y", "m", sample.place("a b/c:d#é%\udc80.py", 1, 1)),)
    location = sarif_run(outcome)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert location["uri"] == "a%20b/c%3Ad%23%C3%A9%25%80.py"


def test_json_keeps_hidden_findings_apart() -> None:
    document = json.loads(render_json(sample.ordinary()))
    assert len(document["findings"]) == document["summary"]["findings"] == 10
    assert {item["suppressed"] for item in document["findings"]} == {None}
    reasons = [item["suppressed"]["by"] for item in document["hidden"]]
    assert reasons == ["suppression", "baseline", "baseline", "baseline", "profile", "unchanged"]
    assert "timings" not in document


def test_jsonl_has_the_findings_of_json() -> None:
    outcome = sample.ordinary()
    records = [json.loads(line) for line in render_lines(outcome).splitlines()]
    findings = [record for record in records if record.pop("type") == "finding"]
    assert findings == json.loads(render_json(outcome))["findings"]


def test_github_sorts_by_severity_and_escapes() -> None:
    lines = render_github(sample.ordinary()).splitlines()
    kinds = [line.split(" ")[0] for line in lines if line.startswith("::")]
    assert kinds == ["::error"] * 3 + ["::warning"] + ["::notice"] * 8
    outcome = sample.empty()
    outcome.findings = (sample.finding("x/y", "50%\r\nof", sample.place("a,b:c%.py", 2, 3)),)
    line = render_github(outcome).splitlines()[0]
    assert line == "::error file=a%2Cb%3Ac%25.py,line=2,endLine=2,col=3,endColumn=3,title=x/y::50%25%0D%0Aof"


def test_github_leaves_columns_out_of_ranges_over_lines() -> None:
    outcome = sample.empty()
    outcome.findings = (sample.OPEN_ROUTE,)
    assert "col" not in render_github(outcome).splitlines()[0].partition("title=")[0]


def test_github_says_what_is_in_the_log_only() -> None:
    assert "3 more errors in this log only: GitHub shows 10 annotations" in render_github(many(13))
    assert "log only" not in render_github(many(10))


def test_markdown_fits_and_counts_what_did_not() -> None:
    outcome = many(5000)
    report = render_markdown(outcome)
    assert len(report.encode()) <= COMMENT_LIMIT
    shown = len(re.findall(r"^🔴", report, re.MULTILINE))
    assert f"**{5000 - shown:,} more** did not fit here" in report
    assert "did not fit" not in summary_markdown(outcome)
    assert len(summary_markdown(many(20_000)).encode()) <= 2**20


def test_gitlab_tells_equal_fingerprints_apart() -> None:
    outcome = sample.empty()
    place = sample.place("a.py", 1, 1)
    outcome.findings = tuple(
        sample.finding("x/y", "m", place, fingerprint=value) for value in ("f", "f", "g")
    )
    assert [issue["fingerprint"] for issue in json.loads(render_gitlab(outcome))] == ["f", "f:2", "g"]


def test_finding_without_fingerprint_gets_one() -> None:
    outcome = sample.empty()
    outcome.findings = (sample.finding("x/y", "m", sample.place("a.py", 1, 1), fingerprint=""),)
    (issue,) = json.loads(render_gitlab(outcome))
    assert re.fullmatch("[0-9a-f]{32}", issue["fingerprint"])
    assert issue["fingerprint"] == json.loads(render_json(outcome))["findings"][0]["fingerprint"]


def test_junit_of_an_empty_run_has_one_passing_case() -> None:
    root = ElementTree.fromstring(render_junit(sample.empty()))
    (case,) = root.findall(".//testcase")
    assert list(case) == []
    assert root.attrib == {"name": "backlint", "tests": "1", "failures": "0", "errors": "0"}
