"""What leads back to a Django model: the relations of other models, by the name that they have there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from linter.resolve.definitions import Class
from linter.resolve.values import Value
from linter.shapes.field_calls import FieldCall, FieldCalls
from linter.shapes.reader import Shapes

_PACKAGES = ("django.db.models.",)
_RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})


class Reverse(NamedTuple):
    """A relation as the model that it leads to sees it.

    `target` is that model, or the last part of the name that the relation gives. `own_through` says that
    the project keeps the rows in between, so that they can't be written through the relation.
    """

    name: str
    target: Class | str
    is_many: bool
    own_through: bool


def reverse_of(shapes: Shapes, owner: Class, name: str) -> Reverse | None:
    """The relation that leads back to a model, or to a base of it, under a name; None if there is none."""
    owners = [each.cls for each in shapes.lineages.of(owner) if each.cls is not None]
    names = {each.head.name for each in owners}
    for each in _relations(shapes).get(name, ()):
        if each.target in names if isinstance(each.target, str) else each.target in owners:
            return each
    return None


@lru_cache(maxsize=1)
def _relations(shapes: Shapes) -> dict[str, list[Reverse]]:
    found: dict[str, list[Reverse]] = {}
    calls = FieldCalls(shapes.project, shapes.values, _PACKAGES)
    for cls in shapes.project.classes:
        if shapes.library(cls) == "django":
            for call in calls.of(shapes.lineages.of(cls)).values():
                for each in () if call is None or call.kind not in _RELATIONS else _read(shapes, cls, call):
                    found.setdefault(each.name, []).append(each)
    return found


def _read(shapes: Shapes, cls: Class, call: FieldCall) -> Iterator[Reverse]:
    name = _name(shapes, cls, call)
    target = _target(shapes, cls, call.made.argument(0, "to"))
    if name is not None and target is not None:
        through = call.argument("through") is not None
        yield Reverse(name, target, call.kind != "OneToOneField", through)


def _name(shapes: Shapes, cls: Class, call: FieldCall) -> str | None:
    """What a relation is called from the other side; None where that is not known, or hidden."""
    own = cls.head.name.lower()
    given = call.argument("related_name")
    if given is None or shapes.values.constant(given) is None:
        return own if call.kind == "OneToOneField" else f"{own}_set"
    text = (shapes.values.text(given) or "+").replace("%(class)s", own)
    return None if text.endswith("+") or "%(" in text else text


def _target(shapes: Shapes, cls: Class, value: Value | None) -> Class | str | None:
    text = shapes.values.text(value)
    if text is not None:
        return cls if text == "self" else text.rpartition(".")[2]
    named = shapes.values.named(value)
    return named.target if named is not None and isinstance(named.target, Class) else None
