"""Ask a Flask application what it serves.

Routes are the rules of `app.url_map`; a converter is dropped with its arguments, so
`<any(daily, weekly):period>` is `{period}`. The handler is what the rule's endpoint names in
`app.view_functions`, below `functools.wraps` decorators; a class view's is the class, and each
verb's call names the method. A rule that limits a class view's verbs is obeyed.

Framework-own are static files, of the application and of its blueprints; their handler is
`flask.Flask.send_static_file`. Inputs and outputs are null: Flask keeps no record of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from oracle.answers import Answer, Listed, answer_of, describe, dotted_name, fill, print_truth, spoken
from oracle.sqlalchemy_tables import tables_of

CONVERTER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
STATIC = "flask.Flask.send_static_file"


def listed_routes(app: Any) -> Iterator[Listed]:
    """Every rule of `app`."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        routed = getattr(view, "view_class", None)
        own = rule.endpoint.rsplit(".", 1)[-1] == "static"
        name = STATIC if own else dotted_name(routed or view)
        methods = {verb: f"{name}.{verb.lower()}" if routed else name for verb in spoken(rule.methods)}
        yield Listed(CONVERTER.sub(r"{\1}", rule.rule), name, methods, framework_own=own)


def caller(app: Any, values: Mapping[str, str]) -> Any:
    """A function that calls `app` anonymously."""

    def call(method: str, path: str) -> Answer:
        response = app.test_client().open(fill(path, values), method=method)
        return answer_of(response.status_code, response.headers.get("Location", ""))

    return call


def start_desk(folder: Path) -> Any:
    """The desk, its database made and filled."""
    os.environ["DESK_DATABASE_URL"] = f"sqlite:///{folder / 'desk.db'}"
    os.environ["DESK_SECRET_KEY"] = os.environ["DESK_MAIL_HOOK_SECRET"] = "secret" * 10
    os.environ["DESK_UPLOADS"] = os.fspath(folder)
    app = import_module("desk.app").create_app()
    with app.app_context():
        import_module("desk.database").db.create_all()
        import_module("desk.cli").load_demo()
    return app


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    running = start_desk(folder)
    values = {"slug": "printing", "key": "HELP-1", "period": "daily", "page": "2", "filename": "desk.css"}
    routes = describe(listed_routes(running), caller(running, values))
    db = import_module("desk.database").db
    return {"framework": "flask", "routes": routes, "tables": tables_of(db.metadata, db.Model.registry)}


if __name__ == "__main__":
    print_truth(ask)
