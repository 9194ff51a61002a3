"""What Graphene's values are called in a schema: scalars, lists, classes of the project."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Input
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import External, Instance, Lambda, Made, Value, options
from linter.facts.expressions import Ref
from linter.facts.scopes import Assign
from linter.frameworks.graphql.library import arguments_of
from linter.frameworks.graphql.model import DEEPEST, argument
from linter.frameworks.graphql.names import GRAPHENE_FIELDS, GRAPHENE_SCALARS, GRAPHENE_WRAPPERS, camel, short
from linter.resolve.definitions import Class

_DEPTH = 12
_MOUNTED = frozenset({"Field", "InputField"})
"""Fields of input objects that are declared as such, not by their type alone."""
_UNMOUNTED = frozenset({"Enum", "InputObjectType", "Scalar", "ObjectType", "Interface", "Union"})


class GrapheneTypes:
    """Reads the types of fields and arguments."""

    def __init__(self, evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self._inputs_of: dict[tuple[Class, bool, int], tuple[Input, ...]] = {}

    def kind_of(self, value: Value) -> str:
        """The library's class that a value is an object of, or derives from; empty for any other value."""
        if isinstance(value, Made):
            name = short(value.name)
            return "Enum" if name == "from_enum" else name
        if isinstance(value, Instance):
            for each in self._evaluator.order.of(value.cls):
                if short(each.name):
                    return short(each.name)
        return ""

    def is_argument(self, value: Value) -> bool:
        """Whether a keyword of a field is an argument of it."""
        kind = self.kind_of(value)
        return kind in GRAPHENE_SCALARS or kind in GRAPHENE_WRAPPERS or kind in _UNMOUNTED

    def is_field(self, value: Value) -> bool:
        """Whether an attribute of a root class is a field."""
        return self.kind_of(value) in GRAPHENE_FIELDS or self.is_argument(value)

    def name_of(self, cls: Class) -> str:
        """What a class of the project is called in the schema."""
        meta = cls.children.get("Meta")
        if isinstance(meta, Class):
            named = self._evaluator.class_value(meta, "name")
            if isinstance(named, str):
                return named
        name = cls.head.name
        kinds = {short(each.name) for each in self._evaluator.order.of(cls)}
        if "ClientIDMutation" in kinds:
            return name.removesuffix("Payload") + "Payload"
        if "Connection" in kinds:
            return name.removesuffix("Connection") + "Connection"
        return name

    def type_of(self, value: Value, depth: int = 0) -> str | None:
        """The type in GraphQL's notation, None when it is not known."""
        if depth > _DEPTH:
            return None
        if isinstance(value, Class):
            return self.name_of(value)
        if isinstance(value, Lambda):
            return self.type_of(self._evaluator.within(value.frame, value.body), depth + 1)
        if isinstance(value, str):
            return value.rpartition(".")[2] or None
        if isinstance(value, External):
            return short(value.name) if short(value.name) in GRAPHENE_SCALARS else None
        if not isinstance(value, (Made, Instance)):
            return None
        return self._of_object(value, depth)

    def _of_object(self, value: Made | Instance, depth: int) -> str | None:
        kind = self.kind_of(value)
        given = arguments_of(value)
        mark = "!" if given.keywords.get("required") is True else ""
        if kind == "NonNull":
            inner = self.type_of(given.argument(0, "of_type"), depth + 1)
            return None if inner is None else f"{inner.removesuffix('!')}!"
        if kind == "List":
            inner = self.type_of(given.argument(0, "of_type"), depth + 1)
            return None if inner is None else f"[{inner}]{mark}"
        if kind in ("Argument", "Field", "InputField"):
            inner = self.type_of(given.argument(0, "type_"), depth + 1)
            if kind == "Field" and inner is None:
                inner = self.type_of(given.keywords.get("type"), depth + 1)
            return None if inner is None else f"{inner.removesuffix('!')}{mark}" if mark else inner
        if isinstance(value, Instance):
            return self.name_of(value.cls) + mark
        if isinstance(value, Made) and value.name.endswith((".from_enum", ".Enum")):
            subject = value.argument(0, "name")
            named = subject.head.name if isinstance(subject, Class) else subject
            return named if isinstance(named, str) else None
        return kind + mark if kind in GRAPHENE_SCALARS else None

    def model_of(self, value: Value, depth: int = 0) -> Class | None:
        """The class of the project that an argument, or the items of one, is of."""
        if depth > _DEPTH:
            return None
        if isinstance(value, Class):
            return value
        if isinstance(value, Lambda):
            return self.model_of(self._evaluator.within(value.frame, value.body), depth + 1)
        if isinstance(value, Made):
            return self.model_of(value.args[0], depth + 1) if value.args else None
        if isinstance(value, Instance) and self.kind_of(value) in _UNMOUNTED:
            return value.cls
        return None

    def arguments(self, given: Made, keeps: bool) -> Iterator[Input]:
        """The arguments that a field is declared with."""
        named: dict[str, Value] = {}
        for option in options(given.keywords.get("args")):
            if isinstance(option, dict):
                named |= {key: each for key, each in option.items() if isinstance(key, str)}
        named |= {key: each for key, each in given.keywords.items() if self.is_argument(each)}
        for key, each in named.items():
            yield self.argument(key, each, keeps)

    def argument(self, key: str, value: Value, keeps: bool, depth: int = 0) -> Input:
        """One argument, from the name and the value that it is declared with."""
        own = arguments_of(value) if isinstance(value, (Made, Instance)) else None
        given = None if own is None else own.keywords.get("name")
        name = given if isinstance(given, str) else key if keeps else camel(key)
        has_default = own is not None and "default_value" in own.keywords
        model = self.model_of(value)
        fields = self._of_input(model, keeps, depth)
        return argument(name, self.type_of(value), has_default, model, key, fields)

    def _of_input(self, cls: Class | None, keeps: bool, depth: int) -> tuple[Input, ...]:
        """The fields of an input object; none for any other class."""
        if cls is None or depth >= DEEPEST:
            return ()
        key = (cls, keeps, depth)
        if key not in self._inputs_of:
            kinds = {short(each.name) for each in self._evaluator.order.of(cls)}
            is_input = "InputObjectType" in kinds
            self._inputs_of[key] = tuple(self.declared(cls, keeps, depth + 1)) if is_input else ()
        return self._inputs_of[key]

    def declared(self, cls: Class, keeps: bool, depth: int = 0) -> Iterator[Input]:
        """The arguments, or the fields of an input object, that a class and its bases list."""
        found: dict[str, Value] = {}
        for each in reversed(self._evaluator.order.classes(cls)):
            for name, _ in assignments(each):
                value = self.held(each, name)
                if self.is_argument(value) or self.kind_of(value) in _MOUNTED:
                    found[name] = value
        for name, value in found.items():
            yield self.argument(name, value, keeps, depth)

    def held(self, cls: Class, name: str) -> Value:
        """What a class body binds to a name."""
        return self._evaluator.attempt(lambda: self._evaluator.own_attribute(cls, name))


def assignments(cls: Class) -> Iterator[tuple[str, Assign]]:
    """The plain names that a class body assigns, in order."""
    for statement in cls.scope.statements:
        if isinstance(statement, Assign) and statement.value is not None and statement.operator is None:
            for target in statement.targets:
                if isinstance(target, Ref):
                    name = target.name.lstrip(":$").removeprefix(f"{cls.head.qualname}.")
                    if "." not in name:
                        yield name, statement
