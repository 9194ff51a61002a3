"""What Django's migrations know of the models at one moment: fields, keys and tables."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from linter.facts.expressions import Ref
from linter.facts.sql import Action, Column
from linter.frameworks.django.fields import Field
from linter.frameworks.django.known_models import TABLES
from linter.resolve.values import Value, Values

Key = tuple[str, str]
"""App label and model name in lower case."""
_DEEP = 12


@dataclass(slots=True)
class ModelState:
    """A model in a migration's state. `name` is as written; `managed` is False without a table of its own."""

    app: str
    name: str
    table: str
    managed: bool = True
    fields: dict[str, Field] = field(default_factory=dict)
    unique_together: set[tuple[str, ...]] = field(default_factory=set)
    index_together: set[tuple[str, ...]] = field(default_factory=set)
    indexes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    constraints: dict[str, str] = field(default_factory=dict)
    """The kind of each constraint, by name: `unique`, `index` (with a condition), `check`, `exclude`."""

    def copy(self) -> ModelState:
        """A copy that can be changed apart."""
        return replace(
            self,
            fields=dict(self.fields),
            unique_together=set(self.unique_together),
            index_together=set(self.index_together),
            indexes=dict(self.indexes),
            constraints=dict(self.constraints),
        )


class State:
    """The models at one moment."""

    def __init__(self, values: Values, user_model: str, key_type: str) -> None:
        self.values = values
        self.user_model = user_model
        self.key_type = key_type
        self.models: dict[Key, ModelState] = {}

    def model(self, app: str, name: str | None) -> ModelState | None:
        """A model by its app and its name in any case."""
        return None if name is None else self.models.get((app.lower(), name.lower()))

    def declared(self) -> frozenset[tuple[str, str]]:
        """Table and column of every field, and each table with an empty column."""
        found: set[tuple[str, str]] = set()
        for model in self.models.values():
            found.add((model.table, ""))
            found.update((model.table, self.column(each)) for each in model.fields.values())
        return frozenset(found)

    def column(self, each: Field) -> str:
        """The column of a field."""
        return each.column or (f"{each.name}_id" if each.is_relation else each.name)

    def column_named(self, model: ModelState, name: str) -> str:
        """The column of the field with that name."""
        each = model.fields.get(name)
        return name if each is None else self.column(each)

    def columns(self, model: ModelState, names: tuple[str, ...]) -> tuple[str, ...]:
        """The columns of several fields."""
        return tuple(self.column_named(model, name) for name in names)

    def target_key(self, model: ModelState, to: Value | str | None) -> Key | None:
        """The model that a relation of `model` leads to."""
        if to is None:
            return None
        text = to if isinstance(to, str) else self.values.text(to)
        if text is None:
            last = to.expr.name if isinstance(to, Value) and isinstance(to.expr, Ref) else ""
            if not last.endswith("USER_MODEL"):
                return None
            text = self.user_model
        if text == "self":
            return model.app.lower(), model.name.lower()
        app, _, name = text.rpartition(".")
        return (app or model.app).lower(), name.lower()

    def key(self, key: Key | None, to_field: str = "", depth: int = 0) -> tuple[str, str, str]:
        """Table, key column and its type of the model that a relation leads to; empty when unknown."""
        model = None if key is None else self.models.get(key)
        if model is None or depth > _DEEP:
            return TABLES.get(key, ("", "", "")) if key is not None else ("", "", "")
        for each in model.fields.values():
            if each.name == to_field if to_field else each.primary_key:
                return model.table, self.column(each), self.type(model, each, depth + 1)
        return model.table, "id", self.key_type

    def type(self, model: ModelState, each: Field, depth: int = 0) -> str:
        """The type of a field's column."""
        if not each.is_relation:
            return each.type
        return self.key(self.target_key(model, each.to), each.to_field, depth)[2]

    def fact(self, model: ModelState, each: Field, *, with_default: bool) -> Column:
        """The column of a field as a statement declares it."""
        references, referenced = self.reference(model, each)
        default = each.db_default
        if default is None and with_default:
            default = "?" if each.default == "" else each.default
        return Column(
            name=self.column(each),
            type=self.type(model, each),
            nullable=each.null,
            primary_key=each.primary_key,
            unique=each.is_unique,
            default=default,
            references=references or None,
            referenced=referenced,
        )

    def reference(self, model: ModelState, each: Field) -> tuple[str, str]:
        """The table that a foreign key points to, and the column there unless it is the primary key.

        Both are empty for a field without a constraint.
        """
        if not each.is_relation or not each.constrained:
            return "", ""
        key = self.target_key(model, each.to)
        table, column, _ = self.key(key, each.to_field)
        return table, column if column != self.key(key)[1] else ""

    def rename_field(self, model: ModelState, old: str, new: str) -> None:
        """Give a field another name, in the keys of its model and in all foreign keys to it as well."""
        own = (model.app.lower(), model.name.lower())
        renamed = replace(model.fields[old], name=new)
        model.fields = {new if n == old else n: renamed if n == old else f for n, f in model.fields.items()}
        model.unique_together = {
            tuple(new if n == old else n for n in names) for names in model.unique_together
        }
        for other in self.models.values():
            for name, each in other.fields.items():
                if each.to_field == old and self.target_key(other, each.to) == own:
                    other.fields[name] = replace(each, to_field=new)

    def many_table(self, model: ModelState, each: Field) -> str:
        """The table of a many-to-many field, empty when it goes through a model."""
        if each.through is not None:
            return ""
        return each.db_table or f"{model.table}_{each.name}"

    def create_many(self, model: ModelState, each: Field) -> tuple[Action, ...]:
        """What makes the table of a many-to-many field."""
        table = self.many_table(model, each)
        if not table:
            return ()
        own = (model.app.lower(), model.name.lower())
        other = self.target_key(model, each.to)
        if other is None:
            return (Action("create-table", table, flags=("as-select",)),)
        names = (
            (f"from_{own[1]}_id", f"to_{other[1]}_id") if other == own else (f"{own[1]}_id", f"{other[1]}_id")
        )
        columns = [Column("id", self.key_type, False, True)]
        for name, key in zip(names, (own, other), strict=True):
            target, _, type_ = self.key(key)
            columns.append(Column(name, type_, nullable=False, references=target or None))
        actions = [
            Action("create-table", table, tuple(columns)),
            Action("add-unique", table, tuple(Column(name, "") for name in names), f"{table}_uniq"),
        ]
        actions += [index_action(table, (name,)) for name in names]
        return tuple(actions)

    def rename_model(self, model: ModelState, new: str) -> None:
        """Give a model another name, in all relations to it as well."""
        old = (model.app.lower(), model.name.lower())
        del self.models[old]
        model.name = new
        self.models[old[0], new.lower()] = model
        for other in self.models.values():
            for name, each in other.fields.items():
                if each.is_relation and self.target_key(other, each.to) == old:
                    other.fields[name] = replace(each, to=f"{model.app}.{new}")


def index_action(table: str, columns: tuple[str, ...], name: str = "", flags: tuple[str, ...] = ()) -> Action:
    """An action that makes an index."""
    name = name or f"{table}_{'_'.join(columns)}_idx"
    return Action("create-index", table, tuple(Column(column, "") for column in columns), name, flags=flags)
