from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from linter.backend import Backend, Function, Resolved, Site
from linter.facts.expressions import Expr
from linter.facts.scopes import Raise, Statement
from linter.finding import Note
from linter.handlers import Handler
from linter.resolve.definitions import Class
from linter.responses import ABORTS, EXCEPTION_STATUS, HTTP_EXCEPTIONS, Responses
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst

_OR_404 = frozenset({"get_object_or_404", "get_list_or_404", "first_or_404", "get_or_404", "one_or_404"})


class _Thrown(NamedTuple):
    """An HTTP error that leaves the body of a `try`. `lexical` says whether it is raised right there."""

    status: int
    site: Site
    lexical: bool


class HttpErrorSwallowed(CstRule):
    """A broad handler catches the HTTP error that is raised in its own `try`.

    ## Why
    The code answers 404 or 403, and `except Exception` right below turns it into a 500 or into a success. The
    caller retries what can never work, and the monitoring reports failures that are none.

    ## Bad
        try:
            if order is None:
                raise HTTPException(status_code=404)
        except Exception:
            raise HTTPException(status_code=500)

    ## Good
        try:
            if order is None:
                raise HTTPException(status_code=404)
        except HTTPException:
            raise
        except Exception:
            raise HTTPException(status_code=500)

    ## Limits
    A handler complies when it may raise the same error again, looks at its class, or answers with the
    same status. What a called function raises counts with medium confidence. The fix is unsafe: callers
    see another status than before, and what the broad handler cleans up is skipped.

    ## References
    - https://fastapi.tiangolo.com/tutorial/handling-errors/
    - https://cwe.mitre.org/data/definitions/396.html
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "broad handlers around HTTP errors"
    cwe = 396
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Broad handlers whose `try` raises an HTTP error that no earlier clause takes."""
        responses = Responses(backend.project)
        return (each for each in backend.handlers if each.broad and _thrown(each, responses))

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A handler that gives the error another status, or none."""
        assert isinstance(subject, Handler)
        responses = Responses(backend.project)
        if subject.passes_on or _looks(subject):
            return
        given = [
            responses.raised(subject.function, each.exception)
            for each in subject.statements
            if isinstance(each, Raise)
        ]
        lost = [each for each in _thrown(subject, responses) if each.status not in given]
        if not lost or None in given:
            return
        first = min(lost, key=lambda each: not each.lexical)
        if not first.lexical and not given and not _answers(subject):
            return
        turned = f"a {given[0]}" if given else "an answer of its own"
        yield self.finding(
            subject,
            f"this handler catches the {first.status} that its own `try` raises, and turns it into {turned}",
            help="put `except HTTPException: raise` before it, or catch what you expect",
            related=[Note(first.site.location, f"{first.status} is raised here")],
            fixable=all(each.lexical and each.site.call is None for each in lost),
            confidence=Confidence.HIGH if first.lexical else Confidence.MEDIUM,
        )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.FlattenSentinel[cst.CSTNode] | None":
        """The same clause, after one that raises the HTTP error again."""
        import libcst as cst

        if not isinstance(node, cst.ExceptHandler) or not isinstance(site, Handler):
            return None
        raised = [each.site for each in _thrown(site, Responses(site.backend.project)) if each.lexical]
        classes = {cst.Module([]).code_for_node(kind): kind for each in raised if (kind := _class_in(each))}
        if not classes:
            return None
        kinds = list(classes.values())
        caught = kinds[0] if len(kinds) == 1 else cst.Tuple([cst.Element(kind) for kind in kinds])
        again = cst.ExceptHandler(
            body=cst.IndentedBlock([cst.SimpleStatementLine([cst.Raise()])]),
            type=caught,
            leading_lines=node.leading_lines,
        )
        return cst.FlattenSentinel([again, node.with_changes(leading_lines=[])])


def _class_in(raised: Site) -> "cst.BaseExpression | None":
    """The class of a `raise`, as it is written there."""
    import libcst as cst
    import libcst.matchers as m

    line = raised.statement_node()
    found = m.findall(line, m.Raise()) if line is not None else []
    if len(found) != 1 or not isinstance(found[0], cst.Raise):
        return None
    exception = found[0].exc
    kind = exception.func if isinstance(exception, cst.Call) else exception
    return kind if isinstance(kind, (cst.Name, cst.Attribute)) else None


def _looks(handler: Handler) -> bool:
    """Whether a handler asks what kind of error it has."""
    if any(site.callee.name in ("isinstance", "type", "getattr", "hasattr") for site in handler.calls):
        return True
    telling = {f"{handler.bound}.{name}" for name in ("status_code", "code", "status", "__class__", "detail")}
    values = [value for each in handler.statements if (value := _value(each)) is not None]
    return any(
        ref.name in telling for value in values for ref in handler.backend.reads(value, handler.function)
    )


def _answers(handler: Handler) -> bool:
    """Whether a handler answers the request itself; one that does not recovers from the error."""
    own = set(map(id, (each.call for each in handler.calls)))
    return any(
        answer.function is handler.function and id(answer.call) in own
        for answer in handler.backend.answers
        if answer.call is not None
    )


def _value(statement: Statement) -> Expr | None:
    return getattr(statement, "value", None) or getattr(statement, "exception", None)


def _thrown(handler: Handler, responses: Responses) -> list[_Thrown]:
    """The HTTP errors that leave the body of the handler's `try` and reach the handler."""
    backend, function, opener = handler.backend, handler.function, handler.clause.opener
    found: list[_Thrown] = []
    for statement in backend.statements_in(function, opener):
        if isinstance(statement, Raise):
            status = responses.raised(function, statement.exception)
            if status is not None and status >= 400:
                site = Site(backend, function, statement.span, statement.block)
                found.append(_Thrown(status, site, True))
    for site in backend.calls_in(function, opener):
        status = _status_of_call(site, responses)
        if status is not None and status >= 400:
            found.append(_Thrown(status, site, site.callee.name in ABORTS))
    return [each for each in found if not _caught_before(handler, each, responses)]


def _status_of_call(site: Site, responses: Responses) -> int | None:
    """The HTTP error that a call may raise."""
    assert site.call is not None
    name = site.callee.name
    if name in ABORTS:
        return responses.raised_by_call(site.function, site.call)
    if name.rpartition(".")[2] in _OR_404:
        return 404
    target = site.callee.target
    if not isinstance(target, Function) or target.is_module or target.scope.generator:
        return None
    for statement in target.scope.statements:
        if isinstance(statement, Raise) and not _in_try(target, statement.block):
            status = responses.raised(target, statement.exception)
            if status is not None:
                return status
    return None


def _in_try(function: Function, block: int) -> bool:
    blocks = function.scope.blocks
    while block:
        if blocks[block].kind == "try":
            return True
        block = blocks[block].parent
    return False


def _caught_before(handler: Handler, thrown: _Thrown, responses: Responses) -> bool:
    """Whether a clause closer to the error, or an earlier one of the same `try`, may take it."""
    raised = _class_of(thrown.site)
    for earlier in handler.earlier():
        if any(not _is_unrelated(handler.backend, each, raised, responses) for each in earlier.caught):
            return True
    blocks = handler.function.scope.blocks
    index = thrown.site.block
    while index != handler.clause.opener:
        if blocks[index].kind == "try":
            return True
        index = blocks[index].parent
    return False


def _class_of(site: Site) -> Class | None:
    """The class of the project that is raised at a site."""
    for statement in site.function.scope.statements:
        if isinstance(statement, Raise) and statement.span == site.span:
            made = site.call_of(statement.exception)
            found = made.callee if made is not None else site.resolve(statement.exception)
            return found.target if found is not None and isinstance(found.target, Class) else None
    return None


def _is_unrelated(backend: Backend, caught: Resolved, raised: Class | None, responses: Responses) -> bool:
    """Whether a caught class is surely none of what is raised."""
    if not isinstance(caught.target, Class):
        return caught.name in _BUILTIN or caught.name.startswith(_OTHERS)
    project = backend.project
    if raised is not None and project.derives(raised, caught.name):
        return False
    if project.derives(caught.target, *HTTP_EXCEPTIONS, *EXCEPTION_STATUS):
        return False
    return responses.of_exception(caught.name, caught.target) is None


_BUILTIN = frozenset(
    {
        "ValueError",
        "KeyError",
        "TypeError",
        "AttributeError",
        "IndexError",
        "OSError",
        "RuntimeError",
        "LookupError",
    }
    | {"AssertionError", "TimeoutError", "ConnectionError", "NotImplementedError", "FileNotFoundError"}
    | {"UnicodeDecodeError", "ImportError", "ZeroDivisionError", "PermissionError", "StopIteration"}
)
_OTHERS = (
    "sqlalchemy.",
    "django.db.",
    "requests.",
    "httpx.",
    "json.",
    "jwt.",
    "redis.",
    "pydantic.",
    "psycopg",
)
