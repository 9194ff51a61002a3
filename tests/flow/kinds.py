# The samples are code as it is written: a line of one is a line here.
# ruff: noqa: E501
"""The kinds of sinks, as code: what a handler does with `value`, and twins that differ at the sink only."""

from __future__ import annotations

from typing import NamedTuple


class Twin(NamedTuple):
    """Two uses of `given` at a sink: one that does harm, one that is made right for this kind."""

    name: str
    bad: str
    good: str


class Kind(NamedTuple):
    """A kind: a constant that its sink takes, the use of `value`, and its own twins.

    `answers` says that the sink is what the handler returns. `without` names ways whose safe twin does harm
    at this sink.
    """

    name: str
    safe: str
    use: str
    twins: tuple[Twin, ...]
    answers: bool = False
    without: frozenset[str] = frozenset()


_CURSOR = "import sqlite3\ncursor = sqlite3.connect('x.db').cursor()\n"

KINDS = (
    Kind(
        "sql",
        '"bar"',
        _CURSOR + "cursor.execute(f\"SELECT * FROM users WHERE name = '{value}'\")",
        (
            Twin(
                "bound",
                _CURSOR + 'cursor.execute("SELECT * FROM t WHERE n = \'" + given + "\'")',
                _CURSOR + 'cursor.execute("SELECT * FROM t WHERE n = ?", (given,))',
            ),
            Twin(
                "format",
                _CURSOR + "cursor.execute(\"SELECT * FROM t WHERE n = '{}'\".format(given))",
                _CURSOR + 'cursor.execute("SELECT * FROM t WHERE n = {}".format(int(given)))',
            ),
            Twin(
                "percent",
                _CURSOR + "cursor.execute(\"SELECT * FROM t WHERE n = '%s'\" % given)",
                _CURSOR + 'cursor.execute("SELECT * FROM t WHERE n = %d" % len(given))',
            ),
            Twin(
                "helper-connection",
                "cursor = connect().cursor()\ncursor.execute('SELECT ' + given)",
                "cursor = connect().cursor()\ncursor.execute('SELECT ?', [given])",
            ),
            Twin(
                "quote-denied",
                _CURSOR + "if '\"' in given:\n    raise ValueError('quote')\n"
                'cursor.execute("SELECT * FROM t WHERE n = \'" + given + "\'")',
                _CURSOR + "if \"'\" in given:\n    raise ValueError('quote')\n"
                'cursor.execute("SELECT * FROM t WHERE n = \'" + given + "\'")',
            ),
        ),
    ),
    Kind(
        "command",
        '"ls"',
        'import subprocess\nsubprocess.run(f"echo {value}", shell=True)',
        (
            Twin(
                "list",
                'import subprocess\nsubprocess.run(["sh", "-c", "echo " + given])',
                'import subprocess\nsubprocess.run(["echo", given])',
            ),
            Twin(
                "grown-list",
                'import subprocess\nwords = []\nwords.append("sh")\nwords.append("-c")\n'
                'words.append(f"echo {given}")\nsubprocess.run(words)',
                'import subprocess\nwords = []\nwords.append("echo")\nwords.append("-c")\n'
                'words.append(f"echo {given}")\nsubprocess.run(words)',
            ),
            Twin(
                "quoted",
                'import os\nos.system("echo " + given)',
                'import os\nimport shlex\nos.system("echo " + shlex.quote(given))',
            ),
            Twin(
                "popen", 'import os\nos.popen("ls " + given)', 'import os\nos.popen("ls " + str(int(given)))'
            ),
            Twin(
                "shell-argument",
                "import subprocess\nsubprocess.Popen('ls ' + given, shell=1 == 1)",
                "import subprocess\nsubprocess.Popen(['ls', given], shell=False)",
            ),
        ),
    ),
    Kind(
        "code",
        '"1 + 1"',
        "eval(value)",
        (
            Twin("exec", "exec(given)", "exec('x = 1', {'given': given})"),
            Twin("literal", "eval(given)", "import ast\nast.literal_eval(given)"),
            Twin(
                "literal-checked",
                'if given.startswith("\'") or given.endswith("\'"):\n    eval(given)',
                'if given.startswith("\'") and given.endswith("\'") and "\'" not in given[1:-1]:\n    eval(given)',
            ),
            Twin("built", 'exec(f"print({given})")', 'exec(f"print({len(given)})")'),
        ),
    ),
    Kind(
        "template",
        '"hello"',
        "from jinja2 import Template\nTemplate(value).render()",
        (
            Twin(
                "context",
                'from flask import render_template_string\nrender_template_string("<p>" + given)',
                'from flask import render_template_string\nrender_template_string("<p>{{ n }}", n=given)',
            ),
            Twin(
                "environment",
                "import jinja2\njinja2.Environment().from_string(given)",
                "import jinja2\njinja2.Environment().from_string('{{ x }}').render(x=given)",
            ),
        ),
    ),
    Kind(
        "path",
        '"readme.txt"',
        'open("/srv/files/" + value)',
        (
            Twin(
                "secure-filename",
                'open("/srv/" + given)',
                'from werkzeug.utils import secure_filename\nopen("/srv/" + secure_filename(given))',
            ),
            Twin(
                "contained",
                'from pathlib import Path\nbase = Path("/srv")\n(base / given).read_text()',
                'from pathlib import Path\nbase = Path("/srv").resolve()\nfound = (base / given).resolve()\n'
                'if not found.is_relative_to(base):\n    raise ValueError("outside")\nfound.read_text()',
            ),
            Twin(
                "common-path",
                'import os\nfound = os.path.join("/srv", given)\nopen(found)',
                'import os\nfound = os.path.realpath(os.path.join("/srv", given))\n'
                'if os.path.commonpath([found, "/srv"]) != "/srv":\n    raise ValueError("outside")\nopen(found)',
            ),
            Twin(
                "base-name",
                'import os\nopen(os.path.join("/srv", given))',
                'import os\nopen(os.path.join("/srv", os.path.basename(given)))',
            ),
            Twin(
                "exists",
                'import os\nos.path.exists("/srv/" + given)',
                'import os\nos.path.exists("/srv/" + str(int(given)))',
            ),
            Twin("remove", "import os\nos.remove(given)", 'import os\nos.remove("/srv/" + str(len(given)))'),
            Twin(
                "send-from-folder",
                'from flask import send_file\nsend_file("/srv/" + given)',
                'from flask import send_from_directory\nsend_from_directory("/srv", given)',
            ),
        ),
    ),
    Kind(
        "xss",
        '"hello"',
        'return "<p>" + value + "</p>"',
        (
            Twin(
                "escaped",
                'return "<p>" + given',
                'import html\nreturn "<p>" + html.escape(given)',
            ),
            Twin(
                "markupsafe",
                'return f"<p>{given}</p>"',
                'from markupsafe import escape\nreturn f"<p>{escape(given)}</p>"',
            ),
            Twin(
                "own-loop",
                'out = ""\nfor char in given:\n    if char == "<":\n        out += "&gt;"\n    out += char\nreturn out',
                'out = ""\nfor char in given:\n    if char == "<":\n        out += "&lt;"\n    elif char == ">":\n'
                '        out += "&gt;"\n    elif char == "&":\n        out += "&amp;"\n    elif char == "\'":\n'
                '        out += "&#39;"\n    elif char == \'"\':\n        out += "&quot;"\n    else:\n'
                "        out += char\nreturn out",
            ),
            Twin(
                "own-replace",
                'return given.replace("&", "&amp;")',
                'return given.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")'
                '.replace("\'", "&#39;").replace(\'"\', "&quot;")',
            ),
            Twin(
                "json",
                "from flask import make_response\nreturn make_response('<b>' + given)",
                "from flask import jsonify\nreturn jsonify(name=given)",
            ),
            Twin(
                "other-part",
                "from flask import make_response\nreturn make_response((given, 200))",
                "from flask import make_response\nreturn make_response(('done', {'X-Name': given}))",
            ),
        ),
        answers=True,
    ),
    Kind(
        "redirect",
        '"/home"',
        "from flask import redirect\nredirect(value)",
        (
            Twin(
                "host-checked",
                "from flask import redirect\nfrom urllib.parse import urlparse\nparts = urlparse(given)\n"
                "if parts.path:\n    redirect(given)",
                "from flask import redirect\nfrom urllib.parse import urlparse\nparts = urlparse(given)\n"
                "if parts.netloc not in ['example.com'] or parts.scheme != 'https':\n"
                "    raise ValueError('elsewhere')\nredirect(given)",
            ),
            Twin(
                "fixed-host",
                'from flask import redirect\nredirect("https://" + given)',
                'from flask import redirect\nredirect("https://example.com/?q=" + given)',
            ),
            Twin(
                "django-check",
                "from flask import redirect\nfrom django.utils.http import url_has_allowed_host_and_scheme\n"
                "if not url_has_allowed_host_and_scheme(given, allowed_hosts=None):\n    redirect(given)",
                "from flask import redirect\nfrom django.utils.http import url_has_allowed_host_and_scheme\n"
                "if url_has_allowed_host_and_scheme(given, allowed_hosts=None):\n    redirect(given)",
            ),
        ),
    ),
    Kind(
        "url",
        '"https://example.com"',
        "import requests\nrequests.get(value, timeout=5)",
        (
            Twin(
                "fixed-host",
                'import requests\nrequests.get("https://" + given + "/x")',
                'import requests\nrequests.get("https://example.com/" + given)',
            ),
            Twin(
                "host-checked",
                "import httpx\nhttpx.get(given)",
                "import httpx\nfrom urllib.parse import urlparse\n"
                "if urlparse(given).hostname not in {'example.com'}:\n    raise ValueError('elsewhere')\nhttpx.get(given)",
            ),
            Twin(
                "parameters",
                "from urllib.request import urlopen\nurlopen(given)",
                "import requests\nrequests.get('https://example.com', params={'q': given})",
            ),
        ),
    ),
    Kind(
        "deserialize",
        '"gASVBQ=="',
        "import base64\nimport pickle\npickle.loads(base64.urlsafe_b64decode(value))",
        (
            Twin(
                "yaml",
                "import yaml\nyaml.load(given, Loader=yaml.Loader)",
                "import yaml\nyaml.load(given, Loader=yaml.SafeLoader)",
            ),
            Twin("safe-load", "import yaml\nyaml.unsafe_load(given)", "import yaml\nyaml.safe_load(given)"),
            Twin("json", "import pickle\npickle.loads(given.encode())", "import json\njson.loads(given)"),
        ),
    ),
    Kind(
        "xpath",
        '"bar"',
        "import lxml.etree\nroot = lxml.etree.parse('x.xml')\nroot.xpath(f\"/u[@id='{value}']\")",
        (
            Twin(
                "variable",
                "import lxml.etree\nroot = lxml.etree.parse('x.xml')\nroot.xpath('/u[@id=' + given + ']')",
                "import lxml.etree\nroot = lxml.etree.parse('x.xml')\nroot.xpath('/u[@id=$name]', name=given)",
            ),
            Twin(
                "quote-replaced",
                "import lxml.etree\nroot = lxml.etree.parse('x.xml')\n"
                "root.xpath(\"/u[@id='\" + given.replace('\"', '') + \"']\")",
                "import lxml.etree\nroot = lxml.etree.parse('x.xml')\n"
                'root.xpath("/u[@id=\'" + given.replace("\'", \'&apos;\') + "\']")',
            ),
        ),
    ),
    Kind(
        "ldap",
        '"bar"',
        "import ldap3\nconnection = ldap3.Connection(ldap3.Server('x'))\n"
        "connection.search('dc=x', f'(uid={value})', attributes=['cn'])",
        (
            Twin(
                "escaped",
                "import ldap\nldap.initialize('ldap://x').search_s('dc=x', ldap.SCOPE_SUBTREE, '(uid=' + given + ')')",
                "import ldap\nfrom ldap.filter import escape_filter_chars\n"
                "ldap.initialize('ldap://x').search_s('dc=x', ldap.SCOPE_SUBTREE, '(uid=' + escape_filter_chars(given) + ')')",
            ),
        ),
    ),
    Kind(
        "xml",
        '"<a/>"',
        "import xml.sax\nimport xml.sax.handler\nimport io\nparser = xml.sax.make_parser()\n"
        "parser.setFeature(xml.sax.handler.feature_external_ges, True)\nparser.parse(io.StringIO(value))",
        (
            Twin(
                "feature",
                "import xml.sax\nimport xml.sax.handler\nimport xml.dom.minidom\nparser = xml.sax.make_parser()\n"
                "parser.setFeature(xml.sax.handler.feature_external_ges, True)\n"
                "xml.dom.minidom.parseString(given, parser)",
                "import xml.sax\nimport xml.sax.handler\nimport xml.dom.minidom\nparser = xml.sax.make_parser()\n"
                "parser.setFeature(xml.sax.handler.feature_external_ges, False)\n"
                "xml.dom.minidom.parseString(given, parser)",
            ),
            Twin(
                "default",
                "import lxml.etree\nlxml.etree.fromstring(given, lxml.etree.XMLParser(resolve_entities=True))",
                "import lxml.etree\nlxml.etree.fromstring(given, lxml.etree.XMLParser(resolve_entities=False))",
            ),
        ),
    ),
    Kind(
        "session",
        '"bar"',
        "import flask\nflask.session['user'] = value",
        (
            Twin(
                "key",
                "import flask\nflask.session[given] = '1'",
                "import flask\nflask.session['k'] = str(len(given))",
            ),
        ),
    ),
    Kind(
        "nosql",
        '{"a": "b"}',
        "import json\nimport pymongo\nusers = pymongo.MongoClient().shop.users\nusers.find_one(json.loads(value))",
        (),
    ),
    Kind(
        "archive",
        '"bar"',
        "import io\nimport tarfile\npacked = io.BytesIO(value.encode())\n"
        "with tarfile.open(fileobj=packed) as archive:\n    archive.extractall('/srv')",
        (
            Twin(
                "filter",
                "import io\nimport tarfile\ntarfile.open(fileobj=io.BytesIO(given.encode())).extractall('/srv')",
                "import io\nimport tarfile\n"
                "tarfile.open(fileobj=io.BytesIO(given.encode())).extractall('/srv', filter='data')",
            ),
            Twin(
                "zip",
                "import io\nimport tarfile\narchive = tarfile.open(fileobj=io.BytesIO(given.encode()))\n"
                "for member in archive:\n    archive.extract(member, '/srv')",
                "import io\nimport zipfile\nzipfile.ZipFile(io.BytesIO(given.encode())).extractall('/srv')",
            ),
            Twin(
                "names-checked",
                "import io\nimport tarfile\narchive = tarfile.open(fileobj=io.BytesIO(given.encode()))\n"
                "for member in archive.getmembers():\n    if member.size > 80:\n        raise ValueError('large')\n"
                "archive.extractall('/srv')",
                "import io\nimport tarfile\narchive = tarfile.open(fileobj=io.BytesIO(given.encode()))\n"
                "for member in archive.getmembers():\n    if '..' in member.name:\n        raise ValueError('outside')\n"
                "archive.extractall('/srv')",
            ),
        ),
    ),
    Kind(
        "header",
        '"bar"',
        "from http.server import BaseHTTPRequestHandler\nanswer = BaseHTTPRequestHandler(None, None, None)\nanswer.send_header('X-Name', value)",
        (
            Twin(
                "encoded",
                "from http.server import BaseHTTPRequestHandler\nanswer = BaseHTTPRequestHandler(None, None, None)\n"
                "answer.send_header('X-Name', 'a' + given)",
                "from urllib.parse import quote\nfrom http.server import BaseHTTPRequestHandler\n"
                "answer = BaseHTTPRequestHandler(None, None, None)\nanswer.send_header('X-Name', quote(given))",
            ),
            Twin(
                "newline-removed",
                "from http.server import BaseHTTPRequestHandler\nanswer = BaseHTTPRequestHandler(None, None, None)\n"
                "answer.send_header('X-Name', given.replace('\\t', ''))",
                "from http.server import BaseHTTPRequestHandler\nanswer = BaseHTTPRequestHandler(None, None, None)\n"
                "answer.send_header('X-Name', given.replace('\\r', '').replace('\\n', ''))",
            ),
        ),
    ),
    Kind(
        "cookie",
        '"light"',
        "from flask import make_response\nanswer = make_response('done')\nanswer.headers['Set-Cookie'] = f'theme={value}'",
        (
            Twin(
                "other-header",
                "from flask import make_response\nanswer = make_response('done')\nanswer.headers['set-cookie'] = given",
                "from flask import make_response\nanswer = make_response('done')\nanswer.headers['X-Theme'] = given",
            ),
            Twin(
                "name",
                "from flask import make_response\nanswer = make_response('done')\nanswer.set_cookie(given, '1')",
                "from flask import make_response\nanswer = make_response('done')\nanswer.set_cookie('seen', str(len(given)))",
            ),
        ),
    ),
    Kind(
        "regex",
        '"bar"',
        "import re\nre.search(value, 'text')",
        (
            Twin(
                "escaped",
                "import re\nmade = re.compile('^' + given)",
                "import re\nmade = re.compile('^' + re.escape(given))",
            ),
            Twin(
                "searched-text",
                "import re\nre.sub(given, '', 'text')",
                "import re\nre.sub('a+', given, given)",
            ),
            Twin(
                "linear-engine",
                "import re\nre.findall(given, 'text')",
                "import re2\nre2.findall(given, 'text')",
            ),
            Twin(
                "limited-time",
                "import regex\nregex.search(given, 'text')",
                "import regex\nregex.search(given, 'text', timeout=1)",
            ),
        ),
    ),
    Kind(
        "format",
        '"{0.name}"',
        "class User:\n    name = 'x'\n\nvalue.format(User())",
        (
            Twin(
                "strings-only",
                "class User:\n    name = 'x'\n\ngiven.format(user=User())",
                "class User:\n    name = 'x'\n\ngiven.format(user=User().name)",
            ),
            Twin(
                "argument",
                "class User:\n    name = 'x'\n\n('Hello ' + given).format(User())",
                "class User:\n    name = 'x'\n\n'Hello {} {}'.format(User(), given)",
            ),
            Twin(
                "map",
                "class User:\n    name = 'x'\n\ngiven.format_map({'user': User()})",
                "given.format_map({'user': 'x'})",
            ),
            Twin(
                "template",
                "class User:\n    name = 'x'\n\ngiven.format(User)",
                "import string\n\nclass User:\n    name = 'x'\n\nstring.Template(given).safe_substitute(user=User())",
            ),
        ),
    ),
    Kind(
        "amount",
        "7",
        "import time\ntime.sleep(float(value))",
        (
            Twin(
                "least",
                "for turn in range(int(given)):\n    pass",
                "for turn in range(min(int(given), 100)):\n    pass",
            ),
            Twin(
                "refused",
                "number = int(given)\nif number < 0:\n    raise ValueError('too small')\nfor turn in range(number):\n    pass",
                "number = int(given)\nif number > 100:\n    raise ValueError('too large')\nfor turn in range(number):\n    pass",
            ),
            Twin(
                "cut-down",
                "number = int(given)\nif number < 1:\n    number = 1\nvalue = 'x' * number",
                "number = int(given)\nif number > 100:\n    number = 100\nvalue = 'x' * number",
            ),
            Twin(
                "between",
                "number = int(given)\nif 1 <= number:\n    value = [0] * number",
                "number = int(given)\nif 1 <= number <= 100:\n    value = [0] * number",
            ),
            Twin(
                "remainder",
                "import os\nos.urandom(int(given))",
                "import os\nos.urandom(int(given) % 64)",
            ),
            Twin(
                "limit-constant",
                "import secrets\nsecrets.token_hex(int(given))",
                "import secrets\nLIMIT = 64\nnumber = int(given)\nif number >= LIMIT:\n    number = LIMIT\nsecrets.token_hex(number)",
            ),
            Twin(
                "window",
                "start = int(given)\nfor page in range(0, start + 5):\n    pass",
                "start = int(given)\nfor page in range(start, start + 5):\n    pass",
            ),
        ),
        without=frozenset({"digits", "full-match", "number"}),
    ),
    Kind(
        "email",
        '"hello"',
        "import smtplib\nwith smtplib.SMTP('mail') as smtp:\n    smtp.sendmail('a@b.c', ['d@e.f'], f'Subject: {value}\\n\\nBody')",
        (
            Twin(
                "body",
                "import smtplib\nmessage = 'Subject: ' + given + '\\r\\n\\r\\nBody'\n"
                "smtplib.SMTP('mail').sendmail('a@b.c', 'd@e.f', message.encode())",
                "import smtplib\nmessage = 'Subject: x\\r\\n\\r\\n' + given\n"
                "smtplib.SMTP('mail').sendmail('a@b.c', 'd@e.f', message.encode())",
            ),
            Twin(
                "message",
                "import smtplib\nsmtp = smtplib.SMTP_SSL('mail')\nsmtp.sendmail('a@b.c', 'd@e.f', 'From: %s\\n\\n' % given)",
                "import smtplib\nfrom email.message import EmailMessage\nmessage = EmailMessage()\n"
                "message['Subject'] = given\nsmtp = smtplib.SMTP_SSL('mail')\nsmtp.send_message(message)",
            ),
            Twin(
                "newline-removed",
                "import smtplib\nsmtplib.SMTP('mail').sendmail('a@b.c', 'd@e.f', 'Subject: ' + given.strip() + '\\n\\n')",
                "import smtplib\nsmtplib.SMTP('mail').sendmail('a@b.c', 'd@e.f', 'Subject: ' + given.replace('\\n', ' ') + '\\n\\n')",
            ),
        ),
    ),
    Kind(
        "log",
        '"bar"',
        "import logging\nlogger = logging.getLogger('shop')\nlogger.info('seen %s', value)",
        (
            Twin(
                "quoted",
                "import logging\nlogging.warning('seen %s', given)",
                "import logging\nlogging.warning('seen %r', given)",
            ),
            Twin(
                "newline-removed",
                "import logging\nlogging.getLogger('x').error('seen ' + given.replace('\\t', ' '))",
                "import logging\nlogging.getLogger('x').error('seen ' + given.replace('\\n', ' ').replace('\\r', ' '))",
            ),
            Twin(
                "json",
                "import logging\nlogging.info(f'seen {given}')",
                "import json\nimport logging\nlogging.info(f'seen {json.dumps(given)}')",
            ),
            Twin(
                "number",
                "import logging\nlogging.info('seen {}'.format(given))",
                "import logging\nlogging.info('seen %d', int(given))",
            ),
        ),
    ),
)
