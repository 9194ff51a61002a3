from linter.rule import Confidence, FlowRule, Severity


class HeaderInjection(FlowRule):
    """A value of the caller's can end a header and begin another one.

    ## Why
    A newline in a raw header starts the next header, or the body: the caller sets cookies, or answers in the
    backend's name through a shared cache.

    ## Bad
        self.send_header("X-Name", name)

    ## Good
        self.send_header("X-Name", quote(name))

    ## Limits
    Only headers that nothing checks: those of `http.server`. Flask, Django, Starlette, aiohttp and
    `http.client` refuse a header with a newline, so what is set through them complies.

    ## References
    - https://cwe.mitre.org/data/definitions/113.html
    - https://docs.python.org/3/library/http.server.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "headers written without a check that a request leads to"
    cwe = 113
    owasp = "API8:2023"
    kind = "header"
    says = (
        "`{what}` comes from the caller and `{sink}` writes it into the answer as it is, so a "
        "newline in it starts another header"
    )
    advice = "remove newlines from the value, or encode it with `urllib.parse.quote`"
