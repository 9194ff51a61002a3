"""What has changed in a module, by the keys under which looking at it is traced."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from linter.facts.files import FileFacts
from linter.facts.scopes import Define, Scope
from linter.resolve.definitions import Module
from linter.resolve.trace import body_key, made_key, missing_key, module_key

DECLARATIONS = "declarations"
"""The key of all classes of a project, for what asks about any of them."""


def changes(before: FileFacts | None, module: Module) -> Iterator[str]:
    """The keys of all that is not as it was; those of everything where nobody knows how it was."""
    path, now = module.path, module.facts
    if before is None:
        yield from (module_key(path), made_key(path), DECLARATIONS)
        yield from (body_key(path, index) for index in range(len(now.scopes)))
        return
    old = Module(path, module.name, module.id, before, module.is_package)
    added = _added(old, module)
    if added is None:
        yield module_key(path)
    else:
        yield from (missing_key(path, name) for name in added)
    if added is None or _classes(before) != _classes(now):
        yield DECLARATIONS
    if _made(old, len(before.scopes)) != _made(module, len(before.scopes)):
        yield made_key(path)
    for index, scope in enumerate(before.scopes):
        if index >= len(now.scopes) or not _continues(scope, now.scopes[index]):
            yield body_key(path, index)


def _added(old: Module, new: Module) -> list[str] | None:
    """The names of functions and classes that were added at the end; None if any declaration has changed."""
    before, now = old.facts.scopes, new.facts.scopes
    count = len(before[0].statements)
    more = [each for each in now[0].statements[count:] if isinstance(each, Define)]
    if len(now[0].statements) != count + len(more) or len(now) < len(before):
        return None
    body = msgspec.structs.replace(now[0], statements=now[0].statements[:count])
    if _declared(before[0]) != _declared(body):
        return None
    if any(_declared(one) != _declared(other) for one, other in zip(before[1:], now[1:], strict=False)):
        return None
    names = [now[each.scope].name for each in more]
    return names if old.bindings.keys().isdisjoint(names) else None


def _classes(facts: FileFacts) -> list[object]:
    return [_declared(scope) for scope in facts.scopes if scope.kind == "class"]


def _declared(scope: Scope) -> object:
    """What others see of a scope: all of a module or class, the head of a function; not where it stands."""
    if scope.kind == "function":
        scope = msgspec.structs.replace(scope, blocks=(), statements=(), calls=())
    return _without_places(scope)


def _without_places(fact: object) -> object:
    """A fact as plain data, without where it stands."""
    if isinstance(fact, msgspec.Struct):
        names = (name for name in fact.__struct_fields__ if name not in ("span", "end_line"))
        return [type(fact).__name__, *[_without_places(getattr(fact, name)) for name in names]]
    if isinstance(fact, tuple):
        return [_without_places(each) for each in fact]
    return (type(fact).__name__, fact)


def _made(module: Module, count: int) -> tuple[object, ...]:
    """Which functions make which names outside of them, among the first definitions of a module."""
    attributes = [
        (cls.index, name, function.index)
        for cls in module.classes
        for name, (function, _) in cls.set_in_methods.items()
        if cls.index < count
    ]
    inside = [(name, function.index) for name, (function, _) in module.made_inside.items()]
    return (attributes, inside, [scope.globals for scope in module.facts.scopes[:count]])


def _continues(before: Scope, now: Scope) -> bool:
    """Whether a scope is as it was, every place in it included, but for definitions at its end."""
    count = len(before.statements)
    if not all(isinstance(each, Define) for each in now.statements[count:]):
        return False
    shorter = msgspec.structs.replace(now, statements=now.statements[:count], end_line=before.end_line)
    return before == shorter
