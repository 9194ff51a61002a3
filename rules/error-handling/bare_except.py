from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linter.analyses.handlers import Handler, handlers_of
from linter.backend import Backend, Site
from linter.rule import Confidence, CstRule, Outcome, Severity

if TYPE_CHECKING:
    import libcst as cst


class BareExcept(CstRule):
    """An `except:` without a class also stops what is no error.

    ## Why
    It catches `KeyboardInterrupt`, `SystemExit` and the cancellation of a task. The worker ignores the
    signal that should stop it, the deployment waits and then kills it in the middle of its work.

    ## Bad
        try:
            send(mail)
        except:
            retry(mail)

    ## Good
        try:
            send(mail)
        except Exception:
            retry(mail)

    ## Limits
    A clause that raises complies. The fix is unsafe because it changes what is
    caught: code that relies on catching a cancellation or `gevent.Timeout` no longer does.

    ## References
    - https://docs.python.org/3/library/exceptions.html#exception-hierarchy
    - https://cwe.mitre.org/data/definitions/396.html
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "`except` clauses"
    cwe = 396
    fix_safety = "unsafe"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every `except` clause."""
        return handlers_of(backend)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A clause without a class that keeps what it caught."""
        assert isinstance(subject, Handler)
        if subject.bare and not subject.raises:
            yield self.finding(
                subject,
                "`except:` also catches `SystemExit` and cancellation, so the process cannot be stopped here",
                help="write `except Exception:`, or name the errors that you expect",
            )

    def fix(self, node: "cst.CSTNode", site: Site) -> "cst.CSTNode | None":
        """`except:` becomes `except Exception:`."""
        import libcst as cst

        if not isinstance(node, cst.ExceptHandler) or node.type is not None:
            return None
        return node.with_changes(
            type=cst.Name("Exception"), whitespace_after_except=cst.SimpleWhitespace(" ")
        )
