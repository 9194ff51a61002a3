"""Permissions on objects: what DRF asks once a view has loaded the object that a caller names."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Instance, Made, Member, Value
from linter.facts.expressions import Attr, Ref, Result
from linter.facts.scopes import Call
from linter.resolve.definitions import Class, Function

_CHECK = "check_object_permissions"
_LOAD = "get_object"
_DEPTH = 4
_ACTIONS = frozenset({"retrieve", "update", "partial_update", "destroy"})
_GENERICS = {"get": "Retrieve", "put": "Update", "patch": "Update", "delete": "Destroy"}
_CERTAIN = frozenset({"with", "try"})
"""Blocks that are entered whatever the request holds."""


class ObjectChecks:
    """Whether the methods of views load an object in the way that asks for permissions on it."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._known: dict[tuple[Class, str], Verdict] = {}

    def asked(self, cls: Class, method: str) -> Verdict:
        """Whether answering by `method` asks for permissions on an object; UNKNOWN where it depends."""
        key = (cls, method)
        found = self._known.get(key)
        if found is None:
            self._known[key] = Verdict.NO
            self._known[key] = found = self._reached(cls, method, 0, 0)
        return found

    def _reached(self, cls: Class, method: str, start: int, depth: int) -> Verdict:
        """The same for a method as the classes from the one numbered `start` on define it."""
        classes = self._evaluator.order.classes(cls)
        for position in range(start, len(classes)):
            function = classes[position].methods.get(method)
            if function is not None:
                return self._in_function(cls, function, position, depth)
        return Verdict.YES if self._library_asks(cls, method) else Verdict.NO

    def _library_asks(self, cls: Class, method: str) -> bool:
        if method in _ACTIONS or method in (_LOAD, _CHECK):
            return method == _CHECK or self._loads(cls, method)
        word = _GENERICS.get(method)
        names = [each.name for each in self._evaluator.order.of(cls)]
        generic = word is not None and any(
            name.startswith("rest_framework.generics.") and word in name for name in names
        )
        return generic and self._loads(cls, _LOAD)

    def _loads(self, cls: Class, method: str) -> bool:
        """Whether DRF's own way to load an object is not replaced by one that asks nobody."""
        return method == _LOAD or self.asked(cls, _LOAD) is not Verdict.NO

    def _in_function(self, cls: Class, function: Function, position: int, depth: int) -> Verdict:
        if depth > _DEPTH:
            return Verdict.NO
        found = Verdict.NO
        for call, name, inherited in _own_calls(function):
            start = position + 1 if inherited else 0
            if name == function.head.name and not inherited:
                continue
            reached = Verdict.YES if name == _CHECK else self._reached(cls, name, start, depth + 1)
            if reached is Verdict.YES and _is_certain(function, call):
                return Verdict.YES
            if reached is not Verdict.NO:
                found = Verdict.UNKNOWN
        return found


def _own_calls(function: Function) -> Iterator[tuple[Call, str, bool]]:
    """Calls of other methods of the same object: the name, and whether it is `super()`'s."""
    parameters = function.head.parameters
    prefix = f"${parameters[0].name}." if parameters else "$"
    for call in function.scope.calls:
        callee = call.callee
        if isinstance(callee, Ref) and callee.name.startswith(prefix):
            name = callee.name.removeprefix(prefix)
            if "." not in name:
                yield call, name, False
        elif isinstance(callee, Attr) and isinstance(callee.base, Result):
            outer = function.scope.calls[callee.base.call].callee
            if isinstance(outer, Ref) and outer.name == "super":
                yield call, callee.name, True


def _is_certain(function: Function, call: Call) -> bool:
    """Whether a call is made on every way through a function."""
    blocks = function.scope.blocks
    block = call.block
    while block:
        if blocks[block].kind not in _CERTAIN:
            return False
        block = blocks[block].parent
    return True


def loaded_object(evaluator: Evaluator, cls: Class) -> Value:
    """An object as a view loads it, of which nothing but the class is known; UNKNOWN without a class."""
    found = evaluator.class_value(cls, "queryset")
    for _ in range(_DEPTH * 4):
        if isinstance(found, Class):
            return Instance(found)
        if not isinstance(found, (Made, Member)):
            break
        found = found.receiver
    serializer = evaluator.class_value(cls, "serializer_class")
    meta = evaluator.class_value(serializer, "Meta") if isinstance(serializer, Class) else None
    model = evaluator.class_value(meta, "model") if isinstance(meta, Class) else None
    return Instance(model) if isinstance(model, Class) else UNKNOWN
