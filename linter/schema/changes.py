"""The migrations of a project as changes: what each locks, and what its transaction holds by then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.backend import Change, Engine, Lock, Revision, Statement, Table, Tool, Verdict
from linter.facts.sql import Action
from linter.finding import Location
from linter.schema.effects import effect_of
from linter.schema.timeline import History, Origin

_TOOLS: dict[Origin, Tool] = {"file": "sql", "string": "sql", "alembic": "alembic", "django": "django"}
_ROWS = frozenset({"insert", "update", "delete", "merge", "replace"})


def revisions(histories: Iterable[History], version: str) -> tuple[Revision, ...]:
    """All migrations with their changes, by path. `version` is that of PostgreSQL, empty for the default."""
    found: list[Revision] = []
    for number, history in enumerate(histories):
        for position, (migration, statements) in enumerate(history.migrations):
            engine = _engine(statements)
            tool = _TOOLS[history.origin]
            revision = Revision(
                name=migration.name,
                path=migration.path,
                location=migration.location or _start(migration.path, statements),
                tool=tool,
                engine=engine,
                after=migration.after,
                group=migration.rank[0] if tool == "django" and migration.rank else migration.label,
                reversible=migration.reversible,
                history=number,
                position=position,
                body=migration.body,
                statements=statements,
                fresh=migration.fresh,
                shares=migration.shares,
            )
            revision.changes = list(_Reader(revision, engine, version).read(statements))
            found.append(revision)
    return tuple(sorted(found, key=lambda each: (each.path, each.name)))


def _start(path: str, statements: tuple[Statement, ...]) -> Location:
    return statements[0].location if statements else Location(path, 1, 1, 1, 1)


def _engine(statements: Iterable[Statement]) -> Engine:
    """The server that a migration is written for; a name in backticks is MySQL's."""
    dialect = "postgres"
    for statement in statements:
        dialect = statement.dialect
        if statement.origin == "file" and "`" in statement.facts.text and dialect == "postgres":
            return "mysql"
        if statement.origin == "string" and dialect == "postgres" and _names_in_backticks(statement):
            return "mysql"
    return "mysql" if dialect == "mysql" else "sqlite" if dialect == "sqlite" else "postgres"


def _names_in_backticks(statement: Statement) -> bool:
    return any(f"`{name.rpartition('.')[2]}`" in statement.facts.text for name in statement.facts.tables)


class _Reader:
    """Goes through one migration."""

    def __init__(self, revision: Revision, engine: Engine, version: str) -> None:
        self.revision = revision
        self.engine = engine
        self.version = version
        self.created: frozenset[str] = frozenset()
        self.held: dict[str, Change] = {}
        self.transaction = 0
        self.count = 0
        self.utc = False

    def read(self, statements: Iterable[Statement]) -> Iterator[Change]:
        inside = False
        for index, statement in enumerate(statements):
            inside = self._enter(statement, inside)
            if statement.facts.kind == "set" and _is_utc(statement.facts.text):
                self.utc = True
            tables = dict(statement.schema) if len(statement.facts.actions) > 1 else statement.schema
            held = tuple(self.held.values())
            for action in _actions(statement):
                change = self._change(action, statement, index, tables, held)
                self._after(change)
                yield change

    def _enter(self, statement: Statement, inside: bool) -> bool:
        """Follow where transactions begin and end; each change of one carries its number."""
        runs_inside = statement.in_transaction is Verdict.YES and statement.facts.transaction == ""
        if statement.facts.transaction or runs_inside != inside:
            self.held = {}
            self.count += runs_inside
        self.transaction = self.count if runs_inside else 0
        return runs_inside

    def _change(
        self,
        action: Action,
        statement: Statement,
        index: int,
        tables: dict[str, Table],
        held: tuple[Change, ...],
    ) -> Change:
        table = _table(action, tables)
        return Change(
            action=action,
            statement=statement,
            effect=effect_of(action, table, tables, self.engine, self.version, utc=self.utc),
            index=index,
            transaction=self.transaction,
            engine=self.engine,
            table=table,
            created=self.created,
            held=held,
            revision=self.revision,
        )

    def _after(self, change: Change) -> None:
        action = change.action
        if action.kind == "create-table":
            self.created |= {action.table}
        elif action.kind == "rename-table" and action.table in self.created:
            self.created |= {action.name}
        elif change.transaction and not change.is_new and change.effect.lock is Lock.ACCESS_EXCLUSIVE:
            self.held.setdefault(change.name, change)


def _actions(statement: Statement) -> tuple[Action, ...]:
    facts = statement.facts
    if facts.actions:
        return facts.actions
    if not facts.understood or facts.kind in ("python", "do", "call"):
        return (Action("python" if facts.kind == "python" else "opaque", ""),)
    if facts.kind in _ROWS and facts.tables:
        kind = "insert" if facts.kind == "replace" else "update" if facts.kind == "merge" else facts.kind
        return (Action(kind, facts.tables[0]),)
    return ()


def _table(action: Action, tables: dict[str, Table]) -> Table | None:
    """The table's state before a change; that of the index for an action that names only an index."""
    if action.table:
        return tables.get(action.table)
    if action.kind == "drop-index" or (action.kind == "other" and action.name):
        return next(
            (table for table in tables.values() if any(each.name == action.name for each in table.indexes)),
            None,
        )
    return None


def _is_utc(text: str) -> bool:
    words = text.lower().replace("=", " ").replace("'", " ").replace('"', " ").split()
    return "timezone" in words and words[-1] in ("utc", "gmt")
