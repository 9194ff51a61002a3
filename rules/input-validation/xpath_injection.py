from linter.rule import Confidence, FlowRule, Severity


class XpathInjection(FlowRule):
    """A value that the caller sends is read as XPath.

    ## Why
    A quote in the value ends the string, and what follows selects any other node of the document.

    ## Bad
        tree.xpath(f"//user[@id='{id}']")

    ## Good
        tree.xpath("//user[@id=$id]", id=id)

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://owasp.org/www-community/attacks/XPATH_Injection
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "XPath queries that a request leads to"
    cwe = 643
    owasp = "API8:2023"
    kind = "xpath"
    says = (
        "`{what}` comes from the caller and `{sink}` reads it as XPath, so the caller can rewrite the query"
    )
    advice = 'pass the value as an XPath variable: `tree.xpath("//user[@id=$id]", id=value)`'
