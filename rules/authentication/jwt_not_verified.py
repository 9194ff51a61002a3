from collections.abc import Iterable, Iterator

from linter.backend import Backend, Site
from linter.facts.expressions import Constant, Mapping, Ref
from linter.facts.scopes import Return
from linter.rule import Confidence, CstRule, Outcome, Severity

_DECODERS = ("jwt.decode", "jwt.api_jwt.decode", "jwt.PyJWT.decode", "jose.jwt.decode", "jwt.decode_complete")
_VERIFIERS = (
    "google.oauth2.id_token.verify_oauth2_token",
    "google.oauth2.id_token.verify_token",
    "jose.jws.verify",
    "jwt.PyJWKClient.get_signing_key_from_jwt",
)


class JwtNotVerified(CstRule):
    """A JSON web token is read without checking its signature.

    ## Why
    Anyone can write a token. Without the signature check the claims are whatever the caller put there:
    another user's id, an admin role, an expiry in a hundred years.

    ## Bad
        claims = jwt.decode(token, options={"verify_signature": False})

    ## Good
        claims = jwt.decode(token, key, algorithms=["RS256"], audience="shop")

    ## Limits
    PyJWT and python-jose. A function that verifies the same kind of token as well, so that the first look
    only picks the key, is left alone, and so is one that
    only answers yes or no.

    ## References
    - https://pyjwt.readthedocs.io/en/stable/usage.html
    - https://www.rfc-editor.org/rfc/rfc8725
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "web tokens read"
    cwe = 347
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every call that reads the claims of a token."""
        return backend.calls(*_DECODERS, "jose.jwt.get_unverified_claims")

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """Verification switched off, in a function that does not verify elsewhere."""
        why = self._unverified(subject)
        if not why or self._verified_elsewhere(subject, backend) or self._only_looks(subject):
            return
        received = self._received_from_issuer(subject)
        yield self.finding(
            subject,
            f"{why} leaves the token's signature unchecked, so its claims are whatever the sender wrote",
            help="pass the key and `algorithms=[...]`, and leave verification on",
            confidence=Confidence.LOW if received else None,
        )

    def _unverified(self, site: Site) -> str:
        if site.callee.name.endswith("get_unverified_claims"):
            return "`get_unverified_claims`"
        if site.backend.constant(site.function, site.argument(99, "verify")) is False:
            return "`verify=False`"
        options = site.argument(3, "options")
        if isinstance(options, Ref):
            assigned = site.function.assignments.get(options.name.lstrip("$"), [])
            options = assigned[0].value if len(assigned) == 1 else options
        if isinstance(options, Mapping):
            for key, value in zip(options.keys, options.values, strict=True):
                if key == Constant("verify_signature") and value == Constant(False):
                    return "`verify_signature: False`"
        algorithms = site.argument(2, "algorithms")
        for each in getattr(algorithms, "items", ()):
            if isinstance(each, Constant) and str(each.value).lower() == "none":
                return "the algorithm `none`"
        return ""

    def _verified_elsewhere(self, subject: Site, backend: Backend) -> bool:
        for index in range(len(subject.function.scope.calls)):
            site = backend.site(subject.function, index)
            if site.callee.name in _VERIFIERS:
                return True
            if site.callee.name in _DECODERS and site.call is not subject.call and not self._unverified(site):
                return True
        return False

    def _only_looks(self, subject: Site) -> bool:
        """Whether nothing but yes or no leaves the function: it asks who wrote the token."""
        returned = [each.value for each in subject.function.scope.statements if isinstance(each, Return)]
        return bool(returned) and all(
            isinstance(value, Constant) and isinstance(value.value, bool) for value in returned
        )

    def _received_from_issuer(self, subject: Site) -> bool:
        """Whether the function fetches the token itself: TLS then vouches for it."""
        return any(
            subject.backend.site(subject.function, index).callee.name.startswith(
                ("requests.", "httpx.", "authlib.", "oauthlib.", "requests_oauthlib.")
            )
            for index in range(len(subject.function.scope.calls))
        )
