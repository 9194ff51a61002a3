"""radon as an engine measures what radon measures, and leaves out only what keeps the limits."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from linter.cli import backlint
from linter.config import load_settings
from linter.engines.radon.bounds import may_be_complex, may_be_hard_to_maintain, weigh
from linter.engines.radon.engine import Depth, RadonEngine
from linter.engines.radon.numbers import count_lines, numbers
from linter.engines.remark import Remarks
from linter.engines.roster import tree_engines
from linter.finding import Severity
from linter.parse.python import parse
from linter.pipeline import Run
from linter.sources import discover

pytest.importorskip("radon")

REPOSITORY = Path(__file__).resolve().parents[2]
FILES = sorted((REPOSITORY / "linter").rglob("*.py"))[::4] + sorted(
    (REPOSITORY / "fixtures/apps").rglob("*.py")
)


def said(path: Path, *, complexity: float = 5, index: float = 60, depth: Depth = "limits") -> Remarks:
    data = path.read_bytes()
    encoded = RadonEngine(complexity, index, depth, False, "test").observe(path.name, data, parse(data))
    return msgspec.msgpack.decode(encoded, type=Remarks)


def test_complexity_is_radons() -> None:
    from radon.complexity import cc_visit

    for path in FILES:
        blocks = cc_visit(path.read_text(encoding="utf-8"))
        theirs = sorted(
            (block.fullname, block.lineno, float(block.complexity))
            for block in blocks
            if block.letter != "C" and block.complexity > 5
        )
        found = [each for each in said(path).remarks if each.code == "complexity"]
        assert sorted((each.message.split("`")[1], each.line) for each in found) == [
            (name, line) for name, line, _ in theirs
        ], path
        measured = said(path, depth="worst").measures
        wanted = [each for each in theirs if each[2] > 10]
        assert sorted((each.name, each.line, each.value) for each in measured if each.name) == wanted


def test_the_index_is_radons_and_the_bound_is_safe() -> None:
    from radon.metrics import mi_visit

    for path in FILES:
        data = path.read_bytes()
        about = numbers(parse(data))
        index = about.maintainability if about else None
        assert index is not None
        assert index == mi_visit(data.decode(), True)
        for limit in (10, 30, 60):
            if index < limit:
                assert may_be_hard_to_maintain(data, limit), path
                assert weigh(parse(data).tree).may_be_hard_to_maintain(limit), path
        low = [each for each in said(path).remarks if each.code == "index"]
        assert bool(low) == (index < 60)
        (whole,) = (each for each in said(path, depth="all").measures if not each.name)
        assert whole.value == index


ODD = [
    "",
    "\n\n",
    "x = 1",
    "# only a comment",
    "'''text'''",
    "'''\n\ntext\n'''\n",
    "'text' # and a comment\n",
    "if a: b = 1; c = 2; d: int\n\n",
    "class A: pass\n\n\n    # end\n",
    "x = (\n\n  # inside\n  1,\n)\n",
    "x = 1 + \\\n  2\n",
    "\\\nx = 1\n",
    "x = 'a\\\nb'\n",
    "x = 1\x0cy = 2\n",
    "x = 'a\u2028b'\ny = 1\n",
    "x = '''a\u2028b'''\n",
    "x = f'{a:{b}}' f'''\n{c}\n'''\n",
    "x = {\n1: 2,\n",
    "def f(): return {1: 2}\n",
    "x: int\n",
    "lambda: 0\n",
    "x = 1 \\",
    "\ttry: pass\n\tfinally: pass",
    "$\n",
]


@pytest.mark.parametrize("text", ODD)
def test_lines_are_counted_as_radon_counts_odd_ones(text: str) -> None:
    assert count_lines(text) == counted_by_radon(text)


def counted_by_radon(text: str) -> tuple[int, ...] | None:
    from radon.raw import analyze

    try:
        return tuple(analyze(text))
    except SyntaxError:
        return None


def test_counts_are_radons() -> None:
    from radon.metrics import h_visit

    for path in [*FILES, *sorted((REPOSITORY / "tests/engines/samples").glob("*.py"))]:
        data = path.read_bytes()
        encoded = RadonEngine(20, 10, "limits", True, "test").observe(path.name, data, parse(data))
        counts = msgspec.msgpack.decode(encoded, type=Remarks).counts
        assert counts is not None
        values = msgspec.structs.astuple(counts)
        assert values[:7] == counted_by_radon(data.decode()), path
        total = h_visit(data.decode()).total
        assert values[7:] == (total.volume, total.difficulty, total.effort), path


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["if a and b: pass", "x = [c for c in d if c or e]", "for f in g: pass", "assert h"])
    )
)
def test_the_bound_on_complexity_is_safe(body: list[str]) -> None:
    from radon.complexity import cc_visit_ast

    source = "def f():\n" + "".join(f"    {line}\n" for line in ["pass", *body])
    (block,) = cc_visit_ast(ast.parse(source))
    assert may_be_complex(source.encode(), block.complexity - 1)


def test_what_is_more_than_a_note_is_found_without_measuring_the_rest() -> None:
    for path in FILES:
        graver = [each for each in said(path, complexity=2).remarks if each.severity is Severity.WARNING]
        assert list(said(path, complexity=2, depth="grave").remarks) == graver, path


def test_no_weight_of_a_tree_is_below_radons_count() -> None:
    from radon.metrics import h_visit_ast
    from radon.visitors import ComplexityVisitor

    for path in FILES:
        parsed = parse(path.read_bytes())
        weight = weigh(parsed.tree)
        raw, total = count_lines(parsed.text), h_visit_ast(parsed.tree).total
        assert raw is not None
        assert weight.operations >= total.N1 + total.N2, path
        assert weight.complexity >= ComplexityVisitor.from_ast(parsed.tree).total_complexity, path
        assert weight.lines >= raw.lloc, path


def test_notes_are_measured_where_they_are_shown(tmp_path: Path) -> None:
    def depth(profile: str, **more: object) -> str:
        config = load_settings(str(tmp_path), environ={}, overrides={"profile": profile, **more})
        (radon,) = (each for each in tree_engines(config) if isinstance(each, RadonEngine))
        return radon.depth

    assert depth("ci") == "grave"
    assert depth("ci", **{"extend-select": ["maintainability/radon-index"]}) == "limits"
    assert depth("ci", severity={"maintainability": "warning"}) == "limits"
    assert depth("audit") == "worst"


def test_limits_are_configured(tmp_path: Path) -> None:
    body = "".join(f"    if x == {number}:\n        return {number}\n" for number in range(12))
    (tmp_path / "app.py").write_text(f"def choose(x):\n{body}    return 0\n", encoding="utf-8")

    def rules(text: str) -> list[tuple[str, str]]:
        (tmp_path / "backlint.toml").write_text(text, encoding="utf-8")
        config = load_settings(str(tmp_path), environ={}, overrides={"profile": "ci"})
        run = Run(config, discover(str(tmp_path), config), use_cache=False, jobs=1)
        found = run.outcome(run.check(), today="2026-01-01").findings
        return [
            (each.rule, each.severity.value)
            for each in found
            if each.rule.startswith("maintainability/radon")
        ]

    assert rules("") == []
    assert rules("[limits]\ncomplexity = 5\n") == [("maintainability/radon-complexity", "warning")]
    assert rules("[limits]\ncomplexity = 5\n[engines]\nci = ['bandit']\n") == []


def test_a_file_of_data_is_left_alone() -> None:
    source = "ROWS = [\n" + "    (1, 2, 3, 'four'),\n" * 3000 + "]\n"
    encoded = RadonEngine(5, 99, "limits", False, "test").observe(
        "rows.py", source.encode(), parse(source.encode())
    )
    assert not msgspec.msgpack.decode(encoded, type=Remarks).remarks


def test_counts_are_in_json_when_asked_for(tmp_path: Path) -> None:
    source = "# one\nX = 1 + 2\n"
    (tmp_path / "app.py").write_text(source, encoding="utf-8")

    def document(*options: str) -> dict[str, Any]:
        arguments = ["--isolated", "--no-cache", "--format", "json", str(tmp_path)]
        answer: dict[str, Any] = json.loads(CliRunner().invoke(backlint, [*options, *arguments]).stdout)
        return answer

    (file,) = document("audit", "--metrics")["measures"]["files"]
    assert (file["path"], file["loc"], file["lloc"], file["comments"]) == ("app.py", 2, 1, 1)
    assert file == document("check", "--metrics")["measures"]["files"][0]
    quiet = document("audit")
    assert "measures" not in quiet
    (practice,) = (each for each in quiet["checklist"] if each["id"] == "maintainability")
    assert [each["verdict"] for each in practice["rules"]] == ["1 of 1 files complies"] * 2
