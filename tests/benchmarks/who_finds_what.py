"""Who finds what on a project: backlint, bandit, ruff, semgrep and squawk, by practice, with times.

    python tests/benchmarks/who_finds_what.py DIRECTORY [--runs 3] [--ruff-select S] [--semgrep-config RULES]
    python tests/benchmarks/who_finds_what.py DIRECTORY --by-weakness [--missed]

Prints a table in Markdown. A number counts findings; the one in brackets those on whose lines no other tool
reports anything of the same practice. Seconds are processor time, which other work on the machine does not
change; of several runs the median is told.

Works on a copy of DIRECTORY that is committed to a branch `main`, and fetches nothing. What is not installed
is left out, and so are semgrep without rules and squawk without SQL files. bandit's findings are those that
backlint's audit reports as bandit's, without tests of imports and what following the values refutes; its time
is that of `bandit -r`.

With `--by-weakness` it counts, weakness by weakness, what bandit, ruff's rules `S` and backlint's own rules
say about the same places, tests left out; `--missed` lists the places where backlint's rules say nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NamedTuple

from flow_types import Found, rows, table

from linter.backend import is_test

# Compiled modules are kept, as they are wherever a tool is installed.
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
_OWN_RULES = '[engines]\nci = []\naudit = ["bandit"]\n'
_RUFF = "S,ASYNC,BLE,DJ,FAST,G,LOG,T20,TRY"
_CI, _AUDIT = "backlint ci", "backlint audit"

Finding = dict[str, Any]
Command = list[str]


class Tool(NamedTuple):
    """A tool beside backlint: how it is run, and how its output becomes SARIF."""

    name: str
    command: Command
    sarif: Callable[[str], dict[str, Any]]


def main() -> None:
    """Measure and print the table."""
    options = _options()
    if shutil.which(options.bandit) is None:
        sys.exit(f"`{options.bandit}` is not installed: name it with --bandit")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "project"
        ignore = shutil.ignore_patterns(".git", ".backlint_cache", "node_modules", ".venv")
        shutil.copytree(options.directory, root, symlinks=True, ignore=ignore)
        _commit(root)
        if options.by_weakness:
            _compare(root, Path(folder), options)
            return
        config = Path(folder) / "backlint.toml"
        config.write_text(_OWN_RULES, encoding="utf-8")
        tools = list(_tools(root, options))
        imports: Command = []
        for tool in tools:
            file = Path(folder) / f"{tool.name}.sarif"
            file.write_text(json.dumps(tool.sarif(_output(tool.command))), encoding="utf-8")
            imports += ["--import", str(file)]
        ci = _findings(root, "check", "--config", str(config))
        audit = _findings(root, "audit", "--config", str(config), *imports)
        seconds = {
            _CI: _seconds(_backlint(root, "check", "--isolated"), options.runs),
            _AUDIT: _seconds(_backlint(root, "audit", "--config", str(config)), options.runs),
            "bandit": _seconds([options.bandit, "-q", "-r", str(root), "-f", "json"], options.runs),
            **{tool.name: _seconds(tool.command, options.runs) for tool in tools},
        }
    _print(audit, {each["fingerprint"] for each in ci}, seconds)


def _options() -> argparse.Namespace:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directory", type=Path)
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--bandit", default="bandit")
    arguments.add_argument("--ruff", default="ruff")
    arguments.add_argument("--ruff-select", default=_RUFF)
    arguments.add_argument("--semgrep", default="semgrep")
    arguments.add_argument("--semgrep-config")
    arguments.add_argument("--squawk", default="squawk")
    arguments.add_argument("--by-weakness", action="store_true")
    arguments.add_argument("--missed", action="store_true")
    return arguments.parse_args()


def _tools(root: Path, options: argparse.Namespace) -> Iterable[Tool]:
    if shutil.which(options.ruff):
        command = [options.ruff, "check", "--no-cache", "--isolated", "--preview", "--exit-zero"]
        select = ["--select", options.ruff_select, "--output-format", "json", str(root)]
        yield Tool("ruff", [*command, *select], _sarif_of_ruff)
    if shutil.which(options.semgrep) and options.semgrep_config:
        quiet = ["scan", "--quiet", "--metrics", "off", "--disable-version-check", "--sarif"]
        yield Tool(
            "semgrep",
            [options.semgrep, *quiet, "--config", options.semgrep_config, str(root)],
            _sarif_of_semgrep,
        )
    files = sorted(map(str, root.rglob("*.sql")))
    if shutil.which(options.squawk) and files:
        yield Tool("squawk", [options.squawk, "--reporter", "json", *files], _sarif_of_squawk)


def _commit(root: Path) -> None:
    """Make the copy a checkout of its base branch, as it is where CI runs: its migrations have run."""
    git = ["git", "-C", str(root), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "-A", "-f"],
        ["commit", "-q", "--no-gpg-sign", "-m", "x"],
    ):
        _output([*git, *arguments])


def _output(command: Command) -> str:
    return subprocess.run(command, env=_ENVIRONMENT, capture_output=True, text=True, check=False).stdout


def _seconds(command: Command, runs: int) -> float:
    taken = []
    for _ in range(runs):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        _output(command)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        taken.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
    return statistics.median(taken)


def _backlint(root: Path, verb: str, *options: str) -> Command:
    return [
        sys.executable,
        "-m",
        "linter",
        verb,
        "--no-cache",
        "--quiet",
        "--root",
        str(root),
        *options,
        str(root),
    ]


def _findings(root: Path, verb: str, *options: str) -> list[Finding]:
    document = json.loads(_output([*_backlint(root, verb, *options), "--format", "json"]))
    if verb == "check":
        return list(document["findings"])
    return [finding for practice in document["checklist"] for finding in practice["findings"]]


# Weakness by weakness


def _compare(root: Path, folder: Path, options: argparse.Namespace) -> None:
    config = folder / "backlint.toml"
    config.write_text("[engines]\naudit = []\n", encoding="utf-8")
    own = [
        Found(
            str(each["rule"]).partition("/")[2],
            str(each["path"]),
            each["range"]["start"]["line"],
            each["range"]["end"]["line"],
        )
        for each in _findings(root, "audit", "--config", str(config))
    ]
    bandit = json.loads(_output([options.bandit, "-q", "-r", str(root), "-f", "json"]))["results"]
    command = [options.ruff, "check", "--no-cache", "--isolated", "--preview", "--exit-zero"]
    ruff = json.loads(_output([*command, "--select", "S", "--output-format", "json", str(root)]))
    theirs = [
        Found(each["test_id"], each["filename"], min(each["line_range"]), max(each["line_range"]))
        for each in bandit
    ]
    rules = [
        Found(each["code"] or "", each["filename"], each["location"]["row"], each["end_location"]["row"])
        for each in ruff
    ]
    found = list(rows(_judged(theirs, root), _judged(rules, root), own))
    print("\n".join(table(found)))
    for row in found if options.missed else ():
        print(f"\n{row.type.name}")
        for each in row.missed:
            print(f"    {each.path}:{each.first} {each.code}")


def _judged(found: list[Found], root: Path) -> list[Found]:
    """Findings in code that backlint judges as well, with paths relative to the project."""
    named = [each._replace(path=Path(each.path).resolve().relative_to(root).as_posix()) for each in found]
    return [each for each in named if not is_test(each.path)]


# Other tools' output as SARIF


def _sarif_of_ruff(output: str) -> dict[str, Any]:
    results = (
        (each["code"] or "syntax", each["filename"], each["location"]["row"], each["message"])
        for each in json.loads(output)
    )
    return _sarif("ruff", results)


def _sarif_of_squawk(output: str) -> dict[str, Any]:
    results = (
        (each["rule_name"], each["file"], each["line"] + 1, each["message"]) for each in json.loads(output)
    )
    return _sarif("squawk", results)


def _sarif_of_semgrep(output: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(output)
    for run in document["runs"]:
        run["tool"]["driver"]["name"] = "semgrep"
    return document


def _sarif(name: str, results: Iterable[tuple[str, str, int, str]]) -> dict[str, Any]:
    found = [
        {
            "ruleId": code,
            "message": {"text": message},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": Path(path).resolve().as_uri()},
                        "region": {"startLine": line},
                    }
                }
            ],
        }
        for code, path, line, message in results
    ]
    return {"version": "2.1.0", "runs": [{"tool": {"driver": {"name": name}}, "results": found}]}


# The table


def _print(findings: list[Finding], in_ci: set[str], seconds: dict[str, float]) -> None:
    tools = list(seconds)
    at = _places(findings)
    found: dict[str, dict[str, list[bool]]] = {}
    for finding in findings:
        alone = all(_reporters(other) == _reporters(finding) for other in _beside(finding, at))
        named = _reporters(finding)
        alone = alone and len(named) == 1
        if "backlint" in named:
            named = (named - {"backlint"}) | {_AUDIT} | ({_CI} if finding["fingerprint"] in in_ci else set())
        for name in named:
            found.setdefault(_practice(finding), {}).setdefault(name, []).append(alone)
    print("| | " + " | ".join(tools) + " |")
    print("|---|" + "---:|" * len(tools))
    for practice in sorted(found):
        cells = (_cell(found[practice].get(tool, [])) for tool in tools)
        print(f"| {practice} | {' | '.join(cells)} |")
    totals = (_cell([each for row in found.values() for each in row.get(tool, [])]) for tool in tools)
    print(f"| in all | {' | '.join(totals)} |")
    print("| seconds | " + " | ".join(f"{seconds[tool]:.2f}" for tool in tools) + " |")


_Places = dict[tuple[str, str, int], list[Finding]]


def _places(findings: list[Finding]) -> _Places:
    """The findings of each practice on each line of each file."""
    at: _Places = {}
    for finding in findings:
        for line in _lines(finding):
            at.setdefault((_practice(finding), finding["path"], line), []).append(finding)
    return at


def _beside(finding: Finding, at: _Places) -> Iterable[Finding]:
    for line in _lines(finding):
        yield from at[_practice(finding), finding["path"], line]


def _lines(finding: Finding) -> range:
    return range(finding["range"]["start"]["line"], finding["range"]["end"]["line"] + 1)


def _reporters(finding: Finding) -> set[str]:
    return {finding["engine"] or "backlint", *(each.partition(" ")[0] for each in finding["also"])}


def _practice(finding: Finding) -> str:
    practice, _, rule = str(finding["rule"]).partition("/")
    return "migrations" if rule.startswith("squawk-") else practice


def _cell(found: list[bool]) -> str:
    return f"{len(found):,} ({sum(found):,})" if found else ""


if __name__ == "__main__":
    main()
