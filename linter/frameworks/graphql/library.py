"""What the evaluator needs to know of the libraries, to follow what makes schemas and to try resolvers."""

from __future__ import annotations

from typing import NamedTuple

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import (
    UNKNOWN,
    Closure,
    External,
    Frame,
    Instance,
    Made,
    Member,
    Value,
    options,
)
from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.finding import Location
from linter.frameworks.graphql.anonymous import Anonymous
from linter.frameworks.graphql.names import ROOT_OBJECTS, SCHEMAS, short
from linter.resolve.definitions import Class, Definition, Module
from linter.resolve.project import Project

CALL = "\0call"
"""Field of an instance whose class derives from a library's: the call that made it."""

SUPER = "\0super"
"""Field of such an instance: the call that reached the library's constructor."""

RESOLVERS = "\0resolvers"
"""Field of Ariadne's root objects: the resolvers by field."""

SOURCES = "\0sources"
"""Field of Ariadne's root objects: the generators of a subscription's events by field."""

_REGISTERING = frozenset({"field", "source"})


class Use(NamedTuple):
    """A call that a schema is given to. `server` is the first one on the way, which makes the endpoint."""

    location: Location
    schema: Made
    server: Made


class GraphLibrary:
    """The evaluator's view of the libraries. `schemas` and `uses` are what was met while code ran."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.anonymous = Anonymous(project)
        self.schemas: list[Made] = []
        self.uses: list[Use] = []
        self.ran: set[int] = set()
        """Functions that ran, by `id`."""
        self._served: dict[int, tuple[Value, Use]] = {}

    # Calls

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """The result of calling a library's class or function."""
        if evaluator.branching:
            answer = self.anonymous.call(evaluator, made)
            if answer is not NotImplemented:
                return answer
        name = short(made.name)
        if name in SCHEMAS:
            self.schemas.append(made)
            return made
        if name in ROOT_OBJECTS or name == "ObjectType":
            made.fields.update({RESOLVERS: {}, SOURCES: {}})
            return made
        if made.name in ("importlib.import_module", "django.utils.module_loading.import_string"):
            return self.imported(made.argument(0, "name"), made.module.path)
        if made.name in ("functools.lru_cache", "functools.cache") and made.args:
            return made.args[0]
        if name == "Field" and made.name.endswith(".Node.Field"):
            receiver = External(made.name.removesuffix(".Field"))
            return Made("graphene.NodeField", [receiver, *made.args], made.keywords, made.module, made.span)
        self._note(made)
        return NotImplemented

    def _note(self, made: Made) -> None:
        """Write a call down that is given a schema, or what serves one."""
        for given in (*made.args, *made.keywords.values()):
            for each in options(given):
                _, use = self._served.get(id(each), (None, None))
                if use is None and isinstance(each, Made) and short(each.name) in SCHEMAS:
                    use = Use(_place(made), each, made)
                if use is not None:
                    self._served[id(made)] = (made, use)
                    self.uses.append(Use(_place(made), use.schema, use.server))
                    return

    def imported(self, name: Value, near: str) -> Value:
        """The module or the object that a dotted name stands for."""
        if not isinstance(name, str):
            return UNKNOWN
        path = self.project.layout.find(name, near)
        if path is not None and path in self.project.modules:
            return self.project.modules[path]
        head, _, last = name.rpartition(".")
        return Member(self.imported(head, near), last) if head else UNKNOWN

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """The result of calling an attribute that the project does not define."""
        if evaluator.branching:
            answer = self.anonymous.call_member(evaluator, member, made)
            if answer is not NotImplemented:
                return answer
        receiver, name = member.receiver, member.name
        if name == "__init__" and isinstance(receiver, Instance):
            receiver.fields[SUPER] = made
            return None
        if name in ("get_resolver", "wrap_resolve", "wrap_subscribe") and isinstance(receiver, Instance):
            own = arguments_of(receiver).keywords.get("resolver")
            return own if own is not None else made.argument(0, "parent_resolver", UNKNOWN)
        if isinstance(receiver, Made) and RESOLVERS in receiver.fields:
            return self._on_root(receiver, name, made)
        if name == "Field" and isinstance(receiver, (Class, External)):
            kind = "graphene.NodeField" if _is_node(evaluator, receiver) else "graphene.MutationField"
            return Made(kind, [receiver, *made.args], made.keywords, made.module, made.span)
        made.name = f"?.{name}"
        self._note(made)
        return NotImplemented

    def _on_root(self, root: Made, name: str, made: Made) -> Value:
        """A method of Ariadne's objects that hold resolvers."""
        field = made.argument(0, "name")
        if not isinstance(field, str):
            return UNKNOWN
        if name in ("set_field", "set_alias"):
            value = made.argument(1, "resolver", made.keywords.get("to", UNKNOWN))
            if name == "set_field":
                root.fields[RESOLVERS][field] = value
            return value
        if name == "set_source":
            root.fields[SOURCES][field] = made.argument(1, "generator", UNKNOWN)
            return None
        if name in _REGISTERING:
            return Made(f"ariadne.registers.{name}", [root, field], {}, made.module, made.span)
        return NotImplemented

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute of what a library defines."""
        if evaluator.branching:
            answer = self.anonymous.attribute(evaluator, receiver, name)
            if answer is not NotImplemented:
                return answer
        if name == "_meta" and isinstance(receiver, (Class, Instance)):
            return self._options(evaluator, receiver if isinstance(receiver, Class) else receiver.cls)
        if name == "__name__" and isinstance(receiver, (Class, Module)):
            return receiver.head.name if isinstance(receiver, Class) else receiver.name
        return NotImplemented

    def _options(self, evaluator: Evaluator, cls: Class) -> Value:
        """What `class Meta` of a Graphene class says; what it leaves out is not known."""
        made = Made("graphene.options", [], {}, cls.module, cls.head.span)
        meta = cls.children.get("Meta")
        if not isinstance(meta, Class) or not any(short(each.name) for each in evaluator.order.of(cls)):
            return UNKNOWN
        for name in meta.attributes:
            made.fields[name] = evaluator.own_attribute(meta, name)
        return made

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """The result of calling a value of the project."""
        if evaluator.branching:
            answer = self.anonymous.apply(evaluator, callee, made)
            if answer is not NotImplemented:
                return answer
        if isinstance(callee, Closure):
            self.ran.add(id(callee.function))
        if isinstance(callee, Made) and short(callee.name) in ("Enum", "from_enum"):
            # What makes an enumeration in Graphene gives a class, and a call of that an argument.
            return Made("graphene.Argument", [callee], made.keywords, made.module, made.span)
        if isinstance(callee, Made) and callee.name.startswith("ariadne.registers.") and made.args:
            self._register(callee, made.args[0])
            return made.args[0]
        if isinstance(callee, Class):
            return self._construct(evaluator, callee, made)
        return NotImplemented

    def _register(self, registration: Made, resolver: Value) -> None:
        root, field = registration.args
        root.fields[SOURCES if registration.name.endswith(".source") else RESOLVERS][field] = resolver

    def _construct(self, evaluator: Evaluator, cls: Class, made: Made) -> Value:
        """An object of a class that derives from a library's keeps the call that made it."""
        inherited = [each.name for each in evaluator.order.of(cls) if short(each.name)]
        schema = next((each for each in inherited if short(each) in SCHEMAS), None)
        if schema is not None:
            made.name = schema
            self.schemas.append(made)
            return made
        if not inherited:
            made.name = cls.name
            self._note(made)
            return NotImplemented
        instance = Instance(cls, frame=evaluator.frame_around(cls))
        instance.fields[CALL] = made
        constructor = evaluator.attribute(instance, "__init__")
        if isinstance(constructor, Closure):
            evaluator.enter(constructor, made.args, made.keywords)
        else:
            evaluator.fill(instance, made.args, made.keywords)
        made.name = cls.name
        self._note(made)
        if id(made) in self._served:
            self._served[id(instance)] = (instance, self._served[id(made)][1])
        return instance

    # Definitions

    def define(self, evaluator: Evaluator, frame: Frame, definition: Definition, value: Value) -> Value:
        """Give a function to the root objects whose decorators stand above it."""
        for decorator in reversed(definition.head.decorators):
            if registering(frame.holder, decorator.value):
                found = evaluator.value(frame, decorator.value)
                if isinstance(found, Made) and found.name.startswith("ariadne.registers."):
                    self._register(found, value)
        return NotImplemented


def arguments_of(value: Made | Instance) -> Made:
    """The arguments that a library's class was called with, also by way of a class that derives from it."""
    if isinstance(value, Made):
        return value
    found = value.fields.get(SUPER, value.fields.get(CALL))
    return found if isinstance(found, Made) else Made("", [], {}, value.cls.module, 0)


def registering(holder: Definition, expr: Expr) -> bool:
    """Whether a decorator is a call like `query.field("books")`."""
    if not isinstance(expr, Result):
        return False
    callee = holder.scope.calls[expr.call].callee
    if isinstance(callee, Ref):
        head, _, last = callee.name.rpartition(".")
        return bool(head) and last in _REGISTERING
    return isinstance(callee, Attr) and callee.name in _REGISTERING


def _is_node(evaluator: Evaluator, receiver: Class | External) -> bool:
    if isinstance(receiver, External):
        return receiver.name.endswith("Node")
    return any(short(each.name) in ("Node", "AbstractNode") for each in evaluator.order.of(receiver))


def _place(made: Made) -> Location:
    return made.module.locate(made.span) if made.span else Location(made.module.path, 1, 1, 1, 1)
