from __future__ import annotations

from typing import TYPE_CHECKING

from linter.rule import Confidence, FlowRule, Severity
from linter.secrecy import words_of

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.flow import Flow

_MEANT_FOR_CLIENTS = frozenset({"publishable", "site", "project", "client", "browser", "frontend", "vapid"})
_KEYS = frozenset({"key", "token", "apikey", "cookie"})
_NEVER_SHOWN = frozenset({"secret", "private", "signing", "encryption"})


class SecretSettingInResponse(FlowRule):
    """A response carries a secret of the backend's own: a setting, or what `SecretStr` hides.

    ## Why
    With the signing key anyone makes sessions for anyone, with the password of the database anyone reads it.
    Texts of errors are where such a value slips out: a connection string has its password in it.

    ## Bad
        raise HTTPException(502, f"no answer from {settings.smtp_url()}")

    ## Good
        logger.warning("no answer from %s", settings.smtp_host)
        raise HTTPException(502, "The mail server did not answer")

    ## Limits
    Settings classes, Django's settings, Flask's `config`, module variables that read the environment,
    `get_secret_value()`, and variables of the environment by their name (low confidence). Values are followed
    through functions, texts, containers and errors; hashes, parts, lengths, comparisons and clients that are
    built with a secret tell nothing. Keys and tokens have low confidence, since some are meant for browsers.
    Templates and rows are not judged here.

    ## References
    - https://cwe.mitre.org/data/definitions/200.html
    - https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "answers of functions that read a secret"
    cwe = 200
    owasp = "API8:2023"
    kind = "secret-answer"
    says = "`{what}` is sent to the caller"
    advice = "leave it out of the answer"

    def concerns(self, flow: Flow) -> bool:
        """Whether it is a setting, and none that browsers are given on purpose."""
        return flow.family != "column" and _MEANT_FOR_CLIENTS.isdisjoint(_words(flow))

    def certainty(self, flow: Flow, backend: Backend) -> Confidence:
        if flow.family == "environment":
            return Confidence.LOW
        *rest, last = _words(flow)
        is_key = last in _KEYS and (not rest or rest[-1] not in _NEVER_SHOWN)
        return Confidence.LOW if is_key else super().certainty(flow, backend)


def _words(flow: Flow) -> tuple[str, ...]:
    """The words of the secret's own name."""
    name = flow.what.removesuffix("()").removesuffix(".get_secret_value").removesuffix('"]')
    return words_of(name.rpartition(".")[2].rpartition('"')[2]) or ("",)
