from collections.abc import Iterable, Iterator

from linter.backend import Backend, Change, Function
from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.facts.scopes import Call
from linter.rule import Confidence, Outcome, Rule, Severity

_WHOLE = frozenset(
    {"objects", "all", "using", "order_by", "iterator", "only", "defer", "_default_manager", "query"}
)


class UnbatchedBackfill(Rule[Change]):
    """All rows of a table are changed in one transaction.

    ## Why
    An UPDATE without a condition locks every row until the migration commits, writes the table a second
    time beside itself, and delays replicas. Whoever changes one of the rows waits for the whole of it. In
    batches, each in a transaction of its own, nobody waits long.

    ## Bad
        UPDATE orders SET region = 'north';

    ## Good
        UPDATE orders SET region = 'north' WHERE id BETWEEN 1 AND 5000;  -- and so on

    ## Limits
    An UPDATE or DELETE with any condition passes. In functions of Python, updates of unfiltered querysets
    and loops that save each object are seen. Silent for tables that the same migration creates, and where
    `work-under-exclusive-lock` says worse of the same statement.

    ## References
    - https://www.postgresql.org/docs/current/mvcc-intro.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "data changes in migrations"
    spares_new_tables = True

    def subjects(self, backend: Backend) -> Iterable[Change]:
        """Statements and functions that change rows of tables in use."""
        return backend.changes_of("update", "delete", "python")

    def check(self, subject: Change, backend: Backend) -> Iterator[Outcome]:
        """No condition leaves rows out."""
        if subject.kind != "python":
            if not subject.statement.facts.filtered and not any(
                each.name == subject.name for each in subject.held
            ):
                yield self.finding(
                    subject,
                    f"this `{subject.kind.upper()}` changes every row of {subject} at once, so writes to them"
                    " wait until the migration commits",
                    help=_BATCHES[subject.tool],
                )
            return
        function = subject.statement.function
        if isinstance(function, Function):
            for call, what in _whole_changes(function):
                yield self.finding(
                    subject,
                    f"`{function.scope.name}` {what}, so writes to these rows wait until the migration"
                    " commits",
                    help=_BATCHES["django"],
                    location=function.module.locate(call.span),
                )
                return


_BATCHES = {
    "sql": "do it in batches by key range, each in its own transaction, outside the schema migration",
    "alembic": (
        "do it in batches by key range, each in an `autocommit_block`, or in a task that runs after the"
        " deployment"
    ),
    "django": (
        "set `atomic = False` and work through `.filter(pk__gt=last)[:5000]` in batches, or do it in a task"
    ),
}


def _whole_changes(function: Function) -> Iterator[tuple[Call, str]]:
    """Calls that change all rows of a model, with how."""
    for call in function.scope.calls:
        chain = _chain(function, call.callee)
        if chain[-1:] == ["update"] and "objects" in chain and _is_whole(chain[:-1]):
            yield call, "updates every row in one statement"
        elif chain[-1:] == ["save"] and len(chain) == 2 and _is_in_whole_loop(function, call, chain[0]):
            yield call, "saves every row in one transaction"


def _is_whole(chain: list[str]) -> bool:
    return set(chain[chain.index("objects") :]) <= _WHOLE


def _chain(function: Function, expr: Expr) -> list[str]:
    """The names in `apps.get_model(…).objects.all().update`, from left to right."""
    names: list[str] = []
    while True:
        match expr:
            case Attr(base=base, name=name):
                names.append(name)
                expr = base
            case Result(call=call):
                expr = function.scope.calls[call].callee
            case Ref(name=name):
                return [*name.lstrip("$:").split("."), *reversed(names)]
            case _:
                return list(reversed(names))


def _is_in_whole_loop(function: Function, call: Call, name: str) -> bool:
    """Whether a call stands in a loop of `name` over all rows."""
    block = call.block
    while block:
        each = function.scope.blocks[block]
        binds = any(isinstance(target, Ref) and target.name == f"${name}" for target in each.targets)
        if each.kind == "for" and binds and each.subject is not None:
            chain = _chain(function, each.subject)
            return "objects" in chain and _is_whole(chain)
        block = each.parent
    return False
