from linter.rule import Confidence, FlowRule, Severity


class MassAssignment(FlowRule):
    """A model takes whatever fields the caller sends.

    ## Why
    The caller names the columns: `is_admin`, `owner_id`, `balance`, `verified`. A column that is added later
    is open from its first day.

    ## Bad
        user = User(**request.get_json())
        for name, value in body.items():
            setattr(user, name, value)

    ## Good
        user = User(**UserIn.model_validate(request.get_json()).model_dump())

    ## Limits
    What the caller sends is followed through the project's functions, copies and JSON. What a schema has
    validated, what is picked key by key, and keys that are held against an allow-list are left alone, as are
    schemas that accept fields which they do not declare.

    ## References
    - https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "models filled from a mapping"
    cwe = 915
    owasp = "API3:2023"
    kind = "keys"
    says = "`{what}` is used key for key in `{sink}`, so the caller picks the fields that are set"
    advice = "validate the data with a schema that names the fields, or pick them one by one"
