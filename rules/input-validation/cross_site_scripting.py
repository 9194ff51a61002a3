from linter.rule import Confidence, FlowRule, Severity


class CrossSiteScripting(FlowRule):
    """What the caller sends becomes part of a page.

    ## Why
    The script runs as the visitor of the page: it acts with their session and reads what they see.

    ## Bad
        return f"Hello {name}"

    ## Good
        return f"Hello {escape(name)}"

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://owasp.org/www-community/attacks/xss/
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "pages made without a template that a request leads to"
    cwe = 79
    owasp = "API8:2023"
    kind = "xss"
    says = "`{what}` comes from the caller and `{sink}` sends it as part of a page, where a script in it runs"
    advice = "render a template that escapes, or escape with `markupsafe.escape`"
