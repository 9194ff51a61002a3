"""Two tests of one engine about one line and weakness are one finding, which names both."""

import subprocess
import sys
from pathlib import Path

import msgspec


def _findings(project: Path) -> list[dict]:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "linter",
            "check",
            str(project),
            "--isolated",
            "--no-cache",
            "--format",
            "json",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    return msgspec.json.decode(done.stdout)["findings"]


def test_mark_safe_is_told_once(tmp_path):
    (tmp_path / "tags.py").write_text(
        "from django.utils.safestring import mark_safe\n\n\n"
        "def shown(name):\n    return mark_safe(name)\n\n\n"
        "def both(one, other):\n    return mark_safe(one) + mark_safe(other)\n",
        encoding="utf-8",
    )
    found = [each for each in _findings(tmp_path) if each["engine"] == "bandit"]
    by_line = {}
    for each in found:
        by_line.setdefault(each["range"]["start"]["line"], []).append(each)
    assert [len(by_line[line]) for line in sorted(by_line)] == [1, 2]
    assert all(len(each["also"]) == 1 for each in found)
    assert {each["rule"][-4:] for each in found} | {each["also"][0][-4:].lower() for each in found} == {
        "b308",
        "b703",
    }
