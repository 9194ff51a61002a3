"""What bandit, ruff and backlint report of the same weakness on the same files, and where they differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple


class Type(NamedTuple):
    """One weakness: bandit's tests, ruff's codes and backlint's own rules for it."""

    name: str
    bandit: tuple[str, ...]
    ruff: tuple[str, ...]
    backlint: tuple[str, ...]


TYPES = (
    Type(
        "SQL from parts",
        ("B608", "B610", "B611"),
        ("S608", "S610", "S611"),
        ("sql-injection", "sql-from-parts"),
    ),
    Type(
        "shells and programs",
        ("B602", "B603", "B604", "B605", "B606", "B607", "B609"),
        ("S602", "S603", "S604", "S605", "S606", "S607", "S609"),
        ("command-injection", "shell-from-parts"),
    ),
    Type("exec and eval", ("B102", "B307"), ("S102", "S307"), ("code-injection",)),
    Type(
        "pickle, marshal, yaml",
        ("B301", "B302", "B506", "B614"),
        ("S301", "S302", "S506"),
        ("unsafe-deserialization", "yaml-unsafe-load"),
    ),
    Type(
        "XML parsers",
        ("B313", "B314", "B315", "B316", "B317", "B318", "B319", "B320"),
        ("S313", "S314", "S315", "S316", "S317", "S318", "S319", "S320"),
        ("xml-external-entities",),
    ),
    Type("calls without a time limit", ("B113",), ("S113",), ("outbound-without-timeout",)),
    Type(
        "passwords in the code",
        ("B105", "B106", "B107"),
        ("S105", "S106", "S107"),
        ("hard-coded-secret", "default-credentials"),
    ),
    Type("temporary files", ("B108", "B306"), ("S108", "S306"), ("predictable-temporary-file",)),
    Type("all interfaces", ("B104",), ("S104",), ()),
    Type("mark_safe", ("B308", "B703", "B704"), ("S308", "S704"), ("cross-site-scripting",)),
    Type("templates without escaping", ("B701", "B702"), ("S701", "S702"), ("cross-site-scripting",)),
    Type("urlopen", ("B310",), ("S310",), ("server-side-request-forgery",)),
    Type("MD5 and SHA-1", ("B303", "B324"), ("S303", "S324"), ("weak-password-hash",)),
    Type("random", ("B311",), ("S311",), ("predictable-token",)),
    Type("ciphers", ("B304", "B305", "B505"), ("S304", "S305", "S505"), ("weak-cipher",)),
    Type(
        "TLS not checked",
        ("B323", "B501", "B502", "B503"),
        ("S323", "S501", "S502", "S503"),
        ("tls-verification-off",),
    ),
    Type("errors passed over", ("B110", "B112"), ("S110", "S112"), ("swallowed-exception", "bare-except")),
    Type("archives", ("B202",), ("S202",), ("archive-extraction",)),
    Type("debug mode", ("B201",), ("S201",), ("debug-on",)),
)


class Found(NamedTuple):
    """A finding of any tool: its code, file and lines."""

    code: str
    path: str
    first: int
    last: int


class Row(NamedTuple):
    """What was reported of one weakness; `missed` are places that others report and backlint does not."""

    type: Type
    bandit: list[Found]
    ruff: list[Found]
    both: list[Found]
    alone: list[Found]
    missed: list[Found]


def rows(bandit: list[Found], ruff: list[Found], own: list[Found]) -> Iterator[Row]:
    """One row for each weakness that any of the tools reports."""
    for each in TYPES:
        theirs = [found for found in bandit if found.code in each.bandit]
        rules = [found for found in ruff if found.code in each.ruff]
        mine = [found for found in own if found.code in each.backlint]
        others = _places([*theirs, *rules])
        both = [found for found in others if _meets(found, mine)]
        alone = [found for found in mine if not _meets(found, others)]
        missed = [found for found in others if not _meets(found, mine)]
        if others or mine:
            yield Row(each, theirs, rules, both, alone, missed)


def _places(found: Iterable[Found]) -> list[Found]:
    """Each place once, however many codes and tools report it."""
    places: list[Found] = []
    for each in sorted(found, key=lambda each: (each.path, each.first, each.last, each.code)):
        if not (places and places[-1].path == each.path and places[-1].last >= each.first):
            places.append(each)
    return places


def _meets(found: Found, others: Iterable[Found]) -> bool:
    return any(
        each.path == found.path and each.first <= found.last and found.first <= each.last for each in others
    )


def table(found: Iterable[Row]) -> Iterator[str]:
    """The rows as a table in Markdown. A place that several tests report counts once in the last columns."""
    yield "| | bandit | ruff S | reported here too | here alone | theirs alone |"
    yield "|---|---:|---:|---:|---:|---:|"
    for row in found:
        counts = (row.bandit, row.ruff, row.both, row.alone, row.missed)
        yield f"| {row.type.name} | {' | '.join(str(len(each) or '') for each in counts)} |"
