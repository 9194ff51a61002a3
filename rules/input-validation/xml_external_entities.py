from linter.rule import Confidence, FlowRule, Severity


class XmlExternalEntities(FlowRule):
    """XML of the caller's is read by a parser that opens external entities.

    ## Why
    An external entity names a file or an address, and its content becomes part of the document.

    ## Bad
        parser.setFeature(feature_external_ges, True)
        parser.parse(body)

    ## Good
        parser = make_parser()
        parser.parse(body)

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://docs.python.org/3/library/xml.html#xml-vulnerabilities
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "XML documents read with external entities"
    cwe = 611
    owasp = "API8:2023"
    kind = "xml"
    says = "`{what}` comes from the caller and `{sink}` opens the files and addresses that it names"
    advice = "leave external entities off, which is the default, or parse with `defusedxml`"
