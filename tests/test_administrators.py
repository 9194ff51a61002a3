"""How sure rules are of what only administrators can ask for."""

from __future__ import annotations

from pathlib import Path

import pytest

from linter.config import load_settings
from linter.finding import Confidence
from linter.pipeline import Run
from linter.sources import discover

_APP = """
from fastapi import Depends, FastAPI, HTTPException

app = FastAPI()

def current_user():
    raise HTTPException(status_code=401)

def get_superuser(user=Depends(current_user)):
    return user

def get_member(user=Depends(current_user)):
    if not user.is_admin:
        raise HTTPException(status_code=403)
    return user

def get_owner_or_admin(user=Depends(current_user)):
    return user

@app.get("/files")
def read(name: str, user=Depends({guard})):
    return open(name).read()

@app.get("/rows")
def rows(user=Depends({guard})):
    try:
        return user.rows()
    except Exception as error:
        raise HTTPException(status_code=500, detail=str(error))
"""
_SHARED = """
@app.get("/open")
def open_to_all(name: str):
    return read(name)
"""


def _confidence(root: Path, rule: str, text: str) -> list[Confidence]:
    (root / "main.py").write_text(text, encoding="utf-8")
    settings = load_settings(str(root), environ={}, isolated=True)
    run = Run(settings, discover(str(root), settings), use_cache=False, jobs=1)
    run.rule_files = [each for each in run.rule_files if each.id == rule]
    return sorted((each.confidence for each in run.check_afresh().findings), key=str)


@pytest.mark.parametrize(
    ("guard", "path", "text"),
    [
        ("get_superuser", Confidence.LOW, Confidence.LOW),
        ("get_member", Confidence.LOW, Confidence.LOW),
        ("current_user", Confidence.MEDIUM, Confidence.HIGH),
        ("get_owner_or_admin", Confidence.MEDIUM, Confidence.HIGH),
    ],
)
def test_what_administrators_ask_for_is_theirs_to_choose(
    tmp_path: Path, guard: str, path: Confidence, text: Confidence
) -> None:
    app = _APP.replace("{guard}", guard)
    assert _confidence(tmp_path, "input-validation/path-traversal", app) == [path]
    assert _confidence(tmp_path, "error-responses/exception-text-in-response", app) == [text]


def test_what_others_can_ask_for_as_well_is_told(tmp_path: Path) -> None:
    app = _APP.replace("{guard}", "get_superuser") + _SHARED
    found = _confidence(tmp_path, "input-validation/path-traversal", app)
    assert Confidence.MEDIUM in found


def test_errors_that_the_installation_s_own_programs_are_told_are_of_little_weight(tmp_path: Path) -> None:
    app = _APP.replace("{guard}", "current_user").replace('"/rows"', '"/internal/v1/rows"')
    assert _confidence(tmp_path, "error-responses/exception-text-in-response", app) == [Confidence.LOW]
