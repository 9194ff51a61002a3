"""The rules for other languages: complete, filed under the checklist, and right about their own samples."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from linter.checklist import practices
from linter.packs import builtin_folder, rule_files

PACK = Path(builtin_folder()) / "semgrep"
SUFFIXES = {"go": ".go", "java": ".java", "javascript": ".ts"}
FILES = sorted(PACK.glob("*/*.yaml"))
HEADLINE = (
    {"input-validation"},
    {"authentication", "authorization"},
    {"secure-logging"},
    {"error-responses"},
    {"indexing"},
    {"versioning"},
)
OFFLINE = ("--metrics", "off", "--disable-version-check")
needs_semgrep = pytest.mark.skipif(find_spec("semgrep") is None, reason="semgrep is not installed")
every_rule = pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")


@cache
def rule_of(file: Path) -> Mapping[str, Any]:
    (rule,) = yaml.safe_load(file.read_text(encoding="utf-8"))["rules"]
    return rule  # type: ignore[no-any-return]


def sample_of(file: Path) -> str:
    return file.with_suffix(SUFFIXES[file.parent.name]).read_text(encoding="utf-8")


def semgrep(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SEMGREP_SEND_METRICS": "off", "SEMGREP_ENABLE_VERSION_CHECK": "0"}
    command = [str(Path(sys.executable).with_name("semgrep")), *arguments, *OFFLINE]
    return subprocess.run(command, env=environment, cwd=PACK, capture_output=True, text=True, check=False)


@every_rule
def test_name_and_texts(file: Path) -> None:
    rule = rule_of(file)
    assert rule["id"] == f"{file.parent.name}.{file.stem}"
    assert rule["severity"] in {"ERROR", "WARNING", "INFO"}
    assert rule["message"].rstrip().endswith(".")
    assert len(rule["message"].split(". ")) >= 2, "what is wrong, what follows, what to do"
    assert len(rule["message"]) <= 400


@every_rule
def test_metadata(file: Path) -> None:
    metadata = rule_of(file)["metadata"]
    assert metadata["practice"] in {practice.id for practice in practices()}
    assert re.fullmatch(r"CWE-[1-9]\d*: \S.*\S", metadata["cwe"])
    assert re.fullmatch(r"A\d\d:2021|API\d\d?:2023", metadata["owasp"])
    assert metadata["confidence"] in {"HIGH", "MEDIUM", "LOW"}
    assert metadata["technology"]
    assert metadata["references"]
    assert all(reference.startswith("https://") for reference in metadata["references"])


@every_rule
def test_has_a_sample_with_both_sides(file: Path) -> None:
    sample, identity = sample_of(file), re.escape(rule_of(file)["id"])
    assert re.search(rf"// ruleid: {identity}$", sample, re.MULTILINE)
    assert re.search(rf"// ok: {identity}$", sample, re.MULTILINE)


@pytest.mark.parametrize("language", sorted(SUFFIXES))
def test_covers_the_headline_practices(language: str) -> None:
    counted = Counter(rule_of(file)["metadata"]["practice"] for file in FILES if file.parent.name == language)
    assert counted.total() >= 12
    assert all(sum(counted[practice] for practice in one) for one in HEADLINE), counted


@pytest.mark.parametrize("language", sorted(SUFFIXES))
def test_rules_agree_on_what_a_caller_sends(language: str) -> None:
    """The sources are written out in every rule, as semgrep has no way to share them."""
    said = {}
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        if file.parent.name == language and "# What a caller sends" in text:
            sources = [
                {key: value for key, value in source.items() if key != "label"}
                for source in rule_of(file)["pattern-sources"]
                if "requires" not in source
            ]
            # A rule may know further sources after the shared ones.
            said[file.stem] = json.dumps(sources)[:-1]
    shortest = min(said.values(), key=len)
    assert len(said) >= 6
    assert [name for name, sources in said.items() if not sources.startswith(shortest)] == []


def test_readme_names_every_rule() -> None:
    readme = (PACK / "README.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([a-z-]+)` \| ([a-z-]+) \|", readme, re.MULTILINE))
    assert rows == {(file.stem, rule_of(file)["metadata"]["practice"]) for file in FILES}


def test_nothing_else_lies_in_the_pack() -> None:
    wanted = {PACK / "README.md"}
    wanted |= {file.with_suffix(suffix) for file in FILES for suffix in (".yaml", SUFFIXES[file.parent.name])}
    assert {path for path in PACK.rglob("*") if path.is_file()} == wanted


def test_is_no_folder_of_rules_in_python() -> None:
    assert not [rule.id for rule in rule_files(builtin_folder()) if rule.id.startswith("semgrep/")]


@needs_semgrep
def test_rules_find_what_their_samples_say() -> None:
    """What `semgrep --test` says, in one run instead of one for each rule."""
    limits = ("--jobs", "1", "--timeout", "120")
    folder = str(PACK)
    done = semgrep("scan", "--experimental", "--json", "--no-git-ignore", *limits, "--config", folder, folder)
    report = json.loads(done.stdout)
    assert report["errors"] == []
    found: dict[tuple[str, str], set[int]] = {}
    for result in report["results"]:
        place = Path(result["path"])
        language, _, name = result["check_id"].rpartition(".")
        if (language.rpartition(".")[2], name) == (place.parent.name, place.stem):
            found.setdefault((place.parent.name, name), set()).add(result["start"]["line"])
    for file in FILES:
        expected = {
            number + 1
            for number, line in enumerate(sample_of(file).splitlines(), start=1)
            if line.strip().startswith("// ruleid:")
        }
        assert found.get((file.parent.name, file.stem)) == expected, file.name
