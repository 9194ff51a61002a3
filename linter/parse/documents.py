"""YAML and JSON documents as trees that know their lines.

Aliases share the node that they name, so a document that would be huge when written out stays as small
as its text. Nesting and size are limited: what is beyond them is no description that anybody wrote.
"""

from __future__ import annotations

from typing import Any, TypeAlias, Union

_DEEPEST = 120
_MOST = 600_000
"""Nodes of one document, and entries that merging adds to it."""


class Unreadable(Exception):
    """The text is no document; the message says why."""


class Text:
    """A scalar. `quoted` is False for what YAML may read as a number, a truth value or nothing."""

    __slots__ = ("column", "line", "quoted", "text")

    def __init__(self, line: int, column: int, text: str, quoted: bool) -> None:
        self.line = line
        self.column = column
        self.text = text
        self.quoted = quoted


class Items:
    """A sequence."""

    __slots__ = ("column", "items", "line")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.items: list[Tree] = []


class Entries:
    """A mapping by the text of its keys; the last of several equal keys counts. `keys` has their places."""

    __slots__ = ("column", "entries", "keys", "line", "pending")

    def __init__(self, line: int, column: int) -> None:
        self.line = line
        self.column = column
        self.entries: dict[str, Tree] = {}
        self.keys: dict[str, Text] = {}
        self.pending: Tree | None = None


Tree: TypeAlias = Union[Text, Items, Entries]


def read(data: bytes) -> Tree:
    """The first document in a text. Lines are 1-based, columns 0-based. Raises Unreadable."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    reading = _Reading()
    try:
        for event in yaml.parse(data, Loader=loader):
            if reading.take(event):
                break
    except yaml.MarkedYAMLError as error:
        line = "" if error.problem_mark is None else f" in line {error.problem_mark.line + 1}"
        raise Unreadable(f"{error.problem or 'it is no YAML'}{line}") from error
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable("it is no YAML") from error
    if reading.root is None:
        raise Unreadable("it is empty")
    return reading.root


class _Reading:
    """Builds the tree from the parser's events, without recursion."""

    def __init__(self) -> None:
        self.root: Tree | None = None
        self._open: list[Items | Entries] = []
        self._anchors: dict[str, Tree] = {}
        self._count = 0

    def take(self, event: Any) -> bool:
        """Take one event; whether the document is complete."""
        match type(event).__name__:
            case "ScalarEvent":
                mark = event.start_mark
                quoted = not event.implicit[0]
                self._add(Text(mark.line + 1, mark.column, event.value, quoted), event.anchor)
            case "MappingStartEvent":
                self._enter(Entries(event.start_mark.line + 1, event.start_mark.column), event.anchor)
            case "SequenceStartEvent":
                self._enter(Items(event.start_mark.line + 1, event.start_mark.column), event.anchor)
            case "MappingEndEvent" | "SequenceEndEvent":
                closed = self._open.pop()
                if isinstance(closed, Entries):
                    self._merge(closed)
            case "AliasEvent":
                known = self._anchors.get(event.anchor)
                if known is None:
                    raise Unreadable(f"an unknown alias in line {event.start_mark.line + 1}")
                self._add(known, None)
            case "DocumentEndEvent":
                return True
        return False

    def _enter(self, node: Items | Entries, anchor: str | None) -> None:
        self._add(node, anchor)
        self._open.append(node)
        if len(self._open) > _DEEPEST:
            raise Unreadable("nested too deeply")

    def _add(self, node: Tree, anchor: str | None) -> None:
        self._count += 1
        if self._count > _MOST:
            raise Unreadable("it has too many nodes")
        if anchor:
            self._anchors[anchor] = node
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if isinstance(parent, Items):
            parent.items.append(node)
        elif parent.pending is None:
            parent.pending = node
        else:
            key, parent.pending = parent.pending, None
            if isinstance(key, Text):
                parent.entries[key.text] = node
                parent.keys[key.text] = key

    def _merge(self, closed: Entries) -> None:
        """`<<: *defaults` adds what is not there."""
        given = closed.entries.get("<<")
        for each in given.items if isinstance(given, Items) else (given,):
            if not isinstance(each, Entries) or each is closed:
                continue
            self._count += len(each.entries)
            if self._count > _MOST:
                raise Unreadable("it has too many nodes")
            for key, value in each.entries.items():
                if key not in closed.entries:
                    closed.entries[key] = value
                    closed.keys[key] = each.keys[key]
