"""Relations between models: which model's rows stand behind an attribute of another model's row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from linter.facts.expressions import Attr, Constant, Expr, Ref, Result, walk
from linter.facts.scopes import Call
from linter.resolve.definitions import Class

_KEYS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})
_OWN = frozenset({"relationship"})


def relations_of(models: Iterable[Class]) -> dict[str, Class]:
    """The model behind each name of a relation; names that lead to several models are left out."""
    known = sorted(models, key=lambda each: each.id)
    by_name: dict[str, Class | None] = {}
    for each in known:
        name = each.scope.name
        by_name[name] = None if name in by_name else each
    found: dict[str, Class | None] = {}
    for owner in known:
        for name, target in _related(owner, by_name):
            other = found.setdefault(name, target)
            if other is not target:
                found[name] = None
    return {name: target for name, target in sorted(found.items()) if target is not None}


def _related(owner: Class, models: dict[str, Class | None]) -> Iterator[tuple[str, Class]]:
    for name, assign in owner.attributes.items():
        call = owner.scope.calls[assign.value.call] if isinstance(assign.value, Result) else None
        last = "" if call is None else call.last_name
        if call is None or last not in _KEYS | _OWN:
            continue
        target = _named(call.args[0] if call.args else None, models)
        if target is None and last in _OWN and assign.annotation is not None:
            target = _annotated(assign.annotation, models)
        if target is None:
            continue
        yield name.rpartition(".")[2], target
        back = _back(call, owner, last)
        if back:
            yield back, owner


def _named(expr: Expr | None, models: dict[str, Class | None]) -> Class | None:
    """The model that an argument names, by itself or as text."""
    name = expr.value if isinstance(expr, Constant) else getattr(expr, "name", "")
    return models.get(name.lstrip(":$").rpartition(".")[2]) if isinstance(name, str) else None


def _annotated(annotation: Expr, models: dict[str, Class | None]) -> Class | None:
    """The model in `Mapped[list["Boat"]]`."""
    for each in walk(annotation):
        if isinstance(each, (Constant, Ref, Attr)):
            found = _named(each, models)
            if found is not None:
                return found
    return None


def _back(call: Call, owner: Class, last: str) -> str:
    """The name under which the other model's rows have those of this one."""
    given = dict(call.keywords)
    for key in ("related_name", "backref"):
        value = given.get(key)
        if isinstance(value, Constant) and isinstance(value.value, str):
            return value.value
    if last not in _KEYS:
        return ""
    lower = owner.scope.name.lower()
    return lower if last == "OneToOneField" else f"{lower}_set"
