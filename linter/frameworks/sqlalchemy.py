"""Tables of SQLAlchemy, SQLModel and Flask-SQLAlchemy models."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from linter.backend import Backend, Column, Index, Table
from linter.facts.expressions import Constant, Item, Operation, Ref, Result, Sequence
from linter.facts.scopes import Return
from linter.finding import Location
from linter.frameworks.derived_names import derived_name, snake_case
from linter.frameworks.sqlalchemy_arguments import Arguments
from linter.frameworks.sqlalchemy_bases import FLASK_MODEL, Bases, Lineage
from linter.frameworks.sqlalchemy_columns import Columns, Draft
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Variable
from linter.resolve.values import Value, Values, call_index, class_body
from linter.schema.build import make_table, with_key_types
from linter.schema.model import Model, Relation

_RELATIONS = frozenset({"relationship", "relation", "dynamic_loader", "Relationship"})


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
        self.models: dict[str, Model] = {}
        self.tables: dict[str, Table] = {}
        self._drafts: dict[str, _Draft] = {}
        self._variables: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._extra: list[tuple[str, Index]] = []
        if not self.project.imported.isdisjoint(("sqlalchemy", "sqlmodel", "flask_sqlalchemy")):
            self._read(backend)

    def _read(self, backend: Backend) -> None:
        for function, made in _table_calls(backend, self.values):
            self._imperative(function, made)
        for cls in backend.classes:
            if self.bases.is_mapped(cls) and cls.id not in self.models:
                self._model(cls)
        for site in backend.calls("sqlalchemy.Index"):
            if isinstance(site.function, Function) and site.function.is_module and site.call is not None:
                self._index_outside(Value(site.function, Result(call_index(site.function, site.call))))
        for name in sorted(self._drafts):
            self.tables[name] = self._finish(self._drafts[name])
        self.tables = with_key_types(self.tables)

    # Models

    def _model(self, cls: Class) -> Model | None:
        """The model of a mapped class, with the parents that it inherits from."""
        lineage = self.bases.lineage(cls)
        parent = None
        if lineage.parent is not None:
            parent = self.models.get(lineage.parent.id) or self._model(lineage.parent)
        own = self._own_table(cls)
        if own:
            return self._classical(cls, own)
        columns, relations, complete = self._collect(cls, lineage, parent)
        name, certain = self._name(cls, lineage, any(draft.primary_key for draft in columns.values()))
        if not name:
            if parent is None:
                return None
            name = parent.table
            draft = self._drafts[name]
        else:
            draft = self._drafts.setdefault(name, _Draft(name, cls.location, cls))
            draft.arguments = self._arguments(cls, lineage)
        draft.complete = draft.complete and complete and certain and lineage.complete
        for each in columns.values():
            draft.columns.setdefault(each.name, each)
        draft.relations += relations
        model = Model(cls, name, {attribute: each.name for attribute, each in columns.items()})
        if parent is not None:
            model.parent = parent.cls.id
        self.models[cls.id] = model
        return model

    def _own_table(self, cls: Class) -> str:
        """The table that `__table__ = …` names."""
        assign = cls.attributes.get("__table__")
        if assign is None or assign.value is None:
            return ""
        made = self.values.made(Value(cls, assign.value))
        if made is None or made.name.rpartition(".")[2] != "Table":
            return ""
        return self.values.text(made.argument(0, "name")) or ""

    def _classical(self, cls: Class, name: str) -> Model | None:
        draft = self._drafts.get(name)
        if draft is None:
            return None
        draft.owner = cls
        model = Model(cls, name, {column: column for column in draft.columns})
        self.models[cls.id] = model
        return model

    def _name(self, cls: Class, lineage: Lineage, has_key: bool) -> tuple[str, bool]:
        """The table's name with its schema, and whether it is certain. Empty for the parent's table."""
        found: str | None = None
        certain = True
        for source in [cls, *lineage.mixins, *self._inherited(lineage.parent)]:
            method = source.methods.get("__tablename__")
            if method is not None:
                found = derived_name(self.project, method, cls.scope.name)
                certain = found is not None
                found = found or snake_case(cls.scope.name)
                break
            assign = source.attributes.get("__tablename__")
            if assign is not None and assign.value is not None and not self._is_parent(source, lineage):
                if isinstance(assign.value, Constant) and assign.value.value is None:
                    return "", True
                found = self.values.text(Value(source, assign.value))
                certain = found is not None
                found = found or snake_case(cls.scope.name)
                break
        if found is None:
            found = self._automatic(cls, has_key)
        keyless_child = lineage.parent is not None and not has_key and self._is_flask(cls)
        if not found or keyless_child:
            return "", True
        schema = self._schema(cls, lineage)
        return (f"{schema}.{found}" if schema else found), certain

    def _is_parent(self, source: Class, lineage: Lineage) -> bool:
        return lineage.parent is not None and source.id == lineage.parent.id

    def _inherited(self, parent: Class | None) -> list[Class]:
        """A mapped parent and its bases: a `__tablename__` method of theirs counts for a child too."""
        found: list[Class] = []
        while parent is not None and len(found) < 50:
            lineage = self.bases.lineage(parent)
            found += [cls for cls in (parent, *lineage.mixins) if "__tablename__" in cls.methods]
            parent = lineage.parent
        return found

    def _automatic(self, cls: Class, has_key: bool) -> str:
        root = self.bases.root(cls)
        if root.startswith("sqlmodel"):
            return cls.scope.name.lower()
        if self._is_flask(cls):
            return snake_case(cls.scope.name) if has_key else ""
        return ""

    def _is_flask(self, cls: Class) -> bool:
        return any(each.name == FLASK_MODEL for each in self.project.ancestors(cls))

    def _schema(self, cls: Class, lineage: Lineage) -> str:
        for source in [cls, *lineage.mixins]:
            value = self._attribute(source, "__table_args__")
            if value is None:
                continue
            schema = Arguments(self.values, self.columns, value).schema
            if schema:
                return schema
            break
        metadata = self.project.member(cls, "metadata")
        if (
            metadata is None
            or not isinstance(metadata.target, Variable)
            or metadata.target.assign.value is None
        ):
            return ""
        made = self.values.made(Value(metadata.target.holder, metadata.target.assign.value))
        return (self.values.text(made.keyword("schema")) or "") if made is not None else ""

    def _attribute(self, cls: Class, name: str) -> Value | None:
        """A class attribute's value, or what a `declared_attr` of that name returns."""
        method = cls.methods.get(name)
        if method is not None:
            return method_value(method)
        assign = cls.attributes.get(name)
        return None if assign is None or assign.value is None else Value(cls, assign.value)

    def _arguments(self, cls: Class, lineage: Lineage) -> Arguments | None:
        for source in [cls, *lineage.mixins]:
            if "__table_args__" in source.methods or "__table_args__" in source.attributes:
                value = self._attribute(source, "__table_args__")
                return Arguments(self.values, self.columns, value or Value(source, Operation("?", ())))
        return None

    # Columns

    def _collect(
        self, cls: Class, lineage: Lineage, parent: Model | None
    ) -> tuple[dict[str, Draft], list[tuple[Class, str, Value]], bool]:
        """Columns and relationships by attribute, from the class and its mixins; the nearest wins."""
        columns: dict[str, Draft] = {}
        relations: list[tuple[Class, str, Value]] = []
        seen: set[str] = set()
        complete = True
        inherited = parent.columns if parent is not None else {}
        is_sqlmodel = self.bases.root(cls).startswith("sqlmodel")
        for source in [cls, *lineage.mixins]:
            for attribute, value, annotation in _declared(source):
                if attribute in seen or attribute.startswith("__"):
                    continue
                seen.add(attribute)
                if source is not cls and attribute in inherited:
                    continue
                draft = self._column(source, attribute, value, annotation, is_sqlmodel)
                if draft is not None:
                    columns[attribute] = draft
                    complete = complete and draft.complete
                elif self._is_relation(value):
                    relations.append((cls, attribute, value))
                else:
                    complete = complete and not self._is_opaque(value)
        return columns, relations, complete

    def _column(
        self, source: Class, attribute: str, value: Value, annotation: Value | None, is_sqlmodel: bool
    ) -> Draft | None:
        inner = None if annotation is None else self._mapped(annotation)
        if inner is not None:
            return self._annotated_column(attribute, value, inner)
        if isinstance(value.expr, (Result, Ref)) and self.columns.is_column(value):
            return self.columns.read(value, attribute)
        if is_sqlmodel and annotation is not None and not self._is_class_variable(annotation):
            return self.columns.field(attribute, value, annotation)
        return None

    def _mapped(self, annotation: Value) -> Value | None:
        """What stands inside `Mapped[…]`."""
        expr = annotation.expr
        if not isinstance(expr, Item) or not isinstance(expr.base, Ref):
            return None
        name = self.project.reference(annotation.holder, expr.base.name).name
        return annotation.beside(expr.key) if name.rpartition(".")[2] == "Mapped" else None

    def _is_class_variable(self, annotation: Value) -> bool:
        expr = annotation.expr.base if isinstance(annotation.expr, Item) else annotation.expr
        return isinstance(expr, Ref) and expr.name.rpartition(".")[2] in (
            "ClassVar",
            "ModelConfig",
            "ConfigDict",
        )

    def _annotated_column(self, attribute: str, value: Value, inner: Value) -> Draft | None:
        """A column whose annotation may itself carry a `mapped_column(…)` inside `Annotated`."""
        template = self._template(inner)
        if isinstance(value.expr, Operation) and value.expr.operator == "?":
            if template is not None:
                draft = self.columns.read(template, attribute, inner)
                if draft is not None:
                    draft.location = _attribute_location(value, attribute)
                return draft
            type_, nullable = self.columns.types.of_annotation(inner, None, None)
            place = _attribute_location(value, attribute)
            return Draft(attribute, type_, nullable, False, False, False, "", None, None, place)
        draft = self.columns.read(value, attribute, inner)
        if draft is None or template is None:
            return draft
        base = self.columns.read(template, attribute, inner)
        if base is not None:
            draft.type = draft.type or base.type
            draft.primary_key = draft.primary_key or base.primary_key
            draft.unique = draft.unique or base.unique
            draft.indexed = draft.indexed or base.indexed
            draft.references = draft.references or base.references
        return draft

    def _template(self, inner: Value) -> Value | None:
        """The `mapped_column(…)` that `Annotated[…]` carries."""
        value = self.values.follow(inner)
        for _ in range(4):
            if isinstance(value.expr, Operation) and value.expr.operator == "|" and value.expr.operands:
                value = self.values.follow(value.beside(value.expr.operands[0]))
            elif isinstance(value.expr, Item) and isinstance(value.expr.key, Sequence):
                found = [value.beside(each) for each in value.expr.key.items[1:]]
                return next((each for each in found if self.columns.is_column(each)), None)
        return None

    def _is_relation(self, value: Value) -> bool:
        made = self.values.made(value)
        return made is not None and made.name.rpartition(".")[2] in _RELATIONS

    def _is_opaque(self, value: Value) -> bool:
        """Whether a value that was not read as a column may be one all the same."""
        if not isinstance(value.expr, Result):
            return False
        made = self.values.made(value)
        if made is None or not isinstance(made.callee.target, Function):
            return False
        returned = self.values.returned(made)
        kind = self.project.returned_type(made.callee.target) or ""
        return returned is None and kind.rpartition(".")[2] in ("Column", "mapped_column", "MappedColumn")

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

    def column_of(self, model: Model, attribute: str) -> tuple[str, str] | None:
        """Table and column of an attribute, through the models that a model inherits from."""
        for _ in range(8):
            if attribute in model.columns:
                return model.table, model.columns[attribute]
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
                model.relations[attribute] = Relation(other.cls.id, "", forward=True)

    def _related(self, cls: Class, attribute: str, value: Value) -> Model | None:
        made = self.values.made(value)
        target = None if made is None else made.argument(0, "argument")
        name = self.values.text(target)
        if name is None:
            named = self.values.named(target)
            return self.models.get(named.name) if named is not None else None
        if not self._names:
            for model in self.models.values():
                self._names.setdefault(model.cls.scope.name, model.cls.id)
        return self.models.get(self._names.get(name.rpartition(".")[2], ""))


def method_value(method: Function) -> Value | None:
    """What a method returns, when it has one `return`."""
    returns = [each for each in method.scope.statements if isinstance(each, Return)]
    return Value(method, returns[0].value) if len(returns) == 1 and returns[0].value is not None else None


def _declared(cls: Class) -> Iterator[tuple[str, Value, Value | None]]:
    """Attributes and `declared_attr` methods of a class body: name, value, annotation."""
    for name, value, annotation in class_body(cls):
        yield name, value, None if annotation is None else Value(cls, annotation)
    for name, method in cls.methods.items():
        for decorator in method.scope.decorators:
            if isinstance(decorator.value, Ref) and "declared_attr" in decorator.value.name:
                value = method_value(method) or Value(method, Operation("?", ()))
                returns = method.scope.returns
                yield name, value, None if returns is None else Value(cls, returns)


def _attribute_location(value: Value, attribute: str) -> Location:
    if isinstance(value.holder, Class) and attribute in value.holder.attributes:
        return value.holder.module.locate(value.holder.attributes[attribute].span)
    return value.holder.location


def _table_calls(backend: Backend, values: Values) -> Iterator[tuple[Function, Value]]:
    """Calls of `Table(…)` at the top of modules and in class bodies, migrations left out."""
    for site in backend.methods_called("Table"):
        assert site.call is not None
        holder = site.function
        if holder.scope.kind == "function" or "revision" in holder.module.bindings:
            continue
        if (
            site.callee.name.startswith(("sqlalchemy", "flask_sqlalchemy", "sqlmodel", "?"))
            and site.call.args
        ):
            yield holder, Value(holder, Result(call_index(holder, site.call)))
