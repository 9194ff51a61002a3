"""Results of other tools, taken in from SARIF files."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.engines.sarif import SarifError, parse_sarif, read_sarif

ROOT = "/somewhere/project"


def document(result: dict[str, Any], rule: dict[str, Any] | None = None, **run: Any) -> bytes:
    driver = {"name": "CodeQL", "rules": [{"id": "py/sql-injection", **(rule or {})}]}
    base: dict[str, Any] = {
        "ruleId": "py/sql-injection",
        "message": {"text": "This query depends on\na user-provided value."},
        "locations": [place("shop/views.py", 7)],
    }
    content = {
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": [{**base, **result}], **run}],
    }
    return json.dumps(content).encode()


def place(uri: str, line: int, **artifact: Any) -> dict[str, Any]:
    location = {"artifactLocation": {"uri": uri, **artifact}, "region": {"startLine": line, "startColumn": 5}}
    return {"physicalLocation": location}


def only(data: bytes) -> tuple[str, str, Any]:
    (imported,) = parse_sarif(data, "x.sarif", ROOT)
    ((path, remark),) = imported.remarks
    return imported.rule_of(remark), path, remark


@pytest.mark.parametrize(
    ("properties", "rule"),
    [
        ({"tags": ["security", "external/cwe/cwe-089"]}, "input-validation/codeql-py-sql-injection"),
        ({"tags": ["CWE-352: Cross-Site Request Forgery"]}, "authorization/codeql-py-sql-injection"),
        ({"cwe": ["CWE-798"]}, "data-protection/codeql-py-sql-injection"),
        ({"cwe": "CWE-532"}, "secure-logging/codeql-py-sql-injection"),
        ({}, "maintainability/codeql-py-sql-injection"),
    ],
)
def test_results_are_filed_by_their_weakness(properties: dict[str, Any], rule: str) -> None:
    found, path, remark = only(document({}, {"properties": properties}))
    assert (found, path, remark.line, remark.column) == (rule, "shop/views.py", 7, 5)
    assert remark.message == "This query depends on a user-provided value."


def test_advisories_are_about_deployment() -> None:
    assert only(document({"ruleId": "CVE-2024-1234"}))[0] == "deployment/codeql-cve-2024-1234"


@pytest.mark.parametrize(
    ("code", "practice"),
    [
        ("S608", "input-validation"),
        ("G004", "secure-logging"),
        ("TRY400", "secure-logging"),
        ("E501", "maintainability"),
    ],
)
def test_results_of_ruff_are_filed_by_their_code(code: str, practice: str) -> None:
    data = document({"ruleId": code}).replace(b"CodeQL", b"ruff")
    assert only(data)[0] == f"{practice}/ruff-{code.lower()}"


def test_the_level_comes_from_the_result_or_its_rule() -> None:
    assert only(document({"level": "error"}))[2].severity.value == "error"
    assert only(document({}, {"defaultConfiguration": {"level": "note"}}))[2].severity.value == "note"
    assert only(document({}))[2].severity.value == "warning"


@pytest.mark.parametrize(
    "result",
    [
        {"kind": "pass"},
        {"baselineState": "absent"},
        {"suppressions": [{"kind": "inSource"}]},
        {"locations": []},
        {"locations": [place("https://example.org/x", 1)]},
    ],
)
def test_what_is_no_problem_here_is_left_out(result: dict[str, Any]) -> None:
    (imported,) = parse_sarif(document(result), "x.sarif", ROOT)
    assert not imported.remarks


def test_paths_are_made_relative() -> None:
    assert only(document({"locations": [place(f"file://{ROOT}/a%20b.py", 1)]}))[1] == "a b.py"
    bases = {"SRCROOT": {"uri": f"file://{ROOT}/"}}
    data = document({"locations": [place("a.py", 1, uriBaseId="SRCROOT")]}, originalUriBaseIds=bases)
    assert only(data)[1] == "a.py"
    data = document({"locations": [place("", 1, index=0)]}, artifacts=[{"location": {"uri": "b.py"}}])
    assert only(data)[1] == "b.py"


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "no SARIF 2.1.0 file"),
        (b"not json", "no SARIF 2.1.0 file"),
        (b"[]", "Expected `object`"),
        (b'{"version": "2.1.0"}', "missing required field `runs`"),
        (b'{"version": "2.0.0", "runs": []}', "version '2.0.0'"),
        (
            b'{"version": "2.1.0", "runs": [{"tool": {"driver": {}}}]}',
            r"`name` - at `\$.runs\[0\].tool.driver`",
        ),
        (b"[" * 100_000, "no SARIF 2.1.0 file"),
        (b"\xff\xfe{}", "no SARIF 2.1.0 file"),
    ],
)
def test_a_malformed_file_is_a_clear_error(data: bytes, message: str) -> None:
    with pytest.raises(SarifError, match=message):
        parse_sarif(data, "x.sarif", ROOT)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_KEYS = st.sampled_from(
    ["ruleId", "message", "locations", "level", "rule", "suppressions", "kind", "properties"]
)


@given(st.dictionaries(_KEYS, _JSON, max_size=4))
def test_whatever_a_result_holds_no_run_crashes(result: dict[str, Any]) -> None:
    try:
        for imported in parse_sarif(document(result), "x.sarif", ROOT):
            for _, remark in imported.remarks:
                assert imported.rule_of(remark).count("/") == 1
                assert imported.describe(remark)[0]
    except SarifError:
        return


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "linter", *arguments, "--no-cache"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PATH": ""},
    )


def test_one_defect_of_two_tools_is_one_finding(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import yaml\n\n\ndef read(text):\n    return yaml.load(text)\n", encoding="utf-8"
    )
    rule = {"properties": {"tags": ["external/cwe/cwe-502"]}, "id": "py/unsafe-deserialization"}
    result = {"ruleId": rule["id"], "level": "error", "locations": [place("app.py", 5)]}
    (tmp_path / "codeql.sarif").write_bytes(document(result, rule))
    done = run(tmp_path, "check", "--import", "codeql.sarif", "--format", "json")
    found = [each for each in json.loads(done.stdout)["findings"] if each["cwe"] == 502]
    assert [(each["rule"], each["engine"]) for each in found] == [("input-validation/yaml-unsafe-load", None)]
    assert found[0]["also"] == ["bandit B506", "CodeQL py/unsafe-deserialization"]


def test_a_broken_file_ends_the_run_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("x = 1\n", encoding="utf-8")
    (tmp_path / "broken.sarif").write_text("{", encoding="utf-8")
    done = run(tmp_path, "audit", "--import", "broken.sarif")
    assert done.returncode == 2
    assert "cannot import results" in done.stderr and "broken.sarif" in done.stderr
    assert run(tmp_path, "audit", "--import", "absent.sarif").returncode == 2


def test_our_own_report_can_be_taken_in(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import telnetlib\n", encoding="utf-8")
    run(tmp_path, "check", "--output", "sarif=own.sarif")
    (imported,) = read_sarif(str(tmp_path / "own.sarif"), str(tmp_path))
    assert [(path, remark.code) for path, remark in imported.remarks] == [
        ("app.py", "data-protection/bandit-b401")
    ]
