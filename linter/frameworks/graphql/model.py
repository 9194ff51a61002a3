"""The fields of a schema's root types, whichever library serves them."""

from __future__ import annotations

from typing import NamedTuple

from linter.backend import Guard, Input
from linter.evaluate.values import Closure
from linter.finding import Location
from linter.frameworks.graphql.access import Given
from linter.frameworks.graphql.names import Operation
from linter.resolve.definitions import Class

DEEPEST = 3
"""Levels of input objects in input objects that are read: they may hold themselves."""


class Field(NamedTuple):
    """One field of a root type.

    `root` is the name of the type and `name` that of the field, both as callers write them. `output` is its
    type in GraphQL's notation, None when it is not known. `resolver` is None where the library resolves the
    field by itself, `around` is what a class of the project puts around it. `readable` is False where what
    resolves it, or what guards it, could not be followed.
    """

    operation: Operation
    root: str
    name: str
    handler: str
    location: Location
    inputs: tuple[Input, ...] = ()
    output: str | None = None
    resolver: Closure | None = None
    around: Closure | None = None
    given: Given = Given([], {})
    owner: Class | None = None
    guards: tuple[Guard, ...] = ()
    readable: bool = True


class Schema(NamedTuple):
    """What a schema offers. `guards` are those of every field, `complete` whether no field can be missing."""

    library: str
    fields: tuple[Field, ...]
    guards: tuple[Guard, ...] = ()
    complete: bool = True


def argument(
    name: str,
    kind: str | None,
    has_default: bool,
    model: Class | None = None,
    parameter: str = "",
    fields: tuple[Input, ...] = (),
) -> Input:
    """An argument, or a field of an input object, from its type in GraphQL's notation.

    The input's type says nothing of being required. `parameter` is what resolvers know it by.
    """
    required = kind is not None and kind.endswith("!") and not has_default
    kind = None if kind is None else kind.removesuffix("!")
    parameter = "" if parameter == name else parameter
    return Input(name, "body", kind, required, model=model, parameter=parameter, fields=fields)
