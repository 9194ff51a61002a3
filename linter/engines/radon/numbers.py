"""radon's numbers of a whole file: raw counts, Halstead's measures and the maintainability index."""

from __future__ import annotations

import io
import tokenize
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from linter.engines.radon.bounds import is_data
from linter.measures import Counts

if TYPE_CHECKING:
    import ast

    from linter.parse.python import Parsed

_END = (tokenize.NL, tokenize.NEWLINE)


class Raw(NamedTuple):
    """What `radon.raw.analyze` counts."""

    loc: int
    lloc: int
    sloc: int
    comments: int
    multi: int
    blank: int
    single_comments: int


class Numbers(NamedTuple):
    """The maintainability index of a file and what goes into it; None for a file of data."""

    maintainability: float | None
    counts: Counts


def numbers(parsed: Parsed) -> Numbers | None:
    """radon's numbers of a file; None when radon cannot count its lines."""
    from radon.metrics import h_visit_ast

    raw = count_lines(parsed.text)
    if raw is None:
        return None
    halstead = h_visit_ast(parsed.tree).total
    counts = Counts(*raw, float(halstead.volume), float(halstead.difficulty), float(halstead.effort))
    return Numbers(None if is_data(parsed.tree) else _index(parsed.tree, counts), counts)


def _index(tree: ast.Module, counts: Counts) -> float:
    from radon.metrics import mi_compute
    from radon.visitors import ComplexityVisitor

    complexity = ComplexityVisitor.from_ast(tree).total_complexity
    comments = (counts.comments + counts.multi) / float(counts.sloc) * 100 if counts.sloc else 0
    return float(mi_compute(counts.volume, complexity, counts.lloc, comments))


def count_lines(text: str) -> Raw | None:
    """What `radon.raw.analyze` counts in a source; None where that raises SyntaxError.

    radon reads a statement anew for each of its lines. Here the same lines, stripped as radon strips them,
    are read once: a statement ends where its line does, because no bracket or string is open there, and that
    is also the first place where radon can read it.
    """
    lines = [line.strip() for line in text.splitlines()]
    lloc = comments = single_comments = multi = blank = sloc = 0
    try:
        for tokens, first, last in _statements(lines):
            spanned = lines[first - 1 : last]
            filled = sum(1 for line in spanned if line)
            comments += sum(1 for token in tokens if token.type == tokenize.COMMENT)
            if _is_alone(tokens, tokenize.COMMENT):
                single_comments += 1
            elif _is_alone(tokens, tokenize.STRING):
                if tokens[0].start[0] == tokens[0].end[0]:
                    single_comments += 1
                else:
                    multi += filled
                    blank += len(spanned) - filled
            else:
                sloc += filled
                blank += len(spanned) - filled
            lloc += _logical_lines(tokens)
    except (tokenize.TokenError, SyntaxError):
        return None
    loc = sloc + blank + multi + single_comments
    return Raw(loc, lloc, sloc, comments, multi, blank, single_comments)


def _statements(lines: list[str]) -> Iterator[tuple[list[tokenize.TokenInfo], int, int]]:
    """The tokens of each statement, comment or empty line, without its line end, and its lines."""
    if not lines:
        return
    tokens: list[tokenize.TokenInfo] = []
    first = 1
    # Without indentation each line that ends outside brackets ends a statement, compound or not.
    for token in tokenize.generate_tokens(io.StringIO("\n".join(lines) + "\n").readline):
        if token.type == tokenize.ERRORTOKEN:
            raise SyntaxError
        if token.type == tokenize.NEWLINE or (token.type == tokenize.NL and _is_comment(tokens)):
            yield tokens, first, token.start[0]
            tokens, first = [], token.start[0] + 1
        elif token.type not in (tokenize.NL, tokenize.ENDMARKER):
            tokens.append(token)


def _is_comment(tokens: list[tokenize.TokenInfo]) -> bool:
    """Whether what stands before a line end is no part of a statement."""
    return all(token.type == tokenize.COMMENT for token in tokens)


def _is_alone(tokens: list[tokenize.TokenInfo], kind: int) -> bool:
    return len(tokens) == 1 and tokens[0].type == kind


def _logical_lines(tokens: list[tokenize.TokenInfo]) -> int:
    """radon's logical lines of one statement: those between semicolons, and one more behind a last colon."""
    import radon.raw

    end: Any = (tokenize.ENDMARKER, "")
    return int(radon.raw._logical([*((token.type, token.string) for token in tokens), end]))
