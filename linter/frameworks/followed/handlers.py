"""The handlers that values of set-up code stand for."""

from __future__ import annotations

from typing import NamedTuple

from linter.evaluate.values import Closure, External, Frame, Instance, Lambda, Value, options
from linter.facts.expressions import Ref
from linter.facts.scopes import Decorator
from linter.frameworks.followed.setup import Decorated, Wrapped
from linter.resolve.definitions import Class, Function


class Handler(NamedTuple):
    """What answers a route.

    `below` are the decorators that the framework calls it through, outermost first; `wraps` are those
    that set-up code put around it, outermost first. `receiver` is the object that it is a method of.
    """

    name: str
    function: Function | None = None
    cls: Class | None = None
    receiver: Value = None
    frame: Frame | None = None
    below: tuple[Decorator, ...] = ()
    wraps: tuple[Wrapped, ...] = ()

    @property
    def owner(self) -> Class | None:
        """The class of the project that the handler belongs to."""
        if self.cls is not None:
            return self.cls
        return None if self.function is None else self.function.owner

    @property
    def is_static(self) -> bool:
        """Whether it is a static method."""
        return any(isinstance(each.value, Ref) and each.value.name == "staticmethod" for each in self.below)


def handlers_of(value: Value, wraps: tuple[Wrapped, ...] = ()) -> list[Handler]:
    """Every handler that a value may be."""
    found: list[Handler] = []
    for option in options(value):
        if isinstance(option, Wrapped):
            found += handlers_of(option.view, (*wraps, option))
        elif isinstance(option, Decorated):
            found += [each._replace(below=option.below) for each in handlers_of(option.value, wraps)]
        elif isinstance(option, Closure):
            found.append(_of_closure(option, wraps))
        elif isinstance(option, Class):
            found.append(Handler(option.name, cls=option, wraps=wraps))
        elif isinstance(option, Instance):
            method = option.cls.methods.get("__call__")
            below = () if method is None else method.head.decorators
            found.append(Handler(option.cls.name, method, None, option, None, below, wraps))
        elif isinstance(option, Lambda):
            found.append(Handler(f"{option.frame.holder.name}.lambda".lstrip("."), wraps=wraps))
        elif isinstance(option, External):
            found.append(Handler(option.name, wraps=wraps))
    return found


def _of_closure(closure: Closure, wraps: tuple[Wrapped, ...]) -> Handler:
    function, receiver = closure.function, closure.receiver
    name = function.name
    if isinstance(receiver, Instance):
        name = f"{receiver.cls.name}.{function.head.name}"
    elif isinstance(receiver, Class):
        name = f"{receiver.name}.{function.head.name}"
    return Handler(name, function, None, receiver, closure.frame, function.head.decorators, wraps)
