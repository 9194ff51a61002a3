from typing import TYPE_CHECKING

from linter.rule import Confidence, FlowRule, Severity

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.flow import Flow

_READ_AND_CALLED = 2
"""How many steps a way has that begins and ends in one function."""


class ServerSideRequestForgery(FlowRule):
    """The caller chooses which address the backend calls.

    ## Why
    The backend stands inside the network: it reaches metadata services, databases and admin pages that the
    caller cannot.

    ## Bad
        requests.get(request.args["url"], timeout=5)

    ## Good
        requests.get(f"https://api.example.com/items/{item}", timeout=5)

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence, and so is an
    address that functions hand on: many products are there to fetch what their users name. A handler that
    calls it by itself is no such product as a rule.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa7-server-side-request-forgery/
    """

    severity = Severity.ERROR
    confidence = Confidence.LOW
    noun = "addresses called by code that a request leads to"
    cwe = 918
    owasp = "API7:2023"
    kind = "url"
    says = "`{what}` comes from the caller and chooses the address that `{sink}` calls"
    advice = "build the URL on a fixed host, or hold its host against an allow list"

    def certainty(self, flow: "Flow", backend: "Backend") -> Confidence:
        if flow.certainty == "sure" and len(flow.path) == _READ_AND_CALLED:
            return Confidence.MEDIUM
        return super().certainty(flow, backend)
