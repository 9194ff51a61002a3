"""What an account may do: the columns of accounts that refusals hang on, and the guards that ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.ownership import expressions_of, ownership_of
from linter.backend.routes import Verdict
from linter.facts.expressions import Attr, Constant, Expr, Operation, Ref, Result, Sequence, walk
from linter.facts.scopes import Raise, Return
from linter.guards import refusals_of
from linter.resolve.definitions import Class, Definition, Function

if TYPE_CHECKING:
    from linter.backend import Backend, Route
    from linter.finding import Location

_COMPARISONS = frozenset({"==", "!=", "in", "not in", "<", "<=", ">", ">=", "is", "is not"})
_DEPTH = 3
_FORBIDDEN = 403
_EVERYONE = 0.8
"""A column that so many guarded routes ask for tells who has an account, not what it may do."""
_OF_DJANGO = {
    "django.contrib.auth.models.AbstractUser": ("is_staff", "is_superuser"),
    "django.contrib.auth.models.PermissionsMixin": ("is_superuser",),
}
"""What Django's own admin and permissions ask of an account."""


class Privilege(NamedTuple):
    """A column of accounts, and the place where a refusal hangs on it."""

    table: str
    column: str
    location: Location
    reader: str


@lru_cache(maxsize=1)
def privileges_of(backend: Backend) -> Privileges:
    """What the accounts of a backend are told apart by."""
    return Privileges(backend)


class Privileges:
    """Answers for the tables and routes of one backend."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._project = backend.project
        self._refusals = refusals_of(backend.project)
        self._ownership = ownership_of(backend)
        self._accounts = [
            table for table in backend.tables.values() if table.name in self._ownership.accounts
        ]
        self._names = {
            name: table.name
            for table in self._accounts
            for name, column in table.columns.items()
            if not column.primary_key
        }
        self._read: dict[int, frozenset[str]] = {}
        self._resolvers = {id(route.function) for route in backend.routes if route.is_graphql}
        self.columns = {(each.table, each.column): each for each in self._find()}
        common = self._asked_of_everyone()
        self.columns = {key: each for key, each in self.columns.items() if each.column not in common}

    def asks_for_more(self, route: Route) -> bool | None:
        """Whether a guard of a route, or its handler, asks for more than an account; None when unknown."""
        unknown = False
        names = {column for _, column in self.columns}
        for guard in route.guards:
            if guard.kind == "authorization" and guard.verdict is not Verdict.NO:
                return True
            if guard.kind in ("csrf", "rate-limit") or guard.name == route.handler:
                continue
            if guard.verdict is Verdict.UNKNOWN:
                unknown = True
            definition = self._project.by_id(guard.name)
            if not names.isdisjoint(self._asked_by(definition)) or self._forbids(definition):
                return True
        handler = route.function
        if handler is not None and not names.isdisjoint(self._asked_by(handler)):
            return True
        return None if unknown or not route.complete else False

    def _forbids(self, definition: Definition | None) -> bool:
        """Whether a guard itself refuses callers whom it knows: with 403."""
        return isinstance(definition, Function) and any(
            each.status == _FORBIDDEN and each.call is None for each in self._refusals.refusals(definition)
        )

    def _asked_of_everyone(self) -> frozenset[str]:
        guarded = [route for route in self._backend.routes if route.authenticated is Verdict.YES]
        counts: dict[str, int] = {}
        for route in guarded:
            asked: set[str] = set()
            for guard in route.guards:
                asked |= self._asked_by(self._project.by_id(guard.name))
            for name in asked:
                counts[name] = counts.get(name, 0) + 1
        return frozenset(name for name, count in counts.items() if count >= _EVERYONE * len(guarded))

    # What is asked

    def _asked_by(self, definition: Definition | None, depth: int = 0) -> frozenset[str]:
        """Names of account columns that a function, or a method of a class, looks at."""
        if isinstance(definition, Class):
            methods = definition.methods.values()
            return frozenset().union(*(self._asked_by(each, depth) for each in methods))
        if not isinstance(definition, Function) or definition.is_module:
            return frozenset()
        found = self._read.get(id(definition))
        if found is None:
            self._read[id(definition)] = frozenset()
            found = self._read[id(definition)] = frozenset(self._find_asked(definition, depth))
        return found

    def _find_asked(self, function: Function, depth: int) -> Iterator[str]:
        # Whose attribute it is does not matter here: what looks at such a column may well guard it.
        for expr in expressions_of(function):
            for each in walk(expr):
                name = each.name.rpartition(".")[2] if isinstance(each, (Ref, Attr)) else ""
                if name in self._names and not (isinstance(each, Ref) and "." not in each.name):
                    yield name
                else:
                    yield from self._columns_read(function, each)
        for child in function.children.values():
            yield from self._asked_by(child, depth)
        for call in function.scope.calls if depth < _DEPTH else ():
            target = self._project.callee(function, call).target
            if isinstance(target, Function):
                yield from self._asked_by(target, depth + 1)

    def _columns_read(self, holder: Function, expr: Expr) -> Iterator[str]:
        """Columns that an attribute of an account is, or that its property or method looks at."""
        name = expr.name.rpartition(".")[2] if isinstance(expr, (Ref, Attr)) else ""
        if isinstance(expr, Ref) and "." not in expr.name:
            return
        if name in self._names:
            base = expr.base if isinstance(expr, Attr) else Ref(getattr(expr, "name", "").rpartition(".")[0])
            if self._is_account(holder, base):
                yield name
        elif isinstance(expr, Ref):
            target = self._project.reference(holder, expr.name).target
            if isinstance(target, Function) and self._is_of_account(target):
                for inner in expressions_of(target):
                    for each in walk(inner):
                        if isinstance(each, Ref) and each.name.startswith("$self."):
                            column = each.name.split(".")[1]
                            if column in self._names:
                                yield column

    def _is_of_account(self, function: Function) -> bool:
        return any(function.owner is not None and function.owner is table.owner for table in self._accounts)

    def _is_account(self, holder: Function, base: Expr) -> bool:
        if isinstance(base, Ref) and base.name == "$self":
            return self._is_of_account(holder)
        return self._ownership.is_caller(holder, base)

    # What refusals hang on

    def _find(self) -> Iterator[Privilege]:
        for table in self._accounts:
            owner = table.owner
            for name in () if owner is None else self._known(owner):
                if owner is not None and name in table.columns:
                    yield Privilege(table.name, name, owner.location, "Django")
        for function in self._backend.functions if self._names else ():
            if any(self._mentions(block.subject) for block in function.scope.blocks if block.subject):
                yield from self._refused_by(function)

    def _known(self, owner: Class) -> Iterator[str]:
        for base, names in _OF_DJANGO.items():
            if self._project.derives(owner, base):
                yield from names

    def _mentions(self, test: Expr) -> bool:
        """Whether a test has an attribute at all: a cheap look before a dear one."""
        return any(
            isinstance(each, (Attr, Result)) or (isinstance(each, Ref) and "." in each.name)
            for each in walk(test)
        )

    def _refused_by(self, function: Function) -> Iterator[Privilege]:
        blocks = function.scope.blocks
        wanted = {
            index: columns
            for index, block in enumerate(blocks)
            if block.kind == "if" and block.subject is not None
            if (columns := set(self._decisive(function, block.subject)))
        }
        if not wanted:
            return
        refused = {each.block for each in self._refusals.refusals(function)}
        if id(function) in self._resolvers:
            # GraphQL refuses by any error: there is no status.
            refused |= {each.block for each in function.scope.statements if isinstance(each, Raise)}
        for index, columns in wanted.items():
            if any(self._is_inside(function, block, index) for block in refused):
                place = function.module.locate(blocks[index].span)
                for column in sorted(columns):
                    yield Privilege(self._names[column], column, place, function.name)

    def _is_inside(self, function: Function, block: int, outer: int) -> bool:
        blocks = function.scope.blocks
        while block:
            if block == outer or (blocks[block].kind == "else" and blocks[block].opener == outer):
                return True
            block = blocks[block].parent
        return False

    def _decisive(self, function: Function, test: Expr) -> Iterator[str]:
        """Account columns that a test asks for by themselves, or compares with something fixed."""
        compared = {
            id(operand)
            for each in walk(test)
            if isinstance(each, Operation) and each.operator in _COMPARISONS and len(each.operands) == 2
            for operand, other in (each.operands, each.operands[::-1])
            if self._is_fixed(other)
        }
        for each in walk(test):
            for column in self._columns_read(function, each):
                kind = self._kind(column)
                is_property = isinstance(each, Ref) and not each.name.endswith("." + column)
                if kind.startswith("bool") or id(each) in compared or is_property:
                    yield column
            if isinstance(each, Result):
                call = function.scope.calls[each.call]
                target = self._project.callee(function, call).target
                if isinstance(target, Function) and any(
                    isinstance(statement, Return) for statement in target.scope.statements
                ):
                    yield from self._columns_read(function, call.callee)

    def _kind(self, column: str) -> str:
        table = self._backend.tables[self._names[column]]
        return table.columns[column].type

    def _is_fixed(self, expr: Expr) -> bool:
        if isinstance(expr, Sequence):
            return all(self._is_fixed(each) for each in expr.items)
        if isinstance(expr, Constant):
            return expr.value is not None
        return isinstance(expr, Ref) and expr.name[0] != "$"
