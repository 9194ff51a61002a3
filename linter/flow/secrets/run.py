"""Runs of functions that follow the program's own secrets instead of what callers send.

What a secret is made into tells it only where that can be seen: texts, containers, encodings. Hashes,
lengths, comparisons, parts, clients that are built with it and answers that these fetch tell nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from linter.facts.expressions import Expr
from linter.facts.scopes import Call
from linter.file_roles import is_run_by_hand
from linter.flow.access import Access
from linter.flow.activation import Activation
from linter.flow.arguments import Args
from linter.flow.calls import Calls
from linter.flow.engine import Engine
from linter.flow.expressions import Expressions
from linter.flow.globals import Globals
from linter.flow.heap import Entries, Instance, Items, Record
from linter.flow.library.strings import Strings
from linter.flow.places import CALLERS, name_of
from linter.flow.scans import digest_of
from linter.flow.secrets import reads
from linter.flow.sinks.leaks import Leaks
from linter.flow.sinks.models import MODELS
from linter.flow.sinks.records import tells_fields
from linter.flow.sources import Sources
from linter.flow.state import State
from linter.flow.summaries import Hit
from linter.flow.values import (
    STRING,
    ClassRef,
    ModuleRef,
    Named,
    Shape,
    Source,
    Taint,
    Taints,
    Typed,
    Value,
    const_of,
)
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable

_SAME = frozenset(
    {"encode", "decode", "strip", "lstrip", "rstrip", "lower", "upper", "title", "capitalize", "center"}
    | {"format", "format_map", "join", "ljust", "rjust", "zfill", "expandtabs", "removeprefix"}
    | {"removesuffix", "get", "items", "values", "copy", "getvalue"}
)
"""Methods whose result tells all of the receiver, or of what they are given."""
_TELLING = frozenset(
    {"str", "repr", "ascii", "bytes", "bytearray", "format", "json.dumps", "json.loads", "list", "tuple"}
    | {"sorted", "reversed", "set", "frozenset", "dict", "iter", "next", "map", "zip", "enumerate", "min"}
    | {"max", "getattr", "functools.partial", "typing.cast", "copy.copy", "copy.deepcopy", "asyncio.run"}
    | {"asyncio.wait_for", "dataclasses.replace", "itertools.chain", "io.StringIO", "os.path.join"}
    | {"collections.OrderedDict", "collections.defaultdict", "collections.ChainMap", "collections.deque"}
    | {"urllib.parse.quote", "urllib.parse.quote_plus", "urllib.parse.urlencode", "urllib.parse.urljoin"}
    | {"base64.b64encode", "base64.urlsafe_b64encode", "base64.standard_b64encode", "str.join", "str.format"}
    | {"django.utils.encoding.force_str", "django.utils.encoding.smart_str"}
)
"""Functions of libraries whose result tells what they are given."""
_OF_ERRORS = frozenset({"args", "message", "detail"})
_MANY_CALLERS = 30
_HOPS = 2
_NO = ("", "")


class SecretEngine(Engine):
    """Follows secrets of the program. `shared` has looked at the same project for what callers send."""

    run_limit = 600_000
    small = 0

    def __init__(self, shared: Engine, handlers: frozenset[int]) -> None:
        super().__init__(shared.backend, handlers)
        self.declared = reads.Declared(shared.backend)
        self.activation = SecretActivation
        self.globals = SecretGlobals(self)
        self.sources = _NoRequests()
        self.sinks = Leaks(handlers)
        self.strings = _Strings()
        self.kept: dict[tuple[int, str], Value] = {}
        """The secrets that instances keep from the start, by class and attribute."""
        self._graph = shared.calls_by_name
        self.scans = shared.scans

    @cached_property
    def _served(self) -> list[Function]:
        return [each for each in self.backend.functions if not is_run_by_hand(each.module.path)]

    @cached_property
    def readers(self) -> list[Function]:
        """The functions that may read a secret themselves."""
        modules = (each for each in self._served if each.is_module)
        names = self.declared.names | {*reads.Readers(self.declared.names).derived(modules)}
        functions = (each for each in self._served if not each.is_module)
        question = f"reads a secret {digest_of(names)}"
        return self.scans.among(question, functions, reads.Readers(names).may_read)

    @property
    def signature(self) -> str:
        """All that what is told depends on beside the code that is run."""
        parts = (self.declared.names, self.declared.holders, map(name_of, self.readers))
        return "secrets " + " ".join(digest_of(each) for each in parts)

    def told(self) -> Iterator[tuple[Function, list[Hit]]]:
        """What of the secrets that functions read reaches a sink, by the function where that begins.

        Who calls a function that hands a secret back is looked at as well, and so are the methods of what
        keeps one and the readers of what is made of one. Scripts, migrations and commands are left out: who
        runs them sees what they print.
        """
        by_id = {id(each): each for each in self._served if not each.is_module}
        pending = self.readers
        reading = {id(each) for each in pending}
        for _ in range(_HOPS + 1):
            self._relevant = frozenset(reading)
            kept = len(self.kept)
            handing: list[Function] = []
            for function in pending:
                hits, hands_back = self._run_start(function)
                yield function, hits
                if hands_back:
                    handing.append(function)
            further = {id(each): each for each in self._takers(handing, by_id)}
            if len(self.kept) > kept:
                further |= {id(each): each for each in self._users()}
            pending = [each for identity, each in further.items() if identity not in reading]
            reading |= further.keys()

    def _takers(self, handing: list[Function], by_id: dict[int, Function]) -> Iterator[Function]:
        """Who calls functions that hand a secret back, and who reads those of them that are properties."""
        for function in handing:
            yield from (by_id[each] for each in self._callers(function) if each in by_id)
        properties = frozenset(each.scope.name for each in handing if self._is_setting(each))
        if properties:
            yield from (each for each in reads.naming(self, properties) if id(each) in by_id)

    def _is_setting(self, function: Function) -> bool:
        """Whether a function is a property of what is no row: rows have names such as `url` for it."""
        owner = function.owner
        if owner is None or self.decorations.kind(function) != "property":
            return False
        return not self.project.derives(owner, *MODELS)

    def _users(self) -> Iterator[Function]:
        """The methods that may read what an instance of their class keeps."""
        keeping = {owner for owner, _ in self.kept}
        for function in reads.naming(self, frozenset(name for _, name in self.kept)):
            owner = function.owner
            if owner is not None and any(
                id(each.target) in keeping for each in self.project.ancestors(owner)
            ):
                yield function

    def _callers(self, function: Function) -> list[int]:
        """Who may be handed back what a function reads, unless its name says too little."""
        name = self.calls_by_name.names.get(id(function), "")
        self.looks_at(CALLERS + name)
        callers = self.calls_by_name.callers.get(name, set())
        return sorted(callers) if len(callers) <= _MANY_CALLERS else []

    def _run_start(self, function: Function) -> tuple[list[Hit], bool]:
        """What a function tells, and whether it hands a secret back."""
        names: dict[str, Value] = {}
        parent = function.parent
        for position, each in enumerate(function.scope.parameters):
            kind = None if parent is None else self.project.annotated_type(parent, each.annotation)
            shape: Shape = self.globals.shape_of_type(kind)
            if position == 0 and function.owner is not None:
                shape = ClassRef(function.owner) if each.name == "cls" else Typed(function.owner)
            names[each.name] = Value(shape)
        heap: dict[int, Record] = {}
        made = None
        if function.scope.name == "__init__" and function.owner is not None and function.scope.parameters:
            made = self.placed(heap, Instance(function.owner, {}))
            names[function.scope.parameters[0].name] = made
        act = self.activation(self, function, State(names, heap, {}))
        self._runs(act)
        handed = act.deep_taints(act.handed_on()) or (act.raised is not None and act.raised.taints)
        record = None if made is None else act.record(made)
        if type(record) is Instance:
            for name, value in record.fields.items():
                if value.taints:
                    self.kept[id(record.cls), str(name)] = Value(STRING, value.taints)
        return list(act.hits.values()), bool(handed)

    def kept_by(self, cls: Class, name: str) -> Value | None:
        """The secret that an instance of a class keeps under a name."""
        if not self.kept:
            return None
        found = (self.kept.get((id(each.target), name)) for each in self.project.ancestors(cls))
        return next((each for each in found if each is not None), None)

    def _is_skipped(self, act: Calls, function: Function, args: Args) -> bool:
        # Who is asked for `SMTP_PASSWORD` may look it up in the environment.
        asked = (const_of(each) for each in args.all())
        if any(isinstance(each, str) and reads.is_secret(each) for each in asked):
            return False
        return super()._is_skipped(act, function, args)


class SecretActivation(Activation):
    """One run of a function for the secrets in it."""

    engine: SecretEngine

    def secret(self, what: str, family: str = "secret") -> Value:
        """A secret that is read here."""
        return Value(STRING, (Taint(Source(family, what, self.function, self.span), (), 0, None),))

    def deep_taints(self, value: Value, depth: int = 0) -> Taints:
        """The secrets that a value tells when it is written out: an instance tells nothing of its fields."""
        record = self.record(value)
        if type(record) is Instance and not tells_fields(self, record.cls):
            return value.taints
        return super().deep_taints(value, depth)

    def held_taints(self, value: Value) -> Taints:
        """The secrets that a value holds."""
        return Expressions.deep_taints(self, value)

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`, which is a secret where a declaration says so."""
        if reads.is_secret(name):
            what, family = self._declared(value, name)
            if what:
                return self.secret(what, family)
        if type(value.shape) is Typed:
            kept = self.engine.kept_by(value.shape.cls, name)
            if kept is not None:
                return kept
        return super().attribute(value, name)

    def taken(self, taints: Taints, key: object) -> Taints:
        """The secrets in an attribute: none but what errors keep of their text."""
        return taints if key in _OF_ERRORS else ()

    def fresh_part(self, taints: Taints, key: object) -> Taints:
        """A part of a text, or one of many things, does not tell a secret for sure."""
        return ()

    def entry(self, record: Entries, key: object) -> Value:
        """What a dict holds under a key, as far as it is sure to be that."""
        found = record.entries.get(key) if key is not ... else None
        return _untold(super().entry(record, key)) if found is None else found

    def _position(self, record: Items, key: object) -> Value:
        found = super()._position(record, key)
        return found if record.rest is None and key is not ... else _untold(found)

    def _declared(self, value: Value, name: str) -> tuple[str, str]:
        """How a secret that is read of a value is called, and its family; empty when none is declared."""
        shape, declared = value.shape, self.engine.declared
        record = self.record(value)
        cls = record.cls if type(record) is Instance else shape.cls if type(shape) is Typed else None
        if cls is not None:
            return (
                (f"{cls.scope.name}.{name}", declared.family(cls, name))
                if declared.is_field(cls, name)
                else _NO
            )
        if type(shape) is Named:
            return (f"settings.{name}", "secret") if shape.name == reads.DJANGO_SETTINGS else _NO
        project = self.engine.project
        if type(shape) is ClassRef:
            found = project.member(shape.cls, name)
            target = None if found is None else found.target
            is_setting = isinstance(target, Variable) and declared.is_setting(target)
            return (f"{shape.cls.scope.name}.{name}", "secret") if is_setting else _NO
        if type(shape) is ModuleRef:
            target = project.resolve(shape.module, ":" + name).target
            return (name, "secret") if isinstance(target, Variable) and declared.is_setting(target) else _NO
        return _NO

    def item(self, base: Value, key: Value, written: object = None) -> Value:
        """`base[key]`; a part of a text does not tell all of it."""
        name = const_of(key)
        if isinstance(name, str) and type(base.shape) is Named and reads.is_secret(name):
            if reads.is_environment(base.shape.name):
                return self.secret(name, "environment")
            if reads.is_framework_config(base.shape.name):
                return self.secret(f'config["{name}"]')
        return super().item(base, key)

    def _on_receiver(self, receiver: Value, name: str, args: Args, call: Call) -> Value:
        if name == reads.REVEALING:
            return self.secret(f"{reads.receiver_name(call) or 'a secret'}.{name}()")
        return super()._on_receiver(receiver, name, args, call)

    def library(self, name: str, args: Args, receiver: Value) -> Value:
        """The result of a function of a library: most tell nothing of what they are given."""
        key = const_of(args.given(0))
        if isinstance(key, str) and reads.is_secret(key):
            if reads.reads_environment(name):
                return self.secret(key, "environment")
            if name.endswith(".get") and reads.is_framework_config(name.removesuffix(".get")):
                return self.secret(f'config["{key}"]')
        found = super().library(name, args, receiver)
        telling = name in _TELLING or name.rpartition(".")[2].endswith(("Error", "Exception"))
        return found if telling else _untold(found)

    def loosened(self, taints: Taints) -> Taints:
        """What code makes of a secret that cannot be seen does not tell it."""
        return ()

    def _passed(self, receiver: Value, name: str, args: Args) -> Value:
        return _untold(super()._passed(receiver, name, args))


class SecretGlobals(Globals):
    """Names outside a function, some of which are settings that hold a secret."""

    def value(self, act: Access, name: str) -> Value:
        """The value of a marked reference that is not local."""
        last = name.rpartition(".")[2].lstrip(":.")
        if reads.is_secret(last) and isinstance(act, SecretActivation):
            target = act.engine.project.resolve(act.function.module, name).target
            if isinstance(target, Variable) and act.engine.declared.is_setting(target):
                return act.secret(last)
            if name == f"{reads.DJANGO_SETTINGS}.{last}":
                return act.secret(f"settings.{last}")
        return super().value(act, name)

    def static(self, holder: Definition, expr: Expr) -> Value:
        """The value of an expression of a module's or class's, with the secrets that it is made of."""
        act = SecretActivation(self._engine, holder, State({}, {}, {}))
        stated = (each for each in holder.scope.statements if getattr(each, "value", None) is expr)
        act.span = next((each.span for each in stated), act.span)
        value = act.eval(expr)
        self._engine.keep_statics(act.state.heap, value)
        return Value(value.shape, value.taints)


class _NoRequests(Sources):
    """What callers send, none of which is the program's secret."""

    def taint(self, act: Access, full: str, key: object = ...) -> Taints:
        """Nothing: a request is no secret of the program."""
        return ()

    def parameter(self, function: Function, name: str, what: str, shape: Shape, key: object = None) -> Value:
        """A parameter that a framework fills."""
        return Value(shape)


class _Strings(Strings):
    """Methods of strings: those that cut, count or replace do not tell the whole."""

    def method(self, act: Calls, receiver: Value, name: str, args: Args) -> Value:
        """`receiver.name(...)` where the receiver is a string, a number or an unknown value."""
        found = super().method(act, receiver, name, args)
        return found if name in _SAME else _untold(found)


def _untold(value: Value) -> Value:
    return Value(value.shape) if value.taints else value
