"""Commands, code, templates, deserializers, XML parsers, expressions: what runs what it is given."""

from __future__ import annotations

from linter.flow.sinks.table import ALL, RECEIVER, rows

_RUN = "subprocess.run subprocess.call subprocess.check_call subprocess.check_output subprocess.Popen"

COMMAND = [
    *rows("command", _RUN, 0, "args", "shell"),
    *rows("command", _RUN, 0, "args", "program"),
    *rows("command", "os.system os.popen subprocess.getoutput subprocess.getstatusoutput", 0, "cmd"),
    *rows("command", "os.popen2 os.popen3 os.popen4 commands.getoutput popen2.popen2", 0),
    *rows("command", "asyncio.create_subprocess_shell", 0, "cmd"),
    *rows("command", "asyncio.create_subprocess_exec", ALL, "", "exec"),
    *rows(
        "command",
        "os.execl os.execle os.execlp os.execlpe os.execv os.execve os.execvp os.execvpe",
        ALL,
        "",
        "exec",
    ),
    *rows(
        "command",
        "os.spawnl os.spawnle os.spawnlp os.spawnv os.spawnve os.spawnvp os.posix_spawn",
        ALL,
        "",
        "spawn",
    ),
    *rows("command", "paramiko.SSHClient.exec_command paramiko.client.SSHClient.exec_command", 0, "command"),
    *rows("command", "pexpect.spawn pexpect.run", 0, "command"),
    *rows("command", "?.exec_command", 0, "command"),
]

CODE = [
    *rows("code", "eval exec compile builtins.eval builtins.exec", 0, "source"),
    *rows("code", "code.InteractiveInterpreter.runcode code.InteractiveInterpreter.runsource", 0),
    *rows("code", "importlib.import_module __import__", 0, "name", "module"),
    *rows("code", "timeit.timeit timeit.repeat", 0, "stmt"),
    *rows("code", "pandas.eval ?.query_eval", 0, "expr"),
]

TEMPLATE = [
    *rows("template", "flask.render_template_string quart.render_template_string", 0, "source"),
    *rows(
        "template",
        "jinja2.Template jinja2.Environment.from_string flask.current_app.jinja_env.from_string",
        0,
        "source",
    ),
    *rows("template", "jinja2.sandbox.SandboxedEnvironment.from_string", 0, "source", "", False),
    *rows("template", "mako.template.Template", 0, "text"),
    # Django's language runs no code, though it shows what it can reach.
    *rows("template", "django.template.Template", 0, "template_string", "", False),
    *rows("template", "django.template.Engine.from_string", 0, "template_code", "", False),
    *rows("template", "django.template.engines.from_string ?.from_string", 0, "template_code", "is-template"),
    *rows("template", "bottle.template tornado.template.Template", 0),
]

DESERIALIZE = [
    *rows(
        "deserialize",
        "pickle.loads pickle.load _pickle.loads cPickle.loads dill.loads dill.load cloudpickle.loads"
        " joblib.load shelve.open marshal.loads marshal.load jsonpickle.decode"
        " jsonpickle.loads pandas.read_pickle"
        " pickle.Unpickler torch.load",
        0,
    ),
    *rows("deserialize", "yaml.unsafe_load yaml.unsafe_load_all yaml.full_load_unsafe", 0, "stream"),
    *rows("deserialize", "yaml.load yaml.load_all", 0, "stream", "unsafe-loader"),
    *rows("deserialize", "ruamel.yaml.YAML.load", 0, "stream", "unsafe-typ"),
    *rows("deserialize", "numpy.load", 0, "file", "allow-pickle"),
]

XML = [
    *rows(
        "xml",
        "lxml.etree.parse lxml.etree.fromstring lxml.etree.XML lxml.etree.iterparse"
        " lxml.objectify.fromstring",
        0,
        "text",
        "lxml-parser",
    ),
    *rows("xml", "xml.sax.xmlreader.XMLReader.parse", 0, "source", "sax-reader"),
    *rows("xml", "xml.sax.parse xml.sax.parseString", 0, "source", "sax-parser"),
    *rows("xml", "xml.dom.minidom.parse xml.dom.minidom.parseString", 0, "file", "sax-parser"),
    *rows("xml", "xml.dom.pulldom.parse xml.dom.pulldom.parseString", 0, "stream_or_string", "sax-parser"),
    *rows("xml", "xml.etree.ElementTree.parse xml.etree.ElementTree.fromstring", 0, "text", "sax-parser"),
]

REGEX = [
    *rows(
        "regex",
        "re.match re.search re.fullmatch re.findall re.finditer re.split re.sub re.subn",
        0,
        "pattern",
        "uncompiled",
    ),
    *rows("regex", "re.compile", 0, "pattern", "kept"),
    *rows(
        "regex",
        "regex.compile regex.match regex.search regex.fullmatch regex.findall regex.sub",
        0,
        "pattern",
        "client-text",
    ),
]

FORMAT = [*rows("format", "str.format str.format_map", RECEIVER, "", "is-format")]

TABLE = [*COMMAND, *CODE, *TEMPLATE, *DESERIALIZE, *XML, *REGEX, *FORMAT]
