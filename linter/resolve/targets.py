"""What a name can mean."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias, Union

from linter.facts.scopes import Assign
from linter.resolve.definitions import Class, Definition, Function, Module


class Variable(NamedTuple):
    """A module-level or class-level name that is assigned, by its holder or by a function under `global`."""

    holder: Function | Class
    name: str
    assign: Assign


Target: TypeAlias = Union[Definition, Module, Variable, None]


class Resolved(NamedTuple):
    """A canonical dotted name and, when it is in the project, what it names."""

    name: str
    target: Target
