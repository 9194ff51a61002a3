"""Copies of libraries that a project carries: what they define counts under the library's public names."""

from __future__ import annotations

from collections.abc import Mapping

from linter.facts.scopes import Define
from linter.resolve.definitions import Module
from linter.resolve.known_types import ALIASES
from linter.resolve.modules import Layout
from linter.resolve.trace import Memo, Trace


class Copies:
    """Answers for the modules of one project."""

    def __init__(self, layout: Layout, modules: Mapping[str, Module], trace: Trace) -> None:
        self._layout = layout
        self._modules = modules
        self._trace = trace
        self._known: Memo[str, bool] = Memo(trace)

    def holds(self, package: str, path: str) -> bool:
        """Whether the top-level package around the module at `path` is a copy of a library.

        It is when something that the library defines behind a public name is defined there.
        """
        top = self._layout.find(package, path)
        if top is None:
            return False
        known = self._known.read(top)
        if known is None:
            start = len(self._trace.log)
            answer = any(self._defines(inner, top) for inner in ALIASES if inner.startswith(f"{package}."))
            known = self._known.keep(top, answer, start)
        return known

    def _defines(self, name: str, near: str) -> bool:
        module, _, last = name.rpartition(".")
        path = self._layout.find(module, near)
        found = None if path is None or path == near else self._modules.get(path)
        if found is None:
            return False
        self._trace.log.append(found.bit)
        return isinstance(found.bindings.get(last), Define)
