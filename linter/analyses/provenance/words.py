"""What the provenance of values knows of types and calls: which are safe, which pass a value on."""

from __future__ import annotations

from typing import NamedTuple


class Passage(NamedTuple):
    """What a kind of judgement lets through.

    `types` are safe by themselves: a number cannot carry SQL. `cleaners` are calls whose result is safe, by
    their last name. `ranges` says that a comparison with a limit makes a value safe.
    `whole` follows mappings as a whole: which keys there are, not what stands under one.
    """

    types: frozenset[str]
    cleaners: frozenset[str]
    ranges: bool = False
    whole: bool = False


NUMBERS = frozenset(
    {
        "int",
        "float",
        "bool",
        "complex",
        "decimal.Decimal",
        "uuid.UUID",
        "datetime.datetime",
        "datetime.date",
        "datetime.time",
        "datetime.timedelta",
        "pydantic.UUID4",
        "pydantic.UUID1",
        "pydantic.PositiveInt",
        "pydantic.NonNegativeInt",
        "ipaddress.IPv4Address",
        "ipaddress.IPv6Address",
    }
)
_NUMERIC_CALLS = frozenset(
    [
        "int",
        "float",
        "bool",
        "len",
        "id",
        "abs",
        "sum",
        "round",
        "hash",
        "ord",
        "hex",
        "oct",
        "Decimal",
        "UUID",
        "date",
        "datetime",
        "strftime",
        "isoformat",
        "time",
        "timedelta",
        "count",
        "uuid4",
        "hexdigest",
        "token_hex",
        "isdigit",
        "fromisoformat",
        "timestamp",
        "total_seconds",
        "now",
        "today",
    ]
)
SQL_TEXT = Passage(
    NUMBERS,
    _NUMERIC_CALLS
    | frozenset(
        [
            "quote_name",
            "quote_identifier",
            "quoted_name",
            "quote_ident",
            "Identifier",
            "Literal",
            "SQL",
            "literal",
            "quote",
            "escape_string",
            "quote_literal",
            "escape",
            "escape_identifier",
            "compile",
        ]
    ),
)
SHELL_TEXT = Passage(NUMBERS, _NUMERIC_CALLS | {"quote", "join_args", "list2cmdline", "mkdtemp", "mkstemp"})
AMOUNT = Passage(frozenset({"bool"}), frozenset({"min", "clamp", "len", "bool"}), ranges=True)
RAW = Passage(NUMBERS, frozenset({"len", "bool", "int", "float"}))
KEYS = Passage(NUMBERS, frozenset({"len", "bool", "int", "float", "intersection"}), whole=True)


TRANSPARENT = frozenset(
    [
        "int",
        "float",
        "abs",
        "max",
        "str",
        "sorted",
        "list",
        "tuple",
        "set",
        "frozenset",
        "reversed",
        "iter",
        "next",
        "dict",
        "map",
        "filter",
        "enumerate",
        "zip",
        "dedent",
        "unquote",
        "unquote_plus",
        "quote_plus",
        "urlencode",
        "b64decode",
        "loads",
        "decode_value",
        "escape_uri",
    ]
)
STRING_METHODS = frozenset(
    [
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "capitalize",
        "casefold",
        "replace",
        "encode",
        "decode",
        "split",
        "rsplit",
        "splitlines",
        "partition",
        "rpartition",
        "join",
        "format",
        "format_map",
        "items",
        "keys",
        "values",
        "get",
        "getlist",
        "pop",
        "copy",
        "setdefault",
        "to_dict",
        "removeprefix",
        "removesuffix",
        "zfill",
        "ljust",
        "rjust",
        "expandtabs",
        "translate",
        "dict",
        "getall",
    ]
)
ELEMENT_METHODS = frozenset({"get", "getlist", "pop", "setdefault", "getall"})
"""Methods that take one thing out of a mapping."""

CONFIGURATION = ("settings", "config", "configuration", "environ")
NAMES_OF_CODE = frozenset(
    {"_meta", "__table__", "__tablename__", "db_table", "__name__", "__class__", "__qualname__", "__module__"}
)
