"""Migrations of Django: the statements that each one runs."""

from __future__ import annotations

from dataclasses import dataclass

from linter.backend import Backend, Verdict, is_test
from linter.facts.expressions import Constant, Result
from linter.facts.sql import SqlStatement
from linter.frameworks.django.apps import KEY_TYPES, Apps
from linter.frameworks.django.operations import Operations, is_known
from linter.frameworks.django.state import State
from linter.resolve.definitions import Class, Function
from linter.resolve.values import Made, Value, Values
from linter.schema.migration import Migration, Step, made_up
from linter.schema.strings import SqlStrings
from linter.schema.timeline import in_order

_MIGRATION = "django.db.migrations.Migration"
_EXECUTES = frozenset({"execute", "executemany", "executescript", "raw"})


def migrations(backend: Backend, strings: SqlStrings) -> list[Migration]:
    """All migrations of the project in the order in which they run; squashed copies are left out."""
    values = Values(backend.project)
    apps = Apps(backend, values)
    sources = _sources(backend, values, apps)
    key_type = KEY_TYPES.get(apps.default_key, "integer")
    reader = _Reader(values, strings, State(values, apps.user_model, key_type))
    for migration in in_order(sources[name].migration for name in sorted(sources)):
        reader.read(sources[migration.name])
    return in_order(source.migration for source in sources.values())


@dataclass(slots=True)
class _Source:
    """A migration's class and the app that it belongs to."""

    cls: Class
    app: str
    migration: Migration
    replaces: tuple[str, ...]
    atomic: bool


def _sources(backend: Backend, values: Values, apps: Apps) -> dict[str, _Source]:
    found: dict[str, _Source] = {}
    for path, module in backend.project.modules.items():
        cls = module.by_qualname.get("Migration")
        if not isinstance(cls, Class) or is_test(path) or "operations" not in cls.attributes:
            continue
        if not values.project.derives(cls, _MIGRATION):
            continue
        app = apps.label(module)
        name = path.rpartition("/")[2].removesuffix(".py")
        migration = Migration(f"{app}.{name}", path, _dependencies(values, cls, apps.user_model), (app, name))
        migration.location = cls.location
        atomic = values.flag(_attribute(cls, "atomic"), default=True)
        replaces = _names(values, cls, "replaces")
        # A squashed or first migration runs on a database that is set up from nothing.
        migration.fresh = bool(replaces) or values.flag(_attribute(cls, "initial"))
        found[migration.name] = _Source(cls, app, migration, replaces, atomic)
    return _without_copies(found)


def _without_copies(sources: dict[str, _Source]) -> dict[str, _Source]:
    """Leave out squashed migrations whose originals are all there; others stand for theirs."""
    stands_for: dict[str, str] = {}
    copies: dict[str, str] = {}
    for name, source in sources.items():
        if source.replaces:
            if all(each in sources for each in source.replaces):
                copies[name] = source.replaces[-1]
            else:
                stands_for |= dict.fromkeys(source.replaces, name)
    kept = {name: each for name, each in sources.items() if name not in copies and name not in stands_for}
    for name, source in kept.items():
        after = (copies.get(each, stands_for.get(each, each)) for each in _resolved(source, sources))
        source.migration.after = tuple(each for each in dict.fromkeys(after) if each != name)
    return kept


def _resolved(source: _Source, sources: dict[str, _Source]) -> list[str]:
    """The names that a migration depends on, with `__first__` and `__latest__` made plain."""
    found: list[str] = []
    for name in source.migration.after:
        app, _, which = name.partition(".")
        if which in ("__first__", "__latest__"):
            own = sorted(each for each in sources if each.startswith(app + "."))
            name = own[0 if which == "__first__" else -1] if own else name
        found.append(name)
    return found


def _attribute(cls: Class, name: str) -> Value | None:
    assign = cls.attributes.get(name)
    return None if assign is None or assign.value is None else Value(cls, assign.value)


def _names(values: Values, cls: Class, attribute: str) -> tuple[str, ...]:
    """`[("app", "0001_name"), …]` as `app.0001_name`."""
    found: list[str] = []
    for item in values.items(_attribute(cls, attribute)) or ():
        pair = values.texts(item)
        if pair is not None and len(pair) == 2:
            found.append(".".join(pair))
    return tuple(found)


def _dependencies(values: Values, cls: Class, user_model: str) -> tuple[str, ...]:
    """The migrations that must have run; the user model's first one for a swappable dependency."""
    found = list(_names(values, cls, "dependencies"))
    for item in values.items(_attribute(cls, "dependencies")) or ():
        made = values.made(item)
        if made is not None and made.name.endswith("swappable_dependency"):
            found.append(f"{user_model.partition('.')[0]}.__first__")
    return tuple(found)


class _Reader:
    """Reads migrations in order, each with the state that those before it leave."""

    def __init__(self, values: Values, strings: SqlStrings, state: State) -> None:
        self.values = values
        self.strings = strings
        self.operations = Operations(values, state)
        self._declared: frozenset[tuple[str, str]] = frozenset()

    def read(self, source: _Source) -> None:
        """Fill a migration's steps."""
        self._declared = self.operations.state.declared()
        for item in self.values.items(_attribute(source.cls, "operations")) or self._listed(source.cls):
            self._operation(source, item, run=True)

    def _listed(self, cls: Class) -> list[Value]:
        """The operations of a list of which some part can't be read: the calls at its top."""
        value = _attribute(cls, "operations")
        items = getattr(value.expr, "items", ()) if value is not None else ()
        return [Value(cls, item) for item in items if isinstance(item, Result)]

    def _operation(self, source: _Source, item: Value, *, run: bool) -> None:
        made = self.values.made(item)
        if made is None:
            return
        name = self._name(made)
        if name == "SeparateDatabaseAndState":
            self._separate(source, made, run=run)
        elif name == "RunSQL":
            if run:
                self._sql(source, made)
        elif name == "RunPython":
            if run:
                self._python(source, made)
        elif not is_known(name):
            if run:
                self._add(source, made, SqlStatement("", "", made.call.span, understood=False))
        else:
            for actions in self.operations.read(name, made, source.app):
                if run:
                    self._add(source, made, made_up(actions, made.call.span, made.value.holder.index))

    def _name(self, made: Made) -> str:
        """The operation that a call makes; a project's own class counts as the one that it extends."""
        if isinstance(made.callee.target, Class):
            for ancestor in self.values.project.ancestors(made.callee.target):
                if ancestor.target is None and "migrations" in ancestor.name:
                    return ancestor.name.rpartition(".")[2]
            return ""
        return made.name.rpartition(".")[2]

    def _separate(self, source: _Source, made: Made, *, run: bool) -> None:
        """Operations on the database run but leave the state alone; operations on the state do not run."""
        state = self.operations.state
        kept = {key: model.copy() for key, model in state.models.items()} if run else {}
        for item in self.values.items(made.argument(0, "database_operations")) or ():
            self._operation(source, item, run=run)
        if run:
            state.models = kept
        for item in self.values.items(made.argument(1, "state_operations")) or ():
            self._operation(source, item, run=False)

    def _sql(self, source: _Source, made: Made) -> None:
        value = made.argument(0, "sql")
        if value is None or not isinstance(made.value.expr, Result):
            return
        holder = made.value.holder
        only = len(made.call.args) + len(made.call.keywords) == 1
        found = self.strings.of_arguments(holder, made.value.expr.call, [value.expr], whole=only)
        for each in found:
            self._add(
                source, made, each.statement, Value(each.holder, Constant(None)), _undone(made, "reverse_sql")
            )

    def _python(self, source: _Source, made: Made) -> None:
        """A Python function: the SQL that it runs itself, or one statement that can't be seen into."""
        code = self.values.named(made.argument(0, "code"))
        function = None if code is None else code.target
        found = False
        undone = _undone(made, "reverse_code")
        if isinstance(function, Function):
            for index, call in enumerate(function.scope.calls):
                if _last_name(call.callee) in _EXECUTES:
                    for each in self.strings.of_call(function, index):
                        found = True
                        self._add(source, made, each.statement, Value(each.holder, Constant(None)), undone)
        if not found:
            facts = SqlStatement("python", "", made.call.span, scope=made.value.holder.index)
            self._add(source, made, facts, None, undone, function if isinstance(function, Function) else None)

    def _add(
        self,
        source: _Source,
        made: Made,
        facts: SqlStatement,
        at: Value | None = None,
        reversible: Verdict = Verdict.YES,
        function: Function | None = None,
    ) -> None:
        holder = made.value.holder if at is None else at.holder
        if function is None and isinstance(holder, Function):
            function = holder
        in_transaction = Verdict.YES if source.atomic else Verdict.NO
        location = holder.module.locate(facts.span)
        derived = at is None
        unused = not derived and self._is_unused(facts)
        step = Step(facts, location, source.cls.name, function, in_transaction, reversible, derived, unused)
        source.migration.steps.append(step)

    def _is_unused(self, facts: SqlStatement) -> bool:
        """Whether a statement drops only what the models had given up before this migration."""
        drops = [each for each in facts.actions if each.kind in ("drop-column", "drop-table")]
        return bool(drops) and all(
            (each.table, each.columns[0].name if each.columns else "") not in self._declared for each in drops
        )


def _undone(made: Made, name: str) -> Verdict:
    """Whether a step says how to undo it; `None` is what Django takes for one that can't be undone."""
    value = made.argument(1, name)
    if value is None:
        return Verdict.NO
    return Verdict.NO if isinstance(value.expr, Constant) and value.expr.value is None else Verdict.YES


def _last_name(callee: object) -> str:
    return getattr(callee, "name", "").rpartition(".")[2]
