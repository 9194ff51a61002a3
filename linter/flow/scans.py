"""Questions that bodies of functions answer alone: they are asked again only of modules that have changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import TypeAlias

from linter.resolve.definitions import Function

Answers: TypeAlias = "dict[str, dict[str, list[int]]]"
"""By question and module, which of its functions it is true of."""


class Scans:
    """The answers of one run. `known` are those of the last run for modules that have not changed."""

    def __init__(self) -> None:
        self.known: Answers = {}
        self.answers: Answers = {}

    def among(
        self, question: str, functions: Iterable[Function], answer: Callable[[Function], bool]
    ) -> list[Function]:
        """Those of some functions that a question is true of.

        The question says all that the answer depends on beside the body of the function.
        """
        known = self.known.get(question, {})
        answers = self.answers.setdefault(question, {})
        found: list[Function] = []
        path, indexes, is_known = "", [0], False
        for function in functions:
            if function.module.path != path:
                path = function.module.path
                is_known = path in known
                indexes = answers[path] = known[path] if is_known else []
            if is_known:
                if function.index in indexes:
                    found.append(function)
            elif answer(function):
                indexes.append(function.index)
                found.append(function)
        return found


def digest_of(names: Iterable[str]) -> str:
    """A short text that stands for many, whatever their order."""
    joined = "\0".join(sorted(names)).encode("utf-8", "surrogatepass")
    return blake2b(joined, digest_size=16).hexdigest()
