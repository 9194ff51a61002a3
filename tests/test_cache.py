"""The cache: nothing is read twice, and nothing in the cache can harm a run."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from linter.cache import FOLDER, Cache, clean, engine_signature
from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover

BAD = """\
import logging


def work():
    try:
        work()
    except Exception:
        logging.error("x")
"""


def _run(root: Path) -> Run:
    settings = load_settings(str(root), environ={}, isolated=True)
    return Run(settings, discover(str(root), settings), jobs=1)


def _check(root: Path) -> tuple[int, list[str]]:
    run = _run(root)
    checked = run.check()
    return run.parsed, [f"{each.location.path}:{each.location.line} {each.rule}" for each in checked.findings]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    for number in range(5):
        (root / f"module_{number}.py").write_text(f"NUMBER = {number}\n{BAD}", encoding="utf-8")
    return root


def test_nothing_changed_means_no_parsing(project: Path) -> None:
    parsed, findings = _check(project)
    assert parsed == 5
    assert _check(project) == (0, findings)


def test_one_file_changed_means_one_parsed(project: Path) -> None:
    _check(project)
    (project / "module_3.py").write_text("NUMBER = 3\n", encoding="utf-8")
    parsed, findings = _check(project)
    assert parsed == 1
    assert not any("module_3" in finding for finding in findings)


def test_moved_file_is_not_parsed_again(project: Path) -> None:
    _, before = _check(project)
    (project / "module_4.py").rename(project / "moved.py")
    parsed, after = _check(project)
    assert parsed == 0
    assert sorted(each.replace("moved", "module_4") for each in after) == sorted(before)


def test_deleted_file_leaves_no_finding(project: Path) -> None:
    _check(project)
    (project / "module_0.py").unlink()
    assert not any("module_0" in finding for finding in _check(project)[1])


@pytest.mark.parametrize("name", ["facts", "result"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "foreign", "folder"])
def test_damaged_cache_is_rebuilt(project: Path, name: str, damage: str) -> None:
    _, expected = _check(project)
    path = project / FOLDER / name
    content = path.read_bytes()
    match damage:
        case "truncated":
            path.write_bytes(content[: len(content) // 2])
        case "flipped":
            path.write_bytes(content[:-20] + bytes([content[-20] ^ 255]) + content[-19:])
        case "empty":
            path.write_bytes(b"")
        case "foreign":
            path.write_bytes(b"\x80\x04\x95" + os.urandom(500))
        case "folder":
            path.unlink()
            path.mkdir()
    assert _check(project)[1] == expected


def test_cache_of_another_version_is_not_used(project: Path) -> None:
    _check(project)
    other = Cache(str(project / FOLDER), b"another signature")
    assert other.facts() == {}
    assert Cache(str(project / FOLDER), engine_signature()).facts() != {}


def test_read_only_folder(project: Path) -> None:
    (project / FOLDER).write_text("a file where the folder should be", encoding="utf-8")
    parsed, findings = _check(project)
    assert parsed == 5
    assert findings


def test_concurrent_runs(project: Path) -> None:
    _, expected = _check(project)
    results: list[list[str]] = []

    def work() -> None:
        results.extend(_check(project)[1] for _ in range(3))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 12
    assert sorted(os.listdir(project / FOLDER)) == [
        ".gitignore",
        "CACHEDIR.TAG",
        "facts",
        "flows",
        "observations",
        "result",
        "routes",
    ]


def test_nothing_is_written_outside_the_cache(project: Path) -> None:
    before = {path for path in project.rglob("*") if FOLDER not in path.parts}
    _check(project)
    assert {path for path in project.rglob("*") if FOLDER not in path.parts} == before


def test_clean_deletes_only_its_own(project: Path) -> None:
    _check(project)
    keep = project / FOLDER / "notes.txt"
    keep.write_text("mine", encoding="utf-8")
    deleted = clean(str(project / FOLDER))
    assert keep.exists()
    assert len(deleted) == 7


def test_changed_rule_pack_is_not_served_from_the_cache(project: Path, tmp_path: Path) -> None:
    pack = tmp_path / "pack" / "own"
    pack.mkdir(parents=True)
    rule = pack / "module_name.py"
    source = (
        "from linter.rule import Confidence, Rule, Severity\n\n\n"
        "class ModuleName(Rule):\n"
        '    """A module is named so."""\n\n'
        "    severity = Severity.ERROR\n    confidence = Confidence.HIGH\n    noun = 'modules'\n\n"
        "    def subjects(self, backend):\n"
        "        return [each for each in backend.functions if each.is_module]\n\n"
        "    def check(self, subject, backend):\n"
        "        yield self.finding(subject, 'MESSAGE')\n"
    )
    for message in ("first", "second"):
        rule.write_text(source.replace("MESSAGE", message), encoding="utf-8")
        settings = load_settings(
            str(project), environ={}, isolated=True, overrides={"rule-packs": [str(tmp_path / "pack")]}
        )
        run = Run(settings, discover(str(project), settings), jobs=1)
        own = [each for each in run.check().findings if each.rule == "own/module-name"]
        assert {each.message for each in own} == {message}
        assert len(own) == 5
