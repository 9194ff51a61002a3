"""Tables of SQLAlchemy, SQLModel and Flask-SQLAlchemy models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from linter.backend import Backend, Column, Index, Table
from linter.facts.expressions import Item, Operation, Ref, Result
from linter.finding import Location
from linter.frameworks.sqlalchemy.arguments import Arguments
from linter.frameworks.sqlalchemy.bases import Bases
from linter.frameworks.sqlalchemy.columns import Columns, Draft
from linter.frameworks.sqlalchemy.loading import is_lazy
from linter.frameworks.sqlalchemy.models import ModelReader
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.values import Value, Values, call_index
from linter.schema.build import make_table, with_key_types
from linter.schema.model import Model, Relation

_DEEP = 60
"""Levels of inheritance that are followed."""


@dataclass(slots=True)
class _Draft:
    """A table before the names in its foreign keys and indexes are known."""

    name: str
    location: Location
    owner: Class | None
    columns: dict[str, Draft] = field(default_factory=dict)
    arguments: Arguments | None = None
    relations: list[tuple[Class, str, Value]] = field(default_factory=list)
    complete: bool = True


class SqlalchemyModels:
    """All models and tables that a project declares with SQLAlchemy.

    `models` maps the id of a class to its model; `tables` are keyed by name, with the schema in front where
    one is declared (`audit.event`).
    """

    def __init__(self, backend: Backend) -> None:
        self.project = backend.project
        self.values = Values(backend.project)
        self.columns = Columns(self.values)
        self.bases = Bases(self.values)
        self.reader = ModelReader(self.values, self.columns, self.bases)
        self.models: dict[str, Model] = {}
        self.tables: dict[str, Table] = {}
        self._drafts: dict[str, _Draft] = {}
        self._variables: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._extra: list[tuple[str, Index]] = []
        self._read(backend)

    def _read(self, backend: Backend) -> None:
        for function, made in _table_calls(backend, self.values):
            self._imperative(function, made)
        for cls in backend.classes:
            # A revision may declare a model as it was then; it is no table of today.
            if "op" in cls.module.bindings or "alembic" in cls.module.bindings:
                continue
            if self.bases.is_mapped(cls) and cls.id not in self.models:
                self._model(cls)
        for site in backend.calls("sqlalchemy.Index"):
            if isinstance(site.function, Function) and site.function.is_module and site.call is not None:
                self._index_outside(Value(site.function, Result(call_index(site.function, site.call))))
        for name in sorted(self._drafts):
            self.tables[name] = self._finish(self._drafts[name])
        self.tables = with_key_types(self.tables)
        for model in self.models.values():
            self._join_relations(model)

    # Models

    def _model(self, cls: Class, depth: int = 0) -> Model | None:
        """The model of a mapped class, with the parents that it inherits from."""
        lineage = self.bases.lineage(cls)
        parent = None
        if lineage.parent is not None:
            parent = self.models.get(lineage.parent.id)
            if parent is None and depth < _DEEP:
                parent = self._model(lineage.parent, depth + 1)
        own = self.reader.own_table(cls)
        if own:
            return self._classical(cls, own)
        columns, relations, complete = self.reader.collect(cls, lineage, parent.columns if parent else {})
        name, certain = self.reader.name(cls, lineage, any(draft.primary_key for draft in columns.values()))
        if not name:
            if parent is None:
                return None
            name = parent.table
            draft = self._drafts[name]
        else:
            draft = self._drafts.setdefault(name, _Draft(name, cls.location, cls))
            draft.arguments = self.reader.arguments(cls, lineage)
        draft.complete = draft.complete and complete and certain and lineage.complete
        for each in columns.values():
            draft.columns.setdefault(each.name, each)
        draft.relations += relations
        model = Model(cls, name, {attribute: each.name for attribute, each in columns.items()})
        if parent is not None:
            model.parent = parent.cls.id
        self.models[cls.id] = model
        return model

    def _classical(self, cls: Class, name: str) -> Model | None:
        draft = self._drafts.get(name)
        if draft is None:
            return None
        draft.owner = cls
        model = Model(cls, name, {column: column for column in draft.columns})
        self.models[cls.id] = model
        return model

    # Columns

    # Tables without a model

    def _imperative(self, function: Function, made_value: Value) -> None:
        made = self.values.made(made_value)
        name = None if made is None else self.values.text(made.argument(0, "name"))
        if made is None or not name:
            return
        schema = self.values.text(made.keyword("schema"))
        name = f"{schema}.{name}" if schema else name
        arguments = Arguments(self.values, self.columns, made_value)
        location = function.module.locate(made.call.span)
        columns = {draft.name: draft for draft in arguments.columns}
        self._drafts[name] = _Draft(name, location, None, columns, arguments)
        for variable, assigned in function.assignments.items():
            if any(assign.value == made_value.expr for assign in assigned):
                self._variables[f"{function.module.id}.{variable}"] = name

    def table_of_variable(self, name: str) -> str:
        """The table that a module-level variable holds, by its full name; empty for others."""
        return self._variables.get(name, "")

    def _index_outside(self, value: Value) -> None:
        """`Index("name", Model.column)` at the top of a module."""
        made = self.values.made(value)
        if made is None:
            return
        owner = next((each for each in (self.owner_of(arg) for arg in made.args[1:]) if each), None)
        if owner is not None and owner[0].table in self._drafts:
            draft = self._drafts[owner[0].table]
            index = Arguments.index(self.values, made, owner[0].columns)
            if index is not None:
                self._extra.append((draft.name, index))

    def owner_of(self, value: Value) -> tuple[Model, str] | None:
        """The model and the attribute that `Model.attribute` means."""
        if not isinstance(value.expr, Ref) or "." not in value.expr.name:
            return None
        prefix, _, attribute = value.expr.name.rpartition(".")
        target = self.project.reference(value.holder, prefix).target if prefix.strip(":$.") else None
        if isinstance(target, Class) and target.id in self.models:
            return self.models[target.id], attribute
        return None

    def _join_relations(self, model: Model) -> None:
        """Give relationships the foreign key that they follow, where only one leads to the other table."""
        table = self.tables.get(model.table)
        for name, relation in model.relations.items():
            prefix = self.models[relation.model].table + "."
            keys = [
                column.name
                for column in (table.columns.values() if table is not None else ())
                if column.references and column.references.rpartition(".")[0] + "." == prefix
            ]
            if len(keys) == 1:
                model.relations[name] = replace(relation, column=keys[0])
            if relation.lazy and table is not None:
                table.lazy[name] = prefix[:-1]

    def column_of(self, model: Model, attribute: str) -> tuple[str, str] | None:
        """Table and column of an attribute, through the models that a model inherits from.

        A relationship counts as the foreign key that it follows.
        """
        for _ in range(8):
            if attribute in model.columns:
                return model.table, model.columns[attribute]
            relation = model.relations.get(attribute)
            if relation is not None:
                return (model.table, relation.column) if relation.column else None
            if model.parent not in self.models:
                return None
            model = self.models[model.parent]
        return None

    # Names, once all tables are known

    def _finish(self, draft: _Draft) -> Table:
        columns = {each.name: self._resolved(each) for each in draft.columns.values()}
        primary = tuple(each.name for each in draft.columns.values() if each.primary_key)
        indexes: list[Index] = [index for name, index in self._extra if name == draft.name]
        complete = draft.complete
        if draft.arguments is not None:
            names = self._attributes(draft)
            found = draft.arguments.keys(names)
            indexes += found.indexes
            primary = found.primary_key or primary
            complete = complete and found.complete
            for column, target in found.references:
                if column in columns and columns[column].references is None:
                    columns[column] = replace(columns[column], references=target)
        self._relate(draft)
        return make_table(
            draft.name,
            columns,
            indexes,
            primary,
            draft.location,
            model=None if draft.owner is None else draft.owner.name,
            source="sqlalchemy",
            complete=complete,
            owner=draft.owner,
        )

    def _attributes(self, draft: _Draft) -> dict[str, str]:
        names = {column: column for column in draft.columns}
        for model in self.models.values():
            if model.table == draft.name:
                names |= model.columns
        return names

    def _resolved(self, draft: Draft) -> Column:
        references = draft.references or None
        if draft.points_to is not None:
            references = self._pointed(draft.points_to)
        return Column(
            draft.name,
            draft.type,
            draft.nullable,
            draft.primary_key,
            draft.unique,
            draft.indexed,
            references,
            draft.location,
        )

    def _pointed(self, value: Value) -> str | None:
        owner = self.owner_of(value)
        if owner is not None:
            found = self.column_of(*owner)
            return f"{found[0]}.{found[1]}" if found else None
        if isinstance(value.expr, Ref) and ".c." in value.expr.name:
            prefix, _, column = value.expr.name.rpartition(".c.")
            table = self.table_of_variable(self.project.reference(value.holder, prefix).name)
            return f"{table}.{column}" if table else None
        return None

    def _relate(self, draft: _Draft) -> None:
        for cls, attribute, value in draft.relations:
            other = self._related(cls, attribute, value)
            model = self.models.get(cls.id)
            if other is not None and model is not None:
                lazy = is_lazy(self.values, value)
                model.relations[attribute] = Relation(other.cls.id, "", forward=True, lazy=lazy)

    def _annotated(self, holder: Definition, attribute: str) -> Value | None:
        """The model inside `Mapped[…]`, `list` and `None` left aside."""
        assign = holder.attributes.get(attribute) if isinstance(holder, Class) else None
        expr = None if assign is None else assign.annotation
        for _ in range(4):
            if isinstance(expr, Item):
                expr = expr.key
            elif isinstance(expr, Operation) and expr.operator == "|":
                expr = expr.operands[0]
        return None if expr is None else Value(holder, expr)

    def _related(self, cls: Class, attribute: str, value: Value) -> Model | None:
        made = self.values.made(value)
        target = None if made is None else made.argument(0, "argument")
        if target is None:
            target = self._annotated(value.holder, attribute)
        name = self.values.text(target)
        if name is None:
            named = self.values.named(target)
            return self.models.get(named.name) if named is not None else None
        if not self._names:
            for model in self.models.values():
                self._names.setdefault(model.cls.head.name, model.cls.id)
        return self.models.get(self._names.get(name.rpartition(".")[2], ""))


def _table_calls(backend: Backend, values: Values) -> Iterator[tuple[Function, Value]]:
    """Calls of `Table(…)` at the top of modules and in class bodies, migrations left out."""
    for site in backend.methods_called("Table"):
        assert site.call is not None
        holder = site.function
        if holder.head.kind == "function" or "revision" in holder.module.bindings:
            continue
        if (
            site.callee.name.startswith(("sqlalchemy", "flask_sqlalchemy", "sqlmodel", "?"))
            and site.call.args
        ):
            yield holder, Value(holder, Result(call_index(holder, site.call)))
