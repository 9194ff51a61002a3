from linter.rule import Confidence, FlowRule, Severity


class LdapInjection(FlowRule):
    """A value that the caller sends is read as an LDAP filter.

    ## Why
    Brackets and `*` in the value change the filter: it matches other entries, or all of them.

    ## Bad
        connection.search(base, f"(uid={name})")

    ## Good
        connection.search(base, f"(uid={escape_filter_chars(name)})")

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://owasp.org/www-community/attacks/LDAP_Injection
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "LDAP searches that a request leads to"
    cwe = 90
    owasp = "API8:2023"
    kind = "ldap"
    says = (
        "`{what}` comes from the caller and `{sink}` reads it as a filter, so the caller can "
        "rewrite the search"
    )
    advice = "escape the value with `escape_filter_chars`"
