from linter.rule import Confidence, FlowRule, Severity


class SqlInjection(FlowRule):
    """A value that the caller sends is read as SQL.

    ## Why
    Whoever fills the hole writes SQL: they read other tables, change rows, or switch a condition off.
    A bound parameter is never read as SQL.

    ## Bad
        cursor.execute(f"SELECT id FROM products WHERE name = '{name}'")

    ## Good
        cursor.execute("SELECT id FROM products WHERE name = ?", (name,))

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://owasp.org/www-community/attacks/SQL_Injection
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "SQL statements that a request leads to"
    cwe = 89
    owasp = "API8:2023"
    kind = "sql"
    says = (
        "`{what}` comes from the caller and `{sink}` reads it as SQL, so the caller can rewrite the statement"
    )
    advice = "pass the value as a bound parameter; pick identifiers from a fixed mapping"
