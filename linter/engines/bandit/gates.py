"""When a test of bandit can say anything about a node: what has to hold before it is worth a call.

A gate lets through all nodes that its test could report, and some more. So the test's own code decides, and
the walk stays quick. A test without a gate here (another version's, a plugin's) sees every node of its type.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias

Test: TypeAlias = Callable[..., Any]
"""A plugin function of bandit."""

VERSIONS = ((1, 8), (1, 9))
"""The releases of bandit whose tests were read for these gates."""

_VERBS = frozenset({"get", "options", "head", "post", "put", "patch", "delete"})
_CLIENTS = _VERBS | {"request", "stream", "Client", "AsyncClient"}


class CallGate(NamedTuple):
    """A call passes when its last name, a part of its dotted name, or one of its keywords is here."""

    names: frozenset[str] = frozenset()
    parts: tuple[str, ...] = ()
    keywords: frozenset[str] = frozenset()
    string_keyword: bool = False


_CALLS: Mapping[str, CallGate] = {
    "B102": CallGate(frozenset({"exec"})),
    "B103": CallGate(parts=("chmod",)),
    "B106": CallGate(string_keyword=True),
    "B113": CallGate(_CLIENTS),
    "B201": CallGate(frozenset({"run"})),
    "B202": CallGate(parts=("extractall",)),
    "B324": CallGate(parts=("hashlib", "crypt")),
    "B501": CallGate(_CLIENTS),
    "B502": CallGate(frozenset({"wrap_socket", "Context"}), keywords=frozenset({"method", "ssl_version"})),
    "B504": CallGate(frozenset({"wrap_socket"})),
    "B505": CallGate(frozenset({"generate_private_key", "generate"})),
    "B506": CallGate(frozenset({"load"})),
    "B507": CallGate(frozenset({"set_missing_host_key_policy"})),
    "B508": CallGate(frozenset({"CommunityData"})),
    "B509": CallGate(frozenset({"UsmUserData"})),
    "B601": CallGate(frozenset({"exec_command"})),
    "B604": CallGate(keywords=frozenset({"shell"})),
    "B610": CallGate(frozenset({"extra"})),
    "B611": CallGate(frozenset({"RawSQL"})),
    "B612": CallGate(frozenset({"listen"})),
    "B614": CallGate(frozenset({"load"})),
    "B615": CallGate(
        frozenset(
            {"from_pretrained", "load_dataset", "hf_hub_download", "snapshot_download", "repository_id"}
        )
    ),
    "B701": CallGate(frozenset({"Environment"})),
    "B702": CallGate(frozenset({"Template"})),
    "B703": CallGate(frozenset({"mark_safe", "SafeText", "SafeUnicode", "SafeString", "SafeBytes"})),
}
_SHELL_TESTS = frozenset({"B602", "B603", "B605", "B606", "B607", "B609"})


def _last(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.rpartition(".")[2] for name in names)


def _call_gate(identity: str, configuration: Any) -> CallGate | None:
    if identity in _SHELL_TESTS:
        named = [name for names in configuration.values() for name in names] if configuration else []
        return CallGate(_last(named))
    if identity == "B704":
        return CallGate(_last(("markupsafe.Markup", *configuration.get("extend_markup_names", ()))))
    if identity == "B001":
        names = [name for check in configuration.get("Call", ()) for name in check["qualnames"]]
        return CallGate(_last(names) | {"__import__", "import_module"})
    return _CALLS.get(identity)


class CallGates:
    """The tests for calls, by what lets a call through to them."""

    def __init__(self, tests: Iterable[Test], gated: bool) -> None:
        self._order = {test: position for position, test in enumerate(tests)}
        self._always: list[Test] = []
        self._by_name: dict[str, list[Test]] = {}
        self._by_keyword: dict[str, list[Test]] = {}
        self._by_part: dict[str, list[Test]] = {}
        self._by_string_keyword: list[Test] = []
        for test in self._order:
            gate = _call_gate(_identity(test), getattr(test, "_config", None)) if gated else None
            if gate is None:
                self._always.append(test)
                continue
            for name in gate.names:
                self._by_name.setdefault(name, []).append(test)
            for keyword in gate.keywords:
                self._by_keyword.setdefault(keyword, []).append(test)
            for part in gate.parts:
                self._by_part.setdefault(part, []).append(test)
            if gate.string_keyword:
                self._by_string_keyword.append(test)

    def passed(self, node: ast.Call, qualname: str, name: str) -> list[Test]:
        """The tests that could report a call, in bandit's order."""
        named = self._by_name.get(name)
        found = set(self._always) if named is None else {*self._always, *named}
        for part, tests in self._by_part.items():
            if part in qualname:
                found.update(tests)
        for keyword in node.keywords:
            tests_of_keyword = self._by_keyword.get(keyword.arg or "")
            if tests_of_keyword is not None:
                found.update(tests_of_keyword)
            value = keyword.value
            if type(value) is ast.Constant and type(value.value) is str:
                found.update(self._by_string_keyword)
        return sorted(found, key=self._order.__getitem__) if found else []


class TextGates:
    """The tests for strings, by what lets a string through to them."""

    def __init__(self, tests: Iterable[Test], gated: bool) -> None:
        self._order = {test: position for position, test in enumerate(tests)}
        self._always: list[Test] = []
        self._by_parent: dict[type, list[Test]] = {}
        self._by_value: dict[str, list[Test]] = {}
        self._folders: tuple[str, ...] = ()
        self._by_folder: list[Test] = []
        for test in self._order:
            identity = _identity(test) if gated else ""
            parents = _TEXT_PARENTS.get(identity, ())
            for parent in parents:
                self._by_parent.setdefault(parent, []).append(test)
            if identity == "B104":
                self._by_value.setdefault("0.0.0.0", []).append(test)
            elif identity == "B108":
                self._folders = tuple((test._config or {}).get("tmp_dirs") or _FOLDERS)  # type: ignore[attr-defined]
                self._by_folder.append(test)
            elif not parents:
                self._always.append(test)

    def passed(self, text: str, parent: ast.AST) -> list[Test]:
        """The tests that could report a string that stands in `parent`, in bandit's order."""
        found = self._by_parent.get(type(parent), ()) or self._by_value.get(text, ())
        if text.startswith(self._folders) or self._always or text in self._by_value:
            every = {*found, *self._always, *self._by_value.get(text, ())}
            if text.startswith(self._folders):
                every.update(self._by_folder)
            return sorted(every, key=self._order.__getitem__)
        return list(found)


_FOLDERS = ("/tmp", "/var/tmp", "/dev/shm")
_TEXT_PARENTS: Mapping[str, tuple[type, ...]] = {
    "B105": (ast.Assign, ast.Dict, ast.Subscript, ast.Compare),
    "B608": (ast.BinOp, ast.Attribute, ast.JoinedStr),
}


def tests_for_handler(tests: list[Test], node: ast.ExceptHandler, gated: bool) -> list[Test]:
    """The tests that could report an `except` clause."""
    if not gated or (len(node.body) == 1 and type(node.body[0]) in (ast.Pass, ast.Continue)):
        return tests
    return [test for test in tests if _identity(test) not in ("B110", "B112")]


def tests_for_function(tests: list[Test], node: ast.FunctionDef, gated: bool) -> list[Test]:
    """The tests that could report a function's definition."""
    if not gated or node.args.defaults:
        return tests
    return [test for test in tests if _identity(test) not in ("B107", "B503")]


def tests_for_file(tests: list[Test], data: bytes, gated: bool) -> list[Test]:
    """The tests that could report a file's text."""
    if not gated or not data.isascii():
        return tests
    return [test for test in tests if _identity(test) != "B613"]


def _identity(test: Test) -> str:
    """The id of one of bandit's own tests; empty for a plugin's."""
    ours = test.__module__.startswith("bandit.")
    return str(getattr(test, "_test_id", "")) if ours else ""
