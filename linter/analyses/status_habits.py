"""The statuses of success: of one route, and of those that do the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.answers import answers_of
from linter.analyses.reach import reach_of
from linter.facts.expressions import Comprehension, Constant, Mapping, Ref, Result, Sequence, Template
from linter.facts.scopes import Assign, Return

if TYPE_CHECKING:
    from linter.backend import Backend, Function, Route

_SUCCESS = range(200, 300)
_FEWEST = 5
"""So many other routes have to agree before there is a habit."""
_SHARE = 0.8
_DATA = (Constant, Mapping, Sequence, Template, Comprehension)
_UNTOLD = frozenset({"HEAD", "OPTIONS"})


class Outlier(NamedTuple):
    """A route that answers `status`, where `agreeing` of the `compared` others answer `habit`."""

    route: Route
    status: int
    habit: int
    agreeing: int
    compared: int


class Statuses:
    """What routes answer when all goes well."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._answered: dict[int, set[int | None]] = {}
        self._made: set[tuple[int, int]] = set()
        self._handled: Counter[int] = Counter()
        for answer in answers_of(backend):
            if answer.call is not None:
                self._made.add((id(answer.function), answer.call.span))
            if answer.how == "response":
                self._answered.setdefault(id(answer.function), set()).add(answer.status)
        for route in backend.routes:
            self._handled[id(route.function)] += 1
        self.creating = _outliers(self._creating(), 201)
        """By the id of a route: those that create a row, and answer 200 where the others say 201."""
        self.deleting = _outliers(self._deleting(), 204)
        """By the id of a route: those that delete, answer 200 and nothing else."""

    def of(self, route: Route) -> int | None:
        """The only status of success of a route; None where there are several, or they are not known."""
        function = route.function
        if function is None or route.is_graphql or route.websocket or not route.outputs:
            return None
        if route.framework in ("fastapi", "starlette", "litestar"):
            # What a decorator declares holds unless the code makes a response of its own.
            overridden = any(status is None or status in _SUCCESS for status in self._made_by(function))
            return None if overridden or _sets_status(function) else route.outputs[0].status
        if _sets_status(function) or not self._is_settled(function):
            return None
        found = {each.status for each in route.outputs if each.is_success}
        return next(iter(found)) if len(found) == 1 and self._handled[id(function)] == 1 else None

    def _is_settled(self, function: Function) -> bool:
        """Whether all that a handler returns is data, or a response that it makes on the spot."""
        for statement in function.scope.statements:
            value = statement.value if isinstance(statement, Return) else Constant(None)
            if isinstance(value, Sequence) and value.kind == "tuple":
                value = value.items[0] if value.items else None
            if isinstance(value, Result):
                if (id(function), function.scope.calls[value.call].span) not in self._made:
                    return False
            elif not isinstance(value, _DATA):
                return False
        return True

    def _made_by(self, function: Function) -> set[int | None]:
        return self._answered.get(id(function), set())

    def _creating(self) -> Iterable[tuple[Route, int]]:
        """Routes that add a row to a collection whose items have routes of their own."""
        collections = {
            _bare(route.path.rpartition("/{")[0])
            for route in self._backend.routes
            if route.path.rstrip("/").endswith("}")
            and not {"GET", "PUT", "PATCH", "DELETE"}.isdisjoint(route.methods)
        }
        reach = reach_of(self._backend)
        for route in self._backend.routes:
            if _verbs(route) == {"POST"} and _bare(route.path) in collections:
                status = self.of(route)
                if status in (200, 201) and reach.tables(route).writes:
                    yield route, status

    def _deleting(self) -> Iterable[tuple[Route, int]]:
        """Routes that delete, and give back nothing."""
        for route in self._backend.routes:
            if _verbs(route) == {"DELETE"} and route.function is not None:
                status = self.of(route)
                if status == 204 or (status == 200 and _gives_nothing(route, route.function)):
                    yield route, status


@lru_cache(maxsize=1)
def statuses_of_success(backend: Backend) -> Statuses:
    """What the routes of a backend answer when all goes well."""
    return Statuses(backend)


def _bare(path: str) -> str:
    return path.rstrip("/")


def _verbs(route: Route) -> frozenset[str]:
    return frozenset(route.methods) - _UNTOLD


def _sets_status(function: Function) -> bool:
    return any(
        isinstance(target, Ref) and target.name.endswith(".status_code")
        for statement in function.scope.statements
        if isinstance(statement, Assign)
        for target in statement.targets
    )


def _gives_nothing(route: Route, function: Function) -> bool:
    """Whether a handler of FastAPI or Litestar, which sends what it returns, returns nothing."""
    returned = [each for each in function.scope.statements if isinstance(each, Return) and each.value]
    return route.framework == "fastapi" and not returned and not function.scope.generator


def _outliers(found: Iterable[tuple[Route, int]], habit: int) -> dict[int, Outlier]:
    pairs = list(found)
    agreeing = sum(status == habit for _, status in pairs)
    if agreeing < _FEWEST or agreeing < _SHARE * len(pairs):
        return {}
    return {
        id(route): Outlier(route, status, habit, agreeing, len(pairs) - 1)
        for route, status in pairs
        if status != habit
    }
