from __future__ import annotations

import json
import tomllib

from hypothesis import given, settings
from hypothesis import strategies as st

from linter.config.toml_lines import find_places

HARD = r'''
top = """
[tool.backlint]
select = "not here"
""" # a "comment" [x]
lit = @@@
profile = 1 @@@
q = """a""""" # closes with five quotes
e = "\"[x]\n"
  [ tool . "backlint" ] # header
"profile" = "ci"
select = [ # [
  "a#b", 'c]d', """
e""",
  { x = 1 }, [ "deep" ],
]
per-path-ignores."tests/**" = ["x"]
'per-path-ignores'.'esc\' = [
  'y']
'''.replace("@@@", "'" * 3)

HARD += """severity = { "a/b" = "off", c = "note" }
date = 1979-05-27 07:32:00
num = 1_000
[[many]]
k = 1
[[many]]
"\\u006b2" = 2
[tool.backlint.sub]
z = true"""


def test_lines_of_hard_toml() -> None:
    tomllib.loads(HARD)
    places = find_places(HARD)
    lines = HARD.split("\n")

    def line_with(text: str) -> int:
        (number,) = (number for number, line in enumerate(lines, 1) if text in line)
        return number

    table = ("tool", "backlint")
    assert places.line("top") == 2
    assert places.line("profile") is None and places.line("select") is None
    assert places.line(*table) == line_with("# header")
    assert places.line(*table, "profile") == line_with('"profile"')
    assert places.line(*table, "select") == line_with("select = [ #")
    for text, at in (("a#b", "a#b"), ("c]d", "c]d"), ("e", "a#b"), ("deep", "deep")):
        assert places.line_of_string((*table, "select"), text) == line_with(at)
    assert places.line_of_string((*table, "select"), "absent") == places.line(*table, "select")
    assert places.line(*table, "per-path-ignores", "tests/**") == line_with("tests/**")
    assert places.line_of_string((*table, "per-path-ignores", "esc\\"), "y") == line_with("'y'")
    assert places.line(*table, "severity", "c") == line_with("a/b")
    assert places.line("many") == line_with("num") + 1
    assert places.line("many", "k2") == line_with("u006b2")
    assert places.line(*table, "sub", "z") == len(lines)


NAMES = st.text(st.characters(codec="utf-8"), max_size=6)
BARE = st.text("abcXYZ019_-", min_size=1, max_size=6)
VALUES = st.recursive(
    st.sampled_from(
        [
            "1",
            "-1.5e3",
            "true",
            "1979-05-27",
            "'#['",
            "'''\n'x'\n'''",
            '"\\"]"',
            '"""\n\\"""" """',
            "[]",
            "{}",
        ]
    )
    | NAMES.map(lambda text: json.dumps(text).replace("\x7f", "\\u007f")),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ # ]\n" + ",\n".join(items) + "\n]")
        | inner.map(lambda item: "{ k = [" + item.replace("\n}", "}") + "] }")
    ),
    max_leaves=6,
)
GAPS = st.sampled_from(["", "\n", "# [x] = '''\n", "\r\n", "  \t\n"])


@settings(max_examples=200)
@given(st.lists(st.tuples(GAPS, BARE | NAMES.map(json.dumps), VALUES), max_size=6))
def test_lines_of_any_toml(entries: list[tuple[str, str, str]]) -> None:
    text, expected = "", {}
    for gap, key, value in entries:
        text += gap
        name = json.loads(key) if key.startswith('"') else key
        expected.setdefault(name, text.count("\n") + 1)
        text += f"{key} = {value}\n"
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = find_places(text)
    assert {name: places.line(name) for name in expected} == expected
