from __future__ import annotations

from typing import TYPE_CHECKING

from linter.analyses.administrators import administration_of
from linter.rule import Confidence, FlowRule, Severity

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.flow import Flow


class UnboundedResource(FlowRule):
    """The caller picks how often, how long or how much.

    ## Why
    A loop of ten thousand million turns, a string of as many letters, a sleep of a year: one request takes a
    worker or all memory.

    ## Bad
        def wait(seconds: int):
            time.sleep(seconds)

    ## Good
        def wait(seconds: Annotated[int, Query(le=10)]):
            time.sleep(seconds)

    ## Limits
    Loops over `range`, sleeps, repeated strings and lists, random bytes. A number held against a limit,
    `min`, a remainder, and a declared upper bound (`le`, `lt`) comply. Page sizes have a rule of their own.

    ## References
    - https://cwe.mitre.org/data/definitions/770.html
    - https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "loops, sleeps and sizes that a request leads to"
    cwe = 770
    owasp = "API4:2023"
    kind = "amount"
    says = (
        "`{what}` comes from the caller without an upper bound and `{sink}` takes that much, so one "
        "request can use up a worker"
    )
    advice = "declare an upper bound (`le=...`), or refuse a number that is too large"

    def certainty(self, flow: Flow, backend: Backend) -> Confidence:
        """Low for what only administrators can ask for: what is theirs to choose cannot be told apart."""
        found = super().certainty(flow, backend)
        return Confidence.LOW if administration_of(backend).enters(flow.entry) else found
