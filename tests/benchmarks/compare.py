"""Wall time of backlint beside bandit and ruff on the same files, as ratios to bandit.

    python tests/benchmarks/compare.py DIRECTORY [--runs 5] [--bandit bandit] [--ruff ruff]

Works on a copy of DIRECTORY, so that its caches and the one file that is changed do no harm. Fetches nothing.
Reports the median of several runs, and the peak memory of a cold one.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_LIMITS = {"cold": 0.35, "nothing changed": 0.05, "one file changed": 0.10}


# Compiled modules are kept, as they are wherever a tool is installed.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def _seconds(command: list[str], runs: int, before: Callable[[], None]) -> float:
    taken = []
    for _ in range(runs):
        before()
        start = time.perf_counter()
        subprocess.run(
            command, env=_ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def _nothing() -> None:
    return None


def _lines(root: Path) -> tuple[int, int]:
    files = [path for path in root.rglob("*.py") if path.is_file()]
    return len(files), sum(path.read_bytes().count(b"\n") for path in files)


def _peak_megabytes(command: list[str]) -> float:
    pid = os.fork()
    if pid == 0:
        with open(os.devnull, "w") as null:
            subprocess.run(command, env=_ENVIRONMENT, stdout=null, stderr=null, check=False)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        os._exit(min(255, peak // 1024 // 8))
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status) * 8


def main() -> None:
    """Measure and print a table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--runs", type=int, default=5)
    arguments.add_argument("--bandit", default="bandit")
    arguments.add_argument("--ruff", default="ruff")
    options = arguments.parse_args()

    backlint = [sys.executable, "-m", "linter"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        ignore = shutil.ignore_patterns(".git", ".backlint_cache", "node_modules", ".venv")
        shutil.copytree(options.directory, root, symlinks=True, ignore=ignore)
        cache = root / ".backlint_cache"
        small = root / "backlint_benchmark_module.py"
        small.write_text("VALUE = 0\n", encoding="utf-8")
        check = [*backlint, "check", "--isolated", "--root", str(root), str(root)]

        def forget() -> None:
            shutil.rmtree(cache, ignore_errors=True)

        def change() -> None:
            small.write_text(f"VALUE = {time.perf_counter_ns()}\n", encoding="utf-8")

        files, lines = _lines(root)
        print(f"{files} Python files, {lines:,} lines, {os.cpu_count()} cores, {options.runs} runs each\n")
        bandit = _seconds([options.bandit, "-q", "-r", str(root), "-f", "json"], options.runs, _nothing)
        ruff = _seconds(
            [
                options.ruff,
                "check",
                "--no-cache",
                "--isolated",
                "--select",
                "ALL",
                "--preview",
                "-q",
                str(root),
            ],
            options.runs,
            _nothing,
        )
        cold = _seconds(check, options.runs, forget)
        warm = _seconds(check, options.runs, _nothing)
        one = _seconds(check, options.runs, change)
        rows = [
            ("bandit -r", bandit, ""),
            ("ruff --select ALL", ruff, ""),
            ("backlint, cold", cold, "cold"),
            ("backlint, nothing changed", warm, "nothing changed"),
            ("backlint, one file changed", one, "one file changed"),
        ]
        for name, seconds, limit in rows:
            bound = f"  (limit {_LIMITS[limit]:.2f})" if limit else ""
            print(f"{name:28} {seconds:7.3f} s   {seconds / bandit:6.3f} x bandit{bound}")
        alone = Path(folder) / "alone"
        alone.mkdir()
        (alone / "small.py").write_text(
            "import os\n\n\ndef f() -> None:\n    os.getcwd()\n", encoding="utf-8"
        )
        print(
            f"{'--help':28} {_seconds([*backlint, '--help'], options.runs, _nothing):7.3f} s   (limit 0.12 s)"
        )
        single = [*backlint, "check", "--isolated", "--no-cache", str(alone / "small.py")]
        print(
            f"{'a single small file':28} {_seconds(single, options.runs, _nothing):7.3f} s   (limit 0.30 s)"
        )
        forget()
        print(f"{'peak memory, cold, one job':28} {_peak_megabytes([*check, '--jobs', '1']):5.0f} MB")


if __name__ == "__main__":
    main()
