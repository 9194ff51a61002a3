from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.analyses.configuration import Known, configuration_of
from linter.backend import Backend, Setting, Site, is_run_by_hand
from linter.rule import Confidence, Outcome, Rule, Severity

Place: TypeAlias = "Site | Setting"

_APPS = (
    "fastapi.FastAPI",
    "starlette.applications.Starlette",
    "litestar.Litestar",
)
_FLASK = ("flask.Flask.run", "quart.Quart.run", "flask_socketio.SocketIO.run")
_EVERYWHERE = ("0.0.0.0", "::")
_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")


class DebugOn(Rule["Place"]):
    """The backend runs in debug mode.

    ## Why
    Errors then show source code, local variables and settings to whoever causes one. Flask's debugger runs
    any Python that is typed into it.

    ## Bad
        DEBUG = True

    ## Good
        DEBUG = env.bool("DEBUG", default=False)

    ## Limits
    Settings that a server runs with: the module that `wsgi.py` or `asgi.py` names, else those whose name does
    not say development or tests. A debug mode that holds only where the environment says nothing counts for
    less. Flask's own server is judged when it listens to other machines.

    ## References
    - https://docs.djangoproject.com/en/stable/ref/settings/#debug
    - https://flask.palletsprojects.com/en/stable/debugging/
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "debug switches"
    cwe = 489
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """`DEBUG` settings, `debug` arguments of applications, and Flask's own server."""
        yield from (each.setting for each in configuration_of(backend).in_force("DEBUG"))
        for site in backend.calls(*_APPS, *_FLASK):
            if site.argument(99, "debug") is not None and not is_run_by_hand(site.location.path):
                yield site

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """A switch that is on, in the code or where the environment says nothing."""
        known = self._known(subject, backend)
        if known.truth is not True:
            return
        confidence = Confidence.MEDIUM if known.origin == "default" else Confidence.HIGH
        if isinstance(subject, Site) and subject.callee.name in _FLASK:
            host = backend.text(subject.function, subject.argument(0, "host"))
            if host in _THIS_MACHINE:
                return
            confidence = confidence if host in _EVERYWHERE else Confidence.LOW
        unless = " unless the environment says otherwise" if known.origin == "default" else ""
        shown = subject.name if isinstance(subject, Setting) else "debug"
        yield self.finding(
            subject,
            f"`{shown}` is on{unless}, so an error shows code, variables and settings to whoever causes it",
            help='leave it off and let the environment switch it on: `os.environ.get("DEBUG") == "1"`',
            severity=Severity.WARNING if known.origin == "default" else None,
            confidence=confidence,
        )

    def _known(self, subject: Place, backend: Backend) -> Known:
        configuration = configuration_of(backend)
        if isinstance(subject, Setting):
            return configuration.of(subject)
        return configuration.known(subject.function, subject.argument(99, "debug"))
