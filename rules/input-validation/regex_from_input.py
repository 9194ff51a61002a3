from __future__ import annotations

from typing import TYPE_CHECKING

from linter.analyses.administrators import administration_of
from linter.rule import Confidence, FlowRule, Severity

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.flow import Flow


class RegexFromInput(FlowRule):
    """The caller writes a regular expression.

    ## Why
    One such as `(a+)+$` takes years for a text of forty letters, and Python cannot interrupt it: a few
    requests stop all workers.

    ## Bad
        re.search(request.args["q"], text)

    ## Good
        re.search(re.escape(request.args["q"]), text)

    ## Limits
    The functions of `re`, and of `regex` without `timeout`. Engines that take linear time (`re2`) comply.
    What went through code that cannot be seen is reported with low confidence.

    ## References
    - https://cwe.mitre.org/data/definitions/1333.html
    - https://owasp.org/www-community/attacks/Regular_expression_Denial_of_Service_-_ReDoS
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "regular expressions that a request leads to"
    cwe = 1333
    owasp = "API4:2023"
    kind = "regex"
    says = (
        "`{what}` comes from the caller and `{sink}` reads it as a regular expression, so one "
        "request can keep a worker busy for ever"
    )
    advice = (
        "search for the text itself with `re.escape`, or use an engine that takes linear time (`google-re2`)"
    )

    def certainty(self, flow: Flow, backend: Backend) -> Confidence:
        """Low for what only administrators can ask for: what is theirs to choose cannot be told apart."""
        found = super().certainty(flow, backend)
        return Confidence.LOW if administration_of(backend).enters(flow.entry) else found
