"""The schema as it changes, statement by statement, through migrations of every kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, TypeAlias

from linter.backend import Statement, Table
from linter.schema.fold import Fold
from linter.schema.migration import Migration

Origin: TypeAlias = Literal["file", "string", "alembic", "django"]


class History(NamedTuple):
    """What migrations leave behind: their statements, the tables at the end, and the files.

    `migrations` pairs each migration with its own statements, in the order in which they run.
    """

    statements: tuple[Statement, ...]
    tables: dict[str, Table]
    paths: tuple[str, ...]
    origin: Origin = "file"
    migrations: tuple[tuple[Migration, tuple[Statement, ...]], ...] = ()


def histories(migrations: Iterable[Migration]) -> list[list[Migration]]:
    """Migrations in the order in which they run; those that never meet are apart, by path of the first.

    A name that two folders use means that each folder is a history of its own.
    """
    given = list(migrations)
    if len({each.name for each in given}) == len(given):
        return _connected(given)
    folders: dict[str, list[Migration]] = {}
    for each in given:
        folders.setdefault(each.path.rpartition("/")[0], []).append(each)
    found = [group for _, folder in sorted(folders.items()) for group in _connected(folder)]
    return sorted(found, key=lambda group: group[0].path)


def _connected(migrations: list[Migration]) -> list[list[Migration]]:
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
    """Migrations behind all that must run before them, in the order that Django's own planner gives."""
    known = {each.name: each for each in sorted(migrations, key=lambda each: (each.rank, each.path))}
    needed = {before for each in known.values() for before in each.after}
    ends = [name for name in known if name not in needed]
    found: list[Migration] = []
    seen: set[str] = set()
    for start in [*ends, *known]:
        stack = [(start, False)]
        while stack:
            name, done = stack.pop()
            if done:
                found.append(known[name])
            elif name not in seen:
                seen.add(name)
                stack.append((name, True))
                before = [each for each in known[name].after if each in known]
                stack += [(each, False) for each in sorted(before, key=lambda each: known[each].rank)]
    return found


def replay(
    migrations: Iterable[Migration],
    origin: Origin,
    dialect: str,
    tables: dict[str, Table] | None = None,
) -> History:
    """Run migrations on a database that has `tables`, or none."""
    fold = Fold()
    fold.tables = tables or {}
    statements: list[Statement] = []
    paths: list[str] = []
    pairs: list[tuple[Migration, tuple[Statement, ...]]] = []
    for migration in migrations:
        first = len(statements)
        paths.append(migration.path)
        created: frozenset[str] = frozenset()
        for step in migration.steps:
            statements.append(
                Statement(
                    facts=step.facts,
                    location=step.location,
                    scope=step.scope,
                    origin=origin,
                    dialect=dialect,
                    function=step.function,
                    migration=migration.path,
                    in_transaction=step.in_transaction,
                    reversible=step.reversible,
                    derived=step.derived,
                    unused=step.unused,
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
        pairs.append((migration, tuple(statements[first:])))
    return History(tuple(statements), fold.tables, tuple(paths), origin, tuple(pairs))
