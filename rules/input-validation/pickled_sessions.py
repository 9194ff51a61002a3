from collections.abc import Iterable, Iterator

from linter.analyses.configuration import configuration_of
from linter.backend import Backend, Setting
from linter.rule import Confidence, Outcome, Rule, Severity

_PICKLE = "django.contrib.sessions.serializers.PickleSerializer"


class PickledSessions(Rule[Setting]):
    """Sessions are read with pickle.

    ## Why
    Pickle runs what it reads. Whoever learns `SECRET_KEY`, or can write to the store of the sessions, makes a
    session that runs any code when it is loaded. Django took the serializer out for that.

    ## Bad
        SESSION_SERIALIZER = "django.contrib.sessions.serializers.PickleSerializer"

    ## Good
        SESSION_SERIALIZER = "django.contrib.sessions.serializers.JSONSerializer"

    ## Limits
    Django's setting, in what a server runs with.

    ## References
    - https://docs.djangoproject.com/en/4.2/topics/http/sessions/#session-serialization
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "serializers of sessions"
    cwe = 502
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Setting]:
        """`SESSION_SERIALIZER` as it is deployed."""
        for each in configuration_of(backend).in_force("SESSION_SERIALIZER"):
            if each.setting.framework == "django":
                yield each.setting

    def check(self, subject: Setting, backend: Backend) -> Iterator[Outcome]:
        """The serializer that pickles."""
        known = configuration_of(backend).of(subject)
        if known.origin == "code" and known.value == _PICKLE:
            yield self.finding(
                subject,
                "`SESSION_SERIALIZER` reads sessions with pickle, so a forged session runs code",
                help="use `JSONSerializer`, and keep values in sessions that JSON can hold",
            )
