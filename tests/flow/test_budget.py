# The samples are code as it is written: a line of one is a line here.
# ruff: noqa: E501
"""Whatever a project holds, the engine comes back in time, and without an error."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from linter.flow import flows_of

from .cases import cases
from .kinds import KINDS
from .scoring import backend_of

TEXTS = [each.text for each in list(cases())[::23]]
_WORDS = [
    "given",
    "value",
    "None",
    "[]",
    "{}",
    "lambda: given",
    "value[0]",
    "value()",
    "*value",
    "(value := 1)",
]


def mutated(text, seed):
    """A text with some of its lines dropped, doubled, swapped or changed."""
    chance = random.Random(seed)
    lines = text.splitlines()
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(lines))
        action = chance.randrange(4)
        if action == 0:
            lines[place] = lines[place].replace("given", chance.choice(_WORDS), 1)
        elif action == 1:
            lines.insert(place, lines[place])
        elif action == 2:
            lines[place] = lines[place].replace("value", chance.choice(_WORDS), 1)
        elif len(lines) > 3:
            del lines[place]
    return "\n".join(lines) + "\n"


@settings(max_examples=60)
@given(st.sampled_from(TEXTS), st.integers(0, 10_000))
def test_mutated_handlers_never_stop_it(text, seed):
    flows = flows_of(backend_of({"handler.py": mutated(text, seed)}))
    for kind in KINDS:
        for site in flows.sites(kind.name):
            assert all(flow.path for flow in site.flows)


def test_code_that_grows_without_end_is_cut_and_said():
    chain = "\n".join(
        "    value = (value, value, f'{value}{value}', [value for _ in value], given)" for _ in range(60)
    )
    calls = "\n".join(
        f"def f{n}(x):\n    return f{n + 1}(x + 'a') + f{n + 1}(x) + f{n + 1}([x])\n" for n in range(40)
    )
    text = (
        "from flask import Flask, request\napp = Flask(__name__)\n\n\n"
        f"{calls}\ndef f40(x):\n    return f0(x)\n\n\n"
        '@app.route("/x")\ndef handler():\n    given = request.args["q"]\n    value = given\n'
        f"{chain}\n    eval(f0(value))\n"
    )
    flows = flows_of(backend_of({"handler.py": text}))
    assert list(flows.sites("code")) or flows.cut


def test_an_endless_loop_and_deep_nesting_end():
    deep = "(" * 90 + "given" + ")" * 90
    text = (
        "from flask import Flask, request\napp = Flask(__name__)\n\n\n"
        '@app.route("/x")\ndef handler():\n    given = request.args["q"]\n    value = ""\n'
        f"    while True:\n        value = value + {deep}\n        if len(value) > 5:\n            break\n    eval(value + given)\n"
    )
    assert any(site.flows for site in flows_of(backend_of({"handler.py": text})).sites("code"))
