from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.analyses.answers import answers_of
from linter.analyses.handlers import Handler, handlers_of
from linter.analyses.thrown_errors import thrown_to
from linter.backend import Backend, Site
from linter.facts.expressions import Expr
from linter.facts.scopes import Raise, Statement
from linter.finding import Note
from linter.responses import Responses
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst


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
    same status. What a called function raises counts with medium confidence. The fix is unsafe because
    callers see another status than before, and what the broad handler cleans up is skipped.

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
        return (each for each in handlers_of(backend) if each.broad and thrown_to(each, responses))

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
        lost = [each for each in thrown_to(subject, responses) if each.status not in given]
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
        raised = [each.site for each in thrown_to(site, Responses(site.backend.project)) if each.lexical]
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
        for answer in answers_of(handler.backend)
        if answer.call is not None
    )


def _value(statement: Statement) -> Expr | None:
    return getattr(statement, "value", None) or getattr(statement, "exception", None)
