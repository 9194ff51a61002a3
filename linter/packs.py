"""Rule packs: folders of rules, the built-in one and a team's own, loaded by the same code.

A pack is `<practice>/<rule_name>.py`, one public rule class to a file. The path is the id:
`authentication/unauthenticated_route.py` is `authentication/unauthenticated-route`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from linter.outcome import RuleInfo
    from linter.rule import Rule

_NAMESPACE = "backlint_rules"


class PackError(Exception):
    """A pack that cannot be loaded: `path` is the file or folder, `message` what is wrong with it."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path = path
        self.message = message


class RuleFile(NamedTuple):
    """A rule that is not loaded yet."""

    id: str
    path: str


def builtin_folder() -> str:
    """The rules that come with backlint: inside the package in a wheel, beside it in a checkout."""
    package = os.path.dirname(os.path.abspath(__file__))
    inside = os.path.join(package, "rules")
    return inside if os.path.isdir(inside) else os.path.join(os.path.dirname(package), "rules")


def rule_files(folder: str) -> list[RuleFile]:
    """The rules of one pack, sorted by id. Nothing is imported. Raises PackError."""
    try:
        practices = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError as error:
        raise PackError(folder, f"cannot read the rule pack: {error.strerror}") from error
    found: list[RuleFile] = []
    for practice in practices:
        if practice.startswith(("_", ".")):
            continue
        for name in sorted(os.listdir(os.path.join(folder, practice))):
            if name.endswith(".py") and not name.startswith("_"):
                identity = f"{practice}/{name[:-3]}".replace("_", "-")
                found.append(RuleFile(identity, os.path.join(folder, practice, name)))
    return found


def all_rule_files(folders: Iterable[str]) -> list[RuleFile]:
    """The rules of several packs, sorted by id. Raises PackError when two packs have the same id."""
    seen: dict[str, RuleFile] = {}
    for folder in folders:
        for rule in rule_files(folder):
            if rule.id in seen:
                raise PackError(rule.path, f"rule `{rule.id}` exists already in {seen[rule.id].path}")
            seen[rule.id] = rule
    return [seen[identity] for identity in sorted(seen)]


def signature(files: Iterable[RuleFile]) -> bytes:
    """Changes when any rule, or any private module beside the rules, does."""
    state = blake2b(digest_size=16)
    folders: set[str] = set()
    for rule in files:
        state.update(rule.id.encode())
        _add(state, rule.path)
        folders.add(os.path.dirname(os.path.dirname(rule.path)))
        folders.add(os.path.dirname(rule.path))
    for folder in sorted(folders):
        for name in sorted(os.listdir(folder)):
            if name.startswith("_") and name.endswith(".py"):
                _add(state, os.path.join(folder, name))
    return state.digest()


def _add(state: Any, path: str) -> None:
    with open(path, "rb") as file:
        state.update(file.read())


def load(files: Iterable[RuleFile]) -> Iterator[Rule[Any]]:
    """Import the rules and make one instance of each. Raises PackError."""
    for file in files:
        yield _load(file)


def _load(file: RuleFile) -> Rule[Any]:
    from importlib.util import module_from_spec, spec_from_file_location

    from linter.rule import Rule

    name = f"{_NAMESPACE}.{file.id.replace('/', '.').replace('-', '_')}"
    spec = spec_from_file_location(name, file.path)
    if spec is None or spec.loader is None:
        raise PackError(file.path, "cannot be imported")
    module = module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise PackError(file.path, f"{type(error).__name__}: {error}") from error
    classes: list[type[Rule[Any]]] = [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        # The order counts: abstract classes ask each known subclass, thousands of times in a run.
        and value.__module__ == name
        and Rule in value.__mro__
        and not value.__name__.startswith("_")
    ]
    if len(classes) != 1:
        raise PackError(file.path, f"must define exactly one public rule class, it defines {len(classes)}")
    rule_class = classes[0]
    for attribute in ("severity", "confidence", "noun"):
        if not hasattr(rule_class, attribute):
            raise PackError(file.path, f"class {rule_class.__name__} has no `{attribute}`")
    rule_class.id = file.id
    try:
        return rule_class()
    except TypeError as error:
        raise PackError(file.path, str(error)) from error


def info(rule: Rule[Any]) -> RuleInfo:
    """What reports need to know about a rule."""
    from linter.outcome import RuleInfo

    title, documentation = type(rule).documentation()
    return RuleInfo(
        id=rule.id,
        title=title,
        documentation=documentation,
        severity=rule.severity,
        confidence=rule.confidence,
        cwe=rule.cwe,
        owasp=rule.owasp,
        fix=rule.fix_safety,
        opt_in=rule.opt_in,
    )
