# The samples are code as it is written: a line of one is a line here.
# ruff: noqa: E501
"""What a configuration says of a project's own functions."""

import pytest

from linter.config import ConfigError, load_settings
from linter.flow import flows_of
from linter.flow.custom import BadEntry, custom_of

from .scoring import backend_of

SHOP = {
    "shop/__init__.py": "",
    "shop/text.py": "def clean(text):\n    return native(text)\n\n\ndef native(text):\n    return text.strip()\n",
    "shop/queue.py": "import wire\n\n\ndef receive():\n    return wire.next()\n",
    "shop/search.py": (
        "import engine\n\n\ndef find(limit, query):\n    return engine.ask(query)\n\n\n"
        "class Index:\n    def find(self, query):\n        return engine.ask(query)\n"
    ),
    "shop/worker.py": (
        "import subprocess\n\nfrom shop.queue import receive\n\n\ndef work():\n"
        "    job = receive()\n    subprocess.run('echo ' + job['name'], shell=True)\n"
    ),
    "shop/web.py": (
        "import subprocess\n\nfrom flask import Flask, request\n\nfrom shop.search import Index, find\n"
        "from shop.text import clean\n\napp = Flask(__name__)\n\n\n"
        "@app.get('/a')\ndef searched():\n    find(10, request.args['q'])\n"
        "    find(request.args['n'], 'all')\n"
        "    return 'done'\n\n\n"
        "@app.get('/b')\ndef cleaned():\n    subprocess.run('ls ' + clean(request.args['q']), shell=True)\n"
        "    return 'done'\n\n\n"
        "@app.get('/c')\ndef indexed():\n    Index().find(request.args['q'])\n    return 'done'\n"
    ),
}


def found(kind, table):
    flows = flows_of(backend_of(SHOP), table)
    return {(site.location.path, site.location.line) for site in flows.sites(kind) if site.flows}


def test_nothing_is_said():
    assert found("nosql", {}) == set()
    assert found("command", {}) == {("shop/web.py", 20)}


def test_a_sink_names_its_argument_by_name_or_position():
    assert found("xss", {"sinks": ["shop.search.find(query): xss"]}) == {("shop/web.py", 13)}
    assert found("sql", {"sinks": ["shop.search.find(1): sql"]}) == {("shop/web.py", 13)}
    assert found("sql", {"sinks": ["shop.search.find(0): sql"]}) == {("shop/web.py", 14)}


def test_a_sink_may_be_a_method_or_of_a_library():
    assert found("sql", {"sinks": ["shop.search.Index.find(0): sql"]}) == {("shop/web.py", 26)}
    assert found("sql", {"sinks": ["engine.ask(0): sql"]}) == {("shop/search.py", 5), ("shop/search.py", 10)}


def test_a_sanitizer_helps_for_its_kinds():
    assert found("command", {"sanitizers": ["shop.text.clean"]}) == set()
    assert found("command", {"sanitizers": ["shop.text.clean: command, sql"]}) == set()
    assert found("command", {"sanitizers": ["shop.text.clean: xss"]}) == {("shop/web.py", 20)}


def test_a_source_is_followed_from_whoever_calls_it():
    assert found("command", {"sources": ["shop.queue.receive"]}) == {
        ("shop/worker.py", 8),
        ("shop/web.py", 20),
    }
    assert found("command", {"sources": ["wire.next"]}) == {("shop/worker.py", 8), ("shop/web.py", 20)}


@pytest.mark.parametrize(
    ("key", "text", "problem"),
    [
        ("sinks", "shop.find", "package.function(argument): kind"),
        ("sinks", "shop.find(0)", "package.function(argument): kind"),
        ("sinks", "shop.find(0): sqll", "no such kind"),
        ("sinks", "shop.find(a b): sql", "a name or a position"),
        ("sinks", "find(0): sql", "package.module.function"),
        ("sources", "receive", "package.module.function"),
        ("sources", "shop.a-b", "package.module.function"),
        ("sanitizers", "shop.clean: html", "no such kind"),
        ("sanitizers", "", "package.module.function"),
    ],
)
def test_an_entry_that_cannot_be_understood(key, text, problem):
    with pytest.raises(BadEntry, match=r".") as caught:
        custom_of({key: [text]})
    assert problem in caught.value.problem
    assert caught.value.key == key


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ('sinks = [\n  "shop.find(0): sqll",\n]', 3, "no such kind"),
        ('sources = "shop.receive"', 2, "must be a list of strings"),
        ('filters = ["shop.clean"]', 2, "flow"),
    ],
)
def test_a_bad_entry_is_told_with_its_line(tmp_path, lines, line, message):
    (tmp_path / "backlint.toml").write_text(f"[flow]\n{lines}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(str(tmp_path), environ={})
    assert message in str(caught.value)
    assert caught.value.line == line


def test_the_configuration_is_read(tmp_path):
    text = (
        '[tool.backlint.flow]\nsanitizers = ["shop.text.clean"]\nsinks = ["shop.search.find(query): sql"]\n'
    )
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    settings = load_settings(str(tmp_path), environ={})
    assert settings.flow == {"sanitizers": ("shop.text.clean",), "sinks": ("shop.search.find(query): sql",)}
