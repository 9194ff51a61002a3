# The samples are code as it is written: a line of one is a line here.
# ruff: noqa: E501
"""How a value gets from a request to a sink, or does not: one pair of twins for each feature of the language.

The code starts with `given`, what the caller sent, and ends with `value`. `{safe}` is a constant that the
sink takes. Both twins look much alike; only in the first does `value` hold anything of `given`.
"""

from __future__ import annotations

from typing import NamedTuple


class Way(NamedTuple):
    """A feature, the body that passes `given` on, the one that does not, and what stands around both."""

    name: str
    bad: str
    good: str
    top: str = ""


WAYS = [
    Way("plain", "value = given", "value = {safe}"),
    Way("overwritten", "value = {safe}\nvalue = given", "value = given\nvalue = {safe}"),
    Way(
        "constant-condition",
        "number = 106\nif 7 * 18 + number > 200:\n    value = given\nelse:\n    value = {safe}",
        "number = 106\nif 7 * 18 + number < 200:\n    value = given\nelse:\n    value = {safe}",
    ),
    Way(
        "conditional-expression",
        "number = 86\nvalue = given if 7 * 42 - number > 200 else {safe}",
        "number = 86\nvalue = {safe} if 7 * 42 - number > 200 else given",
    ),
    Way(
        "unknown-condition",
        "value = {safe}\nif len(given) > 3:\n    value = given",
        "value = {safe}\nif len(given) > 3:\n    value = {safe}",
    ),
    Way(
        "constant-string-index",
        'possible = "ABC"\nguess = possible[1]\nif guess == "B":\n    value = given\nelse:\n    value = {safe}',
        'possible = "ABC"\nguess = possible[2]\nif guess == "B":\n    value = given\nelse:\n    value = {safe}',
    ),
    Way(
        "match-constant",
        'letter = "ABC"[0]\nmatch letter:\n    case "A" | "C":\n        value = given\n'
        "    case _:\n        value = {safe}",
        'letter = "ABC"[1]\nmatch letter:\n    case "A" | "C":\n        value = given\n'
        "    case _:\n        value = {safe}",
    ),
    Way(
        "match-allowed",
        'match given:\n    case "":\n        value = {safe}\n    case other:\n        value = other',
        'match given:\n    case "x" | "y":\n        value = given\n    case _:\n        value = {safe}',
    ),
    Way(
        "dict-keys",
        'held = {{}}\nheld["a"] = {safe}\nheld["b"] = given\nvalue = held["b"]',
        'held = {{}}\nheld["a"] = {safe}\nheld["b"] = given\nvalue = held["a"]',
    ),
    Way(
        "dict-display",
        'held = {{"a": {safe}, "b": given}}\nvalue = held.get("b")',
        'held = {{"a": {safe}, "b": given}}\nvalue = held.get("a")',
    ),
    Way(
        "dict-overwritten",
        'held = {{"a": {safe}}}\nheld["a"] = given\nvalue = held["a"]',
        'held = {{"a": given}}\nheld["a"] = {safe}\nvalue = held["a"]',
    ),
    Way(
        "list-pop",
        'items = []\nitems.append({safe})\nitems.append(given)\nitems.append("more")\nitems.pop(0)\nvalue = items[0]',
        "items = []\nitems.append({safe})\nitems.append(given)\nitems.append({safe})\nitems.pop(0)\nvalue = items[1]",
    ),
    Way(
        "list-index", "items = [{safe}, given]\nvalue = items[1]", "items = [{safe}, given]\nvalue = items[0]"
    ),
    Way("unpacking", "first, value = {safe}, given", "value, last = {safe}, given"),
    Way(
        "star-unpacking",
        "first, *others = [{safe}, given]\nvalue = others[0]",
        "*others, last = [{safe}, given]\nvalue = others[0]",
    ),
    Way(
        "config-parser",
        'import configparser\nheld = configparser.ConfigParser()\nheld.add_section("s")\nheld.set("s", "a", {safe})\n'
        'held.set("s", "b", given)\nvalue = held.get("s", "b")',
        'import configparser\nheld = configparser.ConfigParser()\nheld.add_section("s")\nheld.set("s", "a", {safe})\n'
        'held.set("s", "b", given)\nvalue = held.get("s", "a")',
    ),
    Way("method-chain", "value = given.strip().lower()", "value = {safe}.strip().lower()"),
    Way(
        "encode",
        "import base64\nheld = base64.b64encode(given.encode())\nvalue = base64.b64decode(held).decode()",
        "import base64\nheld = base64.b64encode({safe}.encode())\nvalue = base64.b64decode(held).decode()",
    ),
    Way(
        "unquote",
        "from urllib.parse import unquote_plus\nvalue = unquote_plus(given)",
        "from urllib.parse import unquote_plus\nother = unquote_plus(given)\nvalue = unquote_plus({safe})",
    ),
    Way(
        "string-io",
        "import io\nheld = io.StringIO()\nheld.write(given)\nvalue = held.getvalue()",
        "import io\nheld = io.StringIO()\nheld.write({safe})\nvalue = held.getvalue()",
    ),
    Way("slice", "value = given[1:]", "value = {safe}[0:]"),
    Way("join", 'value = "".join([given, ""])', 'value = "".join([{safe}, ""])'),
    Way(
        "copy-before",
        'other = given\nother += "x"\nvalue = other',
        "value = {safe}\nother = value\nother += given",
    ),
    Way(
        "function",
        "value = same(given)",
        "value = other(given)",
        "def same(text):\n    return text\n\n\ndef other(text):\n    return {safe}",
    ),
    Way(
        "argument-position",
        "value = second({safe}, given)",
        "value = second(given, {safe})",
        "def second(first, last):\n    return last",
    ),
    Way(
        "keyword-argument",
        "value = choose(last=given, first={safe})",
        "value = choose(first=given, last={safe})",
        "def choose(*, first, last):\n    return last",
    ),
    Way(
        "star-arguments",
        "value = choose(*[{safe}, given])",
        "value = choose(*[given, {safe}])",
        "def choose(first, last):\n    return last",
    ),
    Way(
        "keyword-mapping",
        'value = choose(**{{"first": {safe}, "last": given}})',
        'value = choose(**{{"first": given, "last": {safe}}})',
        "def choose(first, last):\n    return last",
    ),
    Way(
        "instance-field",
        "value = Holder(given).read()",
        "value = Holder(given).fixed()",
        "class Holder:\n    def __init__(self, text):\n        self.text = text\n\n    def read(self):\n"
        "        return self.text\n\n    def fixed(self):\n        return {safe}",
    ),
    Way(
        "field-kept-apart",
        "held = Pair({safe}, given)\nvalue = held.last",
        "held = Pair({safe}, given)\nvalue = held.first",
        "class Pair:\n    def __init__(self, first, last):\n        self.first = first\n        self.last = last",
    ),
    Way(
        "inherited-method",
        "value = Child().work(given)",
        "value = Careful().work(given)",
        "class Base:\n    def work(self, text):\n        return self.step(text)\n\n    def step(self, text):\n"
        "        return text\n\n\nclass Child(Base):\n    pass\n\n\nclass Careful(Base):\n    def step(self, text):\n"
        "        return {safe}",
    ),
    Way(
        "factory",
        'value = make("first").work(given)',
        'value = make("second").work(given)',
        "class First:\n    def work(self, text):\n        return text\n\n\nclass Second:\n    def work(self, text):\n"
        '        return {safe}\n\n\ndef make(name):\n    if name == "first":\n        return First()\n    return Second()',
    ),
    Way(
        "closure",
        "def inner():\n    return given\n\nvalue = inner()",
        "def inner():\n    return {safe}\n\nvalue = inner()",
    ),
    Way(
        "lambda",
        "pick = lambda text: text\nvalue = pick(given)",
        "pick = lambda text: {safe}\nvalue = pick(given)",
    ),
    Way(
        "partial",
        "from functools import partial\nvalue = partial(second, {safe})(given)",
        "from functools import partial\nvalue = partial(second, given)({safe})",
        "def second(first, last):\n    return last",
    ),
    Way(
        "callback",
        "value = apply(keep, given)",
        "value = apply(drop, given)",
        "def keep(text):\n    return text\n\n\ndef drop(text):\n    return {safe}\n\n\ndef apply(action, text):\n"
        "    return action(text)",
    ),
    Way(
        "decorator",
        "value = kept(given)",
        "value = dropped(given)",
        "import functools\n\n\ndef keep(call):\n    @functools.wraps(call)\n    def inner(text):\n        return call(text)\n\n"
        "    return inner\n\n\ndef drop(call):\n    @functools.wraps(call)\n    def inner(text):\n"
        "        return call({safe})\n\n    return inner\n\n\n@keep\ndef kept(text):\n    return text\n\n\n"
        "@drop\ndef dropped(text):\n    return text",
    ),
    Way(
        "context-manager",
        "with held(given) as value:\n    pass",
        "with fixed(given) as value:\n    pass",
        "from contextlib import contextmanager\n\n\n@contextmanager\ndef held(text):\n    yield text\n\n\n"
        "@contextmanager\ndef fixed(text):\n    yield {safe}",
    ),
    Way(
        "generator",
        "value = next(iter(each for each in several(given)))",
        "value = next(iter(each for each in several({safe})))",
        "def several(text):\n    yield text",
    ),
    Way(
        "comprehension",
        "value = [each for each in [given]][0]",
        "value = [each for each in [{safe}] if given][0]",
    ),
    Way(
        "loop",
        "value = {safe}\nfor char in given:\n    value += char",
        "value = {safe}\nfor char in given:\n    pass",
    ),
    Way(
        "try-finally",
        "value = {safe}\ntry:\n    value = given\nfinally:\n    done = True",
        "value = given\ntry:\n    done = True\nfinally:\n    value = {safe}",
    ),
    Way(
        "recursion",
        "value = down(given, 3)",
        "value = down({safe}, 3)",
        "def down(text, depth):\n    if depth == 0:\n        return text\n    return down(text, depth - 1)",
    ),
    Way(
        "early-return",
        "value = unchecked(given)",
        "value = checked(given)",
        "def checked(text):\n    if text not in ALLOWED:\n        return {safe}\n    return text\n\n\n"
        "def unchecked(text):\n    if len(text) > 80:\n        return {safe}\n    return text\n\n\n"
        'ALLOWED = frozenset({{"x", "y"}})',
    ),
    Way("walrus", "if (value := given):\n    pass", "if (value := {safe}):\n    other = given"),
    Way("or-default", "value = given or {safe}", "value = {safe} or given"),
    Way("augmented", 'value = ""\nvalue += given', 'value = ""\nvalue += {safe}'),
    Way(
        "allow-list",
        'if given in ("x", "y"):\n    pass\nvalue = given',
        'if given not in ("x", "y"):\n    raise ValueError("unknown")\nvalue = given',
    ),
    Way(
        "lookup",
        'value = {{"x": given}}.get("x", {safe})',
        'value = {{"x": {safe}, "y": {safe}}}.get(given, {safe})',
    ),
    Way(
        "digits",
        "if given.isdigit():\n    number = 1\nvalue = given",
        'if not given.isdigit():\n    raise ValueError("no number")\nvalue = given',
    ),
    Way(
        "full-match",
        'import re\nif re.match(r"\\w+", given) is None:\n    raise ValueError("no word")\nvalue = given',
        'import re\nif re.fullmatch(r"[a-z0-9]+", given) is None:\n    raise ValueError("no word")\nvalue = given',
    ),
    Way("number", "value = str(given)", "value = str(int(given))"),
]
