from linter.rule import Confidence, FlowRule, Severity


class CodeInjection(FlowRule):
    """A value that the caller sends is run as Python code.

    ## Why
    What is run can do all that the backend can do: read its secrets, its files and its database.

    ## Bad
        eval(request.args["formula"])

    ## Good
        ast.literal_eval(request.args["formula"])

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://owasp.org/www-community/attacks/Code_Injection
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "places that run code and that a request leads to"
    cwe = 94
    owasp = "API8:2023"
    kind = "code"
    says = "`{what}` comes from the caller and `{sink}` runs it, so the caller can run any code"
    advice = "read literals with `ast.literal_eval`; pick functions and modules from a fixed mapping"
