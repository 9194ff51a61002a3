"""What well-known library calls return, where the name of the callable does not say it.

A call of a capitalised name gives an instance of it, so constructors need no entry.
"""

RETURNS: dict[str, str] = {
    "logging.getLogger": "logging.Logger",
    "string.Template.substitute": "str",
    "string.Template.safe_substitute": "str",
    "logging.Logger.getChild": "logging.Logger",
    "structlog.get_logger": "structlog.BoundLogger",
    "structlog.getLogger": "structlog.BoundLogger",
    "structlog.stdlib.get_logger": "structlog.BoundLogger",
    "structlog.BoundLogger.bind": "structlog.BoundLogger",
    "structlog.BoundLogger.new": "structlog.BoundLogger",
    "celery.utils.log.get_task_logger": "logging.Logger",
    "loguru.logger.bind": "loguru.logger",
    "loguru.logger.opt": "loguru.logger",
    "loguru.logger.contextualize": "loguru.logger",
    "sqlalchemy.orm.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.orm.sessionmaker()": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.scoped_session()": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.scoped_session": "sqlalchemy.orm.scoped_session",
    "sqlalchemy.ext.asyncio.async_sessionmaker": "sqlalchemy.ext.asyncio.async_sessionmaker",
    "sqlalchemy.ext.asyncio.async_sessionmaker()": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.create_engine": "sqlalchemy.Engine",
    "sqlalchemy.ext.asyncio.create_async_engine": "sqlalchemy.ext.asyncio.AsyncEngine",
    "sqlalchemy.Engine.connect": "sqlalchemy.Connection",
    "sqlalchemy.Engine.begin": "sqlalchemy.Connection",
    "sqlalchemy.ext.asyncio.AsyncEngine.connect": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlalchemy.ext.asyncio.AsyncEngine.begin": "sqlalchemy.ext.asyncio.AsyncConnection",
    "sqlite3.connect": "sqlite3.Connection",
    "sqlite3.Connection.cursor": "sqlite3.Cursor",
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg2.extensions.connection.cursor": "psycopg2.extensions.cursor",
    "psycopg.connect": "psycopg.Connection",
    "psycopg.Connection.cursor": "psycopg.Cursor",
    "psycopg.AsyncConnection.connect": "psycopg.AsyncConnection",
    "psycopg.AsyncConnection.cursor": "psycopg.AsyncCursor",
    "pymysql.connect": "pymysql.Connection",
    "pymysql.Connection.cursor": "pymysql.Cursor",
    "asyncpg.connect": "asyncpg.Connection",
    "asyncpg.create_pool": "asyncpg.Pool",
    "asyncpg.Pool.acquire": "asyncpg.Connection",
    "aiosqlite.connect": "aiosqlite.Connection",
    "tortoise.Tortoise.get_connection": "tortoise.BaseDBAsyncClient",
    "tortoise.connections.get": "tortoise.BaseDBAsyncClient",
    "tortoise.transactions.in_transaction": "tortoise.BaseDBAsyncClient",
    "django.db.connection.cursor": "django.db.Cursor",
    "django.db.connections.cursor": "django.db.Cursor",
    "alembic.op.get_bind": "sqlalchemy.Connection",
    "requests.session": "requests.Session",
    "requests.sessions.Session": "requests.Session",
    "hashlib.new": "hashlib.hash",
}

ALIASES: dict[str, str] = {
    "django.core.urlresolvers": "django.urls",
    "django.core.files.storage.default_storage": "django.core.files.storage.Storage",
    "django.core.files.storage.FileSystemStorage": "django.core.files.storage.Storage",
    "django.core.files.storage.DefaultStorage": "django.core.files.storage.Storage",
    "rest_framework.generics.get_object_or_404": "django.shortcuts.get_object_or_404",
    "six.StringIO": "io.StringIO",
    "six.BytesIO": "io.BytesIO",
    "sqlalchemy.orm.session.Session": "sqlalchemy.orm.Session",
    "sqlalchemy.orm.session.sessionmaker": "sqlalchemy.orm.sessionmaker",
    "sqlalchemy.engine.Connection": "sqlalchemy.Connection",
    "sqlalchemy.engine.base.Connection": "sqlalchemy.Connection",
    "sqlalchemy.engine.Engine": "sqlalchemy.Engine",
    "sqlalchemy.engine.base.Engine": "sqlalchemy.Engine",
    "sqlalchemy.future.select": "sqlalchemy.select",
    "sqlalchemy.sql.text": "sqlalchemy.text",
    "sqlalchemy.sql.expression.text": "sqlalchemy.text",
    "sqlalchemy.sql.expression.select": "sqlalchemy.select",
    "sqlalchemy.sql.select": "sqlalchemy.select",
    "sqlalchemy.schema.Column": "sqlalchemy.Column",
    "sqlalchemy.schema.Index": "sqlalchemy.Index",
    "sqlalchemy.schema.ForeignKey": "sqlalchemy.ForeignKey",
    "sqlalchemy.ext.declarative.declarative_base": "sqlalchemy.orm.declarative_base",
    "sqlalchemy.ext.asyncio.session.AsyncSession": "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlmodel.Session": "sqlalchemy.orm.Session",
    "sqlmodel.select": "sqlalchemy.select",
    "sqlmodel.ext.asyncio.session.AsyncSession": "sqlalchemy.ext.asyncio.AsyncSession",
    "fastapi.routing.APIRouter": "fastapi.APIRouter",
    "fastapi.applications.FastAPI": "fastapi.FastAPI",
    "fastapi.exceptions.HTTPException": "fastapi.HTTPException",
    "fastapi.params.Depends": "fastapi.Depends",
    "fastapi.param_functions.Depends": "fastapi.Depends",
    "flask.app.Flask": "flask.Flask",
    "flask.blueprints.Blueprint": "flask.Blueprint",
    "flask.sansio.blueprints.Blueprint": "flask.Blueprint",
    "flask_restx.api.Api": "flask_restx.Api",
    "flask_restx.namespace.Namespace": "flask_restx.Namespace",
    "flask_restx.resource.Resource": "flask_restx.Resource",
    "flask_restx.reqparse.RequestParser": "flask_restx.RequestParser",
    "flask_restful.reqparse.RequestParser": "flask_restful.RequestParser",
    "flask_login.utils.current_user": "flask_login.current_user",
    "flask_login.utils.login_required": "flask_login.login_required",
    "flask_wtf.csrf.CSRFProtect": "flask_wtf.CSRFProtect",
    "flask_wtf.csrf.CsrfProtect": "flask_wtf.CSRFProtect",
    "flask_wtf.CsrfProtect": "flask_wtf.CSRFProtect",
    "flask_limiter.extension.Limiter": "flask_limiter.Limiter",
    "rest_framework.views.Response": "rest_framework.response.Response",
    "django.http.response.FileResponse": "django.http.FileResponse",
    "django.http.response.Http404": "django.http.Http404",
    "django.http.response.HttpResponse": "django.http.HttpResponse",
    "django.http.response.HttpResponseBadRequest": "django.http.HttpResponseBadRequest",
    "django.http.response.HttpResponseForbidden": "django.http.HttpResponseForbidden",
    "django.http.response.HttpResponseGone": "django.http.HttpResponseGone",
    "django.http.response.HttpResponseNotAllowed": "django.http.HttpResponseNotAllowed",
    "django.http.response.HttpResponseNotFound": "django.http.HttpResponseNotFound",
    "django.http.response.HttpResponsePermanentRedirect": "django.http.HttpResponsePermanentRedirect",
    "django.http.response.HttpResponseRedirect": "django.http.HttpResponseRedirect",
    "django.http.response.HttpResponseServerError": "django.http.HttpResponseServerError",
    "django.http.response.JsonResponse": "django.http.JsonResponse",
    "django.http.response.StreamingHttpResponse": "django.http.StreamingHttpResponse",
    "django.http.request.HttpRequest": "django.http.HttpRequest",
    "django.urls.conf.path": "django.urls.path",
    "django.conf.urls.include": "django.urls.include",
    "django.conf.urls.path": "django.urls.path",
    "django.conf.urls.re_path": "django.urls.re_path",
    "django.conf.urls.url": "django.urls.re_path",
    "django.db.models.base.Model": "django.db.models.Model",
    "django.contrib.gis.db.models.Model": "django.db.models.Model",
    "django.db.models.query.QuerySet": "django.db.models.QuerySet",
    "django.db.models.indexes.Index": "django.db.models.Index",
    "django.db.migrations.migration.Migration": "django.db.migrations.Migration",
    "tortoise.backends.base.client.BaseDBAsyncClient": "tortoise.BaseDBAsyncClient",
    "tortoise.Model": "tortoise.models.Model",
    "aiohttp.web_app.Application": "aiohttp.web.Application",
    "aiohttp.web_routedef.RouteTableDef": "aiohttp.web.RouteTableDef",
    "aiohttp.web_exceptions.HTTPUnauthorized": "aiohttp.web.HTTPUnauthorized",
    "aiohttp.web_exceptions.HTTPForbidden": "aiohttp.web.HTTPForbidden",
    "aiohttp.web_response.json_response": "aiohttp.web.json_response",
    "aiohttp.web_response.Response": "aiohttp.web.Response",
    "litestar.app.Litestar": "litestar.Litestar",
    "litestar.router.Router": "litestar.Router",
    "litestar.controller.Controller": "litestar.Controller",
    "sanic.app.Sanic": "sanic.Sanic",
    "sanic.blueprints.Blueprint": "sanic.Blueprint",
    "sanic.blueprint_group.BlueprintGroup": "sanic.Blueprint.group",
    "sanic.json": "sanic.response.json",
    "sanic.text": "sanic.response.text",
    "sanic.html": "sanic.response.html",
    "sanic.empty": "sanic.response.empty",
    "sanic.raw": "sanic.response.raw",
    "sanic.redirect": "sanic.response.redirect",
    "sanic.HTTPResponse": "sanic.response.HTTPResponse",
    "sanic.SanicException": "sanic.exceptions.SanicException",
    "sanic.Unauthorized": "sanic.exceptions.Unauthorized",
    "sanic.Forbidden": "sanic.exceptions.Forbidden",
    "requests.api.get": "requests.get",
    "requests.api.post": "requests.post",
    "requests.sessions.Session": "requests.Session",
    "werkzeug.exceptions.abort": "flask.abort",
}
"""Public names for the same thing under another path, so that a rule names it once."""

ALIASES |= {
    f"flask_sqlalchemy.SQLAlchemy.{name}": f"sqlalchemy.{name}"
    for name in (
        *("text", "select", "insert", "update", "delete", "func", "literal", "literal_column", "bindparam"),
        *("cast", "and_", "or_", "not_", "asc", "desc", "case", "union", "exists"),
    )
}

WRAPPERS = frozenset(
    {
        "typing.Annotated",
        "typing.Optional",
        "typing.Required",
        "typing.NotRequired",
        "typing.Final",
        "typing.ClassVar",
        "typing.Awaitable",
        "typing.Coroutine",
        "typing.Generator",
        "typing.AsyncGenerator",
        "typing.Iterator",
        "typing.AsyncIterator",
        "typing_extensions.Annotated",
        "collections.abc.Generator",
        "collections.abc.AsyncGenerator",
        "collections.abc.Iterator",
        "collections.abc.AsyncIterator",
        "collections.abc.Awaitable",
        "contextlib.AbstractContextManager",
        "contextlib.AbstractAsyncContextManager",
        "sqlalchemy.orm.Mapped",
    }
)
"""Generic names whose first argument is the type that matters to a caller."""


def canonical(name: str) -> str:
    """The public name of a library's class or function, or of a member of one."""
    known = ALIASES.get(name)
    if known is not None:
        return known
    head, _, tail = name.rpartition(".")
    known = ALIASES.get(head)
    return name if known is None else f"{known}.{tail}"


def returned(name: str) -> str | None:
    """The type that a library's callable returns, when its name does not say it."""
    return RETURNS.get(name)


def last_part(name: str) -> str:
    """The last part of a dotted reference, without its binding mark."""
    return name.rpartition(".")[2].lstrip(":$")
