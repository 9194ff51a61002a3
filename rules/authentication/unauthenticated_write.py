from collections.abc import Iterable, Iterator

from linter.analyses.effects import effects_of
from linter.backend import Backend, Route, Verdict
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided


class UnauthenticatedWrite(Rule[Route]):
    """A route that changes data answers callers whom it has not identified.

    ## Why
    Anyone who finds the path can write to the database. In a backend whose other routes ask who is calling,
    one that does not is nearly always forgotten.

    ## Bad
        @router.post("/{product_id}/restock")
        def restock(product_id: int, session: SessionDep): ...

    ## Good
        @router.post("/{product_id}/restock", dependencies=[Depends(current_user)])
        def restock(product_id: int, session: SessionDep): ...

    ## Limits
    Judged in projects where other routes are guarded, for routes all of whose prefixes and guards are known,
    and whose handler is seen to write. Sign-in, sign-up, resets, webhooks and the like are told by what they
    do (they check a password or a signature, or issue a token), else by their path.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "routes that change data"
    cwe = 306
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """State-changing routes of a project that guards routes at all."""
        if not any(route.authenticated is Verdict.YES for route in backend.routes):
            return ()
        return (route for route in backend.routes if route.changes_state and not route.websocket)

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """No guard, a write in reach, and no sign that strangers are welcome."""
        if subject.authenticated is Verdict.YES:
            return
        if subject.authenticated is Verdict.UNKNOWN or not subject.complete or subject.function is None:
            yield Undecided("a guard, a prefix or the handler could not be resolved")
            return
        if not effects_of(backend).writes(subject.function) or effects_of(backend).is_open_on_purpose(
            subject
        ):
            return
        if effects_of(backend).compares_caller(subject.function):
            yield Undecided("the handler compares the caller with somebody, and may write for these only")
            return
        yield self.finding(
            subject,
            f"{subject} writes to the database without a guard, so anyone who finds it can change the data",
            location=subject.handler_location,
            help="guard the route, its router or its blueprint as its neighbours are",
        )
