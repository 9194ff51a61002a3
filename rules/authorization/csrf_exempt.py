from collections.abc import Iterable, Iterator

from linter.backend import Backend, Guard, Route, Verdict
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_EXEMPT = ("django.views.decorators.csrf.csrf_exempt", "flask_wtf.CSRFProtect.exempt")
_SESSION_GUARDS = ("django.contrib.auth.", "django.contrib.admin.", "flask_login.", "flask_security.")


class CsrfExempt(Rule[Route]):
    """A view that trusts the session cookie is exempt from the CSRF check.

    ## Why
    The browser sends the cookie with every request, whoever wrote the page that makes it. Without the token
    any site can act as the visitor who is signed in.

    ## Bad
        @csrf_exempt
        @login_required
        def transfer(request): ...

    ## Good
        @login_required
        def transfer(request): ...

    ## Limits
    Only state-changing views behind a session login. Webhooks, token-authenticated APIs and Django REST
    framework views, which check CSRF by themselves, need the exemption or do without the check.

    ## References
    - https://docs.djangoproject.com/en/stable/howto/csrf/
    - https://flask-wtf.readthedocs.io/en/latest/csrf/
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "state-changing views behind a session login"
    cwe = 352

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """State-changing routes whose guard is a session login."""
        for route in backend.routes:
            # The fields of a GraphQL schema share one endpoint, whose form of request decides.
            if route.is_graphql:
                continue
            if route.changes_state and any(_trusts_session(guard) for guard in route.guards):
                yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """An exemption of the view, its class or its blueprint."""
        exemption = next((guard for guard in subject.guards if _exempts(guard)), None)
        if exemption is None:
            return
        definition = subject.owner or subject.function
        place = subject.location if definition is None else definition.location
        yield self.finding(
            subject,
            f"{subject} trusts the session and skips the CSRF check, so any site can call it",
            help="remove the exemption and send the token with the request",
            location=place,
            related=[Note(exemption.location, "the check is switched off here")],
        )


def _exempts(guard: Guard) -> bool:
    return guard.kind == "csrf" and guard.verdict is Verdict.NO and guard.name in _EXEMPT


def _trusts_session(guard: Guard) -> bool:
    return guard.verdict is Verdict.YES and guard.name.startswith(_SESSION_GUARDS)
