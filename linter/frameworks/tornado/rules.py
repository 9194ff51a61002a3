"""The rules of a Tornado application: which handler answers at which pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.evaluate.branches import Branches
from linter.evaluate.values import HOLE, Made, Value, options
from linter.finding import Location
from linter.frameworks.followed.setup import Node, Note, Setup
from linter.frameworks.tornado.names import APP, MATCHES, ROUTER, SPECS
from linter.resolve.definitions import Class

_DEPTH = 12


class Rule(NamedTuple):
    """One handler class at a pattern, a regular expression. `arguments` go to its `initialize`.

    `order` is the number of the list that it stands in, and its place there; None if that is not certain.
    """

    pattern: str
    handler: Class | str
    location: Location
    complete: bool
    arguments: Value = None
    order: tuple[int, int] | None = None


class _Held(NamedTuple):
    """What a list of rules is given with: where, in how many others it lies, and under which conditions.

    `number` is that of the list, None if its order is not certain.
    """

    place: Location
    depth: int
    branch: object | None
    number: int | None = None


class Rules:
    """Reads rules off what set-up code gave to applications and routers."""

    def __init__(self, setup: Setup, branches: Branches) -> None:
        self._setup = setup
        self._branches = branches
        self._lists = 0

    def of_node(self, node: Node, depth: int = 0) -> Iterator[Rule]:
        """Every rule of an application or a router, nested ones included."""
        for note in node.notes:
            held = _Held(_place(note), depth, note.branch)
            if note.name == "__init__":
                yield from self._listed(_given_rules(node, note), held)
            elif note.name in ("add_handlers", "add_rules"):
                position = 1 if note.name == "add_handlers" else 0
                yield from self._listed(note.argument(position, "host_handlers"), held)

    def _listed(self, value: Value, held: _Held) -> Iterator[Rule]:
        if held.depth > _DEPTH:
            return
        groups = options(value)
        for group in groups:
            if isinstance(group, (list, tuple)):
                certain = len(groups) == 1 and self._branches.is_settled(group, held.branch)
                self._lists += 1
                held = held._replace(number=self._lists if certain else None)
                for position, each in enumerate(group):
                    rules = options(each)
                    for rule in rules:
                        given = held if len(rules) == 1 else held._replace(number=None)
                        yield from self._of_rule(rule, given, position)

    def _of_rule(self, rule: Value, held: _Held, position: int) -> Iterator[Rule]:
        place = held.place
        if isinstance(rule, Made) and rule.name in SPECS:
            place = rule.module.locate(rule.span) if rule.module.path else place
            pattern = rule.argument(0, "pattern", rule.keywords.get("matcher"))
            target = rule.argument(1, "handler", rule.keywords.get("target"))
            arguments = rule.argument(2, "kwargs", rule.keywords.get("target_kwargs"))
        elif isinstance(rule, (list, tuple)) and len(rule) >= 2:
            pattern, target = rule[0], rule[1]
            arguments = rule[2] if len(rule) > 2 else None
        else:
            return
        patterns = _patterns(pattern)
        order = None if held.number is None or len(patterns) > 1 else (held.number, position)
        for text in patterns:
            for each in options(target):
                found = Rule(text, "", place, HOLE not in text, arguments, order)
                yield from self._of_target(found, each, held)

    def _of_target(self, rule: Rule, target: Value, held: _Held) -> Iterator[Rule]:
        if isinstance(target, (list, tuple)):
            yield from self._listed(target, held._replace(place=rule.location, depth=held.depth + 1))
            return
        node = self._setup.node(target)
        if node is not None:
            yield from self.of_node(node, held.depth + 1)
        elif isinstance(target, (Class, str)):
            yield rule._replace(handler=target)

    def nested(self) -> set[int]:
        """Applications and routers that rules of others lead to."""
        found: set[int] = set()
        seen: set[tuple[int, int]] = set()
        for node in self._setup.of_kind(APP, ROUTER):
            for note in node.notes:
                _targets(_given_rules(node, note), found, seen, 0)
        return found


def _given_rules(node: Node, note: Note) -> Value:
    name = "handlers" if node.kind == APP else "rules"
    return note.argument(0, name, note.keywords.get(name))


def _targets(value: Value, found: set[int], seen: set[tuple[int, int]], depth: int) -> None:
    """Add what lists of rules lead to; `seen` are lists that were read, by depth."""
    for option in options(value):
        if (id(option), depth) in seen:
            continue
        if isinstance(option, list):
            seen.add((id(option), depth))
        if isinstance(option, Made) and option.name in SPECS:
            option = tuple(option.args)
        if isinstance(option, (list, tuple)) and depth < _DEPTH:
            for each in option:
                _targets(each, found, seen, depth + 1)
        elif depth:
            found.add(id(option))


def _patterns(pattern: Value) -> list[str]:
    """The regular expressions that a matcher stands for."""
    found: list[str] = []
    for option in options(pattern):
        if isinstance(option, Made) and option.name in MATCHES:
            option = option.argument(0, "path_pattern")
        if isinstance(option, str) and option.strip(HOLE):
            found.append(option)
    return found


def _place(note: Note) -> Location:
    return note.module.locate(note.span) if note.module.path else Location("", 1, 1, 1, 1)
