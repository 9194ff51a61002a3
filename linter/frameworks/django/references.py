"""Foreign keys that Django drops and adds again when what they join is altered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from linter.facts.sql import Action, Column
from linter.frameworks.django.alterations import Actions
from linter.frameworks.django.fields import Field
from linter.frameworks.django.state import Key, ModelState, State


def referenced_anew(table: str, column: str, references: str) -> Actions:
    """What drops a foreign key and adds it again."""
    name = f"{table}_{column}_fkey"
    return [
        (Action("drop-constraint", table, name=name),),
        (Action("add-foreign-key", table, (Column(column, ""),), name, references),),
    ]


def of_renamed_model(state: State, renamed: ModelState) -> Actions:
    """The foreign keys to a model whose table has another name now."""
    key = _key(renamed)
    return [
        actions
        for table, column in _columns_to(state, key)
        for actions in referenced_anew(table, column, renamed.table)
    ]


def of_retyped_key(state: State, model: ModelState, type_: str) -> Actions:
    """The columns that point to a primary key get its new type, those of many-to-many tables as well."""
    found: Actions = []
    for table, column in [*_columns_to(state, _key(model)), *_many_columns_to(state, _key(model))]:
        drop, add = referenced_anew(table, column, model.table)
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


def _columns_to(state: State, key: Key) -> Iterator[tuple[str, str]]:
    for model in state.models.values():
        for each in model.fields.values():
            to_one = each.is_relation and not each.is_many and each.constrained and model.managed
            if to_one and state.target_key(model, each.to) == key:
                yield model.table, state.column(each)


def _many_columns_to(state: State, key: Key) -> Iterator[tuple[str, str]]:
    for model in state.models.values():
        for each in model.fields.values():
            table = state.many_table(model, each) if each.is_many and model.managed else ""
            ends = [_key(model), state.target_key(model, each.to)] if table else []
            if key in ends:
                names = [f"{key[1]}_id"] if ends[0] != ends[1] else [f"from_{key[1]}_id", f"to_{key[1]}_id"]
                yield from ((table, name) for name in names)
