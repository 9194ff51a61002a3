"""Shapes of Pydantic models, versions 1 and 2, and of SQLModel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from linter.backend.routes import Verdict
from linter.facts.expressions import Constant, Result
from linter.facts.expressions import Mapping as MappingExpr
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Project
from linter.resolve.values import Made, Value
from linter.shapes.declarations import (
    Declaration,
    decorators,
    inherited,
    inner_class,
    is_ellipsis,
    last_name,
    made_by,
    methods,
)
from linter.shapes.lineage import Ancestor
from linter.shapes.model import Extra, Field, Shape
from linter.shapes.names import renamed, shown_type
from linter.shapes.reader import Shapes, public
from linter.shapes.types import Typed
from linter.shapes.validators import limit_of

_FIELDS = frozenset({"Field", "Query", "Path", "Body", "Form", "File", "Header", "Cookie", "Param"})
_NO_FIELDS = frozenset({"PrivateAttr", "Relationship", "ClassVar"})
_VALIDATORS = frozenset({"field_validator", "validator"})
_NEW = frozenset(
    {"field_validator", "model_validator", "ConfigDict", "computed_field", "RootModel", "TypeAdapter"}
    | {"field_serializer", "model_serializer", "AfterValidator", "BeforeValidator", "StringConstraints"}
)
_OLD = frozenset({"validator", "root_validator", "Extra", "BaseSettings"})
"""Names that only version 2, or mostly version 1, gives."""

_EXTRA: dict[str, Extra] = {"allow": "allow", "forbid": "forbid", "ignore": "ignore"}


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of a model."""
    return _Model(shapes, cls).shape()


class _Model:
    """One model on its way to a shape."""

    def __init__(self, shapes: Shapes, cls: Class) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._cls = cls
        self._lineage = shapes.lineages.of(cls)
        self._config = dict(self._configured())
        self._validators = dict(self._validated())
        self._is_old = _is_old(shapes.project, self._lineage)

    def shape(self) -> Shape:
        """Everything that is declared."""
        fields: dict[str, Field] = {}
        for declaration in inherited(self._lineage).values():
            field = self._field(declaration)
            if field is not None:
                fields[field.name] = field
        for field in (*self._root(), *self._computed()):
            fields.setdefault(field.name, field)
        return Shape(
            self._cls,
            "sqlmodel" if self._shapes.library(self._cls) == "sqlmodel" else "pydantic",
            tuple(fields.values()),
            self._extra(),
            not self._shapes.unread_bases(self._lineage),
        )

    # Fields

    def _field(self, declaration: Declaration) -> Field | None:
        name, annotation = declaration.name, declaration.annotation
        if name == "model_config" or (name.startswith("_") and name != "__root__"):
            return None
        made = made_by(self._values, declaration.value)
        kind = last_name(made[-1]) if made else ""
        if kind in _NO_FIELDS or (annotation is None and not self._is_old):
            return None
        typed = self._shapes.types.read(annotation)
        if "ClassVar" in typed.wrappers:
            return None
        stated = made if kind in _FIELDS else []
        for each in stated:
            typed = typed.limited(self._shapes.types.constraints.of(each))
        infos = [each for each in typed.markers if last_name(each) in _FIELDS] + stated
        typed = self._with_limit_of_config(typed)
        return Field(
            name=name,
            alias=self._alias(name, infos),
            type=shown_type(None if annotation is None else annotation.expr),
            required=self._is_required(declaration.value, typed, infos, stated),
            bounded=self._bounded(name, typed),
            location=declaration.location,
            nested=typed.nested,
            many=typed.many,
            nullable=typed.nullable,
            write_only=any(self._values.flag(made.keyword("exclude")) for made in infos),
            secret=typed.secret,
        )

    def _with_limit_of_config(self, typed: Typed) -> Typed:
        for name in ("str_max_length", "max_anystr_length"):
            limit = self._config.get(name)
            if limit is not None and self._values.constant(limit) is not None:
                return _limited_text(typed)
        return typed

    def _is_required(self, value: Value | None, typed: Typed, infos: list[Made], stated: list[Made]) -> bool:
        if value is not None and not stated:
            return is_ellipsis(value)
        for made in infos:
            position = 0 if last_name(made) in _FIELDS else len(made.call.args)
            default = made.argument(position, "default")
            if default is not None or made.keyword("default_factory") is not None:
                return is_ellipsis(default)
        return not (self._is_old and typed.nullable and value is None)

    def _bounded(self, name: str, typed: Typed) -> Verdict:
        bounded = typed.bounded
        if bounded is not Verdict.NO:
            return bounded
        functions = [*self._validators.get(name, ()), *self._validators.get("*", ())]
        return limit_of(self._shapes.project, functions, bounded)

    def _alias(self, name: str, infos: list[Made]) -> str | None:
        for key in ("validation_alias", "alias"):
            for made in reversed(infos):
                given = made.keyword(key)
                if given is not None and self._values.constant(given) is not None:
                    return self._text_of_alias(given)
        return self._generated(name)

    def _text_of_alias(self, given: Value) -> str | None:
        """The alias itself, or the first of `AliasChoices` or `AliasPath`."""
        made = self._values.made(given)
        if made is not None and made.args and last_name(made) in ("AliasChoices", "AliasPath"):
            return self._text_of_alias(made.args[0])
        return self._values.text(given)

    def _generated(self, name: str) -> str | None:
        generator = self._config.get("alias_generator")
        if generator is None or self._values.constant(generator) is None:
            return name
        made = self._values.made(generator)
        if last_name(made) == "AliasGenerator" and made is not None:
            generator = made.keyword("validation_alias") or made.keyword("alias")
            if generator is None:
                return name
        named = self._values.named(generator)
        return None if named is None else renamed(named.name, name)

    def _root(self) -> Iterator[Field]:
        """The value of `RootModel[X]`, which the base's argument declares."""
        for ancestor in self._lineage:
            if public(ancestor.name) == "pydantic.RootModel" and ancestor.arguments:
                typed = self._shapes.types.read(ancestor.arguments[0])
                yield Field(
                    name="root",
                    alias="root",
                    type=shown_type(ancestor.arguments[0].expr),
                    required=True,
                    bounded=typed.bounded,
                    location=self._cls.location,
                    nested=typed.nested,
                    many=typed.many,
                    nullable=typed.nullable,
                )

    def _computed(self) -> Iterator[Field]:
        for method in methods(self._lineage):
            for decorator in decorators(self._shapes.project, method):
                if decorator.name.rpartition(".")[2] != "computed_field":
                    continue
                parent, written = method.parent, method.head.returns
                value = None if parent is None or written is None else Value(parent, written)
                typed = self._shapes.types.read(value)
                given = None if decorator.made is None else decorator.made.keyword("alias")
                name = method.head.name
                yield Field(
                    name=name,
                    alias=self._generated(name) if given is None else self._values.text(given),
                    type=shown_type(written),
                    required=False,
                    bounded=typed.bounded,
                    location=method.location,
                    nested=typed.nested,
                    many=typed.many,
                    nullable=typed.nullable,
                    read_only=True,
                )

    # Validators and configuration

    def _validated(self) -> Iterator[tuple[str, list[Function]]]:
        found: dict[str, list[Function]] = {}
        for method in methods(self._lineage):
            for decorator in decorators(self._shapes.project, method):
                if decorator.name.rpartition(".")[2] in _VALIDATORS and decorator.made is not None:
                    for argument in decorator.made.args:
                        name = self._values.text(argument)
                        if name is not None:
                            found.setdefault(name, []).append(method)
        return iter(found.items())

    def _configured(self) -> Iterator[tuple[str, Value]]:
        """The configuration of the bases and then of the class itself, so that the nearest wins."""
        for ancestor in reversed(self._lineage):
            cls = ancestor.cls
            if cls is None:
                continue
            for inner in inner_class((ancestor,), "Config"):
                for name, assign in inner.attributes.items():
                    if assign.value is not None:
                        yield name, Value(inner, assign.value)
            assigned = cls.attributes.get("model_config")
            if assigned is not None and assigned.value is not None:
                yield from self._entries(Value(cls, assigned.value))
            holder = cls.parent
            for name, expr in cls.head.keywords if holder is not None else ():
                assert holder is not None
                yield name, Value(holder, expr)

    def _entries(self, value: Value) -> Iterator[tuple[str, Value]]:
        value = self._values.follow(value)
        if isinstance(value.expr, Result):
            made = self._values.made(value)
            for name, expr in () if made is None else made.call.keywords:
                yield name, value.beside(expr)
        elif isinstance(value.expr, MappingExpr):
            for key, expr in zip(value.expr.keys, value.expr.values, strict=True):
                if isinstance(key, Constant) and isinstance(key.value, str):
                    yield key.value, value.beside(expr)

    def _extra(self) -> Extra:
        given = self._config.get("extra")
        if given is None:
            return "forbid" if self._is_settings() else "ignore"
        named = self._values.text(given)
        if named is None:
            found = self._values.named(given)
            named = "" if found is None else found.name.rpartition(".")[2]
        return _EXTRA.get(named, "unknown")

    def _is_settings(self) -> bool:
        return any(each.name.endswith(".BaseSettings") for each in self._lineage)


def _limited_text(typed: Typed) -> Typed:
    if typed.parts:
        return typed._replace(parts=tuple(_limited_text(part) for part in typed.parts))
    return typed.limited(frozenset({"max_length"})) if typed.dimension == "text" else typed


def _is_old(project: Project, lineage: tuple[Ancestor, ...]) -> bool:
    """Whether a model is one of Pydantic 1, whose optional fields have a default."""
    if any(each.name.startswith("pydantic.v1.") for each in lineage):
        return True
    return _is_old_project(project)


@lru_cache(maxsize=1)
def _is_old_project(project: Project) -> bool:
    project.trace.imports("pydantic")
    names = {
        statement.name
        for module in project.modules.values()
        if "pydantic" in module.facts.imports
        for statement in module.imports
        if statement.module == "pydantic"
    }
    if not names.isdisjoint(_NEW) or "pydantic_settings" in project.imported:
        return False
    return not names.isdisjoint(_OLD)
