"""The policies of row security that a project's migrations leave, and which of them permit the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from linter.backend import Backend, Revision, Statement
from linter.facts.sql import Trait
from linter.finding import Location

_EVERYBODY = "public"
_CHANGES = frozenset({"policy", "policy-dropped", "policy-altered"})


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy of row security. `command` is empty for a restrictive one, which permits nothing by itself.

    `location` is where its condition is written. `calls` are the functions that it runs for each row,
    `user_data` is what it trusts although users write it. `is_open` says that it lets everybody whom it is
    for read all rows. `overlapped` are the earlier ones that permit the same command to the same role.
    """

    name: str
    table: str
    command: str
    roles: tuple[str, ...]
    location: Location
    scope: str
    calls: tuple[str, ...] = ()
    user_data: str = ""
    is_open: bool = False
    overlapped: tuple[Policy, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"`{self.name}`"

    def shared(self, other: Policy) -> str:
        """The command that both permit to the same role; empty when there is none.

        One that only opens all rows for reading, beside one for all commands, is how rights are put together.
        """
        everybody = _EVERYBODY in self.roles or _EVERYBODY in other.roles
        if not everybody and set(self.roles).isdisjoint(other.roles):
            return ""
        if self.command == other.command:
            return self.command
        if "ALL" not in (self.command, other.command) or self.is_open or other.is_open:
            return ""
        return other.command if self.command == "ALL" else self.command


def standing_policies(backend: Backend) -> Iterator[Policy]:
    """The policies at the end of each history. Those that are named when a migration runs are left out.

    Nothing is said of what the policies of a history that has such names overlap.
    """
    histories: dict[int, list[Revision]] = {}
    for revision in backend.revisions:
        histories.setdefault(revision.history, []).append(revision)
    for _, revisions in sorted(histories.items()):
        ordered = sorted(revisions, key=lambda each: each.position)
        statements = [each for revision in ordered for each in revision.statements]
        policies = _folded(statements)
        known = not any(_is_built(each) for each in statements)
        yield from _with_overlaps(policies) if known else policies


def _is_built(statement: Statement) -> bool:
    """Whether a policy, or the table that it is for, is named when the migration runs."""
    policies = [each for each in statement.traits if each.kind in _CHANGES]
    return bool(policies) and (statement.facts.holes > 0 or not all(each.table for each in policies))


def _folded(statements: Iterable[Statement]) -> list[Policy]:
    """The policies after all of the statements, in the order of their making."""
    found: dict[tuple[str, str], Policy] = {}
    for statement in statements:
        if not _is_built(statement):
            for trait in statement.traits:
                _apply(found, trait, statement)
        for action in statement.facts.actions:
            if action.kind == "drop-table":
                found = {key: each for key, each in found.items() if each.table != action.table}
            elif action.kind == "rename-table" and action.name:
                found = dict(_moved(found.values(), action.table, action.name))
    return list(found.values())


def _moved(policies: Iterable[Policy], old: str, new: str) -> Iterator[tuple[tuple[str, str], Policy]]:
    for each in policies:
        kept = replace(each, table=new) if each.table == old else each
        yield (kept.table, kept.name), kept


def _apply(found: dict[tuple[str, str], Policy], trait: Trait, statement: Statement) -> None:
    key = trait.table, trait.column
    match trait.kind:
        case "policy":
            command, _, roles = trait.detail.partition(" TO ")
            allowed = tuple(roles.split(", "))
            made = Policy(trait.column, trait.table, command, allowed, statement.location, statement.scope)
            found[key] = _with_condition(made, statement)
        case "policy-dropped":
            found.pop(key, None)
        case "policy-condition" if key in found:
            found[key] = _with_condition(found[key], statement)
        case "policy-altered" if key in found and trait.detail.startswith("RENAME "):
            name = trait.detail.removeprefix("RENAME ")
            found[trait.table, name] = replace(found.pop(key), name=name)
        case "policy-altered" if key in found and trait.detail:
            found[key] = replace(found[key], roles=tuple(trait.detail.split(", ")))


def _with_condition(policy: Policy, statement: Statement) -> Policy:
    """The policy with the condition that a statement writes."""
    traits = statement.traits
    return replace(
        policy,
        location=statement.location,
        scope=statement.scope,
        calls=tuple(each.detail for each in traits if each.kind == "policy-call"),
        user_data=next((each.detail for each in traits if each.kind == "policy-user-data"), ""),
        is_open=any(each.kind == "policy-readable" for each in traits),
    )


def _with_overlaps(policies: list[Policy]) -> Iterator[Policy]:
    for index, policy in enumerate(policies):
        before = [
            each
            for each in policies[:index]
            if each.table == policy.table and policy.command and each.command and policy.shared(each)
        ]
        yield replace(policy, overlapped=tuple(before))
