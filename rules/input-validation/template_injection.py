from linter.rule import Confidence, FlowRule, Severity


class TemplateInjection(FlowRule):
    """A template is made of what the caller sends.

    ## Why
    A template language reaches Python's objects, so whoever writes the template runs code on the server.

    ## Bad
        render_template_string("Hello " + name)

    ## Good
        render_template_string("Hello {{ name }}", name=name)

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://portswigger.net/web-security/server-side-template-injection
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "templates compiled from strings that a request leads to"
    cwe = 1336
    owasp = "API8:2023"
    kind = "template"
    says = "`{what}` comes from the caller and becomes part of a template, in which the caller can run code"
    advice = "keep the template constant and pass the value as a variable of it"
