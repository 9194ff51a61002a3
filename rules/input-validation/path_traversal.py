from __future__ import annotations

from typing import TYPE_CHECKING

from linter.analyses.administrators import administration_of
from linter.rule import Confidence, FlowRule, Severity

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.flow import Flow


class PathTraversal(FlowRule):
    """The caller chooses which file is used.

    ## Why
    `../` or an absolute path leads out of the folder that was meant, to keys, code and other people's files.

    ## Bad
        open(os.path.join(BASE, name))

    ## Good
        open(safe_join(BASE, name))

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://owasp.org/www-community/attacks/Path_Traversal
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "files named by code that a request leads to"
    cwe = 22
    owasp = "API8:2023"
    kind = "path"
    says = "`{what}` comes from the caller and names the file that `{sink}` uses, so it can be any file"
    advice = "resolve the path and check `is_relative_to(base)`, or use `werkzeug.utils.safe_join`"

    def certainty(self, flow: Flow, backend: Backend) -> Confidence:
        """Low for what only administrators can ask for: what is theirs to choose cannot be told apart."""
        found = super().certainty(flow, backend)
        return Confidence.LOW if administration_of(backend).enters(flow.entry) else found
