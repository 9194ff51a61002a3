from linter.rule import Confidence, FlowRule, Severity


class LogInjection(FlowRule):
    """The caller can write lines into the log.

    ## Why
    A newline in a value ends the record. What follows looks like another one: a login that never happened,
    or one that hides what did.

    ## Bad
        logger.info("login of %s failed", request.form["name"])

    ## Good
        logger.info("login of %r failed", request.form["name"])

    ## Limits
    Loggers of `logging`, loguru and Flask in projects without a formatter that writes JSON. `%r`, `repr`,
    `json.dumps` and a value without newlines comply. Headers hold none. `{value!r}` of an f-string is not
    told from `{value}`.

    ## References
    - https://cwe.mitre.org/data/definitions/117.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "log records that a request leads to"
    cwe = 117
    owasp = "A09:2021"
    kind = "log"
    says = (
        "`{what}` comes from the caller and `{sink}` writes it with its newlines, so it can pretend "
        "to be another record"
    )
    advice = "write it with `%r`, or use a formatter that writes JSON"
