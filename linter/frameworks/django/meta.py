"""Indexes and constraints of a Django model, as `class Meta` and migrations declare them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from linter.backend import Index
from linter.facts.expressions import Constant, Result
from linter.finding import Location
from linter.resolve.values import Made, Value, Values

_METHODS = {
    "BloomIndex": "bloom",
    "BrinIndex": "brin",
    "GinIndex": "gin",
    "GistIndex": "gist",
    "HashIndex": "hash",
    "SpGistIndex": "spgist",
}
_SILENT = frozenset({"CheckConstraint", "ExclusionConstraint"})


@dataclass(slots=True)
class MetaKeys:
    """Indexes and unique constraints; `complete` is False when some can't be read."""

    indexes: list[Index] = field(default_factory=list)
    complete: bool = True


class MetaReader:
    """Reads one model's declarations; `column` gives the column of a field."""

    def __init__(self, values: Values, column: Callable[[str], str], substitutions: dict[str, str]) -> None:
        self.values = values
        self.column = column
        self.substitutions = substitutions

    def declared(self, value: Value | None, found: MetaKeys) -> None:
        """`indexes = […]` or `constraints = […]`."""
        if value is None:
            return
        items = self.values.items(value)
        if items is None:
            found.complete = False
            return
        for item in items:
            made = self.values.made(item)
            index = None if made is None else self.index(made)
            if index is not None:
                found.indexes.append(index)
            elif made is None or made.name.rpartition(".")[2] not in _SILENT:
                found.complete = False

    def together(self, value: Value | None, unique: bool, location: Location, found: MetaKeys) -> None:
        """`unique_together` or `index_together`: a list of names, or a list of such lists."""
        if value is None:
            return
        groups = self.groups(value)
        if groups is None:
            found.complete = False
            return
        for names in groups:
            columns = tuple(self.column(name) for name in names)
            found.indexes.append(
                Index("_".join((*columns, "uniq" if unique else "idx")), columns, unique, location)
            )

    def groups(self, value: Value) -> list[tuple[str, ...]] | None:
        """The groups of names in `unique_together`; None when they can't be read."""
        followed = self.values.follow(value)
        if isinstance(followed.expr, Constant) and followed.expr.value is None:
            return []
        names = self.values.texts(value)
        if names:
            return [names]
        items = self.values.items(value)
        if items is None:
            return None
        groups = [self.values.texts(item) for item in items]
        return None if None in groups else [group for group in groups if group]

    def index(self, made: Made) -> Index | None:
        """`Index(…)` or `UniqueConstraint(…)`; None for anything else and for what can't be read."""
        last = made.name.rpartition(".")[2]
        unique = last == "UniqueConstraint"
        if last in _SILENT or not (unique or last.endswith("Index")):
            return None
        columns = self._columns(made)
        if columns is None:
            return None
        partial = made.keyword("condition") is not None
        return Index(self.name(made), columns, unique, _place(made), partial, _METHODS.get(last, ""))

    def name(self, made: Made) -> str:
        """The name that is given to an index or constraint."""
        text = self.values.text(made.keyword("name")) or ""
        for mark, value in self.substitutions.items():
            text = text.replace(mark, value)
        return text

    def _columns(self, made: Made) -> tuple[str, ...] | None:
        fields = made.keyword("fields")
        if fields is not None:
            names = self.values.texts(fields)
            return None if names is None else tuple(self.column(name.lstrip("-")) for name in names)
        parts = [self._expression(arg) for arg in made.args]
        return tuple(parts) if parts and len(parts) == len(made.call.args) else None

    def _expression(self, value: Value, depth: int = 0) -> str:
        """How an expression of an index is spelled: `lower(email)`."""
        text = None if isinstance(value.expr, Result) else self.values.text(value)
        if text is not None:
            return self.column(text.lstrip("-"))
        made = self.values.made(value)
        if made is None or depth > 6:
            return "?"
        last = made.name.rpartition(".")[2]
        if last in ("desc", "asc"):
            receiver = getattr(made.call.callee, "base", None)
            return "?" if receiver is None else self._expression(value.beside(receiver), depth + 1)
        if last in ("F", "OpClass", "OrderBy", "Collate") and made.args:
            inner = made.args[0]
            return self._expression(inner, depth + 1)
        return f"{last.lower()}({', '.join(self._expression(arg, depth + 1) for arg in made.args)})"


def _place(made: Made) -> Location:
    return made.value.holder.module.locate(made.call.span)
