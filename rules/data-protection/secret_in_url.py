from linter.rule import Confidence, FlowRule, Severity


class SecretInUrl(FlowRule):
    """A secret of the backend's own stands in the query of a URL that it calls.

    ## Why
    Proxies, gateways and the server that answers write URLs into their logs, and the text of a failed call
    quotes its URL. A header stays out of all of them.

    ## Bad
        requests.get(f"https://api.example.com/rates?key={settings.rates_key}", timeout=5)

    ## Good
        requests.get("https://api.example.com/rates", headers={"X-Key": settings.rates_key}, timeout=5)

    ## Limits
    `params` and what stands after a `?`. Many services take their key in no other place, hence a note with
    low confidence. A secret is what a declaration says is one: settings, `SecretStr`, columns of rows, and
    variables of the environment by their name.

    ## References
    - https://cwe.mitre.org/data/definitions/598.html
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "calls of other systems by functions that read a secret"
    cwe = 598
    owasp = "API8:2023"
    kind = "secret-url"
    says = "`{what}` stands in the query of the URL that `{sink}` calls, where logs keep it"
    advice = "send it in a header"
