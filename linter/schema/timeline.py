"""The schema as it changes, statement by statement, through migrations of every kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from linter.backend import Statement, Table
from linter.schema.fold import Fold
from linter.schema.migration import Migration


class History(NamedTuple):
    """What migrations leave behind: their statements, the tables at the end, and the files."""

    statements: tuple[Statement, ...]
    tables: dict[str, Table]
    paths: tuple[str, ...]


def histories(migrations: Iterable[Migration]) -> list[list[Migration]]:
    """Migrations in the order in which they run; those that never meet are apart, by path of the first."""
    ordered = in_order(migrations)
    parents: dict[str, str] = {each.name: each.name for each in ordered}

    def top(name: str) -> str:
        while parents[name] != name:
            parents[name] = parents[parents[name]]
            name = parents[name]
        return name

    for each in ordered:
        for before in each.after:
            if before in parents:
                parents[top(each.name)] = top(before)
    groups: dict[str, list[Migration]] = {}
    for each in ordered:
        groups.setdefault(top(each.name), []).append(each)
    return sorted(groups.values(), key=lambda group: group[0].path)


def in_order(migrations: Iterable[Migration]) -> list[Migration]:
    """Migrations behind all that must run before them, otherwise by name of their file.

    Those in a circle come last, by path.
    """
    import heapq

    known = {each.name: each for each in sorted(migrations, key=lambda each: each.path)}
    waiting = {name: {before for before in each.after if before in known} for name, each in known.items()}
    followers: dict[str, list[str]] = {}
    for name, before in waiting.items():
        for each in before:
            followers.setdefault(each, []).append(name)
    ready = [(known[name].path, name) for name, before in waiting.items() if not before]
    heapq.heapify(ready)
    found: list[Migration] = []
    while ready:
        _, name = heapq.heappop(ready)
        found.append(known.pop(name))
        for follower in followers.get(name, ()):
            waiting[follower].discard(name)
            if not waiting[follower] and follower in known:
                heapq.heappush(ready, (known[follower].path, follower))
    return found + sorted(known.values(), key=lambda each: each.path)


def replay(migrations: Iterable[Migration], origin: str, dialect: str) -> History:
    """Run migrations on an empty database."""
    fold = Fold()
    statements: list[Statement] = []
    paths: list[str] = []
    for migration in migrations:
        paths.append(migration.path)
        created: frozenset[str] = frozenset()
        for step in migration.steps:
            statements.append(
                Statement(
                    facts=step.facts,
                    location=step.location,
                    scope=step.scope,
                    origin=origin,  # type: ignore[arg-type]
                    dialect=dialect,
                    function=step.function,
                    migration=migration.path,
                    in_transaction=step.in_transaction,
                    created=created,
                    schema=fold.tables,
                )
            )
            for action in step.facts.actions:
                fold.apply(action, step.location)
                if action.kind == "create-table":
                    created |= {action.table}
                elif action.kind == "rename-table" and action.table in created:
                    created |= {action.name}
    return History(tuple(statements), fold.tables, tuple(paths))
