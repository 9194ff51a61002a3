"""Tables of Django models."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from linter.backend import Backend, Column, Index, Table
from linter.facts.expressions import Ref
from linter.finding import Location
from linter.frameworks.django.apps import KEY_TYPES, Apps
from linter.frameworks.django.drafts import ModelDraft, ModelReader
from linter.frameworks.django.fields import Field
from linter.frameworks.django.known_models import (
    CONCRETE,
    TABLES,
)
from linter.frameworks.django.meta import MetaKeys, MetaReader
from linter.resolve.definitions import Class
from linter.resolve.values import Value, Values
from linter.schema.build import make_table
from linter.schema.model import Model, Relation

_MODEL = "django.db.models.Model"
_DEEP = 12


@dataclass(frozen=True, slots=True)
class Target:
    """What a relation points to: table, column and its type; `model` is the class's id or empty."""

    table: str
    column: str
    type: str
    model: str
    name: str


class DjangoModels:
    """All models of a Django project and their tables, many-to-many tables included."""

    def __init__(self, backend: Backend) -> None:
        self.project = backend.project
        self.values = Values(backend.project)
        self.models: dict[str, Model] = {}
        self.tables: dict[str, Table] = {}
        self._drafts: dict[str, ModelDraft] = {}
        self._labels: dict[tuple[str, str], str] = {}
        self.apps = Apps(backend, self.values)
        self.reader = ModelReader(self.values, self.apps)
        self._read(backend)

    def _read(self, backend: Backend) -> None:
        for cls in backend.classes:
            if self.reader.is_model(cls) and not self.reader.is_abstract(cls):
                draft = self.reader.draft(cls)
                self._drafts[cls.id] = draft
                self._labels.setdefault((draft.label.lower(), cls.head.name.lower()), cls.id)
        for draft in self._drafts.values():
            self.models[draft.cls.id] = self._model(draft)
        for draft in self._drafts.values():
            self._relate(draft)
        found = [table for draft in self._drafts.values() if not draft.proxy for table in self._tables(draft)]
        self.tables = {table.name: table for table in sorted(found, key=lambda table: table.name)}

    # Which classes are models

    # Fields

    # Relations

    def target(self, draft: ModelDraft, each: Field) -> Target | None:
        """The table and column that a relation of a model points to."""
        label = self._target_label(draft, each.to)
        if label is None:
            return None
        return self._target_of(label, each.to_field)

    def _target_label(self, draft: ModelDraft, to: Value | str | None) -> str | None:
        """The id of a model of the project, or the label of another one."""
        if to is None:
            return None
        text = to if isinstance(to, str) else self.values.text(to)
        if text is None and isinstance(to, Value):
            return self._class_label(to)
        if not text:
            return None
        if text == "self":
            return draft.cls.id
        app, _, name = text.rpartition(".")
        return self._labels.get(((app or draft.label).lower(), name.lower()), text)

    def _class_label(self, to: Value) -> str | None:
        found = self.values.named(to)
        if found is not None and isinstance(found.target, Class):
            return found.target.id
        if found is not None and found.name in CONCRETE:
            return CONCRETE[found.name]
        name = to.expr.name if isinstance(to.expr, Ref) else ""
        made = self.values.made(to)
        if name.endswith("AUTH_USER_MODEL") or (made is not None and made.name.endswith("get_user_model")):
            app, _, user = self.apps.user_model.rpartition(".")
            return self._labels.get((app.lower(), user.lower()), self.apps.user_model)
        return None

    def _target_of(self, label: str, to_field: str = "", depth: int = 0) -> Target | None:
        draft = self._drafts.get(label)
        if draft is None:
            app, _, name = label.rpartition(".")
            known = TABLES.get((app.lower(), name.lower()))
            return None if known is None else Target(*known, "", name)
        if depth > _DEEP:
            return None
        if draft.proxy and draft.parents:
            return self._target_of(draft.parents[0], to_field, depth + 1)
        if to_field and to_field in draft.fields:
            each = draft.fields[to_field]
            return Target(
                draft.table,
                self.column(draft, each),
                self._type(draft, each, depth),
                label,
                draft.cls.head.name,
            )
        column, type_ = self._key(draft, depth)
        return Target(draft.table, column, type_, label, draft.cls.head.name)

    def column(self, draft: ModelDraft, each: Field) -> str:
        """The column of a field."""
        if each.column:
            return each.column
        return f"{each.name}_id" if each.is_relation else each.name

    def _type(self, draft: ModelDraft, each: Field, depth: int = 0) -> str:
        if not each.is_relation:
            return each.type
        label = self._target_label(draft, each.to)
        target = None if label is None or depth > _DEEP else self._target_of(label, each.to_field, depth + 1)
        return "" if target is None else target.type

    def _key(self, draft: ModelDraft, depth: int = 0) -> tuple[str, str]:
        """The primary key column of a model and its type."""
        for each in draft.fields.values():
            if each.primary_key:
                return self.column(draft, each), self._type(draft, each, depth)
        link = self._parent_link(draft)
        if link is not None:
            target = self._target_of(draft.parents[0], depth=depth + 1) if depth <= _DEEP else None
            return link, "" if target is None else target.type
        return "id", KEY_TYPES.get(self.apps.key(draft.cls.module), "integer")

    def _parent_link(self, draft: ModelDraft) -> str | None:
        """The column that ties a model to the concrete model that it extends."""
        if not draft.parents:
            return None
        for each in draft.fields.values():
            if each.parent_link:
                return self.column(draft, each)
        name = draft.parents[0].rpartition(".")[2]
        return f"{name.lower()}_ptr_id"

    # Models

    def _model(self, draft: ModelDraft) -> Model:
        key, _ = self._key(draft)
        model = Model(draft.cls, draft.table, {"pk": key})
        for each in draft.fields.values():
            if not each.is_many:
                column = self.column(draft, each)
                model.columns[each.name] = column
                if each.is_relation:
                    model.columns[f"{each.name}_id"] = column
        model.columns.setdefault(key, key)
        if draft.parents and draft.parents[0] in self._drafts:
            model.parent = draft.parents[0]
            if draft.proxy:
                model.table = self._drafts[draft.parents[0]].table
        return model

    def _relate(self, draft: ModelDraft) -> None:
        model = self.models[draft.cls.id]
        for each in draft.fields.values():
            if not each.is_relation:
                continue
            target = self._target_label(draft, each.to)
            if target not in self.models:
                continue
            column = "" if each.is_many else self.column(draft, each)
            model.relations[each.name] = Relation(target, column, forward=True)
            reverse = each.related_query_name or each.related_name or draft.cls.head.name.lower()
            reverse = reverse.replace("%(class)s", draft.cls.head.name.lower()).replace(
                "%(app_label)s", draft.label
            )
            if not reverse.endswith("+"):
                back = Relation(draft.cls.id, column, forward=False)
                self.models[target].relations.setdefault(reverse, back)

    # Tables

    def _tables(self, draft: ModelDraft) -> Iterable[Table]:
        key, key_type = self._key(draft)
        columns: dict[str, Column] = {}
        if not any(each.primary_key for each in draft.fields.values()):
            columns[key] = self._key_column(draft, key, key_type)
        complete = draft.complete
        for each in draft.fields.values():
            if each.is_many:
                yield from self._many(draft, each)
                continue
            column = self._column(draft, each)
            columns.setdefault(column.name, column)
        keys = self._keys(draft)
        yield make_table(
            draft.table,
            columns,
            keys.indexes,
            (key,),
            draft.cls.location,
            model=draft.cls.name,
            source="django",
            complete=complete and keys.complete,
            owner=draft.cls,
        )

    def _key_column(self, draft: ModelDraft, key: str, type_: str) -> Column:
        references = None
        if draft.parents:
            target = self._target_of(draft.parents[0])
            references = None if target is None else f"{target.table}.{target.column}"
        return Column(key, type_, False, True, False, False, references, draft.cls.location)

    def _column(self, draft: ModelDraft, each: Field) -> Column:
        target = self.target(draft, each) if each.is_relation and each.constrained else None
        return Column(
            self.column(draft, each),
            self._type(draft, each),
            each.null,
            each.primary_key,
            each.is_unique,
            each.is_indexed,
            None if target is None else f"{target.table}.{target.column}",
            each.location,
        )

    def _keys(self, draft: ModelDraft) -> MetaKeys:
        location = draft.cls.location
        found = MetaKeys(
            [Index("_".join((*names, "idx")), names, False, location) for names in draft.indexes]
        )
        marks = {"%(class)s": draft.cls.head.name.lower(), "%(app_label)s": draft.label}
        reader = MetaReader(self.values, lambda name: self._column_named(draft, name), marks)
        reader.declared(self.reader.meta_value(draft.cls, "indexes"), found)
        reader.declared(self.reader.meta_value(draft.cls, "constraints"), found)
        reader.together(self.reader.meta_value(draft.cls, "unique_together"), True, location, found)
        reader.together(self.reader.meta_value(draft.cls, "index_together"), False, location, found)
        meta = self.reader.meta(draft.cls)
        if meta is not None and any(each.name.startswith("?") for each in self.project.ancestors(meta)):
            found.complete = False
        return found

    def _column_named(self, draft: ModelDraft, name: str) -> str:
        if name == "pk":
            return self._key(draft)[0]
        each = draft.fields.get(name)
        return name if each is None else self.column(draft, each)

    def _many(self, draft: ModelDraft, each: Field) -> Iterable[Table]:
        """The table that Django makes for a many-to-many field."""
        if each.through is not None:
            return
        name = each.db_table or f"{draft.table}_{each.name}"
        label = self._target_label(draft, each.to)
        target = None if label is None else self._target_of(label)
        key, key_type = self._key(draft)
        model = draft.cls.head.name.lower()
        other = "" if target is None else target.name.lower()
        if target is None and label is not None:
            other = label.rpartition(".")[2].lower()
        ends = (f"from_{model}", f"to_{other}") if label == draft.cls.id else (model, other)
        id_type = KEY_TYPES.get(self.apps.key(draft.cls.module), "integer")
        columns = [Column("id", id_type, False, True, False, False, None, each.location)]
        columns.append(_end(f"{ends[0]}_id", key_type, f"{draft.table}.{key}", each.location))
        if other:
            references = None if target is None else f"{target.table}.{target.column}"
            columns.append(
                _end(f"{ends[1]}_id", "" if target is None else target.type, references, each.location)
            )
        pair = tuple(column.name for column in columns[1:])
        unique = [Index(f"{name}_uniq", pair, True, each.location)] if other else []
        yield make_table(
            name,
            {column.name: column for column in columns},
            unique,
            ("id",),
            each.location,
            model=None,
            source="django",
            complete=bool(other),
        )


def _end(name: str, type_: str, references: str | None, location: Location) -> Column:
    return Column(name, type_, False, False, False, True, references, location)
