"""The same input gives the same bytes, however the run was set up."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
APP = ROOT / "fixtures" / "apps" / "shop"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of an application, large enough for worker processes to be worth their start."""
    folder = tmp_path_factory.mktemp("determinism") / "shop"
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns(".backlint_cache", "__pycache__"))
    filler = "".join(
        f'def handler_{number}(value):\n    """Nothing."""\n    return [value, {number}]\n\n\n'
        for number in range(3000)
    )
    for number in range(6):
        (folder / f"filler_{number}.py").write_text(f"NUMBER = {number}\n\n\n{filler}", encoding="utf-8")
    return folder


def _report(project: Path, *arguments: str, cwd: Path = ROOT, seed: str = "0", format: str = "json") -> bytes:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("BACKLINT_")},
        "PYTHONHASHSEED": seed,
        "PYTHONPATH": str(ROOT),
    }
    command = [
        sys.executable,
        "-m",
        "linter",
        "check",
        str(project),
        "--profile",
        "audit",
        "--today",
        "2026-01-01",
    ]
    ran = subprocess.run(
        [*command, "--format", format, *arguments], cwd=cwd, env=environment, capture_output=True, check=False
    )
    assert ran.returncode in (0, 1), ran.stderr.decode()
    return ran.stdout


@pytest.fixture(scope="module")
def reference(project: Path) -> bytes:
    report = _report(project, "--no-cache", "--jobs", "1")
    assert b'"findings"' in report
    return report


def test_hash_seed(project: Path, reference: bytes) -> None:
    assert _report(project, "--no-cache", "--jobs", "1", seed="4242") == reference


def test_jobs(project: Path, reference: bytes) -> None:
    assert _report(project, "--no-cache", "--jobs", "4") == reference


def test_working_directory(project: Path, reference: bytes, tmp_path: Path) -> None:
    assert _report(project, "--no-cache", cwd=tmp_path) == reference


def test_cold_and_warm(project: Path, reference: bytes, tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    cold = _report(project, "--cache-dir", cache)
    warm = _report(project, "--cache-dir", cache)
    assert cold == warm == reference


@pytest.mark.parametrize("format", ["text", "concise", "sarif", "gitlab", "junit", "markdown", "html"])
def test_formats(project: Path, format: str) -> None:
    first = _report(project, "--no-cache", "--jobs", "1", format=format)
    assert first == _report(project, "--no-cache", "--jobs", "3", seed="7", format=format)


def test_shuffled_files(project: Path) -> None:
    from linter.config import load_settings
    from linter.pipeline import Run
    from linter.sources import discover

    settings = load_settings(str(project), environ={}, isolated=True)
    discovery = discover(str(project), settings)

    def findings(order: list[int]) -> list[str]:
        import msgspec

        files = tuple(discovery.files[position] for position in order)
        run = Run(settings, msgspec.structs.replace(discovery, files=files), use_cache=False, jobs=1)
        return [repr(finding) for finding in run.check_afresh().findings]

    plain = list(range(len(discovery.files)))
    shuffled = plain.copy()
    random.Random(3).shuffle(shuffled)
    assert findings(plain) == findings(shuffled)
