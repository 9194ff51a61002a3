"""The files with rules in semgrep's language: our own and the project's, found and read but not parsed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import NamedTuple

from linter.config import ConfigError
from linter.packs import builtin_folder
from linter.reading import Unreadable, read_regular

_LARGEST = 5_000_000
_ENDINGS = (".yaml", ".yml")
_TESTS = (".test.yaml", ".test.yml")


class RuleText(NamedTuple):
    """A file with rules that is not parsed yet; `name` is what to call it in a message.

    `builtin` ones come with backlint.
    """

    name: str
    data: bytes
    builtin: bool = False


def builtin_rules() -> str:
    """The folder with the rules that come with backlint; it need not exist."""
    return os.path.join(builtin_folder(), "semgrep")


def read_rules(stated: Sequence[str], root: str) -> tuple[RuleText, ...]:
    """The rule files of backlint, then those at the paths that a configuration states: files or folders.

    Raises `ConfigError` for a path where no rule file can be read.
    """
    own = builtin_rules()
    found = [RuleText(os.path.relpath(path, own), _read(path), builtin=True) for path in _below(own)]
    for path in stated:
        files = list(_below(path)) if os.path.isdir(path) else [path]
        if not files:
            raise ConfigError("there are no semgrep rules (.yaml or .yml) in this folder", path)
        found += [RuleText(_shown(file, root), _read(file)) for file in files]
    return tuple(found)


def digest(texts: Iterable[RuleText]) -> bytes:
    """Changes when any rule does."""
    state = blake2b(digest_size=16)
    for text in texts:
        state.update(blake2b(text.data, digest_size=16).digest() + bytes([text.builtin]))
    return state.digest()


def _below(folder: str) -> Iterator[str]:
    """The rule files in a folder and all below it, hidden ones and those of semgrep's own tests apart."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_ENDINGS) and not name.endswith(_TESTS) and not name.startswith("."):
                yield os.path.join(parent, name)


def _read(path: str) -> bytes:
    try:
        return read_regular(path, _LARGEST, follow=True)
    except Unreadable as error:
        raise ConfigError(f"cannot read semgrep rules: {error.reason}", path) from error


def _shown(path: str, root: str) -> str:
    from linter.targets import lies_in, relative_to

    return relative_to(path, root) if lies_in(path, root) else path
