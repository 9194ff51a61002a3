"""Tables, their columns and indexes, the queries on them and the statements that change them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from linter.backend.routes import Verdict
from linter.facts.sql import Predicate, SqlStatement, Trait
from linter.finding import Location
from linter.resolve.definitions import Class, Function


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
    """An index, or a unique or primary key constraint, over columns in order.

    `method` is how PostgreSQL keeps it (`gin`, `brin`), empty for the usual one.
    """

    name: str
    columns: tuple[str, ...]
    unique: bool
    location: Location
    partial: bool = False
    method: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether it holds all rows and finds those with an equal value."""
        return not self.partial and self.method in ("", "btree", "hash", "brin")


@dataclass(frozen=True, slots=True)
class Constraint:
    """A foreign key, CHECK or EXCLUDE constraint that a migration made.

    `columns` are those that it speaks of. `valid` is False after NOT VALID. `not_null` is the column of
    a CHECK that says no more than that it is not null, empty for any other. `expression` is the source of a
    CHECK, empty where it is not kept.
    """

    kind: Literal["foreign-key", "check", "exclude"]
    name: str
    columns: tuple[str, ...]
    references: str
    valid: bool
    not_null: str
    location: Location
    expression: str = ""


@dataclass(eq=False)
class Table:
    """A table as the models declare it, or as the migrations leave it where there is no model.

    `primary_key` lists its columns. `complete` is False when a base or a mixin could not be read, so that
    columns or indexes may be missing. `constraints` are known for tables of migrations only. `elsewhere` says
    that it has no model and that no migration makes it, in a project with migrations: it lies in another
    database, or only names what a query is made of. `lazy` are the relationships of SQLAlchemy that run a
    query when a row's attribute is read, unless the query for the row asked for more: the other table by
    attribute.
    """

    name: str
    model: str | None
    location: Location
    columns: dict[str, Column]
    indexes: tuple[Index, ...]
    primary_key: tuple[str, ...] = ()
    source: Literal["django", "sqlalchemy", "peewee", "tortoise", "sql"] = "sql"
    complete: bool = True
    owner: Class | None = None
    constraints: tuple[Constraint, ...] = ()
    elsewhere: bool = False
    lazy: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"`{self.name}`"

    def constraint(self, name: str) -> Constraint | None:
        """The constraint of that name; that of a foreign key in a column's own definition as well."""
        found = next((each for each in self.constraints if each.name == name), None)
        if found is None and name.startswith(f"{self.name}_") and name.endswith("_fkey"):
            column = self.columns.get(name[len(self.name) + 1 : -len("_fkey")])
            if column is not None and column.references:
                target = column.references.rpartition(".")[0]
                return Constraint("foreign-key", name, (column.name,), target, True, "", column.location)
        return found

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
        return any(index.columns[:1] == (column,) and index.is_plain for index in self.indexes)


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

    `filters` are the columns whose comparison an index could serve, `order` those that it sorts by. `bounded`
    says whether it has a limit or reads one row. `predicates` are its comparisons as SQL would spell them.
    `spelling` tells what it is written in. Of an ORM's queries `traits` are known (those of SQL are in the
    statement's facts). `calls` are the chain of calls that builds it, or the one that takes the SQL, by their
    index in the function's scope.
    """

    table: str
    kind: Literal["select", "insert", "update", "delete"]
    filters: tuple[str, ...]
    order: tuple[str, ...]
    bounded: bool
    in_loop: bool
    location: Location
    function: Function
    predicates: tuple[Predicate, ...] = ()
    traits: tuple[Trait, ...] = ()
    calls: tuple[int, ...] = ()
    spelling: Literal["sql", "orm"] = "sql"

    @property
    def scope(self) -> str:
        """The function that runs the query."""
        return self.function.name


@dataclass(eq=False)
class Statement:
    """A SQL statement with its place and the schema as it stands before it.

    `origin` is `file`, `string` (a SQL string in Python), `alembic` or `django`. `schema` maps names of the
    tables that exist before the statement; `created` holds those made earlier in the same migration or
    file. `in_transaction` says whether the runner wraps it in one, `reversible` whether the migration says
    how to undo it. `derived` says that the SQL was worked out from an operation of Django or Alembic,
    `unused` that no model declared what it drops when the migration began.
    """

    facts: SqlStatement
    location: Location
    scope: str
    origin: Literal["file", "string", "alembic", "django"]
    dialect: str
    function: Function | None = None
    migration: str = ""
    in_transaction: Verdict = Verdict.UNKNOWN
    reversible: Verdict = Verdict.UNKNOWN
    derived: bool = False
    unused: bool = False
    created: frozenset[str] = frozenset()
    schema: dict[str, Table] = field(default_factory=dict)

    @property
    def predicates(self) -> tuple[Predicate, ...]:
        """The comparisons of columns."""
        return self.facts.predicates

    @property
    def traits(self) -> tuple[Trait, ...]:
        """The shapes of the statement that are worth a word."""
        return self.facts.traits
