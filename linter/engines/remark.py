"""What an engine says about one file, before it becomes a finding."""

from __future__ import annotations

import msgspec

from linter.finding import Confidence, Severity
from linter.measures import Counts, Kind


class Remark(msgspec.Struct, array_like=True, frozen=True):
    """One statement of an engine about one place of a file.

    `code` is the engine's own name of the test (`B602`), `name` its spoken one, if it has one. `help` says
    what to do. Lines are 1-based, columns 1-based in code points, the end is exclusive. `severity` and
    `confidence` are the engine's own judgement, in backlint's words.
    """

    code: str
    message: str
    line: int
    column: int
    end_line: int
    end_column: int
    severity: Severity
    confidence: Confidence
    cwe: int | None = None
    name: str = ""
    help: str = ""


class Measure(msgspec.Struct, array_like=True, frozen=True):
    """A number that an engine measured: of the function `name` that begins at `line` (1-based), or of a file,
    which has no name.
    """

    kind: Kind
    name: str
    line: int
    value: float


class Remarks(msgspec.Struct, array_like=True):
    """What an engine says about a file; `failure` is set when it could not look at it.

    `measures` and `counts` are numbers that are no findings, for the audit.
    """

    remarks: tuple[Remark, ...] = ()
    failure: str = ""
    measures: tuple[Measure, ...] = ()
    counts: Counts | None = None
