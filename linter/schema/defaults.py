"""Whether a column's default is the same for every row, as PostgreSQL decides it."""

from __future__ import annotations

import re

from linter.backend import Verdict

_WORD = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|[A-Za-z_][A-Za-z0-9_.]*|\S")
_STABLE = frozenset(
    [
        "abs",
        "array_append",
        "array_fill",
        "btrim",
        "ceil",
        "char",
        "chr",
        "coalesce",
        "concat",
        "concat_ws",
        "convert_to",
        "current_database",
        "current_schema",
        "current_setting",
        "date_part",
        "date_trunc",
        "decode",
        "digest",
        "encode",
        "extract",
        "floor",
        "format",
        "greatest",
        "hstore",
        "inet_client_addr",
        "initcap",
        "int4range",
        "int8range",
        "json_build_array",
        "json_build_object",
        "jsonb_build_array",
        "jsonb_build_object",
        "jsonb_object",
        "lcase",
        "least",
        "length",
        "lower",
        "lpad",
        "ltrim",
        "make_date",
        "make_interval",
        "make_timestamp",
        "make_timestamptz",
        "md5",
        "now",
        "nullif",
        "numrange",
        "pg_backend_pid",
        "repeat",
        "replace",
        "round",
        "row",
        "rpad",
        "rtrim",
        "session_user",
        "sha256",
        "statement_timestamp",
        "string_to_array",
        "strpos",
        "substr",
        "substring",
        "timezone",
        "to_char",
        "to_date",
        "to_json",
        "to_jsonb",
        "to_number",
        "to_timestamp",
        "to_tsvector",
        "transaction_timestamp",
        "trim",
        "trunc",
        "tsrange",
        "tstzrange",
        "txid_current",
        "upper",
        "version",
        "current_timestamp",
        "localtimestamp",
        "current_time",
        "localtime",
        "cast",
        "array",
        "interval",
        "date",
        "timestamp",
        "any",
        "varchar",
        "numeric",
        "decimal",
        "character",
        "bit",
        "time",
    ]
)
"""Functions, and types that take a length, whose value is one for the whole statement."""
_VOLATILE = frozenset(
    [
        "clock_timestamp",
        "currval",
        "gen_random_bytes",
        "gen_random_uuid",
        "gen_ulid",
        "lastval",
        "nextval",
        "random",
        "random_normal",
        "setval",
        "timeofday",
        "uuid",
        "uuid_generate_v1",
        "uuid_generate_v1mc",
        "uuid_generate_v4",
        "uuid_generate_v7",
        "uuidv4",
        "uuidv7",
    ]
)


def is_volatile(default: str) -> Verdict:
    """YES when each row gets a value of its own, NO when all get the same one.

    UNKNOWN for a default that can't be seen (`?`). A function that is neither built in nor known counts as
    volatile, as it does for the server unless it was declared otherwise.
    """
    if default == "?":
        return Verdict.UNKNOWN
    words = _WORD.findall(default)
    verdict = Verdict.NO
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name = word.lower().rpartition(".")[2]
        if name in _VOLATILE and following == "(":
            return Verdict.YES
        is_call = following == "(" and (word[0].isalpha() or word[0] == "_")
        if is_call and name not in _STABLE:
            return Verdict.YES
        if word == "?":
            verdict = Verdict.UNKNOWN
    return verdict


def is_known_function(default: str) -> bool:
    """Whether every function in a default is built in, so that what is said of it is certain."""
    words = _WORD.findall(default)
    called = [
        word.lower().rpartition(".")[2]
        for word, following in zip(words, [*words[1:], ""], strict=True)
        if following == "(" and (word[0].isalpha() or word[0] == "_")
    ]
    return all(name in _STABLE or name in _VOLATILE for name in called)
