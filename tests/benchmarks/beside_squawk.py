"""What backlint and squawk say of the same migrations, by topic.

    python tests/benchmarks/beside_squawk.py DIRECTORY… [--squawk squawk] [--show TOPIC]

squawk reads SQL only. So it is given the SQL that backlint derives from the operations of Django and Alembic,
one file for each migration, with the transaction that the runner opens. Findings are compared by the line of
the operation: both say the same, one says it and the other says something else there, or one speaks alone.
`--show` prints what one says alone on a topic, with the statement.

Left out are squawk's rules of style and of settings, which backlint has no counterpart for or has switched
off (`prefer-*` on types, timeouts).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from linter.backend import Revision, Verdict
from linter.cli.options import open_project

TOPICS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    topic: (frozenset(theirs.split()), frozenset(ours.split()))
    for topic, theirs, ours in (
        ("index built", "require-concurrent-index-creation", "index-blocks-writes"),
        ("index dropped", "require-concurrent-index-deletion", "index-drop-blocks-reads"),
        (
            "constraint on rows that are there",
            "adding-foreign-key-constraint constraint-missing-not-valid disallowed-unique-constraint "
            "adding-serial-primary-key-field",
            "constraint-checked-at-once constraint-builds-index validated-in-same-transaction",
        ),
        ("SET NOT NULL", "adding-not-nullable-field", "not-null-scans-table"),
        ("required column", "adding-required-field", "required-column-without-default"),
        ("default or computed column", "adding-field-with-default", "added-column-rewrites-table"),
        ("type changed", "changing-column-type", "type-change-rewrites-table"),
        ("table dropped", "ban-drop-table", "drop-table"),
        ("column dropped", "ban-drop-column", "drop-column"),
        ("renamed", "renaming-column renaming-table", "rename-breaks-running-code"),
        ("DROP NOT NULL", "ban-drop-not-null", "drop-not-null"),
        ("constraint dropped", "ban-drop-constraint", "drop-constraint"),
        (
            "concurrently in a transaction",
            "ban-concurrent-index-creation-in-transaction",
            "not-in-transaction",
        ),
        ("not re-runnable", "prefer-robust-stmts", "not-rerunnable"),
        (
            "transaction",
            "transaction-nesting ban-uncommitted-transaction",
            "nested-transaction transaction-left-open",
        ),
    )
}

_OF_SQUAWK = {rule: topic for topic, (theirs, _) in TOPICS.items() for rule in theirs}
_OF_BACKLINT = {rule: topic for topic, (_, ours) in TOPICS.items() for rule in ours}


class Place(NamedTuple):
    """Where an operation of a migration stands."""

    project: str
    path: str
    line: int


class Said(NamedTuple):
    """A finding: its topic, empty for one that the other has no rule for, and its place."""

    topic: str
    place: Place


class Start(NamedTuple):
    """A statement in a SQL file: its first line, its text, and the place that it comes from."""

    line: int
    text: str
    place: Place


class Written(NamedTuple):
    """A migration as a SQL file."""

    text: str
    starts: list[Start]


def main() -> None:
    """Compare, and print the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("directories", type=Path, nargs="+")
    arguments.add_argument("--squawk", default="squawk")
    arguments.add_argument("--show", default="")
    options = arguments.parse_args()
    ours: set[Said] = set()
    theirs: set[Said] = set()
    texts: dict[Place, str] = {}
    for directory in options.directories:
        written = list(_migrations(directory))
        texts |= {start.place: start.text for each in written for start in each.starts}
        theirs |= set(_squawk(options.squawk, written))
        ours |= {each for each in _backlint(directory) if each.place in texts}
    _print(ours, theirs)
    for who, found in (("squawk", _alone(theirs, ours)), ("backlint", _alone(ours, theirs))):
        for said in sorted(found):
            if options.show and said.topic == options.show:
                print(f"{who}: {said.place.path}:{said.place.line} {texts[said.place][:160]!r}")


def _alone(found: set[Said], others: set[Said]) -> set[Said]:
    """What one says at places of which the other says nothing at all."""
    places = {each.place for each in others}
    return {each for each in found if each.place not in places}


def _migrations(directory: Path) -> Iterator[Written]:
    values: dict[str, Any] = {"root": str(directory), "isolated": True, "no_cache": True, "quiet": True}
    for revision in open_project([str(directory)], values).run.backend.revisions:
        if revision.statements and revision.engine == "postgres":
            yield _written(revision, directory.resolve().name)


def _written(revision: Revision, project: str) -> Written:
    lines: list[str] = []
    starts: list[Start] = []
    inside = False
    for statement in revision.statements:
        text = _completed(statement.facts.text).rstrip().rstrip(";")
        wraps = statement.derived or revision.tool != "sql"
        if wraps and (statement.in_transaction is Verdict.YES) != inside:
            inside = not inside
            lines.append("BEGIN;" if inside else "COMMIT;")
        if text.strip() and not text.lstrip().startswith("--"):
            place = Place(project, statement.location.path, statement.location.line)
            starts.append(Start(len(lines) + 1, text, place))
            lines += [*text.split("\n"), ";"]
    return Written("\n".join([*lines, "COMMIT;"] if inside else lines) + "\n", starts)


def _completed(text: str) -> str:
    """A derived statement with something in place of what is not known."""
    for unknown, known in (
        ("DEFAULT ?", "DEFAULT 'x'"),
        ("CHECK (?)", "CHECK (true)"),
        ("EXCLUDE (?)", "EXCLUDE USING gist (x WITH &&)"),
        ("WHERE ?", "WHERE true"),
        (" ?", " text"),
    ):
        text = text.replace(unknown, known)
    return text


def _squawk(program: str, migrations: list[Written]) -> Iterator[Said]:
    with tempfile.TemporaryDirectory() as folder:
        files = {}
        for number, each in enumerate(migrations):
            path = Path(folder) / f"{number:05}.sql"
            path.write_text(each.text, encoding="utf-8")
            files[str(path)] = each
        command = [program, "--reporter", "json", "--pg-version", "15", *files]
        output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        for found in json.loads(output):
            topic = _OF_SQUAWK.get(found["rule_name"], "")
            begun = [each for each in files[found["file"]].starts if each.line <= found["line"] + 1]
            if topic and begun:
                yield Said(topic, begun[-1].place)


def _backlint(directory: Path) -> Iterator[Said]:
    command = [
        sys.executable,
        "-m",
        "linter",
        "check",
        str(directory),
        "--root",
        str(directory),
        "--isolated",
    ]
    command += ["--no-cache", "--quiet", "--profile", "audit", "--select", "migrations", "--format", "json"]
    output = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    for found in json.loads(output)["findings"]:
        place = Place(directory.resolve().name, found["path"], found["range"]["start"]["line"])
        yield Said(_OF_BACKLINT.get(found["rule"].partition("/")[2], ""), place)


def _print(ours: set[Said], theirs: set[Said]) -> None:
    lone_ours, lone_theirs = _alone(ours, theirs), _alone(theirs, ours)
    print("| topic | both | by another rule | squawk alone | backlint alone |")
    print("|---|---:|---:|---:|---:|")
    totals = [0, 0, 0, 0]
    for topic in TOPICS:
        own, other, mine, its = (
            {each for each in found if each.topic == topic}
            for found in (ours, theirs, lone_ours, lone_theirs)
        )
        counts = [len(own & other), len((own ^ other) - mine - its), len(its), len(mine)]
        totals = [a + b for a, b in zip(totals, counts, strict=True)]
        print(f"| {topic} | {' | '.join(map(str, counts))} |")
    print(f"| in all | {' | '.join(map(str, totals))} |")


if __name__ == "__main__":
    main()
