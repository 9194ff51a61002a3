"""Reads `backlint:` comments.

    delete(path)  # backlint: ignore[files/unsafe-path] -- the path is a constant
    # backlint: ignore[files/unsafe-path, logging/*] expires=2027-01-31 -- until the rewrite
    # backlint: file-ignore[queries/unbounded] -- generated

In SQL the same stands after `--` or in `/* */`, in languages with braces after `//`. A comment after
code covers the statement that it stands in, one on a line of its own covers the next statement,
`file-ignore` covers the file. What is malformed becomes a directive with a `problem`, which hides
nothing and is reported.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple

from linter.facts.files import Directive
from linter.facts.spans import pack
from linter.parse.pieces import Language, Piece, pieces

MARK = "backlint:"

_LINE_END = re.compile(r"\r\n|\r|\n")
_CODE = re.compile(r"\S")
_BLANK = " \t\f\v\ufeff"
_OPENER = {
    "python": re.compile(r"#[ \t]*backlint:"),
    "sql": re.compile(r"(?<!\S)--[ \t]*backlint:"),
    "braces": re.compile(r"(?<!:)//[ \t]*backlint:"),
}
_BLOCK_OPENER = re.compile(r"/\*\s*backlint:")
_NEXT_PRAGMA = {
    "python": re.compile(r"(?<=\s)#(?!\d)"),
    "sql": re.compile(r"(?<=\s)--\s*(?=noqa|sqlfluff:|squawk|backlint:)"),
    "braces": re.compile(r"(?<=\s)//\s*(?=nosem|nolint|eslint|backlint:)"),
}
_EXPIRES = re.compile(r"\bexpires ?= ?(?P<date>[^\s,;)]*)[,;]?", re.IGNORECASE)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_EXAMPLE = "`ignore[practice/rule] -- reason`"


def directives(
    text: str, language: Language, ranges: Callable[[int], tuple[int, int]]
) -> tuple[Directive, ...]:
    """The directives in the comments of `text`, in order.

    `ranges` gives the first and last line of the innermost statement that covers a line; of a
    compound statement it gives the header with its decorators. Lines are 1-based and inclusive.
    """
    if MARK not in text:
        return ()
    starts = line_starts(text)
    comments = [piece for piece in pieces(text, language) if piece.kind == "comment"]
    follows = _what_follows(text, comments)
    found: list[Directive] = []
    for comment, following in zip(comments, follows, strict=True):
        if text.find(MARK, comment.start, comment.end) < 0:
            continue
        for start, end, body in _marked(text, comment, language):
            parsed = _parse(body)
            if parsed.problem:
                covered = (_line(starts, start), _line(starts, start))
            elif parsed.kind == "file-ignore":
                covered = (1, len(starts))
            else:
                covered = ranges(_target_line(text, starts, comment, following))
            found.append(_directive(parsed, _span(starts, start, end), covered))
    return tuple(found)


def line_starts(text: str) -> list[int]:
    """The offset at which each line begins, lines counted as Python counts them."""
    return [0, *(match.end() for match in _LINE_END.finditer(text))]


def is_date(text: str) -> bool:
    """Whether `text` is a day of the calendar, written YYYY-MM-DD."""
    from datetime import date

    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def quoted(text: str) -> str:
    """`text` in backticks, shortened when it is long: it comes from the checked file."""
    return f"`{text if len(text) <= 60 else text[:59] + '…'}`"


class _Parsed(NamedTuple):
    kind: Literal["ignore", "file-ignore"]
    rules: tuple[str, ...] = ()
    reason: str = ""
    expires: str = ""
    problem: str = ""


def _parse(body: str) -> _Parsed:
    """Read what stands after the mark. The first thing wrong with it becomes the problem."""
    body = " ".join(body.split())
    verb = body.split("[", 1)[0].split(" ", 1)[0]
    listed = body[len(verb) :].lstrip()
    names, closing, rest = listed[1:].partition("]")
    kind: Literal["ignore", "file-ignore"] = "file-ignore" if verb.startswith("file") else "ignore"
    if verb not in ("ignore", "file-ignore"):
        what = f"{quoted(verb)} is no directive" if verb else "the directive is missing"
        return _Parsed(kind, problem=f"{what}; write {_EXAMPLE} or `file-ignore[practice/rule] -- reason`")
    if not listed.startswith("["):
        return _Parsed(kind, problem=f"`{verb}` names no rule; write `{verb}[practice/rule] -- reason`")
    if not closing or "[" in names:
        return _Parsed(kind, problem="the list of rules has no closing bracket")
    rules = tuple(dict.fromkeys(filter(None, map(str.strip, names.split(",")))))
    if not rules:
        return _Parsed(kind, problem=f"the list of rules is empty; write `{verb}[practice/rule] -- reason`")
    reason, expires, problem = _justification(rest)
    return _Parsed(kind, rules, reason, expires, problem)


def _justification(rest: str) -> tuple[str, str, str]:
    """The reason, the expiry date and the problem of what stands after the list of rules."""
    dates = [match["date"].rstrip(".") for match in _EXPIRES.finditer(rest)]
    before, separator, reason = _EXPIRES.sub("", rest).partition("--")
    reason = " ".join(reason.split())
    expires = dates[0] if dates else ""
    if len(dates) > 1:
        return reason, expires, "the directive has more than one expiry date"
    if dates and not is_date(expires):
        return reason, expires, f"{quoted('expires=' + expires)} is not a date; write `expires=YYYY-MM-DD`"
    if before.strip():
        what = "stands before ` -- `" if separator else "does not follow ` -- `"
        return reason, expires, f"the text {quoted(before.strip())} {what}; write {_EXAMPLE}"
    return reason, expires, ""


def _directive(parsed: _Parsed, span: int, covered: tuple[int, int]) -> Directive:
    return Directive(
        kind=parsed.kind,
        rules=parsed.rules,
        reason=parsed.reason,
        expires=parsed.expires,
        span=span,
        first=covered[0],
        last=covered[1],
        problem=parsed.problem,
    )


def _marked(text: str, comment: Piece, language: Language) -> Iterator[tuple[int, int, str]]:
    """The directives of one comment: start, end, and what stands after the mark.

    A line comment may hold several, and other tools' pragmas before and after.
    """
    inside = text[comment.start : comment.end]
    if inside.startswith("/*"):
        opener = _BLOCK_OPENER.match(inside)
        if opener is not None:
            yield comment.start, comment.end, inside[opener.end() :].removesuffix("*/")
        return
    for opener in _OPENER[language].finditer(inside):
        following = _NEXT_PRAGMA[language].search(inside, opener.end())
        body = inside[opener.end() : following.start() if following else len(inside)].rstrip()
        yield comment.start + opener.start(), comment.start + opener.end() + len(body), body


def _what_follows(text: str, comments: Sequence[Piece]) -> list[int]:
    """For each comment, the offset of the first code after it; other comments are passed over."""
    follows = [0] * len(comments)
    for index in range(len(comments) - 1, -1, -1):
        code = _CODE.search(text, comments[index].end)
        position = code.start() if code else len(text)
        after = index + 1
        if after < len(comments) and comments[after].start == position:
            position = follows[after]
        follows[index] = position
    return follows


def _target_line(text: str, starts: Sequence[int], comment: Piece, following: int) -> int:
    """The line whose statement the comment covers.

    That is the comment's own line when code stands before it, else the line of the next code.
    At the end of the file there is none, and the comment covers its own line: it will be unused.
    """
    line = _line(starts, comment.start)
    if text[starts[line - 1] : comment.start].strip(_BLANK) or following >= len(text):
        return line
    return _line(starts, following)


def _line(starts: Sequence[int], offset: int) -> int:
    return bisect_right(starts, offset)


def _span(starts: Sequence[int], start: int, end: int) -> int:
    line, end_line = _line(starts, start), _line(starts, end)
    return pack(line, start - starts[line - 1], end_line, end - starts[end_line - 1])
