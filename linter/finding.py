"""What a rule says: findings, their judgement and their place."""

from __future__ import annotations

from enum import Enum
from typing import Literal

import msgspec


class Severity(Enum):
    """How bad it is if the finding is right."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is worst."""
        return _SEVERITIES.index(self)


class Confidence(Enum):
    """How often a finding of the rule is right."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 is surest."""
        return _CONFIDENCES.index(self)


_SEVERITIES = list(Severity)
_CONFIDENCES = list(Confidence)


class Location(msgspec.Struct, frozen=True, order=True):
    """A range in a file.

    `path` is relative to the project root with `/` separators. Lines and columns are 1-based,
    columns count code points, the end is exclusive.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Note(msgspec.Struct, frozen=True):
    """A second place that explains a finding: a related definition, or one step of a path."""

    location: Location
    message: str


class Edit(msgspec.Struct, frozen=True):
    """Replace the text of `location` with `content`."""

    location: Location
    content: str


class Fix(msgspec.Struct, frozen=True):
    """Edits that remove a finding. Unsafe ones may change what the program does."""

    safety: Literal["safe", "unsafe"]
    edits: tuple[Edit, ...]


class Finding(msgspec.Struct, frozen=True):
    """One violation of one rule at one place.

    `message` is one sentence: what is wrong and what follows. `help` says what to do. `scope` is the
    enclosing function or class, fully qualified, or empty. `fixable` says that the rule can edit
    this place; `fix` is filled only when a report or the `fix` verb asked for it. `fingerprint` is set
    once, by the pipeline, and is the same in every format. `also` names the tests of other tools that report
    the same defect, as `bandit B608`.
    `assumes` is the path of a migration that has to be released before this one for the finding to be right,
    `together` that of one that must not be: the two run in one command.
    """

    rule: str
    message: str
    location: Location
    severity: Severity
    confidence: Confidence
    help: str = ""
    scope: str = ""
    related: tuple[Note, ...] = ()
    path: tuple[Note, ...] = ()
    fixable: Literal["", "safe", "unsafe"] = ""
    fix: Fix | None = None
    fingerprint: str = ""
    assumes: str = ""
    also: tuple[str, ...] = ()
    together: str = ""

    @property
    def practice(self) -> str:
        """The practice that the rule belongs to."""
        return self.rule.partition("/")[0]

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Order of findings in every report."""
        place = self.location
        return (place.path, place.line, place.column, self.rule, self.message)
