"""Models of Tortoise ORM: tables, columns, keys and indexes, as fields and `class Meta` declare them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from linter.backend import Backend, Column, Index, Table
from linter.finding import Location
from linter.frameworks.tortoise.fields import Field, Fields
from linter.resolve.definitions import Class
from linter.resolve.project import Variable
from linter.resolve.values import Made, Value, Values
from linter.schema.build import make_table, with_key_types
from linter.schema.model import Model, Relation

_MODELS = frozenset({"tortoise.models.Model", "tortoise.Model"})
_WITHOUT_FIELDS = ("tortoise.", "typing.", "abc.", "enum.")
_METHODS = {
    "BloomIndex": "bloom",
    "BrinIndex": "brin",
    "GinIndex": "gin",
    "GistIndex": "gist",
    "HashIndex": "hash",
    "SpGistIndex": "spgist",
    "FullTextIndex": "fulltext",
    "SpatialIndex": "spatial",
}
_INITIALISERS = ("init", "register_tortoise", "RegisterTortoise")
_DEEP = 8


@dataclass(slots=True)
class _Draft:
    """A model with its fields. `key` is the field that is the primary key, None for the one made up.

    `name` is the table's without its schema.
    """

    cls: Class
    name: str
    schema: str = ""
    fields: dict[str, Field] = field(default_factory=dict)
    key: Field | None = None
    complete: bool = True

    @property
    def table(self) -> str:
        return self.qualified(self.name)

    def qualified(self, name: str) -> str:
        return f"{self.schema}.{name}" if self.schema else name

    @property
    def key_column(self) -> str:
        return "id" if self.key is None else self.key.column


class TortoiseModels:
    """All models of the project that Tortoise gives a table, many-to-many tables included."""

    def __init__(self, backend: Backend) -> None:
        self.project = backend.project
        self.values = Values(backend.project)
        self.models: dict[str, Model] = {}
        self._fields = Fields(self.values)
        self._renamed = _names_are_made_up(backend)
        self._drafts = {
            cls.id: self._draft(cls)
            for cls in backend.classes
            if self._is_model(cls) and not self.values.flag(self.meta(cls, "abstract"))
        }
        self._by_name: dict[str, list[str]] = {}
        for draft in self._drafts.values():
            self._by_name.setdefault(draft.cls.head.name, []).append(draft.cls.id)
        for draft in self._drafts.values():
            self.models[draft.cls.id] = self._model(draft)
        for draft in self._drafts.values():
            self._relate(draft)
        found: dict[str, Table] = {}
        names = Counter(draft.table for draft in self._drafts.values())
        for draft in self._drafts.values():
            # Models that share a name may be those of two programs.
            draft.complete = draft.complete and names[draft.table] == 1
            found[draft.table] = self._table(draft)
        for draft in self._drafts.values():
            for table in self._many_tables(draft):
                found.setdefault(table.name, table)
        self.tables = with_key_types(found)

    def _is_model(self, cls: Class) -> bool:
        return any(base.target is None and base.name in _MODELS for base in self.project.ancestors(cls))

    def meta(self, cls: Class, name: str) -> Value | None:
        """An option of a model's own `class Meta`, or of one that the `Meta` extends."""
        own = cls.children.get("Meta")
        found = self.project.member(own, name) if isinstance(own, Class) else None
        if found is None or not isinstance(found.target, Variable) or found.target.assign.value is None:
            return None
        return Value(found.target.holder, found.target.assign.value)

    def _draft(self, cls: Class) -> _Draft:
        named = self.meta(cls, "table")
        table = self.values.text(named)
        schema = self.values.text(self.meta(cls, "schema")) or ""
        draft = _Draft(cls, table or cls.head.name.lower(), schema)
        draft.complete = table is not None or (named is None and not self._renamed)
        for base in reversed(self.project.ancestors(cls)):
            if isinstance(base.target, Class):
                for name, each in self._fields.declared(base.target).items():
                    draft.fields.pop(name, None)
                    if each is not None:
                        draft.fields[name] = each
                        draft.complete = draft.complete and each.complete
            elif base.name != "object" and not base.name.startswith(_WITHOUT_FIELDS):
                draft.complete = False
        draft.key = next((each for each in draft.fields.values() if each.primary_key), None)
        return draft

    # Relations

    def _target(self, draft: _Draft, each: Field) -> _Draft | None:
        """The model that a relation leads to, a class or `app.Name`; the app tells same names apart."""
        named = self.values.named(each.to)
        if named is not None and isinstance(named.target, Class):
            return self._drafts.get(named.target.id)
        app, _, name = (self.values.text(each.to) or "").rpartition(".")
        known = self._by_name.get(name, [])
        if len(known) > 1:
            known = [label for label in known if app in label.split(".")]
        return self._drafts[known[0]] if len(known) == 1 else None

    def _target_field(self, target: _Draft, each: Field) -> Field | None:
        return target.fields.get(each.to_field) if each.to_field else target.key

    def _target_column(self, target: _Draft, each: Field) -> str:
        there = self._target_field(target, each)
        return "id" if there is None else there.column

    def _type(self, draft: _Draft, each: Field, depth: int = 0) -> str:
        target = self._target(draft, each) if each.is_relation else None
        if target is None or depth > _DEEP:
            return each.type
        there = self._target_field(target, each)
        return "integer" if there is None else self._type(target, there, depth + 1)

    def _model(self, draft: _Draft) -> Model:
        model = Model(draft.cls, draft.table, {"pk": draft.key_column})
        for each in draft.fields.values():
            if not each.is_many:
                model.columns[each.name] = each.column
                if each.is_relation:
                    model.columns[f"{each.name}_id"] = each.column
        if draft.key is None:
            model.columns["id"] = "id"
        return model

    def _relate(self, draft: _Draft) -> None:
        model = self.models[draft.cls.id]
        for each in draft.fields.values():
            target = self._target(draft, each) if each.is_relation else None
            if target is None:
                continue
            model.relations[each.name] = Relation(target.cls.id, each.column, forward=True)
            if each.related_name is not None:
                back = Relation(draft.cls.id, each.column, forward=False)
                name = each.related_name or f"{draft.name}s"
                self.models[target.cls.id].relations.setdefault(name, back)

    # Tables

    def _table(self, draft: _Draft) -> Table:
        columns: dict[str, Column] = {}
        if draft.key is None:
            place = draft.cls.location
            columns["id"] = Column("id", "integer", False, True, False, False, None, place)
        for each in draft.fields.values():
            if not each.is_many:
                columns[each.column] = self._column(draft, each)
        indexes = [index for index in self._indexes(draft) if index is not None]
        return make_table(
            draft.table,
            columns,
            indexes,
            (draft.key_column,),
            draft.cls.location,
            model=draft.cls.name,
            source="tortoise",
            complete=draft.complete,
            owner=draft.cls,
        )

    def _column(self, draft: _Draft, each: Field) -> Column:
        target = self._target(draft, each) if each.is_relation else None
        references = None
        if target is not None and each.constrained:
            references = f"{target.table}.{self._target_column(target, each)}"
        unique = each.unique and not each.primary_key
        return Column(
            each.column,
            self._type(draft, each),
            each.null,
            each.primary_key,
            unique,
            each.indexed and not each.primary_key,
            references,
            each.location,
        )

    def _indexes(self, draft: _Draft) -> Iterator[Index | None]:
        for option, unique in (("unique_together", True), ("indexes", False), ("constraints", True)):
            value = self.meta(draft.cls, option)
            items = None if value is None else self.values.items(value)
            if value is not None and items is None:
                draft.complete = False
            names = self.values.texts(value)
            if names and option != "constraints":
                yield self._index(draft, names, unique, draft.cls.location)
                continue
            for item in items or ():
                made = self.values.made(item)
                texts = self.values.texts(made.keyword("fields") if made is not None else item)
                if texts is not None:
                    yield self._declared(draft, texts, unique, made)
                elif made is None or not made.name.endswith("CheckConstraint"):
                    draft.complete = False

    def _declared(self, draft: _Draft, names: tuple[str, ...], unique: bool, made: Made | None) -> Index:
        if made is None:
            return self._index(draft, names, unique, draft.cls.location)
        last = made.name.rpartition(".")[2]
        place = made.value.holder.module.locate(made.call.span)
        index = self._index(draft, names, last == "UniqueConstraint", place)
        partial = made.keyword("condition") is not None
        name = self.values.text(made.keyword("name")) or index.name
        return Index(name, index.columns, index.unique, place, partial, _METHODS.get(last, ""))

    def _index(self, draft: _Draft, names: tuple[str, ...], unique: bool, place: Location) -> Index:
        model = self.models[draft.cls.id]
        columns = tuple(model.columns.get(name, name) for name in names)
        return Index("_".join(("uid" if unique else "idx", draft.table, *columns)), columns, unique, place)

    def _many_tables(self, draft: _Draft) -> Iterator[Table]:
        """The tables that Tortoise makes for many-to-many fields."""
        for each in draft.fields.values():
            target = self._target(draft, each) if each.is_many else None
            if target is None:
                continue
            name = each.through or f"{draft.name}_{target.name}"
            forward = each.forward_key or f"{target.cls.head.name.lower()}_id"
            backward = each.backward_key or f"{draft.name}_id"
            if backward == forward and not each.backward_key:
                backward = f"{draft.name}_rel_id"
            ends = ((backward, draft), (forward, target))
            columns = {
                column: Column(
                    column,
                    "integer" if end.key is None else self._type(end, end.key),
                    False,
                    False,
                    False,
                    False,
                    f"{end.table}.{end.key_column}" if each.constrained else None,
                    each.location,
                )
                for column, end in ends
            }
            pair = [Index(f"uidx_{name}", tuple(columns), True, each.location)] if each.unique else []
            yield make_table(
                draft.qualified(name),
                columns,
                pair,
                (),
                each.location,
                source="tortoise",
                complete=each.complete,
            )


def _names_are_made_up(backend: Backend) -> bool:
    """Whether Tortoise is started with a function that makes the names of tables."""
    return any(
        site.call is not None and site.call.keyword("table_name_generator") is not None
        for name in _INITIALISERS
        for site in backend.methods_called(name)
    )
