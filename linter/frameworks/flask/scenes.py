"""Ways through the code that sets a Flask application up.

One piece of code can stand for several objects: a factory that is called twice, a loop over a table. A
`Scene` is one way through a function: what its parameters and loop variables stand for there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from linter.facts.expressions import (
    Attr,
    Comprehension,
    Constant,
    Expr,
    Mapping,
    Ref,
    Result,
    Sequence,
    Starred,
    walk,
)
from linter.facts.scopes import Call
from linter.resolve.definitions import Definition, Function

_encode = msgspec.msgpack.encode


class Scene:
    """What parameters and loop variables stand for. Equal scenes are the same object.

    `loop` is the definition and the block of the loop whose turn this is, if it is one; `outer` is the
    scene around that turn.
    """

    __slots__ = ("loop", "names", "outer")

    def __init__(
        self,
        names: dict[tuple[int, str], Value],
        outer: Scene | None = None,
        loop: tuple[int, int] | None = None,
    ) -> None:
        self.names = names
        self.outer = outer
        self.loop = loop


class Value(NamedTuple):
    """An expression, the definition whose names it uses, and the way through it.

    `parts` are the items of a pair that no expression of the project spells out.
    """

    holder: Definition
    expr: Expr
    scene: Scene
    parts: tuple[Value, ...] | None = None

    def beside(self, expr: Expr) -> Value:
        """Another expression of the same place."""
        return Value(self.holder, expr, self.scene)


class Scenes:
    """Makes scenes, and makes equal ones the same object."""

    def __init__(self) -> None:
        self.start = Scene({})
        self._known: dict[object, Scene] = {}

    def inner(
        self, outer: Scene, names: dict[tuple[int, str], Value], loop: tuple[int, int] | None = None
    ) -> Scene:
        """The scene in which some more names are known."""
        if not names:
            return outer
        key = (id(outer), loop, tuple((name, _key(value)) for name, value in names.items()))
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Scene({**outer.names, **names}, outer, loop)
        return found

    def outside(self, scene: Scene, holder: Definition, block: int) -> Scene:
        """The scene as it was in a block: turns of loops that are not around it are taken back."""
        while scene.loop is not None and scene.outer is not None and scene.loop[0] == id(holder):
            around = block
            while around and around != scene.loop[1]:
                around = holder.scope.blocks[around].parent
            if around:
                break
            scene = scene.outer
        return scene

    def passed(self, value: Value, call: Call, function: Function) -> Iterator[tuple[str, Value]]:
        """What a call, which is `value`, gives to the parameters of a function."""
        parent = function.parent
        assert parent is not None
        parameters = list(function.head.parameters)
        if function.owner is not None and parameters and not _is_static(function):
            own = value if function.head.name == "__init__" else receiver(value, call)
            if own is not None:
                yield parameters[0].name, own
            parameters = parameters[1:]
        positional = list(call.args)
        keywords = dict(call.keywords)
        for parameter in parameters:
            if parameter.kind == "*":
                yield parameter.name, _rest(value, positional)
                positional = []
            elif parameter.kind == "**":
                known = {each.name for each in parameters}
                extra = {key: each for key, each in keywords.items() if key not in known and key != "**"}
                keys = tuple(Constant(key) for key in extra)
                yield parameter.name, value.beside(Mapping(keys, tuple(extra.values())))
            elif parameter.kind != "keyword-only" and positional and not isinstance(positional[0], Starred):
                yield parameter.name, value.beside(positional.pop(0))
            elif parameter.name in keywords:
                yield parameter.name, value.beside(keywords[parameter.name])
            elif parameter.default is not None:
                yield parameter.name, Value(parent, parameter.default, self.start)


def is_inside(scene: Scene, holder: Definition, loop: int) -> bool:
    """Whether a scene is already a turn of a loop."""
    current: Scene | None = scene
    while current is not None:
        if current.loop == (id(holder), loop):
            return True
        current = current.outer
    return False


def _rest(value: Value, arguments: list[Expr]) -> Value:
    """What `*names` takes: the arguments left over, or the one list that was spread."""
    if len(arguments) == 1 and isinstance(arguments[0], Starred):
        return value.beside(arguments[0].value)
    return value.beside(Sequence("tuple", tuple(arguments)))


def index_of(holder: Definition, call: Call) -> int:
    """The index of a call in the scope that it stands in."""
    return next(index for index, each in enumerate(holder.scope.calls) if each is call)


def receiver(value: Value, call: Call) -> Value | None:
    """What a method is called on."""
    found, _ = receiver_of(call.callee)
    return None if found is None else value.beside(found)


def receiver_of(callee: Expr) -> tuple[Expr | None, str]:
    """What a method is called on, and the method's name."""
    if isinstance(callee, Ref):
        receiver, dot, method = callee.name.rpartition(".")
        if not dot:
            return None, method.lstrip(":$")
        return (Ref(receiver) if receiver.strip(".:$") else None), method
    if isinstance(callee, Attr):
        return callee.base, callee.name
    return None, ""


def _is_static(function: Function) -> bool:
    return any(
        isinstance(each.value, Ref) and each.value.name == "staticmethod" for each in function.head.decorators
    )


def _key(value: Value) -> object:
    if value.parts is not None:
        return tuple(_key(part) for part in value.parts)
    names = any(isinstance(each, (Ref, Result, Comprehension)) for each in walk(value.expr))
    place = (id(value.holder), id(value.scene)) if names else ()
    return (*place, _encode(value.expr))
