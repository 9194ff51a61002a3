from linter.rule import Confidence, FlowRule, Severity


class OpenRedirect(FlowRule):
    """The caller chooses where a redirect leads.

    ## Why
    A link to your site that ends on another one is believed: it is how credentials and tokens are fished.

    ## Bad
        return redirect(request.args["next"])

    ## Good
        return redirect(url_for("index"))

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Unvalidated_Redirects_and_Forwards_Cheat_Sheet.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "redirects that a request leads to"
    cwe = 601
    owasp = "API8:2023"
    kind = "redirect"
    says = "`{what}` comes from the caller and `{sink}` sends the browser there, to any site"
    advice = "allow paths of your own only: check the host, or use `url_has_allowed_host_and_scheme`"
