"""A project whose root is a package itself: `.` in it has no name."""

from __future__ import annotations

from pathlib import Path

from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover

_FILES = {
    "__init__.py": "",
    "config.py": "PREFIX = '/v1'\n",
    "routers/__init__.py": "",
    "routers/orders.py": """
from fastapi import APIRouter

from .. import config

router = APIRouter(prefix=config.PREFIX)


@router.get("/orders")
def orders():
    return []
""",
    "main.py": """
from fastapi import FastAPI

from . import config
from .routers import orders

app = FastAPI(title=config.PREFIX)
app.include_router(orders.router)
""",
}


def test_what_lies_beside_its_modules_is_found(tmp_path: Path) -> None:
    for path, text in _FILES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    settings = load_settings(str(tmp_path), environ={}, isolated=True)
    run = Run(settings, discover(str(tmp_path), settings), use_cache=False, jobs=1)
    assert not run.check_afresh().failures
    assert [route.path for route in run.backend.routes] == ["/v1/orders"]
