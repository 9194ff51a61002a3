"""The rules of a Tornado application: which handler answers at which pattern."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.evaluate.values import HOLE, Made, Value, options
from linter.finding import Location
from linter.frameworks.followed.setup import Node, Note, Setup
from linter.frameworks.tornado.names import APP, MATCHES, ROUTER, SPECS
from linter.resolve.definitions import Class

_DEPTH = 12


class Rule(NamedTuple):
    """One handler class at a pattern, a regular expression. `arguments` go to its `initialize`."""

    pattern: str
    handler: Class | str
    location: Location
    complete: bool
    arguments: Value = None


class Rules:
    """Reads rules off what set-up code gave to applications and routers."""

    def __init__(self, setup: Setup) -> None:
        self._setup = setup

    def of_node(self, node: Node, depth: int = 0) -> Iterator[Rule]:
        """Every rule of an application or a router, nested ones included."""
        for note in node.notes:
            place = _place(note)
            if note.name == "__init__":
                yield from self._listed(_given_rules(node, note), place, depth)
            elif note.name in ("add_handlers", "add_rules"):
                position = 1 if note.name == "add_handlers" else 0
                yield from self._listed(note.argument(position, "host_handlers"), place, depth)

    def _listed(self, value: Value, place: Location, depth: int) -> Iterator[Rule]:
        if depth > _DEPTH:
            return
        for group in options(value):
            if isinstance(group, (list, tuple)):
                for each in group:
                    for rule in options(each):
                        yield from self._of_rule(rule, place, depth)

    def _of_rule(self, rule: Value, place: Location, depth: int) -> Iterator[Rule]:
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
        for text in _patterns(pattern):
            for each in options(target):
                yield from self._of_target(text, each, arguments, place, depth)

    def _of_target(
        self, pattern: str, target: Value, arguments: Value, place: Location, depth: int
    ) -> Iterator[Rule]:
        if isinstance(target, (list, tuple)):
            yield from self._listed(target, place, depth + 1)
            return
        node = self._setup.node(target)
        if node is not None:
            yield from self.of_node(node, depth + 1)
        elif isinstance(target, (Class, str)):
            yield Rule(pattern, target, place, HOLE not in pattern, arguments)

    def nested(self) -> set[int]:
        """Applications and routers that rules of others lead to."""
        found: set[int] = set()
        for node in self._setup.of_kind(APP, ROUTER):
            for note in node.notes:
                _targets(_given_rules(node, note), found, 0)
        return found


def _given_rules(node: Node, note: Note) -> Value:
    name = "handlers" if node.kind == APP else "rules"
    return note.argument(0, name, note.keywords.get(name))


def _targets(value: Value, found: set[int], depth: int) -> None:
    for option in options(value):
        if isinstance(option, Made) and option.name in SPECS:
            option = tuple(option.args)
        if isinstance(option, (list, tuple)) and depth < _DEPTH:
            for each in option:
                _targets(each, found, depth + 1)
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
