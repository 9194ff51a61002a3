"""ORM models: which table a class stands for, and which column each of its attributes is."""

from __future__ import annotations

from dataclasses import dataclass, field

from linter.resolve.definitions import Class


@dataclass(frozen=True, slots=True)
class Relation:
    """An attribute that leads to another model.

    `model` is the other class's id. `column` is the foreign key column: on this model's table when `forward`,
    on the other model's otherwise; empty for a many-to-many relation. `lazy` says that SQLAlchemy runs a
    query when the attribute is first read.
    """

    model: str
    column: str
    forward: bool
    lazy: bool = False


@dataclass(eq=False, slots=True)
class Model:
    """A class that is mapped to a table. `parent` is the id of the model whose table it extends."""

    cls: Class
    table: str
    columns: dict[str, str] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    parent: str = ""
