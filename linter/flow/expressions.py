"""Values of expressions, in the state at hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from linter.facts.expressions import (
    Attr,
    Binary,
    Choice,
    Comprehension,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
    Template,
)
from linter.flow import checks, folding
from linter.flow.arithmetic import computed
from linter.flow.heap import (
    Entries,
    Instance,
    Items,
    joined,
    maybe_join,
)
from linter.flow.kinds import BITS, LOOSE, lacking
from linter.flow.library import sets
from linter.flow.memory import UNROLLED, Memory
from linter.flow.sources.tables import is_opaque
from linter.flow.state import State
from linter.flow.state import joined as joined_states
from linter.flow.values import (
    A_BOOL,
    A_NUMBER,
    A_STRING,
    NONE,
    STRING,
    UNKNOWN,
    Bounds,
    ClassRef,
    Const,
    Either,
    FunctionRef,
    Lambda,
    Marks,
    Named,
    Obj,
    Shape,
    Step,
    Taints,
    Text,
    TypeRef,
    Value,
    const_of,
    constant,
    is_hidden,
    is_text,
    join,
    marked,
    merge,
    shared,
    text,
)
from linter.resolve.definitions import Function

if TYPE_CHECKING:
    from linter.flow.engine import Engine

_DEEP = 180
_SIMPLE = (Constant, Ref, Binary)
_NEVER_NONE = (Obj, Text, TypeRef, ClassRef, FunctionRef, Lambda)
_ESCAPING = Named("markupsafe.Markup")
"""A text that escapes what is put into it."""
_MATCH = Named("re.Match")
_NEVER_THINGS = (A_BOOL.shape, A_NUMBER.shape, STRING)


class Expressions(Memory):
    """Evaluates expressions of one function in one activation of it.

    `alive` turns False where the program cannot get past a call.
    """

    def __init__(self, engine: Engine, function: Function, state: State) -> None:
        super().__init__(engine, function, state)
        self.alive = True
        self._depth = 0

    # Entry

    def eval(self, expr: Expr) -> Value:
        """The value of an expression; what it does is done to the state."""
        self.engine.spend()
        self._depth += 1
        if self._depth > _DEEP:
            self._depth -= 1
            return UNKNOWN
        value = _HANDLERS[type(expr)](self, expr)
        self._depth -= 1
        return value

    def step(self, before: Step | None, what: str) -> Step:
        """One more step of a way, at the place at hand."""
        return Step(self.function, self.span, what, before, before.length + 1 if before else 1)

    # Names

    def _ref(self, expr: Ref) -> Value:
        name = expr.name
        if name[0] != "$":
            return self.engine.globals.value(self, name)  # type: ignore[arg-type]
        parts = name[1:].split(".")
        value = self.local(parts[0])
        for each in parts[1:]:
            value = self.attribute(value, each)
        return value

    def local(self, name: str) -> Value:
        """The value of a local name, of this function or one around it."""
        found = self.state.names.get(name)
        if found is None:
            found = self.engine.globals.outer(self.function, name)
        return found

    def attribute(self, value: Value, name: str) -> Value:
        """`value.name`."""
        raise NotImplementedError

    def call(self, index: int) -> Value:
        """The value of a call of this function's scope."""
        raise NotImplementedError

    def assign(self, target: Expr, value: Value) -> None:
        """Bind a target to a value."""
        raise NotImplementedError

    def resolve(self, value: Value) -> Value:
        """The value, with what a read of a local function must capture."""
        raise NotImplementedError

    # Constants, strings, displays

    def _constant(self, expr: Constant) -> Value:
        return Value(Const(expr.value))

    def _binary(self, expr: Binary) -> Value:
        return Value(Const(expr.value))

    def _template(self, expr: Template) -> Value:
        values = [self.eval(each) for each in expr.parts]
        values = [
            (self.shown(each, "__format__") or self.shown(each) or each) if type(each.shape) is Obj else each
            for each in values
        ]
        for position in expr.quoted:
            value = values[position]
            if not is_hidden(value):
                values[position] = Value(STRING, marked(self.deep_taints(value), lacking("\r\n")))
        return self.concatenated(values)

    def shown(self, value: Value, how: str = "__str__") -> Value | None:
        """What an instance of the project's classes is written as; None where its class does not say."""
        record = self.record(value)
        if type(record) is not Instance:
            return None
        found = self.engine.project.member(record.cls, how)
        if found is None or not isinstance(found.target, Function):
            return None
        given = [A_STRING] if how == "__format__" else []
        made = self.engine.call(self, Value(FunctionRef(found.target, None, value)), given)  # type: ignore[arg-type]
        return made if is_text(made.shape) else Value(STRING, self.deep_taints(made))

    def concatenated(self, values: list[Value]) -> Value:
        """The string that values put one after the other make."""
        taints: Taints = ()
        parts: list[str | Value] = []
        for each in values:
            inner = self.written(each)
            taints = merge(taints, inner)
            parts.append(each if inner is each.taints else Value(None, inner))
        return Value(text(parts), taints)

    def written(self, value: Value) -> Taints:
        """The taints of a value that becomes a text."""
        shape = value.shape
        taints = self.deep_taints(value) if type(shape) is Obj else value.taints
        if not taints or type(shape) is not Named:
            return taints
        if is_hidden(value):
            return ()
        # How an instance of an unknown class is written is for the class to say.
        return self.loosened(taints) if is_opaque(f"{shape.name}.__str__") else taints

    def _sequence(self, expr: Sequence) -> Value:
        return self.allocate(self._display(expr.kind, expr.items))

    def _display(self, kind: str, items: tuple[Expr, ...]) -> Items:
        found: list[Value] = []
        rest: Value | None = None
        for each in items:
            if type(each) is Starred:
                known, more = self.elements(self.eval(each.value))
            else:
                known, more = [self.eval(each)], None
            if rest is None:
                found += known
            else:
                rest = joined(known, rest)
            rest = maybe_join(rest, more)
        if len(found) > UNROLLED * 4:
            rest = joined(found[UNROLLED * 4 :], rest)
            found = found[: UNROLLED * 4]
        return Items(kind, tuple(found), rest)

    def _mapping(self, expr: Mapping) -> Value:
        record = Entries({})
        for key, value in zip(expr.keys, expr.values, strict=True):
            if key is None:
                record = self.updated(record, self.eval(value))
            else:
                name = self.eval(key)
                record = self.with_key(record, name, self.eval(value))
        return self.allocate(record)

    def _starred(self, expr: Starred) -> Value:
        return self.eval(expr.value)

    # Attributes and items

    def _attr(self, expr: Attr) -> Value:
        return self.attribute(self.eval(expr.base), expr.name)

    def _item(self, expr: Item) -> Value:
        base = self.eval(expr.base)
        return self.item(base, self.eval(expr.key), expr.key)

    def item(self, base: Value, key: Value, written: Expr | None = None) -> Value:
        """`base[key]`."""
        raise NotImplementedError

    # Operators

    def _operation(self, expr: Operation) -> Value:
        symbol, operands = expr.operator, expr.operands
        special = _SPECIAL.get(symbol)
        if special is not None:
            return special(self, operands)
        if symbol in folding.COMPARISONS and len(operands) == 2:
            return self.compare(symbol, self.eval(operands[0]), self.eval(operands[1]))
        values = [self.eval(each) for each in operands]
        if len(values) == 1:
            return self._unary(symbol, values[0])
        found = values[0] if values else UNKNOWN
        for each in values[1:]:
            found = self.operate(symbol, found, each)
        return found

    def _unary(self, symbol: str, value: Value) -> Value:
        known = const_of(value)
        found = ... if known is ... else folding.unary(symbol, known)
        return A_NUMBER if found is ... else constant(found)

    def _not(self, operands: tuple[Expr, ...]) -> Value:
        value = self.eval(operands[0])
        known = self.truth(value)
        return Value(
            A_BOOL.shape if known is None else Const(not known), (), refuted(operands[0], value), value.yes
        )

    def operate(self, symbol: str, left: Value, right: Value) -> Value:
        """`left symbol right` for arithmetic and strings."""
        one, other = const_of(left), const_of(right)
        if one is not ... and other is not ...:
            found = folding.binary(symbol, one, other)
            if found is not ...:
                return constant(found)
        if symbol == "+":
            return self._plus(left, right)
        if symbol == "%" and left.shape == _ESCAPING:
            return Value(_ESCAPING, merge(left.taints, marked(self.deep_taints(right), BITS["xss"])))
        formats = is_text(left.shape) or isinstance(one, (str, bytes)) or left.taints or is_text(right.shape)
        if symbol == "%" and left.shape != A_NUMBER.shape and (formats or self.record(right) is not None):
            return self.engine.strings.percent(self, left, right)  # type: ignore[arg-type]
        if symbol == "/" and not (left.shape == A_NUMBER.shape or isinstance(one, (int, float))):
            return self.engine.paths.joined(self, [left, right])
        if symbol == "|":
            record, more = self.record(left), self.record(right)
            if type(record) is Entries and type(more) is Entries:
                return self.allocate(self.updated(record, right))
        if symbol in sets.OPERATORS:
            found = sets.combined(self, sets.OPERATORS[symbol], left, right)
            if found is not None:
                return found
        return computed(self, symbol, left, right)

    def _plus(self, left: Value, right: Value) -> Value:
        one, other = self.record(left), self.record(right)
        if type(one) is Items:
            if type(other) is Items:
                if one.rest is None:
                    return self.allocate(Items(one.kind, one.items + other.items, other.rest))
                rest = joined([*other.items], one.rest, other.rest)
                return self.allocate(Items(one.kind, one.items, rest))
            rest = joined([self.any_element(right)], one.rest)
            return self.allocate(Items(one.kind, one.items, rest))
        if is_text(left.shape) or is_text(right.shape):
            return self.concatenated([left, right])
        taints = merge(self.deep_taints(left), self.deep_taints(right))
        if not taints:
            return UNKNOWN
        if self._is_number(left) or self._is_number(right):
            return Value(None, taints)
        # Neither is known to be a string, and one is tainted: its place among the pieces counts.
        return Value(text([left, right]), taints)

    def _is_number(self, value: Value) -> bool:
        known = const_of(value)
        return isinstance(known, (int, float)) or value.shape == A_NUMBER.shape

    def compare(self, symbol: str, left: Value, right: Value) -> Value:
        """A comparison, and what it proves."""
        one, other = const_of(left), const_of(right)
        if one is not ... and other is not ...:
            found = folding.binary(symbol, one, other)
            if found is not ...:
                return constant(found)
        yes: Marks = ()
        no: Marks = ()
        if symbol in ("in", "not in"):
            known = self._contains(left, right)
            if known is not None:
                return constant(known == (symbol == "in"))
            yes, no = checks.membership(left, right, self._choices(right))
        elif symbol in ("==", "!=", "is", "is not"):
            if other is None and self._is_something(left):
                return constant(symbol in ("!=", "is not"))
            if other is None and (self._is_thing(left) or _is_none_or_true(left.shape)):
                yes, no = left.no, left.yes
            # `None` is no choice that a caller makes: what is proved by it concerns the absent value only.
            if type(self.record(left)) is Items and type(self.record(right)) is Items:
                # Whatever equals a set of names has none but these.
                yes = self.subset(left, right)
            elif one is not None and other is not None:
                yes, no = checks.equality(left, right)
        elif symbol == "<=" and self._choices(left) is not None and self._choices(right) is not None:
            yes = self.subset(left, right)
        elif symbol in ("<", "<=", ">", ">="):
            yes, no = checks.limits(left, right, symbol)
        if isinstance(other, int) and not left.taints and (left.yes or left.no):
            yes, no = checks.counted(left, symbol, other)
        if symbol in ("not in", "!=", "is not"):
            yes, no = no, yes
        return Value(A_BOOL.shape, (), yes, no)

    def _is_thing(self, value: Value) -> bool:
        """Whether a value is a match, a row or the like: a test for None asks for its truth."""
        shape = value.shape
        if shape == _MATCH:
            return True
        if value.taints or not (value.yes or value.no):
            return False
        shapes = shape.shapes if type(shape) is Either else (shape,)
        return not any(
            is_text(each) or each in _NEVER_THINGS or type(self.record(Value(each))) is Items
            for each in shapes
        )

    def _is_something(self, value: Value) -> bool:
        return type(value.shape) in _NEVER_NONE and not value.taints

    def _contains(self, value: Value, container: Value) -> bool | None:
        known = const_of(value)
        record = self.record(container)
        if known is ... or record is None:
            return None
        if type(record) is Items and record.rest is None:
            items = [const_of(each) for each in record.items]
            return True if known in items else None if ... in items else False
        if type(record) is Entries and record.keys is None and record.rest is None:
            return known in record.entries
        return None

    def subset(self, left: Value, right: Value) -> Marks:
        """What it proves of the items of a set that all of them are in another one."""
        known, rest = self.elements(left)
        choices = self._choices(right)
        items = known if rest is None else [*known, rest]
        proved = checks.union(*[checks.membership(each, right, choices)[0] for each in items])
        return checks.of_keys(checks.of_whole(proved))

    def _choices(self, container: Value) -> tuple[Value, ...] | None:
        record = self.record(container)
        if type(record) is Items:
            return record.items if record.rest is None else (*record.items, record.rest)
        if type(record) is Entries:
            keys = tuple(constant(key) for key in record.entries)
            return keys if record.keys is None else (*keys, record.keys)
        if container.taints or type(container.shape) is Const or is_text(container.shape):
            return None
        # A collection of the program's own, whatever is in it.
        return ()

    def truth(self, value: Value) -> bool | None:
        """Whether a value is true, if that is known."""
        shape = value.shape
        if type(shape) is Const:
            return folding.truth(shape.value)
        if type(shape) is Text:
            return True if any(isinstance(each, str) for each in shape.parts) else None
        if type(shape) in (ClassRef, FunctionRef):
            return True
        if type(shape) is Either:
            verdicts = {self.truth(Value(each)) for each in shape.shapes}
            return verdicts.pop() if len(verdicts) == 1 else None
        record = self.record(value)
        if type(record) is Items:
            return True if record.items else None if record.rest is not None else False
        if type(record) is Entries and record.entries and record.rest is None:
            return True
        return None

    # Operators that steer

    def _boolean(self, operands: tuple[Expr, ...], conjunction: bool) -> Value:
        value = self._operand(operands[0], conjunction)
        for each in operands[1:]:
            known = self.truth(value)
            if known is not None and known is not conjunction:
                return value
            if known is not None:
                self.state.prove(value.yes if conjunction else value.no)
                value = self._operand(each, conjunction)
                continue
            if type(each) in _SIMPLE and not value.yes and not value.no:
                value = self._one_of(value, self._operand(each, conjunction), conjunction)
                continue
            before = self.state.fork()
            self.state.prove(value.yes if conjunction else checks.if_empty(value))
            right = self._operand(each, conjunction)
            left = value
            before.prove(value.no if conjunction else value.yes)
            left = before.proved_value(value, value.no if conjunction else value.yes)
            if not self.alive:
                self.alive = True
                self.state.become(before)
                value = left
                continue
            met = joined_states([self.state, before])
            assert met is not None
            self.state.become(met)
            value = self._one_of(left, right, conjunction)
        return value

    def _operand(self, expr: Expr, conjunction: bool) -> Value:
        value = self.eval(expr)
        if not (conjunction and value.taints):
            return value
        return Value(value.shape, value.taints, value.yes, refuted(expr, value))

    def _one_of(self, left: Value, right: Value, conjunction: bool) -> Value:
        if conjunction:
            yes, no = checks.union(left.yes, right.yes), shared(left.no, right.no)
            no = checks.union(no, checks.in_part(left, right), checks.in_part(right, left))
            shapes = right.shape if right.shape == left.shape else None
            if left.shape == A_BOOL.shape and right.shape == A_BOOL.shape:
                shapes = A_BOOL.shape
            # What is false holds nothing: no text, no number but zero.
            return Value(shapes if shapes is not None else right.shape, right.taints, yes, no)
        met = join(left, right)
        return Value(met.shape, met.taints, shared(left.yes, right.yes), checks.union(left.no, right.no))

    def _and(self, operands: tuple[Expr, ...]) -> Value:
        return self._boolean(operands, True)

    def _or(self, operands: tuple[Expr, ...]) -> Value:
        return self._boolean(operands, False)

    def _choice(self, expr: Choice) -> Value:
        test = self.eval(expr.test)
        known = self.truth(test)
        if known is not None:
            self.state.prove(test.yes if known else test.no)
            return self.eval(expr.then if known else expr.otherwise)
        other = self.state.fork()
        mine = self.state
        mine.prove(test.yes)
        then = self.eval(expr.then)
        lives, self.alive = self.alive, True
        self.state = other
        other.prove(refuted(expr.test, test))
        otherwise = self.eval(expr.otherwise)
        states = [mine if lives else None, other if self.alive else None]
        values = [each for each, state in zip((then, otherwise), states, strict=True) if state is not None]
        met = joined_states(states)
        if met is None:
            self.alive = False
            return UNKNOWN
        self.alive = True
        self.state = met
        if len(values) == 1:
            return values[0]
        found = join(values[0], values[1])
        if type(otherwise.shape) is Const and not otherwise.shape.value:
            # It is true only where the test holds.
            return Value(found.shape, found.taints, checks.union(found.yes, test.yes), found.no)
        return found

    def _walrus(self, operands: tuple[Expr, ...]) -> Value:
        value = self.eval(operands[1])
        self.assign(operands[0], value)
        return value

    def _await(self, operands: tuple[Expr, ...]) -> Value:
        return self.eval(operands[0])

    def _yield(self, operands: tuple[Expr, ...]) -> Value:
        if operands:
            inner = operands[0]
            if type(inner) is Starred:
                self.yielded(*self.elements(self.eval(inner.value)))
            else:
                self.yielded([self.eval(inner)], None)
        else:
            self.yielded([NONE], None)
        return UNKNOWN

    def _lambda(self, operands: tuple[Expr, ...]) -> Value:
        from linter.flow.closures import lambda_of

        return lambda_of(self, operands)

    def _slice(self, operands: tuple[Expr, ...]) -> Value:
        bounds = [const_of(self.eval(each)) for each in operands]
        if ... in bounds or not all(each is None or isinstance(each, int) for each in bounds):
            return Value(Named("slice"))
        return constant(Bounds(*bounds))  # type: ignore[arg-type]

    def _nothing(self, operands: tuple[Expr, ...]) -> Value:
        return UNKNOWN

    def _result(self, expr: Result) -> Value:
        return self.call(expr.call)

    def _comprehension(self, expr: Comprehension) -> Value:
        from linter.flow.comprehensions import comprehended

        return comprehended(self, expr)

    def loosened(self, taints: Taints) -> Taints:
        """Taints that went through code that cannot be seen."""
        return tuple([each._replace(safe=each.safe | LOOSE) for each in taints])


def _is_none_or_true(shape: Shape) -> bool:
    """Whether a value is one of a few constants of which only None is not true."""
    if type(shape) is not Either:
        return False
    return all(type(each) is Const and (each.value is None or bool(each.value)) for each in shape.shapes)


def refuted(test: Expr | None, value: Value) -> Marks:
    """What follows when a test fails. Of `a and b` nobody knows which one was not true."""
    conjunction = type(test) is Operation and test.operator == "and" and len(test.operands) > 1
    return value.no if conjunction else checks.if_empty(value)


_HANDLERS: dict[type, Callable[[Expressions, Any], Value]] = {
    Constant: Expressions._constant,
    Binary: Expressions._binary,
    Ref: Expressions._ref,
    Attr: Expressions._attr,
    Item: Expressions._item,
    Result: Expressions._result,
    Template: Expressions._template,
    Operation: Expressions._operation,
    Sequence: Expressions._sequence,
    Mapping: Expressions._mapping,
    Choice: Expressions._choice,
    Starred: Expressions._starred,
    Comprehension: Expressions._comprehension,
}
_SPECIAL: dict[str, Callable[[Expressions, tuple[Expr, ...]], Value]] = {
    "and": Expressions._and,
    "or": Expressions._or,
    "not": Expressions._not,
    ":=": Expressions._walrus,
    "await": Expressions._await,
    "yield": Expressions._yield,
    "lambda": Expressions._lambda,
    ":": Expressions._slice,
    "?": Expressions._nothing,
    "_": Expressions._nothing,
}
