from linter.rule import Confidence, FlowRule, Severity


class UntrustedSessionValue(FlowRule):
    """What the caller sends is kept in the session unchecked.

    ## Why
    Code that reads the session takes its content for something that the backend has decided.

    ## Bad
        session["role"] = request.form["role"]

    ## Good
        session["user"] = account.id

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://cwe.mitre.org/data/definitions/501.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "writes to the session that a request leads to"
    cwe = 501
    owasp = "API8:2023"
    kind = "session"
    says = "`{what}` comes from the caller and is kept in `{sink}`, where later code takes it as trusted"
    advice = "check the value before it enters the session, or keep an id of your own"
