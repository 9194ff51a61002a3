"""The engine: runs functions from where requests enter, and keeps what it learns about each."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from linter.facts.expressions import Constant, Expr
from linter.facts.scopes import Call, Parameter
from linter.flow.activation import Activation
from linter.flow.arguments import Args, fill
from linter.flow.closures import free_names
from linter.flow.custom import Custom
from linter.flow.decorations import Decorations
from linter.flow.exceptions import Exceptions
from linter.flow.fields import Fields
from linter.flow.globals import Globals
from linter.flow.graph import Graph, graph_of
from linter.flow.heap import Cell, Entries, Instance, Items, Record, values_of
from linter.flow.kinds import LOOSE
from linter.flow.library import Library
from linter.flow.library.containers import Containers
from linter.flow.library.paths import Paths
from linter.flow.library.strings import Strings
from linter.flow.passing import handed_round
from linter.flow.running import Running
from linter.flow.sanitizers import Sanitizers
from linter.flow.scans import Scans
from linter.flow.sinks import COUNTING_NAMES, LAST_NAMES, Sinks
from linter.flow.sinks.pages import Pages
from linter.flow.sources import Sources
from linter.flow.state import State
from linter.flow.storage import is_kept
from linter.flow.summaries import Export, Hit, Summary, Translation, key_of
from linter.flow.tree import Suite, suite_of
from linter.flow.values import (
    UNKNOWN,
    Const,
    Either,
    FunctionRef,
    Lambda,
    Named,
    Obj,
    Taints,
    Typed,
    Value,
    is_text,
    marked,
    merge,
)
from linter.outcome import Failure
from linter.resolve.changes import DECLARATIONS
from linter.resolve.definitions import Class, Function
from linter.resolve.project import Resolved

if TYPE_CHECKING:
    from linter.backend import Backend
    from linter.facts.templates import Template
    from linter.flow.access import Access
    from linter.flow.calls import Calls
    from linter.flow.storage import Kept

_RUN_LIMIT = 4_000_000
_ENTRY_LIMIT = 150_000
_DEEP = 24
_SMALL = 8
_CALL_COST = 4
_RECORD_COST = 4
_RECURSION = 12_000
_MANY = 4


class Exhausted(Exception):
    """The work allowed for one entry, or for the whole run, is done."""


class Engine:
    """Runs functions of one project over abstract values.

    `cut` names the functions that were left because they took too much work, `failures` says where the
    engine itself went wrong; each costs the flows of one entry. `activation` is what a function is run by.
    """

    activation: type[Activation] = Activation
    run_limit = _RUN_LIMIT
    small = _SMALL
    """How many statements a function may have that is run although it seems to have no part in anything."""

    def __init__(
        self,
        backend: Backend,
        handlers: frozenset[int],
        custom: Custom | None = None,
        templates: Mapping[str, Template] | None = None,
    ) -> None:
        self.backend = backend
        self.custom = custom or Custom()
        self.templates = templates or {}
        self.pages = Pages(self.templates)
        self.project = backend.project
        self.trace = backend.project.trace
        self.declarations = self.trace.bit(DECLARATIONS)
        """Stands for all classes of the project in the trace, for what asks about any of them."""
        self.statics: dict[int, Record] = {}
        self.cut: set[str] = set()
        self.failures: list[Failure] = []
        self._parsed: Callable[[dict[int, Record]], Value | None] = _nothing_parsed
        self._asked: tuple[Function | None, Value] = (None, UNKNOWN)
        self.cells: dict[int, int] = {}
        """The records of what functions have written on classes, by the identity of the class."""
        self.changed: set[int] = set()
        """Records of modules and classes that some function has written to."""
        self.carried: dict[str, Value] = {}
        """What the caller has a hand in on `g` and on requests, by full name: see `linter.flow.carriers`."""
        self.globals = Globals(self)
        self.fields = Fields(self)
        self.exceptions = Exceptions(self.project)
        self.decorations = Decorations(self)
        self.sources = Sources(self.custom.sources)
        self.sinks = Sinks(handlers, self.custom.sinks, self.pages)
        self.sanitizers = Sanitizers(dict(self.custom.sanitizers))
        self.library = Library()
        self.strings = Strings()
        self.containers = Containers()
        self.paths = Paths()
        self.stored: Kept | None = None
        """What the program keeps and reads again, where that is followed: see `linter.flow.storage`."""
        self._ids = 1_000_000
        self._spent = 0
        self._limit = _ENTRY_LIMIT
        self.running = Running(self.trace)
        self.scans = Scans()
        self._suites: dict[int, Suite] = {}
        self._free: dict[tuple[str, int], frozenset[str]] = {}
        self._free_by_module: dict[str, dict[int, frozenset[str]]] = {}
        self._by_name: dict[str, list[tuple[Function, Class]]] | None = None
        self._roots: frozenset[str] | None = None
        self._relevant: frozenset[int] | None = None
        self._counting: frozenset[int] | None = None
        self._graph: Graph | None = None
        self._custom_names = self.custom.names

    # Work

    def spend(self, steps: int = 1) -> None:
        """Count steps of work."""
        self._spent += steps
        if self._spent > self._limit:
            raise Exhausted

    @property
    def spent(self) -> int:
        """The steps of work that were done."""
        return self._spent

    def next_id(self) -> int:
        """A number for a new record."""
        self._ids += 1
        return self._ids

    def cell_of(self, cls: Class) -> int:
        """The record of what functions have written on a class."""
        found = self.cells.get(id(cls))
        if found is None:
            found = self.cells[id(cls)] = self.next_id()
            self.statics[found] = Cell({})
        return found

    def placed(self, heap: dict[int, Record], record: Record) -> Value:
        """A new record on a heap, as a value."""
        identity = self.next_id()
        heap[identity] = record
        return Value(Obj(identity))

    def enter(self, function: Function, names: dict[str, Value], heap: dict[int, Record]) -> list[Hit]:
        """Run a function from outside; what reaches a sink."""
        act = self.activation(self, function, State(names, heap, {}))

        def whole() -> None:
            act.finish()
            self.ended(act)

        self._within_bounds(function, whole)
        return list(act.hits.values())

    def ended(self, act: Activation) -> None:
        """Look at what an entry leaves behind when it has come to its end."""

    def enter_decorated(
        self, function: Function, given: list[Value], named: dict[str, Value], heap: dict[int, Record]
    ) -> list[Hit] | None:
        """Run a function through its own decorators; None when they do not lead to it.

        `given` and `named` are what the framework hands to the outermost decorator.
        """
        if not self.decorations.own(function):
            return None
        body = next(each for each in function.module.functions if each.is_module)
        act = self.activation(self, body, State({}, heap, {}))
        act.span = function.scope.span
        start = len(self.trace.log)

        def whole() -> None:
            self.call_function(act, FunctionRef(function), Args(given, named))
            self.ended(act)

        has_ended = self._within_bounds(act.function, whole)
        arrived = self.trace.since(start) & self.running.mark(function)
        return list(act.hits.values()) if has_ended and arrived else None

    def left_by(self, function: Function, names: dict[str, Value]) -> list[tuple[str, Value]]:
        """What a function leaves in attributes of library objects: what callers have a hand in, and tools."""
        act = self.activation(self, function, State(names, {}, {}))
        if not self._runs(act):
            return []
        act.handed_on()
        left = []
        for name, value in act.state.names.items():
            taints = act.deep_taints(value) if name.startswith(".") else ()
            record = act.record(value)
            shape = value.shape
            if type(shape) is Obj:
                shape = Typed(record.cls) if type(record) is Instance else None
            if taints or (name[0] == "." and type(shape) in (Named, Typed)):
                left.append((name[1:], Value(shape, taints)))
        return left

    def _runs(self, act: Activation) -> bool:
        """Run a function within the work allowed for one; whether it came to its end."""
        return self._within_bounds(act.function, act.finish)

    def _within_bounds(self, function: Function, work: Callable[[], object]) -> bool:
        """Work that starts at a function, within what is allowed for one; whether it came to its end."""
        self._limit = min(self._spent + _ENTRY_LIMIT, self.run_limit)
        if self._spent >= self.run_limit:
            self.cut.add(function.name)
            return False
        depth = sys.getrecursionlimit()
        sys.setrecursionlimit(max(depth, _RECURSION))
        self.running.start(function)
        try:
            work()
        except (Exhausted, RecursionError):
            self.cut.add(function.name)
            return False
        except Exception as error:
            self.failures.append(Failure.of(f"flow through {function.name}", error))
            return False
        finally:
            sys.setrecursionlimit(depth)
            self.running.stop()
        return True

    def supplied(
        self,
        function: Function,
        names: dict[str, Value],
        heap: dict[int, Record],
        made: Value | None = None,
    ) -> tuple[Value | None, dict[int, Record], list[Hit]]:
        """What a function that a framework calls hands on, its records, and what reaches a sink in it.

        That is what it returns, or `made`, the instance that it fills. The value is None when nothing of it
        is certainly the caller's, unless it is an instance, such as a session of a database.
        """
        act = self.activation(self, function, State(names, heap, {}))
        if not self._runs(act):
            return None, {}, list(act.hits.values())
        returned = act.handed_on()
        value = returned if made is None else made
        taints = act.deep_taints(value)
        if not any(not each.safe & LOOSE and not is_kept(each) for each in taints):
            known = not taints and type(value.shape) in (Named, Obj)
            return (value if known else None), (act.state.heap if known else {}), list(act.hits.values())
        return value, act.state.heap, list(act.hits.values())

    # What is looked at

    def begin(self) -> None:
        """Take up another start: what is known of the last handler no longer holds."""
        self._parsed = _nothing_parsed
        self._asked = (None, UNKNOWN)
        self.running.begin()

    @property
    def parsed(self) -> Callable[[dict[int, Record]], Value | None]:
        """What a request parser gives in the route at hand; its records go into the heap."""
        self.trace.log.append(self.running.at_hand)
        return self._parsed

    @parsed.setter
    def parsed(self, parsed: Callable[[dict[int, Record]], Value | None]) -> None:
        self._parsed = parsed

    @property
    def asked(self) -> tuple[Function | None, Value]:
        """The handler at hand, and what the path of the request is there."""
        self.trace.log.append(self.running.at_hand)
        return self._asked

    @asked.setter
    def asked(self, asked: tuple[Function | None, Value]) -> None:
        self._asked = asked

    def looks_at(self, key: str) -> None:
        """Note that what is found out now depends on a thing: see `linter.resolve.trace`."""
        self.trace.log.append(self.trace.bit(key))

    # Facts read once

    def suite(self, function: Function) -> Suite:
        """The body of a function as a tree."""
        found = self._suites.get(id(function))
        if found is None:
            found = self._suites[id(function)] = suite_of(function.scope)
        return found

    def free_names(self, function: Function) -> frozenset[str]:
        """What a nested function reads of the functions around it."""
        seen = self._free_by_module.setdefault(function.module.path, {})
        self._looks_into(function)
        return free_names(function, seen)

    def _looks_into(self, function: Function) -> None:
        self.trace.log.append(self.trace.body(function))
        for child in function.children.values():
            if isinstance(child, Function):
                self._looks_into(child)

    def callee(self, function: Function, call: Call) -> Resolved:
        """What a call is known to call by names and types alone."""
        return self.project.callee(function, call)

    def is_own(self, name: str) -> bool:
        """Whether a dotted name lies in the project itself, though nothing was found under it."""
        if self._roots is None:
            modules = self.project.modules.values()
            self._roots = frozenset(each.name.partition(".")[0] for each in modules if each.name)
        return name.partition(".")[0] in self._roots

    def candidates(self, name: str) -> tuple[tuple[Function, Class], ...]:
        """The methods of the project that have a name, when they are few."""
        if self._by_name is None:
            self._by_name = {}
            for cls in self.backend.classes:
                for each, method in cls.methods.items():
                    self._by_name.setdefault(each, []).append((method, cls))
        self.looks_at(f"methods {name}")
        found = self._by_name.get(name, [])
        return tuple(found) if len(found) <= _MANY else ()

    @property
    def relevant(self) -> frozenset[int]:
        """Functions from which a call that may be a sink can be reached, by names alone."""
        if self._relevant is None:
            more = {name.rpartition(".")[2] for name in self.custom.sinks}
            more |= self.pages.names
            self._relevant = self.calls_by_name.reaching(LAST_NAMES | more, self.calls_by_name.writers)
        return self._relevant

    @property
    def receivers(self) -> list[Function]:
        """Functions that call what a configuration names as a source, or a function that does."""
        if not self.custom.sources:
            return []
        names = frozenset(name.rpartition(".")[2] for name in self.custom.sources)
        found = self.calls_by_name.reaching(names) & self.relevant
        return [each for each in self.backend.functions if id(each) in found]

    @property
    def counting(self) -> frozenset[int]:
        """Functions from which a call can be reached that does something a number of times."""
        if self._counting is None:
            self._counting = self.calls_by_name.reaching(COUNTING_NAMES)
        return self._counting

    @property
    def calls_by_name(self) -> Graph:
        """Who calls what, by last names."""
        if self._graph is None:
            self._graph = graph_of(self.backend)
        return self._graph

    def forget(self) -> None:
        """Let go of what was learnt about functions, which rings of references would keep to the end."""
        self.running.forget()
        self.statics.clear()
        self.cells.clear()

    # Calls of the project's functions

    def call(self, act: Access, callee: Value, args: list[Value]) -> Value:
        """Call a value with some arguments."""
        return act.apply(callee, Args(args))  # type: ignore[attr-defined, no-any-return]

    def call_function(self, act: Calls, ref: FunctionRef, args: Args) -> Value:
        """The result of a function of the project; its effects are done to the caller's state."""
        function = ref.function
        if function.name in self._custom_names:
            return self._custom_call(act, ref, args)
        return self._call_function(act, ref, args)

    def _custom_call(self, act: Calls, ref: FunctionRef, args: Args) -> Value:
        """A function of which the configuration says something; it is run all the same."""
        name = ref.function.name
        parameters = ref.function.scope.parameters[1 if ref.receiver is not None else 0 :]
        named = {each.name: value for each, value in zip(parameters, args.positional, strict=False)}
        positions = [*args.positional]
        for each in parameters[len(positions) :]:
            if each.name not in args.keywords or args.rest is not None:
                break
            positions.append(args.keywords[each.name])
        given = Args(positions, {**named, **args.keywords}, args.rest, args.extra, args.names)
        self.sinks.called(act, name, given, UNKNOWN)
        found = self._call_function(act, ref, args)
        if name in self.custom.sources:
            return Value(found.shape if is_text(found.shape) else None, self.sources.taint(act, f"{name}()"))
        mask = self.custom.sanitizers.get(name)
        return found if mask is None else Value(None, marked(act.deep_taints(found), mask))

    def _call_function(self, act: Calls, ref: FunctionRef, args: Args) -> Value:
        function = ref.function
        self.trace.log += (function.module.bit, self.trace.body(function))
        if not ref.bare and self.decorations.own(function) and not self.running.is_deep():
            made = self.decorations.applied(act, ref)
            if made is not None:
                given = args if ref.receiver is None else args.after(ref.receiver)
                return act.apply(made, given)
        others = self.decorations.dispatched(function) if function.scope.decorators and not ref.bare else ()
        if others:
            shapes = [ref._replace(function=each, bare=True) for each in (*others, function)]
            return act.apply(Value(Either(tuple(shapes))), args)
        if ref.receiver is not None:
            args = args.after(ref.receiver)
        if self._is_skipped(act, function, args):
            return Value(self.globals.shape_of_type(self.project.returned_type(function)))
        if self.running.is_deep() or self.running.is_repeated(function):
            return handed_round(act, args)
        return self._summarised(act, ref, args)

    def _is_skipped(self, act: Calls, function: Function, args: Args) -> bool:
        scope = function.scope
        if id(function) in self.relevant or len(scope.statements) <= self.small:
            return False
        for each in args.all():
            if each.taints or type(each.shape) in (FunctionRef, Lambda) or act.held_taints(each):
                return False
        return True

    def _summarised(self, act: Calls, ref: FunctionRef, args: Args) -> Value:
        function = ref.function
        parent = function.parent
        assert parent is not None
        names, rest, keywords, missing = fill(function.scope.parameters, args)
        for each in missing:
            names[each.name] = self._default(function, each)
        for each in function.scope.parameters:
            if each.kind == "*":
                names[each.name] = act.allocate(Items("tuple", tuple(rest), args.rest))
            elif each.kind == "**":
                entries: dict[object, Value] = {name: given for name, given in keywords.items()}  # noqa: C416
                names[each.name] = act.allocate(Entries(entries, args.extra, args.names))
            elif names[each.name].shape is None and each.annotation is not None:
                kind = self.project.annotated_type(parent, each.annotation)
                names[each.name] = self.fields.typed(names[each.name], kind)
        if ref.cell is not None:
            cell = self.cell(act, ref.cell)
            if type(cell) is Cell:
                for name, value in cell.names.items():
                    if name not in function.local_names or name in function.scope.globals:
                        names.setdefault(str(name), value)
        export = Export(act.state, self.statics, self.changed)
        exported = {name: export.value(value) for name, value in names.items()}
        export.finish()
        key = (
            id(function),
            tuple(exported.items()),
            tuple([key_of(export.records[number]) for number in sorted(export.records)]),
        )
        # A call costs what it takes to write its arguments down, however short its function is.
        self.spend(_CALL_COST + _RECORD_COST * len(export.records))
        summary = self.running.known(key)
        if summary is None:
            state = State(dict(exported), dict(export.records), {})
            summary = self.running.run(key, function, self.activation(self, function, state).run)
        return self._translated(act, ref, export, summary)

    def _translated(self, act: Calls, ref: FunctionRef, export: Export, summary: Summary) -> Value:
        function = ref.function
        step = act.step(None, f"handed to `{function.scope.name}`")
        translation = Translation(export, act.state, self.next_id, step)
        for each in summary.hits:
            hit = translation.hit(each)
            if hit is not None:
                act.hits.setdefault(hit.key, hit)  # type: ignore[attr-defined]
        if summary.raised is not None:
            act.thrown(translation.value(summary.raised))  # type: ignore[attr-defined]
        if summary.returned is None:
            act.alive = False
            return UNKNOWN
        found = translation.value(summary.returned)
        self._write_back(act, ref, {name: translation.value(each) for name, each in summary.written})
        translation.records(summary.heap)
        act.state.prove(translation.marks(summary.proofs))
        return found

    def _write_back(self, act: Calls, ref: FunctionRef, written: dict[str, Value]) -> None:
        """Give names around a nested function what it has assigned to them."""
        if ref.cell is None:
            return
        cell = self.cell(act, ref.cell)
        if type(cell) is Cell:
            names: dict[object, Value] = dict(written.items())
            act.state.heap[ref.cell] = Cell({**cell.names, **names})
        if ref.function.parent is act.function:
            act.state.names.update(written)

    def _default(self, function: Function, parameter: Parameter) -> Value:
        default = parameter.default
        if default is None:
            return UNKNOWN
        if isinstance(default, Constant):
            return Value(Const(default.value))
        parent = function.parent
        assert parent is not None
        return self.globals.static(parent, default)

    def keep_statics(self, heap: dict[int, Record], value: Value) -> None:
        """Keep what evaluating a module's expression has made, and what has become of what its value holds.

        What it writes to others is forgotten: nobody can say which of several such expressions runs first.
        """
        own = self._held(heap, value)
        for identity, record in heap.items():
            if identity in own or identity not in self.statics:
                self.statics[identity] = record

    def _held(self, heap: dict[int, Record], value: Value) -> set[int]:
        """The records that a value holds."""
        found: set[int] = set()
        pending = [value]
        while pending:
            shape = pending.pop().shape
            shapes = shape.shapes if type(shape) is Either else (shape,)
            for identity in [each.id for each in shapes if type(each) is Obj]:
                record = heap.get(identity, self.statics.get(identity))
                if identity not in found and record is not None:
                    found.add(identity)
                    pending += values_of(record)
        return found

    def cell(self, act: Calls, identity: int) -> Record | None:
        """What a function sees around it, which may have been made when its module was run."""
        found = act.state.heap.get(identity)
        return self.statics.get(identity) if found is None else found

    def call_lambda(self, act: Calls, shape: Lambda, args: Args) -> Value:
        """The result of a lambda that another function made."""
        if self.running.is_deep():
            return UNKNOWN
        self.trace.log.append(self.trace.body(shape.function))
        inner = self.activation(self, shape.function, State({}, act.state.heap, act.state.proved))
        inner.hits = act.hits  # type: ignore[attr-defined]
        if shape.cell is not None:
            cell = self.cell(act, shape.cell)
            if type(cell) is Cell:
                inner.state.names.update({str(name): value for name, value in cell.names.items()})
        self.running.stack.append(id(shape))
        inner.bind_lambda(shape, args)
        found = inner.eval(shape.body)
        self.running.stack.pop()
        return found

    def called_back(self, act: Calls, callee: Value, args: Args) -> None:
        """A callable handed to code that cannot be seen: it may be called with what goes with it."""
        taints: Taints = ()
        for each in args.all():
            if each is not callee:
                taints = merge(taints, act.deep_taints(each))
        if taints and not self.running.is_deep():
            act.apply(callee, Args((), {}, Value(None, act.loosened(taints))))
            act.alive = True

    # Odds that need the project

    def suppresses(self, value: Value) -> bool:
        """Whether a context manager may swallow an exception."""
        shape = value.shape
        return type(shape) is Named and shape.name.startswith("contextlib.suppress")

    def caught_value(self, act: Calls, types: Expr | None, thrown: Value | None) -> Value:
        """The exception that an `except` clause binds."""
        if thrown is None or not thrown.taints or not self.exceptions.may_catch(act, types, thrown.shape):
            return UNKNOWN
        return Value(None, thrown.taints)


def _nothing_parsed(heap: dict[int, Record]) -> Value | None:
    return None
