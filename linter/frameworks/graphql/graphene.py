"""Graphene's root types: classes whose attributes are fields, and mutations that are classes."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Input
from linter.evaluate.values import UNKNOWN, Closure, Instance, Lambda, Made, Value, options
from linter.facts.expressions import Ref
from linter.facts.scopes import Assign
from linter.finding import Location
from linter.frameworks.graphql.access import Access, Given
from linter.frameworks.graphql.graphene_types import GrapheneTypes, assignments
from linter.frameworks.graphql.library import arguments_of
from linter.frameworks.graphql.model import Field, Schema, argument
from linter.frameworks.graphql.names import CONNECTIONS, OPERATIONS, Operation, camel, short
from linter.resolve.definitions import Class

_POSITIONS = {"query": 0, "mutation": 1, "subscription": 2}
_RELAY = (("before", "String"), ("after", "String"), ("first", "Int"), ("last", "Int"))


class Graphene:
    """Reads schemas of Graphene."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._evaluator = access.evaluator
        self._types = GrapheneTypes(access.evaluator)

    def schema(self, made: Made) -> Schema:
        """What a `graphene.Schema(...)` offers."""
        given = made.keywords.get("auto_camelcase", made.argument(5, "auto_camelcase", True))
        fields: list[Field] = []
        complete = isinstance(given, bool)
        for operation in OPERATIONS:
            for root in options(made.argument(_POSITIONS[operation], operation)):
                if isinstance(root, Class):
                    fields += self._of_root(operation, root, given is False)
                elif root is not None:
                    complete = False
        return Schema("graphene", tuple(fields), (), complete)

    def _of_root(self, operation: Operation, cls: Class, keeps: bool) -> Iterator[Field]:
        root = self._types.name_of(cls)
        found: dict[str, tuple[Class, Assign, Value]] = {}
        for each in reversed(self._evaluator.order.classes(cls)):
            for name, assign in assignments(each):
                value = self._types.held(each, name)
                if self._types.is_field(value):
                    found[name] = (each, assign, value)
                else:
                    found.pop(name, None)
        for name, (holder, assign, value) in found.items():
            place = holder.module.locate(assign.span)
            yield self._field(operation, root, cls, name, value, place, keeps)

    def _field(
        self,
        operation: Operation,
        root: str,
        cls: Class,
        name: str,
        value: Made | Instance,
        place: Location,
        keeps: bool,
    ) -> Field:
        given = arguments_of(value)
        named = given.keywords.get("name")
        shown = named if isinstance(named, str) else name if keeps else camel(name)
        kind = self._types.kind_of(value)
        if kind == "MutationField":
            return self._mutation(operation, root, shown, cls, value, place, keeps)
        resolver = self._resolver(cls, name, value)
        outer = self._wrapped(value, resolver) if isinstance(value, Instance) else resolver
        closure = resolver if isinstance(resolver, Closure) else None
        handler = f"{cls.name}.{name}" if closure is None else closure.function.name
        return Field(
            operation=operation,
            root=root,
            name=shown,
            handler=handler,
            location=place,
            inputs=tuple(self._inputs(kind, given, keeps)),
            output=self._output(kind, value),
            resolver=closure,
            around=outer if isinstance(outer, Closure) and outer is not closure else None,
            given=self._given(closure),
            owner=None if closure is None else closure.function.owner,
            readable=outer is not UNKNOWN
            and (closure is not None or isinstance(resolver, Lambda) or resolver is None),
        )

    def _inputs(self, kind: str, given: Made, keeps: bool) -> Iterator[Input]:
        if kind == "NodeField":
            yield argument("id", "ID!", False)
        if kind in CONNECTIONS:
            yield from (argument(name, type_, True) for name, type_ in _RELAY)
            yield from (argument(name, "Int", True) for name in CONNECTIONS[kind])
        yield from self._types.arguments(given, keeps)

    def _output(self, kind: str, value: Made | Instance) -> str | None:
        given = arguments_of(value)
        if kind == "DjangoListField":
            inner = self._types.type_of(given.argument(0, "_type"))
            mark = "!" if given.keywords.get("required") is True else ""
            return None if inner is None else f"[{inner.removesuffix('!')}!]{mark}"
        if kind == "NodeField":
            return "Node" if len(given.args) < 2 else self._types.type_of(given.args[1])
        if kind in CONNECTIONS:
            inner = self._types.type_of(given.argument(0, "type_"))
            return None if inner is None else f"{inner.removesuffix('Connection')}Connection"
        if isinstance(value, Instance) and kind == "Field":
            return self._types.type_of(Made("graphene.Field", given.args, given.keywords, given.module, 0))
        return self._types.type_of(value)

    # Resolvers

    def _resolver(self, cls: Class, name: str, value: Made | Instance) -> Value:
        """What resolves a field; None for the library's own way."""
        found = arguments_of(value).keywords.get("resolver")
        if found is None:
            method = self._evaluator.class_value(cls, f"resolve_{name}")
            found = None if method is NotImplemented else self._evaluator.member_of(cls, f"resolve_{name}")
        return found

    def _wrapped(self, field: Instance, resolver: Value) -> Value:
        """The resolver as a field class of the project wraps it."""
        for name in ("get_resolver", "wrap_resolve"):
            own = self._evaluator.class_value(field.cls, name)
            if isinstance(own, Closure):
                bound = Closure(own.function, own.frame, field)
                made = self._evaluator.run(bound, [resolver])
                if isinstance(made, (Closure, Lambda)) or made is resolver:
                    return made
                return UNKNOWN
        return resolver

    def _given(self, closure: Closure | None) -> Given:
        anonymous = self._access.library.anonymous
        if closure is None:
            return Given([], {})
        taken = closure.function.head.parameters
        if closure.receiver is not None:
            taken = taken[1:]
        positional = [each for each in taken if each.kind in ("positional", "positional-only")]
        names = {each.name for each in positional[2:]} | {
            each.name for each in taken if each.kind == "keyword-only"
        }
        return Given([anonymous.root(), anonymous.info()], dict.fromkeys(sorted(names), UNKNOWN))

    # Mutations

    def _mutation(
        self,
        operation: Operation,
        root: str,
        shown: str,
        cls: Class,
        value: Made | Instance,
        place: Location,
        keeps: bool,
    ) -> Field:
        made = arguments_of(value)
        target = made.args[0]
        if not isinstance(target, Class):
            name = getattr(target, "name", "?")
            return Field(operation, root, shown, f"{name}.mutate", place)
        kinds = {short(each.name) for each in self._evaluator.order.of(target)}
        relay = "ClientIDMutation" in kinds
        names = ("mutate", "mutate_and_get_payload") if relay else ("mutate",)
        found = [(each, self._evaluator.class_value(target, each)) for each in names]
        told = [(name, each) for name, each in found if isinstance(each, Closure)]
        closure = handler = None
        if told:
            handler, closure = told[0]
            closure = self._bound(closure, target)
        return Field(
            operation=operation,
            root=root,
            name=shown,
            handler=f"{target.name}.{handler or names[-1]}",
            location=place,
            inputs=self._mutation_inputs(target, relay, keeps),
            output=self._payload(target, made),
            resolver=closure,
            given=self._given(closure),
            owner=target,
        )

    def _bound(self, closure: Closure, cls: Class) -> Closure:
        """A `mutate` as it is called: a class method with its class, any other with the root and the info."""
        function = closure.function
        is_class_method = any(
            isinstance(each.value, Ref) and each.value.name == "classmethod"
            for each in function.head.decorators
        )
        return Closure(function, closure.frame, cls) if is_class_method else closure

    def _mutation_inputs(self, cls: Class, relay: bool, keeps: bool) -> tuple[Input, ...]:
        if relay:
            base = cls.head.name.removesuffix("Payload")
            inner = cls.children.get("Input")
            model = inner if isinstance(inner, Class) else None
            fields = () if model is None else tuple(self._types.declared(model, keeps))
            fields = (*fields, argument("clientMutationId", "String", False, None, "client_mutation_id"))
            return (argument("input", f"{base}Input!", False, model, fields=fields),)
        for name in ("Arguments", "Input"):
            held = self._evaluator.class_value(cls, name)
            if isinstance(held, Class):
                return tuple(self._types.declared(held, keeps))
        return ()

    def _payload(self, cls: Class, made: Made) -> str | None:
        mark = "!" if made.keywords.get("required") is True else ""
        output = self._evaluator.class_value(cls, "Output")
        if output is not NotImplemented and output is not None and not isinstance(output, Closure):
            named = self._types.type_of(output)
            is_inner = isinstance(output, Class) and cls.children.get("Output") is output
            return None if named is None or is_inner else named + mark
        return self._types.name_of(cls) + mark
