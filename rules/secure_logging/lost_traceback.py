from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.backend import Backend, LogCall, Site
from linter.facts.expressions import Ref
from linter.facts.scopes import Raise
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst


class LostTraceback(CstRule):
    """An exception handler logs an error without its traceback.

    ## Why
    The message says that something failed, the traceback says where and why. Without it the record in
    production cannot be acted on, and the failure has to be reproduced.

    ## Bad
        except PaymentError as error:
            logger.error("charge failed: %s", error)

    ## Good
        except PaymentError:
            logger.exception("charge failed")

    ## Limits
    Handlers that raise again are left alone: the traceback is logged further up. So are calls that pass
    `exc_info` or `stack_info`, and levels below `error`.

    ## References
    - https://docs.python.org/3/library/logging.html#logging.Logger.exception
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "error records written in exception handlers"
    cwe = 778
    fix_safety = "safe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Error records written while an exception is handled."""
        return (log for log in backend.logs if log.level in ("error", "critical") and log.within("except"))

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A record without `exc_info` in a handler that does not raise again."""
        assert isinstance(subject, LogCall) and subject.call is not None
        call = subject.call
        if call.is_open or call.keyword("exc_info") or call.keyword("stack_info"):
            return
        if self._raises_again(subject):
            return
        yield self.finding(
            subject,
            f"`{subject.level}` in an exception handler records no traceback, so the cause is lost",
            help="call `logger.exception(...)`, or pass `exc_info=True`",
            fixable=subject.level == "error" and isinstance(call.callee, Ref),
        )

    def _raises_again(self, site: Site) -> bool:
        handlers = {
            index for index, block in enumerate(site.function.scope.blocks) if block is site.within("except")
        }
        return any(
            isinstance(statement, Raise) and statement.block in handlers
            for statement in site.function.scope.statements
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
