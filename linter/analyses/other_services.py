"""Code that talks to services of somebody else, whose protocols it does not choose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.provenance import provenance_of
from linter.backend import Backend
from linter.facts.expressions import Constant, Expr, Template
from linter.resolve.definitions import Class, Function
from linter.secrecy import words_of

_SCHEMES = ("http://", "https://")
_AT_HOME = ("localhost", "127.", "0.0.0.0", "[::1]")


def serves_other_service(function: Function, backend: Backend) -> bool:
    """Whether what a function makes is asked for by a service that it, or whoever calls it, talks to.

    It talks to one where it calls it itself, or where its class names the address.
    """
    callers = [each for each, _ in provenance_of(backend).callers(function)]
    return any(_talks(each, backend) for each in (function, *callers))


def is_open(name: str, function: Function, backend: Backend) -> bool:
    """Whether a name is that of something that others may know: a salt, or a nonce for another service.

    A salt stands beside the digest. Who answers a request holds its nonce against the last ones.
    """
    last = words_of(name)[-1:]
    return last == ("salt",) or (last == ("nonce",) and serves_other_service(function, backend))


def _talks(function: Function, backend: Backend) -> bool:
    owner = function.owner
    return id(function) in _calling(backend) or (owner is not None and _names_address(owner))


@lru_cache(maxsize=1)
def _calling(backend: Backend) -> frozenset[int]:
    return frozenset(id(each.function) for each in backend.outbound)


def _names_address(cls: Class) -> bool:
    """Whether the body of a class gives a name to an address on another host."""
    values = (each.value for assigned in cls.assignments.values() for each in assigned)
    return any(_is_address(text) for text in _texts(values))


def _texts(values: Iterable[Expr | None]) -> Iterator[str]:
    for value in values:
        first = value.parts[0] if isinstance(value, Template) and value.parts else value
        if isinstance(first, Constant) and isinstance(first.value, str):
            yield first.value


def _is_address(text: str) -> bool:
    scheme, mark, rest = text.partition("://")
    return f"{scheme}{mark}" in _SCHEMES and bool(rest) and not rest.startswith(_AT_HOME)
