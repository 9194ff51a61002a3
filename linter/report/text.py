"""The report for people at a terminal: findings with their source, then what the run amounts to.

Lines and columns are 1-based, columns count code points.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from linter.finding import Finding, Note, Severity
from linter.outcome import Outcome
from linter.report.escape import harmless_log, visible
from linter.report.snippet import snippet, source_line
from linter.report.summary import Tally, counted, headline, rule_to_explain, tally
from linter.report.terminal import Paint, draw_snippet, place

REPEATS_SHOWN_IN_FULL = 3
"""More findings that say the same are listed by place, all but the first."""

_LEFT_OUT: Mapping[str, str] = {
    "gitignore": "ignored by git",
    "exclude": "excluded by the configuration",
    "not in include": "outside `include`",
}
_VARYING = re.compile(r"`[^`]*`|\d[\d,]*")
_OLD_CODE = 10
_PLACE_WIDTH = 56
_SLOWEST = 10


def render(outcome: Outcome, *, colour: bool = False) -> str:
    """Findings with source snippets, then the summary."""
    paint = Paint(colour)
    blocks = ["\n".join(_group_lines(group, outcome, paint)) for group in _groups(outcome.findings)]
    blocks += ["\n".join(lines) for lines in closing(outcome, paint) if lines]
    return harmless_log("\n\n".join(blocks) + "\n")


def closing(outcome: Outcome, paint: Paint) -> Iterator[list[str]]:
    """The end of every report on a terminal: what was not checked, what it cost, the numbers, what next."""
    yield _skipped_lines(outcome, paint)
    yield _failure_lines(outcome, paint)
    yield _stale_lines(outcome, paint)
    yield _timing_lines(outcome, paint)
    yield _trend_lines(outcome, paint)
    counts = tally(outcome)
    yield [*_advice_lines(outcome, counts, paint), _headline(outcome, counts, paint)]


def _groups(findings: Iterable[Finding]) -> Iterator[tuple[Finding, ...]]:
    """Findings in report order; those that say the same join their first when there are many of them."""
    equal: dict[tuple[object, ...], list[Finding]] = {}
    for finding in findings:
        equal.setdefault(_group_key(finding), []).append(finding)
    groups = []
    for members in equal.values():
        if len(members) > REPEATS_SHOWN_IN_FULL:
            groups.append(tuple(members))
        else:
            groups.extend((member,) for member in members)
    return iter(sorted(groups, key=lambda group: group[0].sort_key))


def _group_key(finding: Finding) -> tuple[object, ...]:
    """Names and numbers aside. A finding with a path equals only itself: the path is what proves it."""
    steps = (finding.path, finding.location) if finding.path else ()
    judgement = (finding.severity, finding.confidence, finding.fixable)
    return (finding.rule, _VARYING.sub("`", finding.message), judgement, steps)


def _group_lines(group: Sequence[Finding], outcome: Outcome, paint: Paint) -> Iterator[str]:
    first, *others = group
    yield from _finding_lines(first, outcome, paint)
    if others:
        yield "  " + paint.dim(f"and {counted(len(others), 'more place', 'more places')}:")
        width = min(_PLACE_WIDTH, max(len(place(other.location)) for other in others))
        for other in others:
            said = _what_is_special(other, first, source_line(outcome.sources, other.location))
            yield f"    {place(other.location):<{width}}  {paint.dim(visible(said))}".rstrip()


def _what_is_special(finding: Finding, first: Finding, source: str) -> str:
    """The source line, or the words of the message when they name what the line does not show."""
    names = _VARYING.findall(finding.message)
    if finding.message == first.message or all(name.strip("`") in source for name in names):
        return source
    # What follows the last name or number is the same in the whole group.
    return finding.message[: finding.message.rindex(names[-1]) + len(names[-1])]


def _finding_lines(finding: Finding, outcome: Outcome, paint: Paint) -> Iterator[str]:
    where = paint.bold(place(finding.location))
    severity = paint.severity(finding.severity, finding.severity.value)
    yield f"{where}: {severity}: {visible(finding.message)} {paint.dim(f'[{visible(finding.rule)}]')}"
    lines = snippet(outcome.sources, finding.location)
    yield from draw_snippet(lines, finding.severity, paint, indent="  ")
    yield from _note_lines(finding, outcome, paint)
    if finding.help:
        fix = {"safe": "  (`backlint fix` can do it)", "unsafe": "  (`backlint fix --unsafe` can do it)"}
        offer = paint.dim(fix.get(finding.fixable, ""))
        yield f"  {paint.good('help:')} {_indented(finding.help, 8)}{offer}"


def _note_lines(finding: Finding, outcome: Outcome, paint: Paint) -> Iterator[str]:
    for number, step in enumerate(finding.path, 1):
        label = paint.dim("path:") if number == 1 else "     "
        yield f"  {label} {number}. {_note(step, paint)}"
        line = visible(source_line(outcome.sources, step.location))
        if line:
            yield f"           {paint.dim(line)}"
    for note in finding.related:
        yield f"  {paint.dim('note:')} {_note(note, paint)}"
    if finding.also:
        yield f"  {paint.dim('also:')} {visible(', '.join(finding.also))}"


def _note(note: Note, paint: Paint) -> str:
    return f"{place(note.location)}: {visible(note.message)}"


def _indented(text: str, width: int) -> str:
    return ("\n" + " " * width).join(map(visible, text.splitlines()))


def _skipped_lines(outcome: Outcome, paint: Paint) -> list[str]:
    lines = []
    if outcome.skipped:
        lines.append(paint.bold(f"Not read, or not in full: {counted(len(outcome.skipped), 'file')}"))
        lines += [f"  {visible(item.path)}: {visible(item.reason)}" for item in sorted(outcome.skipped)]
    if outcome.excluded:
        reasons = (
            f"{count:,} {visible(_LEFT_OUT.get(reason, reason))}"
            for reason, count in sorted(outcome.excluded.items())
        )
        lines.append(paint.dim(f"Files and folders left out: {', '.join(reasons)}"))
    return lines


def _failure_lines(outcome: Outcome, paint: Paint) -> list[str]:
    if not outcome.failures:
        return []
    label = paint.severity(Severity.ERROR, "internal error:")
    lines = [f"{label} {visible(item.where)}: {visible(item.message)}" for item in outcome.failures]
    return [*lines, "  The rest of the run is complete. Please report this as a bug in backlint."]


def _stale_lines(outcome: Outcome, paint: Paint) -> list[str]:
    if not outcome.stale:
        return []
    left_over = sum(entry.count for entry in outcome.stale)
    entries = counted(left_over, "baseline entry matches", "baseline entries match")
    lines = [f"{entries} nothing any more; `backlint baseline prune` removes them"]
    for entry in sorted(outcome.stale):
        times = f" ({entry.count} times)" if entry.count > 1 else ""
        lines.append(paint.dim(f"  {visible(entry.path)}: {visible(entry.rule)}{times}"))
    return lines


def _timing_lines(outcome: Outcome, paint: Paint) -> list[str]:
    if not outcome.timings:
        return []
    slowest = sorted(outcome.timings.items(), key=lambda item: (-item[1], item[0]))[:_SLOWEST]
    rows = [f"  {seconds * 1000:>9,.1f} ms  {visible(phase)}" for phase, seconds in slowest]
    return [paint.bold("Time"), *rows]


def _trend_lines(outcome: Outcome, paint: Paint) -> list[str]:
    if outcome.trend is None:
        return []
    from linter.report.figures_text import text_trend

    return text_trend(outcome.trend, paint)


def _advice_lines(outcome: Outcome, counts: Tally, paint: Paint) -> list[str]:
    """What a reader may want to do next; only what applies to this run."""
    advice = []
    if counts.fixable_safe or counts.fixable_unsafe:
        advice.append(_fix_advice(counts))
    if outcome.findings:
        rule = visible(rule_to_explain(outcome))
        advice.append(("What a rule means and how to comply", f"backlint explain {rule}"))
    if counts.findings >= _OLD_CODE and not counts.hidden["baseline"] and not outcome.stale:
        advice.append(("Old code? Accept what is there, report only what is new", "backlint baseline create"))
    if counts.hidden["released"]:
        number = counted(counts.hidden["released"], "problem")
        advice.append(
            (f"{number} in migrations that the base branch has already", "BACKLINT_MIGRATIONS=all backlint")
        )
    if counts.hidden["profile"]:
        number = counted(counts.hidden["profile"], "less certain or less grave problem")
        seen = f"{number} that profile `{visible(outcome.profile)}` leaves out"
        advice.append((seen, "backlint check --profile audit"))
    return [f"{paint.dim(text + ':')} {command}" for text, command in advice]


def _fix_advice(counts: Tally) -> tuple[str, str]:
    if not counts.fixable_safe:
        return f"{counts.fixable_unsafe:,} can be fixed, but read the changes", "backlint fix --unsafe --diff"
    unsafe = f" ({counts.fixable_unsafe:,} more with --unsafe)" if counts.fixable_unsafe else ""
    return f"{counts.fixable_safe:,} can be fixed{unsafe}", "backlint fix"


def _headline(outcome: Outcome, counts: Tally, paint: Paint) -> str:
    whole = headline(outcome)
    if not outcome.findings:
        return paint.good(whole)
    worst = next(severity for severity, number in counts.severities.items() if number)
    return paint.severity(worst, whole)
