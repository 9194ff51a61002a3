"""Operations of Django migrations as schema actions."""

from __future__ import annotations

from collections.abc import Callable

from linter.facts.sql import Action, Column
from linter.frameworks.django.alterations import (
    Actions,
    Operation,
    condition_of,
    difference,
    index_difference,
    positive_check,
    together_name,
)
from linter.frameworks.django.fields import Field, Fields
from linter.frameworks.django.meta import MetaReader
from linter.frameworks.django.references import (
    is_altered,
    of_renamed_model,
    of_retyped_key,
    referenced_anew,
)
from linter.frameworks.django.server_objects import (
    EXTENSIONS,
    comment,
    create_collation,
    extension,
    remove_collation,
)
from linter.frameworks.django.state import ModelState, State, index_action
from linter.resolve.values import Made, Value, Values


class Operations:
    """Applies operations to the state and says which statements they run."""

    def __init__(self, values: Values, state: State) -> None:
        self.values = values
        self.state = state
        self.fields = Fields(values)

    def read(self, name: str, made: Made, app: str) -> Actions:
        """The statements of the operation `name` of an app, empty for one that runs none."""
        given = Operation(self.values, made, app, name)
        if name in _SERVER_OBJECTS:
            return _SERVER_OBJECTS[name](self.state, given)
        handler = _HANDLERS.get(name)
        return [] if handler is None else handler(self, given)

    # Models

    def create_model(self, given: Operation) -> Actions:
        """`CreateModel(name, fields, options, bases)`."""
        name = given.text(0, "name")
        options = given.options(2)
        table = self.values.text(options.get("db_table")) or f"{given.app}_{name.lower()}"
        managed = not self.values.flag(options.get("proxy")) and self.values.constant(options.get("managed"))
        model = ModelState(given.app, name, table.strip('"'), managed=managed is not False)
        for each in self._fields(given.value(1, "fields")):
            model.fields[each.name] = each
        if self.values.flag(options.get("proxy")):
            self._extend(model, given.value(3, "bases"))
        self.state.models[given.app.lower(), name.lower()] = model
        if not model.managed:
            return []
        plain = [each for each in model.fields.values() if not each.is_many]
        columns = tuple(self.state.fact(model, each, with_default=False) for each in plain)
        checks = [positive_check(model.table, self.state.column(each)) for each in plain if each.is_positive]
        found: Actions = [(Action("create-table", model.table, columns), *checks)]
        found += [self._index_of(model, each) for each in plain if each.is_indexed]
        found += [self.state.create_many(model, each) for each in model.fields.values() if each.is_many]
        found += self._together(model, options.get("unique_together"), unique=True)
        found += self._together(model, options.get("index_together"), unique=False)
        for option in ("indexes", "constraints"):
            for item in self.values.items(options.get(option)) or ():
                declared = self.values.made(item)
                if declared is not None:
                    found += self._add_key(model, declared, ())
        return [actions for actions in found if actions]

    def _extend(self, proxy: ModelState, bases: Value | None) -> None:
        """Give a proxy the table and the fields of its model."""
        for item in self.values.items(bases) or ():
            text = self.values.text(item)
            key = None if text is None else self.state.target_key(proxy, text)
            base = None if key is None else self.state.models.get(key)
            if base is not None:
                proxy.table = base.table
                proxy.fields = base.fields | proxy.fields

    def _fields(self, value: Value | None) -> list[Field]:
        found: list[Field] = []
        for item in self.values.items(value) or ():
            pair = self.values.items(item)
            name = self.values.text(pair[0]) if pair and len(pair) == 2 else None
            each = self.fields.read(name, pair[1]) if name and pair else None
            if each is not None:
                found.append(each)
        return found

    def _index_of(self, model: ModelState, each: Field) -> tuple[Action, ...]:
        return (index_action(model.table, (self.state.column(each),)),)

    def delete_model(self, given: Operation) -> Actions:
        """`DeleteModel(name)`."""
        model = self.state.models.pop((given.app.lower(), given.text(0, "name").lower()), None)
        if model is None or not model.managed:
            return []
        many = [self.state.many_table(model, each) for each in model.fields.values() if each.is_many]
        tables = [*(table for table in many if table), model.table]
        return [(Action("drop-table", table, flags=("cascade",)),) for table in tables]

    def rename_model(self, given: Operation) -> Actions:
        """`RenameModel(old_name, new_name)`."""
        model = self.state.model(given.app, given.text(0, "old_name"))
        new = given.text(1, "new_name")
        if model is None or not new:
            return []
        old_name, old_table = model.name.lower(), model.table
        many = self._many_tables(model)
        self.state.rename_model(model, new)
        if model.table != f"{given.app}_{old_name}":
            return []
        model.table = f"{given.app}_{new.lower()}"
        found: Actions = [(Action("rename-table", old_table, name=model.table),)]
        found += of_renamed_model(self.state, model, old_name)
        for name, table in many.items():
            renamed = self.state.many_table(model, model.fields[name])
            if table and table != renamed:
                found.append((Action("rename-table", table, name=renamed),))
                column = Column(f"{old_name}_id", "")
                found.append((Action("rename-column", renamed, (column,), f"{new.lower()}_id"),))
        return found

    def alter_table(self, given: Operation) -> Actions:
        """`AlterModelTable(name, table)`."""
        model = self.state.model(given.app, given.text(0, "name"))
        if model is None:
            return []
        old, many = model.table, self._many_tables(model)
        model.table = given.text(1, "table") or f"{given.app}_{model.name.lower()}"
        if old == model.table:
            return []
        renamed = self._many_tables(model)
        found = [(Action("rename-table", old, name=model.table),)]
        pairs = [(table, renamed[name]) for name, table in many.items() if table and table != renamed[name]]
        return [*found, *((Action("rename-table", before, name=after),) for before, after in pairs)]

    def _many_tables(self, model: ModelState) -> dict[str, str]:
        """The table of each many-to-many field."""
        return {
            each.name: self.state.many_table(model, each) for each in model.fields.values() if each.is_many
        }

    def alter_options(self, given: Operation) -> Actions:
        """`AlterModelOptions(name, options)`: only `managed` matters to tables."""
        model = self.state.model(given.app, given.text(0, "name"))
        if model is not None and self.values.constant(given.options(1).get("managed")) is False:
            model.managed = False
        return []

    # Fields

    def add_field(self, given: Operation) -> Actions:
        """`AddField(model_name, name, field)`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        each = given.field(self.fields)
        if model is None or each is None:
            return []
        model.fields[each.name] = each
        if not model.managed:
            return []
        if each.is_many:
            many = self.state.create_many(model, each)
            return [many] if many else []
        column = self.state.fact(model, each, with_default=True)
        # Django gives the default to the rows that are there, and takes it from the column again.
        kept = ("default-not-kept",) if each.default and each.db_default is None else ()
        added = Action(
            "add-column", model.table, (column,), references=column.references or "", flags=each.flags + kept
        )
        found: Actions = [(added,)]
        if each.is_indexed:
            found.append(self._index_of(model, each))
        return found

    def remove_field(self, given: Operation) -> Actions:
        """`RemoveField(model_name, name)`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        each = None if model is None else model.fields.pop(given.text(1, "name"), None)
        if model is None or each is None or not model.managed:
            return []
        if each.is_many:
            table = self.state.many_table(model, each)
            return [(Action("drop-table", table),)] if table else []
        column = Column(self.state.column(each), "")
        return [(Action("drop-column", model.table, (column,), flags=("cascade",)),)]

    def rename_field(self, given: Operation) -> Actions:
        """`RenameField(model_name, old_name, new_name)`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        old, new = given.text(1, "old_name"), given.text(2, "new_name")
        if model is None or old not in model.fields or not new:
            return []
        each = model.fields[old]
        before, table = self.state.column(each), self.state.many_table(model, each)
        self.state.rename_field(model, old, new)
        renamed = model.fields[new]
        if each.is_many:
            after = self.state.many_table(model, renamed)
            return [(Action("rename-table", table, name=after),)] if table and table != after else []
        after = self.state.column(renamed)
        if before == after or not model.managed:
            return []
        found: Actions = [(Action("rename-column", model.table, (Column(before, ""),), after),)]
        references, referenced = self.state.reference(model, renamed)
        return found + (referenced_anew(model.table, after, references, referenced) if references else [])

    def alter_field(self, given: Operation) -> Actions:
        """`AlterField(model_name, name, field)`: what differs from the field before."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        new = given.field(self.fields)
        if model is None or new is None:
            return []
        old = model.fields.get(new.name)
        before = None if old is None else self.state.fact(model, old, with_default=False)
        model.fields[new.name] = new
        if old is None or before is None or not model.managed:
            return []
        if old.is_many or new.is_many:
            return self._alter_many(model, old, new)
        after = self.state.fact(model, new, with_default=False)
        found = difference(model.table, before, after, filled=bool(new.default))
        if before.references and before.references == after.references:
            moved = before.name != after.name or is_altered(self.state, model, old, new)
            key = (after.references, after.referenced)
            found += referenced_anew(model.table, after.name, *key) if moved else []
        is_key = new.primary_key or (old.is_unique and new.is_unique)
        if is_key and before.type != after.type:
            found += of_retyped_key(self.state, model, new, after.type)
        return found + index_difference(model.table, old, new, after.name)

    def _alter_many(self, model: ModelState, old: Field, new: Field) -> Actions:
        if old.is_many == new.is_many:
            before, after = self.state.many_table(model, old), self.state.many_table(model, new)
            return (
                [(Action("rename-table", before, name=after),)]
                if before and after and before != after
                else []
            )
        return []

    # Keys and indexes

    def add_index(self, given: Operation) -> Actions:
        """`AddIndex(model_name, index)` and `AddIndexConcurrently`."""
        return self._add(given, "index")

    def add_constraint(self, given: Operation) -> Actions:
        """`AddConstraint(model_name, constraint)` and `AddConstraintNotValid`."""
        return self._add(given, "constraint")

    def _add(self, given: Operation, name: str) -> Actions:
        model = self.state.model(given.app, given.text(0, "model_name"))
        declared = self.values.made(given.value(1, name))
        if model is None or declared is None:
            return []
        flags: tuple[str, ...] = ("concurrently",) if given.name.endswith("Concurrently") else ()
        flags += ("not-valid",) if given.name.endswith("NotValid") else ()
        found = self._add_key(model, declared, flags)
        return found if model.managed else []

    def _add_key(self, model: ModelState, made: Made, flags: tuple[str, ...]) -> Actions:
        marks = {"%(class)s": model.name.lower(), "%(app_label)s": model.app}
        reader = MetaReader(self.values, lambda name: self.state.column_named(model, name), marks)
        last, name = made.name.rpartition(".")[2], reader.name(made)
        if last in ("CheckConstraint", "ExclusionConstraint"):
            kind = "check" if last.startswith("Check") else "exclude"
            model.constraints[name] = kind
            columns, condition = condition_of(
                self.values, made, lambda name: self.state.column_named(model, name)
            )
            return [(Action(f"add-{kind}", model.table, columns, name, flags=flags, expression=condition),)]
        index = reader.index(made)
        if index is None:
            return [(Action("other", model.table, name=name, flags=("create-index", *flags)),)]
        columns = tuple(Column(column, "") for column in index.columns)
        if index.unique and not index.partial and all(column.isidentifier() for column in index.columns):
            model.constraints[name] = "unique"
            return [(Action("add-unique", model.table, columns, name, flags=flags),)]
        if index.unique:
            model.constraints[name] = "index"
        else:
            model.indexes[name] = index.columns
        method = _METHODS.get(last)
        flags = (("unique",) if index.unique else ()) + (("partial",) if index.partial else ()) + flags
        flags += (f"using-{method}",) if method else ()
        return [(Action("create-index", model.table, columns, name, flags=flags),)]

    def remove_index(self, given: Operation) -> Actions:
        """`RemoveIndex(model_name, name)` and `RemoveIndexConcurrently`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        if model is None:
            return []
        name = given.text(1, "name")
        flags = ("concurrently",) if given.name.endswith("Concurrently") else ()
        columns = tuple(Column(column, "") for column in model.indexes.pop(name, ()))
        return [(Action("drop-index", model.table, columns, name, flags=flags),)]

    def rename_index(self, given: Operation) -> Actions:
        """`RenameIndex(model_name, new_name, old_name)`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        old, new = given.text(2, "old_name"), given.text(1, "new_name")
        if model is None:
            return []
        fields = self.values.texts(given.value(3, "old_fields"))
        if fields:
            model.indexes[new] = self.state.columns(model, fields)
        elif old in model.indexes:
            model.indexes[new] = model.indexes.pop(old)
        return [(Action("other", model.table, name=new, flags=("rename-index",)),)]

    def remove_constraint(self, given: Operation) -> Actions:
        """`RemoveConstraint(model_name, name)`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        if model is None:
            return []
        name = given.text(1, "name")
        kind = model.constraints.pop(name, "")
        return [(Action("drop-index" if kind == "index" else "drop-constraint", model.table, name=name),)]

    def validate_constraint(self, given: Operation) -> Actions:
        """`ValidateConstraint(model_name, name)`."""
        model = self.state.model(given.app, given.text(0, "model_name"))
        return (
            []
            if model is None
            else [(Action("validate-constraint", model.table, name=given.text(1, "name")),)]
        )

    def alter_unique_together(self, given: Operation) -> Actions:
        """`AlterUniqueTogether(name, unique_together)`."""
        model = self.state.model(given.app, given.text(0, "name"))
        return [] if model is None else self._together(model, given.value(1, "unique_together"), unique=True)

    def alter_index_together(self, given: Operation) -> Actions:
        """`AlterIndexTogether(name, index_together)`."""
        model = self.state.model(given.app, given.text(0, "name"))
        return [] if model is None else self._together(model, given.value(1, "index_together"), unique=False)

    def _together(self, model: ModelState, value: Value | None, *, unique: bool) -> Actions:
        if value is None:
            return []
        groups = MetaReader(self.values, lambda name: name, {}).groups(value)
        if groups is None:
            return []
        before = model.unique_together if unique else model.index_together
        after = set(groups)
        if unique:
            model.unique_together = after
        else:
            model.index_together = after
        found: Actions = []
        for names in sorted(before - after):
            columns = tuple(Column(column, "") for column in self.state.columns(model, names))
            kind = "drop-constraint" if unique else "drop-index"
            found.append((Action(kind, model.table, columns, together_name(model.table, columns, unique)),))
        for names in sorted(after - before):
            columns = tuple(Column(column, "") for column in self.state.columns(model, names))
            kind = "add-unique" if unique else "create-index"
            found.append((Action(kind, model.table, columns, together_name(model.table, columns, unique)),))
        return found if model.managed else []

    def alter_order(self, given: Operation) -> Actions:
        """`AlterOrderWithRespectTo(name, order_with_respect_to)`."""
        model = self.state.model(given.app, given.text(0, "name"))
        if model is None or not given.text(1, "order_with_respect_to"):
            return []
        column = Column("_order", "integer", nullable=False, default="0")
        return [(Action("add-column", model.table, (column,)),)]


_METHODS = {
    "GinIndex": "gin",
    "GistIndex": "gist",
    "BrinIndex": "brin",
    "HashIndex": "hash",
    "SpGistIndex": "spgist",
}
_HANDLERS: dict[str, Callable[[Operations, Operation], Actions]] = {
    "CreateModel": Operations.create_model,
    "DeleteModel": Operations.delete_model,
    "RenameModel": Operations.rename_model,
    "AlterModelTable": Operations.alter_table,
    "AlterModelOptions": Operations.alter_options,
    "AddField": Operations.add_field,
    "RemoveField": Operations.remove_field,
    "RenameField": Operations.rename_field,
    "AlterField": Operations.alter_field,
    "AddIndex": Operations.add_index,
    "AddIndexConcurrently": Operations.add_index,
    "RemoveIndex": Operations.remove_index,
    "RemoveIndexConcurrently": Operations.remove_index,
    "RenameIndex": Operations.rename_index,
    "AddConstraint": Operations.add_constraint,
    "AddConstraintNotValid": Operations.add_constraint,
    "RemoveConstraint": Operations.remove_constraint,
    "ValidateConstraint": Operations.validate_constraint,
    "AlterUniqueTogether": Operations.alter_unique_together,
    "AlterIndexTogether": Operations.alter_index_together,
    "AlterOrderWithRespectTo": Operations.alter_order,
}
_SERVER_OBJECTS: dict[str, Callable[[State, Operation], Actions]] = {
    "AlterModelTableComment": comment,
    "CreateCollation": create_collation,
    "RemoveCollation": remove_collation,
    **dict.fromkeys(EXTENSIONS, extension),
}
SILENT = frozenset({"AlterConstraint", "AlterModelManagers"})
"""Operations that run nothing."""


def is_known(name: str) -> bool:
    """Whether it is known what an operation of that name runs."""
    return name in _HANDLERS or name in _SERVER_OBJECTS or name in SILENT
