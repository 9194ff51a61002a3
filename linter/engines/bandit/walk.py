"""bandit's walk over a tree, made for speed: the same nodes, order and context for its tests."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Protocol

from linter.engines.bandit.gates import (
    CallGates,
    Test,
    TextGates,
    tests_for_file,
    tests_for_function,
    tests_for_handler,
)

_NEVER_TREES = frozenset({"ctx", "op", "ops", "id", "attr", "arg", "kind", "type_comment", "conversion"})
_FIELDS: dict[type, tuple[str, ...]] = {}
"""Fields that may hold nodes, by node type; filled as types are met."""

Context = dict[str, Any]


class Tester(Protocol):
    """bandit's own runner of tests: it applies `# nosec` and collects the issues."""

    results: list[Any]

    def run_tests(self, raw_context: Context, checktype: str) -> object:
        """Run the tests that the test set gives for a type of node."""


class OpenedTests:
    """Stands in for bandit's test set: the tests that the gates let this node through to."""

    def __init__(self) -> None:
        self.tests: list[Test] = []

    def get_tests(self, checktype: str) -> list[Test]:
        """The tests to run now."""
        return self.tests


class Plan:
    """Which tests run on which nodes; made once for a configuration."""

    def __init__(self, tests: Mapping[str, list[Test]], gated: bool) -> None:
        self.tests = tests
        self.gated = gated
        self.calls = CallGates(tests.get("Call", ()), gated)
        self.texts = TextGates(tests.get("Str", ()), gated)
        own = {"Call", "Str", "Bytes", "FunctionDef", "Import", "ImportFrom", "ExceptHandler", "File"}
        self.others = frozenset(tests) - own - {"ClassDef", "Constant"}


class Walk:
    """One file under bandit's tests."""

    def __init__(self, plan: Plan, tester: Tester, opened: OpenedTests, path: str, data: bytes) -> None:
        from bandit.core.utils import linerange

        self._plan = plan
        self._tester = tester
        self._opened = opened
        self._path = path
        self._data = data
        self._linerange: Callable[[ast.AST], list[int]] = linerange
        self._imports: set[str] = set()
        self._aliases: dict[str, str] = {}

    def over(self, tree: ast.Module) -> None:
        """Run the tests on every node of a tree, then on the file itself."""
        seen: dict[type, Callable[[Any], None]] = {
            ast.Call: self._call,
            ast.Constant: self._constant,
            ast.FunctionDef: self._function,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.ExceptHandler: self._handler,
        }
        for name in self._plan.others:
            kind = getattr(ast, name, None)
            if kind is not None and kind not in seen:
                seen[kind] = self._other
        fields_of = _FIELDS
        stack: list[ast.AST] = []
        met: list[ast.AST] = []
        node: ast.AST = tree
        while True:
            kind = type(node)
            visit = seen.get(kind)
            if visit is not None:
                visit(node)
            fields = fields_of.get(kind)
            if fields is None:
                fields = fields_of[kind] = tuple(name for name in node._fields if name not in _NEVER_TREES)
            first = len(stack)
            for name in fields:
                value = getattr(node, name, None)
                if type(value) is list:
                    for item in value:
                        if isinstance(item, ast.AST):
                            item._bandit_parent = node  # type: ignore[attr-defined]
                            stack.append(item)
                elif isinstance(value, ast.AST):
                    value._bandit_parent = node  # type: ignore[attr-defined]
                    stack.append(value)
            if len(stack) - first > 1:
                stack[first:] = stack[: first - 1 if first else None : -1]
            if not stack:
                break
            node = stack.pop()
            met.append(node)
        self._file()
        # A tree whose nodes know their parents is a ring, which is not freed before the run ends.
        for node in met:
            del node._bandit_parent  # type: ignore[attr-defined]

    # Nodes

    def _run(self, tests: list[Test], kind: str, node: ast.AST, **more: Any) -> None:
        if not tests:
            return
        context: Context = {
            "imports": self._imports,
            "import_aliases": self._aliases,
            "node": node,
            "linerange": self._linerange(node),
            "filename": self._path,
            "file_data": BytesIO(self._data),
        }
        for name in ("lineno", "col_offset", "end_col_offset"):
            if hasattr(node, name):
                context[name] = getattr(node, name)
        context.update(more)
        self._opened.tests = tests
        self._tester.run_tests(context, kind)

    def _call(self, node: ast.Call) -> None:
        qualname = self._called(node.func)
        name = qualname.rpartition(".")[2]
        tests = self._plan.calls.passed(node, qualname, name)
        if tests:
            self._run(tests, "Call", node, call=node, qualname=qualname, name=name)

    def _called(self, function: ast.expr) -> str:
        """The dotted name of what is called, as bandit spells it: `.x` for an attribute of anything else."""
        aliases = self._aliases
        names: list[str] = []
        while type(function) is ast.Attribute:
            names.append(function.attr)
            function = function.value
        if type(function) is ast.Name:
            spelled = aliases.get(function.id, function.id)
        elif not names:
            return ""
        else:
            spelled = ""
        for name in reversed(names):
            spelled = f"{spelled}.{name}"
            spelled = aliases.get(spelled, spelled)
        return spelled

    def _constant(self, node: ast.Constant) -> None:
        value = node.value
        parent = node._bandit_parent  # type: ignore[attr-defined]
        if type(value) is str:
            if type(parent) is not ast.Expr:
                tests = self._plan.texts.passed(value, parent)
                if tests:
                    self._run(tests, "Str", node, str=value, linerange=self._linerange(parent))
        elif type(value) is bytes and type(parent) is not ast.Expr and "Bytes" in self._plan.tests:
            tests = self._plan.tests["Bytes"]
            self._run(tests, "Bytes", node, bytes=value, linerange=self._linerange(parent))

    def _function(self, node: ast.FunctionDef) -> None:
        tests = tests_for_function(self._plan.tests.get("FunctionDef", []), node, self._plan.gated)
        if tests:
            self._run(
                tests, "FunctionDef", node, function=node, qualname=self._qualname(node), name=node.name
            )

    def _qualname(self, node: ast.FunctionDef) -> str:
        names: list[str] = []
        current: ast.AST | None = node
        while current is not None:
            if isinstance(current, (ast.FunctionDef, ast.ClassDef)):
                names.append(current.name)
            current = getattr(current, "_bandit_parent", None)
        module = self._path.removesuffix(".py").strip("./").replace("/", ".")
        return ".".join([module, *reversed(names)])

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        module = ""
        for alias in node.names:
            if alias.asname:
                self._aliases[alias.asname] = alias.name
            self._imports.add(alias.name)
            module = alias.name
        self._run(self._plan.tests.get("Import", []), "Import", node, module=module)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = node.module
        if module is None:
            self._import(node)
            return
        name = ""
        for alias in node.names:
            self._aliases[alias.asname or alias.name] = f"{module}.{alias.name}"
            self._imports.add(f"{module}.{alias.name}")
            name = alias.name
        self._run(self._plan.tests.get("ImportFrom", []), "ImportFrom", node, module=module, name=name)

    def _handler(self, node: ast.ExceptHandler) -> None:
        tests = self._plan.tests.get("ExceptHandler", [])
        self._run(tests_for_handler(tests, node, self._plan.gated), "ExceptHandler", node)

    def _other(self, node: ast.AST) -> None:
        kind = type(node).__name__
        self._run(self._plan.tests[kind], kind, node)

    def _file(self) -> None:
        tests = tests_for_file(self._plan.tests.get("File", []), self._data, self._plan.gated)
        if not tests:
            return
        self._opened.tests = tests
        context: Context = {
            "file_data": BytesIO(self._data),
            "filename": self._path,
            "lineno": 0,
            "linerange": [0, 1],
            "col_offset": 0,
        }
        self._tester.run_tests(context, "File")
