"""Rows of a database: what it proves of a value that a query by it finds one."""

from __future__ import annotations

from linter.flow import checks
from linter.flow.arguments import Args
from linter.flow.kinds import ASKED, WORD
from linter.flow.values import Marks, Value

_MAPPERS = (
    "sqlalchemy.",
    "flask_sqlalchemy.",
    "sqlmodel.",
    "django.db.",
    "django.shortcuts.get_object_or_404",
    "django.shortcuts.aget_object_or_404",
    "peewee.",
    "tortoise.",
)
_KEY_STORES = ("redis.", "fakeredis.", "valkey.")
_KEYED = frozenset({"exists", "hexists", "sismember"})
"""What asks a store whether it has a key, or a member of a set."""
_COMPARING = frozenset({"filter", "filter_by", "where", "get_or_none"})
_CARRYING = frozenset({"first", "one_or_none", "scalar_one_or_none", "exists", "count", "order_by"})
_CARRYING |= {"all", "distinct", "select_related", "prefetch_related", "only", "defer", "options", "limit"}
_RAISING = frozenset(
    {"get", "aget", "get_object_or_404", "aget_object_or_404", "one", "scalar_one", "first_or_404"}
    | {"one_or_404", "earliest", "latest"}
)
"""What raises, or answers the request, when there is no row."""
_NOT_EQUAL = frozenset(
    {"id", "pk", "defaults", "contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"}
    | {"gt", "gte", "lt", "lte", "in", "range", "isnull", "regex", "iregex", "search", "has_key", "overlap"}
)
"""Keys, and lookups that ask for more than the same text."""
_NAMED = checks.ADDRESS | checks.CONTAINED
_HELD = _NAMED | ASKED
"""What a text is fit for that a column holds as it is. Rows may hold any text: it is no more than an address
or a name that is registered."""


def held_by_rows(name: str, args: Args, receiver: Value) -> Marks:
    """What follows for the values that a query compares with columns if it finds a row.

    Keys of rows are left out, since a database may make a number of the text that is asked for, but for
    Django's: it reads a number or a UUID itself and refuses everything else.
    """
    last = name.rpartition(".")[2]
    if last in _KEYED and name.startswith(_KEY_STORES):
        return checks.union(*[checks.marks(each, _HELD) for each in args.positional])
    if not name.startswith(_MAPPERS):
        return ()
    if last in _CARRYING:
        return receiver.yes
    if last in _RAISING:
        return checks.union(receiver.yes, _compared(args, _NAMED), _keys(name, args))
    if last not in _COMPARING:
        return ()
    proved = checks.union(receiver.yes, _compared(args, _HELD), _keys(name, args))
    for each in args.positional:
        proved = checks.union(proved, tuple([(root, way, mask & _HELD) for root, way, mask in each.yes]))
    return proved


def _keys(name: str, args: Args) -> Marks:
    """Marks of the keys that Django looks rows up by."""
    given = [args.keywords[each] for each in ("pk", "id") if each in args.keywords]
    return checks.union(*[checks.marks(each, WORD) for each in given if name.startswith("django.")])


def raises_without_row(name: str) -> bool:
    """Whether a program gets past a query only if the query has found a row."""
    return name.startswith(_MAPPERS) and name.rpartition(".")[2] in _RAISING


def _compared(args: Args, mask: int) -> Marks:
    """Marks of values that columns are held against by name: `filter_by(name=value)`."""
    proved: Marks = ()
    for key, value in args.keywords.items():
        column = key.removesuffix("__exact").removesuffix("__iexact").rpartition("__")[2]
        if column not in _NOT_EQUAL and not column.endswith("_id"):
            proved = checks.union(proved, checks.marks(value, mask))
    return proved
