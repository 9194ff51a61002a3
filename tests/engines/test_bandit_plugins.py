"""Tests of bandit's that somebody else brings along run as bandit's own do."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLUGIN = """
import bandit
from bandit.core import test_properties


@test_properties.checks("Call")
@test_properties.test_id("X901")
def no_shout(context):
    if context.call_function_name == "shout":
        return bandit.Issue(severity=bandit.HIGH, confidence=bandit.HIGH, text="Nobody shouts here")
"""


def test_a_test_of_an_entry_point_is_run(tmp_path):
    packages, project = tmp_path / "packages", tmp_path / "project"
    project.mkdir()
    (project / "app.py").write_text("def shout(x):\n    return x\n\n\nshout(1)\n", encoding="utf-8")
    info = packages / "quiet-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: quiet\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(
        "[bandit.plugins]\nno_shout = quiet_plugin:no_shout\n", encoding="utf-8"
    )
    (packages / "quiet_plugin.py").write_text(PLUGIN, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(packages), str(ROOT)])}
    # stevedore keeps what it found of the interpreter's packages.
    environment["XDG_CACHE_HOME"] = str(tmp_path / "cache")
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
        env=environment,
        cwd=tmp_path,
    )
    found = [each for each in json.loads(done.stdout)["findings"] if each["rule"].endswith("bandit-x901")]
    assert [each["range"]["start"]["line"] for each in found] == [5]
    assert found[0]["message"] == "Nobody shouts here"
