"""bandit as an engine says what bandit's own command line says, and no more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from linter.config import ConfigError, load_settings
from linter.engines.bandit.configuration import BanditConfiguration, read_configuration
from linter.engines.bandit.engine import BanditEngine
from linter.engines.remark import Remark, Remarks
from linter.finding import Finding
from linter.parse.python import parse
from linter.pipeline import Run
from linter.sources import discover

pytest.importorskip("bandit")

REPOSITORY = Path(__file__).resolve().parents[2]
SAMPLES = Path(__file__).resolve().parent / "samples"
_SEVERITIES = {"HIGH": "error", "MEDIUM": "warning", "LOW": "note"}


def remarks(path: Path, root: Path, configuration: BanditConfiguration | None = None) -> list[Remark]:
    engine = BanditEngine(configuration or BanditConfiguration(), "test")
    data = path.read_bytes()
    encoded = engine.observe(path.relative_to(root).as_posix(), data, parse(data))
    about = msgspec.msgpack.decode(encoded, type=Remarks)
    assert not about.failure, (path, about.failure)
    return list(about.remarks)


def bandit(root: Path, *options: str) -> Counter[tuple[object, ...]]:
    """What the command line reports for a folder."""
    command = [sys.executable, "-m", "bandit", "-q", "-r", ".", "-f", "json", "-x", "", *options]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return Counter(
        (
            each["filename"].removeprefix("./"),
            each["test_id"],
            each["line_number"],
            _SEVERITIES[each["issue_severity"]],
            each["issue_confidence"].lower(),
            re.sub(r" at 0x[0-9a-f]+(?=>)", "", each["issue_text"]),
            each["issue_cwe"].get("id"),
        )
        for each in json.loads(done.stdout)["results"]
    )


def ours(root: Path, configuration: BanditConfiguration | None = None) -> Counter[tuple[object, ...]]:
    """What the engine reports for the files of a folder."""
    return Counter(
        (
            path.relative_to(root).as_posix(),
            remark.code,
            remark.line,
            remark.severity.value,
            remark.confidence.value,
            remark.message,
            remark.cwe,
        )
        for path in sorted(root.rglob("*.py"))
        for remark in remarks(path, root, configuration)
    )


@pytest.mark.parametrize(
    "folder", ["tests/engines/samples", "fixtures/apps", "fixtures/input-validation", "linter/report"]
)
def test_the_engine_says_what_bandit_says(folder: str) -> None:
    root = REPOSITORY / folder
    assert ours(root) == bandit(root)


def test_the_samples_exercise_every_test_of_bandit() -> None:
    from bandit.core.extension_loader import MANAGER

    from linter.engines.bandit.catalog import PRACTICES

    known = {*MANAGER.plugins_by_id, *MANAGER.blacklist_by_id}
    assert known <= set(PRACTICES)
    seen = {remark.code for path in SAMPLES.glob("*.py") for remark in remarks(path, SAMPLES)}
    assert known == seen


def test_configuration_is_bandits_own(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("import pickle\nassert pickle\npassword = 'secret'\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.bandit]\nskips = ['B101']\n", encoding="utf-8")
    configuration = read_configuration(str(tmp_path))
    assert ours(tmp_path, configuration) == bandit(tmp_path, "-c", "pyproject.toml")
    assert {each[1] for each in ours(tmp_path, configuration)} == {"B403", "B105"}
    (tmp_path / ".bandit").write_text("[bandit]\ntests = B105,B101\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").unlink()
    configuration = read_configuration(str(tmp_path))
    assert ours(tmp_path, configuration) == bandit(tmp_path)
    assert {each[1] for each in ours(tmp_path, configuration)} == {"B105", "B101"}


def test_excluded_folders_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "gen").mkdir()
    (tmp_path / "gen/app.py").write_text("assert True\n", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text("[tool.bandit]\nexclude_dirs = ['gen']\n", encoding="utf-8")
    assert not ours(tmp_path, read_configuration(str(tmp_path)))


def test_a_broken_configuration_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".bandit").write_text("no section\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="cannot read bandit's settings"):
        read_configuration(str(tmp_path))


def findings(root: Path, profile: str, **options: object) -> list[Finding]:
    settings = load_settings(str(root), environ={}, overrides={"profile": profile, **options})
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    return list(run.outcome(run.check(), today="2026-01-01").findings)


def test_findings_are_filed_under_the_checklist(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import telnetlib\n\n\ndef run(code):\n    exec(code)\n", encoding="utf-8"
    )
    found = findings(tmp_path, "ci")
    assert [(each.rule, each.location.line) for each in found] == [
        ("data-protection/bandit-b401", 1),
        ("input-validation/bandit-b102", 5),
    ]
    assert not findings(tmp_path, "commit")
    (tmp_path / "backlint.toml").write_text("[engines]\nci = []\n", encoding="utf-8")
    assert not findings(tmp_path, "ci")


def test_ignore_comments_of_either_kind_count(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import telnetlib  # nosec\n"
        "import ftplib  # backlint: ignore[data-protection/bandit-b402] -- internal\n",
        encoding="utf-8",
    )
    assert not findings(tmp_path, "ci")


def test_one_defect_is_one_finding(tmp_path: Path) -> None:
    text = "import yaml\n\n\ndef read(text):\n  return yaml.load(\n    text, Loader=yaml.Loader\n  )\n"
    (tmp_path / "app.py").write_text(text, encoding="utf-8")
    found = findings(tmp_path, "ci")
    assert [(each.rule, each.also) for each in found] == [
        ("input-validation/yaml-unsafe-load", ("bandit B506",))
    ]


def test_findings_in_tests_are_for_the_audit(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests/test_app.py").write_text("import telnetlib\n", encoding="utf-8")
    assert not findings(tmp_path, "ci")
    assert findings(tmp_path, "audit")


def test_newer_syntax_is_covered(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "type Names = list[str]\n\n\ndef run(code):\n    exec(code)\n", encoding="utf-8"
    )
    assert [each.rule for each in findings(tmp_path, "ci")] == ["input-validation/bandit-b102"]
