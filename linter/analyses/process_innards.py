"""What a handler shows of the process that it runs in: its environment, settings, stack or memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.facts.expressions import Expr, Item, Operation, Ref, Result, children
from linter.facts.scopes import Return
from linter.resolve.definitions import Class, Function, arguments_of

if TYPE_CHECKING:
    from linter.backend import Backend

_INNARDS = frozenset({"os.environ", "sys.modules", "flask.current_app.config", "flask.Flask.config"})
_DUMPS = frozenset(
    {"gc.get_objects", "os.environ.copy", "os.environ.items", "sys._current_frames", "traceback.format_stack"}
)
_SETTINGS = ("pydantic_settings.BaseSettings", "pydantic.BaseSettings")
_SETTINGS_DUMPS = frozenset({"dict", "json", "model_dump", "model_dump_json"})
_CARRIERS = frozenset(
    {"dict", "dumps", "format", "items", "join", "jsonable_encoder", "jsonify", "list", "make_response"}
    | {"pformat", "render", "render_template", "repr", "sorted", "str", "vars"}
)
"""Calls whose result shows what they are given."""


def innards_shown(handler: Function, backend: Backend) -> Iterator[str]:
    """Names of what a handler returns of its process as a whole."""
    return _Shown(handler, backend).innards()


class _Shown:
    """Follows what one handler returns back to where it begins."""

    def __init__(self, handler: Function, backend: Backend) -> None:
        self.handler = handler
        self.backend = backend

    def innards(self) -> Iterator[str]:
        """Names of what is returned."""
        returned = [each.value for each in self.handler.scope.statements if isinstance(each, Return)]
        pending = [each for each in returned if each is not None]
        seen: set[str] = set()
        while pending:
            expr = pending.pop()
            if isinstance(expr, Ref):
                yield from self._name(expr)
                if expr.name[0] == "$" and expr.name not in seen:
                    seen.add(expr.name)
                    assigned = self.handler.assignments.get(expr.name[1:], ())
                    pending += [each.value for each in assigned if each.value is not None]
            elif isinstance(expr, Result):
                yield from self._call(expr, pending)
            elif isinstance(expr, Item):
                continue
            elif not (isinstance(expr, Operation) and expr.operator in ("in", "not in", "==", "!=")):
                pending += children(expr)

    def _name(self, expr: Ref) -> Iterator[str]:
        project = self.backend.project
        head, _, last = expr.name.rpartition(".")
        name = project.reference(self.handler, expr.name).name
        if name in _INNARDS:
            yield name
        elif last == "config" and head and project.type_of(self.handler, Ref(head)) == "flask.Flask":
            yield "app.config"
        elif last == "__dict__" and head and self._is_settings(Ref(head)):
            yield head.lstrip("$:.")

    def _call(self, result: Result, pending: list[Expr]) -> Iterator[str]:
        call = self.handler.scope.calls[result.call]
        found = self.backend.project.callee(self.handler, call)
        last = found.name.rpartition(".")[2]
        head = call.callee.name.rpartition(".")[0] if isinstance(call.callee, Ref) else ""
        if found.name in _DUMPS:
            yield found.name.removesuffix(".copy").removesuffix(".items")
        elif last in _SETTINGS_DUMPS and head and self._is_settings(Ref(head)):
            filtered = call.keyword("include") is not None or call.keyword("exclude") is not None
            if not filtered:
                yield head.lstrip("$:.")
        elif last == "vars" and call.args and self._is_settings(call.args[0]):
            yield "settings"
        elif last in _CARRIERS or last.endswith("Response"):
            pending += arguments_of(call)
            if last == "items" and head:
                pending.append(Ref(head))

    def _is_settings(self, expr: Expr) -> bool:
        project = self.backend.project
        kind = project.type_of(self.handler, expr)
        found = None if kind is None else project.by_id(kind)
        return isinstance(found, Class) and project.derives(found, *_SETTINGS)
