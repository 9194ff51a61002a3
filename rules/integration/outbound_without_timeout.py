from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Site, is_run_by_hand
from linter.facts.expressions import Constant
from linter.rule import Confidence, CstRule, Outcome, Severity, Undecided

if TYPE_CHECKING:
    import libcst as cst

_VERBS = ("get", "post", "put", "patch", "delete", "head", "options", "request")
_ENDLESS = (
    *(f"requests.{verb}" for verb in _VERBS),
    *(f"requests.Session.{verb}" for verb in _VERBS),
)
_LIMITED = (
    *(f"httpx.{verb}" for verb in (*_VERBS, "stream")),
    *(f"httpx.{client}.{verb}" for client in ("Client", "AsyncClient") for verb in (*_VERBS, "stream")),
    "httpx.Client",
    "httpx.AsyncClient",
)
_URLOPEN = "urllib.request.urlopen"


class OutboundWithoutTimeout(CstRule):
    """A call to another system waits for ever when that system does not answer.

    ## Why
    Each request that waits holds a worker. When the other side hangs, all workers wait after a while, and the
    backend is down although nothing in it is broken.

    ## Bad
        requests.post(url, json=order)

    ## Good
        requests.post(url, json=order, timeout=10)

    ## Limits
    `requests` and `urllib` wait without end by default; `httpx` has five seconds and `aiohttp` five
    minutes, so `httpx` is judged only when the timeout is switched off. Scripts, migrations and management
    commands are left alone. The fix is unsafe because it sets ten seconds, which may be too short for a slow
    service.

    ## References
    - https://requests.readthedocs.io/en/latest/user/quickstart/#timeouts
    - https://www.python-httpx.org/advanced/timeouts/
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "calls to other systems"
    cwe = 400
    owasp = "API4:2023"
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """HTTP calls of libraries whose default is known."""
        for site in backend.calls(*_ENDLESS, *_LIMITED, _URLOPEN):
            if not is_run_by_hand(site.location.path):
                yield site

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """No timeout where the default is none, or a timeout of None."""
        assert subject.call is not None
        name = subject.callee.name
        timeout = subject.argument(2 if name == _URLOPEN else 99, "timeout")
        if timeout is None:
            if subject.call.is_open:
                yield Undecided("the timeout may be in the arguments that are unpacked")
                return
            if name in _LIMITED:
                return
        elif timeout != Constant(None):
            return
        yield self.finding(
            subject,
            f"`{name}` has no timeout, so a server that does not answer blocks this worker for ever",
            help="pass `timeout=10`, or what the other side needs",
        )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """Add `timeout=10`."""
        from linter.concrete import sole_call, with_keyword

        call = sole_call(node, site.callee.name.rpartition(".")[2])
        return None if call is None else node.deep_replace(call, with_keyword(call, "timeout", "10"))
