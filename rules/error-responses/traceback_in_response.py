from collections.abc import Iterable, Iterator

from linter.analyses.answers import Answer, answers_of
from linter.analyses.error_text import ErrorText, is_debug
from linter.backend import Backend
from linter.rule import Confidence, Outcome, Rule, Severity


class TracebackInResponse(Rule[Answer]):
    """A traceback is sent to the caller.

    ## Why
    It shows paths, module names, library versions and lines of source to everyone who can make the request
    fail. That is a map of the service, drawn for whoever attacks it.

    ## Bad
        except Exception:
            return JSONResponse({"error": traceback.format_exc()}, status_code=500)

    ## Good
        except Exception:
            logger.exception("export failed")
            return JSONResponse({"error": "export failed"}, status_code=500)

    ## Limits
    The traceback must reach the body through names of the same function, or through functions that do nothing
    but return it. An answer that is given only in a debug mode complies.

    ## References
    - https://cwe.mitre.org/data/definitions/209.html
    - https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "answers with a body"
    cwe = 209
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Answer]:
        """Every answer whose body can be seen."""
        return (answer for answer in answers_of(backend) if answer.body is not None)

    def check(self, subject: Answer, backend: Backend) -> Iterator[Outcome]:
        """A body that holds a formatted traceback."""
        function = subject.function
        text = ErrorText(backend, function, None, list(function.scope.statements), tracebacks=True)
        if subject.body is None or not text.shows(subject.body) or _only_in_debug(subject):
            return
        if text.before(subject).shows(subject.body):
            yield self.finding(
                subject,
                f"`{function.scope.name}` sends a traceback, so callers see paths, versions and source lines",
                help="log it with `logger.exception(...)` and answer with a text of your own",
            )


def _only_in_debug(answer: Answer) -> bool:
    return any(
        block.subject is not None and is_debug(answer.backend, answer.function, block.subject)
        for block in answer.blocks
        if block.kind == "if"
    )
