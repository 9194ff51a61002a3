"""Modules, classes and functions of the project, as things that names can resolve to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Self, TypeAlias, Union

from linter.facts.expressions import Expr, Ref, Sequence, Starred
from linter.facts.files import FileFacts
from linter.facts.scopes import Assign, Call, Define, Import, Scope, Statement
from linter.facts.spans import Span, unpack
from linter.finding import Location


class Module:
    """One Python file. `id` is unique in the project, `name` is what imports say.

    `bit` stands for it in the project's trace.
    """

    __slots__ = ("__dict__", "bit", "facts", "id", "is_package", "name", "path")

    def __init__(self, path: str, name: str, id: str, facts: FileFacts, is_package: bool) -> None:
        self.path = path
        self.name = name
        self.id = id
        self.facts = facts
        self.is_package = is_package
        self.bit = 0

    def __repr__(self) -> str:
        return f"Module({self.id})"

    @property
    def body(self) -> Scope:
        """The module's own scope. Whoever asks for it has looked at the body."""
        return self.functions[0].scope

    @property
    def is_asked_for_names(self) -> bool:
        """Whether anybody has asked what some name at the top is bound to, or what is imported there."""
        return "_bound" in self.__dict__ or "imports" in self.__dict__

    @property
    def has_listed_names(self) -> bool:
        """Whether anybody has gone through the names at the top."""
        return "bindings" in self.__dict__

    @property
    def _statements(self) -> tuple[Statement, ...]:
        return self.facts.scopes[0].statements

    def binding(self, name: str) -> Binding | None:
        """What a top-level name is bound to. Who is told of none has to say so to the project's trace."""
        return self._bound.get(name)

    @cached_property
    def bindings(self) -> dict[str, Binding]:
        """What each top-level name is bound to; an import wins over a fallback assignment."""
        return self._bound

    @cached_property
    def _bound(self) -> dict[str, Binding]:
        found: dict[str, Binding] = {}
        for statement in self._statements:
            if isinstance(statement, Import):
                if statement.name == "*":
                    continue
                if not isinstance(found.get(statement.alias), Import):
                    found[statement.alias] = statement
            elif isinstance(statement, Define):
                found[self.facts.scopes[statement.scope].name] = statement
            elif isinstance(statement, Assign) and statement.operator is None:
                for name in _assigned(statement.targets):
                    if not isinstance(found.get(name), (Import, Define)):
                        found[name] = statement
        return found

    @cached_property
    def made_inside(self) -> dict[str, tuple[Function, Assign]]:
        """What functions assign after `global name`: the function and its first assignment, by name."""
        found: dict[str, tuple[Function, Assign]] = {}
        for function in self.functions:
            for name in function.head.globals:
                for assign in function.assigned.get(name, ()):
                    if assign.operator is None and assign.value is not None:
                        found.setdefault(name, (function, assign))
        return found

    @cached_property
    def star_imports(self) -> tuple[str, ...]:
        """Modules whose public names are imported with `*`, as written."""
        return tuple(each.module for each in self.imports if each.name == "*")

    @cached_property
    def imports(self) -> tuple[Import, ...]:
        """What is imported at the top, in source order."""
        return tuple(each for each in self._statements if isinstance(each, Import))

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """All functions and methods, in source order."""
        return tuple(each for each in self.definitions if isinstance(each, Function))

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        """All classes, in source order."""
        return tuple(each for each in self.definitions if isinstance(each, Class))

    @cached_property
    def definitions(self) -> tuple[Definition, ...]:
        """One definition for each scope, the module itself (as a function body) first."""
        return tuple(
            Class(self, index) if scope.kind == "class" else Function(self, index)
            for index, scope in enumerate(self.facts.scopes)
        )

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """What tells each definition from the others of the module, in the order of `definitions`."""
        return labels_of(self.facts.scopes)

    def labelled(self, label: str) -> Definition | None:
        """The definition that has a label."""
        index = self._by_label.get(label)
        return None if index is None else self.definitions[index]

    @cached_property
    def _by_label(self) -> dict[str, int]:
        return {label: index for index, label in enumerate(self.labels)}

    @cached_property
    def by_qualname(self) -> dict[str, Definition]:
        """Classes and functions by dotted path; of several with one name, the last."""
        return {each.head.qualname: each for each in self.definitions[1:]}

    def locate(self, span: Span) -> Location:
        """The place of a span of this file."""
        line, column, end_line, end_column = unpack(span)
        return Location(self.path, line, column + 1, end_line, end_column + 1)


class _Scoped:
    """What classes, functions and module bodies share.

    `head` is the scope, for who looks at no more of it than how it is declared. Whoever looks for something
    in all bodies may use it as well, and has to `look` at what he finds.
    """

    __slots__ = ("__dict__", "head", "index", "module")

    def __init__(self, module: Module, index: int) -> None:
        self.module = module
        self.index = index
        self.head = module.facts.scopes[index]

    @cached_property
    def scope(self) -> Scope:
        """All that stands there. Whoever asks for it has looked at the body: see `is_looked_at`."""
        return self.head

    def look(self) -> Self:
        """Count as looked at."""
        self.__dict__.setdefault("scope", self.head)
        return self

    @property
    def is_looked_at(self) -> bool:
        """Whether anybody has asked for what stands in it."""
        return "scope" in self.__dict__

    @property
    def label(self) -> str:
        """What tells it from the others of its module, wherever between them it stands."""
        return self.module.labels[self.index]

    @property
    def id(self) -> str:
        """The unique dotted name."""
        qualname = self.head.qualname
        return f"{self.module.id}.{qualname}" if qualname else self.module.id

    @property
    def name(self) -> str:
        """The dotted name that imports would use."""
        qualname = self.head.qualname
        return f"{self.module.name}.{qualname}" if qualname else self.module.name

    @property
    def parent(self) -> Definition | None:
        """The class, function or module body that holds this one."""
        parent = self.head.parent
        return None if parent < 0 else self.module.definitions[parent]

    @property
    def location(self) -> Location:
        """The `def` or `class` keyword and the name."""
        scope = self.head
        if not scope.name:
            return Location(self.module.path, 1, 1, 1, 1)
        line, column, _, _ = unpack(scope.span)
        keyword = "class" if scope.kind == "class" else "def"
        keyword = "async def" if scope.asynchronous else keyword
        end = column + len(keyword) + 1 + len(scope.name)
        return Location(self.module.path, line, column + 1, line, end + 1)

    @cached_property
    def children(self) -> dict[str, Definition]:
        """Definitions directly inside, by name."""
        return {
            self.module.facts.scopes[statement.scope].name: self.module.definitions[statement.scope]
            for statement in self.scope.statements
            if isinstance(statement, Define)
        }

    @property
    def assignments(self) -> dict[str, list[Assign]]:
        """Assignments to plain names and to `self.name`, in source order, by that dotted name."""
        self.look()
        return self.assigned

    @cached_property
    def assigned(self) -> dict[str, list[Assign]]:
        """The same as `assignments`, for who makes sure himself that it counts as looked at where it does."""
        found: dict[str, list[Assign]] = {}
        for statement in self.head.statements:
            if isinstance(statement, Assign):
                for target in statement.targets:
                    if isinstance(target, Ref):
                        found.setdefault(_bare(target.name), []).append(statement)
        return found


class Function(_Scoped):
    """A function, method, or module body."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Function({self.id})"

    @property
    def owner(self) -> Class | None:
        """The class that this is a method of."""
        parent = self.parent
        return parent if isinstance(parent, Class) else None

    @property
    def is_module(self) -> bool:
        """Whether this is a module's body and no function."""
        return self.head.kind == "module"

    @cached_property
    def local_names(self) -> frozenset[str]:
        """Every name that the function binds: parameters, targets of any shape, nested definitions."""
        names = {parameter.name for parameter in self.head.parameters}
        names.update(self.children)
        for statement in self.scope.statements:
            if isinstance(statement, Assign):
                names.update(_assigned(statement.targets))
        for block in self.scope.blocks:
            names.update(_assigned(block.targets))
        return frozenset(names)


class Class(_Scoped):
    """A class."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Class({self.id})"

    @cached_property
    def methods(self) -> dict[str, Function]:
        """Methods defined in the class body itself."""
        return {name: each for name, each in self.children.items() if isinstance(each, Function)}

    @cached_property
    def set_in_methods(self) -> dict[str, tuple[Function, Assign]]:
        """Attributes that methods of the class give their instance: where each is first assigned to."""
        found: dict[str, tuple[Function, Assign]] = {}
        for method in self.methods.values():
            if method.head.parameters:
                prefix = f"{method.head.parameters[0].name}."
                for name, assigned in method.assigned.items():
                    if name.startswith(prefix):
                        found.setdefault(name.removeprefix(prefix), (method, assigned[0]))
        return found

    @cached_property
    def attributes(self) -> dict[str, Assign]:
        """Assignments in the class body, by name; the last of each."""
        prefix = self.head.qualname + "."
        return {
            name.removeprefix(prefix): assigned[-1]
            for name, assigned in self.assignments.items()
            if "." not in name.removeprefix(prefix)
        }


Definition: TypeAlias = Union[Function, Class]
Binding: TypeAlias = Union[Import, Define, Assign]


def labels_of(scopes: Iterable[Scope]) -> tuple[str, ...]:
    """The dotted paths of scopes, with a number after those that several have."""
    count: Counter[str] = Counter()
    found: list[str] = []
    for scope in scopes:
        count[scope.qualname] += 1
        number = count[scope.qualname]
        found.append(scope.qualname if number == 1 else f"{scope.qualname}#{number}")
    return tuple(found)


def arguments_of(call: Call) -> list[Expr]:
    """All argument values of a call, positional first."""
    return [*call.args, *(value for _, value in call.keywords)]


def _assigned(targets: tuple[Expr, ...]) -> list[str]:
    names: list[str] = []
    for target in targets:
        if isinstance(target, Ref):
            name = _bare(target.name)
            if "." not in name:
                names.append(name)
        elif isinstance(target, Sequence):
            names.extend(_assigned(target.items))
        elif isinstance(target, Starred):
            names.extend(_assigned((target.value,)))
    return names


def _bare(name: str) -> str:
    return name[1:] if name[:1] in ":$" else name
