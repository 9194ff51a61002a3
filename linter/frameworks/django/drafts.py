"""What one class declares as a Django model: its label, its fields and what it extends."""

from __future__ import annotations

from dataclasses import dataclass, field

from linter.facts.expressions import Constant, Operation, Ref, Result
from linter.frameworks.django.apps import Apps
from linter.frameworks.django.fields import Field, Fields
from linter.frameworks.django.known_models import (
    ABSTRACT,
    CONCRETE,
    INDEXES,
    WITHOUT_COLUMNS,
    library_fields,
)
from linter.resolve.definitions import Class
from linter.resolve.project import Variable
from linter.resolve.values import Value, Values

_MODEL = "django.db.models.Model"
_DEEP = 60
"""Levels of inheritance that are followed."""


@dataclass(slots=True)
class ModelDraft:
    """A model with its fields, before the columns of its foreign keys are known.

    `parents` are ids of concrete models of the project, or labels (`auth.User`) of others.
    """

    cls: Class
    label: str
    table: str
    fields: dict[str, Field] = field(default_factory=dict)
    parents: list[str] = field(default_factory=list)
    indexes: list[tuple[str, ...]] = field(default_factory=list)
    proxy: bool = False
    complete: bool = True


class ModelReader:
    """Tells models from other classes and reads them."""

    def __init__(self, values: Values, apps: Apps) -> None:
        self.values = values
        self.project = values.project
        self.apps = apps
        self.fields = Fields(values)
        self._model_bases: dict[str, bool] = {}
        self._deciding: list[str] = []
        self._own_fields: dict[str, dict[str, Field | None]] = {}

    def is_model(self, cls: Class) -> bool:
        """Whether a class is a Django model, abstract or not."""
        found = self._model_bases.get(cls.id)
        if found is None:
            self._model_bases[cls.id] = False
            if len(self._deciding) > _DEEP:
                return False
            self._deciding.append(cls.id)
            found = any(self._is_model_base(base.name, base.target) for base in self.project.bases(cls))
            found = found or (bool(cls.head.bases) and self._looks_like_model(cls))
            self._deciding.pop()
            self._model_bases[cls.id] = found
        return found

    def _is_model_base(self, name: str, target: object) -> bool:
        if isinstance(target, Class):
            return self.is_model(target)
        if isinstance(target, Variable):
            kind = self.values.named(Value(target.holder, target.assign.value or Operation("?", ())))
            return kind is not None and kind.name != name and self._is_model_base(kind.name, kind.target)
        return name == _MODEL or name in ABSTRACT or name in CONCRETE

    def _looks_like_model(self, cls: Class) -> bool:
        """Whether a class has a base that can't be read, and fields of Django."""
        if all(isinstance(base.target, Class) or base.name == "object" for base in self.project.bases(cls)):
            return False
        for assign in cls.attributes.values():
            if isinstance(assign.value, Result):
                call = cls.scope.calls[assign.value.call]
                if isinstance(call.callee, Ref) and ".models." in call.callee.name:
                    name = self.project.callee(cls, call).name
                    if name.startswith("django.db.models.") and name.endswith(("Field", "ForeignKey")):
                        return True
        return False

    def meta(self, cls: Class, depth: int = 0) -> Class | None:
        """The `Meta` that holds for a model: its own, or that of an abstract base."""
        own = cls.children.get("Meta")
        if isinstance(own, Class):
            return own
        for base in self.project.bases(cls):
            if (
                isinstance(base.target, Class)
                and self.is_model(base.target)
                and self.is_abstract(base.target)
            ):
                found = self.meta(base.target, depth + 1) if depth < _DEEP else None
                if found is not None:
                    return found
        return None

    def is_abstract(self, cls: Class) -> bool:
        """Whether a model only gives its fields to others."""
        return self._own_flag(cls, "abstract")

    def _own_flag(self, cls: Class, name: str) -> bool:
        meta = cls.children.get("Meta")
        assign = meta.attributes.get(name) if isinstance(meta, Class) else None
        return assign is not None and isinstance(assign.value, Constant) and assign.value.value is True

    def meta_value(self, cls: Class, name: str) -> Value | None:
        """What the `Meta` of a model says for an option."""
        meta = self.meta(cls)
        found = None if meta is None else self.project.member(meta, name)
        if found is None or not isinstance(found.target, Variable) or found.target.assign.value is None:
            return None
        return Value(found.target.holder, found.target.assign.value)

    def draft(self, cls: Class) -> ModelDraft:
        """Everything that a concrete model declares or inherits."""
        label = self.values.text(self.meta_value(cls, "app_label")) or self.apps.label(cls.module)
        draft = ModelDraft(cls, label, "", proxy=self._own_flag(cls, "proxy"))
        named = self.meta_value(cls, "db_table")
        table = self.values.text(named)
        draft.complete = (named is None or table is not None) and not self._is_unmanaged(cls)
        draft.table = (table or f"{label}_{cls.head.name.lower()}").strip('"')
        hidden: set[str] = set()
        self._add_fields(cls, draft, hidden)
        self._inherit(cls, draft, hidden, {cls.id})
        return draft

    def _is_unmanaged(self, cls: Class) -> bool:
        return self.values.constant(self.meta_value(cls, "managed")) is False

    def _inherit(self, cls: Class, draft: ModelDraft, hidden: set[str], seen: set[str]) -> None:
        """Add what the bases give, depth first. A loop keeps a chain of thousands off the stack."""
        pending = list(reversed(self.project.bases(cls)))
        while pending:
            base = pending.pop()
            if base.name in seen:
                continue
            seen.add(base.name)
            if not isinstance(base.target, Class):
                self._library_base(base.name, draft, hidden)
            elif not self.is_model(base.target):
                self._check_mixin(base.target, draft)
            elif self.is_abstract(base.target):
                self._add_fields(base.target, draft, hidden)
                pending += reversed(self.project.bases(base.target))
            else:
                draft.parents.append(base.target.id)

    def _library_base(self, name: str, draft: ModelDraft, hidden: set[str]) -> None:
        if name in CONCRETE:
            draft.parents.append(CONCRETE[name])
            return
        for each in library_fields(name, draft.cls.location):
            if each.name not in hidden:
                hidden.add(each.name)
                draft.fields[each.name] = each
        draft.indexes += INDEXES.get(name, ())
        if name not in ABSTRACT and name not in WITHOUT_COLUMNS:
            draft.complete = False

    def _check_mixin(self, mixin: Class, draft: ModelDraft) -> None:
        """A plain class gives a model no columns; one with a base that can't be read might."""
        for ancestor in self.project.ancestors(mixin):
            if ancestor.target is None and ancestor.name.startswith("?"):
                draft.complete = False

    def _add_fields(self, cls: Class, draft: ModelDraft, hidden: set[str]) -> None:
        for name, found in self._fields_of(cls).items():
            if name in hidden:
                continue
            hidden.add(name)
            if found is not None:
                draft.fields[name] = found
                draft.complete = draft.complete and found.complete

    def _fields_of(self, cls: Class) -> dict[str, Field | None]:
        """What each name in a class body declares; None for what is no field but hides one."""
        known = self._own_fields.get(cls.id)
        if known is None:
            known = {
                name: self.fields.read(name, Value(cls, assign.value))
                for name, assign in cls.attributes.items()
                if assign.value is not None
            }
            self._own_fields[cls.id] = known
        return known
