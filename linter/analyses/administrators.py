"""What only those can ask for who administer an installation, and may do most of it in other ways."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from linter.analyses.ownership import expressions_of
from linter.backend.routes import Verdict
from linter.facts.expressions import Attr, Ref, walk
from linter.resolve.definitions import Class, Definition, Function
from linter.secrecy import words_of

if TYPE_CHECKING:
    from linter.backend import Backend, Guard, Route

_ADMINISTRATORS = frozenset(
    {"admin", "admins", "administrator", "administrators", "superuser", "superusers", "sysadmin", "staff"}
)
_OTHERS = frozenset({"or", "not", "no", "optional", "own", "owner", "self", "readonly", "read"})
"""Words of guards that let others through as well."""


@lru_cache(maxsize=1)
def administration_of(backend: Backend) -> Administration:
    """Which routes of a backend are for administrators alone."""
    return Administration(backend)


class Administration:
    """Answers for the routes of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._project = backend.project
        self._closed: dict[str, bool] = {}
        self._handlers: dict[int, bool] = {}
        self._inner: dict[int, bool] = {}
        for route in backend.routes:
            closed = self._is_closed(route)
            self._closed[str(route)] = closed and self._closed.get(str(route), True)
            if route.function is not None:
                key = id(route.function)
                self._handlers[key] = closed and self._handlers.get(key, True)
                inner = "internal" in route.path.split("/")
                self._inner[key] = inner and self._inner.get(key, True)

    def enters(self, entry: str) -> bool:
        """Whether an entry, as flows name them, is a route for administrators alone."""
        return self._closed.get(entry, False)

    def handles(self, function: Function) -> bool:
        """Whether a function handles routes, and none but such."""
        return self._handlers.get(id(function), False)

    def serves_programs(self, function: Function) -> bool:
        """Whether a function handles routes, and none but those for the installation's own programs."""
        return self._inner.get(id(function), False)

    def _is_closed(self, route: Route) -> bool:
        return any(self._asks_for_one(each) for each in route.guards if each.name != route.handler)

    def _asks_for_one(self, guard: Guard) -> bool:
        """Whether a guard asks for an administrator: by its name, or by what it looks at."""
        words = words_of(guard.name.rpartition(".")[2])
        if guard.verdict is Verdict.NO or not _OTHERS.isdisjoint(words):
            return False
        if not _ADMINISTRATORS.isdisjoint(words):
            return True
        return _looks_for_one(self._project.by_id(guard.name))


def _looks_for_one(definition: Definition | None) -> bool:
    if isinstance(definition, Class):
        return any(_looks_for_one(each) for each in definition.methods.values())
    if not isinstance(definition, Function) or definition.is_module:
        return False
    return any(
        _is_flag(each.name.rpartition(".")[2])
        for expr in expressions_of(definition)
        for each in walk(expr)
        if isinstance(each, (Ref, Attr))
    )


def _is_flag(name: str) -> bool:
    """Whether a name asks of an account whether it is an administrator's: `is_superuser`."""
    words = words_of(name)
    return words[:1] == ("is",) and not _ADMINISTRATORS.isdisjoint(words)
