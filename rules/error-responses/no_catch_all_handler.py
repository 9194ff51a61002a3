from collections.abc import Iterable, Iterator

from linter.analyses.handlers import handlers_of
from linter.analyses.registered_handlers import RegisteredHandler, registered_handlers
from linter.backend import Backend, Site
from linter.facts.expressions import Expr, Ref, Result
from linter.facts.scopes import Call
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

_APPLICATIONS = ("fastapi.FastAPI", "flask.Flask", "starlette.applications.Starlette", "quart.Quart")
_EVERYTHING = frozenset(
    {"Exception", "BaseException"}
    | {"werkzeug.exceptions.HTTPException", "werkzeug.exceptions.InternalServerError"}
)


class NoCatchAllHandler(Rule[Site]):
    """An application has no handler of its own for unforeseen exceptions.

    ## Why
    The framework answers with its own 500: plain text from an API that promises JSON, without an id that
    support could look up. Clients that parse the body fail a second time.

    ## Bad
        app = FastAPI()

    ## Good
        app = FastAPI()

        @app.exception_handler(Exception)
        async def unforeseen(request, error):
            return JSONResponse({"detail": "internal error"}, status_code=500)

    ## Limits
    FastAPI, Starlette, Flask and Quart are judged; Django always has a `handler500`. A handler anywhere in
    the project counts for every application, as does a middleware that catches everything.

    ## References
    - https://fastapi.tiangolo.com/tutorial/handling-errors/
    - https://flask.palletsprojects.com/en/stable/errorhandling/#generic-exception-handlers
    """

    severity = Severity.NOTE
    confidence = Confidence.LOW
    noun = "applications"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every place where an application is created."""
        return backend.calls(*_APPLICATIONS)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """An application in a project without a handler for everything."""
        assert subject.call is not None
        if any(_takes_everything(each) for each in registered_handlers(backend)) or _in_middleware(backend):
            return
        if subject.call.is_open or _is_unread(subject.call.keyword("exception_handlers")):
            yield Undecided("handlers are passed in a way that cannot be seen")
            return
        name = subject.callee.name.rpartition(".")[2]
        yield self.finding(
            subject,
            f"`{name}` answers unforeseen exceptions by itself, so they do not come in the form of this API",
            help="register a handler for `Exception` that logs and answers with your error envelope",
        )


def _takes_everything(handler: RegisteredHandler) -> bool:
    if handler.exception is not None:
        return handler.exception.name in _EVERYTHING
    return handler.status == 500


def _is_unread(given: Expr | None) -> bool:
    return isinstance(given, (Ref, Result))


def _in_middleware(backend: Backend) -> bool:
    """Whether a middleware of the project catches every exception."""
    for handler in handlers_of(backend):
        function = handler.function
        if handler.broad and any(_passes_request_on(each) for each in function.scope.calls):
            return True
    return False


def _passes_request_on(call: Call) -> bool:
    name = str(getattr(call.callee, "name", "")).rpartition(".")[2].lstrip(":$")
    return name in ("call_next", "app")
