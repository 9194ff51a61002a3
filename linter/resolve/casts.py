"""What `typing.cast` says of a value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.expressions import Ref, Result
from linter.facts.scopes import Call
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.known_types import last_part

if TYPE_CHECKING:
    from linter.resolve.project import Project, Resolved


def cast_type(project: Project, holder: Definition, call: Call) -> str | None:
    """The type that `typing.cast` gives to a value; None for any other call."""
    is_cast = isinstance(call.callee, Ref) and last_part(call.callee.name) == "cast" and call.args
    if not is_cast or project.callee(holder, call).name != "typing.cast":
        return None
    return project.annotated_type(holder, call.args[0])


def cast_method(project: Project, module: Module, imported: str, rest: list[str]) -> Resolved | None:
    """A method of the class to which a module casts what it imported: `session = cast(Own, session)`."""
    body = module.functions[0]
    for assign in body.assigned.get(imported, ()) if len(rest) == 1 else ():
        if isinstance(assign.value, Result):
            kind = cast_type(project, body, body.scope.calls[assign.value.call])
            cls = None if kind is None else project.by_id(kind)
            method = project.member(cls, rest[0]) if isinstance(cls, Class) else None
            if method is not None and isinstance(method.target, Function):
                return method
    return None
