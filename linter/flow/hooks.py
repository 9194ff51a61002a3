"""What takes part in a request beside its handler, whoever calls it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.facts.scopes import Import
from linter.flow.sources.tables import REQUESTS
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.backend import Backend

_PACKAGES = frozenset({"flask", "quart", *(name.rpartition(".")[0] for name in REQUESTS)})
"""The modules from which a request object is imported."""
_MIDDLEWARE = frozenset({"__call__", "__acall__", "process_view", "process_request", "process_exception"})


def readers_of(backend: Backend) -> list[Function]:
    """Functions of modules that import a request object, whoever calls them."""
    found: list[Function] = []
    for module in backend.project.modules.values():
        if _PACKAGES.isdisjoint(module.facts.imports) or not any(
            _imports_request(each) for scope in module.facts.scopes for each in scope.statements
        ):
            continue
        found += [each for each in module.functions if not each.is_module]
    known = {id(each) for each in backend.functions}
    return [each for each in found if id(each) in known]


def middleware_of(backend: Backend) -> list[Function]:
    """What Django calls for each request around its views, and hands the request to."""
    if "django" not in backend.project.imported:
        return []
    found: list[Function] = []
    for each in backend.functions:
        maker = each.owner.methods.get("__init__") if each.owner is not None else each.parent
        if isinstance(maker, Function) and any(p.name == "get_response" for p in maker.scope.parameters):
            if each.owner is None or each.scope.name in _MIDDLEWARE:
                found.append(each)
    return found


def _imports_request(statement: object) -> bool:
    if not isinstance(statement, Import):
        return False
    return f"{statement.module}.{statement.name}" in REQUESTS or statement.module in ("flask", "quart")
