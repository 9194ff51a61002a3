"""Foreign keys that Django drops and adds again when what they join is altered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from linter.facts.sql import Action, Column
from linter.frameworks.django.alterations import Actions
from linter.frameworks.django.fields import Field
from linter.frameworks.django.state import Key, ModelState, State


def referenced_anew(table: str, column: str, references: str, referenced: str = "") -> Actions:
    """What drops a foreign key and adds it again; `referenced` is the column there, empty for the key."""
    name = f"{table}_{column}_fkey"
    return [(Action("drop-constraint", table, name=name),), added_key(table, column, references, referenced)]


def added_key(table: str, column: str, references: str, referenced: str) -> tuple[Action, ...]:
    """What adds a foreign key."""
    name = f"{table}_{column}_fkey"
    there = (referenced,) if referenced else ()
    return (Action("add-foreign-key", table, (Column(column, ""),), name, references, referenced=there),)


def of_renamed_model(state: State, renamed: ModelState, old_name: str) -> Actions:
    """What a model's new name changes in the tables of others that point to it.

    Django leaves the foreign keys of hidden relations (`related_name="+"`) as they are.
    """
    key = _key(renamed)
    found: Actions = []
    for model, each in _fields_to(state, key):
        if each.is_many and model is not renamed and (table := state.many_table(model, each)):
            found.append((Action("rename-column", table, (Column(f"{old_name}_id", ""),), f"{key[1]}_id"),))
            found += referenced_anew(table, f"{key[1]}_id", renamed.table)
        elif not each.is_many and each.constrained and not each.related_name.endswith("+"):
            there = state.reference(model, each)[1]
            found += referenced_anew(model.table, state.column(each), renamed.table, there)
    return found


def of_retyped_key(state: State, model: ModelState, key: Field, type_: str) -> Actions:
    """The columns that point to a key get its new type, those of many-to-many tables as well."""
    found: Actions = []
    there = "" if key.primary_key else state.column(key)
    pointing = [each for each in _columns_to(state, _key(model)) if each[2] == there]
    if key.primary_key:
        pointing += [(*each, "") for each in _many_columns_to(state, _key(model))]
    for table, column, _ in pointing:
        drop, add = referenced_anew(table, column, model.table, there)
        found += [drop, (Action("alter-column-type", table, (Column(column, type_),)),), add]
    return found


def is_altered(state: State, model: ModelState, old: Field, new: Field) -> bool:
    """Whether two declarations of a foreign key differ in anything that the database may see."""

    def seen(each: Field) -> Field:
        return replace(
            each,
            column="",
            location=new.location,
            to=None,
            related_name="",
            related_query_name="",
            complete=True,
        )

    same_target = state.target_key(model, old.to) == state.target_key(model, new.to)
    return not same_target or seen(old) != seen(new)


def _key(model: ModelState) -> Key:
    return model.app.lower(), model.name.lower()


def _fields_to(state: State, key: Key) -> Iterator[tuple[ModelState, Field]]:
    """The relations to a model, of models with tables."""
    for model in state.models.values():
        for each in model.fields.values():
            if model.managed and each.is_relation and state.target_key(model, each.to) == key:
                yield model, each


def _columns_to(state: State, key: Key) -> Iterator[tuple[str, str, str]]:
    """Table and column of each foreign key to a model, and the column there if not its primary key."""
    for model, each in _fields_to(state, key):
        if not each.is_many and each.constrained:
            yield model.table, state.column(each), state.reference(model, each)[1]


def _many_columns_to(state: State, key: Key) -> Iterator[tuple[str, str]]:
    for model in state.models.values():
        for each in model.fields.values():
            table = state.many_table(model, each) if each.is_many and model.managed else ""
            ends = [_key(model), state.target_key(model, each.to)] if table else []
            if key in ends:
                names = [f"{key[1]}_id"] if ends[0] != ends[1] else [f"from_{key[1]}_id", f"to_{key[1]}_id"]
                yield from ((table, name) for name in names)
