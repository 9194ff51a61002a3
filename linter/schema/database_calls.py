"""SQL strings that Python code hands to a database, outside migrations."""

from __future__ import annotations

from linter.backend import Backend, Function, Site, Statement, Table, Verdict
from linter.resolve.values import call_index
from linter.schema.strings import SqlStrings

_CALLS = (
    "DDL",
    "RawSQL",
    "SQL",
    "cursor",
    "exec_driver_sql",
    "execute",
    "execute_async",
    "execute_insert",
    "execute_many",
    "execute_query",
    "execute_query_dict",
    "execute_script",
    "executemany",
    "executescript",
    "extra",
    "fetch",
    "fetch_all",
    "fetch_one",
    "fetch_val",
    "fetchrow",
    "fetchval",
    "from_statement",
    "iterate",
    "mogrify",
    "prepare",
    "raw",
    "read_sql",
    "read_sql_query",
    "scalar",
    "scalars",
    "text",
)
"""Last names of calls that take SQL. A string gets here only when it reads like SQL."""


def string_statements(
    backend: Backend, strings: SqlStrings, migrations: frozenset[str], tables: dict[str, Table], dialect: str
) -> list[Statement]:
    """Statements of SQL strings, each once, with the function that hands it over. Migrations are left out."""
    found: dict[int, Statement] = {}
    for name in _CALLS:
        for site in backend.methods_called(name):
            if site.function.module.path in migrations or not _takes_sql(name, site):
                continue
            assert site.call is not None
            for each in strings.of_call(site.function, call_index(site.function, site.call)):
                if id(each.statement) not in found:
                    found[id(each.statement)] = Statement(
                        facts=each.statement,
                        location=each.holder.module.locate(each.statement.span),
                        scope=site.function.name,
                        origin="string",
                        dialect=dialect,
                        function=site.function if isinstance(site.function, Function) else None,
                        in_transaction=Verdict.UNKNOWN,
                        schema=tables,
                    )
    return sorted(found.values(), key=lambda each: each.location)


def _takes_sql(name: str, site: Site) -> bool:
    callee = site.callee.name
    if name == "text":
        return callee.startswith(("sqlalchemy", "?"))
    if name == "SQL":
        return callee.startswith(("psycopg", "?"))
    return not callee.startswith(("httpx", "requests", "aiohttp", "click", "typer"))
