from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, Outbound, Site, Verdict
from linter.rule import Confidence, CstRule, Outcome, Severity, Undecided

if TYPE_CHECKING:
    import libcst as cst


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
        return (call for call in backend.outbound if not backend.is_run_by_hand(call.function))

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """No timeout where the default is none, or a timeout of None."""
        assert isinstance(subject, Outbound)
        if subject.timeout is Verdict.UNKNOWN:
            yield Undecided("the timeout may be in the arguments that are unpacked")
        elif subject.timeout is Verdict.NO:
            yield self.finding(
                subject,
                f"`{subject.callee.name}` has no timeout, so a server that does not answer blocks this "
                "worker for ever",
                help="pass `timeout=10`, or what the other side needs",
            )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """Add `timeout=10`."""
        from linter.concrete import sole_call, with_keyword

        call = sole_call(node, site.callee.name.rpartition(".")[2])
        return None if call is None else node.deep_replace(call, with_keyword(call, "timeout", "10"))
