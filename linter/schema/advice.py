"""Safe sequences as code, in the language of the migration that they are for: SQL, Alembic or Django."""

from __future__ import annotations

from linter.backend import Change
from linter.facts.sql import Action
from linter.schema.spelling import quoted, spell


def code(text: str) -> str:
    """A piece of code in backticks, on one line, whatever names the project uses."""
    return "`" + " ".join(text.replace("`", "'").split()) + "`"


def model_of(change: Change) -> str:
    """How Django's operations call the model of a table, as far as the table's name says it."""
    app = change.revision.group
    name = change.name
    return name.removeprefix(f"{app}_") if app else name


def _columns(change: Change) -> list[str]:
    return [each.name for each in change.action.columns]


def concurrent_index(change: Change) -> str:
    """How to build an index without blocking writes."""
    action = change.action
    name = action.name or "_".join((change.name, *_columns(change), "idx"))
    if change.tool == "alembic":
        unique = ", unique=True" if change.has("unique") else ""
        call = (
            f"op.create_index({name!r}, {change.name!r}, {_columns(change)!r}{unique},"
            " postgresql_concurrently=True)"
        )
        return f"write {code(f'with op.get_context().autocommit_block(): {call}')}"
    if change.tool == "django":
        fields = f"models.Index(fields={_columns(change)!r}, name={name!r})"
        operation = code(f"AddIndexConcurrently({model_of(change)!r}, {fields})")
        return (
            f"set `atomic = False` on the migration and use {operation} from"
            " `django.contrib.postgres.operations`"
        )
    flags = (
        *(each for each in action.flags if each in ("unique", "partial") or each.startswith("using-")),
        "concurrently",
    )
    statement = spell(Action("create-index", change.name, action.columns, name, flags=flags))
    return f"run {code(statement)} outside a transaction"


def concurrent_drop(change: Change) -> str:
    """How to drop an index without waiting in front of all readers."""
    name = change.action.name or "?"
    if change.tool == "alembic":
        call = f"op.drop_index({name!r}, table_name={change.name!r}, postgresql_concurrently=True)"
        return f"write {code(f'with op.get_context().autocommit_block(): {call}')}"
    if change.tool == "django":
        operation = code(f"RemoveIndexConcurrently({model_of(change)!r}, {name!r})")
        return (
            f"set `atomic = False` on the migration and use {operation} from"
            " `django.contrib.postgres.operations`"
        )
    return f"run {code(f'DROP INDEX CONCURRENTLY IF EXISTS {quoted(name)}')} outside a transaction"


def unvalidated(change: Change) -> str:
    """How to add a foreign key or CHECK without a scan under its lock."""
    action = change.action
    table = quoted(change.name)
    name = action.name or _constraint_name(change)
    validate = f"ALTER TABLE {table} VALIDATE CONSTRAINT {quoted(name)}"
    add = f"ALTER TABLE {table} ADD CONSTRAINT {quoted(name)} {_constraint(change)} NOT VALID"
    if change.tool == "alembic":
        kind = "create_foreign_key" if change.kind == "add-foreign-key" else "create_check_constraint"
        if change.kind == "add-column":
            return (
                f"add the column alone, then {code(f'op.execute({add!r})')}, and in a revision of the next"
                f" deployment {code(f'op.execute({validate!r})')}"
            )
        return (
            f"pass `postgresql_not_valid=True` to {code(f'op.{kind}')}, and in a revision of the next"
            f" deployment {code(f'op.execute({validate!r})')}"
        )
    if change.tool == "django":
        if change.kind == "add-check":
            operation = code(f"AddConstraintNotValid({model_of(change)!r}, constraint)")
            later = code(f"ValidateConstraint({model_of(change)!r}, {name!r})")
            return (
                f"use {operation}, and {later} in the next migration, both from"
                " `django.contrib.postgres.operations`"
            )
        if not action.references:
            definition = change.definition
            column = f"{quoted(change.column)} {definition.type if definition is not None else ''}"
            plain = f"ALTER TABLE {table} ADD COLUMN {column}"
            return (
                f"in a `SeparateDatabaseAndState` run {code(f'migrations.RunSQL({plain!r})')} and"
                f" {code(f'migrations.RunSQL({add!r})')}, and in the next migration"
                f" {code(f'migrations.RunSQL({validate!r})')}"
            )
        return (
            f"add the field with `db_constraint=False`, then {code(f'migrations.RunSQL({add!r})')}, and in"
            f" the next migration {code(f'migrations.RunSQL({validate!r})')}"
        )
    return f"run {code(add)}, and in the next migration {code(validate)}"


def _constraint_name(change: Change) -> str:
    suffix = (
        "check"
        if change.kind == "add-check" or (change.kind == "add-column" and change.has("check"))
        else "fkey"
    )
    return "_".join((change.name.rpartition(".")[2], *(_columns(change)[:1]), suffix))


def _constraint(change: Change) -> str:
    action = change.action
    if change.kind == "add-foreign-key" or (change.kind == "add-column" and action.references):
        columns = ", ".join(quoted(each) for each in _columns(change))
        return f"FOREIGN KEY ({columns}) REFERENCES {quoted(action.references or '?')}"
    positive = f"{quoted(change.column)} >= 0" if change.tool == "django" and change.column else "…"
    return f"CHECK ({action.expression or positive})"


def index_first(change: Change) -> str:
    """How to add a unique or primary key constraint from an index that was built concurrently."""
    kind = "PRIMARY KEY" if change.kind == "add-primary-key" or _is_key(change) else "UNIQUE"
    columns = _columns(change)
    stem = "_".join((change.name.rpartition(".")[2], *columns))
    index = f"{stem}_idx" if change.action.name in ("", f"{stem}_idx") else f"{change.action.name}_idx"
    constraint = change.action.name or f"{stem}_{'pkey' if kind == 'PRIMARY KEY' else 'key'}"
    action = Action(
        "create-index", change.name, change.action.columns, index, flags=("unique", "concurrently")
    )
    attach = (
        f"ALTER TABLE {quoted(change.name)} ADD CONSTRAINT {quoted(constraint)} {kind} USING INDEX"
        f" {quoted(index)}"
    )
    first, then = spell(action), attach
    if change.tool == "alembic":
        return (
            f"run {code(f'op.execute({first!r})')} in an `autocommit_block`, then"
            f" {code(f'op.execute({then!r})')}"
        )
    if change.tool == "django":
        return (
            f"with `atomic = False` run {code(f'migrations.RunSQL({first!r})')}, then in a"
            f" `SeparateDatabaseAndState` {code(f'migrations.RunSQL({then!r})')}"
        )
    return f"run {code(first)} outside a transaction, then {code(then)}"


def _is_key(change: Change) -> bool:
    return change.kind == "add-column" and change.definition is not None and change.definition.primary_key


def checked_not_null(change: Change) -> str:
    """How to make a column NOT NULL without a scan under ACCESS EXCLUSIVE (PostgreSQL 12 and later)."""
    table, column = quoted(change.name), quoted(change.column)
    name = quoted(f"{change.name.rpartition('.')[2]}_{change.column}_not_null")
    add = f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK ({column} IS NOT NULL) NOT VALID"
    validate = f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}"
    if change.tool == "alembic":
        return (
            f"first {code(f'op.execute({add!r})')}, in the next deployment"
            f" {code(f'op.execute({validate!r})')}, then this one"
        )
    if change.tool == "django":
        constraint = (
            f"models.CheckConstraint(condition=models.Q({change.column}__isnull=False), name={name!r})"
        )
        return (
            f"first {code(f'AddConstraintNotValid({model_of(change)!r}, {constraint})')}, in the next"
            f" migration {code(f'ValidateConstraint({model_of(change)!r}, {name!r})')}, then this one"
        )
    return f"first {code(add)}, in the next migration {code(validate)}, then this one"


def in_two_deployments(change: Change, first: str, second: str) -> str:
    """Advice that needs two deployments, because the version that still runs must work with both schemas."""
    noun = "revision" if change.tool == "alembic" else "migration"
    return f"in this deployment {first}, and in a {noun} of the next one {second}"
