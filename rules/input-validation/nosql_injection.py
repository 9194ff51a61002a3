from linter.rule import Confidence, FlowRule, Severity


class NosqlInjection(FlowRule):
    """What the caller sends becomes part of a document store's filter.

    ## Why
    A JSON body holds objects as well as strings. `{"password": {"$ne": ""}}` turns a comparison into a
    condition that is always true, and text in `$where` is run as a script.

    ## Bad
        users.find_one({"name": body["name"], "password": body["password"]})

    ## Good
        users.find_one({"name": str(body["name"])})
        users.find_one({"name": {"$eq": body["name"]}})

    ## Limits
    Judged in projects that use a MongoDB client. Strings of the query or a form, and fields that a schema
    declares as strings or numbers, cannot be objects. mongoengine checks keyword filters; `__raw__` it does
    not. What went through code that cannot be seen is reported with low confidence.

    ## References
    - https://cwe.mitre.org/data/definitions/943.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Injection_Prevention_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "document filters that a request leads to"
    cwe = 943
    owasp = "API8:2023"
    kind = "nosql"
    says = (
        "`{what}` may be an object of the caller's, and `{sink}` takes it into its filter, so "
        "operators such as `$ne` work"
    )
    advice = 'convert the value with `str(...)`, declare its type in a schema, or write `{"$eq": value}`'
