"""The statuses that the code behind a route answers with."""

from __future__ import annotations

from functools import lru_cache

from linter.analyses.answers import answers_of
from linter.analyses.reach import reach_of
from linter.backend import Backend, Route
from linter.facts.scopes import Return
from linter.resolve.definitions import Function
from linter.responses import Responses

_FIRST_REDIRECT = 300


@lru_cache(maxsize=1)
def _by_function(backend: Backend) -> dict[int, frozenset[int]]:
    found: dict[int, set[int]] = {}
    for answer in answers_of(backend):
        if answer.status is not None:
            found.setdefault(id(answer.function), set()).add(answer.status)
    return {key: frozenset(statuses) for key, statuses in found.items()}


def statuses_of(backend: Backend, route: Route) -> tuple[int, ...]:
    """The statuses that the handler of a route, or a function behind it, returns or raises, in order.

    Those with which the project's own guards refuse strangers are among them, wherever they are attached.

    Only those that stand in the code: what a framework answers by itself (422, 405) is not among them, and
    neither is what a registered handler makes of the project's own exceptions.
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
        found |= known.get(id(function), frozenset()) | _sent_away(backend, function)
    return tuple(sorted(found))


def _sent_away(backend: Backend, function: Function) -> frozenset[int]:
    """The statuses of the redirects and refusals that a guard returns."""
    responses = Responses(backend.project)
    returned = (
        responses.returned(function, statement.value)
        for statement in function.scope.statements
        if isinstance(statement, Return) and statement.value is not None
    )
    return frozenset(status for status in returned if status is not None and status >= _FIRST_REDIRECT)
