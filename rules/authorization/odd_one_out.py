from collections.abc import Iterable, Iterator

from linter.analyses.effects import effects_of
from linter.backend import Backend, Route, Verdict
from linter.finding import Note
from linter.rule import Confidence, Location, Outcome, Rule, Severity

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
        by_module: dict[str, list[Route]] = {}
        for route in backend.routes:
            if route.function is not None and not route.websocket:
                by_module.setdefault(route.function.module.path, []).append(route)
        self._neighbours = {path: routes for path, routes in by_module.items() if len(routes) > _FEWEST}
        return (route for routes in self._neighbours.values() for route in routes)

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """No guard, or no permission check, where all neighbours have one."""
        assert subject.function is not None
        if not subject.complete:
            return
        others = [
            route
            for route in self._neighbours[subject.function.module.path]
            if route.function is not subject.function and (route.changes_state or not subject.changes_state)
        ]
        if subject.authenticated is Verdict.NO:
            if subject.changes_state:
                return
            guarded = [route for route in others if route.authenticated is Verdict.YES]
            what = "a guard"
        elif subject.authenticated is Verdict.YES and not _has_permission(subject):
            guarded = [route for route in others if _has_permission(route)]
            what = "a permission check"
        else:
            return
        handlers = {route.handler for route in others}
        names = {route.handler for route in guarded}
        if len(names) < _FEWEST or names != handlers:
            return
        effects = effects_of(backend)
        if effects.is_open_on_purpose(subject):
            return
        if what == "a permission check" and effects.reads_caller(subject.function):
            return
        yield self.finding(
            subject,
            f"{subject} lacks {what} and all {len(names)} neighbours have one, so it admits whom they refuse",
            confidence=Confidence.LOW if what != "a guard" else None,
            location=_handler(subject),
            help=f"add {what}, or put it on the router so that no route can lack it",
            related=[Note(_handler(route), f"{route} has {what}") for route in guarded[:_SHOWN]],
        )


def _has_permission(route: Route) -> bool:
    return any(guard.kind == "authorization" and guard.verdict is Verdict.YES for guard in route.guards)


def _handler(route: Route) -> Location:
    """Where a guard belongs: at the function that answers, or the class that inherits it."""
    function = route.function
    assert function is not None
    inherited = route.owner is not None and function.owner is not route.owner
    return route.owner.location if inherited and route.owner is not None else function.location
