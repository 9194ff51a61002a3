"""What one class that SQLAlchemy maps declares: its table's name, its columns and its relationships."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from linter.facts.expressions import Constant, Item, Operation, Ref, Result, Sequence
from linter.facts.scopes import Return
from linter.finding import Location
from linter.frameworks.sqlalchemy.arguments import Arguments
from linter.frameworks.sqlalchemy.bases import Bases, Lineage
from linter.frameworks.sqlalchemy.columns import Columns, Draft
from linter.frameworks.sqlalchemy.derived_names import derived_name, snake_case
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Value, Values, class_body

_RELATIONS = frozenset({"relationship", "relation", "dynamic_loader", "Relationship"})

_DEEP = 60
"""Levels of inheritance that are followed."""


class ModelReader:
    """Reads mapped classes."""

    def __init__(self, values: Values, columns: Columns, bases: Bases) -> None:
        self.values = values
        self.project = values.project
        self.columns = columns
        self.bases = bases

    def own_table(self, cls: Class) -> str:
        """The table that `__table__ = …` names."""
        assign = cls.attributes.get("__table__")
        if assign is None or assign.value is None:
            return ""
        made = self.values.made(Value(cls, assign.value))
        if made is None or made.name.rpartition(".")[2] != "Table":
            return ""
        return self.values.text(made.argument(0, "name")) or ""

    def name(self, cls: Class, lineage: Lineage, has_key: bool) -> tuple[str, bool]:
        """The table's name with its schema, and whether it is certain. Empty for the parent's table."""
        found: str | None = None
        certain = True
        for source in [cls, *lineage.mixins, *self._inherited(lineage.parent)]:
            method = source.methods.get("__tablename__")
            if method is not None:
                found = derived_name(self.project, method, cls.head.name)
                certain = found is not None
                found = found or snake_case(cls.head.name)
                break
            assign = source.attributes.get("__tablename__")
            if assign is not None and assign.value is not None and not self._is_parent(source, lineage):
                if isinstance(assign.value, Constant) and assign.value.value is None:
                    return "", True
                found = self.values.text(Value(source, assign.value))
                certain = found is not None
                found = found or snake_case(cls.head.name)
                break
        if found is None:
            found = self._automatic(cls, has_key)
        keyless_child = lineage.parent is not None and not has_key and self.bases.is_flask(cls)
        if not found or keyless_child:
            return "", True
        schema = self._schema(cls, lineage)
        return (f"{schema}.{found}" if schema else found), certain

    def _is_parent(self, source: Class, lineage: Lineage) -> bool:
        return lineage.parent is not None and source.id == lineage.parent.id

    def _inherited(self, parent: Class | None) -> list[Class]:
        """A mapped parent and its bases: a `__tablename__` method of theirs counts for a child too."""
        found: list[Class] = []
        for _ in range(_DEEP):
            if parent is None:
                break
            lineage = self.bases.lineage(parent)
            found += [cls for cls in (parent, *lineage.mixins) if "__tablename__" in cls.methods]
            parent = lineage.parent
        return found

    def _automatic(self, cls: Class, has_key: bool) -> str:
        root = self.bases.root(cls)
        if root.startswith("sqlmodel"):
            return cls.head.name.lower()
        if self.bases.is_flask(cls):
            return snake_case(cls.head.name) if has_key else ""
        return ""

    def _schema(self, cls: Class, lineage: Lineage) -> str:
        for source in [cls, *lineage.mixins]:
            value = self._attribute(source, "__table_args__")
            if value is None:
                continue
            schema = Arguments(self.values, self.columns, value).schema
            if schema:
                return schema
            break
        made = self.values.made(self._metadata(cls))
        return (self.values.text(made.keyword("schema")) or "") if made is not None else ""

    def _metadata(self, cls: Class) -> Value | None:
        """The `metadata` that a class has, through its mixins and the models that it inherits from."""
        current: Class | None = cls
        for _ in range(_DEEP):
            if current is None:
                return None
            lineage = self.bases.lineage(current)
            for source in [current, *lineage.mixins]:
                if "metadata" in source.attributes:
                    return self._attribute(source, "metadata")
            current = lineage.parent
        return None

    def _attribute(self, cls: Class, name: str) -> Value | None:
        """A class attribute's value, or what a `declared_attr` of that name returns."""
        method = cls.methods.get(name)
        if method is not None:
            return method_value(method)
        assign = cls.attributes.get(name)
        return None if assign is None or assign.value is None else Value(cls, assign.value)

    def arguments(self, cls: Class, lineage: Lineage) -> Arguments | None:
        """What `__table_args__` says, of the class or the nearest mixin that has it."""
        for source in [cls, *lineage.mixins]:
            if "__table_args__" in source.methods or "__table_args__" in source.attributes:
                value = self._attribute(source, "__table_args__")
                return Arguments(self.values, self.columns, value or Value(source, Operation("?", ())))
        return None

    def collect(
        self, cls: Class, lineage: Lineage, inherited: Mapping[str, str]
    ) -> tuple[dict[str, Draft], list[tuple[Class, str, Value]], bool]:
        """Columns and relationships by attribute, from the class and its mixins; the nearest wins.

        `inherited` are the attributes of the model that the class extends. The last value says
        whether everything could be read.
        """
        columns: dict[str, Draft] = {}
        relations: list[tuple[Class, str, Value]] = []
        seen: set[str] = set()
        complete = True
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


def method_value(method: Function) -> Value | None:
    """What a method returns, when it has one `return`."""
    returns = [each for each in method.scope.statements if isinstance(each, Return)]
    return Value(method, returns[0].value) if len(returns) == 1 and returns[0].value is not None else None


def _declared(cls: Class) -> Iterator[tuple[str, Value, Value | None]]:
    """Attributes and `declared_attr` methods of a class body: name, value, annotation."""
    for name, value, annotation in class_body(cls):
        yield name, value, None if annotation is None else Value(cls, annotation)
    for name, method in cls.methods.items():
        for decorator in method.head.decorators:
            if isinstance(decorator.value, Ref) and "declared_attr" in decorator.value.name:
                value = method_value(method) or Value(method, Operation("?", ()))
                returns = method.head.returns
                yield name, value, None if returns is None else Value(cls, returns)


def _attribute_location(value: Value, attribute: str) -> Location:
    if isinstance(value.holder, Class) and attribute in value.holder.attributes:
        return value.holder.module.locate(value.holder.attributes[attribute].span)
    return value.holder.location
