from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from linter.analyses.administrators import administration_of
from linter.analyses.answers import Answer, answers_of
from linter.analyses.error_classes import text_of_others
from linter.analyses.error_text import ErrorText, is_debug
from linter.analyses.handlers import handlers_of
from linter.analyses.registered_handlers import registered_handlers
from linter.backend import Backend, Function, Resolved
from linter.facts.expressions import Ref, Result, Sequence
from linter.facts.scopes import Statement
from linter.rule import Confidence, Location, Outcome, Rule, Severity

_READERS = frozenset(
    {"json.loads", "int", "float", "uuid.UUID", "str.encode", "str.strip", "decimal.Decimal"}
    | {"datetime.datetime.strptime", "datetime.datetime.fromisoformat", "datetime.date.fromisoformat"}
)
"""What reads a value of the caller's: its errors say what is wrong with that."""


_AS_JSON = frozenset(
    {"fastapi.HTTPException", "starlette.exceptions.HTTPException", "rest_framework.response.Response"}
)
_JSON_RESPONSES = frozenset({"JsonResponse", "JSONResponse", "ORJSONResponse", "jsonify", "json_response"})


@dataclass(eq=False)
class Told:
    """An answer made while an error is handled, and the text of that error."""

    answer: Answer
    caught: tuple[Resolved, ...]
    text: ErrorText
    error: str | None = None
    """The reference that the error is bound to."""
    reads: bool = False
    """Whether nothing was tried but to read a value: what goes wrong there is what the caller has sent."""

    @property
    def asked(self) -> tuple[Resolved, ...]:
        """The classes that `isinstance` finds the error to be of, where it is asked around the answer."""
        function, project = self.answer.function, self.answer.backend.project
        for block in self.answer.blocks:
            if block.kind == "if" and isinstance(block.subject, Result):
                call = function.scope.calls[block.subject.call]
                if call.callee == Ref("isinstance") and call.args[0] == Ref(self.error or ""):
                    of = call.args[1]
                    named = of.items if isinstance(of, Sequence) else (of,)
                    return tuple(
                        project.reference(function, each.name) for each in named if isinstance(each, Ref)
                    )
        return ()

    @property
    def location(self) -> Location:
        """The answer."""
        return self.answer.location

    @property
    def scope(self) -> str:
        """The function that answers."""
        return self.answer.scope


class ExceptionTextInResponse(Rule[Told]):
    """The text of an unforeseen exception is sent to the caller.

    ## Why
    Such a text is written for the developer. A database error quotes the statement with its values, a
    connection error names hosts and ports, a missing file its path. Attackers read it to find the next step.

    ## Bad
        except Exception as error:
            raise HTTPException(status_code=500, detail=str(error))

    ## Good
        except Exception:
            logger.exception("charge failed")
            raise HTTPException(status_code=502, detail="The bank did not answer")

    ## Limits
    Exceptions that are meant for the caller are left alone: the project's own classes, a `PermissionError`
    and the like where the project raises it itself, `ValueError`, validation errors. Text that is sent only
    in a debug mode complies, as does text that a function of the project rewrites first; one that does
    nothing but return it is seen through. The text of a database error is an error, of any other a warning.
    Low confidence where only administrators, or by `/internal/...` the installation's own programs, are
    answered, and where nothing was tried but to read a value that the caller has sent.

    ## References
    - https://cwe.mitre.org/data/definitions/209.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Error_Handling_Cheat_Sheet.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "answers given while an exception is handled"
    cwe = 209
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Told]:
        """Answers in `except` clauses and in registered exception handlers."""
        by_function: dict[int, list[Answer]] = {}
        for answer in answers_of(backend):
            by_function.setdefault(id(answer.function), []).append(answer)
        yield from _in_clauses(backend, by_function)
        yield from _in_registered(backend, by_function)

    def check(self, subject: Told, backend: Backend) -> Iterator[Outcome]:
        """A body that shows the text of an exception whose text nobody chose."""
        answer = subject.answer
        kind = text_of_others(backend, subject.asked or subject.caught)
        if not kind or answer.body is None or _only_in_debug(answer):
            return
        # FastAPI writes the attributes of what a handler returns, and those of a database error say it all.
        as_json = _is_json(answer) and (kind[0] != "database" or answer.how != "return")
        if not (
            subject.text.shows(answer.body, as_json)
            and subject.text.before(answer).shows(answer.body, as_json)
        ):
            return
        routes = administration_of(backend)
        is_for_few = routes.handles(answer.function) or routes.serves_programs(answer.function)
        yield self.finding(
            subject,
            f"the text of {kind[1]} is sent to the caller, with whatever internals it quotes",
            help="log the exception and answer with a text of your own",
            severity=Severity.ERROR if kind[0] == "database" else Severity.WARNING,
            confidence=Confidence.LOW if subject.reads or is_for_few else None,
        )


def _in_clauses(backend: Backend, answers: dict[int, list[Answer]]) -> Iterator[Told]:
    for handler in handlers_of(backend):
        own = answers.get(id(handler.function), [])
        inside = _blocks_in(handler.function, handler.index) if own else frozenset[int]()
        own = [answer for answer in own if answer.block in inside]
        if own:
            text = ErrorText(backend, handler.function, handler.bound, handler.statements)
            reads = bool(handler.tried) and all(each.callee.name in _READERS for each in handler.tried)
            yield from (Told(answer, handler.caught, text, handler.bound, reads) for answer in own)


def _in_registered(backend: Backend, answers: dict[int, list[Answer]]) -> Iterator[Told]:
    for registered in registered_handlers(backend):
        function = registered.function
        caught = registered.exception or Resolved("Exception" if registered.status == 500 else "?", None)
        if registered.error is None or registered.is_own:
            continue
        statements: list[Statement] = list(function.scope.statements)
        error = f"${registered.error}"
        text = ErrorText(backend, function, error, statements)
        yield from (Told(answer, (caught,), text, error) for answer in answers.get(id(function), []))


def _blocks_in(function: Function, index: int) -> frozenset[int]:
    blocks = function.scope.blocks
    inside = {index}
    for each in range(index + 1, len(blocks)):
        if blocks[each].parent in inside:
            inside.add(each)
    return frozenset(inside)


def _is_json(answer: Answer) -> bool:
    """Whether an answer is written as JSON, in which an exception itself has no text."""
    name = answer.callee.name if answer.call is not None else ""
    return answer.how == "return" or name in _AS_JSON or name.rpartition(".")[2] in _JSON_RESPONSES


def _only_in_debug(answer: Answer) -> bool:
    return any(
        block.subject is not None and is_debug(answer.backend, answer.function, block.subject)
        for block in answer.blocks
        if block.kind == "if"
    )
