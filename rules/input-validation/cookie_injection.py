from linter.rule import Confidence, FlowRule, Severity


class CookieInjection(FlowRule):
    """The caller chooses the name or the value of a cookie.

    ## Why
    Whoever makes a user follow a link sets their cookie: a session that the attacker knows, a preference
    that later code trusts. In a `Set-Cookie` header written by hand, `;` adds `Domain` and `Path` as well.

    ## Bad
        response.headers["Set-Cookie"] = f"theme={theme}"

    ## Good
        response.set_cookie("theme", theme if theme in THEMES else "light")

    ## Limits
    `set_cookie` quotes values, and most frameworks refuse names that are none: such a cookie is reported
    with low confidence, for what it may mean. Werkzeug writes names as they are.

    ## References
    - https://cwe.mitre.org/data/definitions/565.html
    - https://owasp.org/www-community/attacks/Session_fixation
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "cookies that a request leads to"
    cwe = 565
    owasp = "API8:2023"
    kind = "cookie"
    says = (
        "`{what}` comes from the caller and is kept in a cookie by `{sink}`, so a link can set it "
        "for another user"
    )
    advice = "set the cookie to one of a fixed few values, or to an id of your own"
