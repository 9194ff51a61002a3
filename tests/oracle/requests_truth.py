"""Run the tests of an application, and note which route each request reaches and which tables it touches.

Prints a list of {"test", "line", "method", "handler", "reads", "writes"}: the file and the line of the test
that was running, the verb, the dotted name of the function or class that answered, and the tables of the
SQL that ran in between. Requests that reach no route are left out.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

from oracle import APPS
from oracle.answers import dotted_name


class Recorder:
    """What happened so far. A request is open while its handler runs."""

    def __init__(self) -> None:
        self.test = ("", 0)
        self.seen: list[dict[str, Any]] = []
        self.open: dict[str, Any] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        path, line, _ = item.location
        self.test = (path.replace(os.sep, "/"), (line or 0) + 1)

    @contextlib.contextmanager
    def request(self, method: str, handler: Any) -> Iterator[None]:
        path, line = self.test
        outer, self.open = (
            self.open,
            {"test": path, "line": line, "method": method, "handler": dotted_name(handler)},
        )
        self.open |= {"reads": set(), "writes": set()}
        self.seen.append(self.open)
        try:
            yield
        finally:
            self.open = outer

    def statement(self, sql: str) -> None:
        """Note the tables of a statement that ran."""
        if self.open is None:
            return
        try:
            tree = sqlglot.parse_one(sql.replace("%s", "?"), dialect="sqlite")
        except sqlglot.errors.ParseError:
            return
        target = tree.this if isinstance(tree, (exp.Insert, exp.Update, exp.Delete)) else None
        if isinstance(target, exp.Schema):
            target = target.this
        for table in tree.find_all(exp.Table):
            self.open["writes" if table is target else "reads"].add(table.name)


def watch_sqlalchemy(recorder: Recorder) -> None:
    """Listen to every engine."""
    from sqlalchemy import Engine, event

    def ran(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        recorder.statement(statement)

    event.listen(Engine, "before_cursor_execute", ran)


def fastapi(recorder: Recorder) -> None:
    """Wrap the routes of FastAPI and Starlette, dependencies included."""
    import fastapi.routing  # noqa: F401
    from starlette.routing import Route

    watch_sqlalchemy(recorder)
    for cls in [Route, *Route.__subclasses__()]:
        original = cls.__dict__.get("handle")
        if original is not None:
            cls.handle = _handle(recorder, original)


def _handle(recorder: Recorder, original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(self: Any, scope: Any, receive: Any, send: Any) -> None:
        if self.methods and scope["method"] not in self.methods:
            await original(self, scope, receive, send)
            return
        with recorder.request(scope["method"], self.endpoint):
            await original(self, scope, receive, send)

    return handle


def flask(recorder: Recorder) -> None:
    """Wrap the dispatch of Flask. Requests that a hook refuses count; the hook's own SQL does not."""
    from flask import Flask, request

    watch_sqlalchemy(recorder)
    original, hooks = Flask.full_dispatch_request, Flask.preprocess_request

    def preprocess(self: Any, *arguments: Any) -> Any:
        outer, recorder.open = recorder.open, None
        try:
            return hooks(self, *arguments)
        finally:
            recorder.open = outer

    def dispatch(self: Any, *arguments: Any) -> Any:
        if request.url_rule is None or request.endpoint == "static":
            return original(self, *arguments)
        view = self.view_functions[request.endpoint]
        with recorder.request(request.method, getattr(view, "view_class", view)):
            return original(self, *arguments)

    Flask.full_dispatch_request = dispatch  # type: ignore[method-assign]
    Flask.preprocess_request = preprocess  # type: ignore[method-assign]


def django(recorder: Recorder) -> None:
    """Start Django with a database for tests, and wrap its resolver and its cursors."""
    folder = tempfile.mkdtemp()
    os.environ.update(
        DJANGO_SETTINGS_MODULE="clinic.settings",
        CLINIC_SECRET_KEY="for-tests-" * 6,
        CLINIC_PAYMENT_SECRET="payment",
        CLINIC_HOSTS="*",
        CLINIC_DATABASE_ENGINE="django.db.backends.sqlite3",
        CLINIC_DATABASE_NAME=f"{folder}/clinic.db",
        CLINIC_MEDIA_ROOT=folder,
    )
    import django as library

    library.setup()
    from django.core.handlers.base import BaseHandler
    from django.db.backends.utils import CursorWrapper
    from django.test.runner import DiscoverRunner
    from django.urls import Resolver404, resolve

    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    runner.setup_databases()
    original, execute = BaseHandler.get_response, CursorWrapper.execute

    def get_response(self: Any, request: Any) -> Any:
        try:
            view = resolve(request.path_info).func
        except Resolver404:
            return original(self, request)
        owner = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
        with recorder.request(request.method, owner):
            return original(self, request)

    def ran(self: Any, sql: str, params: Any = None) -> Any:
        recorder.statement(sql)
        return execute(self, sql, params)

    BaseHandler.get_response = get_response  # type: ignore[method-assign]
    CursorWrapper.execute = ran  # type: ignore[method-assign]


WATCHED = {"clinic": django, "desk": flask, "shop": fastapi}


def main(app: str) -> None:
    """Run the tests of `app` and print what they reached."""
    root: Path = APPS / app
    os.chdir(root)
    recorder = Recorder()
    WATCHED[app](recorder)
    importlib.invalidate_caches()
    with contextlib.redirect_stdout(sys.stderr):
        outcome = pytest.main(
            ["-q", "-n", "0", "-p", "no:cacheprovider", "--rootdir", str(root), "-c", os.devnull, "tests"],
            plugins=[recorder],
        )
    if outcome != 0:
        sys.exit(f"the tests of {app} ended with {outcome}")
    for each in recorder.seen:
        each["reads"], each["writes"] = sorted(each["reads"]), sorted(each["writes"])
    json.dump(recorder.seen, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
