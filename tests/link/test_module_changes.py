"""What a change of a module comes to."""

from __future__ import annotations

import pytest

from linter.extract.files import extract
from linter.resolve.changes import ALIASES, DECLARATIONS, DECORATIONS, FUNCTIONS, HEADS, Change, change_of
from linter.resolve.project import Project
from linter.resolve.trace import (
    body_key,
    calls_key,
    imports_key,
    made_key,
    missing_key,
    module_key,
    names_key,
)

PATH = "sample.py"
BEFORE = '''\
"""What it is."""
from library import make
NAME = make(1)

class Kept(make(2)):
    size = 3

    def save(self, value):
        return value


def first(value=make(4)):
    def inner():
        return value
    return inner


@NAME.register
def last(value):
    return first(value)
'''


def _change(before: str, now: str) -> Change:
    facts = extract(before.encode(), "python", "postgres")
    project = Project({PATH: extract(now.encode(), "python", "postgres")})
    return change_of(facts, project.modules[PATH])


def _keys(old: str, new: str) -> set[str]:
    assert old in BEFORE
    return set(_change(BEFORE, BEFORE.replace(old, new, 1)).keys)


def _body(label: str) -> str:
    return body_key(PATH, label)


ALL = module_key(PATH)
FUNCTION = "def added(value):\n    return value\n\n\n"


def test_nothing_has_changed_where_only_lines_have_moved() -> None:
    change = _change(BEFORE, BEFORE.replace("class", "\n# A comment.\nclass"))
    assert change.keys == []
    assert (change.lines[3], change.lines[5]) == (3, 7)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""What it is."""\n', ""),
        ("    size = 3\n", '    """Something."""\n    size = 3\n'),
        ("    return first(value)", '    """Says something."""\n    return first(value)'),
    ],
)
def test_a_docstring_changes_no_more_than_the_body_it_stands_in(old: str, new: str) -> None:
    assert ALL not in _keys(old, new)
    assert HEADS not in _keys(old, new)


@pytest.mark.parametrize("place", ["class Kept", "def first", "@NAME.register"])
def test_a_function_between_others_changes_none_of_them(place: str) -> None:
    change = _change(BEFORE, BEFORE.replace(place, FUNCTION + place))
    assert set(change.keys) == {missing_key(PATH, "added"), FUNCTIONS}
    assert change.lines[len(BEFORE.splitlines())] == len(BEFORE.splitlines()) + 4


def test_a_decorated_function_may_be_declared_to_be_anything() -> None:
    keys = _keys("def first", f"@NAME.register\n{FUNCTION}def first")
    assert {ALL, DECORATIONS, DECLARATIONS} <= keys
    assert HEADS not in keys


def test_a_second_function_of_a_name_takes_the_place_of_the_first() -> None:
    second = "def first(value):\n    return value\n\n\n"
    assert {ALL, _body(""), _body("first")} <= _keys("def first", f"{second}def first")
    assert {ALL, _body("")} <= _keys("@NAME", f"{second}@NAME")


def test_a_nested_function_changes_what_holds_it() -> None:
    keys = _keys("    def inner", "    def more():\n        return 1\n    def inner")
    assert _body("first") in keys
    assert _body("first.inner") not in keys


def test_a_function_that_is_gone_changes_how_things_are_declared() -> None:
    gone = BEFORE[BEFORE.index("@NAME") :]
    assert {ALL, HEADS, DECLARATIONS, _body("last")} <= _keys(gone, "")


def test_an_expression_binds_nothing() -> None:
    assert _keys("class Kept", "NAME or 1\nclass Kept") == {_body("")}
    change = _change(BEFORE, BEFORE + "\nNAME.append(first())\n")
    assert set(change.keys) == {_body(""), calls_key("append"), calls_key("first")}


def test_a_call_between_others_changes_the_numbers_of_those_after_it() -> None:
    assert {ALL, DECLARATIONS} <= _keys("class Kept", "print()\nclass Kept")


@pytest.mark.parametrize(
    ("old", "new"), [("make(1)", "make(5)"), ("make(2)", "make(5)"), ("make(4)", "make(5)")]
)
def test_what_is_called_counts_for_what_is_declared_with_it(old: str, new: str) -> None:
    assert {ALL, _body("")} <= _keys(old, new)


def test_a_variable_of_a_new_name_is_one_that_was_missed() -> None:
    keys = _keys("class Kept", "OTHER = 'text'\nclass Kept")
    assert keys == {missing_key(PATH, "OTHER"), names_key(PATH), DECLARATIONS}
    change = _change(BEFORE, BEFORE + "\nOTHER = first()\n")
    assert {_body(""), calls_key("first")} <= set(change.keys)


@pytest.mark.parametrize(
    "statement",
    [
        "NAME = 2",
        "NAME.size = 2",
        "NAME['a'] = 2",
        "NAME += 2",
        "from os import *",
        "import os as make",
        "del NAME",
        "NAME, OTHER = 1, 2",
    ],
)
def test_any_other_statement_may_change_what_is_declared(statement: str) -> None:
    assert {ALL, _body("")} <= _keys("class Kept", f"{statement}\nclass Kept")


@pytest.mark.parametrize(
    ("statement", "package"),
    [("import os.path", "os"), ("from .near import os", ""), ("import a as os", "a")],
)
def test_an_import_of_a_new_name_is_looked_for_by_its_package(statement: str, package: str) -> None:
    keys = _keys("class Kept", f"{statement}\nclass Kept")
    assert keys == {missing_key(PATH, "os"), names_key(PATH), DECLARATIONS, imports_key(package)}
    assert ALIASES in _keys("class Kept", "from a import b as c\nclass Kept")


def test_a_new_class_counts_among_all_classes() -> None:
    keys = _keys("def first", "class Other:\n    pass\n\n\ndef first")
    assert {HEADS, DECLARATIONS, missing_key(PATH, "Other")} <= keys
    assert ALL not in keys


def test_a_method_changes_its_class() -> None:
    keys = _keys("    def save", "    def load(self):\n        return 1\n\n    def save")
    assert {ALL, HEADS, DECLARATIONS} <= keys
    assert _body("Kept.save") not in keys


def test_a_function_before_those_that_make_a_name_may_be_the_first_that_does() -> None:
    before = "def second():\n    global MADE\n    MADE = 2\n"
    change = _change(before, before.replace("second", "first").replace("2", "1") + "\n\n" + before)
    assert made_key(PATH) in change.keys


def test_all_is_new_where_nobody_knows_how_it_was() -> None:
    project = Project({PATH: extract(BEFORE.encode(), "python", "postgres")})
    change = change_of(None, project.modules[PATH])
    assert {ALL, HEADS, imports_key("library"), _body(""), _body("first.inner"), calls_key("first")} <= set(
        change.keys
    )
    assert change.lines == {}
