from linter.rule import Confidence, FlowRule, Severity


class CommandInjection(FlowRule):
    """A value that the caller sends is read as a command.

    ## Why
    A shell reads `;`, `|`, `$(…)` and backticks in the value as commands, and runs them with the rights
    of the backend.

    ## Bad
        os.system("convert " + name)

    ## Good
        subprocess.run(["convert", "--", name], check=True)

    ## Limits
    Values are followed through the functions and classes of the project, through containers, strings and
    conditions. Conversions, escaping, allow lists and checks that leave early count. What went through code
    that cannot be seen, or past a check that helps in part, is reported with low confidence.

    ## References
    - https://docs.python.org/3/library/subprocess.html#security-considerations
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "commands that a request leads to"
    cwe = 78
    owasp = "API8:2023"
    kind = "command"
    says = "`{what}` comes from the caller and `{sink}` reads it as a command, so the caller can run programs"
    advice = "pass a list of arguments without a shell, or quote the value with `shlex.quote`"
