from collections.abc import Iterable, Iterator

from linter.analyses.handlers import Handler, handlers_of
from linter.backend import Backend
from linter.facts.expressions import Constant
from linter.facts.scopes import Evaluate, Jump, Return, Statement
from linter.rule import Confidence, Outcome, Rule, Severity

_CLEANUP = frozenset(
    {
        "close",
        "aclose",
        "shutdown",
        "disconnect",
        "terminate",
        "kill",
        "cancel",
        "release",
        "unlink",
        "remove",
    }
    | {
        "rmtree",
        "rmdir",
        "cleanup",
        "clean_up",
        "stop",
        "quit",
        "rollback",
        "wait",
        "flush",
        "join",
        "delete",
    }
)


class SwallowedException(Rule[Handler]):
    """A handler catches every error and does nothing with it.

    ## Why
    The handler was written for one failure and hides all others: a typo, a full disk, a changed
    schema. The program goes on with half of its work done, and no record says so.

    ## Bad
        try:
            sync(account)
        except Exception:
            pass

    ## Good
        try:
            sync(account)
        except TimeoutError:
            pass  # the next run picks it up
        except Exception:
            logger.exception("sync of %s failed", account.id)

    ## Limits
    A handler complies when a comment in it, or right above it or its `try`, says why nothing is done. So
    does one around cleaning up only (`close`, `unlink`, `rollback`…), and one that names the errors it
    expects. Where the handler returns `None` confidence is low: no answer may be what the function promises.

    ## References
    - https://cwe.mitre.org/data/definitions/390.html
    - https://docs.python.org/3/howto/logging.html#logging-exceptions
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "handlers that catch everything"
    cwe = 390

    def subjects(self, backend: Backend) -> Iterable[Handler]:
        """Every `except:`, `except Exception` and `except BaseException`."""
        return (
            handler
            for handler in handlers_of(backend)
            if handler.broad and not backend.is_run_by_hand(handler.function)
        )

    def check(self, subject: Handler, backend: Backend) -> Iterator[Outcome]:
        """A body that does nothing, without a word about it."""
        does_nothing = not subject.calls and all(_is_nothing(each) for each in subject.statements)
        if does_nothing and not _cleans_up(subject) and not subject.comments:
            answers = any(isinstance(each, Return) for each in subject.statements)
            yield self.finding(
                subject,
                f"{_shown(subject)} catches every error and drops it, so failures of any kind go unnoticed",
                help="name the errors that you expect, or log the error",
                confidence=Confidence.LOW if answers else Confidence.MEDIUM,
            )


def _shown(handler: Handler) -> str:
    if handler.bare:
        return "`except:`"
    return f"`except {', '.join(each.name.rpartition('.')[2] for each in handler.caught)}`"


def _is_nothing(statement: Statement) -> bool:
    match statement:
        case Jump(kind=kind):
            return kind in ("pass", "continue")
        case Return(value=value):
            return value is None or (isinstance(value, Constant) and value.value is None)
        case Evaluate(value=Constant()):
            return True
        case _:
            return False


def _cleans_up(handler: Handler) -> bool:
    """Whether all that may fail is releasing something."""
    guarded = handler.backend.calls_in(handler.function, handler.clause.opener)
    return bool(guarded) and all(
        site.callee.name.rpartition(".")[2].lstrip("_").lower() in _CLEANUP for site in guarded
    )
