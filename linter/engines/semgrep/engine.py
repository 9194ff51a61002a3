"""semgrep with the rules of a run: what it may say, and which files it wants to see."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING

import msgspec

from linter.engines.semgrep.languages import EXTENSIONS, extensions_in
from linter.engines.semgrep.program import Program, find_program
from linter.engines.semgrep.rule_files import RuleText, digest, read_rules
from linter.reading import Unreadable, read_regular
from linter.source_files import extension_of

if TYPE_CHECKING:
    from linter.config import Settings

_IGNORE_FILE = ".semgrepignore"
_LARGEST_IGNORE_FILE = 1_000_000


class SemgrepEngine(msgspec.Struct, frozen=True):
    """semgrep as it takes part in a run. `program` is None where it is asked for and not installed.

    `ignore` is the project's `.semgrepignore`.
    """

    program: Program | None
    texts: tuple[RuleText, ...]
    ignore: bytes

    @property
    def signature(self) -> bytes:
        """Changes when it may say something else about the same file."""
        program = self.program.signature if self.program is not None else b""
        return b"semgrep\0" + blake2b(program, digest_size=16).digest() + digest(self.texts) + self._ignored()

    @property
    def foreign(self) -> frozenset[str]:
        """The extensions of the files in other languages than Python that it may want to see."""
        if self.program is None:
            return frozenset()
        return extensions_in(text.data for text in self.texts).difference(EXTENSIONS["python"])

    def needed(self, files: Iterable[str]) -> list[RuleText]:
        """The rule files worth parsing: all of the project, and ours for languages that it is written in."""
        present = frozenset(map(extension_of, files))
        return [text for text in self.texts if not text.builtin or present & extensions_in([text.data])]

    def is_idle(self, files: Iterable[str]) -> bool:
        """Whether it has nothing to say about a project with these files, not even that it cannot run."""
        return self.program is not None and not self.program.too_old and not self.needed(files)

    def _ignored(self) -> bytes:
        return blake2b(self.ignore, digest_size=16).digest()


def semgrep_engine(settings: Settings, *, asked: bool) -> SemgrepEngine | None:
    """The engine for a project; None when semgrep is not installed and nobody `asked` for it by name.

    Raises `ConfigError` for rules that cannot be read.
    """
    program = find_program()
    if program is None and not asked:
        return None
    texts = read_rules(settings.semgrep_rules, settings.root)
    return SemgrepEngine(program, texts, _ignore_file(settings.root))


def _ignore_file(root: str) -> bytes:
    """The project's own `.semgrepignore`, without the lines that include other files."""
    try:
        data = read_regular(os.path.join(root, _IGNORE_FILE), _LARGEST_IGNORE_FILE)
    except Unreadable:
        return b""
    return b"\n".join(line for line in data.splitlines() if not line.lstrip().startswith(b":"))
