"""What the project itself does with the fields of a serializer before they are shown."""

from __future__ import annotations

from functools import lru_cache

from linter.backend import Backend
from linter.facts.expressions import Attr, Expr, Item, Ref, text_of, walk
from linter.facts.scopes import Assign, Delete
from linter.resolve.definitions import Class, Function
from linter.shapes import Field

_SHOWING = "to_representation"


def is_taken_out(schema: Class, field: Field, backend: Backend) -> bool:
    """Whether the serializer takes the field out of what it has made, or puts something else in its place.

    `del shown["password"]`, `shown.pop("password")` or `shown["password"] = HIDDEN`. One that says by a
    method of its own which fields it has is taken to leave such a field out.
    """
    named = backend.project.member(schema, "get_field_names")
    if named is not None and isinstance(named.target, Function):
        return True
    found = backend.project.member(schema, _SHOWING)
    method = None if found is None else found.target
    if not isinstance(method, Function):
        return False
    deleted = (each.targets for each in method.scope.statements if isinstance(each, Delete))
    written = (
        each.targets
        for each in method.scope.statements
        if isinstance(each, Assign) and not _reads(each.value, field.name)
    )
    keys = [target.key for targets in (*deleted, *written) for target in targets if isinstance(target, Item)]
    keys += [each.args[0] for each in method.scope.calls if each.last_name == "pop" and each.args]
    return any(text_of(each) == field.name for each in keys)


def _reads(value: Expr | None, name: str) -> bool:
    """Whether an expression has a part of a name in it: `shown["hash"] = instance.hash`."""
    parts = () if value is None else walk(value)
    return any(
        (isinstance(each, Attr) and each.name == name)
        or (isinstance(each, Ref) and each.name.rpartition(".")[2] == name)
        for each in parts
    )


def is_shown_otherwise(field: Field, backend: Backend) -> bool:
    """Whether the project's own class of a serializer's field decides what of the value is shown."""
    return (field.type or "").rpartition(".")[2] in _showing(backend)


@lru_cache(maxsize=1)
def _showing(backend: Backend) -> frozenset[str]:
    """The names of classes that say how a value is shown."""
    return frozenset(each.scope.name for each in backend.classes if _SHOWING in each.methods)
