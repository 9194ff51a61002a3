"""SQL and NoSQL, XPath, LDAP: languages that a value can be read as."""

from __future__ import annotations

from linter.flow.sinks.documents import NOSQL
from linter.flow.sinks.table import rows

SQL = [
    *rows(
        "sql",
        "sqlite3.Cursor.execute sqlite3.Cursor.executemany sqlite3.Connection.execute"
        " sqlite3.Connection.executemany psycopg2.extensions.cursor.execute"
        " psycopg2.extensions.cursor.executemany psycopg.Cursor.execute psycopg.Connection.execute"
        " psycopg.AsyncCursor.execute psycopg.AsyncConnection.execute pymysql.Cursor.execute"
        " django.db.Cursor.execute aiosqlite.Connection.execute aiosqlite.Cursor.execute"
        " MySQLdb.connect().cursor().execute mysql.connector.connect().cursor().execute"
        " sqlalchemy.Connection.exec_driver_sql sqlalchemy.ext.asyncio.AsyncConnection.exec_driver_sql",
        0,
        "sql",
    ),
    *rows("sql", "sqlite3.Cursor.executescript sqlite3.Connection.executescript", 0, "sql_script"),
    *rows(
        "sql",
        "asyncpg.Connection.execute asyncpg.Connection.fetch asyncpg.Connection.fetchrow"
        " asyncpg.Connection.fetchval asyncpg.Pool.execute asyncpg.Pool.fetch asyncpg.Pool.fetchrow"
        " asyncpg.Pool.fetchval",
        0,
        "query",
    ),
    *rows(
        "sql", "sqlalchemy.text sqlalchemy.literal_column sqlalchemy.sql.expression.literal_column", 0, "text"
    ),
    *rows(
        "sql",
        "sqlalchemy.orm.Session.execute sqlalchemy.Connection.execute sqlalchemy.Engine.execute"
        " sqlalchemy.ext.asyncio.AsyncSession.execute sqlalchemy.ext.asyncio.AsyncConnection.execute",
        0,
        "statement",
        "is-text",
    ),
    *rows("sql", "psycopg2.sql.SQL psycopg.sql.SQL", 0, "string"),
    *rows("sql", "django.db.models.expressions.RawSQL django.db.models.RawSQL", 0, "sql"),
    *rows(
        "sql",
        "django.db.models.Model.objects.raw django.db.models.QuerySet.raw django.db.models.Manager.raw",
        0,
        "raw_query",
    ),
    *rows("sql", "?.raw", 0, "raw_query", "is-sql"),
    *[
        row
        for keyword in ("where", "select")
        for row in rows(
            "sql",
            "django.db.models.Model.objects.extra django.db.models.QuerySet.extra"
            " django.db.models.Manager.extra ?.extra",
            -1,
            keyword,
            "is-text-inside",
        )
    ],
    *rows(
        "sql",
        "tortoise.models.Model.raw tortoise.queryset.QuerySet.raw tortoise.expressions.RawSQL",
        0,
        "sql",
    ),
    *[
        row
        for client, mark in (("tortoise.BaseDBAsyncClient", ()), ("?", ("is-sql",)))
        for name in (
            "execute_query",
            "execute_query_dict",
            "execute_insert",
            "execute_many",
            "execute_script",
        )
        for row in rows("sql", f"{client}.{name}", 0, "query", *mark)
    ],
    *rows("sql", "pandas.read_sql pandas.read_sql_query", 0, "sql"),
    *rows(
        "sql",
        "?.execute ?.executemany ?.executescript ?.exec_driver_sql ?.fetchrow ?.fetchval",
        0,
        "sql",
        "is-sql",
    ),
    *rows("sql", "?.fetch ?.read_sql ?.mogrify", 0, "query", "is-sql"),
]

XPATH = [
    *rows("xpath", "lxml.etree.XPath lxml.etree.ETXPath", 0, "path"),
    *rows("xpath", "elementpath.select elementpath.iter_select elementpath.Selector", 1, "path"),
    *rows("xpath", "?.xpath", 0, "_path"),
    *rows("xpath", "?.iterfind ?.findtext ?.findall ?.find", 0, "path", "is-element"),
]

LDAP = [
    *rows(
        "ldap",
        "?.search_s ?.search_st ?.search_ext_s ?.search_ext ldap.ldapobject.LDAPObject.search"
        " ldap.ldapobject.LDAPObject.search_s ldap.ldapobject.LDAPObject.search_st"
        " ldap.ldapobject.LDAPObject.search_ext ldap.ldapobject.LDAPObject.search_ext_s",
        2,
        "filterstr",
    ),
    *rows(
        "ldap",
        "ldap3.Connection.search ldap3.core.connection.Connection.search"
        " ldap3.Connection.extend.standard.paged_search",
        1,
        "search_filter",
    ),
    *rows("ldap", "ldap3.Connection.search", 0, "search_base"),
    *rows("ldap", "?.search", 1, "search_filter", "is-ldap-filter"),
    *rows("ldap", "?.search_s ?.search_ext_s ldap.ldapobject.LDAPObject.search_s", 0, "base"),
]

TABLE = [*SQL, *NOSQL, *XPATH, *LDAP]
