"""The statuses that the code behind a route answers with."""

from __future__ import annotations

from functools import lru_cache

from linter.analyses.answers import answers_of
from linter.analyses.framework_statuses import statuses_of_framework
from linter.analyses.reach import reach_of
from linter.backend import Backend, Route


@lru_cache(maxsize=1)
def _by_function(backend: Backend) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for answer in answers_of(backend):
        if answer.status is not None:
            found.setdefault(id(answer.function), set()).add(answer.status)
    return {key: frozenset(statuses) for key, statuses in found.items()}


def statuses_of(backend: Backend, route: Route) -> tuple[int, ...]:
    """The statuses that the handler of a route, or a function behind it, returns or raises, in order.

    Those with which the project's own guards may refuse strangers are among them, wherever they are attached.

    So are those that the framework makes by itself, for guards and inputs. What a registered handler makes of
    the project's own exceptions is not.
    """
    if route.is_graphql:
        # Errors travel in the body.
        return ()
    known = _by_function(backend)
    found: set[int] = set()
    reach = reach_of(backend)
    for function in reach.functions(route):
        found |= known.get(id(function), frozenset())
    for function in reach.refusing(route):
        found |= known.get(id(function), frozenset())
    found |= statuses_of_framework(backend, route)
    return tuple(sorted(found))
