"""Which files semgrep's rules look at: the names of languages, and the extensions behind them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

_JAVASCRIPT = (".cjs", ".js", ".jsx", ".mjs")
_TYPESCRIPT = (".cts", ".mts", ".ts", ".tsx")
_PYTHON = (".py", ".pyw")

EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    "c#": (".cs",),
    "csharp": (".cs",),
    "go": (".go",),
    "golang": (".go",),
    "java": (".java",),
    "javascript": _JAVASCRIPT,
    "js": _JAVASCRIPT,
    "kotlin": (".kt", ".kts"),
    "kt": (".kt", ".kts"),
    "php": (".php",),
    "py": _PYTHON,
    "python": _PYTHON,
    "python2": _PYTHON,
    "python3": _PYTHON,
    "ruby": (".rb",),
    "rust": (".rs",),
    "scala": (".scala",),
    "swift": (".swift",),
    "ts": _TYPESCRIPT,
    "typescript": _TYPESCRIPT,
}
"""Extensions by the names that a rule's `languages` use."""

_EVERY = frozenset(each for group in EXTENSIONS.values() for each in group)
_ANY_TEXT = frozenset({"generic", "none", "regex"})
_NAME = re.compile(rb"[a-z]+[23#]?")
_WORD = b"languages"
_STATED = re.compile(rb"^ *[\"']?languages[\"']?: *\[([^\]\n#]*)\] *$", re.MULTILINE)


def extensions_of(languages: Iterable[str]) -> frozenset[str]:
    """The extensions of the files that rules for these languages look at; unknown languages have none."""
    names = {name.lower() for name in languages}
    if names & _ANY_TEXT:
        return _EVERY
    return frozenset(extension for name in names for extension in EXTENSIONS.get(name, ()))


def extensions_in(rules: Iterable[bytes]) -> frozenset[str]:
    """At least the extensions that rule files are about, told without parsing them.

    Parsing would take longer than a run in which nothing changed. A file that writes its `languages` in
    another way than as a list on one line is about every language that it mentions.
    """
    return extensions_of(name.decode() for text in rules for name in _names(text))


def _names(text: bytes) -> frozenset[bytes]:
    stated = _STATED.findall(text)
    parts = stated if stated and len(stated) == text.count(_WORD) else [text]
    return frozenset(name for part in parts for name in _NAME.findall(part))
