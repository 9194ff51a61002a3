"""Calls after which a value is fit for some kinds of sinks, as one plain table."""

from __future__ import annotations

from linter.flow.kinds import ALL_KINDS, BITS, HARMLESS, NO_PARENT_STEP, RELATIVE, WORD, lacking


def _kinds(*names: str) -> int:
    mask = 0
    for name in names:
        mask |= BITS[name]
    return mask


_HTML = _kinds("xss") | lacking("<>")
FILE_NAME = _kinds("path", "archive") | lacking("/\\") | RELATIVE
"""What is known of the last part of a path."""
_QUERY = _kinds("url", "redirect", "header", "cookie", "xss") | lacking("'\"<>; \n\r")
QUOTED = _kinds("url", "redirect", "header", "cookie", "xss") | lacking("'\"<>&;\\ \n\r?#:()")
"""What is known of a quoted part of a URL."""
_DIGEST = ALL_KINDS | WORD

_STORED = [f"django.core.files.storage.Storage.{each}" for each in ("save", "get_available_name")]
"""What gives the name under which a storage of Django's keeps a file: it refuses to leave its folder."""

TABLE: dict[str, int] = {
    "shlex.quote": _kinds("command"),
    "pipes.quote": _kinds("command"),
    "shlex.join": _kinds("command"),
    "subprocess.list2cmdline": 0,
    "html.escape": _HTML | lacking("\"'"),
    "cgi.escape": _HTML,
    "markupsafe.escape": _HTML | lacking("\"'"),
    "markupsafe.Markup.escape": _HTML | lacking("\"'"),
    "flask.Markup.escape": _HTML | lacking("\"'"),
    "flask.escape": _HTML | lacking("\"'"),
    "django.utils.html.escape": _HTML | lacking("\"'"),
    "django.utils.html.conditional_escape": _HTML | lacking("\"'"),
    "django.utils.html.strip_tags": _HTML,
    "django.template.defaultfilters.escape": _HTML,
    "xml.sax.saxutils.escape": _HTML,
    "xml.sax.saxutils.quoteattr": _HTML,
    "bleach.clean": _kinds("xss"),
    "nh3.clean": _kinds("xss"),
    "django.utils.html.format_html": _kinds("xss"),
    "flask.render_template": _kinds("xss"),
    "django.shortcuts.render": _kinds("xss"),
    "django.template.response.TemplateResponse": _kinds("xss"),
    "flask.render_template_string": _kinds("xss"),
    "django.template.loader.render_to_string": _kinds("xss"),
    "werkzeug.utils.secure_filename": FILE_NAME,
    "werkzeug.secure_filename": FILE_NAME,
    "django.utils.text.get_valid_filename": FILE_NAME,
    "pathvalidate.sanitize_filename": FILE_NAME,
    "django.utils.text.slugify": WORD,
    "werkzeug.utils.safe_join": _kinds("path"),
    "werkzeug.security.safe_join": _kinds("path"),
    "flask.safe_join": _kinds("path"),
    "django.utils._os.safe_join": _kinds("path"),
    "django.core.files.storage.Storage.path": _kinds("path"),
    "django.core.files.storage.Storage.url": _kinds("url", "redirect"),
    **dict.fromkeys(_STORED, _kinds("path", "archive") | NO_PARENT_STEP | RELATIVE),
    "os.path.basename": FILE_NAME,
    "ntpath.basename": FILE_NAME,
    "re.escape": _kinds("regex"),
    "regex.escape": _kinds("regex"),
    "ldap.filter.escape_filter_chars": _kinds("ldap") | lacking("()*"),
    "ldap3.utils.conv.escape_filter_chars": _kinds("ldap") | lacking("()*"),
    "ldap.dn.escape_dn_chars": _kinds("ldap"),
    "ldap3.utils.dn.escape_rdn": _kinds("ldap"),
    "urllib.parse.quote_plus": _kinds("url", "redirect", "header", "cookie", "xss", "path")
    | lacking("'\"<>&;/\\ \n\r?#:()"),
    "urllib.parse.quote": QUOTED,
    "urllib.parse.urlencode": _QUERY,
    "django.utils.http.urlencode": _QUERY,
    "psycopg2.sql.Identifier": _kinds("sql"),
    "psycopg2.sql.Literal": _kinds("sql"),
    "psycopg.sql.Identifier": _kinds("sql"),
    "psycopg.sql.Literal": _kinds("sql"),
    "psycopg2.extensions.quote_ident": _kinds("sql"),
    "sqlalchemy.bindparam": _kinds("sql"),
    "sqlalchemy.quoted_name": _kinds("sql"),
    "sqlalchemy.sql.quoted_name": _kinds("sql"),
    "pymysql.converters.escape_string": _kinds("sql"),
    "ast.literal_eval": _kinds("code"),
    "binascii.hexlify": WORD,
    "base64.b16encode": WORD,
}
"""What is known of a call's result."""

_QUOTERS = {
    "quote_name": _kinds("sql"),
    "quote_identifier": _kinds("sql"),
    "format_identifier": _kinds("sql"),
    "escape_string": _kinds("sql"),
    "hexdigest": _DIGEST,
    "digest": _DIGEST,
    "isoformat": HARMLESS,
    "urlencode": _QUERY,
}
"""The same by the last name of a method, whatever it is called on."""


class Sanitizers:
    """Looks sanitizers up; `more` are those that a configuration names."""

    def __init__(self, more: dict[str, int] | None = None) -> None:
        self._table = {**TABLE, **(more or {})}

    def of_call(self, name: str) -> int:
        """What is known of the result of a call, as a mask."""
        found = self._table.get(name)
        if found is not None:
            return found
        last = name.rpartition(".")[2]
        # Whatever renders a template escapes what it puts into it.
        rendered = "render" in last and "template" in last
        return _kinds("xss") if rendered else _QUOTERS.get(last, 0)
