"""Revisions of Alembic: the statements that each `upgrade` runs."""

from __future__ import annotations

from collections.abc import Iterable

from linter.backend import Backend, Verdict, is_test
from linter.facts.expressions import Attr, Expr, Ref, Result, Sequence, walk
from linter.facts.scopes import Block, Raise
from linter.facts.sql import SqlStatement
from linter.frameworks.alembic.environment import Environments
from linter.frameworks.alembic.operations import Operations, is_known
from linter.resolve.definitions import Function, Module
from linter.resolve.values import Made, Value, Values, bind
from linter.schema.migration import Migration, Step, made_up
from linter.schema.strings import SqlString, SqlStrings

_OP = "alembic.op."
_DEEP = 4
_TURNS = 500
"""Turns of loops over constants that are followed in one revision."""
_EXECUTES = frozenset({"execute", "exec_driver_sql", "executemany", "scalar", "scalars", "run_sync"})


def revisions(backend: Backend, strings: SqlStrings) -> list[Migration]:
    """All revisions of the project, in no particular order."""
    values = Values(backend.project)
    operations = Operations(values)
    environments = Environments(backend)
    found: list[Migration] = []
    for path, module in backend.project.modules.items():
        revision = _revision(values, module)
        upgrade = module.by_qualname.get("upgrade")
        if revision is None or is_test(path) or not isinstance(upgrade, Function):
            continue
        migration = Migration(revision, path, _before(values, module), (path,))
        migration.location, migration.body = upgrade.location, upgrade
        migration.reversible = _reversible(values, module)
        migration.label = _label(values, module)
        migration.shares = environments.shares_transaction(path)
        outside = environments.has_no_transaction(path)
        _Upgrade(values, operations, strings, migration, outside=outside).run(upgrade)
        found.append(migration)
    return found


def _revision(values: Values, module: Module) -> str | None:
    if "revision" not in module.bindings or "down_revision" not in module.bindings:
        return None
    return values.text(Value(module.functions[0], Ref(":revision")))


def _before(values: Values, module: Module) -> tuple[str, ...]:
    """The revisions that must have run: `down_revision` and `depends_on`, one or several."""
    found: list[str] = []
    for name in (":down_revision", ":depends_on"):
        if name[1:] not in module.bindings:
            continue
        value = Value(module.functions[0], Ref(name))
        text = values.text(value)
        found += [text] if text else values.texts(value) or ()
    return tuple(found)


def _label(values: Values, module: Module) -> str:
    if "branch_labels" not in module.bindings:
        return ""
    value = Value(module.functions[0], Ref(":branch_labels"))
    return values.text(value) or ",".join(values.texts(value) or ())


def _reversible(values: Values, module: Module) -> Verdict:
    """Whether `downgrade` does anything; one that only raises or passes does not."""
    downgrade = module.by_qualname.get("downgrade")
    if not isinstance(downgrade, Function):
        return Verdict.NO
    raised = {
        each.call
        for statement in downgrade.scope.statements
        if isinstance(statement, Raise) and statement.exception is not None
        for each in walk(statement.exception)
        if isinstance(each, Result)
    }
    return Verdict.YES if len(downgrade.scope.calls) > len(raised) else Verdict.NO


class _Upgrade:
    """Follows one `upgrade` function."""

    def __init__(
        self,
        values: Values,
        operations: Operations,
        strings: SqlStrings,
        migration: Migration,
        *,
        outside: bool = False,
    ) -> None:
        self.values = values
        self.operations = operations
        self.strings = strings
        self.migration = migration
        self._inside: list[int] = []
        self._used: set[int] = set()
        self._turns = 0
        self._outside = outside

    def run(self, function: Function, bound: dict[str, Value] | None = None) -> None:
        """Add the statements of a function, and of the project's functions that it calls."""
        if len(self._inside) > _DEEP or id(function) in self._inside:
            return
        self._inside.append(id(function))
        self._calls(function, range(len(function.scope.calls)), bound or {}, 0)
        self._inside.pop()

    def _calls(self, function: Function, indices: Iterable[int], bound: dict[str, Value], block: int) -> None:
        """Follow calls that stand in `block`; those of a loop over constants once for each turn."""
        pending = list(indices)
        while pending:
            index = pending[0]
            loop = self._loop(function, function.scope.calls[index].block, block, bound)
            if loop is None:
                pending.pop(0)
                self._call(function, index, bound)
                continue
            inner, name, items = loop
            inside = [each for each in pending if _within(function, function.scope.calls[each].block, inner)]
            pending = [each for each in pending if each not in inside]
            for item in items:
                self._turns += 1
                if self._turns > _TURNS:
                    break
                self._calls(function, inside, {**bound, name: item}, inner)

    def _loop(
        self, function: Function, block: int, outer: int, bound: dict[str, Value]
    ) -> tuple[int, str, list[Value]] | None:
        """The outermost loop over a readable list between a block and one around it."""
        found: tuple[int, str, list[Value]] | None = None
        while block and block != outer:
            current = function.scope.blocks[block]
            if current.kind == "for" and current.subject is not None and len(current.targets) == 1:
                target = current.targets[0]
                items = self.values.items(Value(function, current.subject, bound))
                if items is not None and isinstance(target, Ref):
                    found = (block, target.name[1:], items)
            block = current.parent
        return found

    def _call(self, function: Function, index: int, bound: dict[str, Value]) -> None:
        value = Value(function, Result(index), bound)
        made = self.values.made(value)
        if made is None:
            return
        batch = self._batch(function, made.call.callee, made.call.block, bound)
        if batch is not None:
            table, name = batch
        elif made.name.startswith(_OP):
            table, name = None, made.name[len(_OP) :]
        else:
            self._other_call(function, index, made)
            return
        if name == "execute":
            self._execute(function, index)
            return
        if not is_known(name) and "." not in name:
            self._add(function, index, SqlStatement("", "", made.call.span, understood=False))
        for actions in self.operations.read(name, made, table):
            facts = made_up(actions, made.call.span, function.index, index)
            self._add(function, index, facts)

    def _other_call(self, function: Function, index: int, made: Made) -> None:
        if isinstance(made.callee.target, Function):
            self.run(made.callee.target, bind(made.callee.target, made))
        elif made.name.rpartition(".")[2] in _EXECUTES:
            self._execute(function, index)

    def _execute(self, function: Function, index: int) -> None:
        for found in self.strings.of_call(function, index):
            self._add_string(function, index, found)

    def _add_string(self, function: Function, index: int, found: SqlString) -> None:
        if id(found.statement) in self._used:
            return
        self._used.add(id(found.statement))
        location = found.holder.module.locate(found.statement.span)
        in_transaction = self._transaction(function, index)
        reversible = self.migration.reversible
        step = Step(found.statement, location, function.name, function, in_transaction, reversible)
        self.migration.steps.append(step)
        if found.statement.transaction:
            # A COMMIT that is sent as text ends Alembic's transaction, and none begins behind it.
            self._outside = found.statement.transaction != "begin"

    def _add(self, function: Function, index: int, facts: SqlStatement) -> None:
        location = function.module.locate(facts.span)
        in_transaction = self._transaction(function, index)
        reversible = self.migration.reversible
        step = Step(facts, location, function.name, function, in_transaction, reversible, derived=True)
        self.migration.steps.append(step)

    def _batch(
        self, function: Function, callee: Expr, block: int, bound: dict[str, Value]
    ) -> tuple[str | None, str] | None:
        """The table and the operation of a call on what `with op.batch_alter_table(…) as` binds."""
        if not isinstance(callee, Ref) or callee.name[0] != "$" or callee.name.count(".") != 1:
            return None
        variable, _, name = callee.name.partition(".")
        for each in _around(function, block):
            if each.kind != "with" or not isinstance(each.subject, Sequence):
                continue
            for target, manager in zip(each.targets, each.subject.items, strict=False):
                if isinstance(target, Ref) and target.name == variable:
                    made = self.values.made(Value(function, manager, bound))
                    if made is not None and made.name == _OP + "batch_alter_table":
                        return self._batch_table(made.argument(0, "table_name"), made.keyword("schema")), name
        return None

    def _batch_table(self, name: Value | None, schema: Value | None) -> str:
        table = self.values.text(name) or ""
        prefix = self.values.text(schema)
        return f"{prefix}.{table}" if prefix else table

    def _transaction(self, function: Function, index: int) -> Verdict:
        """Alembic wraps revisions in a transaction, `autocommit_block` aside."""
        for block in _around(function, function.scope.calls[index].block):
            if block.kind != "with" or block.subject is None:
                continue
            for each in walk(block.subject):
                if isinstance(each, Result) and _is_named(function, each, "autocommit_block"):
                    return Verdict.NO
        return Verdict.NO if self._outside else Verdict.YES


def _is_named(function: Function, call: Result, name: str) -> bool:
    callee = function.scope.calls[call.call].callee
    if isinstance(callee, Attr):
        return callee.name == name
    return isinstance(callee, Ref) and callee.name.rpartition(".")[2] == name


def _around(function: Function, block: int) -> list[Block]:
    """The blocks around a place, innermost first."""
    found: list[Block] = []
    while block:
        found.append(function.scope.blocks[block])
        block = function.scope.blocks[block].parent
    return found


def _within(function: Function, block: int, outer: int) -> bool:
    while block and block != outer:
        block = function.scope.blocks[block].parent
    return block == outer
