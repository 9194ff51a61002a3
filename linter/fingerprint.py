"""The identity of a finding: the same in the baseline, in SARIF and for GitLab.

A fingerprint has no line number in it, and does not change when code above it moves, when the
statement is indented or wrapped anew, or when a comment is added. It is 32 hexadecimal digits. The
first 16 identify rule, enclosing function and statement, wherever they stand; the last 16 add the
path. So a finding in a renamed file is recognised by its first half, and nothing further is stored.

Two equal statements in one function share their fingerprint: identities are counted, not collected.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec

from linter.facts.files import FileFacts
from linter.facts.ranges import statement_ranges
from linter.finding import Finding
from linter.parse.pieces import Language, language_at, pieces

_HALF = 16
_CLOSING = (")", "]", "}")
_TOKEN = re.compile(r"\w+|[^\w\s\\]")
_PLAIN_STRING = re.compile(r"""(?P<prefix>[a-zA-Z]*)(?P<quote>'{3}|"{3}|'|")(?P<body>[^'"\\]*)(?P=quote)""")


def assign(findings: Iterable[Finding], statement_text: Callable[[Finding], str]) -> list[Finding]:
    """The findings with their fingerprints set, in the order given.

    `statement_text` gives the source of the statement that a finding lies in, or an empty text for
    a finding about a whole file.
    """
    known: dict[tuple[Language, str], str] = {}
    assigned = []
    for finding in findings:
        language = language_at(finding.location.path)
        text = statement_text(finding)
        normal = known.get((language, text))
        if normal is None:
            normal = known[language, text] = normalise(text, language)
        assigned.append(msgspec.structs.replace(finding, fingerprint=_fingerprint(finding, normal)))
    return assigned


def fingerprinted(
    findings: Iterable[Finding], facts: Mapping[str, FileFacts], text_of: Callable[[str], str]
) -> list[Finding]:
    """The findings with fingerprints from the statements that they lie in."""
    files: dict[str, tuple[list[str], dict[int, tuple[int, int]]]] = {}

    def statement_text(finding: Finding) -> str:
        path = finding.location.path
        if path not in facts:
            return ""
        if path not in files:
            lines = text_of(path).replace("\r\n", "\n").replace("\r", "\n").split("\n")
            files[path] = lines, statement_ranges(facts[path])
        lines, around = files[path]
        line = finding.location.line
        first, last = around.get(line, (line, line))
        return "\n".join(lines[first - 1 : last])

    return assign(findings, statement_text)


def moved(fingerprint: str) -> str:
    """The part of a fingerprint that outlives a rename of the file."""
    return fingerprint[:_HALF]


def occurrence(findings: Sequence[Finding]) -> list[int]:
    """For each finding, how many with its fingerprint came up to and including it: 1, 2, …

    Formats that collapse equal fingerprints append this number.
    """
    counts: dict[str, int] = {}
    numbers = []
    for finding in findings:
        counts[finding.fingerprint] = counts.get(finding.fingerprint, 0) + 1
        numbers.append(counts[finding.fingerprint])
    return numbers


def normalise(text: str, language: Language) -> str:
    """The tokens of a statement without layout: what a formatter may change is evened out.

    Comments, whitespace, trailing commas and the choice of quotes do not matter, and neither does
    the indentation of the lines in a multi-line string. All other contents of strings do.
    """
    tokens: list[str] = []
    position = 0
    for piece in pieces(text, language):
        if piece.start < position:
            continue
        tokens += _TOKEN.findall(text, position, piece.start)
        if piece.kind == "string":
            tokens.append(_string(text[piece.start : piece.end], language))
        position = piece.end
    tokens += _TOKEN.findall(text, position)
    following = [*tokens[1:], ""]
    return "\0".join(
        token
        for token, after in zip(tokens, following, strict=False)
        if token != "," or after not in _CLOSING
    )


def _string(token: str, language: Language) -> str:
    """A string with its quotes and its layout evened out."""
    if "\n" in token or "\r" in token:
        lines = (line.strip() for line in token.splitlines())
        token = "\n".join(line for line in lines if line)
    plain = _PLAIN_STRING.fullmatch(token) if language == "python" else None
    if plain is None:
        return token
    quotes = '"' * len(plain["quote"])
    return f"{plain['prefix'].lower().replace('u', '')}{quotes}{plain['body']}{quotes}"


def _fingerprint(finding: Finding, normal: str) -> str:
    path = finding.location.path
    statement = _digest(finding.rule, _local_scope(path, finding.scope), normal)
    return statement + _digest(statement, path)


def _local_scope(path: str, scope: str) -> str:
    """`scope` without the name of its module, which changes when the file is renamed."""
    parts = path.rsplit(".", 1)[0].split("/")
    if parts[-1] == "__init__":
        parts.pop()
    for start in range(len(parts)):
        module = ".".join(parts[start:])
        if scope == module:
            return ""
        if scope.startswith(module + "."):
            return scope[len(module) + 1 :]
    return scope


def _digest(*parts: str) -> str:
    from hashlib import sha256

    # File names that are not UTF-8 hold surrogates.
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:_HALF]
