"""What has changed in a module, by the keys under which looking at it is traced."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from linter.facts.expressions import Expr, Ref
from linter.facts.files import FileFacts
from linter.facts.scopes import Assign, Define, Evaluate, Import, Scope, Statement
from linter.facts.spans import Span, pack, unpack
from linter.file_roles import is_test
from linter.resolve.definitions import Module, labels_of
from linter.resolve.index import fills_of
from linter.resolve.trace import (
    body_key,
    calls_key,
    fills_key,
    imports_key,
    made_key,
    missing_key,
    module_key,
    names_key,
)

DECLARATIONS = "declarations"
"""The key of all classes of a project, for what asks about any of them."""
DECORATIONS = "decorations"
"""The key of functions that were added with a decorator."""
HEADS = "heads"
"""The key of how definitions are declared, and which there are but for new functions."""
FUNCTIONS = "functions"
"""The key of all functions there are, for what searches them by more than their calls."""
ALIASES = "aliases"
"""The key of the names under which modules and their functions import things that have another."""
_NOWHERE = pack(1, 0, 1, 0)
"""Where a module as a whole stands, whatever moves in it."""
_UNSEEN = frozenset({"span", "end_line", "docstring"})
"""What nothing is linked by: where a thing stands, and what is written for readers."""


class Change(NamedTuple):
    """What a change of a module comes to.

    `keys` are those of all that is not as it was. What is as it was may stand on other lines: `lines` has
    the new line of each of its lines, and is empty where none has moved.
    """

    keys: list[str]
    lines: dict[int, int]


def change_of(before: FileFacts | None, module: Module) -> Change:
    """What has changed in a module; all of it where nobody knows how it was."""
    path = module.path
    if before is None:
        return Change(_all_keys(path, module.facts), {})
    keys: list[str] = []
    labels = labels_of(before.scopes)
    now = _aligned(labels, module.facts)
    old = Module(path, module.name, module.id, before, module.is_package)
    new = Module(path, module.name, module.id, now, module.is_package)
    added = _added(old, new)
    if added is None:
        keys.append(module_key(path))
    else:
        keys += [missing_key(path, name) for name in _names(added, now.scopes)]
    binds = added is None or any(isinstance(each, (Assign, Import)) for each in added)
    if binds:
        keys.append(names_key(path))
    if binds or _classes(before) != _classes(now):
        keys.append(DECLARATIONS)
    if not _has_same_heads(before.scopes, now.scopes):
        keys.append(HEADS)
    if _made(old, labels) != _made(module, labels):
        keys.append(made_key(path))
    if not is_test(path):
        keys += [calls_key(name) for name in _different(_calls(before), _calls(now))]
        keys += [fills_key(name) for name in _different(_fills(before), _fills(now))]
    more = now.scopes[len(before.scopes) :]
    if more:
        keys.append(FUNCTIONS)
    if any(each.decorators for each in more):
        keys.append(DECORATIONS)
    imports = {*_imports(before)} ^ {*_imports(now)}
    keys += sorted({imports_key(package.partition(".")[0]) for package, _, _ in imports})
    if any(name not in ("", alias) for _, name, alias in imports):
        keys.append(ALIASES)
    lines: dict[int, int] = {}
    scopes = (_without(now.scopes[0], added or ()), *now.scopes[1:])
    for index, scope in enumerate(before.scopes):
        moved = _moved(scope, scopes[index]) if index < len(scopes) else None
        if moved is None or any(lines.get(one, other) != other for one, other in moved.items()):
            keys.append(body_key(path, labels[index]))
        else:
            lines.update(moved)
    if all(one == other for one, other in lines.items()):
        lines = {}
    return Change(keys, lines)


def _all_keys(path: str, facts: FileFacts) -> list[str]:
    """The keys of whatever may be new in a module."""
    return [
        module_key(path),
        made_key(path),
        names_key(path),
        *(DECLARATIONS, DECORATIONS, HEADS, FUNCTIONS, ALIASES),
        *(body_key(path, label) for label in labels_of(facts.scopes)),
        *(calls_key(name) for name in _calls(facts)),
        *(fills_key(name) for name in _fills(facts)),
        *sorted({imports_key(name.partition(".")[0]) for name, _, _ in _imports(facts)}),
    ]


def _aligned(labels: Sequence[str], now: FileFacts) -> FileFacts:
    """A file with its old definitions numbered as they were, and the new ones after them.

    It is left as it is where one of the old definitions is gone.
    """
    places = {label: index for index, label in enumerate(labels_of(now.scopes))}
    if not all(label in places for label in labels):
        return now
    order = [places.pop(label) for label in labels]
    order += places.values()
    numbers = {index: number for number, index in enumerate(order)}
    return msgspec.structs.replace(
        now, scopes=tuple(_renumbered(now.scopes[each], numbers) for each in order)
    )


def _renumbered(scope: Scope, numbers: Mapping[int, int]) -> Scope:
    """A scope that calls others by new numbers."""
    statements = tuple(
        msgspec.structs.replace(each, scope=numbers[each.scope]) if isinstance(each, Define) else each
        for each in scope.statements
    )
    return msgspec.structs.replace(scope, parent=numbers.get(scope.parent, -1), statements=statements)


def _added(old: Module, new: Module) -> list[Statement] | None:
    """What was added at the top of a module; None if anything that is declared there has changed.

    Those are functions, classes, variables and imports of new names, and expressions, which bind nothing.
    None is decorated, and all calls keep their numbers.
    """
    before, now = old.facts.scopes, new.facts.scopes
    if len(now) < len(before):
        return None
    if any(_declared(one) != _declared(other) for one, other in zip(before[1:], now[1:], strict=False)):
        return None
    top, top_now = before[0], now[0]
    count = len(top.calls)
    if _without_places((top.blocks, top.calls)) != _without_places((top_now.blocks, top_now.calls[:count])):
        return None
    more = _inserted(top.statements, top_now.statements)
    if more is None or not all(_is_harmless(each, now, len(before)) for each in more):
        return None
    if len(top_now.calls) > count and len(now) > len(before):
        return None
    return more if old.bindings.keys().isdisjoint(_names(more, now)) else None


def _inserted(before: Sequence[Statement], now: Sequence[Statement]) -> list[Statement] | None:
    """The statements that were not there before; None if one of those is gone."""
    more: list[Statement] = []
    position = 0
    for each in now:
        is_old = position < len(before) and _without_places(before[position]) == _without_places(each)
        position += is_old
        if not is_old:
            more.append(each)
    return more if position == len(before) else None


def _is_harmless(statement: Statement, scopes: Sequence[Scope], first: int) -> bool:
    """Whether what others see stays as it was beside a new statement. `first` is the first new definition."""
    if isinstance(statement, Define):
        return statement.scope >= first and not scopes[statement.scope].decorators
    if isinstance(statement, Assign):
        return statement.operator is None and all(map(_is_variable, statement.targets))
    if isinstance(statement, Import):
        return statement.name != "*"
    return isinstance(statement, Evaluate)


def _is_variable(target: Expr) -> bool:
    return isinstance(target, Ref) and "." not in target.name


def _names(statements: Iterable[Statement], scopes: Sequence[Scope]) -> list[str]:
    """The names that statements at the top of a module bind."""
    found: list[str] = []
    for each in statements:
        if isinstance(each, Define):
            found.append(scopes[each.scope].name)
        elif isinstance(each, Assign):
            found += [target.name.lstrip(":") for target in each.targets if isinstance(target, Ref)]
        elif isinstance(each, Import):
            found.append(each.alias)
    return found


def _different(before: dict[str, list[int]], now: dict[str, list[int]]) -> list[str]:
    """The names that are not written as often, or not by the same functions."""
    return sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))


def _calls(facts: FileFacts) -> dict[str, list[int]]:
    """Who calls something, by the last name that is written."""
    found: dict[str, list[int]] = {}
    for index, scope in enumerate(facts.scopes):
        for call in scope.calls:
            found.setdefault(call.last_name, []).append(index)
    return found


def _fills(facts: FileFacts) -> dict[str, list[int]]:
    """Who assigns to an attribute or an item, by its last name."""
    found: dict[str, list[int]] = {}
    for index, scope in enumerate(facts.scopes):
        for name, _ in fills_of(scope):
            found.setdefault(name, []).append(index)
    return found


def _imports(facts: FileFacts) -> list[tuple[str, str, str]]:
    """What is imported anywhere in a module, under which names."""
    return [
        (each.module, each.name, each.alias)
        for scope in facts.scopes
        for each in scope.statements
        if isinstance(each, Import)
    ]


def _classes(facts: FileFacts) -> list[object]:
    return [_declared(scope) for scope in facts.scopes if scope.kind == "class"]


def _has_same_heads(before: Sequence[Scope], now: Sequence[Scope]) -> bool:
    """Whether all definitions are still there and headed as they were, and only functions were added."""
    if len(now) < len(before) or any(each.kind == "class" for each in now[len(before) :]):
        return False
    return all(_head(one) == _head(other) for one, other in zip(before[1:], now[1:], strict=False))


def _head(scope: Scope) -> object:
    """How a function or class is declared, and which definitions a class has."""
    kept = [each for each in scope.statements if scope.kind == "class" and isinstance(each, Define)]
    return _without_places(msgspec.structs.replace(scope, blocks=(), statements=tuple(kept), calls=()))


def _declared(scope: Scope) -> object:
    """What others see of a scope: all of a module or class, the head of a function; not where it stands."""
    if scope.kind == "function":
        scope = msgspec.structs.replace(scope, blocks=(), statements=(), calls=())
    return _without_places(scope)


def _without_places(fact: object) -> object:
    """A fact as plain data, without where it stands."""
    if isinstance(fact, msgspec.Struct):
        names = (name for name in fact.__struct_fields__ if name not in _UNSEEN)
        return [type(fact).__name__, *[_without_places(getattr(fact, name)) for name in names]]
    if isinstance(fact, tuple):
        return [_without_places(each) for each in fact]
    return (type(fact).__name__, fact)


def _made(module: Module, labels: Collection[str]) -> tuple[object, ...]:
    """Which functions make which names outside of them, among the definitions of some labels."""
    attributes = [
        (cls.label, name, function.label)
        for cls in module.classes
        for name, (function, _) in cls.set_in_methods.items()
        if cls.label in labels
    ]
    inside = [(name, function.label) for name, (function, _) in module.made_inside.items()]
    return (attributes, inside, [each.head.globals for each in module.definitions if each.label in labels])


def _without(scope: Scope, added: Iterable[Statement]) -> Scope:
    """A scope without what was added there, as far as that binds names and does nothing else."""
    binding = {id(each) for each in added if not isinstance(each, Evaluate)}
    kept = [each for each in scope.statements if id(each) not in binding]
    return msgspec.structs.replace(scope, statements=tuple(kept))


def _moved(before: Scope, now: Scope) -> dict[int, int] | None:
    """Where the lines of a scope stand now; None if it is not as it was."""
    likened = msgspec.structs.replace(now, end_line=before.end_line, docstring=before.docstring)
    lines: dict[int, int] = {}
    return lines if _is_alike(before, likened, lines) else None


def _is_alike(before: object, now: object, lines: dict[int, int]) -> bool:
    """Whether two facts say the same, on whatever lines; these are put beside each other in `lines`."""
    if type(before) is not type(now):
        return False
    if isinstance(before, tuple) and isinstance(now, tuple):
        return len(before) == len(now) and all(
            _is_alike(one, other, lines) for one, other in zip(before, now, strict=True)
        )
    if not isinstance(before, msgspec.Struct):
        return before == now
    for name in before.__struct_fields__:
        one, other = getattr(before, name), getattr(now, name)
        if not (_stands(one, other, lines) if name == "span" else _is_alike(one, other, lines)):
            return False
    return True


def _stands(before: Span, now: Span, lines: dict[int, int]) -> bool:
    """Whether a place has moved by whole lines, together with all else on them."""
    if before == now == _NOWHERE:
        return True
    old, new = unpack(before), unpack(now)
    return (
        (old.column, old.end_column) == (new.column, new.end_column)
        and lines.setdefault(old.line, new.line) == new.line
        and lines.setdefault(old.end_line, new.end_line) == new.end_line
    )
