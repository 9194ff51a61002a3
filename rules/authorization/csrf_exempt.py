from collections.abc import Iterable, Iterator

from linter.backend import Backend, Definition, Guard, Route, Verdict
from linter.facts.expressions import Expr, Ref, Result
from linter.rule import Confidence, Outcome, Rule, Severity

_EXEMPT = (
    "django.views.decorators.csrf.csrf_exempt",
    "flask_wtf.CSRFProtect.exempt",
    "flask_wtf.csrf.CSRFProtect.exempt",
    "flask_seasurf.SeaSurf.exempt",
)
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
            if route.changes_state and any(_trusts_session(guard) for guard in route.guards):
                yield route

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """An exemption on the view or its class."""
        owner = subject.owner or (None if subject.function is None else subject.function.owner)
        for definition in (subject.function, owner):
            if definition is not None and self._is_exempt(definition, backend):
                yield self.finding(
                    subject,
                    f"{subject} trusts the session and skips the CSRF check, so any site can call it",
                    help="remove the exemption and send the token with the request",
                    location=definition.location,
                )
                return

    def _is_exempt(self, definition: Definition, backend: Backend) -> bool:
        parent = definition.parent
        if parent is None:
            return False
        exprs: list[Expr] = [decorator.value for decorator in definition.scope.decorators]
        for expr in tuple(exprs):
            if isinstance(expr, Result):
                call = parent.scope.calls[expr.call]
                exprs.extend(call.args)
        return any(
            isinstance(each, Ref) and backend.project.reference(parent, each.name).name in _EXEMPT
            for each in exprs
        )


def _trusts_session(guard: Guard) -> bool:
    return guard.verdict is Verdict.YES and guard.name.startswith(_SESSION_GUARDS)
