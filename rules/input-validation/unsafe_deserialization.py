from linter.rule import Confidence, FlowRule, Severity


class UnsafeDeserialization(FlowRule):
    """What the caller sends is turned into Python objects of the caller's choice.

    ## Why
    Such a document can name any function to call while it is read.

    ## Bad
        pickle.loads(request.get_data())

    ## Good
        json.loads(request.get_data())

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://docs.python.org/3/library/pickle.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "documents read by loaders that build any object"
    cwe = 502
    owasp = "API8:2023"
    kind = "deserialize"
    says = "`{what}` comes from the caller and `{sink}` builds the objects that it names, which runs code"
    advice = "use JSON, or `yaml.safe_load`"
