from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.ownership import expressions_of
from linter.backend import Backend, Function, Route, Verdict
from linter.facts.expressions import Attr, Constant, Ref, Result, walk
from linter.facts.scopes import Call, Raise, Return
from linter.finding import Note
from linter.guards import refusals_of
from linter.resolve.definitions import arguments_of
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.secrecy import words_of

_REACHED = 40
_DEPTH = 3
_SHOWN = 3
_TOO_MANY = 429
_CHECKS = frozenset(
    {
        "argon2.PasswordHasher.verify",
        "bcrypt.checkpw",
        "django.contrib.auth.aauthenticate",
        "django.contrib.auth.authenticate",
        "django.contrib.auth.hashers.check_password",
        "flask_bcrypt.check_password_hash",
        "flask_bcrypt.Bcrypt.check_password_hash",
        "passlib.context.CryptContext.verify",
        "passlib.context.CryptContext.verify_and_update",
        "pwdlib.PasswordHash.verify",
        "pwdlib.PasswordHash.verify_and_update",
        "werkzeug.security.check_password_hash",
    }
)
"""What holds a password against its hash."""
_VIEWS = ("django.contrib.auth.views.LoginView", "django.contrib.auth.views.PasswordResetView")
_LIMITERS = frozenset(
    {
        "axes",
        "defender",
        "django_ratelimit",
        "fastapi_limiter",
        "flask_limiter",
        "limits",
        "pyrate_limiter",
        "quart_rate_limiter",
        "ratelimit",
        "slowapi",
        "throttled",
    }
)
_DEFAULTS = ("default_limits", "default_limits_per_method", "application_limits")
_RANDOM = (("token",), ("key",), ("secret",), ("signature",))
"""Last words of values that nobody can guess."""
_COUNTED = frozenset(
    {"attempts", "captcha", "lockout", "locked", "ratelimit", "ratelimiter", "throttle", "throttled"}
    | {"attemps", "bucket", "hcaptcha", "limiter", "recaptcha", "throttling", "turnstile"}
)
"""Words of the names that a count of failures, or a test for people, goes by."""


class CredentialRouteWithoutRateLimit(Rule[Route]):
    """A route checks passwords for anybody, as often as they like.

    ## Why
    Lists of leaked passwords are tried by the thousand a minute. A limit by account and by address makes
    that take years.

    ## Bad
        @app.post("/login")
        def login(body: Credentials): ...

    ## Good
        @app.post("/login")
        @limiter.limit("5/minute")
        def login(request: Request, body: Credentials): ...

    ## Limits
    Routes are known by what they do: they hold a password against a hash, and have no guard. A limit at any
    level counts, as do a 429, a count of attempts and a captcha in the code. In a project without any
    limit one route is named for all, as a note: the limit may be in the proxy.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Authentication_Cheat_Sheet.html#login-throttling
    - https://owasp.org/API-Security/editions/2023/en/0xa2-broken-authentication/
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "routes that check passwords"
    cwe = 307
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes without a guard that check a password, each handler once."""
        return _credential_routes(backend)

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """No limit at any level."""
        if _has_limit(subject, backend):
            return
        if not subject.complete or any(
            each.verdict is Verdict.UNKNOWN and each.name != subject.handler for each in subject.guards
        ):
            yield Undecided("a guard or a middleware could not be resolved")
            return
        limited = [route for route in backend.routes if _is_limited(route, backend)]
        if limited:
            yield self.finding(
                subject,
                f"{subject} checks a password and has no rate limit, so passwords can be tried without end",
                help="limit it by account and by address, as other routes are",
                location=subject.handler_location,
                related=[Note(each.location, f"{each} is limited") for each in limited[:_SHOWN]],
            )
            return
        if not _LIMITERS.isdisjoint(backend.project.imported):
            yield Undecided("the project limits rates, in a way that could not be followed")
            return
        routes = _credential_routes(backend)
        if any(_has_limit(each, backend) for each in routes):
            yield Undecided("another route counts attempts in its own code")
        elif routes[0] is subject:
            yield self.finding(
                subject,
                f"the project has no rate limit and {subject} checks a password, so passwords can be tried "
                "without end",
                severity=Severity.NOTE,
                help="limit sign-in by account and by address, here or in the proxy",
                location=subject.handler_location,
                related=[
                    Note(each.handler_location, f"{each} checks one too") for each in routes[1 : _SHOWN + 1]
                ],
            )


@lru_cache(maxsize=1)
def _credential_routes(backend: Backend) -> tuple[Route, ...]:
    found: dict[str, Route] = {}
    for route in backend.routes:
        if not route.changes_state or route.handler in found or _is_guarded(route):
            continue
        if any(each.place == "path" and words_of(each.name)[-1:] in _RANDOM for each in route.inputs):
            continue
        if route.function is not None:
            checks = any(_checks_password(each, backend) for each in _reached(route.function, backend))
        else:
            checks = route.owner is not None and backend.project.derives(route.owner, *_VIEWS)
        if checks:
            found[route.handler] = route
    return tuple(found.values())


def _is_guarded(route: Route) -> bool:
    """Whether something before the handler refuses callers; its own refusal of a wrong password is none."""
    return any(
        each.verdict is Verdict.YES
        and each.kind in ("authentication", "authorization")
        and each.name != route.handler
        for each in route.guards
    )


def _is_limited(route: Route, backend: Backend) -> bool:
    """Whether a guard or a decorator of the route limits its rate."""
    if any(each.kind == "rate-limit" for each in route.guards):
        return True
    function = route.function
    holder = None if function is None else function.parent
    if function is None or holder is None:
        return False
    calls = [
        holder.scope.calls[each.value.call]
        for each in function.scope.decorators
        if isinstance(each.value, Result)
    ]
    names = [backend.project.callee(holder, each).name for each in calls]
    return any(not _LIMITERS.isdisjoint({name.partition(".")[0]}) for name in names)


def _checks_password(function: Function, backend: Backend) -> bool:
    return any(
        backend.project.callee(function, call).name in _CHECKS and not _names_token(call)
        for call in function.scope.calls
    )


def _names_token(call: Call) -> bool:
    """Whether what is checked is a random token: there is nothing to guess."""
    return any(
        words_of(each.name)[-1:] in _RANDOM
        for argument in arguments_of(call)
        for each in walk(argument)
        if isinstance(each, (Ref, Attr))
    )


def _reached(handler: Function, backend: Backend) -> Iterator[Function]:
    """The handler and what it calls, nearest first."""
    pending, seen = [(handler, 0)], {id(handler)}
    while pending and len(seen) < _REACHED:
        function, depth = pending.pop(0)
        yield function
        if depth == _DEPTH:
            continue
        for call in function.scope.calls:
            target = backend.project.callee(function, call).target
            if isinstance(target, Function) and id(target) not in seen:
                seen.add(id(target))
                pending.append((target, depth + 1))


def _has_limit(route: Route, backend: Backend) -> bool:
    if _is_limited(route, backend):
        return True
    if any(
        site.call is not None and site.call.keyword(name) is not None
        for site in backend.methods_called("Limiter")
        for name in _DEFAULTS
    ):
        return True
    functions = [] if route.function is None else list(_reached(route.function, backend))
    if route.owner is not None:
        functions += route.owner.methods.values()
    for guard in route.guards:
        definition = backend.project.by_id(guard.name)
        if isinstance(definition, Function):
            functions.append(definition)
    return any(_counts(each, backend) for each in functions)


def _counts(function: Function, backend: Backend) -> bool:
    """Whether a function answers 429, or names a count of attempts or a test for people."""
    responses = refusals_of(backend.project).responses
    for statement in function.scope.statements:
        if isinstance(statement, Raise) and responses.raised(function, statement.exception) == _TOO_MANY:
            return True
        if isinstance(statement, Return) and responses.returned(function, statement.value) == _TOO_MANY:
            return True
    for expr in expressions_of(function):
        for each in walk(expr):
            name = each.name if isinstance(each, (Ref, Attr)) else ""
            if isinstance(each, Constant) and each.value == _TOO_MANY:
                return True
            words = set(words_of(name))
            if words & _COUNTED or words >= {"rate", "limit"}:
                return True
    return False
