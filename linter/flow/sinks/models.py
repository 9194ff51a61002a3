"""Rows that are filled from a mapping: who picks the keys picks the columns that are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Entries
from linter.flow.sinks.table import rows
from linter.flow.values import Text, Value, const_of

if TYPE_CHECKING:
    from linter.flow.access import Access

MODELS = (
    "django.db.models.Model",
    "sqlalchemy.orm.DeclarativeBase",
    "sqlalchemy.orm.declarative_base()",
    "flask_sqlalchemy.SQLAlchemy.Model",
    "sqlmodel.SQLModel",
    "mongoengine.Document",
    "peewee.Model",
    "tortoise.models.Model",
)
WRITERS = frozenset(
    {"create", "acreate", "update", "aupdate", "get_or_create", "update_or_create", "values", "insert"}
)
"""Methods of managers, queries and statements whose keywords are columns."""
KEYS = [
    *rows("keys", "setattr", 1, "name", "picked"),
    *rows("keys", "object.__dict__.update", 0, "", "all-keys"),
]

_USER_MODEL = "django.contrib.auth.get_user_model()"
"""The class of accounts, called."""
_OBJECT_MAPPERS = ("django.", "mongoengine.", "peewee.", "tortoise.")
_STATEMENTS = ("sqlalchemy.", "sqlmodel.", "flask_sqlalchemy.")
_PARSERS = frozenset({"json.loads", "orjson.loads", "ujson.loads", "simplejson.loads", "rapidjson.loads"})
_COPIES = frozenset({"dict", "to_dict", "copy", "json", "get_json", "deepcopy", "loads"})


def writes_rows(name: str) -> bool:
    """Whether a call of this canonical name takes the columns of a row as keywords."""
    if name == _USER_MODEL:
        return True
    last = name.rpartition(".")[2]
    if name.startswith(_STATEMENTS):
        return last == "values"
    return last in WRITERS and name.startswith(_OBJECT_MAPPERS)


def copies_keys(name: str) -> bool:
    """Whether a call gives a mapping the keys of which are those that it was given.

    `name` is canonical, or the last name of a method of a request's own value. Any other function, of a
    schema as a rule, names the keys itself.
    """
    if name in _PARSERS or name in _COPIES:
        return True
    return name.rpartition(".")[2] in _COPIES and name.startswith(("request.", "copy."))


def all_keys(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The names under which a mapping holds its values."""
    record = None if value is None else act.record(value)
    return record.keys if type(record) is Entries else value


def picked(act: Access, args: Args, value: Value | None, receiver: Value) -> Value | None:
    """The name of an attribute, unless the program writes a part of it."""
    if value is None or len(args.positional) != 3 or const_of(value) is not ...:
        return None
    return None if type(value.shape) is Text else value
