"""Every format against ordinary, hostile and empty outcomes, and against arbitrary text."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry, Resource

from linter.outcome import Outcome
from linter.report import CHECKLIST_FORMATS, FORMATS, render
from linter.report.escape import visible
from tests.report import sample

ROOT = Path(__file__).parents[2]
SCHEMAS = {path.name: json.loads(path.read_text()) for path in (ROOT / "linter/report/schema").iterdir()}
SARIF_SCHEMA = json.loads((ROOT / "tests/data/sarif-schema-2.1.0.json").read_text())
REGISTRY: Registry = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
REPORT = Draft202012Validator(SCHEMAS["report-v1.json"], registry=REGISTRY)
AUDIT = Draft202012Validator(SCHEMAS["audit-v1.json"], registry=REGISTRY)
RECORD = Draft202012Validator({"$ref": "report-v1.json#/$defs/record"}, registry=REGISTRY)
SARIF = validator_for(SARIF_SCHEMA)(SARIF_SCHEMA)
SAMPLES = {
    "ordinary": sample.ordinary,
    "hostile": sample.hostile,
    "empty": sample.empty,
    "audited": sample.audited,
}
UNSAFE_ON_A_TERMINAL = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)
LOG_COMMAND = re.compile(r"^\s*::|##\[", re.MULTILINE)
VOID = {"meta", "input", "br", "link", "img"}
ANY_TEXT = st.text(st.characters(), max_size=40) | st.sampled_from(
    [
        "<script>",
        "]]>",
        "\x1b[31m",
        "::error::x",
        "```",
        "`<b>`",
        "%0A,:",
        "\ud800",
        "-->",
        "' onload=x",
        '"',
        "\n\n",
    ]
)


class Page(HTMLParser):
    """Checks nesting, and collects tags, attributes and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID and not self.get_starttag_text().endswith("/>"):  # type: ignore[union-attr]
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag != "rect":
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text += data


def parse_page(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def check_json(report: str, audit: bool) -> None:
    (AUDIT if audit else REPORT).validate(json.loads(report))


def check_jsonl(report: str, audit: bool) -> None:
    records = [json.loads(line) for line in report.removesuffix("\n").split("\n")]
    for record in records:
        RECORD.validate(record)
    assert [records[0]["type"], records[-1]["type"]] == ["run", "summary"]


def check_sarif(report: str, audit: bool) -> None:
    SARIF.validate(json.loads(report))


def check_gitlab(report: str, audit: bool) -> None:
    issues = json.loads(report)
    fingerprints = [issue["fingerprint"] for issue in issues]
    assert len(set(fingerprints)) == len(fingerprints)
    assert {issue["severity"] for issue in issues} <= {"info", "minor", "major", "critical", "blocker"}


def check_junit(report: str, audit: bool) -> None:
    root = ElementTree.fromstring(report.encode())
    assert int(root.attrib["tests"]) == len(root.findall(".//testcase")) > 0
    assert int(root.attrib["failures"]) == len(root.findall(".//failure"))
    assert int(root.attrib["errors"]) == len(root.findall(".//error"))


def check_terminal(report: str, audit: bool) -> None:
    assert not UNSAFE_ON_A_TERMINAL.search(report)
    assert not LOG_COMMAND.search(report)


def check_github(report: str, audit: bool) -> None:
    assert not UNSAFE_ON_A_TERMINAL.search(report)
    *commands, _ = report.removesuffix("\n").split("\n")
    for command in commands:
        assert re.match(r"::(error|warning|notice) (\w+=[^,:]*,?)+::|\d+ more ", command), command


def check_markdown(report: str, audit: bool) -> None:
    assert not UNSAFE_ON_A_TERMINAL.search(report.replace("\t", ""))


def check_html(report: str, audit: bool) -> None:
    page = parse_page(report)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("script") == tags.count("style") == 1
    assert not [
        name for _, attributes in page.tags for name in attributes if name.startswith("on") or name == "style"
    ]
    links = [attributes["href"] or "" for _, attributes in page.tags if "href" in attributes]
    assert all(link.startswith(("#", "https://cwe.mitre.org/")) for link in links)


CHECKS: dict[str, Callable[[str, bool], None]] = {
    "text": check_terminal,
    "concise": check_terminal,
    "json": check_json,
    "jsonl": check_jsonl,
    "sarif": check_sarif,
    "github": check_github,
    "gitlab": check_gitlab,
    "junit": check_junit,
    "markdown": check_markdown,
    "html": check_html,
}


def check(format: str, outcome: Outcome, audit: bool) -> str:
    report = render(format, outcome, audit=audit)
    report.encode()
    assert report.endswith("\n")
    CHECKS[format](report, audit and format in CHECKLIST_FORMATS)
    return report


@pytest.mark.parametrize("audit", [False, True])
@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_valid(format: str, name: str, audit: bool) -> None:
    assert check(format, SAMPLES[name](), audit) == check(format, SAMPLES[name](), audit)


@settings(max_examples=40)
@given(text=ANY_TEXT, path=ANY_TEXT)
def test_arbitrary_text_breaks_no_format(text: str, path: str) -> None:
    outcome = sample.hostile(text, path)
    for format in FORMATS:
        check(format, outcome, audit=False)
    for format in CHECKLIST_FORMATS:
        check(format, outcome, audit=True)


@pytest.mark.parametrize("audit", [False, True])
def test_html_shows_hostile_text_as_text(audit: bool) -> None:
    page = parse_page(render("html", sample.hostile(), audit=audit))
    assert "<script>alert(1)</script>" in page.text
    assert visible("\x1b]0;title\x07") in page.text


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown report format 'pdf'; known are text, "):
        render("pdf", sample.empty())


def test_formats_without_a_checklist_show_findings_of_an_audit() -> None:
    outcome = sample.audited()
    assert render("sarif", outcome, audit=True) == render("sarif", outcome)


def test_only_the_used_renderer_is_imported() -> None:
    program = (
        "import sys, linter.report as r; from linter.outcome import Inventory, Outcome\n"
        "r.render('text', Outcome('1', 'ci', '', (), (), {}, Inventory(0, 0, (), (), 0, 0, 0, 0)))\n"
        "print(sorted(m for m in sys.modules if m.startswith('linter.report.')))\n"
        "print([m for m in ('html', 'urllib.parse', 'importlib.resources', 'hashlib') if m in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    used = ["escape", "snippet", "summary", "terminal", "text"]
    assert run.stdout.splitlines()[0] == str([f"linter.report.{name}" for name in used])


def test_columns_count_code_points_in_every_format() -> None:
    line = 'x = "Zoë 漢字 \U0001f600"; eval(y)'
    column = line.index("eval") + 1
    place = sample.place("a.py", 1, column, 1, column + 4)
    outcome = sample.ordinary()
    outcome.findings = (sample.finding("input-validation/eval", "m", place),)
    outcome.sources = {"a.py": (line,)}
    assert f"a.py:1:{column}:" in render("text", outcome)
    assert f"a.py:1:{column}:" in render("concise", outcome)
    start = json.loads(render("json", outcome))["findings"][0]["range"]["start"]
    assert start == {"line": 1, "column": column}
    run = json.loads(render("sarif", outcome))["runs"][0]
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert (region["startColumn"], region["endColumn"]) == (column, column + 4)
    assert region["snippet"]["text"] == "eval"
    assert f"col={column},endColumn={column + 3}," in render("github", outcome)
