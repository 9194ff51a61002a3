"""The policies of row security that a project's migrations leave, and which of them permit the same."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from linter.backend import Backend, Revision, Statement
from linter.facts.sql import Trait
from linter.finding import Location

_EVERYBODY = "public"


@dataclass(frozen=True, slots=True)
class Policy:
    """A permissive policy. `overlapped` are the earlier ones for the same table, command and role."""

    name: str
    table: str
    command: str
    roles: tuple[str, ...]
    location: Location
    scope: str
    overlapped: tuple[Policy, ...] = field(default=(), repr=False)

    def __str__(self) -> str:
        return f"`{self.name}`"

    def overlaps(self, other: Policy) -> bool:
        """Whether both are asked for the same command of the same role."""
        by_command = self.command == other.command or "ALL" in (self.command, other.command)
        everybody = _EVERYBODY in self.roles or _EVERYBODY in other.roles
        return by_command and (everybody or not set(self.roles).isdisjoint(other.roles))


def standing_policies(backend: Backend) -> Iterator[Policy]:
    """The permissive policies at the end of each history; none of one that makes them at run time."""
    histories: dict[int, list[Revision]] = {}
    for revision in backend.revisions:
        histories.setdefault(revision.history, []).append(revision)
    for _, revisions in sorted(histories.items()):
        ordered = sorted(revisions, key=lambda each: each.position)
        statements = [each for revision in ordered for each in revision.statements]
        if not any(_is_built(each) for each in statements):
            yield from _with_overlaps(_folded(statements))


def _is_built(statement: Statement) -> bool:
    """Whether a policy, or the table that it is for, is named when the migration runs."""
    policies = [
        each for each in statement.traits if each.kind in ("policy", "policy-dropped", "policy-altered")
    ]
    return bool(policies) and (statement.facts.holes > 0 or not all(each.table for each in policies))


def _folded(statements: Iterable[Statement]) -> list[Policy]:
    """The policies after all of the statements, restrictive ones left out, in the order of their making."""
    found: dict[tuple[str, str], Policy] = {}
    for statement in statements:
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
    if trait.kind == "policy" and trait.detail:
        command, _, roles = trait.detail.partition(" TO ")
        location = statement.location
        found[key] = Policy(
            trait.column, trait.table, command, tuple(roles.split(", ")), location, statement.scope
        )
    elif trait.kind == "policy-dropped":
        found.pop(key, None)
    elif trait.kind == "policy-altered" and key in found and trait.detail:
        renamed, is_renamed, name = trait.detail.partition("RENAME ")
        if is_renamed and not renamed:
            policy = replace(found.pop(key), name=name)
            found[trait.table, name] = policy
        else:
            found[key] = replace(found[key], roles=tuple(trait.detail.split(", ")))


def _with_overlaps(policies: list[Policy]) -> Iterator[Policy]:
    for index, policy in enumerate(policies):
        before = [each for each in policies[:index] if each.table == policy.table and policy.overlaps(each)]
        yield replace(policy, overlapped=tuple(before))
