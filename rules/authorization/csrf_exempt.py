from collections.abc import Iterable, Iterator

from linter.analyses.ownership import expressions_of
from linter.analyses.reached_ids import decorators_of, names_any
from linter.backend import Backend, Function, Guard, Route, Verdict
from linter.facts.expressions import Ref, walk
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_EXEMPT = ("django.views.decorators.csrf.csrf_exempt", "flask_wtf.CSRFProtect.exempt")
_SESSION_GUARDS = ("django.contrib.auth.", "django.contrib.admin.", "flask_login.", "flask_security.")
_SESSION_VALUES = ("flask.session", "flask_login.current_user")
_OTHER_CREDENTIALS = {"META", "api_key", "authorization", "headers", "signature", "token"}
"""What guards read that know their caller by something that no other site can send."""


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
    Only state-changing views behind a session login, a library's or the project's own. Webhooks,
    token-authenticated APIs and Django REST framework views, which check CSRF by themselves, need the
    exemption or do without the check.

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
            if route.changes_state and any(_trusts_session(each, route, backend) for each in route.guards):
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


def _trusts_session(guard: Guard, route: Route, backend: Backend) -> bool:
    """Whether a guard knows its caller by the session cookie: a library's, or code of the project."""
    if guard.verdict is not Verdict.YES or guard.kind not in ("authentication", "authorization"):
        return False
    if guard.name.startswith("flask_login.") and _has_no_sessions(backend):
        return False
    if guard.name.startswith(_SESSION_GUARDS):
        return True
    definition = backend.project.by_id(guard.name)
    if not isinstance(definition, Function) or _is_rest(route, backend):
        return False
    own = (definition, *(each for each in definition.children.values() if isinstance(each, Function)))
    if any(names_any(each, _OTHER_CREDENTIALS) for each in own):
        return False
    return any(_reads_session(each, backend) for each in own)


def _reads_session(function: Function, backend: Backend) -> bool:
    """Whether a function looks at who the session says is calling."""
    for expr in expressions_of(function):
        for each in walk(expr):
            if not isinstance(each, Ref):
                continue
            name = backend.project.reference(function, each.name).name
            if name.startswith(_SESSION_VALUES):
                return True
            if "django" in backend.project.imported and "request.user." in f"{each.name}.".lstrip("$"):
                return True
    return False


def _has_no_sessions(backend: Backend) -> bool:
    """Whether Flask-Login finds callers by what a request carries, and by no session."""
    loaders = {
        each.value.name.rpartition(".")[2]
        for function in backend.functions
        for each in function.scope.decorators
        if isinstance(each.value, Ref)
    }
    return "request_loader" in loaders and "user_loader" not in loaders


def _is_rest(route: Route, backend: Backend) -> bool:
    """Whether Django REST framework answers, which checks CSRF by itself where it takes a session."""
    if route.owner is not None and backend.project.derives(route.owner, "rest_framework.views.APIView"):
        return True
    found = () if route.function is None else decorators_of(route.function, backend)
    return any(each.name.startswith("rest_framework.") for each in found)
