"""Statements: one run of a function over abstract values."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from linter.facts.expressions import Constant, Expr, Mapping, Operation, Ref, Sequence, Starred
from linter.facts.scopes import Assertion, Assign, Define, Delete, Evaluate, Import, Jump, Raise, Return
from linter.flow import answers, checks, managers
from linter.flow.arguments import Args
from linter.flow.calls import Calls
from linter.flow.closures import cell_of
from linter.flow.expressions import refuted
from linter.flow.heap import Entries, Items, Native, joined
from linter.flow.library.buffers import BYTES
from linter.flow.memory import YIELDED
from linter.flow.state import State
from linter.flow.state import joined as joined_states
from linter.flow.summaries import Hit, Summary
from linter.flow.tree import Compound, Suite
from linter.flow.values import (
    NONE,
    UNKNOWN,
    ClassRef,
    FunctionRef,
    Marks,
    Obj,
    Taint,
    Value,
    const_of,
    join,
    merge,
    shared,
)
from linter.resolve.definitions import Class

_TURNS = 2
_UNROLLED = 16


class Activation(Calls):
    """One run of a function."""

    def __init__(self, *args: object) -> None:
        super().__init__(*args)
        self.hits: dict[tuple[object, ...], Hit] = {}
        self.returns: list[tuple[Value, State]] = []
        self.raised: Value | None = None
        self.caught: list[list[State]] = []
        self._given: list[Taint] = []
        self._breaks: list[list[State]] = []
        self._continues: list[list[State]] = []

    # Names

    def local(self, name: str) -> Value:
        """The value of a local name; a nested function takes along what it sees."""
        value = super().local(name)
        shape = value.shape
        if type(shape) is FunctionRef and shape.cell is None and shape.function.parent is self.function:
            if not self.function.is_module:
                cell = cell_of(self, self.engine.free_names(shape.function))
                if cell is not None:
                    return Value(shape._replace(cell=cell), value.taints)
        return value

    # Running

    def run(self) -> Summary:
        """Run the whole body, and say what it does."""
        self.finish()
        return self._summary()

    def handed_on(self) -> Value:
        """What a function that has run returns; what it yields, when it is a generator."""
        found = self._summary().returned or UNKNOWN
        return self.any_element(found) if self.function.scope.generator else found

    def finish(self) -> None:
        """Run the whole body."""
        self._given = [taint for value in self.state.names.values() for taint in value.taints]
        self.suite(self.engine.suite(self.function))
        if self.alive:
            self.returns.append((NONE, self.state))

    def _summary(self) -> Summary:
        state = joined_states([each for _, each in self.returns])
        if state is None and YIELDED in self.state.names:
            # It never comes to an end, and its caller reads what it gives all the same.
            state = self.state
        if state is None:
            return Summary(None, {}, tuple(self.hits.values()), self.raised, ())
        self.state = state
        if self.function.scope.generator:
            returned = state.names.get(YIELDED) or self.allocate(Items("iterator", ()))
        else:
            returned = answers.returned(self, self.returns, self._given)
        names = self.function.scope.globals
        written = tuple([(name, state.names[name]) for name in sorted(names) if name in state.names])
        return Summary(returned, state.heap, tuple(self.hits.values()), self.raised, state.proofs(), written)

    def suite(self, suite: Suite) -> None:
        """Run statements in order, as far as the program gets."""
        for each in suite:
            self.span = each.clauses[0].block.span if type(each) is Compound else each.span  # type: ignore[union-attr]
            _STATEMENTS[type(each)](self, each)
            if not self.alive:
                if self.caught:
                    self.caught[-1].append(self.state)
                return

    # Simple statements

    def _assign_statement(self, statement: Assign) -> None:
        if statement.value is None:
            return
        value = self.eval(statement.value)
        if not self.alive:
            return
        if statement.operator is not None:
            target = statement.targets[0]
            before = self.eval(target)
            grown = self._grown(before, value, statement.operator)
            self.assign(target, self.operate(statement.operator, before, value) if grown is None else grown)
            return
        if statement.annotation is not None and value.shape is None:
            kind = self.engine.project.annotated_type(self.function, statement.annotation)
            value = self.engine.fields.typed(value, kind)
        for target in statement.targets:
            self.assign(target, value)

    def _grown(self, before: Value, value: Value, operator: str) -> Value | None:
        """A list that `+=` has changed in place."""
        record = self.record(before)
        if operator == "+" and type(record) is Native and record.name == BYTES:
            self.method(before, "__iadd__", Args([value]))
            return before
        if operator != "+" or type(record) is not Items or record.kind != "list":
            return None
        known, rest = self.elements(value)
        if record.rest is None:
            self.store(before, Items("list", (*record.items, *known), rest))
        else:
            self.store(before, Items("list", record.items, joined(known, record.rest, rest)))
        return before

    def _return(self, statement: Return) -> None:
        value = NONE if statement.value is None else self.eval(statement.value)
        if self.alive:
            self.engine.sinks.answered(self, value, statement.span)
            self.returns.append((value, self.state))
            self.alive = False

    def _raise(self, statement: Raise) -> None:
        value = UNKNOWN if statement.exception is None else self.eval(statement.exception)
        taints = self.deep_taints(value)
        if taints:
            self.thrown(Value(self.engine.exceptions.kind(self, value), taints))
        self.alive = False

    def thrown(self, value: Value) -> None:
        """Note an exception that leaves, or may be caught further up in this function."""
        self.raised = value if self.raised is None else join(self.raised, value)

    def _evaluate(self, statement: Evaluate) -> None:
        self.eval(statement.value)

    def _assertion(self, statement: Assertion) -> None:
        test = self.eval(statement.test)
        self.state.prove(test.yes)

    def _delete(self, statement: Delete) -> None:
        for target in statement.targets:
            if isinstance(target, Ref) and target.name[0] == "$" and "." not in target.name:
                self.state.names.pop(target.name[1:], None)
                continue
            base = getattr(target, "base", None)
            key = getattr(target, "key", None)
            if base is None or key is None:
                continue
            holder, known = self.eval(base), const_of(self.eval(key))
            record = self.record(holder)
            if type(record) is Entries and known in record.entries:
                entries = {name: each for name, each in record.entries.items() if name != known}
                self.store(holder, record._replace(entries=entries))
            elif type(record) is Items and isinstance(known, int) and record.rest is None:
                items = list(record.items)
                if -len(items) <= known < len(items):
                    del items[known]
                    self.store(holder, Items(record.kind, tuple(items)))

    def _jump(self, statement: Jump) -> None:
        if statement.kind == "pass":
            return
        loops = self._breaks if statement.kind == "break" else self._continues
        if loops:
            loops[-1].append(self.state)
        self.alive = False

    def _define(self, statement: Define) -> None:
        definition = self.function.module.definitions[statement.scope]
        name = definition.scope.name
        if isinstance(definition, Class):
            self.bind(name, Value(ClassRef(definition)))
        else:
            self.bind(name, Value(FunctionRef(definition)))

    def _import(self, statement: Import) -> None:
        return

    # Compound statements

    def _compound(self, compound: Compound) -> None:
        _COMPOUNDS[compound.kind](self, compound)

    def _branch(self, suite: Suite, state: State) -> State | None:
        """The state after a suite that starts in `state`; None when it does not get to its end."""
        self.state = state
        self.alive = True
        self.suite(suite)
        return self.state if self.alive else None

    def _meet(self, states: list[State | None]) -> None:
        met = joined_states(states)
        self.alive = met is not None
        if met is not None:
            self.state = met

    def _if(self, compound: Compound) -> None:
        first = compound.clauses[0]
        test = UNKNOWN if first.block.subject is None else self.eval(first.block.subject)
        if not self.alive:
            return
        other = compound.clauses[1].suite if len(compound.clauses) > 1 else ()
        known = self.truth(test)
        if known is not None:
            self.state.prove(test.yes if known else test.no)
            self.suite(first.suite if known else other)
            return
        without = self.state.fork()
        self.state.prove(test.yes)
        missing = {name: self.state.names[name] for name in self._missing(first.block.subject)}
        self.state.names.update(dict.fromkeys(missing, NONE))
        then = self._branch(first.suite, self.state)
        if then is not None:
            # Past the branch the name holds what it held: that it may be None is nothing new.
            then.names.update(
                {name: value for name, value in missing.items() if then.names.get(name) is NONE}
            )
        without.prove(refuted(first.block.subject, test))
        self._meet([then, self._branch(other, without)])

    def _missing(self, test: Expr | None) -> Iterator[str]:
        """Names that are None if a test is true: `x is None`, beside tests that are known to fail."""
        if not isinstance(test, Operation):
            return
        if test.operator == "or":
            open_tests = [each for each in test.operands if not self._fails(each)]
            if len(open_tests) == 1:
                yield from self._missing(open_tests[0])
        elif test.operator == "is" and len(test.operands) == 2 and test.operands[1] == Constant(None):
            name = getattr(test.operands[0], "name", "")
            if name.startswith("$") and name[1:] in self.state.names:
                yield name[1:]

    def _fails(self, test: Expr) -> bool:
        """Whether `x is None` asks for something that is always there."""
        plain = isinstance(test, Operation) and test.operator == "is" and isinstance(test.operands[0], Ref)
        return plain and self.truth(self.eval(test)) is False

    def _for(self, compound: Compound) -> None:
        block = compound.clauses[0].block
        source = UNKNOWN if block.subject is None else self.eval(block.subject)
        if not self.alive:
            return
        known, rest = self.elements(source)
        target = block.targets[0] if block.targets else None
        self._breaks.append([])
        self._continues.append([])
        if rest is None and len(known) <= _UNROLLED:
            self._each_turn(compound.clauses[0].suite, target, known)
        elif len(known) or rest is not None:
            self._turns(
                compound.clauses[0].suite, target, self.one_of(known, rest) or UNKNOWN, None, bool(known)
            )
        self._after_loop(compound)

    def _each_turn(self, suite: Suite, target: Expr | None, known: list[Value]) -> None:
        for each in known:
            if target is not None:
                self.assign(target, each)
            after = self._branch(suite, self.state)
            self._meet([after, *self._continues[-1]])
            self._continues[-1] = []
            if not self.alive:
                return

    def _turns(
        self, suite: Suite, target: Expr | None, element: Value, test: Expr | None, sure: bool = False
    ) -> None:
        """Run a loop's body as often as it takes to see what it does to itself; once at least if `sure`."""
        exits: list[State | None] = [] if test is not None or sure else [self.state.fork()]
        for _ in range(_TURNS):
            before = self.state.fork()
            if target is not None:
                self.assign(target, element)
            if test is not None:
                condition = self.eval(test)
                known = self.truth(condition)
                if known is not True:
                    out = self.state.fork()
                    out.prove(condition.no)
                    exits.append(out)
                if known is False:
                    self.alive = False
                    break
                self.state.prove(condition.yes)
            after = self._branch(suite, self.state)
            self._meet([after, *self._continues[-1]])
            self._continues[-1] = []
            if not self.alive:
                break
            if test is None:
                about = _about(element, self.state)
                if exits and exits[0] is not None and not sure:
                    exits[0].prove(about)
                self.state.prove(about)
                exits.append(self.state.fork())
            self._meet([before, self.state])
        if test is not None and self.alive:
            condition = self.eval(test)
            if self.truth(condition) is not True:
                self.state.prove(condition.no)
                exits.append(self.state)
        self._meet(exits)

    def _after_loop(self, compound: Compound) -> None:
        breaks = self._breaks.pop()
        self._continues.pop()
        if len(compound.clauses) > 1 and self.alive:
            self.suite(compound.clauses[1].suite)
        self._meet([self.state if self.alive else None, *breaks])

    def _while(self, compound: Compound) -> None:
        block = compound.clauses[0].block
        self._breaks.append([])
        self._continues.append([])
        test = block.subject or Constant(True)
        if isinstance(test, Constant) or not self._counted(compound.clauses[0].suite, test):
            self._turns(compound.clauses[0].suite, None, UNKNOWN, test)
        self._after_loop(compound)

    def _counted(self, suite: Suite, test: Expr) -> bool:
        """Run a loop turn by turn, as long as its test is known; whether it has come to its end."""
        for _ in range(_UNROLLED):
            condition = self.eval(test)
            known = self.truth(condition)
            if known is None:
                return False
            if known is False:
                return True
            self.state.prove(condition.yes)
            after = self._branch(suite, self.state)
            self._meet([after, *self._continues[-1]])
            self._continues[-1] = []
            if not self.alive:
                return True
        return False

    def _with(self, compound: Compound) -> None:
        block = compound.clauses[0].block
        subjects = block.subject.items if isinstance(block.subject, Sequence) else ()
        suppresses = False
        entered_ones: list[Value] = []
        for position, subject in enumerate(subjects):
            value = self.eval(subject)
            if not self.alive:
                return
            entered_ones.append(value)
            entered = managers.entered(self, value)
            target = block.targets[position] if position < len(block.targets) else None
            if target is not None and not isinstance(target, Operation):
                self.assign(target, entered)
            suppresses = suppresses or self.engine.suppresses(value)
        before = self.state.fork() if suppresses else None
        returns = len(self.returns)
        self.suite(compound.clauses[0].suite)
        for each in reversed(entered_ones):
            managers.left(self, each, returns)
        if suppresses:
            self._meet([self.state if self.alive else None, before])

    def _try(self, compound: Compound) -> None:
        before = self.state.fork()
        raised, self.raised = self.raised, None
        log: dict[str, Value] = {}
        self.logs.append(log)
        self.caught.append([])
        self.suite(compound.clauses[0].suite)
        self.logs.pop()
        stopped = self.caught.pop()
        body = self.state if self.alive else None
        thrown = self.raised
        handlers = [each for each in compound.clauses if each.block.kind == "except"]
        ends: list[State | None] = []
        for clause in compound.clauses:
            if clause.block.kind == "else" and body is not None:
                body = self._branch(clause.suite, body)
        start = joined_states([before, *([body] if body is not None else []), *stopped])
        assert start is not None
        if handlers:
            self.raised = raised
        elif raised is not None:
            self.raised = raised if thrown is None else join(raised, thrown)
        for clause in handlers:
            state = start.fork()
            state.proved = dict(before.proved)
            for name, value in log.items():
                known = state.names.get(name)
                state.names[name] = value if known is None else join(known, value)
            self.state = state
            self.alive = True
            for target in clause.block.targets:
                self.assign(target, self.engine.caught_value(self, clause.block.subject, thrown))
            ends.append(self._branch(clause.suite, self.state))
        ends.append(body)
        self._meet(ends)
        for clause in compound.clauses:
            if clause.block.kind == "finally":
                self._finally(clause.suite, start)

    def _finally(self, suite: Suite, start: State) -> None:
        if self.alive:
            self.suite(suite)
            return
        # The way out of the function leads through here as well.
        after = self._branch(suite, start.fork())
        del after
        self.alive = False

    def _match(self, compound: Compound) -> None:
        first = compound.clauses[0].block.subject
        subject = UNKNOWN
        if isinstance(first, Operation) and first.operands:
            subject = self.eval(first.operands[0])
        ends: list[State | None] = []
        open_end = True
        for clause in compound.clauses:
            test = clause.block.subject
            if not isinstance(test, Operation) or len(test.operands) < 2:
                continue
            state = self.state.fork()
            rest = self.state
            self.state = state
            verdict, marks = self._matches(test.operands[1], subject)
            if verdict is False:
                self.state = rest
                continue
            state.prove(marks)
            if len(test.operands) > 2:
                guard = self.eval(test.operands[2])
                known = self.truth(guard)
                verdict = verdict if known else None
                if known is False:
                    self.state = rest
                    continue
                state.prove(guard.yes)
            ends.append(self._branch(clause.suite, self.state))
            self.state = rest
            self.alive = True
            if verdict is True:
                open_end = False
                break
        if open_end:
            ends.append(self.state)
        self._meet(ends)

    def _matches(self, pattern: Expr, value: Value) -> tuple[bool | None, Marks]:
        """Whether a value matches a pattern, what that proves; names are bound on the way."""
        match pattern:
            case Operation(operator="_"):
                return True, ()
            case Operation(operator="as", operands=(inner, target)):
                verdict, marks = self._matches(inner, value)
                self.assign(target, self.state.proved_value(value, marks))
                return verdict, marks
            case Operation(operator="|", operands=operands):
                return self._matches_any(operands, value)
            case Operation(operator="case", operands=(cls, *parts)):
                return self._matches_class(cls, tuple(parts), value)
            case Sequence(items=items):
                known, rest = self.elements(value)
                if (
                    rest is None
                    and type(value.shape) is Obj
                    and not any(isinstance(i, Starred) for i in items)
                ):
                    if len(known) != len(items):
                        return False, ()
                self._captures(items, value)
                return None, ()
            case Mapping(keys=keys, values=values):
                for key, inner in zip(keys, values, strict=True):
                    if key is None:
                        self.assign(inner, Value(None, self.deep_taints(value)))
                    else:
                        self._matches(inner, self.item(value, self.eval(key)))
                return None, ()
            case _:
                test = self.compare("==", value, self.eval(pattern))
                return self.truth(test), test.yes

    def _matches_any(self, operands: tuple[Expr, ...], value: Value) -> tuple[bool | None, Marks]:
        verdicts = []
        marks: Marks | None = None
        for each in operands:
            verdict, mine = self._matches(each, value)
            verdicts.append(verdict)
            if verdict is not False:
                marks = mine if marks is None else shared(marks, mine)
        if True in verdicts:
            return True, marks or ()
        return (None if None in verdicts else False), marks or ()

    def _matches_class(self, cls: Expr, parts: tuple[Expr, ...], value: Value) -> tuple[bool | None, Marks]:
        named = self.eval(cls)
        mask = checks.TYPES_TESTED.get(getattr(named.shape, "name", ""), 0)
        marks = checks.marks(value, mask) if mask else ()
        for each in parts:
            if (
                isinstance(each, Operation)
                and each.operator == "="
                and isinstance(each.operands[0], Constant)
            ):
                self._matches(each.operands[1], self.attribute(value, str(each.operands[0].value)))
            else:
                self._matches(each, self.state.proved_value(value, marks))
        return None, marks

    def _captures(self, items: tuple[Expr, ...], value: Value) -> None:
        known, rest = self.elements(value)
        whole = Value(None, merge(value.taints, self.deep_taints(value)))
        for position, each in enumerate(items):
            found = known[position] if position < len(known) else rest or whole
            if isinstance(each, Starred):
                self.assign(
                    each.value, self.allocate(Items("list", (), joined(known[position:], rest) or whole))
                )
            else:
                self._matches(each, found)

    def _clause_alone(self, compound: Compound) -> None:
        self.suite(compound.clauses[0].suite)


_STATEMENTS: dict[type, Callable[[Activation, Any], None]] = {
    Assign: Activation._assign_statement,
    Return: Activation._return,
    Raise: Activation._raise,
    Evaluate: Activation._evaluate,
    Assertion: Activation._assertion,
    Delete: Activation._delete,
    Jump: Activation._jump,
    Define: Activation._define,
    Import: Activation._import,
    Compound: Activation._compound,
}
_COMPOUNDS: dict[str, Callable[[Activation, Compound], None]] = {
    "if": Activation._if,
    "for": Activation._for,
    "while": Activation._while,
    "with": Activation._with,
    "try": Activation._try,
    "case": Activation._match,
    "else": Activation._clause_alone,
    "except": Activation._clause_alone,
    "finally": Activation._clause_alone,
    "body": Activation._clause_alone,
}


def _about(element: Value, state: State) -> Marks:
    """What a turn has proved of the items of a loop; it holds as well where there are none."""
    ways = [(each.root, each.way) for each in element.taints]
    proved = [
        (root, way, mask)
        for root, way, mask in state.proofs()
        if any(root == mine and way[: len(items)] == items for mine, items in ways)
    ]
    return checks.of_whole(tuple(proved))
