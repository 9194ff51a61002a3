"""Calls: what is called, with which values, and what comes back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from linter.facts.expressions import Attr, Ref, Starred
from linter.facts.scopes import Call
from linter.flow import checks
from linter.flow.access import FIELDS, Access
from linter.flow.arguments import Args
from linter.flow.fields import SERIALIZERS
from linter.flow.heap import Cell, Entries, Instance, Items, joined
from linter.flow.instances import OF_COLLECTIONS, made_by_class, of_collection
from linter.flow.kinds import BITS, HARMLESS
from linter.flow.library.callbacks import QUEUED, queued
from linter.flow.library.parsers import FED, fed
from linter.flow.library.rows import held_by_rows, raises_without_row
from linter.flow.library.texts import written_date
from linter.flow.library.types import DUMPS, dump_of, validated
from linter.flow.names import HARMLESS_TYPES, NEVER_RETURNS, RECEIVER_TYPES, is_store
from linter.flow.sinks.amounts import computes
from linter.flow.sinks.models import MODELS, copies_keys
from linter.flow.sources.tables import JSON, is_opaque, is_unseen
from linter.flow.state import joined as joined_states
from linter.flow.storage import is_query
from linter.flow.values import (
    A_NUMBER,
    NONE,
    STRING,
    UNKNOWN,
    Bound,
    ClassRef,
    Const,
    Either,
    FunctionRef,
    Lambda,
    Named,
    Obj,
    Partial,
    Super,
    Taints,
    Typed,
    TypeRef,
    Value,
    is_text,
    marked,
    merge,
    part,
)
from linter.resolve.definitions import Class, Function
from linter.resolve.known_types import canonical, returned

_CANDIDATES = 4
_BYTES = Named("bytes")


class Calls(Access):
    """Evaluates calls."""

    def call(self, index: int) -> Value:
        """The value of a call of this function's scope."""
        call = self.function.scope.calls[index]
        outer = self.span
        receiver, name = self._receiver(call)
        callee = UNKNOWN if name else self.eval(call.callee)
        args = self._arguments(call)
        self.span = call.span
        found = self._on_receiver(receiver, name, args, call) if name else self.apply(callee, args, call)
        self.span = outer
        return found

    def _receiver(self, call: Call) -> tuple[Value, str]:
        """What a method is called on and its name; an empty name for a call of a plain name."""
        callee = call.callee
        if type(callee) is Attr:
            return self.eval(callee.base), callee.name
        if type(callee) is Ref:
            head, dot, last = callee.name.rpartition(".")
            if dot and head.strip(":.$"):
                return self._ref(Ref(head)), last
        return UNKNOWN, ""

    def _on_receiver(self, receiver: Value, name: str, args: Args, call: Call) -> Value:
        shape = receiver.shape
        if type(shape) is TypeRef:
            return self.library(f"{shape.name}.{name}", args, UNKNOWN)
        if type(shape) is ClassRef:
            found = validated(self, shape.cls, name, args)
            if found is not None:
                return found
        if shape == _BYTES and receiver.taints:
            return self.engine.strings.method(self, receiver, name, args)
        if type(shape) is Named and not is_text(shape):
            full = canonical(f"{shape.name}.{name}")
            reads = name in _READS and shape.name not in _ENGINES and not is_query(shape.name)
            reads = reads or (shape.name == JSON and hasattr(str, name))
            if receiver.taints and reads:
                return self.engine.strings.method(self, receiver, name, args)
            return self.library(full, args, receiver)
        if shape is None or is_text(shape) or type(shape) is Const:
            return self.method(receiver, name, args, call)
        if type(shape) is Either:
            several = self._ways_of(receiver)
            return self._each_way([partial(self._on_receiver, each, name, args, call) for each in several])
        if type(shape) is ClassRef and name == "as_manager":
            # Django's managers have the methods of the query set that they are made of.
            return Value(Typed(shape.cls))
        if name == "save":
            self._saves(receiver)
        if name == "get_serializer" and type(self.record(receiver)) is Instance:
            made = self._serializer(receiver, args)
            if made is not None:
                return made
        if name in OF_COLLECTIONS and type(record := self.record(receiver)) is Instance:
            own = self.engine.project.member(record.cls, name)
            found = None if own and own.target else of_collection(self, receiver, record, name, args)
            if found is not None:
                return found
        if name in FED:
            read = fed(self, receiver, name, args)
            if read is not None:
                return read
        if name in DUMPS:
            dumped = dump_of(self, receiver)
            if dumped is not None:
                return dumped
        if type(shape) is FunctionRef and name in QUEUED and shape.function.scope.decorators:
            return queued(self, receiver, name, args)
        return self.apply(self.attribute(receiver, name), args, call)

    def _saves(self, receiver: Value) -> None:
        """Note what a form or a serializer writes when it is saved."""
        record, shape = self.record(receiver), receiver.shape
        if self.engine.stored is None:
            return
        if type(record) is Instance:
            self.engine.stored.saved(self, record.cls, record.extra)
        elif type(shape) is Typed:
            self.engine.stored.saved(self, shape.cls, receiver)

    def _arguments(self, call: Call) -> Args:
        args = Args()
        for each in call.args:
            if type(each) is Starred:
                known, rest = self.elements(self.eval(each.value))
                if args.rest is None:
                    args.positional += known
                    args.rest = rest
                else:
                    args.rest = joined(known, args.rest, rest)
            else:
                args.positional.append(self.eval(each))
        for key, expr in call.keywords:
            value = self.eval(expr)
            if key != "**":
                args.keywords[key] = value
                continue
            for mapping in self._ways_of(value):
                self._unpacked(args, mapping)
        return args

    def _ways_of(self, value: Value) -> list[Value]:
        """What a value that is certainly there may be."""
        if type(value.shape) is not Either:
            return [value]
        # The taints of a value that is one of several are those of what is no record.
        given = [each for each in value.shape.shapes if each != NONE.shape]
        return [Value(each, () if type(each) is Obj else value.taints) for each in given]

    def _unpacked(self, args: Args, mapping: Value) -> None:
        """Hand over what a mapping holds by name: `f(**mapping)`."""
        record = self.mapping(mapping)
        if type(record) is Entries:
            for name, inner in record.entries.items():
                args.keywords.setdefault(str(name), inner)
            args.extra = joined([], args.extra, record.rest)
            args.names = joined([], args.names, record.keys)
            return
        taints = self.deep_taints(mapping)
        args.extra = joined([], args.extra, Value(None, self.fresh_part(taints, "values")))
        args.names = joined([], args.names, Value(None, self.fresh_part(taints, "keys")))

    def apply(self, callee: Value, args: Args, call: Call | None = None) -> Value:
        """The result of calling a value."""
        shape = callee.shape
        match shape:
            case FunctionRef():
                return self.engine.call_function(self, shape, args)
            case ClassRef(cls=cls):
                return self.instantiate(cls, args)
            case Named(name=name):
                if name == "super":
                    return self._super()
                return self.library(name, args, callee)
            case TypeRef(name=name):
                return self.library(name, args, UNKNOWN)
            case Bound(receiver=receiver, name=name):
                return self.method(receiver, name, args, call)
            case Lambda():
                return self._lambda_result(shape, args)
            case Partial(callee=inner, args=first, keywords=keywords):
                given = Args([*first, *args.positional], {**dict(keywords), **args.keywords}, args.rest)
                given.extra, given.names = args.extra, args.names
                return self.apply(inner, given, call)
            case Either(shapes=shapes):
                return self._each_of([Value(each, callee.taints) for each in shapes], args, call)
            case Obj() | Typed():
                method = self.attribute(callee, "__call__")
                if type(method.shape) is FunctionRef:
                    return self.apply(method, args)
        return self._unknown_callee(callee, args, call)

    def invoke(self, callee: Value) -> Value:
        """The result of a call without arguments."""
        return self.apply(callee, Args())

    def _each_of(self, callees: list[Value], args: Args, call: Call | None) -> Value:
        return self._each_way([partial(self.apply, each, args, call) for each in callees])

    def _each_way(self, ways: list[Callable[[], Value]]) -> Value:
        """What one of several calls gives; the state is that after one of them."""
        results: list[Value] = []
        before = self.state
        states = []
        for each in ways:
            self.state = before.fork()
            self.alive = True
            result = each()
            if self.alive:
                results.append(result)
                states.append(self.state)
        met = joined_states(states)
        self.alive = met is not None
        self.state = before if met is None else met
        return joined(results) or UNKNOWN

    def _super(self) -> Value:
        cls, function = self.function.owner, self.function
        parameters = function.scope.parameters
        if cls is None or not parameters:
            return UNKNOWN
        return Value(Super(cls, self.local(parameters[0].name)))

    def _lambda_result(self, shape: Lambda, args: Args) -> Value:
        if shape.function is not self.function:
            return self.engine.call_lambda(self, shape, args)
        saved = dict(self.state.names)
        if shape.cell is not None:
            cell = self.engine.cell(self, shape.cell)
            if type(cell) is Cell:
                for name, value in cell.names.items():
                    self.state.names.setdefault(str(name), value)
        self.bind_lambda(shape, args)
        result = self.eval(shape.body)
        names = self.state.names
        for target in shape.parameters:
            name = getattr(target.value if isinstance(target, Starred) else target, "name", "")[1:]
            if name in saved:
                names[name] = saved[name]
            else:
                names.pop(name, None)
        return result

    def bind_lambda(self, shape: Lambda, args: Args) -> None:
        """Give the parameters of a lambda their values."""
        positional = list(args.positional)
        for target in shape.parameters:
            if isinstance(target, Starred):
                self.assign(target.value, self.allocate(Items("tuple", tuple(positional), args.rest)))
                positional = []
            elif positional:
                self.assign(target, positional.pop(0))
            else:
                name = getattr(target, "name", "")[1:]
                self.assign(target, args.keywords.get(name) or args.rest or UNKNOWN)

    # Classes

    def instantiate(self, cls: Class, args: Args) -> Value:
        """A new instance of a class of the project."""
        project = self.engine.project
        if project.derives(cls, "enum.Enum", "enum.StrEnum", "enum.IntEnum"):
            found = project.member(cls, "_missing_")
            if found is None or not isinstance(found.target, Function):
                # It raises an error for whatever is no value of a member.
                self.state.prove(checks.known(args.given(0, "value")))
            return Value(Typed(cls))
        if project.derives(cls, "typing.TypedDict", "typing_extensions.TypedDict"):
            entries: dict[object, Value] = {name: each for name, each in args.keywords.items()}  # noqa: C416
            return self.allocate(Entries(entries, args.extra, args.names))
        init = project.member(cls, "__init__")
        target = None if init is None else init.target
        own = made_by_class(self, cls, args)
        if own is not None:
            if isinstance(target, Function):
                self.engine.call_function(self, FunctionRef(target, None, own), args)
            return own
        fields: dict[object, Value] = {}
        extra: Value | None = None
        if not isinstance(target, Function):
            fields, extra = self._declared_fields(cls, args)
        instance = self.allocate(Instance(cls, fields, extra))
        if args.names is not None and project.derives(cls, *MODELS):
            self.engine.sinks.filled(self, cls.name, args.names)
        if self.engine.stored is not None:
            for name, value in args.keywords.items():
                self.engine.stored.column_set(self, cls, name, value)
        if isinstance(target, Function):
            self.engine.call_function(self, FunctionRef(target, None, instance), args)
            return instance
        after = project.member(cls, "__post_init__")
        if after is not None and isinstance(after.target, Function):
            self.engine.call_function(self, FunctionRef(after.target, None, instance), Args())
        return instance

    def _declared_fields(self, cls: Class, args: Args) -> tuple[dict[object, Value], Value | None]:
        """The fields of a dataclass, named tuple or model that its arguments fill."""
        fields: dict[object, Value] = {name: each for name, each in args.keywords.items()}  # noqa: C416
        if self.engine.project.derives(cls, *SERIALIZERS):
            # What it hands out as its data is not what it was given.
            fields.pop("data", None)
        names = self.engine.fields.names(cls)
        fields.update(zip(names, args.positional, strict=False))
        fields = {key: self.engine.fields.limited(cls, str(key), value) for key, value in fields.items()}
        taints: Taints = ()
        rows = self.engine.project.derives(cls, *MODELS)
        # A row has what its columns were given, and nothing else of that.
        for each in args.unnamed() if rows else args.all():
            taints = merge(taints, self.deep_taints(each))
        rest = () if args.extra is None or rows else marked(self.deep_taints(args.extra), BITS["keys"])
        for name, factory in self.engine.fields.factories(cls).items():
            if name not in fields and not rest:
                fields[name] = self.invoke(self.engine.globals.static(cls, factory))
        kept = rest if names else taints
        return fields, Value(None, kept) if kept else None

    # Methods

    def method(self, receiver: Value, name: str, args: Args, call: Call | None = None) -> Value:
        """The result of a method of a value that is no instance of a project's class."""
        if name == "super.__new__":
            return self.library("object.__new__", args, UNKNOWN)
        record = self.record(receiver)
        if record is not None:
            found = self.engine.containers.method(self, receiver, record, name, args)
            if found is not None:
                return found
            if type(record) is Instance:
                return self._of_library_base(receiver, record, name, args)
            return self._passed(receiver, name, args)
        shape = receiver.shape
        if is_text(shape) or (type(shape) is Const and isinstance(shape.value, (bytes, int, float))):
            return self.engine.strings.method(self, receiver, name, args)
        if type(shape) is Super:
            return self._passed(UNKNOWN, name, args)
        return self._method_of_unknown(receiver, name, args, call)

    def _serializer(self, view: Value, args: Args) -> Value | None:
        """What Django REST framework makes of the class that a view names, unless the view does it itself."""
        record = self.record(view)
        member = (
            self.engine.project.member(record.cls, "get_serializer") if type(record) is Instance else None
        )
        named = self.attribute(view, "serializer_class").shape
        if (member is not None and isinstance(member.target, Function)) or type(named) is not ClassRef:
            return None
        return self.instantiate(named.cls, args)

    def _of_library_base(self, receiver: Value, record: Instance, name: str, args: Args) -> Value:
        found = of_collection(self, receiver, record, name.removeprefix("super."), args)
        if found is not None:
            return found
        taints = self.deep_taints(receiver) if record.extra is not None else ()
        return self._passed(Value(None, marked(taints, BITS["keys"])), name, args)

    def _method_of_unknown(self, receiver: Value, name: str, args: Args, call: Call | None) -> Value:
        if type(receiver.shape) is Bound and receiver.shape.name == FIELDS and name == "update":
            self._fill(receiver.shape.receiver, args)
            return NONE
        resolved = None
        if call is not None:
            resolved = self.engine.callee(self.function, call)
            if isinstance(resolved.target, Function) and not resolved.target.is_module:
                bound = FunctionRef(resolved.target, None, receiver if resolved.target.owner else None)
                return self.engine.call_function(self, bound, args)
            if isinstance(resolved.target, Class):
                return self.instantiate(resolved.target, args)
            is_path = bool(receiver.taints) and resolved.name.startswith("pathlib.")
            if resolved.target is None and not (is_path or resolved.name.startswith("?")):
                return self.library(resolved.name, args, receiver)
        if name == "get_absolute_url":
            # What Django asks a row for: the address of its page here.
            return Value(STRING)
        if receiver.taints or name == "joinpath":
            return self.engine.strings.method(self, receiver, name, args)
        candidates = self.engine.candidates(name) if self._worth_candidates(args) else ()
        if candidates:
            callees = [Value(FunctionRef(each, None, Value(Typed(owner)))) for each, owner in candidates]
            found = self._each_of(callees, args, None)
            if any(self.engine.running.is_running(each) for each, _ in candidates):
                # Who has its name is its caller: what is called here is more likely to be another thing.
                return Value(found.shape, self.loosened(found.taints), found.yes, found.no)
            return found
        return self._passed(receiver, name, args)

    def _fill(self, instance: Value, args: Args) -> None:
        """`instance.__dict__.update(values)`."""
        self.engine.sinks.called(self, "object.__dict__.update", args, instance)
        values = self.updated(Entries({}), args.given(0)) if args.positional else Entries({})
        for name, value in (*values.entries.items(), *args.keywords.items()):
            self.set_attribute(instance, str(name), value)

    def _worth_candidates(self, args: Args) -> bool:
        return any(self.deep_taints(each) for each in args.all())

    def _passed(self, receiver: Value, name: str, args: Args) -> Value:
        """A method that cannot be seen: its arguments may be in its result."""
        self.engine.sinks.called(self, f"?.{name}", args, receiver)
        if name in _STATEMENTS_OF_STORES:
            return UNKNOWN
        return self._unseen(receiver.taints, args)

    def _unseen(self, taints: Taints, args: Args) -> Value:
        """What code that cannot be seen makes of its arguments: to ask whether it is true checks them."""
        given: Taints = ()
        for each in args.all():
            given = merge(given, self.deep_taints(each))
        yes, no = checks.asked(given)
        taints = merge(taints, self.loosened(given))
        return Value(None, part(taints, ("call", self.span)) if taints else (), yes, no)

    # Libraries

    def library(self, name: str, args: Args, receiver: Value) -> Value:
        """The result of a function or method of a library, by canonical name."""
        engine = self.engine
        engine.sinks.called(self, name, args, receiver)
        if name in NEVER_RETURNS:
            self.alive = False
            return UNKNOWN
        read: Taints = ()
        if engine.stored is not None:
            engine.stored.filled(self, name, args, receiver)
            entry = engine.stored.called(self, name, args)
            if entry is not None:
                return entry
            read = engine.stored.selected(self, name, args)
        if (
            name.startswith("str.")
            and name != "str.maketrans"
            and args.positional
            and receiver.shape == Named(name)
        ):
            # `str.upper(text)`, or `map(str.upper, texts)`: the first argument is what it is called on.
            first, *others = args.positional
            return engine.strings.method(self, first, name[4:], Args(others, args.keywords))
        model = engine.library.model(name)
        if model is not None:
            found = model(self, args, receiver)
            if found is not None:
                return found
        source = engine.sources.returned(self, name, args, receiver)
        if source is not None:
            return source
        kind = RECEIVER_TYPES.get(name) or returned(name)
        last = name.rpartition(".")[2]
        if last == "save" and receiver.taints:
            # A form hands back a row, not what it was sent.
            return UNKNOWN
        if last == "strftime":
            return written_date(self, args, receiver)
        has_type = kind is not None
        if kind is None:
            kind = name if last[:1].isupper() else f"{name}()"
        taints = self.loosened(receiver.taints) if is_opaque(name) else receiver.taints
        if is_store(name):
            if last == "values_list" and engine.stored is not None:
                listed = engine.stored.listed(self, args, receiver)
                if listed is not None:
                    return Value(Named(kind), listed)
            held = held_by_rows(name, args, receiver)
            if raises_without_row(name):
                self.state.prove(held)
            return Value(Named(kind), merge(part(taints, ("of", last)), read), held)
        known = type(receiver.shape) is Named and not receiver.taints
        loose = engine.is_own(name) or (known and "()" in name) or _looks_up(name)
        # What `getattr` gives may be any function.
        loose = loose or name.startswith("getattr()")
        mask = engine.sanitizers.of_call(name)
        loose = loose or (not (mask or has_type) and is_unseen(name))
        unseen: Taints = ()
        for each in args.all():
            inner = self.deep_taints(each)
            if inner:
                if (is_text(each.shape) or each.shape == A_NUMBER.shape) and not computes(name):
                    inner = marked(inner, BITS["amount"])
                taints = merge(taints, self.loosened(inner) if loose else inner)
                unseen += inner if loose else ()
        if taints:
            if not copies_keys(name):
                mask |= BITS["keys"]
            taints = part(taints, ("of", last))
            if mask:
                taints = marked(taints, mask)
            if kind in HARMLESS_TYPES or name in HARMLESS_TYPES:
                taints = marked(taints, HARMLESS)
        return Value(Named(kind), taints, *checks.asked(unseen))

    # What cannot be seen

    def _unknown_callee(self, callee: Value, args: Args, call: Call | None) -> Value:
        if call is not None and callee.shape is None and not callee.taints:
            resolved = self.engine.callee(self.function, call)
            if isinstance(resolved.target, Function) and not resolved.target.is_module:
                return self.engine.call_function(self, FunctionRef(resolved.target), args)
            if isinstance(resolved.target, Class):
                return self.instantiate(resolved.target, args)
            if not resolved.name.startswith("?"):
                return self.library(resolved.name, args, callee)
            name = resolved.name.rpartition(".")[2].lstrip("?$")
            self.engine.sinks.called(self, f"?.{name}", args, callee)
        for each in args.all():
            if type(each.shape) in (FunctionRef, Lambda):
                self.engine.called_back(self, each, args)
        return self._unseen(callee.taints, args)


_MAPPINGS = frozenset({"dict", "os.environ"})
_LOOKUPS = frozenset({"get", "filter", "exclude", "find", "find_one", "lookup", "query", "search", "select"})


def _looks_up(name: str) -> bool:
    """Whether a method of a library's instance gives what it has for a key: that is not made of the key."""
    owner, _, last = name.rpartition(".")
    if last == "get" and owner in _MAPPINGS:
        return True
    return last in _LOOKUPS and owner.rpartition(".")[2][:1].isupper()


_READS = frozenset(
    [
        "get",
        "getlist",
        "getall",
        "get_all",
        "pop",
        "keys",
        "values",
        "items",
        "lists",
        "setdefault",
        "decode",
        "encode",
        "split",
        "strip",
        "replace",
        "lower",
        "upper",
        "partition",
        "rsplit",
    ]
)
_ENGINES = frozenset({"requests", "httpx"})
_STATEMENTS_OF_STORES = frozenset(
    {
        "execute",
        "executemany",
        "executescript",
        "fetchone",
        "fetchall",
        "fetchmany",
        "scalar",
        "scalars",
        "commit",
        "add",
        "save",
        "delete",
        "query",
        "filter",
        "filter_by",
        "first",
        "all",
        "one",
        "one_or_none",
        "get_or_404",
        "first_or_404",
        "create",
        "exists",
        "count",
        "info",
        "debug",
        "warning",
        "error",
        "exception",
        "critical",
    }
)
"""Methods of stores and loggers: what they are given is not what they answer."""
