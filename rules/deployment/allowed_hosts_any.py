from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.analyses.configuration import Known, configuration_of
from linter.backend import Backend, Setting, Site
from linter.rule import Confidence, Outcome, Rule, Severity

Place: TypeAlias = "Site | Setting"

_MIDDLEWARE = (
    "fastapi.middleware.trustedhost.TrustedHostMiddleware",
    "starlette.middleware.trustedhost.TrustedHostMiddleware",
)


class AllowedHostsAny(Rule["Place"]):
    """The backend answers whatever host name a request carries.

    ## Why
    Links in mails, redirects and cached pages are built from the host that the request names. With any host
    allowed, a password reset mail can be made to point at somebody else's server.

    ## Bad
        ALLOWED_HOSTS = ["*"]

    ## Good
        ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["shop.example"])

    ## Limits
    Django's setting in what a server runs with, and Starlette's `TrustedHostMiddleware`. A proxy that checks
    host names by itself is not seen.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/settings/#allowed-hosts
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "lists of allowed hosts"
    cwe = 644
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """`ALLOWED_HOSTS` as it is deployed, and middleware that checks hosts."""
        for each in configuration_of(backend).in_force("ALLOWED_HOSTS"):
            if each.setting.framework == "django":
                yield each.setting
        for site in backend.methods_called("add_middleware"):
            middleware = site.resolve(site.argument(0, "middleware_class"))
            if middleware is not None and middleware.name in _MIDDLEWARE:
                yield site

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """A `*` in the list."""
        known = self._known(subject, backend)
        if not isinstance(known.value, (list, tuple)) or "*" not in known.value:
            return
        default = known.origin == "default"
        unless = " unless the environment says otherwise" if default else ""
        shown = "ALLOWED_HOSTS" if isinstance(subject, Setting) else "allowed_hosts"
        yield self.finding(
            subject,
            f"`{shown}` admits any host{unless}, so a caller decides where links in mails point",
            help="list the host names that the backend is reached by",
            confidence=Confidence.MEDIUM if default else None,
        )

    def _known(self, subject: Place, backend: Backend) -> Known:
        configuration = configuration_of(backend)
        if isinstance(subject, Setting):
            return configuration.of(subject)
        return configuration.known(subject.function, subject.argument(99, "allowed_hosts"))
