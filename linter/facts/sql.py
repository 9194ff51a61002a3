"""SQL statements as facts: from `.sql` files and from strings in Python."""

from __future__ import annotations

from typing import Literal

import msgspec

from linter.facts.spans import Span


class Column(msgspec.Struct, array_like=True, frozen=True):
    """A column as a statement declares it. `type` is lower case, with its length if any.

    `references` is the table of its foreign key; `referenced` the column there, empty for its primary key.
    """

    name: str
    type: str
    nullable: bool = True
    primary_key: bool = False
    unique: bool = False
    default: str | None = None
    references: str | None = None
    referenced: str = ""


class Action(msgspec.Struct, array_like=True, frozen=True):
    """One thing that a schema statement does.

    `kind` is a verb and a noun: `create-table`, `drop-table`, `rename-table`, `add-column`,
    `drop-column`, `rename-column`, `alter-column-type`, `set-not-null`, `drop-not-null`,
    `set-default`, `drop-default`, `add-primary-key`, `add-foreign-key`, `add-unique`, `add-check`,
    `add-exclude`, `drop-constraint`, `validate-constraint`, `create-index`, `drop-index`, `truncate`,
    or `other`. `columns` are the columns concerned; `name` is the index's, constraint's, or new
    name. `flags` holds words such as `concurrently`, `if-exists`, `if-not-exists`, `not-valid`,
    `using-index`, `unique`, `cascade`. A table that is created as a partition `references` its parent;
    `default` says that it takes what no other does. `expression` is the source of a CHECK's condition.
    `referenced` are the columns that a foreign key names in the table that it `references`.
    """

    kind: str
    table: str
    columns: tuple[Column, ...] = ()
    name: str = ""
    references: str = ""
    flags: tuple[str, ...] = ()
    expression: str = ""
    referenced: tuple[str, ...] = ()


class Predicate(msgspec.Struct, array_like=True, frozen=True):
    """One comparison of a column in a WHERE, ON or HAVING clause.

    `operator` is the SQL spelling in lower case (`=`, `like`, `in`, `is`). `wrapped` names the function
    around the column, if any; `pattern` is the constant pattern of a LIKE. `against` is `integer` or
    `fraction` when the column is compared with nothing but such numbers, empty for all else.
    """

    table: str
    column: str
    operator: str
    wrapped: str = ""
    pattern: str | None = None
    against: str = ""


class Trait(msgspec.Struct, array_like=True, frozen=True):
    """A shape of a query or of rights that is worth a word.

    `null-comparison` compares `column` with NULL by the operator `detail`. `not-in-query` asks for what
    is not in `column` of `table`. `offset` skips rows, `random-order` sorts by chance, `unordered-limit`
    cuts off after `detail` rows (empty: not known) without an order. `unjoined` pairs every row of
    `table`, called `column`, with all others. `grant-all` and `grant-to-public` give rights on `table`;
    `superuser` and `password` are said of the role `table`. `search-path` is left open by the SECURITY
    DEFINER function `table`, and `search-path-set` afterwards; `row-security` is switched on for `table`,
    `policy` is made for it, `policy-open` lets everybody do `detail` to all of its rows. `unnamed-columns`
    inserts into `table` by the order of its columns. `either` lists in `detail` the columns of an OR whose
    parts each compare one. `negated` says that all conditions only rule values out, the first those of
    `column` by `detail`.
    A policy's name is `column`; `detail` is the command and the roles of one that permits, and what
    `policy-altered` makes of it, whose condition is new where `policy-condition` stands beside it.
    `policy-dropped` takes it away, `policy-readable` is for reading any row. `policy-call` runs `detail`
    for each row, `policy-user-data` trusts `detail`, which users write themselves.
    `set-widths` has the numbers of columns of the parts of a `column` (UNION, …) in `detail`, each with the
    tables whose columns `*` adds (`1+orders | 3`); `apart-union` has parts that share no row.
    `unnamed-table` asks `column` for its column `detail`, which is none of the tables `table`;
    `hidden-table` does so by the name of a table that is called `column` there. `repeated-name` gives
    `column` to two things of the kind `detail`. Nothing uses the WITH `column` of `unused-with`, nor the
    `table` called `column` of `unused-join`, but for its columns `detail` that are joined by.
    `distinct-function` puts `column` in parentheses behind DISTINCT, `distinct-groups` has a GROUP BY that
    leaves no row twice. The condition `column` is true (`always`) or false (`never`) for all rows, by itself
    or as a `part`; `itself` compares a column with the same. `mixed-positions` sorts or groups (`detail`) by
    positions and names. `concatenated` joins `column` of `table` to a text by `||`.
    Two are of queries by an ORM only: `unfiltered` changes or removes all rows, `alone` loads rows of
    `table` without the rows that they refer to, but for the relationships that SQLAlchemy is told of in
    `detail`.
    """

    kind: str
    table: str = ""
    column: str = ""
    detail: str = ""


OF_WHOLE_TEXT = frozenset(
    {"set-widths", "apart-union", "unnamed-table", "hidden-table", "repeated-name", "unused-with"}
    | {"unused-join", "always", "never"}
)
"""Kinds of traits that are not known while a template fills parts of the statement in."""


class SqlStatement(msgspec.Struct, array_like=True):
    """One SQL statement.

    `kind` is the leading verb in lower case (`select`, `insert`, `create`, …). `actions` are filled for
    schema statements, the rest for queries. `understood` is False when neither a tree nor a known
    head was found: such a statement must never be read as clean. `scope` and `call` say which
    Python scope holds the string and which call of that scope takes it as an argument (-1: none, or
    a .sql file). `holes` counts places filled at run time from Python (f-string, `%`, `+`);
    `placeholders` counts bound parameters.
    """

    kind: str
    text: str
    span: Span
    tables: tuple[str, ...] = ()
    actions: tuple[Action, ...] = ()
    predicates: tuple[Predicate, ...] = ()
    order: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    bounded: bool = False
    filtered: bool = False
    transaction: Literal["", "begin", "commit", "rollback"] = ""
    understood: bool = True
    holes: int = 0
    placeholders: int = 0
    scope: int = -1
    call: int = -1
    traits: tuple[Trait, ...] = ()
