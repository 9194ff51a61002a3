from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from linter.analyses.effects import effects_of
from linter.backend import Backend, Route, Verdict
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_Property: TypeAlias = Callable[[Route], bool]

_FEWEST = 4
_SHOWN = 3


class OddOneOut(Rule[Route]):
    """A route has no guard although all routes beside it have one.

    ## Why
    Guards that are put on route by route are forgotten on one. The neighbours show what was meant.

    ## Bad
        @router.get("", dependencies=[Depends(require_manager)])
        ...
        @router.get("/export")
        def export(): ...

    ## Good
        router = APIRouter(dependencies=[Depends(require_manager)])

    ## Limits
    Neighbours are the routes whose handlers stand in the same module. There must be at least four,
    and all must have a guard. A permission check that one route alone lacks counts too, with low confidence,
    unless its handler looks at the caller itself.
    Unguarded routes that write are the matter of `authentication/unauthenticated-write`.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa5-broken-function-level-authorization/
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "routes with neighbours"
    cwe = 862
    owasp = "API5:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes whose handlers share a module with at least four others."""
        return (
            route
            for neighbours in _neighbours(backend).values()
            if len(neighbours.routes) > _FEWEST
            for route in neighbours.routes
        )

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """No guard, or no permission check, where all neighbours have one."""
        assert subject.function is not None
        if not subject.complete:
            return
        if subject.authenticated is Verdict.NO:
            if subject.changes_state:
                return
            what, has_it = "a guard", _is_guarded
        elif subject.authenticated is Verdict.YES and not _has_permission(subject):
            what, has_it = "a permission check", _has_permission
        else:
            return
        neighbours = _neighbours(backend)[subject.function.module.path]
        handlers = neighbours.handlers(subject, None)
        if len(handlers) < _FEWEST or neighbours.handlers(subject, has_it) != handlers:
            return
        effects = effects_of(backend)
        if effects.is_open_on_purpose(subject):
            return
        if what == "a permission check" and effects.reads_caller(subject.function):
            return
        guarded = [route for route in neighbours.routes if route.handler in handlers and has_it(route)]
        yield self.finding(
            subject,
            f"{subject} lacks {what} and all {len(handlers)} neighbours have one, so it admits whom "
            "they refuse",
            confidence=Confidence.LOW if what != "a guard" else None,
            location=subject.handler_location,
            help=f"add {what}, or put it on the router so that no route can lack it",
            related=[Note(route.handler_location, f"{route} has {what}") for route in guarded[:_SHOWN]],
        )


class _Neighbours:
    """The routes of one module. Sets of handlers are made once: a module may have thousands of routes."""

    def __init__(self) -> None:
        self.routes: list[Route] = []
        self._handlers: dict[tuple[bool, _Property | None], frozenset[str]] = {}

    def handlers(self, subject: Route, has: _Property | None) -> frozenset[str]:
        """Handlers beside the subject's; for one that changes state, those that do so as well."""
        key = (subject.changes_state, has)
        if key not in self._handlers:
            self._handlers[key] = frozenset(
                route.handler
                for route in self.routes
                if (route.changes_state or not subject.changes_state) and (has is None or has(route))
            )
        return self._handlers[key] - {subject.handler}


@lru_cache(maxsize=1)
def _neighbours(backend: Backend) -> dict[str, _Neighbours]:
    found: dict[str, _Neighbours] = {}
    for route in backend.routes:
        if route.function is not None and not route.websocket:
            found.setdefault(route.function.module.path, _Neighbours()).routes.append(route)
    return found


def _is_guarded(route: Route) -> bool:
    return route.authenticated is Verdict.YES


def _has_permission(route: Route) -> bool:
    return any(guard.kind == "authorization" and guard.verdict is Verdict.YES for guard in route.guards)
