"""Chains of method calls that build one query: `select(…).where(…).limit(…)`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from linter.facts.expressions import Attr, Expr, Item, Operation, Ref, Result, walk
from linter.facts.scopes import Assign, Call, Evaluate, Raise, Return
from linter.resolve.definitions import Definition

_LONGEST = 200
_CONDITIONS = frozenset({"filter", "exclude", "where", "in_", "Q"})
"""Calls that take a query for a part of another: such a part needs no order of its own."""


@dataclass(slots=True)
class Link:
    """One call of a chain: the method's name and the call; `index` is the call's place in the scope."""

    name: str
    call: Call
    index: int


@dataclass(slots=True)
class Chain:
    """One query in one scope.

    `links` are its calls in order, those of later statements on the same variable and those on the result of
    executing it included. `sliced` says that a part of the result is taken (`[:10]`); `cuts` are the parts,
    but for those that another query takes. `names` are the variables that hold it on the way; `closed` says
    that they hold nothing else.
    """

    holder: Definition
    links: list[Link]
    sliced: bool = False
    names: list[str] = field(default_factory=list)
    cuts: list[Expr] = field(default_factory=list)
    closed: bool = True

    @property
    def first(self) -> Call:
        """The call that begins the chain."""
        return self.links[0].call

    @property
    def last(self) -> Call:
        """The call that runs the query, as far as can be seen."""
        return self.links[-1].call

    def named(self, *names: str) -> Iterator[Link]:
        """The links with one of these names."""
        return (link for link in self.links if link.name in names)

    def has(self, *names: str) -> bool:
        """Whether a link has one of these names."""
        return any(link.name in names for link in self.links)


class ScopeCalls:
    """How the calls of one scope hang together."""

    def __init__(self, holder: Definition, executes: frozenset[str]) -> None:
        self.holder = holder
        self.executes = executes
        self._next: dict[int, int] = {}
        self._taken_by: dict[int, int] = {}
        self._on_name: dict[str, list[int]] = {}
        self._given: dict[str, list[int]] = {}
        for index, call in enumerate(holder.scope.calls):
            self._note(index, call)
        self._variables: dict[int, str] = {}
        self._cuts_of_calls: dict[int, list[Expr]] = {}
        self._cuts_of_names: dict[str, list[Expr]] = {}
        self._sliced: set[int] = set()
        self._sliced_names: set[str] = set()
        self._statements()

    def _note(self, index: int, call: Call) -> None:
        callee = call.callee
        if isinstance(callee, Attr) and isinstance(callee.base, Result):
            self._next[callee.base.call] = index
        elif isinstance(callee, Attr) and isinstance(callee.base, Operation):
            awaited = callee.base.operands
            if callee.base.operator == "await" and awaited and isinstance(awaited[0], Result):
                self._next[awaited[0].call] = index
        elif isinstance(callee, Ref) and callee.name[0] == "$" and callee.name.count(".") == 1:
            self._on_name.setdefault(callee.name.partition(".")[0], []).append(index)
        name = last_name(callee)
        if name in self.executes:
            for argument in call.args:
                if isinstance(argument, Result):
                    self._taken_by[argument.call] = index
                elif isinstance(argument, Ref) and argument.name[0] == "$" and "." not in argument.name:
                    self._given.setdefault(argument.name, []).append(index)

    def _statements(self) -> None:
        """Find calls that are assigned to a variable; calls and variables of which a slice is taken."""
        for statement in self.holder.scope.statements:
            value = statement.value if isinstance(statement, (Assign, Return, Evaluate)) else None
            if isinstance(statement, Raise) or value is None:
                continue
            if isinstance(statement, Assign) and len(statement.targets) == 1:
                target, inner = statement.targets[0], _awaited(value)
                if isinstance(inner, Result) and isinstance(target, Ref) and target.name[0] == "$":
                    self._variables[inner.call] = target.name
            self._find_slices(value)
        for call in self.holder.scope.calls:
            inner_query = last_name(call.callee) in _CONDITIONS
            for argument in (*call.args, *(each for _, each in call.keywords)):
                self._find_slices(argument, is_inner=inner_query)
            if isinstance(call.callee, Attr):
                self._find_slices(call.callee.base)
        for block in self.holder.scope.blocks:
            if block.subject is not None:
                self._find_slices(block.subject)

    def _find_slices(self, expr: Expr, *, is_inner: bool = False) -> None:
        for each in walk(expr):
            if not isinstance(each, Item):
                continue
            base = _awaited(each.base)
            if isinstance(base, Result):
                self._sliced.add(base.call)
                if not is_inner:
                    self._cuts_of_calls.setdefault(base.call, []).append(each.key)
            elif isinstance(base, Ref):
                self._sliced_names.add(base.name)
                if not is_inner:
                    self._cuts_of_names.setdefault(base.name, []).append(each.key)

    def chain(self, root: int, name: str, used: set[int]) -> Chain:
        """The chain that begins with the call `root`; `used` collects the calls that belong to it."""
        chain = Chain(self.holder, [])
        self._follow(root, name, chain, used)
        own = {link.index for link in chain.links}
        chain.closed = all(self._holds_only(name, own) for name in chain.names)
        return chain

    def _holds_only(self, variable: str, calls: set[int]) -> bool:
        """Whether a variable is never given anything but the results, or slices, of some calls."""
        for assign in self.holder.assignments.get(variable[1:], ()):
            value = None if assign.value is None else _awaited(assign.value)
            if isinstance(value, Item) and value.base == Ref(variable):
                continue
            base = _awaited(value.base) if isinstance(value, Item) else value
            if not isinstance(base, Result) or base.call not in calls or assign.operator is not None:
                return False
        return True

    def _follow(self, index: int, name: str, chain: Chain, used: set[int]) -> None:
        """Add a call and everything that is called on its value."""
        current: int | None = index
        while current is not None and current not in used and len(chain.links) < _LONGEST:
            used.add(current)
            call = self.holder.scope.calls[current]
            chain.links.append(Link(name, call, current))
            chain.sliced = chain.sliced or current in self._sliced
            chain.cuts += self._cuts_of_calls.get(current, ())
            variable = self._variables.get(current)
            if variable is not None:
                self._follow_variable(variable, current, chain, used)
            further = self._next.get(current)
            if further is None:
                further = self._taken_by.get(current)
            current = further
            if current is not None:
                name = last_name(self.holder.scope.calls[current].callee)

    def _follow_variable(self, variable: str, after: int, chain: Chain, used: set[int]) -> None:
        if variable in chain.names:
            return
        chain.names.append(variable)
        chain.sliced = chain.sliced or variable in self._sliced_names
        chain.cuts += self._cuts_of_names.get(variable, ())
        for index in sorted((*self._on_name.get(variable, ()), *self._given.get(variable, ()))):
            if index > after:
                self._follow(index, last_name(self.holder.scope.calls[index].callee), chain, used)


def branches(holder: Definition, expr: Expr) -> list[Expr]:
    """The conditions that `|` or `or_()` joins, of which one is enough; none for any other condition."""
    found: list[Expr] = []
    waiting = [expr]
    while waiting and len(found) < _LONGEST:
        each = waiting.pop()
        if isinstance(each, Operation) and each.operator == "|":
            waiting += reversed(each.operands)
        elif isinstance(each, Result) and last_name(holder.scope.calls[each.call].callee) == "or_":
            waiting += reversed(holder.scope.calls[each.call].args)
        else:
            found.append(each)
    return found if len(found) > 1 else []


def last_name(callee: Expr) -> str:
    """The last part of what is called."""
    if isinstance(callee, Ref):
        return callee.name.rpartition(".")[2].lstrip(":$")
    return callee.name if isinstance(callee, Attr) else ""


def comparisons(
    holder: Definition, expr: Expr, seen: Callable[[str, Expr, Expr | None], None], depth: int = 0
) -> None:
    """Report each comparison in a condition: operator or method, left side, right side.

    `&`, `|`, `and_()` and `or_()` are looked into; what is negated is not.
    """
    if depth > 20:
        return
    match expr:
        case Operation(operator="&" | "|" | "and" | "or", operands=operands):
            for operand in operands:
                comparisons(holder, operand, seen, depth + 1)
        case Operation(operator="==" | "<" | "<=" | ">" | ">=" as operator, operands=(left, right)):
            seen(operator, left, right)
        case Result(call=index):
            call = holder.scope.calls[index]
            name = last_name(call.callee)
            if name in ("and_", "or_", "Q"):
                for argument in call.args:
                    comparisons(holder, argument, seen, depth + 1)
            elif isinstance(call.callee, Ref) and "." in call.callee.name:
                receiver = Ref(call.callee.name.rpartition(".")[0])
                seen(name, receiver, call.args[0] if call.args else None)
            elif isinstance(call.callee, Attr):
                seen(name, call.callee.base, call.args[0] if call.args else None)
        case _:
            return


def _awaited(expr: Expr) -> Expr:
    if isinstance(expr, Operation) and expr.operator == "await" and expr.operands:
        return expr.operands[0]
    return expr
