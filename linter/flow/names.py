"""Names of types and library functions that say by themselves what becomes of a value."""

from __future__ import annotations

NUMBERS = frozenset(
    {
        "int",
        "float",
        "complex",
        "decimal.Decimal",
        "fractions.Fraction",
        "pydantic.PositiveInt",
        "pydantic.NonNegativeInt",
        "pydantic.conint",
    }
)
HARMLESS_TYPES = NUMBERS | frozenset(
    {
        "bool",
        "NoneType",
        "uuid.UUID",
        "pydantic.UUID1",
        "pydantic.UUID3",
        "pydantic.UUID4",
        "pydantic.UUID5",
        "datetime.datetime",
        "datetime.date",
        "datetime.time",
        "datetime.timedelta",
        "ipaddress.IPv4Address",
        "ipaddress.IPv6Address",
        "ipaddress.IPv4Network",
        "ipaddress.IPv6Network",
        "typing.Literal",
        "typing_extensions.Literal",
        "pydantic.EmailStr",
        "zoneinfo.ZoneInfo",
        "pydantic_extra_types.timezone_name.TimeZoneName",
    }
)
"""Types whose values cannot carry an injection, whatever the caller sends."""

BUILTIN_TYPES = frozenset(
    {"int", "float", "complex", "bool", "str", "bytes", "list", "tuple", "set", "frozenset", "dict"}
)
"""Types that a program hands around to have values made of others."""

ENUMS = ("enum.Enum", "enum.StrEnum", "enum.IntEnum", "enum.Flag", "enum.IntFlag")

NEVER_RETURNS = frozenset(
    {
        "flask.abort",
        "quart.abort",
        "werkzeug.exceptions.abort",
        "flask_restful.abort",
        "flask_restx.abort",
        "flask_smorest.abort",
        "bottle.abort",
        "sys.exit",
        "os._exit",
        "os.abort",
        "exit",
        "quit",
        "pytest.fail",
    }
)

DOCUMENT_CLIENTS = ("pymongo.", "motor.", "flask_pymongo.")
"""How names of clients of document stores begin."""
_GETTERS = ("get_database()", "get_default_database()", "get_collection()")


def is_document_client(name: str) -> bool:
    """Whether an instance is a client, database or collection: all it has under a name is another one."""
    if not name.startswith(DOCUMENT_CLIENTS):
        return False
    return "()" not in name.replace("()", "", 1) if name.endswith(_GETTERS) else "()" not in name


STORES = (
    "sqlalchemy.",
    "flask_sqlalchemy.",
    "sqlmodel.",
    "django.db.",
    "django.contrib.auth.",
    "django.core.cache.",
    "django.core.paginator.",
    "django.contrib.staticfiles.",
    "django.shortcuts.get_object_or_404",
    "django.shortcuts.get_list_or_404",
    "peewee.",
    "tortoise.",
    "pymongo.",
    "motor.",
    "mongoengine.",
    "redis.",
    "fakeredis.",
    "valkey.",
    "boto3.",
    "botocore.",
    "aiobotocore.",
    "requests.",
    "httpx.",
    "aiohttp.",
    "urllib.request.",
    "urllib3.",
    "subprocess.",
    "asyncio.create_subprocess_shell",
    "asyncio.create_subprocess_exec",
    "os.popen",
    "os.system",
    "os.stat",
    "os.listdir",
    "os.scandir",
    "sqlite3.",
    "psycopg.",
    "psycopg2.",
    "pymysql.",
    "MySQLdb.",
    "asyncpg.",
    "aiosqlite.",
    "ldap.",
    "ldap3.",
    "smtplib.",
    "celery.",
    "elasticsearch.",
    "google.",
    "stripe.",
    "docker.",
    "kubernetes.",
    "logging.",
    "structlog.",
    "loguru.",
    "hashlib.",
    "hmac.",
    "mimetypes.",
    "calendar.",
    "secrets.",
    "random.",
    "time.",
    "bcrypt.",
    "werkzeug.security.",
    "django.utils.crypto.",
    "jwt.encode",
    "jwt.decode",
    "jose.jwt.decode",
    "authlib.jose.jwt.decode",
    "itsdangerous.",
    "django.core.signing.",
    "open",
    "io.open",
    "codecs.open",
    "aiofiles.open",
    "tempfile.",
    "zipfile.",
    "tarfile.",
    "shutil.",
    "os.environ",
    "os.getenv",
    "django.conf.settings.",
    "flask.current_app.config.",
    "flask.Flask.config.",
    "flask.url_for",
    "django.apps.apps.get_model",
    "django.contrib.contenttypes.",
    "django.urls.reverse",
    "rest_framework.reverse.reverse",
    "rest_framework.reverse.reverse_lazy",
    "django.urls.reverse_lazy",
    "django.utils.translation.",
    "gettext.",
    "flask_babel.",
    "flask_login.",
    "babel.",
)
"""Prefixes of what answers with something of its own: a row, a file, a digest, another system's answer.

What is asked with says nothing about the answer.
"""


def is_store(name: str) -> bool:
    """Whether what a library function returns is its own, and not made of its arguments."""
    return name.startswith(_PREFIXES) or name.partition("(")[0] in _WHOLE


_PREFIXES = tuple(each for each in STORES if each.endswith("."))
_WHOLE = frozenset(each for each in STORES if not each.endswith("."))


RECEIVER_TYPES: dict[str, str] = {
    "open": "io.TextIOWrapper",
    "io.open": "io.TextIOWrapper",
    "codecs.open": "io.TextIOWrapper",
    "lxml.etree.XPath": "lxml.etree.XPath()",
    "lxml.etree.ETXPath": "lxml.etree.XPath()",
    "xml.sax.make_parser": "xml.sax.xmlreader.XMLReader",
    "ldap.initialize": "ldap.ldapobject.LDAPObject",
    "ldap.open": "ldap.ldapobject.LDAPObject",
    "smtplib.SMTP_SSL": "smtplib.SMTP",
    "flask.make_response": "flask.Response",
    "quart.make_response": "flask.Response",
    "django.shortcuts.render": "django.http.HttpResponse",
    "django.shortcuts.redirect": "django.http.HttpResponseRedirect",
    "flask.redirect": "flask.Response",
    "flask.jsonify": "flask.Response",
    "pymongo.MongoClient": "pymongo.MongoClient",
    "random.SystemRandom": "random.SystemRandom",
}
"""What a library's call returns, where neither its name nor `linter.resolve` says it."""

OWN_ADDRESS = frozenset(
    {f"request.{name}" for name in ("url", "full_url", "build_absolute_uri", "get_raw_uri")}
)
"""Reads of the address at which the backend itself was asked."""

DEVELOPMENT = frozenset({"django.conf.settings.DEBUG", "flask.current_app.debug", "flask.Flask.debug"})
"""What says that a program runs on the machine of whoever writes it: what is asked is what callers meet."""

HIDDEN_TYPES = frozenset({"pydantic.SecretStr", "pydantic.SecretBytes", "pydantic.types.SecretStr"})
"""Types whose values are written as asterisks."""

TO_TEXT = "django.template.loader.render_to_string"
"""What gives the text of a page, which may as well become a mail."""
