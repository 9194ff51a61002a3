"""Holds findings against the `backlint:` comments of their files.

What a comment hides is kept with the reason that its author gave. What is wrong with a comment
becomes a finding of a `suppression/…` rule, which is a rule like any other: it has a page, and a
comment that names it can hide it, if it gives a reason. No comment hides anything by naming nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

from msgspec.structs import replace

from linter.facts.files import Directive
from linter.facts.spans import line_of, unpack
from linter.finding import Confidence, Edit, Finding, Fix, Location, Severity
from linter.outcome import Hidden, RuleInfo
from linter.parse.comments import MARK, is_date, line_starts, quoted

UNUSED = "suppression/unused"
UNKNOWN_RULE = "suppression/unknown-rule"
EXPIRED = "suppression/expired"
WITHOUT_REASON = "suppression/without-reason"
MALFORMED = "suppression/malformed"

_OWN = "suppression/*"
_NAMED = 4
_FILE = 0


def _info(
    rule: str, severity: Severity, title: str, documentation: str, fix: Literal["", "safe"] = ""
) -> RuleInfo:
    return RuleInfo(rule, title, documentation, severity, Confidence.HIGH, fix=fix)


RULES: Mapping[str, RuleInfo] = {
    info.id: info
    for info in (
        _info(
            UNUSED,
            Severity.WARNING,
            "A suppression hides nothing.",
            """\
The code that the comment excused has been mended or moved. What remains would hide the next finding
of that rule at this place without anyone having looked at it.

A rule that did not run on the file (another profile, not selected) is never called unused. When some
of the named rules still fire, only the others are reported.

The fix removes the comment, or the names that are dead. It is safe: no finding appears by it.""",
            fix="safe",
        ),
        _info(
            UNKNOWN_RULE,
            Severity.WARNING,
            "A suppression names a rule that does not exist.",
            """\
A misspelt name hides nothing, and its author believes that it does. `backlint rules` prints the names
of all rules. A whole practice is written `practice/*`.""",
        ),
        _info(
            EXPIRED,
            Severity.WARNING,
            "A suppression is past its date.",
            """\
`expires=YYYY-MM-DD` in a suppression is a promise to come back. The comment works through that day and
hides nothing afterwards. A date that cannot be read counts as past.

Mend the code, or set a new date and say why.""",
        ),
        _info(
            WITHOUT_REASON,
            Severity.WARNING,
            "A suppression does not say why.",
            """\
The next reader cannot tell a decision from a shortcut. Write the reason after two dashes:

    delete(path)  # backlint: ignore[files/unsafe-path] -- the path is a constant

The comment still hides what it names. The rule runs when the project requires reasons.""",
        ),
        _info(
            MALFORMED,
            Severity.ERROR,
            "A suppression cannot be read.",
            """\
Such a comment hides nothing. It must name the rules that it hides, and a reason follows two dashes:

    # backlint: ignore[practice/rule, practice/*] -- reason
    # backlint: ignore[practice/rule] expires=2027-01-31 -- reason
    # backlint: file-ignore[practice/rule] -- reason

In SQL the comment begins with `--` or stands in `/* */`.""",
        ),
    )
}


def apply(
    findings: Iterable[Finding],
    directives_by_path: Mapping[str, Sequence[Directive]],
    *,
    known_rules: Callable[[str], bool],
    ran: Callable[[str, str], bool],
    today: str,
    require_reason: bool,
    text_of: Callable[[str], str] | None = None,
) -> tuple[list[Finding], list[Hidden], list[Finding]]:
    """The findings that remain, those that comments hide, and findings about the comments.

    `known_rules(rule)` says whether a rule exists, `ran(rule, path)` whether it was run on a file. Both
    are also asked about `practice/*`: for `ran` that means every rule of the practice. `today` is an
    ISO date. `text_of(path)` gives the source of a file; with it, unused comments carry
    their fix. All three lists are in report order.
    """
    suppressions = [
        _Suppression(path, directive, today)
        for path in sorted(directives_by_path)
        for directive in directives_by_path[path]
    ]
    index = _Index(suppressions)
    shown: list[Finding] = []
    hidden: list[Hidden] = []
    for finding in sorted(findings, key=_order):
        _settle(finding, index.claims(finding, finding.location.line), shown, hidden)
    about: list[Finding] = []
    for suppression in suppressions:
        for finding in suppression.complaints(known_rules, ran, require_reason, text_of):
            # A complaint is excused where the comment stands, and at the code that it is about.
            claims = index.claims(finding, line_of(suppression.directive.span), suppression.directive.first)
            if require_reason:
                claims = [claim for claim in claims if claim[0].directive.reason]
            _settle(finding, claims, about, hidden)
    return shown, sorted(hidden, key=lambda item: _order(item.finding)), sorted(about, key=_order)


class _Suppression:
    """One directive in one file, and what it turned out to hide."""

    __slots__ = ("active", "directive", "expired", "path", "used")

    def __init__(self, path: str, directive: Directive, today: str) -> None:
        expires = directive.expires
        self.path = path
        self.directive = directive
        self.expired = bool(expires) and (expires < today or not is_date(expires))
        self.active = not self.expired and not directive.problem
        self.used: set[str] = set()

    def complaints(
        self,
        known_rules: Callable[[str], bool],
        ran: Callable[[str, str], bool],
        require_reason: bool,
        text_of: Callable[[str], str] | None,
    ) -> Iterator[Finding]:
        """Findings about the directive itself, once all other findings have been held against it."""
        directive = self.directive
        if self.expired:
            yield self._finding(
                EXPIRED,
                directive.problem
                or f"this suppression expired on {directive.expires} and hides nothing any more",
                "Mend the code, or set a new date and say why.",
            )
            return
        if directive.problem:
            yield self._finding(
                MALFORMED,
                f"this suppression hides nothing: {directive.problem}",
                "Correct the comment or remove it.",
            )
            return
        own = [rule for rule in directive.rules if rule in RULES or rule == _OWN]
        others = [rule for rule in directive.rules if rule not in own]
        unknown = [rule for rule in others if not known_rules(rule)]
        if unknown:
            yield self._finding(
                UNKNOWN_RULE,
                f"there is no rule {_names(unknown)}, so nothing is hidden by that name",
                "Correct the name; `backlint rules` prints them all.",
            )
        if require_reason and not directive.reason:
            yield self._finding(
                WITHOUT_REASON,
                "this suppression does not say why",
                "Add ` -- ` and the reason to the comment.",
            )
        dead = [
            rule for rule in others if rule not in self.used and rule not in unknown and ran(rule, self.path)
        ]
        if dead:
            yield self._unused(dead, text_of)

    def _unused(self, dead: Sequence[str], text_of: Callable[[str], str] | None) -> Finding:
        where = "in this file" if self.directive.kind == "file-ignore" else "here"
        subject = f"{_names(dead)} {'finds' if len(dead) == 1 else 'find'} nothing {where}"
        if len(dead) == len(self.directive.rules):
            message, help = f"{subject}, so this suppression is unused", "Remove the comment."
        else:
            names = "name" if len(dead) == 1 else "names"
            message, help = f"{subject}, so the {names} can go", f"Remove the {names} from the comment."
        finding = self._finding(UNUSED, message, help)
        if text_of is None:
            return replace(finding, fixable="safe")
        edit = removal(self.directive, self.path, text_of(self.path), dead)
        return replace(finding, fixable="safe", fix=Fix("safe", (edit,))) if edit else finding

    def _finding(self, rule: str, message: str, help: str) -> Finding:
        place = unpack(self.directive.span)
        location = Location(self.path, place.line, place.column + 1, place.end_line, place.end_column + 1)
        return Finding(rule, message, location, RULES[rule].severity, RULES[rule].confidence, help)


class _Index:
    """The active suppressions by file, by the name that they use for a rule, and by line."""

    def __init__(self, suppressions: Iterable[_Suppression]) -> None:
        self._groups: dict[tuple[str, str, int, int], list[_Suppression]] = {}
        self._at_line: dict[tuple[str, str, int], list[list[_Suppression]]] = {}
        for suppression in suppressions:
            if suppression.active:
                for rule in suppression.directive.rules:
                    self._add(suppression, rule)

    def _add(self, suppression: _Suppression, rule: str) -> None:
        path, directive = suppression.path, suppression.directive
        file_wide = directive.kind == "file-ignore"
        first, last = (_FILE, _FILE) if file_wide else (directive.first, directive.last)
        group = self._groups.get((path, rule, first, last))
        if group is None:
            group = self._groups[path, rule, first, last] = []
            for line in range(first, last + 1):
                self._at_line.setdefault((path, rule, line), []).append(group)
        group.append(suppression)

    def claims(self, finding: Finding, *lines: int) -> list[_Claim]:
        """What hides a finding at any of these lines, the comments about the whole file last."""
        return [
            (suppression, name)
            for line in (*lines, _FILE)
            for name in (finding.rule, f"{finding.practice}/*")
            for group in self._at_line.get((finding.location.path, name, line), ())
            for suppression in group
        ]


_Claim: TypeAlias = tuple[_Suppression, str]


def _settle(finding: Finding, claims: Sequence[_Claim], shown: list[Finding], hidden: list[Hidden]) -> None:
    """Hide the finding if anything claims it; every claim counts as used, the first gives the reason."""
    for suppression, name in claims:
        suppression.used.add(name)
    if claims:
        hidden.append(Hidden(finding, "suppression", claims[0][0].directive.reason))
    else:
        shown.append(finding)


def removal(directive: Directive, path: str, text: str, dead: Collection[str]) -> Edit | None:
    """The edit that takes the `dead` names out of a directive, or all of it when none is left.

    `text` is the file. A comment alone on its line goes with the line. None when the directive does not
    stand where its span says, as in a file whose lines are too long for a span.
    """
    starts = line_starts(text)
    place = unpack(directive.span)
    if place.end_line > len(starts):
        return None
    start = starts[place.line - 1] + place.column
    end = starts[place.end_line - 1] + place.end_column
    opening = text.find("[", text.find(MARK, start, end), end)
    closing = text.find("]", opening, end)
    if MARK not in text[start:end] or opening < 0 or closing < 0:
        return None
    live = [rule for rule in directive.rules if rule not in dead]
    if live:
        return _edit(path, starts, opening + 1, closing, ", ".join(live))
    line_start = starts[place.line - 1]
    next_line = starts[place.end_line] if place.end_line < len(starts) else len(text)
    before, after = text[line_start:start], text[end:next_line]
    if not before.strip() and not after.strip():
        return _edit(path, starts, line_start, next_line, "")
    if not after.strip():
        return _edit(path, starts, line_start + len(before.rstrip()), end, "")
    following = end + len(after) - len(after.lstrip())
    # Without the comment two words of SQL might touch.
    return _edit(path, starts, start, following, "" if not before or before[-1].isspace() else " ")


def _edit(path: str, starts: Sequence[int], start: int, end: int, content: str) -> Edit:
    line, end_line = bisect_right(starts, start), bisect_right(starts, end)
    column, end_column = start - starts[line - 1] + 1, end - starts[end_line - 1] + 1
    return Edit(Location(path, line, column, end_line, end_column), content)


def _names(rules: Sequence[str]) -> str:
    """Rule names for a message: all of a few, else the first ones and how many more."""
    shown = [quoted(rule) for rule in rules[:_NAMED]]
    if len(rules) > _NAMED:
        shown.append(f"{len(rules) - _NAMED} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def _order(finding: Finding) -> tuple[str, int, int, str, str]:
    return finding.sort_key
