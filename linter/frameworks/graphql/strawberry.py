"""Strawberry's root types: classes whose attributes and methods are fields."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.backend import Guard, Input
from linter.evaluate.values import UNKNOWN, Closure, External, Made, Value, options
from linter.facts.expressions import Expr, Ref
from linter.facts.scopes import Assign, Decorator, Define
from linter.finding import Location
from linter.frameworks.graphql.access import Access, Given
from linter.frameworks.graphql.annotations import Annotations
from linter.frameworks.graphql.judgements import guards
from linter.frameworks.graphql.model import DEEPEST, Field, Schema, argument
from linter.frameworks.graphql.names import (
    OPERATIONS,
    STRAWBERRY_FIELDS,
    STRAWBERRY_TYPES,
    Operation,
    camel,
    short,
)
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project

_RELAY = (("before", "String"), ("after", "String"), ("first", "Int"), ("last", "Int"))
_INPUTS = frozenset({"input"})
_POSITIONS = {"query": 0, "mutation": 1, "subscription": 2}


class _Declared(NamedTuple):
    """An attribute of a class that is a field. `made` is the call that says so, if there is one."""

    name: str
    cls: Class
    location: Location
    made: Made | None
    resolver: Value
    annotation: Expr | None
    has_default: bool = False


class Strawberry:
    """Reads schemas of Strawberry."""

    def __init__(self, project: Project, access: Access) -> None:
        self._access = access
        self._evaluator = access.evaluator
        self._annotations = Annotations(project, access.evaluator)
        self._inputs_of: dict[tuple[Class, bool, int], tuple[Input, ...]] = {}

    def schema(self, made: Made) -> Schema:
        """What a `strawberry.Schema(...)` offers."""
        keeps, readable = _keeps_names(made.keywords.get("config"))
        fields: list[Field] = []
        complete = readable
        for operation in OPERATIONS:
            root = made.argument(_POSITIONS[operation], operation)
            for each in self._roots(root):
                if isinstance(each, tuple):
                    cls, name = each
                    fields += self._of_class(operation, cls, name, keeps)
                elif each is not None:
                    complete = False
        extensions = made.keywords.get("extensions")
        found = [
            guard
            for each in (extensions if isinstance(extensions, (list, tuple)) else [])
            for guard in self._access.of_schema_extension(each)
        ]
        return Schema("strawberry", tuple(fields), tuple(found), complete)

    def _roots(self, value: Value) -> Iterator[tuple[Class, str] | Value]:
        """The classes of a root type with its name; UNKNOWN for what could not be followed."""
        for option in options(value):
            if isinstance(option, Class):
                yield option, self._annotations.name_of(option)
            elif isinstance(option, Made) and short(option.name) == "merge_types":
                name, merged = option.argument(0, "name"), option.argument(1, "types")
                for each in merged if isinstance(merged, (list, tuple)) else [UNKNOWN]:
                    yield (each, name) if isinstance(each, Class) and isinstance(name, str) else UNKNOWN
            else:
                yield option if option is None else UNKNOWN

    # Fields

    def _of_class(self, operation: Operation, cls: Class, root: str, keeps: bool) -> Iterator[Field]:
        for declared in self._declared(cls).values():
            yield self._field(operation, root, declared, keeps)

    def _declared(self, cls: Class) -> dict[str, _Declared]:
        """The fields of a class and of the Strawberry types that it derives from, bases first."""
        found: dict[str, _Declared] = {}
        for each in reversed(self._evaluator.order.classes(cls)):
            if each is cls or self._is_type(each):
                for declared in self._of_body(each):
                    found[declared.name] = declared
        return found

    def _is_type(self, cls: Class, kinds: frozenset[str] = STRAWBERRY_TYPES) -> bool:
        parent = cls.parent
        values = [
            self._evaluator.expression(parent, each.value)
            for each in cls.head.decorators
            if parent is not None
        ]
        return any(isinstance(each, (Made, External)) and short(each.name) in kinds for each in values)

    def _of_body(self, cls: Class) -> Iterator[_Declared]:
        for statement in cls.scope.statements:
            if isinstance(statement, Define):
                method = cls.module.definitions[statement.scope]
                if isinstance(method, Function):
                    yield from self._of_method(cls, method)
            elif isinstance(statement, Assign) and statement.operator is None:
                for target in statement.targets:
                    if isinstance(target, Ref):
                        name = target.name.lstrip(":$").rpartition(".")[2]
                        yield from self._of_assignment(cls, name, statement)

    def _of_method(self, cls: Class, method: Function) -> Iterator[_Declared]:
        for decorator in method.head.decorators:
            made = self._maker(cls, decorator)
            if made is not None:
                yield _Declared(
                    method.head.name, cls, method.location, made, Closure(method), method.head.returns
                )
                return

    def _maker(self, cls: Class, decorator: Decorator) -> Made | None:
        """The call of a decorator that makes a field, with or without arguments."""
        value = self._evaluator.expression(cls, decorator.value)
        if isinstance(value, External) and short(value.name) in STRAWBERRY_FIELDS:
            return Made(value.name, [], {}, cls.module, decorator.span)
        return value if isinstance(value, Made) and short(value.name) in STRAWBERRY_FIELDS else None

    def _of_assignment(self, cls: Class, name: str, statement: Assign) -> Iterator[_Declared]:
        place = cls.module.locate(statement.span)
        annotation = statement.annotation
        value = (
            None
            if statement.value is None
            else self._evaluator.attempt(lambda: self._evaluator.own_attribute(cls, name))
        )
        made = value if isinstance(value, Made) and short(value.name) in STRAWBERRY_FIELDS else None
        if annotation is None and made is None:
            return
        if any(self._annotations.is_marked(cls, annotation, each) for each in ("Private", "ClassVar")):
            return
        resolver = None if made is None else made.argument(0, "resolver")
        if made is not None and made.name.startswith("strawberry_django.mutations"):
            resolver = None
        if annotation is None and isinstance(resolver, Closure):
            annotation = resolver.function.head.returns
        given = () if made is None else made.keywords
        has_default = "default" in given or "default_factory" in given
        has_default = has_default or (made is None and statement.value is not None)
        yield _Declared(name, cls, place, made, resolver, annotation, has_default)

    def _field(self, operation: Operation, root: str, declared: _Declared, keeps: bool) -> Field:
        made, resolver = declared.made, declared.resolver
        given_name = None if made is None else made.keywords.get("name")
        name = given_name if isinstance(given_name, str) else declared.name if keeps else camel(declared.name)
        closure = resolver if isinstance(resolver, Closure) else None
        handler = f"{declared.cls.name}.{declared.name}" if closure is None else closure.function.name
        holder: Definition = declared.cls
        if closure is not None and declared.annotation is closure.function.head.returns:
            holder = closure.function.parent or holder
        return Field(
            operation=operation,
            root=root,
            name=name,
            handler=handler,
            location=declared.location,
            inputs=self._inputs(closure, made, keeps),
            output=self._annotations.type_of(holder, declared.annotation),
            resolver=closure,
            given=self._given(closure),
            owner=None if closure is None else closure.function.owner,
            guards=tuple(self._guards(made, declared.location)),
            readable=closure is not None or resolver is None,
        )

    def _inputs(self, closure: Closure | None, made: Made | None, keeps: bool) -> tuple[Input, ...]:
        if closure is None:
            return self._library_inputs(made)
        function = closure.function
        holder = function.parent
        found: list[Input] = []
        for parameter in function.head.parameters:
            if parameter.kind in ("*", "**") or holder is None or self._is_reserved(closure, parameter.name):
                continue
            kind = self._annotations.type_of(holder, parameter.annotation)
            marks = self._annotations.marks(holder, parameter.annotation)
            named = next(
                (each.keywords.get("name") for each in marks if short(each.name) == "argument"), None
            )
            name = named if isinstance(named, str) else parameter.name if keeps else camel(parameter.name)
            model = self._annotations.class_of(holder, parameter.annotation)
            has_default = parameter.default is not None
            fields = self._of_input(model, keeps, 0)
            found.append(argument(name, kind, has_default, model, parameter.name, fields))
        if made is not None and short(made.name) == "connection":
            found += [argument(name, kind, True) for name, kind in _RELAY]
        return tuple(found)

    def _of_input(self, cls: Class | None, keeps: bool, depth: int) -> tuple[Input, ...]:
        """The fields of an input object; none for any other class."""
        if cls is None or depth >= DEEPEST or not self._is_type(cls, _INPUTS):
            return ()
        key = (cls, keeps, depth)
        if key not in self._inputs_of:
            self._inputs_of[key] = tuple(self._fields_of(cls, keeps, depth))
        return self._inputs_of[key]

    def _fields_of(self, cls: Class, keeps: bool, depth: int) -> Iterator[Input]:
        for each in self._declared(cls).values():
            named = None if each.made is None else each.made.keywords.get("name")
            name = named if isinstance(named, str) else each.name if keeps else camel(each.name)
            kind = self._annotations.type_of(each.cls, each.annotation)
            model = self._annotations.class_of(each.cls, each.annotation)
            fields = self._of_input(model, keeps, depth + 1)
            yield argument(name, kind, each.has_default, model, each.name, fields)

    def _library_inputs(self, made: Made | None) -> tuple[Input, ...]:
        kind = "" if made is None else short(made.name)
        if kind == "connection":
            return tuple(argument(name, kind, True) for name, kind in _RELAY)
        return (argument("id", "ID!", False),) if kind == "node" else ()

    def _is_reserved(self, closure: Closure, name: str) -> bool:
        """Whether a parameter is filled by the library: `self`, `root`, `info` and their kin."""
        function = closure.function
        parameters = function.head.parameters
        if name in ("self", "root", "info") or (function.owner is not None and parameters[0].name == name):
            return True
        holder, annotation = (
            function.parent,
            next(each.annotation for each in parameters if each.name == name),
        )
        return holder is not None and any(
            self._annotations.is_marked(holder, annotation, each) for each in ("Info", "Parent")
        )

    def _given(self, closure: Closure | None) -> Given:
        if closure is None:
            return Given([], {})
        function = closure.function
        anonymous = self._access.library.anonymous
        keywords: dict[str, Value] = {}
        for parameter in function.head.parameters:
            if parameter.kind not in ("*", "**"):
                about = parameter.name == "info" or (
                    function.parent is not None
                    and self._annotations.is_marked(function.parent, parameter.annotation, "Info")
                )
                keywords[parameter.name] = anonymous.info() if about else UNKNOWN
        args: list[Value] = []
        if function.owner is not None and function.head.parameters:
            first = function.head.parameters[0]
            if first.kind not in ("*", "**"):
                args.append(keywords.pop(first.name, UNKNOWN))
        return Given(args, keywords)

    # Guards

    def _guards(self, made: Made | None, place: Location) -> Iterator[Guard]:
        if made is None:
            return
        permissions = made.keywords.get("permission_classes")
        for option in options(permissions):
            if option is not None and not isinstance(option, (list, tuple)):
                yield from guards(UNKNOWN, self._access.of_permission(UNKNOWN), "function", place)
                continue
            for each in option or ():
                yield from guards(each, self._access.of_permission(each), "function", place)
        extensions = made.keywords.get("extensions")
        for each in extensions if isinstance(extensions, (list, tuple)) else []:
            yield from self._access.of_extension(each)


def _keeps_names(config: Value) -> tuple[bool, bool]:
    """Whether names stay as they are in Python, and whether the configuration could be read."""
    if not isinstance(config, Made):
        return False, config is None
    converter = config.keywords.get("name_converter")
    keeps = config.argument(0, "auto_camel_case")
    if isinstance(converter, Made) and short(converter.name) == "NameConverter":
        keeps, converter = converter.argument(0, "auto_camel_case"), None
    return keeps is False, converter is None
