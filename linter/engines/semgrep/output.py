"""What semgrep printed, as remarks by file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from linter.engines.remark import Remark
from linter.engines.semgrep.program import OLDEST, is_too_old
from linter.engines.semgrep.rules import RuleBook, SemgrepRule

_LONGEST_MESSAGE = 2_000
_LONGEST_EXCUSE = 300
_DONE = (0, 1)
"""Exit codes of a run that did its work."""
_PARSED_IN_PART = frozenset(
    {"AST builder error", "Lexical error", "Other syntax error", "PartialParsing", "Syntax error"}
)


class SemgrepFailure(Exception):
    """semgrep did not do its work; the message says what happened, in one line."""


class Ended(NamedTuple):
    """A process that has ended: its exit code (negative for a signal) and both of its streams."""

    code: int
    printed: bytes
    complaint: bytes


class Said(msgspec.Struct, array_like=True, frozen=True):
    """What semgrep says about one file. `unread` says why it did not look at all of it, or is empty."""

    remarks: tuple[Remark, ...] = ()
    unread: str = ""


class Report(msgspec.Struct):
    """What a run said by path, files without a word left out.

    `unsteady` are the files where a limit of time or memory was met: another run may say something else.
    """

    said: dict[str, Said]
    unsteady: frozenset[str]


class _Position(msgspec.Struct):
    offset: int


class _Extra(msgspec.Struct):
    message: str = ""
    is_ignored: bool | None = False


class _Result(msgspec.Struct):
    check_id: str
    path: str
    start: _Position
    end: _Position
    extra: _Extra = msgspec.field(default_factory=_Extra)


class _Error(msgspec.Struct):
    type: Any = ""
    level: str = ""
    message: str | None = None
    path: str | None = None
    rule_id: str | None = None


class _Output(msgspec.Struct):
    results: tuple[_Result, ...]
    errors: tuple[_Error, ...]
    version: str = ""


def read_output(ended: Ended, tree: str, texts: Mapping[str, bytes], book: RuleBook) -> Report:
    """What semgrep said about the files `texts`, which lie in the folder `tree`.

    Raises `SemgrepFailure` when it printed no report, or says that rules could not be used.
    """
    try:
        # A message may quote a file that is not UTF-8.
        output = msgspec.json.decode(ended.printed.decode("utf-8", "replace"), type=_Output)
    except (msgspec.DecodeError, RecursionError) as error:
        raise SemgrepFailure(_excuse(ended)) from error
    if is_too_old(output.version):
        raise SemgrepFailure(too_old(output.version))
    about_files = [each for each in output.errors if _inside(each.path or "", tree)]
    for each in output.errors:
        if each.level == "error" and each not in about_files:
            raise SemgrepFailure(one_line((each.message or _kind(each)).replace(tree, "")))
    if ended.code not in _DONE and not about_files:
        raise SemgrepFailure(_excuse(ended))
    remarks: dict[str, list[Remark]] = {}
    for result in output.results:
        path = _inside(result.path, tree)
        if path in texts and result.check_id in book.rules and not result.extra.is_ignored:
            remark = _remark(result, book.rules[result.check_id], texts[path])
            remarks.setdefault(path, []).append(remark)
    troubles = _by_path(about_files, tree)
    said = {
        path: Said(_sorted(remarks.get(path, [])), _unread(troubles.get(path, ())))
        for path in sorted(remarks.keys() | troubles.keys() & texts.keys())
    }
    return Report(said, frozenset(path for path, errors in troubles.items() if not _steady(errors)))


def _excuse(ended: Ended) -> str:
    """Why there is no report, from how the process ended and what it said last."""
    last = [line for line in ended.complaint.decode("utf-8", "replace").splitlines() if line.strip()]
    ending = f"it ended with code {ended.code} and printed no report that can be read"
    if ended.code < 0:
        from signal import Signals, strsignal

        known = -ended.code in set(Signals)
        ending = f"it was killed by signal {-ended.code}" + (f" ({strsignal(-ended.code)})" if known else "")
    return f"{ending}: {one_line(last[-1])}" if last else ending


def too_old(release: str) -> str:
    """What to say about a version that is below what is needed."""
    needed = ".".join(map(str, OLDEST))
    return f"version {one_line(release)[:20]} is too old; {needed} or newer is needed"


def one_line(text: str) -> str:
    """A text of somebody else's as one line without controls, cut to a length that fits a message."""
    plain = "".join(char if char.isprintable() else " " for char in text)
    line = " ".join(plain.split())
    return line if len(line) <= _LONGEST_EXCUSE else f"{line[: _LONGEST_EXCUSE - 1]}…"


def _by_path(errors: Iterable[_Error], tree: str) -> dict[str, list[_Error]]:
    found: dict[str, list[_Error]] = {}
    for error in errors:
        found.setdefault(_inside(error.path or "", tree), []).append(error)
    return found


def _steady(errors: Iterable[_Error]) -> bool:
    """Whether another run would say the same: a limit of time or memory may be met or not."""
    return all(_kind(error) in _PARSED_IN_PART for error in errors)


def _unread(errors: Iterable[_Error]) -> str:
    """Why a file was not read in full, in one line; empty without errors."""
    reasons: dict[str, set[str]] = {}
    for error in errors:
        kind = _kind(error)
        reason = "" if kind in _PARSED_IN_PART else one_line(kind).lower()
        reasons.setdefault(reason, set()).update(filter(None, [error.rule_id]))
    return "; ".join(_reason(kind, sorted(reasons[kind])) for kind in sorted(reasons))


def _reason(kind: str, rules: Sequence[str]) -> str:
    if not kind:
        return "semgrep cannot parse all of it"
    # After a few rules semgrep drops the whole file, and does not say so.
    named = f" in {one_line(', '.join(rules))}, so what others found may be missing" if rules else ""
    return f"semgrep gave up on it: {kind}{named}"


def _inside(path: str, tree: str) -> str:
    """A path as seen from the folder that was looked at, with `/`; empty for one outside."""
    inner = path.removeprefix(tree)
    return inner[1:].replace(os.sep, "/") if inner != path else ""


def _kind(error: _Error) -> str:
    kind = error.type[0] if isinstance(error.type, list) and error.type else error.type
    return kind if isinstance(kind, str) else "unknown error"


def _remark(result: _Result, rule: SemgrepRule, data: bytes) -> Remark:
    line, column = _place(data, result.start.offset)
    end_line, end_column = _place(data, max(result.end.offset, result.start.offset))
    message = " ".join(result.extra.message.split()) or rule.info.title
    advice = ""
    if rule.builtin and ". " in message:
        # Our own rules end with what to do.
        message, _, advice = message.rpartition(". ")
    return Remark(
        code=rule.code,
        message=message[:_LONGEST_MESSAGE],
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        severity=rule.info.severity,
        confidence=rule.info.confidence,
        cwe=rule.info.cwe,
        help=advice.removesuffix("."),
    )


def _place(data: bytes, offset: int) -> tuple[int, int]:
    """Line and column of an offset in bytes, as backlint counts them: semgrep's own columns are bytes."""
    before = data[: max(offset, 0)].decode("utf-8-sig", "replace")
    lines = before.replace("\r\n", "\n").replace("\r", "\n")
    return lines.count("\n") + 1, len(lines) - lines.rfind("\n")


def _sorted(remarks: list[Remark]) -> tuple[Remark, ...]:
    unique = set(remarks)
    return tuple(sorted(unique, key=lambda each: (each.line, each.column, each.code, each.message)))
