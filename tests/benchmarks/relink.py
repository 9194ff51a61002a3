"""Seconds to link a project again after one file has changed: names, routes and flows, no rules.

    python tests/benchmarks/relink.py DIRECTORY [--files 25]

Works on a copy of DIRECTORY. Files are taken evenly from all modules outside tests and migrations. Each is
changed in three ways, one after the other: a comment in front of all lines, a call at the start of a function
in the middle, a function at the end. The same work from the start stands beside it.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import pkgutil
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from linter.config import load_settings
from linter.file_roles import is_run_by_hand, is_test
from linter.pipeline import Run
from linter.sources import discover


def _with_comment(lines: list[str]) -> list[str]:
    return ["# Changed.", *lines]


def _with_call(lines: list[str]) -> list[str]:
    heads = [
        number for number, line in enumerate(lines) if line.lstrip().startswith("def ") and line.endswith(":")
    ]
    if not heads:
        return [*lines, "print()"]
    head = heads[len(heads) // 2]
    indent = " " * (len(lines[head]) - len(lines[head].lstrip()) + 4)
    return [*lines[: head + 1], f"{indent}print()", *lines[head + 1 :]]


def _with_function(lines: list[str]) -> list[str]:
    return [*lines, "", "", "def added_for_the_benchmark(value):", "    return value", ""]


EDITS: tuple[Callable[[list[str]], list[str]], ...] = (_with_comment, _with_call, _with_function)


def _linked(root: Path, *, use_cache: bool) -> float:
    """Seconds that linking takes in this process, which has imported all that it needs."""
    for package in ("linter.flow", "linter.frameworks", "linter.shapes", "linter.evaluate"):
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(each.name)
    gc.disable()
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=use_cache, jobs=1)
    assert run.facts
    start = time.perf_counter()
    assert run.backend.routes is not None
    assert run.backend.flows is not None
    return time.perf_counter() - start


def _seconds(root: Path, *, use_cache: bool) -> float:
    """Seconds that linking takes in a process of its own."""
    command = [sys.executable, __file__, str(root), "--once", "cached" if use_cache else "afresh"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _modules(root: Path, count: int) -> list[Path]:
    found = []
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if path.stat().st_size > 200 and not is_test(name) and not is_run_by_hand(name):
            found.append(path)
    return found[:: max(1, len(found) // count)][:count]


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--files", type=int, default=25)
    arguments.add_argument("--once", choices=("cached", "afresh"), help=argparse.SUPPRESS)
    options = arguments.parse_args()
    if options.once:
        print(_linked(options.directory, use_cache=options.once == "cached"))
        return
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        ignore = shutil.ignore_patterns(".git", ".backlint_cache", "node_modules", ".venv")
        shutil.copytree(options.directory, root, symlinks=True, ignore=ignore)
        _seconds(root, use_cache=True)
        whole = [_seconds(root, use_cache=False) for _ in range(3)]
        taken = []
        for path in _modules(root, options.files):
            for edit in EDITS:
                text = path.read_text(encoding="utf-8", errors="surrogateescape")
                path.write_text("\n".join(edit(text.split("\n"))), encoding="utf-8", errors="surrogateescape")
                taken.append(_seconds(root, use_cache=True))
        taken.sort()
        print(f"from the start            {statistics.median(whole):6.3f} s")
        print(f"after a change, median    {statistics.median(taken):6.3f} s   (limit 0.50 s)")
        print(f"after a change, 90 of 100 {taken[int(len(taken) * 0.9)]:6.3f} s")
        print(f"after a change, worst     {taken[-1]:6.3f} s, of {len(taken)} changes")


if __name__ == "__main__":
    main()
