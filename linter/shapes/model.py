"""The words for shapes: what a schema class takes and gives, whichever library declares it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from linter.backend.routes import Verdict
from linter.finding import Location
from linter.resolve.definitions import Class

Library = Literal[
    "attrs",
    "dataclass",
    "django",
    "django-form",
    "drf",
    "graphene",
    "marshmallow",
    "msgspec",
    "namedtuple",
    "pydantic",
    "sqlmodel",
    "strawberry",
    "typeddict",
    "wtforms",
]
Extra = Literal["allow", "forbid", "ignore", "unknown"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a shape.

    `alias` is its name in the data that callers send, None when something outside the class makes it: a
    function that can't be read, or the schema of GraphQL that it is part of.
    `type` is the declared type as text. `nested` holds the classes of nested shapes: of the value itself, of
    its items when `many`, several for a union. `required` says whether a caller must send it.

    `bounded` says whether the declaration limits the value's size: the length of text, the magnitude of a
    number, the count of items and the items themselves. It is UNKNOWN for a nested shape, whose own
    fields answer, and where a validator that can't be read may limit it.

    A `read_only` field is given and never taken; a `write_only` one the other way round. `secret` fields
    hold passwords and the like by their declaration.
    """

    name: str
    alias: str | None
    type: str | None
    required: bool
    bounded: Verdict
    location: Location
    nested: tuple[Class, ...] = ()
    many: bool = False
    nullable: bool = False
    read_only: bool = False
    write_only: bool = False
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """The fields of a schema class, its bases' included, in order of declaration.

    `extra` says what happens to fields that are not declared. `complete` is False when there may be more
    fields than were read: a base outside the project, a model that can't be found, fields made by code.
    """

    owner: Class
    library: Library
    fields: tuple[Field, ...]
    extra: Extra
    complete: bool = True

    @property
    def name(self) -> str:
        """The full dotted name of the class."""
        return self.owner.name

    @property
    def location(self) -> Location:
        """Where the class is declared."""
        return self.owner.location

    def field(self, name: str) -> Field | None:
        """The field of that name."""
        return next((each for each in self.fields if each.name == name), None)
