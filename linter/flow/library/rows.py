"""Rows of a database: what it proves of a value that a query by it finds one."""

from __future__ import annotations

from linter.flow import checks
from linter.flow.arguments import Args
from linter.flow.kinds import ASKED
from linter.flow.values import Marks, Value

_MAPPERS = ("sqlalchemy.", "flask_sqlalchemy.", "sqlmodel.", "django.db.", "peewee.", "tortoise.")
_COMPARING = frozenset({"filter", "filter_by", "where", "get_or_none"})
_CARRYING = frozenset({"first", "one_or_none", "scalar_one_or_none", "exists", "count", "order_by"})
_HELD = checks.ADDRESS | checks.CONTAINED | ASKED
"""What a text is fit for that a column holds as it is. Rows may hold any text: it is no more than an address
or a name that is registered."""


def held_by_rows(name: str, args: Args, receiver: Value) -> Marks:
    """What follows for the values that a query compares with columns if it finds a row.

    Keys of rows are left out: a database may make a number of the text that is asked for.
    """
    if not name.startswith(_MAPPERS):
        return ()
    last = name.rpartition(".")[2]
    if last in _CARRYING:
        return receiver.yes
    if last not in _COMPARING:
        return ()
    proved = receiver.yes
    for key, value in args.keywords.items():
        if "__" not in key and key not in ("id", "pk") and not key.endswith("_id"):
            proved = checks.union(proved, checks.marks(value, _HELD))
    for each in args.positional:
        proved = checks.union(proved, tuple([(root, way, mask & _HELD) for root, way, mask in each.yes]))
    return proved
