"""The backend as rules see it: routes, guards, inputs, tables, queries, logs and calls.

Framework adapters fill it, rules read it. Nothing here parses, and no syntax tree is alive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Literal, Protocol

from linter.facts.expressions import Attr, Constant, Expr, Item, Operation, Ref, Result, Template, walk
from linter.facts.scopes import Assign, Block, Call
from linter.facts.scopes import Statement as StatementFact
from linter.facts.spans import Span, line_of, unpack
from linter.facts.sql import SqlStatement
from linter.finding import Location
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project, Resolved, Variable

if TYPE_CHECKING:
    import libcst as cst


__all__ = [
    "Backend",
    "Class",
    "Column",
    "Definition",
    "Function",
    "Guard",
    "Index",
    "Input",
    "LogCall",
    "Module",
    "Outbound",
    "Output",
    "Project",
    "Query",
    "Resolved",
    "Route",
    "Setting",
    "Site",
    "Statement",
    "Table",
    "TableColumn",
    "TableIndex",
    "Variable",
    "Verdict",
]

GuardKind = Literal["authentication", "authorization", "csrf", "rate-limit", "other"]
GuardLevel = Literal["function", "class", "router", "mount", "app", "settings"]
InputPlace = Literal["path", "query", "header", "cookie", "body", "form", "file"]

_DEPTH = 12
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Verdict(Enum):
    """An answer that may be unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Site:
    """A place in a function: a call, a statement, a block header or the definition itself.

    `call` is the call that stands there, if the site is one. `block` is the index of the block
    it stands in.
    """

    __slots__ = ("__dict__", "backend", "block", "call", "function", "span")

    def __init__(
        self, backend: Backend, function: Function, span: Span, block: int, call: Call | None = None
    ) -> None:
        self.backend = backend
        self.function = function
        self.span = span
        self.block = block
        self.call = call

    @property
    def location(self) -> Location:
        """The range of the site."""
        return self.function.module.locate(self.span)

    @property
    def scope(self) -> str:
        """The enclosing function's full name."""
        return self.function.name

    @cached_property
    def callee(self) -> Resolved:
        """What the site's call calls."""
        assert self.call is not None
        return self.backend.project.callee(self.function, self.call)

    def argument(self, position: int, name: str) -> Expr | None:
        """An argument of the site's call, by position or keyword."""
        return None if self.call is None else self.call.argument(position, name)

    def call_of(self, expr: Expr | None) -> Site | None:
        """The site of the call whose result `expr` is, if it is one."""
        if not isinstance(expr, Result):
            return None
        return self.backend.site(self.function, expr.call)

    def resolve(self, expr: Expr | None) -> Resolved | None:
        """What a name read at this site means; None when `expr` is not a name."""
        return self.backend.project.reference(self.function, expr.name) if isinstance(expr, Ref) else None

    def type_of(self, expr: Expr | None) -> str | None:
        """The type of an expression at this site."""
        return self.backend.project.type_of(self.function, expr)

    @property
    def blocks(self) -> Iterator[Block]:
        """The blocks around the site, innermost first, without the function's own body."""
        index = self.block
        while index:
            block = self.function.scope.blocks[index]
            yield block
            index = block.parent

    def within(self, *kinds: str) -> Block | None:
        """The innermost block of one of these kinds around the site."""
        return next((block for block in self.blocks if block.kind in kinds), None)

    @property
    def in_loop(self) -> bool:
        """Whether the site runs once per turn of a loop or comprehension."""
        return self.within("for", "while", "comprehension") is not None

    def statement_node(self) -> cst.CSTNode | None:
        """The LibCST statement around the site, parsed by itself; None when it cannot be."""
        return self.backend.statement_node(self)


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that may refuse a caller before or in a handler.

    `name` is the full dotted name. `verdict` says whether it refuses anonymous callers.
    """

    name: str
    kind: GuardKind
    level: GuardLevel
    location: Location
    verdict: Verdict = Verdict.YES


@dataclass(frozen=True, slots=True)
class Input:
    """One value that a route takes from its caller. `type` is as declared, None when it is not.

    `bounded` says whether the type limits the value's size (`le`, `max_length`, an enum…).
    """

    name: str
    place: InputPlace
    type: str | None
    required: bool
    bounded: Verdict = Verdict.UNKNOWN


@dataclass(frozen=True, slots=True)
class Output:
    """A declared or actual response: its status and type, None where unknown."""

    status: int | None
    type: str | None


@dataclass(eq=False)
class Route:
    """One (path, handler) with its methods.

    `path` has every prefix and `{name}` parameters. `handler` is the dotted name; `function` the code
    that runs, when it is in the project. `site` is where the route is declared (the decorator or
    the URL entry). `complete` is False when a prefix or a guard may have been missed.
    """

    methods: tuple[str, ...]
    path: str
    handler: str
    framework: str
    location: Location
    function: Function | None
    guards: tuple[Guard, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    authenticated: Verdict = Verdict.UNKNOWN
    complete: bool = True
    deprecated: bool = False
    documented: bool = True
    websocket: bool = False
    owner: Class | None = None

    def __str__(self) -> str:
        return f"`{'|'.join(self.methods)} {self.path}`"

    @property
    def scope(self) -> str:
        """The handler's name."""
        return self.handler

    @property
    def changes_state(self) -> bool:
        """Whether a method of the route is meant to change something."""
        return not _CHANGING.isdisjoint(self.methods)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. `references` is `table.column` or None. `type` is lower case."""

    name: str
    type: str
    nullable: bool
    primary_key: bool
    unique: bool
    indexed: bool
    references: str | None
    location: Location


@dataclass(frozen=True, slots=True)
class Index:
    """An index, or a unique or primary key constraint, over columns in order."""

    name: str
    columns: tuple[str, ...]
    unique: bool
    location: Location
    partial: bool = False


@dataclass(eq=False)
class Table:
    """A table as the models declare it, or as the migrations leave it where there is no model.

    `primary_key` lists its columns. `complete` is False when a base or a mixin could not be read, so that
    columns or indexes may be missing.
    """

    name: str
    model: str | None
    location: Location
    columns: dict[str, Column]
    indexes: tuple[Index, ...]
    primary_key: tuple[str, ...] = ()
    source: Literal["django", "sqlalchemy", "sql"] = "sql"
    complete: bool = True
    owner: Class | None = None

    def __str__(self) -> str:
        return f"`{self.name}`"

    @property
    def scope(self) -> str:
        """The model's name, or the table's."""
        return self.model or self.name

    def leads_index(self, column: str) -> bool:
        """Whether `column` comes first in an index or key of the table."""
        found = self.columns.get(column)
        first_of_key = self.primary_key[:1] in ((), (column,))
        if found is not None and (found.indexed or found.unique or (found.primary_key and first_of_key)):
            return True
        return any(index.columns[:1] == (column,) and not index.partial for index in self.indexes)


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column together with its table, as something to judge."""

    table: Table
    column: Column

    def __str__(self) -> str:
        return f"`{self.table.name}.{self.column.name}`"

    @property
    def location(self) -> Location:
        """Where the column is declared; the model, for a column that a base or a mixin declares."""
        own, place = self.table.owner, self.column.location
        if own is None or place.path != own.module.path:
            return place if own is None else self.table.location
        first, last = own.location.line, own.scope.end_line
        return place if first <= place.line <= last else self.table.location

    @property
    def scope(self) -> str:
        """The model's name, or the table's."""
        return self.table.scope


@dataclass(frozen=True, slots=True)
class TableIndex:
    """An index together with its table, as something to judge."""

    table: Table
    index: Index

    def __str__(self) -> str:
        return f"`{self.table.name}({', '.join(self.index.columns)})`"

    @property
    def location(self) -> Location:
        """Where the index is declared."""
        return self.index.location

    @property
    def scope(self) -> str:
        """The model's name, or the table's."""
        return self.table.scope


@dataclass(eq=False)
class Query:
    """One query, by ORM or SQL, on one table.

    `filters` and `order` are column names. `bounded` says whether it has a limit or reads one row.
    """

    table: str
    kind: Literal["select", "insert", "update", "delete"]
    filters: tuple[str, ...]
    order: tuple[str, ...]
    bounded: bool
    in_loop: bool
    location: Location
    function: Function

    @property
    def scope(self) -> str:
        """The function that runs the query."""
        return self.function.name


class LogCall(Site):
    """A call that writes a log record. `level` is lower case (`error`, `info`)."""

    __slots__ = ("level",)

    def __init__(self, backend: Backend, function: Function, call: Call, level: str) -> None:
        super().__init__(backend, function, call.span, call.block, call)
        self.level = level

    @property
    def message(self) -> Expr | None:
        """The message or its format string."""
        position = 1 if self.level == "log" else 0
        return self.argument(position, "msg") or self.argument(position, "event")

    @property
    def values(self) -> tuple[Expr, ...]:
        """Everything that the record carries: message, arguments and extra keywords."""
        assert self.call is not None
        return (*self.call.args, *(value for _, value in self.call.keywords))


@dataclass(eq=False)
class Outbound:
    """A call to another system over the network."""

    site: Site
    client: str
    target: str | None
    timeout: Verdict

    @property
    def location(self) -> Location:
        """The call."""
        return self.site.location

    @property
    def scope(self) -> str:
        """The function that makes the call."""
        return self.site.scope


@dataclass(eq=False)
class Statement:
    """A SQL statement with its place and the schema as it stands before it.

    `origin` is `file`, `string` (a SQL string in Python), `alembic` or `django`. `schema` maps names of the
    tables that exist before the statement; `created` holds those made earlier in the same migration or
    file. `in_transaction` says whether the runner wraps it in one.
    """

    facts: SqlStatement
    location: Location
    scope: str
    origin: Literal["file", "string", "alembic", "django"]
    dialect: str
    function: Function | None = None
    migration: str = ""
    in_transaction: Verdict = Verdict.UNKNOWN
    created: frozenset[str] = frozenset()
    schema: dict[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Setting:
    """A configuration value: a Django setting, a Flask config key, a field of a settings class."""

    name: str
    value: Expr | None
    module: Module
    holder: Definition
    location: Location
    framework: str

    @property
    def scope(self) -> str:
        """The module that sets it."""
        return self.holder.name


_ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum")


def _inside_optional(annotation: Expr | None) -> Expr | None:
    """`X` out of `Mapped[X | None]`; the annotation itself otherwise."""
    inner = annotation.key if isinstance(annotation, Item) else annotation
    if isinstance(inner, Operation) and inner.operator == "|":
        return inner.operands[0]
    return inner


_TEST_FOLDERS = frozenset({"test", "tests", "testing", "e2e", "__tests__"})


def is_test(path: str) -> bool:
    """Whether a file holds tests or their helpers."""
    *folders, name = path.split("/")
    return (
        name.startswith("test_")
        or name.endswith("_test.py")
        or name in ("conftest.py", "tests.py")
        or not _TEST_FOLDERS.isdisjoint(folders)
    )


_BY_HAND_FOLDERS = frozenset(
    {"alembic", "bin", "dev", "docker", "management", "migrations", "script", "scripts", "tools", "utils"}
)


def is_run_by_hand(path: str) -> bool:
    """Whether a file holds what people or a pipeline run: scripts, migrations, management commands.

    `utils` and `tools` count at the top of the project only; inside a package they are part of it.
    """
    *folders, _ = path.split("/")
    if any(folder.startswith(".") for folder in folders):
        return True
    inner = _BY_HAND_FOLDERS - {"utils", "tools", "dev"}
    return not inner.isdisjoint(folders) or (bool(folders) and folders[0] in _BY_HAND_FOLDERS)


class Schema(Protocol):
    """What is known of the project's databases; each part is read when it is first asked for."""

    @property
    def databases(self) -> tuple[str, ...]: ...
    @property
    def tables(self) -> dict[str, Table]: ...
    @property
    def statements(self) -> tuple[Statement, ...]: ...
    @property
    def queries(self) -> tuple[Query, ...]: ...
    @property
    def migrations(self) -> tuple[str, ...]: ...


class Linker(Protocol):
    """The framework adapters, as the backend calls them."""

    def routes(self, backend: Backend) -> tuple[Route, ...]: ...
    def settings(self, backend: Backend) -> tuple[Setting, ...]: ...
    def schema(self, backend: Backend) -> Schema: ...


class Backend:
    """Everything that is known about the project. Rules read it and change nothing.

    `text_of` gives the text of a file, for rules that look at a candidate's concrete syntax. What the
    framework adapters link is linked when it is first asked for, by `linker`.
    """

    def __init__(self, project: Project, text_of: Callable[[str], str], linker: Linker | None = None) -> None:
        self.project = project
        self.text_of = text_of
        self.frameworks: tuple[str, ...] = ()
        self.outbound: tuple[Outbound, ...] = ()
        self._linker = linker
        self._resolved_calls: dict[tuple[int, int], Site] = {}

    @cached_property
    def routes(self) -> tuple[Route, ...]:
        """Every route, by path, methods and handler."""
        return () if self._linker is None else self._linker.routes(self)

    @cached_property
    def settings(self) -> tuple[Setting, ...]:
        """Every configuration value of a framework."""
        return () if self._linker is None else self._linker.settings(self)

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
    def statements(self) -> tuple[Statement, ...]:
        """Every SQL statement, of files, strings and migrations."""
        return () if self._schema is None else self._schema.statements

    @cached_property
    def queries(self) -> tuple[Query, ...]:
        """Every query, by ORM and SQL."""
        return () if self._schema is None else self._schema.queries

    @cached_property
    def migrations(self) -> tuple[str, ...]:
        """Paths of all migration files."""
        return () if self._schema is None else self._schema.migrations

    @property
    def columns(self) -> Iterator[TableColumn]:
        """Every column of every table."""
        for table in self.tables.values():
            for column in table.columns.values():
                yield TableColumn(table, column)

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
        return owner.scope.calls[assign.value.call].keyword("choices") is not None

    @property
    def indexes(self) -> Iterator[TableIndex]:
        """Every index and key of every table, in order of declaration."""
        for table in self.tables.values():
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

    @cached_property
    def _calls_by_name(self) -> dict[str, list[tuple[Function, int]]]:
        """Calls outside tests by the last part of what they are written to call."""
        index: dict[str, list[tuple[Function, int]]] = {}
        for module in self.project.modules.values():
            if is_test(module.path):
                continue
            for definition in module.definitions:
                for position, call in enumerate(definition.scope.calls):
                    callee = call.callee
                    if isinstance(callee, Ref):
                        name = callee.name.rpartition(".")[2].lstrip(":$")
                    elif isinstance(callee, Attr):
                        name = callee.name
                    else:
                        continue
                    index.setdefault(name, []).append((definition, position))  # type: ignore[arg-type]
        return index

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
            for function, position in self._calls_by_name.get(last, ()):
                site = self.site(function, position)
                if site.callee.name in wanted or (f"?.{last}" in wanted and site.callee.name.startswith("?")):
                    hits.append((function.module.path, site.span, site))
        hits.sort(key=lambda hit: hit[:2])
        return (site for _, _, site in hits)

    def methods_called(self, name: str) -> Iterator[Site]:
        """Calls outside tests of anything whose last name is `name`, in path and source order."""
        for function, position in self._calls_by_name.get(name, ()):
            yield self.site(function, position)

    @cached_property
    def logs(self) -> tuple[LogCall, ...]:
        """Every call outside tests that writes a log record."""
        found: list[LogCall] = []
        for level in LOG_LEVELS:
            for function, position in self._calls_by_name.get(level, ()):
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
            if any(parameter.name == name for parameter in current.scope.parameters):
                return None
            assigned = current.assignments.get(name)
            if assigned is not None:
                sole = len(assigned) == 1 and assigned[0].operator is None
                return (current, assigned[0]) if sole and len(assigned[0].targets) == 1 else None
        current = current.parent
    return None


def statement_range(function: Function, span: Span) -> tuple[int, int]:
    """First and last line of the innermost statement, or block header, that holds a span."""
    line = line_of(span)
    best = (line, unpack(span).end_line)
    found = False
    candidates: Sequence[Span] = [
        *(statement.span for statement in function.scope.statements),
        *(block.span for block in function.scope.blocks[1:]),
    ]
    for candidate in candidates:
        first, _, last, _ = unpack(candidate)
        if first <= line <= last and (not found or last - first <= best[1] - best[0]):
            best, found = (first, last), True
    return best


LOG_LEVELS = (
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "critical",
    "fatal",
    "exception",
    "log",
    "msg",
    "adebug",
    "ainfo",
    "awarning",
    "aerror",
    "acritical",
    "aexception",
)
LOGGERS = frozenset(
    {
        "logging",
        "logging.Logger",
        "logging.LoggerAdapter",
        "loguru.logger",
        "structlog.BoundLogger",
        "structlog.stdlib.BoundLogger",
        "structlog.typing.FilteringBoundLogger",
        "flask.Flask.logger",
        "flask.current_app.logger",
        "django.utils.log.getLogger()",
    }
)
