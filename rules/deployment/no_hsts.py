from collections.abc import Iterable, Iterator

from linter.analyses.configuration import configuration_of
from linter.backend import Backend, Setting
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.secrecy import words_of

_SECURITY = "django.middleware.security.SecurityMiddleware"
_SESSIONS = ".SessionMiddleware"


class NoHsts(Rule[Setting]):
    """Browsers are not told to come back by HTTPS only.

    ## Why
    Without the header, a first request over plain HTTP can be caught on the way, and with it the session.
    Without `SecurityMiddleware`, `SECURE_SSL_REDIRECT` and the other headers have no effect either.

    ## Bad
        MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]

    ## Good
        MIDDLEWARE = ["django.middleware.security.SecurityMiddleware", ...]
        SECURE_HSTS_SECONDS = 31536000

    ## Limits
    Django, in the settings that a server runs with, when it keeps sessions. Confidence is low where only the
    number is missing, as a proxy in front may send the header.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/middleware/#http-strict-transport-security
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "middleware lists of deployed settings"
    cwe = 319
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Setting]:
        """The middleware of each deployed settings module."""
        return (
            each.setting
            for each in configuration_of(backend).in_force("MIDDLEWARE")
            if each.setting.framework == "django"
        )

    def check(self, subject: Setting, backend: Backend) -> Iterator[Outcome]:
        """No security middleware, or one that sends no header."""
        configuration = configuration_of(backend)
        for module in configuration.deployed:
            middleware = configuration.deployed_value(module, "MIDDLEWARE")
            if not isinstance(middleware.value, (list, tuple)):
                yield Undecided("the middleware is not a literal list")
                return
            if not any(str(each).endswith(_SESSIONS) for each in middleware.value):
                continue
            seconds = configuration.deployed_value(module, "SECURE_HSTS_SECONDS")
            if _SECURITY not in middleware.value:
                if any(_sends_header(str(each)) for each in middleware.value):
                    yield Undecided("another middleware may send the header")
                    return
                yield self.finding(
                    subject,
                    "`SecurityMiddleware` is missing, so Django neither redirects to HTTPS nor sends HSTS",
                    help=f'add `"{_SECURITY}"` first and set `SECURE_HSTS_SECONDS`',
                )
            elif self._unset(backend, seconds.value):
                yield self.finding(
                    subject,
                    "`SECURE_HSTS_SECONDS` is not set, so browsers may come back over plain HTTP",
                    help="set `SECURE_HSTS_SECONDS`, unless the proxy in front sends the header",
                    confidence=Confidence.LOW,
                    severity=Severity.NOTE,
                )
            return

    def _unset(self, backend: Backend, value: object) -> bool:
        if value == 0 or value is None:
            return True
        return value is ... and not any(each.name == "SECURE_HSTS_SECONDS" for each in backend.settings)


def _sends_header(middleware: str) -> bool:
    """Whether a middleware is named as one that sets security headers."""
    return not {"secure", "security", "hsts", "csp"}.isdisjoint(words_of(middleware))
