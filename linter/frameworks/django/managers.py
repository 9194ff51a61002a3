"""Managers of Django's models: whether one begins with all rows, in the order of the model."""

from __future__ import annotations

from linter.frameworks.django.drafts import ModelReader
from linter.resolve.definitions import Class
from linter.resolve.project import Project, Variable

_PLAIN = ("django.db.models", "django.contrib.auth", "django.contrib.postgres")
_OBJECT = frozenset({"object", "abc.ABC", "typing.Generic"})


def begins_with_all(project: Project, cls: Class, manager: str) -> bool:
    """Whether a manager gives all rows as Django does, for nothing overrides what it begins with."""
    member = project.member(cls, manager)
    if member is None or (member.target is None and member.name.startswith(_PLAIN)):
        return _is_known(project, cls)
    if not isinstance(member.target, Variable):
        return False
    kind = project.type_of_variable(member.target)
    if kind is None:
        return False
    found = project.by_id(kind)
    if not isinstance(found, Class):
        return kind.startswith("django.db.models.") and kind.endswith("Manager")
    return _is_known(project, found) and project.member(found, "get_queryset") is None


def _is_known(project: Project, cls: Class) -> bool:
    """Whether all that a class extends is of the project or of Django itself."""
    return all(
        isinstance(each.target, Class) or each.name.startswith(_PLAIN) or each.name in _OBJECT
        for each in project.ancestors(cls)
    )


def is_ordered(reader: ModelReader, cls: Class, depth: int = 0) -> bool:
    """Whether a model has an order of its own, or may have one that can't be seen."""
    meta = reader.meta(cls)
    if reader.meta_value(cls, "ordering") is not None or depth > 8:
        return True
    if meta is not None and any(each.name.startswith("?") for each in reader.project.ancestors(meta)):
        return True
    if meta is not None and "order_with_respect_to" in meta.attributes:
        return True
    if not _is_known(reader.project, cls):
        return True
    bases = [base.target for base in reader.project.bases(cls)]
    return any(
        is_ordered(reader, base, depth + 1)
        for base in bases
        if isinstance(base, Class) and reader.is_model(base)
    )
