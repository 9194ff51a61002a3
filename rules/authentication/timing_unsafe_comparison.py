from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.analyses.provenance import RAW, provenance_of
from linter.analyses.truths import tests_of
from linter.backend import Backend, Site
from linter.facts.expressions import Attr, Expr, Operation, Ref, Result, walk
from linter.rule import Confidence, CstRule, Outcome, Severity
from linter.secrecy import words_of

if TYPE_CHECKING:
    import libcst as cst

_SECRET = frozenset({"secret", "token", "password", "key", "apikey", "signature"})
_CONFIGURED = frozenset({"settings", "config", "configs", "configuration", "environ", "getenv"})


class TimingUnsafeComparison(CstRule):
    """A secret is compared with `==`, which takes longer the more of it is right.

    ## Why
    The comparison stops at the first difference. Who measures the answers learns the secret or the signature
    byte by byte. `hmac.compare_digest` always looks at everything.

    ## Bad
        if signature != hmac.new(key, body, "sha256").hexdigest():

    ## Good
        if not hmac.compare_digest(signature, hmac.new(key, body, "sha256").hexdigest()):

    ## Limits
    Keyed digests, and secrets from settings or the environment that are held against request data. Plain
    checksums are no secret. The fix is unsafe because `compare_digest` raises a `TypeError` where `==` says
    no: for a missing value, for text beyond ASCII, and for text held against bytes.

    ## References
    - https://docs.python.org/3/library/hmac.html#hmac.compare_digest
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "comparisons of secrets"
    cwe = 208
    owasp = "API2:2023"
    fix_safety = "unsafe"
    imports = ("hmac",)

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Places that compare with a keyed digest or a configured secret, safely or not."""
        yield from backend.calls("hmac.compare_digest", "secrets.compare_digest")
        for function in backend.functions:
            for span, block, expr in tests_of(function):
                if _equality(expr) is not None:
                    site = Site(backend, function, span, block)
                    if self._secret(site, expr):
                        yield site

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """An `==` or `!=` on either."""
        if subject.call is not None:
            return
        tests = (expr for span, _, expr in tests_of(subject.function) if span == subject.span)
        what = next((found for expr in tests if (found := self._secret(subject, expr))), "")
        yield self.finding(
            subject,
            f"{what} is compared with `==` or `!=`, so response times tell how much of a guess is right",
            help="use `hmac.compare_digest(a, b)`",
        )

    def _secret(self, site: Site, expr: Expr) -> str:
        """What secret the expression compares, or empty."""
        found = _equality(expr)
        if found is None:
            return ""
        sides = found.operands
        for side, other in (sides, sides[::-1]):
            if self._is_keyed_digest(site, side):
                return "a keyed digest"
            if self._is_configured(site, side) and self._is_outside(site, other):
                return "a configured secret"
        return ""

    def _is_keyed_digest(self, site: Site, expr: Expr, depth: int = 0) -> bool:
        if depth > 4:
            return False
        if isinstance(expr, Ref) and expr.name[0] == "$" and "." not in expr.name:
            values = [each.value for each in site.function.assignments.get(expr.name[1:], ())]
            return any(each is not None and self._is_keyed_digest(site, each, depth + 1) for each in values)
        if not isinstance(expr, Result):
            return False
        call = site.function.scope.calls[expr.call]
        found = site.backend.project.callee(site.function, call)
        if found.name in ("hmac.digest", "hmac.HMAC.hexdigest", "hmac.HMAC.digest", "hmac.new().hexdigest"):
            return True
        if found.name == "hmac.new().digest":
            return True
        inner = [*call.args]
        if isinstance(call.callee, Attr) and call.callee.name in ("decode", "encode", "upper", "lower"):
            inner.append(call.callee.base)
        elif found.name.rpartition(".")[2] not in ("b64encode", "hexlify", "str", "urlsafe_b64encode"):
            return False
        return any(self._is_keyed_digest(site, each, depth + 1) for each in inner)

    def _is_configured(self, site: Site, expr: Expr) -> bool:
        if not isinstance(expr, Ref) or _SECRET.isdisjoint(words_of(expr.name.rpartition(".")[2])):
            return False
        name = site.backend.project.reference(site.function, expr.name).name
        return not _CONFIGURED.isdisjoint(words_of(name))

    def _is_outside(self, site: Site, expr: Expr) -> bool:
        leaves = provenance_of(site.backend).followed(site.function, expr, RAW)
        return any(leaf.kind == "outside" for leaf in leaves)

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """`a == b` becomes `hmac.compare_digest(a, b)`, `a != b` its negation."""
        import libcst as cst
        import libcst.matchers as m

        where = node.test if isinstance(node, (cst.If, cst.While)) else node
        equal = m.ComparisonTarget(operator=m.Equal() | m.NotEqual())
        found = m.findall(where, m.Comparison(comparisons=[equal]))
        if len(found) != 1 or not isinstance(found[0], cst.Comparison):
            return None
        comparison = found[0]
        target = comparison.comparisons[0]
        args = [cst.Arg(comparison.left), cst.Arg(target.comparator)]
        call: cst.BaseExpression = cst.Call(cst.Attribute(cst.Name("hmac"), cst.Name("compare_digest")), args)
        if isinstance(target.operator, cst.NotEqual):
            call = cst.UnaryOperation(cst.Not(), call)
        return node.deep_replace(comparison, call)


def _equality(expr: Expr) -> Operation | None:
    if not isinstance(expr, Operation):
        return None
    for each in walk(expr):
        if isinstance(each, Operation) and each.operator in ("==", "!=") and len(each.operands) == 2:
            return each
    return None
