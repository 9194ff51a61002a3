"""Migrations as rules see them: each change with the tables before it, its locks and its cost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, NamedTuple, TypeAlias

from linter.backend.routes import Verdict
from linter.backend.schema import Column, Statement, Table
from linter.facts import sql
from linter.finding import Location
from linter.resolve.definitions import Function

Tool: TypeAlias = Literal["sql", "alembic", "django"]
Engine: TypeAlias = Literal["postgres", "mysql", "sqlite"]


class Lock(IntEnum):
    """A lock on a table, weakest first, by PostgreSQL's names."""

    NONE = 0
    ACCESS_SHARE = 1
    ROW_SHARE = 2
    ROW_EXCLUSIVE = 3
    SHARE_UPDATE_EXCLUSIVE = 4
    SHARE = 5
    SHARE_ROW_EXCLUSIVE = 6
    EXCLUSIVE = 7
    ACCESS_EXCLUSIVE = 8

    def __str__(self) -> str:
        return self.name.replace("_", " ")

    @property
    def named(self) -> str:
        """The lock with its article: `an ACCESS EXCLUSIVE lock`."""
        return f"{'an' if self.name[0] in 'AE' else 'a'} {self} lock"

    @property
    def waits(self) -> str:
        """Who waits for the lock: `reads and writes`, `writes`, or nobody that matters to users."""
        if self is Lock.ACCESS_EXCLUSIVE:
            return "reads and writes"
        return "writes" if self >= Lock.SHARE else ""


class Work(IntEnum):
    """What a change does to the rows that are there, cheapest first; all but the first grow with them."""

    CATALOG = 0
    SCAN = 1
    BUILD = 2
    REWRITE = 3

    def __str__(self) -> str:
        return _WORK[self]


_WORK = ("changes the catalogue only", "reads every row", "builds an index", "rewrites every row")


class Effect(NamedTuple):
    """What a change locks and does.

    `lock` is on its own table, `other` on the tables that it references. `form` names the row of the lock
    model that says so. `known` is False where it depends on what can't be seen: the
    old type of a column, or a default that only running the code can tell.
    """

    form: str
    lock: Lock = Lock.NONE
    other: Lock = Lock.NONE
    work: Work = Work.CATALOG
    known: bool = True

    @property
    def is_long(self) -> bool:
        """Whether it takes time that grows with the table."""
        return self.work > Work.CATALOG


@dataclass(eq=False)
class Change:
    """One thing that one statement of a migration does.

    `action` says what; statements on rows have the kinds `insert`, `update` and `delete`, code of Python
    has `python`, and what can't be looked into has `opaque`. `table` is the table's state before the
    change, None when the project does not say. `created` are the tables that the migration has made so far.
    `held` are the earlier changes of the same transaction whose locks on tables that were there before
    are still held. `index` counts the statements of the migration.
    """

    action: sql.Action
    statement: Statement
    effect: Effect
    index: int
    transaction: int
    engine: Engine
    table: Table | None
    created: frozenset[str]
    held: tuple[Change, ...]
    revision: Revision = field(repr=False)

    def __str__(self) -> str:
        return f"`{self.name}`" if self.name else f"`{self.kind}`"

    @property
    def kind(self) -> str:
        """The kind of the action."""
        return self.action.kind

    @property
    def name(self) -> str:
        """The table that is changed; empty when it is not known."""
        return self.action.table or (self.table.name if self.table is not None else "")

    @property
    def location(self) -> Location:
        """Where the statement, or the operation that stands for it, begins."""
        return self.statement.location

    @property
    def scope(self) -> str:
        """The function or class that holds the operation, or the file."""
        return self.statement.scope

    @property
    def tool(self) -> Tool:
        """What the migration is written for: its operations are spelled in that way."""
        origin = self.statement.origin
        return "django" if origin == "django" else "alembic" if origin == "alembic" else "sql"

    @property
    def is_new(self) -> bool:
        """Whether the table has no rows and no readers yet: the same migration made it, or is a first one."""
        return self.revision.fresh or self.name in self.created

    @property
    def assumes(self) -> str:
        """The migration that made the table: a table that is as new as the change has no rows to wait for."""
        by_migration = self.table is not None and self.table.source == "sql"
        made = self.table.location.path if self.table is not None and by_migration else ""
        return made if made != self.revision.path else ""

    @property
    def in_transaction(self) -> Verdict:
        """Whether the statement runs inside a transaction."""
        return self.statement.in_transaction

    @property
    def column(self) -> str:
        """The first column concerned, or empty."""
        return self.action.columns[0].name if self.action.columns else ""

    @property
    def definition(self) -> sql.Column | None:
        """The first column as the change declares it."""
        return self.action.columns[0] if self.action.columns else None

    @property
    def column_before(self) -> Column | None:
        """The first column's state before the change."""
        return None if self.table is None else self.table.columns.get(self.column)

    @property
    def earlier(self) -> Iterator[Change]:
        """The changes of the same migration before this one."""
        for each in self.revision.changes:
            if each is self:
                return
            yield each

    @property
    def later(self) -> Iterator[Change]:
        """The changes of the same migration after this one."""
        behind = False
        for each in self.revision.changes:
            if behind:
                yield each
            behind = behind or each is self

    def has(self, *flags: str) -> bool:
        """Whether the action carries any of these flags."""
        return not frozenset(flags).isdisjoint(self.action.flags)


@dataclass(eq=False)
class Revision:
    """One migration with its changes in the order in which they run.

    `name` is what others call it, `after` are those that must run before it. `reversible` says whether
    the way down is there. `history` tells apart the histories of a project: only migrations of one
    history meet. `fresh` says that it only ever runs on tables without rows, as a squashed migration does.
    `position` counts the migrations of the history in the order in which they run.
    `group` is Django's app, or the label of a branch of Alembic's. `shares` says whether its transaction
    is also that of the migrations which the same command runs, as it is with Alembic by default.
    """

    name: str
    path: str
    location: Location
    tool: Tool
    engine: Engine
    after: tuple[str, ...]
    group: str
    reversible: Verdict
    history: int
    body: Function | None = None
    statements: tuple[Statement, ...] = field(default=(), repr=False)
    fresh: bool = False
    position: int = 0
    shares: Verdict = Verdict.NO
    changes: list[Change] = field(default_factory=list)

    def __str__(self) -> str:
        return f"`{self.path.rpartition('/')[2]}`"

    @property
    def functions(self) -> list[Function]:
        """The functions of its own file that the migration runs."""
        found = [self.body] if self.body is not None else []
        if self.tool == "django":
            found += [each.statement.function for each in self.changes if each.statement.function]
        own = (each for each in found if each.module.path == self.path and not each.is_module)
        return list(dict.fromkeys(own))

    @property
    def scope(self) -> str:
        """The migration's name."""
        return self.name
