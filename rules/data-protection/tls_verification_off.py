from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Site, is_run_by_hand
from linter.facts.expressions import Ref
from linter.facts.scopes import Assign
from linter.resolve.definitions import Function
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request", "stream")
_VERIFYING = (
    *(f"{client}.{verb}" for client in ("requests", "requests.Session", "httpx") for verb in _VERBS),
    "httpx.Client",
    "httpx.AsyncClient",
)
_AIOHTTP = (
    "aiohttp.TCPConnector",
    *(f"aiohttp.ClientSession.{verb}" for verb in _VERBS),
    *(f"aiohttp.ClientSession.{verb}" for verb in ("ws_connect",)),
)
_UNVERIFIED = ("ssl._create_unverified_context", "ssl._create_default_https_context")


class TlsVerificationOff(CstRule):
    """A connection accepts any certificate.

    ## Why
    Without the check, whoever sits on the way can answer in the other side's name, read the credentials that
    are sent and change what comes back. The connection is encrypted, but nobody knows for whom.

    ## Bad
        requests.get(url, verify=False)

    ## Good
        requests.get(url)
        requests.get(url, verify="/etc/ssl/internal-ca.pem")

    ## Limits
    Only a switch that is off in the code is reported, not one that a setting or a condition decides. The fix
    is unsafe because a server with a certificate that nobody vouches for is refused from then on.

    ## References
    - https://requests.readthedocs.io/en/latest/user/advanced/#ssl-cert-verification
    - https://docs.python.org/3/library/ssl.html#ssl-security
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "connections that could verify the other side"
    cwe = 295
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """HTTP calls and clients, TLS contexts made without verification, and switches on either."""
        found = backend.calls(*_VERIFYING, *_AIOHTTP, *_UNVERIFIED)
        yield from (site for site in found if not is_run_by_hand(site.location.path))
        for function in backend.functions:
            for statement in function.scope.statements:
                if (
                    isinstance(statement, Assign)
                    and _switch(statement)
                    and not _is_chosen(function, statement)
                ):
                    yield Site(backend, function, statement.span, statement.block)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """Verification that is off by a constant."""
        if subject.call is None:
            yield from self._assigned(subject, backend)
            return
        name = subject.callee.name
        keyword = "verify" if name in _VERIFYING else "ssl"
        off = self._is_off(subject, keyword) or (name in _AIOHTTP and self._is_off(subject, "verify_ssl"))
        if name in _UNVERIFIED or off:
            yield self.finding(
                subject,
                f"`{name}` accepts any certificate, so anyone on the way can read and change what is sent",
                help='leave verification on; give a private authority\'s certificate as `verify="ca.pem"`',
                fixable=off and keyword == "verify",
            )

    def _is_off(self, site: Site, keyword: str) -> bool:
        return site.backend.constant(site.function, site.argument(99, keyword)) is False

    def _assigned(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        for statement in subject.function.scope.statements:
            if not isinstance(statement, Assign) or statement.span != subject.span:
                continue
            target = statement.targets[0]
            assert isinstance(target, Ref)
            holder, _, attribute = target.name.rpartition(".")
            kind = subject.type_of(Ref(holder)) or ""
            value = backend.constant(subject.function, statement.value)
            named = isinstance(statement.value, Ref) and statement.value.name == "ssl.CERT_NONE"
            if (attribute == "verify_mode" and named) or (
                attribute == "verify" and value is False and kind.startswith(("requests.", "httpx."))
            ):
                yield self.finding(
                    subject,
                    f"`{attribute}` switches certificate checks off, so anyone on the way can listen",
                    help="leave verification on, and load a private authority's certificate",
                    fixable=False,
                )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """Drop `verify=False`."""
        from linter.concrete import sole_call, without_keyword

        call = sole_call(node, site.callee.name.rpartition(".")[2])
        return None if call is None else node.deep_replace(call, without_keyword(call, "verify"))


def _is_chosen(function: Function, statement: Assign) -> bool:
    """Whether something decides about the switch: a condition around it, or another value given later."""
    blocks, block = function.scope.blocks, statement.block
    while block:
        if blocks[block].kind in ("if", "else", "case"):
            return True
        block = blocks[block].parent
    return any(
        isinstance(each, Assign) and each.targets == statement.targets and each.value != statement.value
        for each in function.scope.statements
    )


def _switch(statement: Assign) -> bool:
    target = statement.targets[0] if len(statement.targets) == 1 else None
    return isinstance(target, Ref) and target.name.endswith((".verify", ".verify_mode"))
