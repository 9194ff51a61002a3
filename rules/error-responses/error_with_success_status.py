from collections.abc import Iterable, Iterator

from linter.analyses.answers import Answer, answers_of
from linter.backend import Backend, Function
from linter.facts.expressions import Constant, Expr, Mapping, Operation, Result, Sequence, Template
from linter.facts.scopes import Return
from linter.rule import Confidence, Outcome, Rule, Severity

_FAILED = frozenset({"error", "fail", "failed", "failure"})


class ErrorWithSuccessStatus(Rule[Answer]):
    """A handler answers an error with the status 200.

    ## Why
    Clients, proxies, retries and monitoring go by the status. The error is cached and counted as a success,
    and a client that does not know this one body goes on as if all were well.

    ## Bad
        if order is None:
            return {"error": "no such order"}

    ## Good
        if order is None:
            raise HTTPException(status_code=404, detail="no such order")

    ## Limits
    The body must be a literal with an `error` text, `success: False`, `ok: False` or `status: "error"`, and
    be returned by a route's own function. Functions that set the status of the response elsewhere are left
    alone, and so are JSON-RPC and webhooks, whose senders want a 200.

    ## References
    - https://www.rfc-editor.org/rfc/rfc9457
    - https://cheatsheetseries.owasp.org/cheatsheets/REST_Security_Cheat_Sheet.html#http-status-codes
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "literal bodies that routes return"

    def subjects(self, backend: Backend) -> Iterable[Answer]:
        """Dict bodies that a route's function returns itself."""
        routed = {
            id(route.function)
            for route in backend.routes
            if not (route.websocket or route.is_graphql) and "hook" not in route.path.lower()
        }
        for answer in answers_of(backend):
            if id(answer.function) in routed and isinstance(answer.body, Mapping):
                if answer.how == "return" or (answer.how == "response" and _is_returned(answer)):
                    yield answer

    def check(self, subject: Answer, backend: Backend) -> Iterator[Outcome]:
        """An error body with no status of its own, or one that means success."""
        assert isinstance(subject.body, Mapping)
        if not subject.settled or not (subject.status is None or 200 <= subject.status < 300):
            return
        told = _error_in(subject.body, in_handler=subject.within("except") is not None)
        if told:
            yield self.finding(
                subject,
                f"an error (`{told}`) is answered with {subject.status or 200}, as if it were a success",
                help="answer with 4xx or 5xx",
            )


def _is_returned(answer: Answer) -> bool:
    """Whether the response is returned as it is made."""
    returns = (each for each in answer.function.scope.statements if isinstance(each, Return))
    return any(_returns(answer.function, each, answer) for each in returns)


def _returns(function: Function, statement: Return, answer: Answer) -> bool:
    value = statement.value
    if isinstance(value, Sequence) and value.kind == "tuple" and value.items:
        value = value.items[0]
    return isinstance(value, Result) and function.scope.calls[value.call] is answer.call


def _error_in(body: Mapping, *, in_handler: bool) -> str:
    """The entry of a body that says "error"; empty when none does."""
    entries = {
        key.value: value
        for key, value in zip(body.keys, body.values, strict=True)
        if isinstance(key, Constant) and isinstance(key.value, str)
    }
    if "jsonrpc" in entries:
        return ""
    for name in ("success", "ok"):
        if name in entries and _is(entries[name], False):
            return f"{name}: False"
    status = entries.get("status")
    if isinstance(status, Constant) and isinstance(status.value, str) and status.value.lower() in _FAILED:
        return f'status: "{status.value}"'
    for name in ("error", "errors"):
        if name in entries and _says(entries[name], in_handler):
            return name
    return ""


def _is(value: Expr, wanted: bool) -> bool:
    return isinstance(value, Constant) and value.value is wanted


def _says(value: Expr, in_handler: bool) -> bool:
    """Whether an entry surely holds a text: a name may as well hold None."""
    if isinstance(value, Constant):
        return isinstance(value.value, str) and bool(value.value)
    joined = isinstance(value, Operation) and value.operator in ("+", "%")
    return joined or isinstance(value, Template) or (in_handler and not isinstance(value, Sequence))
