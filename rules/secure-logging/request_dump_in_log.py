from collections.abc import Iterable, Iterator

from linter.analyses.log_values import written
from linter.backend import Backend, Class, LogCall
from linter.facts.expressions import Attr, Expr, Operation, Ref, Result
from linter.rule import Confidence, Finding, Outcome, Rule, Severity
from linter.secrecy import secrecy

_SURE = frozenset({"headers", "META", "environ", "cookies", "COOKIES"})
_BODY = frozenset({"POST", "body", "data", "form", "json", "get_json", "get_data", "values"})
_CONFIGURATION = frozenset({"os.environ", "flask.current_app.config", "flask.Flask.config"})
_SERVERS = ("flask.", "fastapi.", "starlette.", "django.", "rest_framework.", "quart.", "sanic.", "litestar.")
_REQUESTS = frozenset({"request", "Request", "HttpRequest", "WSGIRequest", "WebSocket"})
_MODELS = (
    "pydantic.BaseModel",
    "pydantic_settings.BaseSettings",
    "pydantic.BaseSettings",
    "sqlmodel.SQLModel",
)
_DUMPS = frozenset({"model_dump", "model_dump_json", "dict", "json", "vars"})


class RequestDumpInLog(Rule[LogCall]):
    """A whole request, environment or settings object is written to a log.

    ## Why
    Nobody chose what the record holds. Headers carry session cookies and bearer tokens, a form carries the
    password that was typed into it, the environment carries every key of the service.

    ## Bad
        logger.debug("headers: %s", request.headers)
        logger.info("started with %s", settings.model_dump())

    ## Good
        logger.debug("content type: %s", request.headers.get("content-type"))

    ## Limits
    What is read from the object by a key, or passed through a function of the project first, is left alone.
    A model is judged by its fields: it counts when one of them is a secret that prints as text. A
    body gives medium confidence, since many bodies hold no secret.

    ## References
    - https://cwe.mitre.org/data/definitions/532.html
    - https://cheatsheetseries.owasp.org/cheatsheets/Logging_Cheat_Sheet.html#data-to-exclude
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "log records"
    cwe = 532
    owasp = "A09:2021"

    def subjects(self, backend: Backend) -> Iterable[LogCall]:
        """Every log call."""
        return backend.logs

    def check(self, subject: LogCall, backend: Backend) -> Iterator[Outcome]:
        """One finding for each object that the record writes whole."""
        for value in written(subject):
            expr = _origin(subject, value.expr)
            name = _name(subject, expr)
            part = _part_of_request(name)
            secret = _secret_field(subject, expr)
            if secret:
                yield self._found(subject, f"a model is logged whole, and its `{secret}` with it")
            elif part in _SURE or name in _CONFIGURATION:
                shown = f"request.{part}" if part else ".".join(name.split(".")[-2:])
                yield self._found(subject, f"the whole `{shown}` is written to the log, credentials included")
            elif part in _BODY:
                yield self._found(
                    subject,
                    f"the whole `request.{part}` is written to the log, secrets included",
                    Confidence.MEDIUM,
                )

    def _found(self, log: LogCall, message: str, confidence: Confidence = Confidence.HIGH) -> Finding:
        help = "log the fields that you need, by name"
        return self.finding(log, message, help=help, confidence=confidence)


def _origin(log: LogCall, expr: Expr) -> Expr:
    """What a local name was assigned, when it was assigned once."""
    if isinstance(expr, Ref) and expr.name[0] == "$" and "." not in expr.name:
        assigned = log.function.assignments.get(expr.name[1:], [])
        if len(assigned) == 1 and assigned[0].value is not None and assigned[0].operator is None:
            return _awaited(assigned[0].value)
    return expr


def _awaited(expr: Expr) -> Expr:
    return expr.operands[0] if isinstance(expr, Operation) and expr.operator == "await" else expr


def _name(log: LogCall, expr: Expr) -> str:
    """The dotted name of a value, or of the method that gives it."""
    if isinstance(expr, Result):
        call = log.function.scope.calls[expr.call]
        return log.backend.project.callee(log.function, call).name
    found = log.resolve(expr)
    return "" if found is None else found.name


def _part_of_request(name: str) -> str:
    """`headers` for `flask.request.headers` or `?$request.headers`; empty for anything else."""
    head, _, last = name.rpartition(".")
    owner = head.rpartition(".")[2].lstrip("?$")
    if owner not in _REQUESTS:
        return ""
    unknown = head in ("?$request", "?$self.request", "?$req")
    return last if unknown or name.startswith(_SERVERS) else ""


def _secret_field(log: LogCall, expr: Expr) -> str:
    """The secret field that a model shows when it is printed or dumped; empty when there is none."""
    model = _dumped(log, expr) if isinstance(expr, Result) else expr
    kind = log.type_of(model)
    cls = None if kind is None else log.backend.project.by_id(kind)
    return _secret_of(log.backend, cls) if isinstance(cls, Class) else ""


def _dumped(log: LogCall, expr: Result) -> Expr | None:
    """The model that `model.model_dump()` or `vars(model)` writes out."""
    call = log.function.scope.calls[expr.call]
    callee = call.callee
    name = callee.name if isinstance(callee, (Ref, Attr)) else ""
    head, _, last = name.rpartition(".")
    if last not in _DUMPS or call.keyword("exclude") or call.keyword("include"):
        return None
    if last == "vars" and call.args:
        return call.args[0]
    return callee.base if isinstance(callee, Attr) else Ref(head) if len(head) > 1 else None


def _secret_of(backend: Backend, cls: Class) -> str:
    project = backend.project
    ancestors = list(project.ancestors(cls))
    if not any(each.name in _MODELS for each in ancestors):
        return ""
    for each in ancestors:
        if isinstance(each.target, Class) and "__repr__" not in each.target.methods:
            for name, assign in each.target.attributes.items():
                if secrecy(name) == "secret":
                    if project.annotated_type(each.target, assign.annotation) in ("str", "bytes"):
                        return name
    return ""
