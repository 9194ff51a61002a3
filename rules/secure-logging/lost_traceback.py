from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.analyses.handlers import Handler
from linter.backend import Backend, LogCall, Site
from linter.facts.expressions import Ref
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst


class LostTraceback(CstRule):
    """A handler that catches every error logs one without its traceback.

    ## Why
    A broad handler does not know what it caught. Its message says that something failed, only the traceback
    says what and where. Without it the failure has to be reproduced before it can be understood.

    ## Bad
        except Exception:
            logger.error("charge failed")

    ## Good
        except Exception:
            logger.exception("charge failed")

    ## Limits
    Only `except:`, `except Exception` and `except BaseException` are judged: a narrow handler names what it
    expects, and its message can say it all. A handler complies when it raises, records the traceback
    in another call, or hands the error object on. Where the error's text is used the finding is a note: it is
    known what failed, but not where.

    ## References
    - https://docs.python.org/3/library/logging.html#logging.Logger.exception
    - https://cwe.mitre.org/data/definitions/778.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "broad exception handlers that log an error"
    cwe = 778
    fix_safety = "safe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """The first error record of each broad handler."""
        judged: set[tuple[str, int]] = set()
        for log in backend.logs:
            if log.level in ("error", "critical", "fatal", "aerror", "acritical"):
                handler = _handler(log)
                if handler is None or not handler.broad:
                    continue
                key = (handler.function.id, handler.clause.span)
                if key not in judged:
                    judged.add(key)
                    yield log

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A record without a traceback, in a handler that keeps it in no other way."""
        assert isinstance(subject, LogCall) and subject.call is not None
        call = subject.call
        handler = _handler(subject)
        if handler is None or handler.raises or handler.hands_error_on or _records_traceback(handler):
            return
        if call.is_open or call.keyword("exc_info") or call.keyword("stack_info"):
            return
        told = handler.reads_error
        lost = "says what failed but not where" if told else "says neither what failed nor where"
        yield self.finding(
            subject,
            f"`{subject.level}` without a traceback in a handler that catches everything {lost}",
            help="call `logger.exception(...)`, or pass `exc_info=True`",
            fixable=subject.level == "error" and isinstance(call.callee, Ref),
            severity=Severity.NOTE if told else Severity.WARNING,
        )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """`logger.error(…)` becomes `logger.exception(…)`."""
        import libcst as cst
        import libcst.matchers as m

        error_call = m.Call(func=m.Attribute(attr=m.Name("error")))
        if len(m.findall(node, error_call)) != 1:
            return None
        (found,) = m.findall(node, error_call)
        assert isinstance(found, cst.Call) and isinstance(found.func, cst.Attribute)
        renamed = found.func.with_changes(attr=cst.Name("exception"))
        return node.deep_replace(found, found.with_changes(func=renamed))


def _handler(log: Site) -> Handler | None:
    """The innermost `except` clause around a record."""
    index = log.block
    blocks = log.function.scope.blocks
    while index:
        if blocks[index].kind == "except":
            return Handler(log.backend, log.function, index, blocks[index])
        index = blocks[index].parent
    return None


def _records_traceback(handler: Handler) -> bool:
    for site in handler.calls:
        assert site.call is not None
        last = site.callee.name.rpartition(".")[2]
        if last in _TRACEBACKS or site.call.keyword("exc_info") is not None:
            return True
    return False


_TRACEBACKS = frozenset(
    {"exception", "aexception", "capture_exception", "captureException", "exc_info"}
    | {"print_exc", "format_exc", "format_exception", "print_exception", "format_tb", "record_exception"}
)
"""Calls that keep a traceback, by their last name: loggers, error trackers and the `traceback` module."""
