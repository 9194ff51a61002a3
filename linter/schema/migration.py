"""Migrations of every kind as one thing: statements in the order in which they run."""

from __future__ import annotations

from dataclasses import dataclass, field

from linter.backend import Function, Verdict
from linter.facts.spans import Span
from linter.facts.sql import Action, SqlStatement
from linter.finding import Location
from linter.schema.spelling import spell

__all__ = ["Migration", "Step", "made_up"]


@dataclass(slots=True)
class Step:
    """One statement of a migration.

    `derived` says that its SQL was worked out from an operation, `unused` that no model declared what it
    drops when the migration began.
    """

    facts: SqlStatement
    location: Location
    scope: str
    function: Function | None
    in_transaction: Verdict
    reversible: Verdict = Verdict.UNKNOWN
    derived: bool = False
    unused: bool = False


@dataclass(slots=True)
class Migration:
    """One file's way up.

    `name` is what other migrations call it; `after` are those that must run before. `rank` orders those that
    do not depend on each other. `location` is that of the class or function that goes
    up, `body` the function. `label` names the branch of one that begins another.
    `fresh` says that it only ever meets tables without rows, `shares` that its transaction is also that
    of the migrations which the same command runs before and after it.
    """

    name: str
    path: str
    after: tuple[str, ...] = ()
    rank: tuple[str, ...] = ()
    steps: list[Step] = field(default_factory=list)
    location: Location | None = None
    reversible: Verdict = Verdict.UNKNOWN
    body: Function | None = None
    label: str = ""
    fresh: bool = False
    shares: Verdict = Verdict.NO


_VERBS = {"create-table": "create", "create-index": "create", "drop-table": "drop", "drop-index": "drop"}


def made_up(actions: tuple[Action, ...], span: Span, scope: int = -1, call: int = -1) -> SqlStatement:
    """The statement that an operation of a migration tool stands for."""
    kind = _VERBS.get(actions[0].kind, "alter") if actions else ""
    tables = tuple(dict.fromkeys(action.table for action in actions if action.table))
    return SqlStatement(
        kind=kind,
        text=";\n".join(spell(action) for action in actions),
        span=span,
        tables=tables,
        actions=actions,
        scope=scope,
        call=call,
    )
