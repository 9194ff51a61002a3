"""The debt that a project has accepted: findings that are known and not shown.

The file is committed and reviewed, so it has one line for each entry, in order, and no line numbers
that a change elsewhere would alter. Entries are counted: one more finding of the same kind in the
same statement is new. An entry whose file was renamed is recognised by the part of its fingerprint
that has no path in it. What no finding matches any more is stale, and is reported.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from linter.finding import Finding
from linter.fingerprint import moved
from linter.outcome import Hidden, StaleEntry

FILE_NAME = "backlint-baseline.json"
VERSION = 1

_MAX_BYTES = 64 * 1024 * 1024
_RESTORE = "Restore the file from version control, or run `backlint baseline create` again."

Checked: TypeAlias = Callable[[str, str], bool]
"""Whether a rule was run on a path. A path that no longer exists counts as checked."""

_Key: TypeAlias = tuple[str, str, str]
"""Path, rule, fingerprint."""


class BaselineError(Exception):
    """A baseline file that cannot be used. `line` is 1-based, 0 when no line is to blame."""

    def __init__(self, path: str, message: str, help: str, line: int = 0) -> None:
        super().__init__(message)
        self.path = path
        self.message = message
        self.help = help
        self.line = line


class Entry(msgspec.Struct, frozen=True, order=True):
    """`count` findings of one rule in one statement. `message` is for readers of the file only."""

    path: str
    rule: str
    fingerprint: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
    count: Annotated[int, msgspec.Meta(ge=1)] = 1
    message: str = ""

    @property
    def key(self) -> _Key:
        """What findings are matched by."""
        return (self.path, self.rule, self.fingerprint)


class Baseline(msgspec.Struct, frozen=True):
    """Accepted findings: sorted, one entry for each path, rule and fingerprint."""

    entries: tuple[Entry, ...] = ()


class Split(NamedTuple):
    """Findings held against a baseline, each list in report order."""

    new: list[Finding]
    hidden: list[Hidden]
    stale: list[StaleEntry]


def _everywhere(rule: str, path: str) -> bool:
    return True


def split(findings: Iterable[Finding], baseline: Baseline, checked: Checked = _everywhere) -> Split:
    """Part the findings into new ones and accepted ones, and say which entries are left over.

    An entry outside of what was `checked` is neither stale nor taken for the former place of a finding.
    """
    matching = _match(findings, baseline, checked)
    hidden = [Hidden(finding, "baseline") for finding in matching.matched]
    stale = [
        StaleEntry(path, rule, fingerprint, count)
        for (path, rule, fingerprint), count in matching.left.items()
        if checked(rule, path)
    ]
    return Split(matching.new, hidden, sorted(stale))


def create(findings: Iterable[Finding]) -> Baseline:
    """The baseline that accepts exactly `findings`."""
    counts: Counter[_Key] = Counter()
    messages: dict[_Key, str] = {}
    for finding in _ordered(findings):
        counts[_key(finding)] += 1
        messages.setdefault(_key(finding), finding.message)
    return _baseline(counts, messages)


def update(
    baseline: Baseline, findings: Iterable[Finding], accept_new: bool, checked: Checked = _everywhere
) -> tuple[Baseline, list[Finding]]:
    """The baseline brought up to date, and the new findings that were refused.

    What was mended goes, what was renamed gets its new path, what was not `checked` stays. Debt is
    added only with `accept_new`.
    """
    matching = _match(findings, baseline, checked)
    current = create([*matching.matched, *matching.new] if accept_new else matching.matched)
    counts = Counter({entry.key: entry.count for entry in current.entries})
    messages = {entry.key: entry.message for entry in (*baseline.entries, *current.entries)}
    for key, count in matching.left.items():
        if not checked(key[1], key[0]):
            counts[key] += count
    return _baseline(counts, messages), [] if accept_new else matching.new


def prune(baseline: Baseline, stale: Iterable[StaleEntry]) -> Baseline:
    """The baseline without the stale entries that a run reported."""
    counts = Counter({entry.key: entry.count for entry in baseline.entries})
    for entry in stale:
        counts[(entry.path, entry.rule, entry.fingerprint)] -= entry.count
    return _baseline(counts, {entry.key: entry.message for entry in baseline.entries})


def dump(baseline: Baseline) -> str:
    """The text of the file: ASCII, one line for each entry, the same for the same entries."""
    import json

    lines = [f"    {json.dumps(msgspec.to_builtins(entry))}" for entry in baseline.entries]
    entries = "[\n" + ",\n".join(lines) + "\n  ]" if lines else "[]"
    return f'{{\n  "version": {VERSION},\n  "tool": "backlint",\n  "entries": {entries}\n}}\n'


def load(path: str) -> Baseline:
    """Read a baseline file. Raises `BaselineError` when there is none, or none that can be read.

    Entries that a merge doubled are added up.
    """
    text = _read(path)
    _refuse_conflicts(path, text)
    entries = _entries(path, text)
    counts: Counter[_Key] = Counter()
    messages: dict[_Key, str] = {}
    for entry in entries:
        counts[entry.key] += entry.count
        messages.setdefault(entry.key, entry.message)
    return _baseline(counts, messages)


class _Matching(NamedTuple):
    """Accepted findings, other findings, and what the entries would accept besides."""

    matched: list[Finding]
    new: list[Finding]
    left: Counter[_Key]


def _match(findings: Iterable[Finding], baseline: Baseline, checked: Checked) -> _Matching:
    left = Counter({entry.key: entry.count for entry in baseline.entries})
    accepted: list[Finding] = []
    strangers: list[Finding] = []
    for finding in _ordered(findings):
        (accepted if _take(left, _key(finding)) else strangers).append(finding)
    former: dict[tuple[str, str], list[_Key]] = {}
    for key in sorted(left):
        path, rule, fingerprint = key
        if left[key] and checked(rule, path):
            former.setdefault((rule, moved(fingerprint)), []).append(key)
    new: list[Finding] = []
    for finding in strangers:
        places = former.get((finding.rule, moved(finding.fingerprint)), ())
        renamed = any(_take(left, place) for place in places)
        (accepted if renamed else new).append(finding)
    return _Matching(_ordered(accepted), new, +left)


def _take(left: Counter[_Key], key: _Key) -> bool:
    """Use up one of the findings that an entry accepts."""
    if left[key] <= 0:
        return False
    left[key] -= 1
    return True


def _key(finding: Finding) -> _Key:
    return (finding.location.path, finding.rule, finding.fingerprint)


def _ordered(findings: Iterable[Finding]) -> list[Finding]:
    return sorted(findings, key=lambda finding: finding.sort_key)


def _baseline(counts: Counter[_Key], messages: Mapping[_Key, str]) -> Baseline:
    return Baseline(tuple(Entry(*key, counts[key], messages.get(key, "")) for key in sorted(+counts)))


def _read(path: str) -> str:
    import os

    from linter.reading import Unreadable, read_regular

    if not os.path.lexists(path):
        raise BaselineError(path, "the baseline does not exist", "Run `backlint baseline create`.")
    try:
        return read_regular(path, _MAX_BYTES, follow=True).decode("utf-8-sig")
    except Unreadable as error:
        raise BaselineError(path, f"cannot read the baseline: {error.reason}", _RESTORE) from None
    except UnicodeDecodeError:
        raise BaselineError(path, "the baseline is not UTF-8 text", _RESTORE) from None


def _refuse_conflicts(path: str, text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith(("<<<<<<< ", ">>>>>>> ", "||||||| ")) or line.rstrip("\r") == "=======":
            help = "Keep the entries of both sides, then run `backlint baseline prune`."
            raise BaselineError(path, "the baseline has an unresolved merge conflict", help, number)


def _entries(path: str, text: str) -> list[Entry]:
    import json

    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        message = f"the baseline is not valid JSON: {error.msg[:1].lower()}{error.msg[1:]}"
        raise BaselineError(path, message, _RESTORE, error.lineno) from None
    except (ValueError, RecursionError):
        raise BaselineError(path, "the baseline is not valid JSON", _RESTORE) from None
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        message = f"the baseline has version {version}; this backlint reads version {VERSION}"
        raise BaselineError(path, message, "Upgrade backlint, or write the baseline anew with this one.")
    if version != VERSION or version is True:
        raise BaselineError(path, f'the baseline does not say `"version": {VERSION}`', _RESTORE)
    try:
        return msgspec.convert(document.get("entries"), list[Entry])
    except msgspec.ValidationError as error:
        message = f"the baseline has a wrong entry: {str(error)[:1].lower()}{str(error)[1:]}"
        raise BaselineError(path, message, _RESTORE) from None
