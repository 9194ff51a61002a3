"""The backend itself: everything that is known about a project, in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from linter.backend.changes import Change, Revision
from linter.backend.routes import Route, Setting
from linter.backend.schema import Query, Statement, Table, TableColumn, TableIndex
from linter.backend.sites import LOG_LEVELS, LOGGERS, LogCall, Outbound, Site, statement_range
from linter.facts.expressions import Constant, Expr, Item, Operation, Ref, Result, Template, walk
from linter.facts.scopes import Assign, Block
from linter.facts.scopes import Statement as StatementFact
from linter.file_roles import is_run_by_hand, is_test
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Project, Variable

if TYPE_CHECKING:
    import libcst as cst

    from linter.flow import Flows
    from linter.outcome import Failure


_DEPTH = 12


_COMMAND_LINES = frozenset({"click", "typer"})
_MIGRATORS = frozenset(
    {
        "aerich",
        "alembic",
        "django",
        "flask_migrate",
        "peewee",
        "playhouse",
        "sqlalchemy",
        "sqlite3",
        "tortoise",
    }
    | {"yoyo"}
)
"""Packages that files of migrations import."""
_COMMANDS = ("command", "group", "callback")
_ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum")


def _inside_optional(annotation: Expr | None) -> Expr | None:
    """`X` out of `Mapped[X | None]`; the annotation itself otherwise."""
    inner = annotation.key if isinstance(annotation, Item) else annotation
    if isinstance(inner, Operation) and inner.operator == "|":
        return inner.operands[0]
    return inner


class Schema(Protocol):
    """What is known of the project's databases; each part is read when it is first asked for."""

    @property
    def databases(self) -> tuple[str, ...]:
        """Names of the databases that the project is written for."""

    @property
    def declared(self) -> dict[str, Table]:
        """The tables of models by name, migrations left aside."""

    @property
    def tables(self) -> dict[str, Table]:
        """Tables by name."""

    @property
    def statements(self) -> tuple[Statement, ...]:
        """SQL statements, by place."""

    @property
    def queries(self) -> tuple[Query, ...]:
        """Queries, by place."""

    @property
    def migrations(self) -> tuple[str, ...]:
        """Paths of migration files."""

    @property
    def migrated(self) -> dict[str, Table]:
        """The tables that migrations leave behind, by name."""

    @property
    def revisions(self) -> tuple[Revision, ...]:
        """Migrations with their changes, by path."""

    @property
    def postgres(self) -> str:
        """The version of PostgreSQL that the configuration names, or empty."""


class Linker(Protocol):
    """The framework adapters, as the backend calls them."""

    @property
    def failures(self) -> list[Failure]:
        """What went wrong in adapters so far; each costs what that adapter would have linked."""

    def routes(self, backend: Backend) -> tuple[Route, ...]:
        """The routes of all frameworks."""

    def settings(self, backend: Backend) -> tuple[Setting, ...]:
        """The configuration values of all frameworks."""

    def outbound(self, backend: Backend) -> tuple[Outbound, ...]:
        """The calls to other systems."""

    def schema(self, backend: Backend) -> Schema:
        """What is known of the databases."""

    def flows(self, backend: Backend) -> Flows:
        """The values of callers that reach a sink."""


class Backend:
    """Everything that is known about the project. Rules read it and change nothing.

    `text_of` gives the text of a file, for rules that look at a candidate's concrete syntax. What the
    framework adapters link is linked when it is first asked for, by `linker`.
    """

    def __init__(self, project: Project, text_of: Callable[[str], str], linker: Linker | None = None) -> None:
        self.project = project
        self.text_of = text_of
        self.frameworks: tuple[str, ...] = ()
        self._linker = linker
        self._resolved_calls: dict[tuple[int, int], Site] = {}

    @property
    def failures(self) -> list[Failure]:
        """What went wrong in framework adapters so far."""
        return [] if self._linker is None else self._linker.failures

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every route, by path, methods and handler."""
        return () if self._linker is None else self._linker.routes(self)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every configuration value of a framework."""
        return () if self._linker is None else self._linker.settings(self)

    @cached_property
    def outbound(self) -> tuple[Outbound, ...]:
        """Every call to another system, by place."""
        return () if self._linker is None else self._linker.outbound(self)

    @cached_property
    def flows(self) -> Flows | None:
        """The values of callers that reach a sink, of every kind; None without adapters."""
        return None if self._linker is None else self._linker.flows(self)

    @cached_property
    def _schema(self) -> Schema | None:
        return None if self._linker is None else self._linker.schema(self)

    @cached_property
    def databases(self) -> tuple[str, ...]:
        """Those of `postgresql`, `mysql` and `sqlite` that the project is written for."""
        return () if self._schema is None else self._schema.databases

    @cached_property
    def tables(self) -> dict[str, Table]:
        """Every table by name."""
        return {} if self._schema is None else self._schema.tables

    @cached_property
    def tables_by_row(self) -> dict[str, Table]:
        """The tables of models by the id of the class whose instances are their rows."""
        declared = {} if self._schema is None else self._schema.declared
        found: dict[str, Table] = {}
        for name in sorted(declared):
            owner = declared[name].owner
            if owner is not None:
                found.setdefault(owner.id, declared[name])
        return found

    @cached_property
    def statements(self) -> tuple[Statement, ...]:
        """Every SQL statement, of files, strings and migrations."""
        return () if self._schema is None else self._schema.statements

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """Every query, by ORM and SQL."""
        return () if self._schema is None else self._schema.queries

    @cached_property
    def orm_queries(self) -> tuple[Query, ...]:
        """Every query that code builds with an ORM, outside migrations."""
        return tuple(
            each
            for each in self.queries
            if each.spelling == "orm" and each.location.path not in self._migration_paths
        )

    @cached_property
    def _migration_paths(self) -> frozenset[str]:
        return frozenset(self.migrations)

    @cached_property
    def migrations(self) -> tuple[str, ...]:
        """Paths of all migration files."""
        return () if self._schema is None else self._schema.migrations

    @cached_property
    def migrated(self) -> dict[str, Table]:
        """The tables that migrations and SQL files leave behind, models left aside."""
        return {} if self._schema is None else self._schema.migrated

    @cached_property
    def revisions(self) -> tuple[Revision, ...]:
        """Every migration, and every SQL file that is none, with its changes in order."""
        return () if self._schema is None else self._schema.revisions

    @property
    def changes(self) -> Iterator[Change]:
        """Every change of every migration, in order of path and of execution."""
        for revision in self.revisions:
            yield from revision.changes

    def changes_of(self, *kinds: str, engine: str = "") -> Iterator[Change]:
        """Changes of these kinds, on `engine` if given, to tables that were there before their migration."""
        for each in self.changes:
            if each.kind in kinds and not each.is_new and engine in ("", each.engine):
                yield each

    @property
    def postgres_version(self) -> str:
        """The version of PostgreSQL that the configuration names, or empty."""
        return "" if self._schema is None else self._schema.postgres

    @property
    def own_tables(self) -> Iterator[Table]:
        """The tables of the project's own database: rules of schema design do not hold for others."""
        return (table for table in self.tables.values() if not table.elsewhere)

    @property
    def columns(self) -> Iterator[TableColumn]:
        """Every column of every table of the project's own database."""
        for table in self.own_tables:
            for column in table.columns.values():
                yield TableColumn(table, column)

    def is_run_by_hand(self, function: Function) -> bool:
        """Whether people run a function: it lies in a script, or in a command of click or typer."""
        module = function.module
        if is_run_by_hand(module.path):
            # Code that moves data between applications is called a migration as well.
            otherwise = is_run_by_hand(module.path.replace("migrations/", "moves/"))
            return otherwise or not _MIGRATORS.isdisjoint(module.facts.imports)
        if _COMMAND_LINES.isdisjoint(module.facts.imports):
            return False
        current: Definition | None = function
        while current is not None:
            parent = current.parent
            for decorator in current.head.decorators:
                value = decorator.value
                if isinstance(value, Result) and parent is not None:
                    value = parent.scope.calls[value.call].callee
                if isinstance(value, Ref) and value.name.rpartition(".")[2] in (
                    "command",
                    "group",
                    "callback",
                ):
                    return True
            current = parent
        return False

    def has_few_values(self, subject: TableColumn) -> bool:
        """Whether a column can hold a handful of values only, so that an index on it seldom helps."""
        if subject.column.type.startswith(("bool", "enum", "tinyint(1)", "bit")):
            return True
        owner = subject.table.owner
        assign = None if owner is None else owner.attributes.get(subject.column.name)
        if owner is None or assign is None:
            return False
        kind = self.project.annotated_type(owner, _inside_optional(assign.annotation))
        definition = None if kind is None else self.project.by_id(kind)
        if isinstance(definition, Class) and self.project.derives(definition, *_ENUMS):
            return True
        if not isinstance(assign.value, Result):
            return False
        call = owner.scope.calls[assign.value.call]
        if call.keyword("choices") is not None or self._is_enum(owner, call.argument(0, "enum_type")):
            return True
        return self._is_member_of_enum(owner, call.keyword("default"))

    def _is_enum(self, holder: Definition, expr: Expr | None) -> bool:
        target = self.project.reference(holder, expr.name).target if isinstance(expr, Ref) else None
        return isinstance(target, Class) and self.project.derives(target, *_ENUMS)

    def _is_member_of_enum(self, holder: Definition, expr: Expr | None) -> bool:
        target = self.project.reference(holder, expr.name).target if isinstance(expr, Ref) else None
        return (
            isinstance(target, Variable)
            and isinstance(target.holder, Class)
            and self.project.derives(target.holder, *_ENUMS)
        )

    @property
    def indexes(self) -> Iterator[TableIndex]:
        """Every index and key of the project's own tables, in order of declaration."""
        for table in self.own_tables:
            for index in table.indexes:
                yield TableIndex(table, index)

    @cached_property
    def functions(self) -> tuple[Function, ...]:
        """All functions and module bodies outside tests, in path and source order."""
        return tuple(each for each in self.project.functions if not is_test(each.module.path))

    @cached_property
    def classes(self) -> tuple[Class, ...]:
        """All classes outside tests, in path and source order."""
        return tuple(each for each in self.project.classes if not is_test(each.module.path))

    def site(self, function: Function, call: int) -> Site:
        """The site of a call, given its index in the function's scope."""
        key = (id(function), call)
        found = self._resolved_calls.get(key)
        if found is None:
            fact = function.scope.calls[call]
            found = Site(self, function, fact.span, fact.block, fact)
            self._resolved_calls[key] = found
        return found

    def calls(self, *names: str) -> Iterator[Site]:
        """Calls outside tests of any of these canonical names, in path and source order.

        `?.execute` matches a method of that name on a receiver of unknown type.
        """
        wanted = set(names)
        hits: list[tuple[str, int, Site]] = []
        for last in {name.rpartition(".")[2].removesuffix("()") for name in names}:
            for function, position in self.project.index.calls(last):
                site = self.site(function, position)
                if site.callee.name in wanted or (f"?.{last}" in wanted and site.callee.name.startswith("?")):
                    hits.append((function.module.path, site.span, site))
        hits.sort(key=lambda hit: hit[:2])
        return (site for _, _, site in hits)

    def methods_called(self, name: str) -> Iterator[Site]:
        """Calls outside tests of anything whose last name is `name`, in path and source order."""
        for function, position in self.project.index.calls(name):
            yield self.site(function, position)

    @cached_property
    def logs(self) -> tuple[LogCall, ...]:
        """Every call outside tests that writes a log record."""
        found: list[LogCall] = []
        for level in LOG_LEVELS:
            for function, position in self.project.index.calls(level):
                site = self.site(function, position)
                if site.callee.name.rpartition(".")[0] in LOGGERS and site.call is not None:
                    found.append(LogCall(self, function, site.call, level))
        found.sort(key=lambda each: (each.function.module.path, each.span))
        return tuple(found)

    def blocks(self, kind: str) -> Iterator[tuple[Function, int, Block]]:
        """Blocks of one kind outside tests with the function and their index in it."""
        for function in self.functions:
            for index, block in enumerate(function.scope.blocks):
                if block.kind == kind:
                    yield function, index, block

    def statements_in(self, function: Function, block: int) -> list[StatementFact]:
        """The statements of a block, nested blocks included, in source order."""
        blocks = function.scope.blocks
        inside = {block}
        for index in range(block + 1, len(blocks)):
            if blocks[index].parent in inside:
                inside.add(index)
        return [statement for statement in function.scope.statements if statement.block in inside]

    def calls_in(self, function: Function, block: int) -> list[Site]:
        """The calls of a block, nested blocks included, in source order."""
        blocks = function.scope.blocks
        inside = {block}
        for index in range(block + 1, len(blocks)):
            if blocks[index].parent in inside:
                inside.add(index)
        return [
            self.site(function, position)
            for position, call in enumerate(function.scope.calls)
            if call.block in inside
        ]

    def constant(self, holder: Definition, expr: Expr | None) -> object:
        """The constant that `expr` is known to be, following names that are assigned once.

        Strings built from constants (f-strings, `+`) are folded. Returns `...` when it is not known.
        """
        return self._constant(holder, expr, 0)

    def text(self, holder: Definition, expr: Expr | None) -> str | None:
        """The string that `expr` is known to be, or None."""
        value = self.constant(holder, expr)
        return value if isinstance(value, str) else None

    def _constant(self, holder: Definition, expr: Expr | None, depth: int) -> object:
        if depth > _DEPTH:
            return ...
        match expr:
            case Constant(value=value):
                return value
            case Template(parts=parts) | Operation(operator="+", operands=parts):
                pieces = [self._constant(holder, part, depth + 1) for part in parts]
                if isinstance(expr, Template):
                    pieces = [str(piece) if isinstance(piece, int) else piece for piece in pieces]
                if any(not isinstance(piece, str) for piece in pieces):
                    return ...
                return "".join(str(piece) for piece in pieces)
            case Operation(operator="or", operands=(_, fallback)):
                return self._constant(holder, fallback, depth + 1)
            case Ref(name=name):
                return self._named_constant(holder, name, depth)
            case _:
                return ...

    def _named_constant(self, holder: Definition, name: str, depth: int) -> object:
        if name[0] == "$" and "." not in name:
            assigned = _sole_assignment(holder, name[1:])
            return ... if assigned is None else self._constant(assigned[0], assigned[1].value, depth + 1)
        target = self.project.reference(holder, name).target
        if isinstance(target, Variable):
            return self._constant(target.holder, target.assign.value, depth + 1)
        return ...

    def reads(self, expr: Expr, function: Function) -> Iterator[Ref]:
        """Every name read in an expression, arguments of its calls included."""
        pending: list[Expr] = [expr]
        while pending:
            for each in walk(pending.pop()):
                if isinstance(each, Ref):
                    yield each
                elif isinstance(each, Result):
                    call = function.scope.calls[each.call]
                    pending.append(call.callee)
                    pending.extend(call.args)
                    pending.extend(value for _, value in call.keywords)

    def statement_node(self, site: Site) -> cst.CSTNode | None:
        """The LibCST statement around a site; see `Site.statement_node`."""
        from linter.concrete import statement_node

        return statement_node(
            self.text_of(site.function.module.path), statement_range(site.function, site.span)
        )


def _sole_assignment(function: Definition, name: str) -> tuple[Definition, Assign] | None:
    current: Definition | None = function
    while current is not None:
        if isinstance(current, Function) and not current.is_module:
            if any(parameter.name == name for parameter in current.head.parameters):
                return None
            assigned = current.assignments.get(name)
            if assigned is not None:
                sole = len(assigned) == 1 and assigned[0].operator is None
                return (current, assigned[0]) if sole and len(assigned[0].targets) == 1 else None
        current = current.parent
    return None
