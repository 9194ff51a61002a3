"""What a template puts out unescaped, as Jinja and Django would."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.extract.templates import read_template


def outputs(text):
    return [(each.path, each.line) for each in read_template(text).outputs]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{ a }}", []),
        ("{{ a|safe }}", [("a", 1)]),
        ("\n\n{{- a.b | safe -}}", [("a.b", 3)]),
        ("{{ a|lower|safe }}", [("a", 1)]),
        ("{{ a|escape|safe }}", []),
        ("{{ a|markdown|safe }}", []),
        ("{{ a|default('x|y')|safe }}", [("a", 1)]),
        ("{{ 'a'|safe }}{{ a + b|safe }}{{ f(a)|safe }}", []),
        ("{# {{ a|safe }} #}{{ b|safe }}", [("b", 1)]),
        ("{% raw %}{{ a|safe }}{% endraw %}{{ b|safe }}", [("b", 1)]),
        ("{% verbatim %}{{ a|safe }}{% endverbatim %}", []),
        ("{% autoescape off %}{{ a }}{{ b|e }}{% endautoescape %}{{ c }}", [("a", 1)]),
        ("{% autoescape false %}{% autoescape true %}{{ a }}{% endautoescape %}{{ b }}", [("b", 1)]),
        ("{% for x in rows %}{{ x.text|safe }}{% endfor %}{{ x|safe }}", [("rows.text", 1), ("x", 1)]),
        ("{% for k, v in table.items %}{{ v|safe }}{% endfor %}", [("table.items", 1)]),
        ("{% set x = a.b %}{{ x|safe }}", [("a.b", 1)]),
        ("{% with x=a %}{{ x|safe }}{% endwith %}{{ x|safe }}", [("a", 1), ("x", 1)]),
        ("{{ a|safe", []),
        ("{% for %}{% endfor %}{% endfor %}{% endwith %}{% endautoescape %}{{ a|safe }}", [("a", 1)]),
    ],
)
def test_outputs(text, found):
    assert outputs(text) == found


def test_includes():
    read = read_template("{% extends 'base.html' %}{% include \"a/b.html\" with x=1 %}{% include name %}")
    assert read.includes == ("base.html", "a/b.html")


@given(
    st.lists(
        st.sampled_from(["{{", "}}", "{%", "%}", "{#", "#}", "a", "|safe", " ", "for x in y", "raw", "\n"])
    )
)
def test_whatever_it_holds_it_is_read(parts):
    read_template("".join(parts))


@given(st.text(max_size=200))
def test_any_text_is_read(text):
    read_template(text)
