from collections.abc import Iterable, Iterator

from linter.backend import Backend, Site
from linter.facts.expressions import Constant, Expr, Mapping, Ref, Sequence
from linter.resolve.project import Variable
from linter.rule import Confidence, CstRule, Outcome, Severity

_PYJWT = ("jwt.decode", "jwt.api_jwt.decode", "jwt.PyJWT.decode", "jwt.decode_complete")
_JOSE = ("jose.jwt.decode", "jose.jws.verify")


class JwtWithoutAlgorithms(CstRule):
    """A web token picks the algorithm by which it is checked.

    ## Why
    The token's own header names the algorithm. Where several are accepted, a caller signs a token with HMAC
    and uses the public key, which everyone has, as the secret.

    ## Bad
        claims = jwt.decode(token, key)
        claims = jwt.decode(token, key, algorithms=["HS256", "RS256"])

    ## Good
        claims = jwt.decode(token, key, algorithms=["RS256"])

    ## Limits
    PyJWT and python-jose. Since version 2, PyJWT refuses to verify without a list; the call then fails for
    every token. Tokens that are not verified at all are the matter of `authentication/jwt-not-verified`.

    ## References
    - https://www.rfc-editor.org/rfc/rfc8725#section-3.1
    - https://pyjwt.readthedocs.io/en/stable/algorithms.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "web tokens verified"
    cwe = 347
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every call that verifies a token."""
        return (site for site in backend.calls(*_PYJWT, *_JOSE) if not self._is_unverified(site))

    def _is_unverified(self, site: Site) -> bool:
        if site.backend.constant(site.function, site.argument(99, "verify")) is False:
            return True
        options = self._followed(site, site.argument(3, "options"))
        if options is None:
            return False
        if not isinstance(options, Mapping):
            return True
        return any(
            key == Constant("verify_signature") and value != Constant(True)
            for key, value in zip(options.keys, options.values, strict=True)
        )

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """No list, or one that mixes shared secrets and key pairs."""
        assert subject.call is not None
        given = subject.argument(2, "algorithms")
        if subject.call.is_open and given is None:
            return
        if given is None or given == Constant(None):
            yield self.finding(
                subject,
                f"`{subject.callee.name}` without `algorithms` lets the token choose how it is checked",
                help='name the one that your tokens are signed with: `algorithms=["HS256"]`',
            )
            return
        listed = self._followed(subject, given)
        if not isinstance(listed, Sequence):
            return
        names = [backend.text(subject.function, item) or "" for item in listed.items]
        shared = [name for name in names if name.startswith("HS")]
        paired = [name for name in names if name.startswith(("RS", "ES", "PS", "Ed"))]
        if shared and paired:
            yield self.finding(
                subject,
                f"`{shared[0]}` and `{paired[0]}` are both accepted, so the public key can sign a token",
                help="accept one algorithm for each key",
                confidence=Confidence.MEDIUM,
            )

    def _followed(self, site: Site, expr: Expr | None) -> Expr | None:
        """What a name is assigned, if it is assigned once."""
        if not isinstance(expr, Ref):
            return expr
        assigned = site.function.assignments.get(expr.name.lstrip("$:"), []) if expr.name[0] == "$" else []
        if len(assigned) == 1:
            return assigned[0].value
        target = site.backend.project.reference(site.function, expr.name).target
        return target.assign.value if isinstance(target, Variable) else expr
