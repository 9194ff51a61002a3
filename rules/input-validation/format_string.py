from linter.rule import Confidence, FlowRule, Severity


class FormatString(FlowRule):
    """The caller writes a format string for objects of the program.

    ## Why
    `{user.__init__.__globals__[SECRET_KEY]}` walks from any object of the program to its settings: `format`
    reads attributes and items.

    ## Bad
        request.args["pattern"].format(user=user)

    ## Good
        string.Template(request.args["pattern"]).safe_substitute(name=user.name)

    ## Limits
    `str.format` and `format_map` with an instance, class, function or module of the project among the
    arguments. Strings and numbers lead nowhere.

    ## References
    - https://cwe.mitre.org/data/definitions/134.html
    - https://docs.python.org/3/library/string.html#template-strings-strings
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "format strings that a request leads to"
    cwe = 134
    owasp = "API8:2023"
    kind = "format"
    says = (
        "`{what}` comes from the caller and `{sink}` reads it as a format string, so attributes of "
        "what it is given can be read out"
    )
    advice = "use `string.Template`, or pass strings only"
