"""A run after a change has the routes of a run from the start, and links them only where the change bears."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from linter.backend import Route
from linter.cache import FOLDER
from linter.config import load_settings
from linter.link import Adapters
from linter.link.kept_routes import named
from linter.pipeline import Run
from linter.sources import discover

APPS = Path(__file__).resolve().parents[2] / "fixtures" / "apps"
MOST = 7
"""Modules of one application that are changed."""


def _routes(root: Path, *, use_cache: bool = True) -> tuple[Route, ...]:
    settings = load_settings(str(root), environ={}, isolated=True)
    backend = Run(settings, discover(str(root), settings), use_cache=use_cache, jobs=1).backend
    assert not backend.failures
    return backend.routes


def _told(routes: tuple[Route, ...]) -> list[bytes]:
    return [msgspec.json.encode(each, enc_hook=named) for each in routes]


def _further_down(text: str) -> str:
    return "# One line more.\n" + text


def _with_function(text: str) -> str:
    return text + "\n\ndef added_later(app, request):\n    app.get(request)\n    return request\n"


def _with_function_between(text: str) -> str:
    added = "def added_between(app, request):\n    return app.get(request)\n\n\n"
    return re.sub(r"(?m)^(?=(?:@.*\n)*(?:async )?def )", added, text, count=1)


def _twice(text: str) -> str:
    found = re.search(r"(?m)^(?:async )?def (?:.*\n)(?:(?: +.*)?\n)*", text)
    return text if found is None else text[: found.start()] + found.group() + text[found.start() :]


def _with_route(text: str) -> str:
    return text + "\n\n@app.get('/added')\n@router.get('/added')\ndef added_later():\n    return ''\n"


def _with_call(text: str) -> str:
    return re.sub(r"(?m)^( *)((?:async )?def .*:)$", r"\1\2\n\1    print()", text)


def _refusing(text: str) -> str:
    return re.sub(r"(?m)^( +)return\b", r"\1abort(401)\n\1return", text)


def _renamed(text: str) -> str:
    return re.sub(r"(?m)^( *(?:async )?def )([a-z]\w*)", r"\1other_\2", text, count=2)


def _open(text: str) -> str:
    return re.sub(r"(?m)^( *)raise .*$", r"\1pass", text)


def _with_expression(text: str) -> str:
    return text + "\n\nprint(app.routes)\nadded_later = print\n"


def _with_docstring(text: str) -> str:
    return re.sub(r"(?m)^( *)((?:async )?def .*:)$", r'\1\2\n\1    """Says something."""', text)


def _with_attribute(text: str) -> str:
    return re.sub(r"(?m)^(class .*:)$", r"\1\n    added_later: int = 3", text)


EDITS: tuple[Callable[[str], str], ...] = (
    _further_down,
    _with_call,
    _refusing,
    _with_function,
    _with_function_between,
    _twice,
    _renamed,
    _open,
    _with_route,
    _with_expression,
    _with_docstring,
    _with_attribute,
)


@pytest.mark.parametrize("app", sorted(each.name for each in APPS.iterdir() if each.is_dir()))
def test_after_any_change_the_routes_are_those_of_a_run_from_the_start(app: str, tmp_path: Path) -> None:
    root = tmp_path / app
    shutil.copytree(APPS / app, root, ignore=shutil.ignore_patterns("__pycache__", FOLDER, "tests"))
    assert _told(_routes(root)) == _told(_routes(root))
    modules = sorted(
        (path for path in root.rglob("*.py") if "migrations" not in path.parts and path.stat().st_size > 200),
        key=lambda path: -path.stat().st_size,
    )
    for position, module in enumerate(modules[:MOST]):
        for edit in EDITS[position % 4 :: 4]:
            text = module.read_text(encoding="utf-8")
            module.write_text(edit(text), encoding="utf-8")
            assert _told(_routes(root)) == _told(_routes(root, use_cache=False)), (module.name, edit.__name__)


@pytest.fixture
def linked(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for each time that routes are linked."""
    found: list[bool] = []
    whole = Adapters._linked

    def noting(self: Adapters, backend: object) -> tuple[Route, ...]:
        found.append(True)
        return whole(self, backend)  # type: ignore[arg-type]

    monkeypatch.setattr(Adapters, "_linked", noting)
    return found


FASTAPI = {
    "app": """\
from fastapi import Depends, FastAPI
from auth import current_user
from shared import log, text
app = FastAPI()

@app.get("/one", dependencies=[Depends(current_user)])
def one():
    return text(1)
""",
    "auth": """\
from fastapi import HTTPException, Request

def current_user(request: Request):
    if not request.headers.get("Authorization"):
        raise HTTPException(401)
    return 1
""",
    "shared": """\
def text(value):
    return f"<{value}>"


def log(value):
    print(value)
""",
}
FLASK = {
    "app": """\
from flask import Flask
from flask_login import login_required
from shared import text
app = Flask(__name__)

@app.get("/one")
@login_required
def one():
    return text(1)
""",
    "shared": FASTAPI["shared"],
}
DJANGO = {
    "manage": 'import os\nos.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")\n',
    "settings": 'ROOT_URLCONF = "urls"\nMIDDLEWARE = []\n',
    "urls": 'from django.urls import path\nimport app\nurlpatterns = [path("one", app.one)]\n',
    "app": """\
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from shared import text

@login_required
def one(request):
    return HttpResponse(text(1))
""",
    "shared": FASTAPI["shared"],
}
MORE = "\n\ndef {}():\n    return 1\n"
PROJECTS = {"fastapi": FASTAPI, "flask": FLASK, "django": DJANGO}


def _project(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (root / f"{name}.py").write_text(text, encoding="utf-8")
    return root


@pytest.mark.parametrize("framework", PROJECTS)
def test_routes_are_not_linked_again_for_what_nobody_looked_at(
    framework: str, tmp_path: Path, linked: list[bool]
) -> None:
    root = _project(tmp_path, PROJECTS[framework])
    before = _told(_routes(root))
    assert before
    assert len(linked) == 1
    shared = FASTAPI["shared"].replace("print(value)", "print(value, value)") + MORE.format("last")
    (root / "shared.py").write_text(shared, encoding="utf-8")
    assert _told(_routes(root)) == before
    shared = MORE.format("first") + shared.replace("\ndef log", MORE.format("middle") + "\ndef log")
    (root / "shared.py").write_text(shared, encoding="utf-8")
    assert _told(_routes(root)) == before
    (root / "app.py").write_text("# A line.\n" + PROJECTS[framework]["app"], encoding="utf-8")
    routes = _routes(root)
    assert len(linked) == 1
    assert _told(routes) != before
    assert _told(routes) == _told(_routes(root, use_cache=False))


@pytest.mark.parametrize("framework", PROJECTS)
def test_routes_are_not_linked_again_for_what_a_module_does_that_nobody_ran(
    framework: str, tmp_path: Path, linked: list[bool]
) -> None:
    root = _project(tmp_path, {**PROJECTS[framework], "other": "class Other:\n    kind = 1\n"})
    before = _told(_routes(root))
    # Django's settings are found by the names of all modules.
    binding = {
        "fastapi": "import fastapi.more\nOTHER = print()\n",
        "flask": "import shared\nOTHER = print()\n",
    }
    more = binding.get(framework, "") + "print()\n\n"
    (root / "other.py").write_text(f"{more}class Other:\n    kind = 1\n", encoding="utf-8")
    assert _told(_routes(root)) == before
    assert len(linked) == 1
    (root / "other.py").write_text(f"{more}class Other(str):\n    kind = 1\n", encoding="utf-8")
    assert _told(_routes(root)) == before
    assert len(linked) == 2


@pytest.mark.parametrize("framework", PROJECTS)
def test_routes_are_not_linked_again_for_a_docstring(
    framework: str, tmp_path: Path, linked: list[bool]
) -> None:
    root = _project(tmp_path, PROJECTS[framework])
    _routes(root)
    (root / "app.py").write_text(_with_docstring(PROJECTS[framework]["app"]), encoding="utf-8")
    routes = _routes(root)
    assert len(linked) == 1
    assert _told(routes) == _told(_routes(root, use_cache=False))


def test_routes_are_linked_again_for_an_import_that_changes_what_is_run_first(
    tmp_path: Path, linked: list[bool]
) -> None:
    late = "from app import app\n\n@app.get('/late')\ndef late():\n    return 1\n"
    root = _project(tmp_path, {**FASTAPI, "late": late, "alate": late.replace("late", "alate")})
    _routes(root)
    (root / "alate.py").write_text(f"import late\n{late.replace('late', 'alate')}", encoding="utf-8")
    routes = _routes(root)
    assert len(linked) == 2
    assert _told(routes) == _told(_routes(root, use_cache=False))


def test_routes_are_linked_again_for_a_name_that_was_missed(tmp_path: Path, linked: list[bool]) -> None:
    root = _project(tmp_path, {**FASTAPI, "app": FASTAPI["app"] + "\napp.include_router(shared.router)\n"})
    (root / "app.py").write_text("import shared\n" + (root / "app.py").read_text("utf-8"), encoding="utf-8")
    assert [each.path for each in _routes(root)] == ["/one"]
    more = "\nfrom fastapi import APIRouter\nrouter = APIRouter()\nrouter.add_api_route('/two', text)\n"
    (root / "shared.py").write_text(FASTAPI["shared"] + more, encoding="utf-8")
    assert [each.path for each in _routes(root)] == ["/one", "/two"]
    assert len(linked) == 2


def test_routes_are_linked_again_for_what_a_module_does_that_was_run(
    tmp_path: Path, linked: list[bool]
) -> None:
    root = _project(tmp_path, FASTAPI)
    _routes(root)
    more = "\napp.add_api_route('/two', one)\n"
    (root / "app.py").write_text(FASTAPI["app"] + more, encoding="utf-8")
    assert [each.path for each in _routes(root)] == ["/one", "/two"]
    assert len(linked) == 2


def test_routes_are_linked_again_for_a_guard_that_has_changed(tmp_path: Path, linked: list[bool]) -> None:
    root = _project(tmp_path, FASTAPI)
    assert [each.authenticated.value for each in _routes(root)] == ["yes"]
    (root / "auth.py").write_text(
        FASTAPI["auth"].replace("raise HTTPException(401)", "pass"), encoding="utf-8"
    )
    assert [each.authenticated.value for each in _routes(root)] == ["no"]
    assert len(linked) == 2


def test_a_function_that_is_added_may_be_a_route(tmp_path: Path) -> None:
    root = _project(tmp_path, FASTAPI)
    _routes(root)
    more = '\n@app.get("/two")\ndef two():\n    return 2\n'
    (root / "app.py").write_text(FASTAPI["app"] + more, encoding="utf-8")
    assert [each.path for each in _routes(root)] == ["/one", "/two"]


def test_routes_of_a_run_whose_files_nobody_remembers_are_linked_again(tmp_path: Path) -> None:
    root = _project(tmp_path, FASTAPI)
    _routes(root)
    (root / "shared.py").write_text(FASTAPI["shared"] + "\nOTHER = 1\n", encoding="utf-8")
    settings = load_settings(str(root), environ={}, isolated=True)
    assert Run(settings, discover(str(root), settings), jobs=1).facts
    (root / "app.py").write_text(FASTAPI["app"].replace("/one", "/other"), encoding="utf-8")
    assert [each.path for each in _routes(root)] == ["/other"]


@pytest.mark.parametrize("damage", [b"", b"\x00" * 40, None])
def test_damaged_routes_are_as_good_as_none(tmp_path: Path, linked: list[bool], damage: bytes | None) -> None:
    root = _project(tmp_path, FASTAPI)
    before = _told(_routes(root))
    kept = root / FOLDER / "routes"
    kept.write_bytes(kept.read_bytes()[:-7] if damage is None else damage)
    assert _told(_routes(root)) == before
    assert len(linked) == 2
