"""Finds out which library a class belongs to and lets that library's reader read its shape."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from linter.resolve.definitions import Class
from linter.resolve.project import Project
from linter.resolve.values import Values
from linter.shapes.declarations import decorators
from linter.shapes.lineage import Ancestor, Lineages
from linter.shapes.model import Library, Shape
from linter.shapes.spelling import Spelling
from linter.shapes.types import Types

if TYPE_CHECKING:
    from collections.abc import Callable

_BASES: dict[str, Library] = {
    "pydantic.BaseModel": "pydantic",
    "pydantic.RootModel": "pydantic",
    "pydantic.GenericModel": "pydantic",
    "pydantic.BaseSettings": "pydantic",
    "pydantic_settings.BaseSettings": "pydantic",
    "ninja.Schema": "pydantic",
    "ninja.schema.Schema": "pydantic",
    "ninja.FilterSchema": "pydantic",
    "ninja.filter_schema.FilterSchema": "pydantic",
    "sqlmodel.SQLModel": "sqlmodel",
    "sqlmodel.main.SQLModel": "sqlmodel",
    "msgspec.Struct": "msgspec",
    "typing.TypedDict": "typeddict",
    "typing_extensions.TypedDict": "typeddict",
    "typing.NamedTuple": "namedtuple",
    "marshmallow.Schema": "marshmallow",
    "marshmallow.schema.Schema": "marshmallow",
    "flask_marshmallow.Schema": "marshmallow",
    "flask_marshmallow.Marshmallow.Schema": "marshmallow",
    "apiflask.Schema": "marshmallow",
    "apiflask.schemas.Schema": "marshmallow",
    "wtforms.Form": "wtforms",
    "wtforms.form.Form": "wtforms",
    "flask_wtf.FlaskForm": "wtforms",
    "flask_wtf.Form": "wtforms",
    "flask_wtf.form.FlaskForm": "wtforms",
    "django.forms.Form": "django-form",
    "django.forms.ModelForm": "django-form",
    "django.forms.forms.Form": "django-form",
    "django.forms.models.ModelForm": "django-form",
    "django.db.models.Model": "django",
    "rest_framework.serializers.Serializer": "drf",
    "rest_framework.serializers.ModelSerializer": "drf",
    "rest_framework.serializers.HyperlinkedModelSerializer": "drf",
    "graphene.InputObjectType": "graphene",
    "graphene.types.inputobjecttype.InputObjectType": "graphene",
}
_FAMILIES: dict[str, Library] = {
    "django.contrib.auth.forms.": "django-form",
    "marshmallow_sqlalchemy.": "marshmallow",
    "flask_marshmallow.": "marshmallow",
    "wtforms_alchemy.": "wtforms",
    "django.contrib.auth.models.Abstract": "django",
    "django.contrib.auth.base_user.Abstract": "django",
}
"""Packages whose classes have fields of their own."""
_DECORATORS: dict[str, Library] = {
    "dataclasses.dataclass": "dataclass",
    "pydantic.dataclasses.dataclass": "dataclass",
    "attr.s": "attrs",
    "attr.attrs": "attrs",
    "attr.dataclass": "attrs",
    "attr.define": "attrs",
    "attr.frozen": "attrs",
    "attr.mutable": "attrs",
    "attrs.define": "attrs",
    "attrs.frozen": "attrs",
    "attrs.mutable": "attrs",
    "strawberry.input": "strawberry",
    "strawberry.type": "strawberry",
    "strawberry.interface": "strawberry",
}
_RELAY = frozenset({"graphene.relay.ClientIDMutation", "graphene.ClientIDMutation"})
"""Mutations of Graphene whose class `Input` has the fields of an input object."""
_MUTATIONS = frozenset({"graphene.Mutation", "graphene.types.mutation.Mutation"})
"""Mutations of Graphene whose class `Arguments` has what a caller gives."""


class Shapes:
    """Reads shapes of one project, each when it is first asked for."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.values = Values(project)
        self.lineages = Lineages(project)
        self.types = Types(self.values, self.is_shape)
        self.spelling = Spelling(project)
        self._libraries: dict[int, Library | None] = {}
        self._shapes: dict[int, Shape | None] = {}

    def of(self, cls: Class) -> Shape | None:
        """The shape of a class; None when no known library makes it a schema class."""
        key = id(cls)
        if key not in self._shapes:
            # A model form of a model that refers back to it must not start over.
            self._shapes[key] = None
            library = self.library(cls)
            if library is not None:
                self._shapes[key] = _reader(library)(self, cls)
        return self._shapes[key]

    def is_shape(self, cls: Class) -> bool:
        """Whether a class is a schema class."""
        return self.library(cls) is not None

    def library(self, cls: Class) -> Library | None:
        """The library that makes a class a schema class."""
        key = id(cls)
        if key not in self._libraries:
            self._libraries[key] = self._library(self.lineages.of(cls)) or self._by_place(cls)
        return self._libraries[key]

    def _library(self, lineage: tuple[Ancestor, ...]) -> Library | None:
        found = {library for each in lineage if (library := library_of(each.name)) is not None}
        if "sqlmodel" in found:
            return "sqlmodel"
        if found:
            return min(found)
        for each in lineage:
            if each.cls is not None:
                for decorator in decorators(self.project, each.cls):
                    if decorator.name in _DECORATORS:
                        return _DECORATORS[decorator.name]
        return None

    def _by_place(self, cls: Class) -> Library | None:
        """The library that makes a schema class of one inside another class."""
        if cls.head.name not in ("Input", "Arguments") or not isinstance(cls.parent, Class):
            return None
        takes = any(each.name in (*_RELAY, *_MUTATIONS) for each in self.lineages.of(cls.parent))
        return "graphene" if takes else None

    def unread_bases(self, lineage: tuple[Ancestor, ...]) -> bool:
        """Whether a base outside the project may add fields."""
        return any(each.cls is None and not _adds_nothing(each.name) for each in lineage)


def public(name: str) -> str:
    """The public name of a base class of Pydantic, wherever it is imported from."""
    if name.startswith("pydantic."):
        return f"pydantic.{name.rpartition('.')[2]}"
    return name


def library_of(name: str) -> Library | None:
    """The library whose class a base is; None for any other name."""
    known = _BASES.get(public(name))
    if known is not None:
        return known
    return next((library for start, library in _FAMILIES.items() if name.startswith(start)), None)


def _adds_nothing(name: str) -> bool:
    return public(name) in _BASES or name.startswith(_HARMLESS) or name in _PLAIN


_HARMLESS = ("typing.", "typing_extensions.", "abc.", "enum.", "collections.abc.")
_PLAIN = frozenset({"object", "dict", "Exception", "ValueError"})


def _reader(library: Library) -> Callable[[Shapes, Class], Shape]:
    """The reader of a library's classes, imported when the first of them is read."""
    match library:
        case "pydantic" | "sqlmodel":
            from linter.shapes.pydantic import read
        case "drf":
            from linter.shapes.serializers import read
        case "django-form":
            from linter.shapes.django_forms import read
        case "django":
            from linter.shapes.django_models import read
        case "graphene":
            from linter.shapes.graphene import read
        case "marshmallow":
            from linter.shapes.marshmallow import read
        case "wtforms":
            from linter.shapes.wtforms import read
        case _:
            from linter.shapes.records import read
    return read


@lru_cache(maxsize=1)
def _shapes_of(project: Project) -> Shapes:
    return Shapes(project)


def shapes_of(project: Project) -> Shapes:
    """The reader of a project's shapes, with what it has read before."""
    return _shapes_of(project)


def shape_of(project: Project, cls: Class | None) -> Shape | None:
    """The shape of a class; None when it is not a schema class of a known library."""
    return None if cls is None else _shapes_of(project).of(cls)
