"""A run after a change says what a run from the start says, and follows only what the change bears upon."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from linter.cache import FOLDER
from linter.config import load_settings
from linter.flow import Flows
from linter.flow.following import Following
from linter.pipeline import Run
from linter.sources import discover

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "flow"
APPLICATIONS = ("marina", "clinic_django", "stock_api", "lang_more", "ticket_board", "graphql_strawberry")


def _flows(root: Path, *, use_cache: bool = True) -> Flows:
    settings = load_settings(str(root), environ={}, isolated=True)
    found = Run(settings, discover(str(root), settings), use_cache=use_cache, jobs=1).backend.flows
    assert found is not None
    assert not found.failures
    return found


def _told(flows: Flows) -> list[tuple[object, ...]]:
    return [
        (kind, site.location, site.scope, site.is_led_to, site.flows)
        for kind in sorted(flows._by_kind)
        for site in flows.sites(kind)
    ]


def _copied(application: str, folder: Path) -> Path:
    root = folder / application
    shutil.copytree(FIXTURES / application, root, ignore=shutil.ignore_patterns("__pycache__", FOLDER))
    return root


def _further_down(text: str) -> str:
    return "# One line more.\n" + text


def _with_function(text: str) -> str:
    return text + "\n\ndef added_later(value):\n    import os\n    os.system(value)\n    return value\n"


def _with_function_between(text: str) -> str:
    added = "def added_between(value):\n    import os\n    os.system(value)\n    return value\n\n\n"
    return re.sub(r"(?m)^(?=(?:@.*\n)*(?:async )?def )", added, text, count=1)


def _twice(text: str) -> str:
    found = re.search(r"(?m)^(?:async )?def (?:.*\n)(?:(?: +.*)?\n)*", text)
    return text if found is None else text[: found.start()] + found.group() + text[found.start() :]


def _with_value(text: str) -> str:
    return text + "\nADDED_LATER = ['a', 'b']\n"


def _renamed(text: str) -> str:
    return text.replace("def get", "def fetch", 1).replace("def _", "def _other_", 1)


def _without_returns(text: str) -> str:
    return text.replace("return ", "return None and ", 2)


def _with_class(text: str) -> str:
    return text + "\n\nclass AddedLater:\n    def save(self, value):\n        self.kept = eval(value)\n"


def _with_expression(text: str) -> str:
    named = re.findall(r"(?m)^([A-Za-z_]\w*)\s*=", text)
    filled = "".join(f"\n{name}.append(input())\n{name}.update(a=input())\n" for name in named[:2])
    return text + "\n\nprint(locals())\n" + filled


def _with_docstring(text: str) -> str:
    return re.sub(r"(?m)^( *)((?:async )?def .*:)$", r'\1\2\n\1    """Says something."""', text)


EDITS: tuple[Callable[[str], str], ...] = (
    _further_down,
    _with_expression,
    _with_function,
    _with_function_between,
    _twice,
    _with_value,
    _renamed,
    _without_returns,
    _with_class,
    _with_docstring,
)


@pytest.mark.parametrize("application", APPLICATIONS)
def test_after_any_change_the_flows_are_those_of_a_run_from_the_start(
    application: str, tmp_path: Path
) -> None:
    root = _copied(application, tmp_path)
    _flows(root)
    modules = sorted(path for path in root.rglob("*.py") if path.stat().st_size)
    for position, module in enumerate(modules):
        for edit in EDITS[position % 3 :: 3]:
            module.write_text(edit(module.read_text(encoding="utf-8")), encoding="utf-8")
            assert _told(_flows(root)) == _told(_flows(root, use_cache=False)), (module.name, edit.__name__)


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The starts that are followed, and not taken from the last run."""
    found: list[str] = []
    whole = Following._from_entry

    def noting(self: Following, entry: object) -> object:
        found.append(str(entry))
        return whole(self, entry)  # type: ignore[arg-type]

    monkeypatch.setattr(Following, "_from_entry", noting)
    return found


APP = """\
from flask import Flask
import one, two
app = Flask(__name__)
app.register_blueprint(one.bp)
app.register_blueprint(two.bp)
"""
ONE = """\
import os
from flask import Blueprint, request
from shared import joined
bp = Blueprint("one", __name__)

@bp.get("/one")
def one():
    os.system(joined(request.args["a"]))
    return ""
"""
TWO = """\
import os
from flask import Blueprint, g, request
bp = Blueprint("two", __name__)

@bp.get("/two")
def two():
    os.system(request.args["b"])
    return ""
"""
SHARED = """\
def joined(value):
    return "ls " + value
"""
ROCKET = """
import os

class Rocket:
    def launch(self, value):
        os.system(value)
"""
HOOK = """
from flask import g, request

@app.before_request
def load():
    g.who = {}
"""


def _project(folder: Path) -> Path:
    for name, text in (("app", APP), ("one", ONE), ("two", TWO), ("shared", SHARED)):
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def test_only_what_has_looked_at_the_changed_module_is_followed_again(
    tmp_path: Path, followed: list[str]
) -> None:
    root = _project(tmp_path)
    assert len(_told(_flows(root))) == 4
    followed.clear()
    _flows(root)
    assert followed == []
    (root / "shared.py").write_text("def joined(value):\n    return 'ls'\n", encoding="utf-8")
    flows = _flows(root)
    assert followed == ["`GET /one`"]
    reached = {site.location.path for site in flows.sites("command") if site.flows}
    assert reached == {"two.py"}


def test_what_only_stands_on_other_lines_is_not_followed_again(tmp_path: Path, followed: list[str]) -> None:
    root = _project(tmp_path)
    _flows(root)
    followed.clear()
    moved = ONE.replace("@bp", "# A comment.\n@bp").replace('    return ""', '\n    return ""')
    (root / "one.py").write_text("# One line more.\n" + moved, encoding="utf-8")
    (root / "shared.py").write_text(f"\n\ndef first():\n    pass\n\n\n{SHARED}", encoding="utf-8")
    told = _told(_flows(root))
    assert followed == []
    assert told == _told(_flows(root, use_cache=False))
    (root / "one.py").write_text(ONE, encoding="utf-8")
    followed.clear()
    assert _told(_flows(root)) == _told(_flows(root, use_cache=False))
    assert followed == ["`GET /one`", "`GET /two`"]


@pytest.mark.parametrize("more", ["NAMES.append(input())", "NAMES = [input()]", "NAMES[0] = input()"])
def test_what_a_module_does_counts_for_the_values_of_its_variables(
    tmp_path: Path, followed: list[str], more: str
) -> None:
    root = _project(tmp_path)
    used = TWO.replace("import os\n", "import os\nimport names\n")
    (root / "two.py").write_text(used.replace('request.args["b"]', "names.NAMES[0]"), encoding="utf-8")
    (root / "names.py").write_text("NAMES = ['a']\n", encoding="utf-8")
    _flows(root)
    followed.clear()
    (root / "names.py").write_text(f"NAMES = ['a']\n{more}", encoding="utf-8")
    told = _told(_flows(root))
    assert "`GET /two`" in followed
    assert told == _told(_flows(root, use_cache=False))


def test_what_a_module_does_is_nothing_to_those_who_take_its_functions(
    tmp_path: Path, followed: list[str]
) -> None:
    root = _project(tmp_path)
    _flows(root)
    followed.clear()
    (root / "shared.py").write_text(f"OTHER = input()\nprint()\n\n{SHARED}\nprint(OTHER)\n", encoding="utf-8")
    told = _told(_flows(root))
    assert followed == []
    assert told == _told(_flows(root, use_cache=False))


def test_a_docstring_is_nothing_to_follow_again(tmp_path: Path, followed: list[str]) -> None:
    root = _project(tmp_path)
    _flows(root)
    followed.clear()
    (root / "one.py").write_text(_with_docstring(ONE), encoding="utf-8")
    (root / "shared.py").write_text(_with_docstring(SHARED), encoding="utf-8")
    told = _told(_flows(root))
    assert followed == []
    assert told == _told(_flows(root, use_cache=False))


def test_a_value_that_is_told_by_a_place_is_followed_again(tmp_path: Path, followed: list[str]) -> None:
    root = _project(tmp_path)
    (root / "one.py").write_text(ONE.replace("joined(request", "(lambda each: each.split()[0])(request"))
    _flows(root)
    (root / "one.py").write_text("# One line more.\n" + (root / "one.py").read_text(encoding="utf-8"))
    assert _told(_flows(root)) == _told(_flows(root, use_cache=False))


def test_what_a_method_of_an_unknown_thing_may_be_counts_as_looked_at(
    tmp_path: Path, followed: list[str]
) -> None:
    root = _project(tmp_path)
    (root / "two.py").write_text(TWO.replace("os.system", "[][0].launch"), encoding="utf-8")
    _flows(root)
    followed.clear()
    (root / "shared.py").write_text(SHARED + ROCKET, encoding="utf-8")
    flows = _flows(root)
    assert "`GET /two`" in followed
    assert any(site.location.path == "shared.py" and site.flows for site in flows.sites("command"))


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, None])
def test_a_damaged_memory_is_as_good_as_none(
    tmp_path: Path, followed: list[str], damage: bytes | None
) -> None:
    root = _project(tmp_path)
    before = _told(_flows(root))
    kept = root / FOLDER / "flows"
    kept.write_bytes(kept.read_bytes()[:-7] if damage is None else damage)
    followed.clear()
    assert _told(_flows(root)) == before
    assert len(followed) == 2


def test_a_new_module_is_a_new_project(tmp_path: Path, followed: list[str]) -> None:
    root = _project(tmp_path)
    _flows(root)
    followed.clear()
    (root / "three.py").write_text("VALUE = 1\n", encoding="utf-8")
    _flows(root)
    assert len(followed) == 2


def test_what_hooks_leave_for_handlers_counts_for_all_of_them(tmp_path: Path, followed: list[str]) -> None:
    root = _project(tmp_path)
    (root / "app.py").write_text(APP + HOOK.format("'x'"), encoding="utf-8")
    (root / "two.py").write_text(TWO.replace('request.args["b"]', "g.who"), encoding="utf-8")
    assert not any(site.location.path == "two.py" and site.flows for site in _flows(root).sites("command"))
    (root / "app.py").write_text(APP + HOOK.format("request.args['who']"), encoding="utf-8")
    flows = _flows(root)
    assert any(site.location.path == "two.py" and site.flows for site in flows.sites("command"))


def test_a_module_may_become_shorter(tmp_path: Path) -> None:
    root = _project(tmp_path)
    filled = "\n\ndef first():\n    pass\n\n\ndef fill():\n    global NAMES\n    NAMES = {'a': 'b'}\n"
    (root / "shared.py").write_text(SHARED + filled, encoding="utf-8")
    used = TWO.replace("import os\n", "import os\nimport shared\n").replace(
        'request.args["b"]', "shared.NAMES['a']"
    )
    (root / "two.py").write_text(used, encoding="utf-8")
    _flows(root)
    (root / "shared.py").write_text(SHARED, encoding="utf-8")
    assert _told(_flows(root)) == _told(_flows(root, use_cache=False))


def test_a_function_that_is_registered_for_a_type_counts_for_those_who_call_the_one(
    tmp_path: Path, followed: list[str]
) -> None:
    root = _project(tmp_path)
    one = "import functools, os\n\n@functools.singledispatch\ndef joined(value):\n    return 'ls'\n"
    (root / "shared.py").write_text(one, encoding="utf-8")
    assert not any(site.location.path == "one.py" and site.flows for site in _flows(root).sites("command"))
    more = "\n@joined.register\ndef other(value: str):\n    return value\n"
    (root / "shared.py").write_text(one + more, encoding="utf-8")
    told = _told(_flows(root))
    assert told == _told(_flows(root, use_cache=False))
    assert any(site.location.path == "one.py" and site.flows for site in _flows(root).sites("command"))
