"""bandit in this process: its tests, its configuration and its `# nosec`, on trees that are parsed."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from linter.engines.bandit.catalog import ASKED_FOR, known_rules, rule_of
from linter.engines.bandit.configuration import BanditConfiguration
from linter.engines.remark import Remark, Remarks
from linter.finding import Confidence, Severity

if TYPE_CHECKING:
    from linter.engines.bandit.walk import Plan
    from linter.parse.python import Parsed

_SEVERITIES = {"HIGH": Severity.ERROR, "MEDIUM": Severity.WARNING}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+(?=>)")
"""Where an object lies in memory, which some messages of bandit print."""
_CONFIDENCES = {"HIGH": Confidence.HIGH, "MEDIUM": Confidence.MEDIUM}


class BanditEngine(msgspec.Struct, frozen=True):
    """bandit as an observer of parsed files. `release` is the version of bandit that is installed."""

    configuration: BanditConfiguration
    release: str

    @property
    def name(self) -> str:
        """The engine's name."""
        return "bandit"

    @property
    def signature(self) -> bytes:
        """Changes when the engine may say something else about the same file."""
        # What is installed beside bandit may add tests to it.
        installed = [
            (folder, os.stat(folder).st_mtime_ns)
            for folder in sys.path
            if folder.endswith("-packages") and os.path.isdir(folder)
        ]
        state = repr((installed, self.release)).encode() + msgspec.msgpack.encode(self.configuration)
        if self.configuration.file:
            with open(self.configuration.file, "rb") as file:
                state += file.read()
        return state

    def place(self, path: str) -> bytes:
        """The path, where configuration or a plugin may tell files apart by it."""
        told_apart = bool(self.configuration.file or self.configuration.exclude) or _has_plugins()
        return path.encode("utf-8", "surrogateescape") if told_apart else b""

    def rules(self) -> list[str]:
        """The ids under which bandit's own tests are reported."""
        return known_rules()

    def judges(self) -> dict[str, tuple[str, str]]:
        """None: what a test of bandit found nothing in may be without anything for it to judge."""
        return {}

    def rule_of(self, remark: Remark) -> str:
        """The id under which a remark is reported."""
        return rule_of(remark.code, remark.cwe)

    def is_asked_for(self, remark: Remark) -> bool:
        """Tests of imports whose calls other tests judge: an import alone does nothing."""
        return remark.code in ASKED_FOR

    def describe(self, remark: Remark) -> tuple[str, str]:
        """The title and the documentation of the test behind a remark."""
        return (
            f"bandit {remark.code}: {remark.name.replace('_', ' ')}.",
            f"Found by bandit's test `{remark.code}`, which bandit documents. `# nosec {remark.code}` on the "
            "line is honoured, and so is bandit's configuration.",
        )

    def observe(self, path: str, data: bytes, parsed: Parsed) -> bytes:
        """What bandit says about a file, encoded. `path` is relative to the project root."""
        return msgspec.msgpack.encode(self._remarks(path, data, parsed))

    def _remarks(self, path: str, data: bytes, parsed: Parsed) -> Remarks:
        from bandit.core.manager import _is_file_included
        from bandit.core.metrics import Metrics
        from bandit.core.tester import BanditTester

        from linter.engines.bandit.walk import OpenedTests, Walk

        setup = _setup(self.configuration)
        # bandit knows files by the path from its working directory.
        shown = f"./{path}"
        if not _is_file_included(shown, ["*.py", "*.pyw"], setup.exclude, enforce_glob=False):
            return Remarks()
        opened = OpenedTests()
        metrics = Metrics()
        metrics.begin(shown)
        ignored = {} if self.configuration.ignore_nosec else _ignored_lines(data)
        tester = BanditTester(opened, False, ignored, metrics)
        try:
            Walk(setup.plan, tester, opened, shown, data).over(parsed.tree)
        except Exception as error:
            return Remarks(failure=f"{type(error).__name__}: {error}")
        lines = parsed.text.split("\n")
        return Remarks(tuple(_remark(issue, lines) for issue in tester.results))


@cache
def _has_plugins() -> bool:
    """Whether somebody else's tests are installed."""
    from importlib.metadata import entry_points

    return any(not each.value.startswith("bandit.") for each in entry_points(group="bandit.plugins"))


class _Setup(msgspec.Struct):
    plan: Plan
    exclude: list[str]


@cache
def _setup(configuration: BanditConfiguration) -> _Setup:
    """The tests that a configuration selects; made once in a process."""
    import logging
    import warnings

    logging.getLogger("bandit").setLevel(logging.CRITICAL + 1)
    with warnings.catch_warnings(action="ignore"):
        import bandit
        from bandit.core.config import BanditConfig
        from bandit.core.test_set import BanditTestSet

    from linter.engines.bandit.gates import VERSIONS
    from linter.engines.bandit.walk import Plan

    config = BanditConfig(configuration.file or None)
    profile = {
        "include": {*(config.get_option("tests") or ()), *configuration.tests},
        "exclude": {*(config.get_option("skips") or ()), *configuration.skips},
    }
    tests: dict[str, list[Any]] = BanditTestSet(config, profile).tests
    release = tuple(int(part) for part in bandit.__version__.split(".")[:2] if part.isdigit())
    exclude = [*(config.get_option("exclude_dirs") or ()), *configuration.exclude]
    return _Setup(Plan(tests, gated=release in VERSIONS), exclude)


def _ignored_lines(data: bytes) -> dict[int, set[str] | None]:
    """The tests that a `# nosec` on each line switches off, as bandit's own reader understands it."""
    if b"nosec" not in data:
        return {}
    from io import BytesIO
    from tokenize import COMMENT, TokenError, tokenize

    from bandit.core.manager import _parse_nosec_comment

    found: dict[int, set[str] | None] = {}
    try:
        for token in tokenize(BytesIO(data).readline):
            if token.type == COMMENT:
                found[token.start[0]] = _parse_nosec_comment(token.string)
    except (TokenError, SyntaxError):
        # Syntax newer than this interpreter: what was read up to here counts.
        return found
    return found


def _remark(issue: Any, lines: list[str]) -> Remark:
    line = max(int(issue.lineno or 1), 1)
    last = max([line, *issue.linerange])
    return Remark(
        code=issue.test_id,
        message=_ADDRESS.sub("", issue.text),
        line=line,
        column=_column(lines, line, issue.col_offset),
        end_line=last,
        end_column=_column(lines, last, issue.end_col_offset),
        severity=_SEVERITIES.get(issue.severity, Severity.NOTE),
        confidence=_CONFIDENCES.get(issue.confidence, Confidence.LOW),
        cwe=issue.cwe.id or None,
        name=issue.test,
    )


def _column(lines: list[str], line: int, offset: int | None) -> int:
    """The 1-based column of a byte offset in a line."""
    if not offset or offset < 0 or line > len(lines):
        return 1
    text = lines[line - 1]
    return offset + 1 if text.isascii() else len(text.encode()[:offset].decode("utf-8", "replace")) + 1
