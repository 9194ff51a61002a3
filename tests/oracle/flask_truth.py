"""Ask an application of the Flask family what it serves.

Routes are the rules of `app.url_map`; a converter is dropped with its arguments, so
`<any(daily, weekly):period>` is `{period}`. The handler is what the rule's endpoint names in
`app.view_functions`, below `functools.wraps` decorators; a class view's is the class, and each
verb's call names the method. A rule that limits a class view's verbs is obeyed.

Framework-own are static files, of the application and of its blueprints, with the handler
`flask.Flask.send_static_file`, and the documents and pages that the extensions bring along. Inputs
and outputs are null: Flask keeps no record of them.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from oracle.answers import Answer, Listed, answer_of, describe, dotted_name, fill, print_truth, spoken
from oracle.sqlalchemy_tables import tables_of

CONVERTER = re.compile(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>")
STATIC = "flask.Flask.send_static_file"
EXTENSIONS = ("apiflask.", "flask_restx.", "flask_smorest.")


class App(NamedTuple):
    """How an application is started and called. `values` are what path parameters are filled with."""

    start: Callable[[Path], Any]
    values: Mapping[str, str] = {}
    tables: Callable[[], list[dict[str, Any]]] = list


def listed_routes(app: Any) -> Iterator[Listed]:
    """Every rule of `app`."""
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        routed = getattr(view, "view_class", None)
        name = dotted_name(routed or view)
        if rule.endpoint.rsplit(".", 1)[-1] == "static":
            name = STATIC
        own = name == STATIC or name.startswith(EXTENSIONS)
        methods = {verb: f"{name}.{verb.lower()}" if routed else name for verb in spoken(rule.methods)}
        if getattr(rule, "websocket", False):
            methods = {"WEBSOCKET": name}
        yield Listed(CONVERTER.sub(r"{\1}", rule.rule), name, methods, framework_own=own)


def caller(app: Any, values: Mapping[str, str]) -> Callable[[str, str], Answer]:
    """A function that calls `app` anonymously."""

    def call(method: str, path: str) -> Answer:
        response = app.test_client().open(fill(path, values), method=method)
        return answer_of(response.status_code, response.headers.get("Location", ""))

    return call


def asynchronous_caller(app: Any, values: Mapping[str, str]) -> Callable[[str, str], Answer]:
    """The same for an application of Quart."""

    async def listen(path: str) -> Answer:
        from quart.testing import WebsocketResponseError

        try:
            async with app.test_client().websocket(path) as socket:
                await socket.accept() if hasattr(socket, "accept") else None
        except WebsocketResponseError as refusal:
            return answer_of(refusal.response.status_code)
        return Answer(101, "no")

    async def ask_once(method: str, path: str) -> Answer:
        response = await app.test_client().open(path, method=method)
        return answer_of(response.status_code, response.headers.get("Location", ""))

    def call(method: str, path: str) -> Answer:
        filled = fill(path, values)
        return asyncio.run(listen(filled) if method == "WEBSOCKET" else ask_once(method, filled))

    return call


def described_routes(app: Any) -> Iterator[Listed]:
    """Every rule of the Flask application in one of Connexion's; its views are made from documents."""
    for rule in app.app.url_map.iter_rules():
        view = app.app.view_functions[rule.endpoint]
        name = STATIC if rule.endpoint == "static" else dotted_name(getattr(view, "_fn", view))
        methods = dict.fromkeys(spoken(rule.methods), name)
        yield Listed(CONVERTER.sub(r"{\1}", rule.rule), name, methods, framework_own=name == STATIC)


def described_caller(app: Any, values: Mapping[str, str]) -> Callable[[str, str], Answer]:
    """A function that calls one of Connexion's applications anonymously."""
    client = app.test_client(follow_redirects=False)

    def call(method: str, path: str) -> Answer:
        response = client.request(method, fill(path, values))
        return answer_of(response.status_code, response.headers.get("location", ""))

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


def desk_tables() -> list[dict[str, Any]]:
    """The tables of the desk."""
    db = import_module("desk.database").db
    found: list[dict[str, Any]] = tables_of(db.metadata, db.Model.registry)
    return found


def started(app: str, *secrets: str) -> Callable[[Path], Any]:
    """Start an application that needs nothing but some secrets from its environment."""

    def start(folder: Path) -> Any:
        os.environ.update(dict.fromkeys(secrets, "secret" * 10))
        return import_module(f"{app}.app").create_app()

    return start


APPS = {
    "atlas": App(started("atlas", "ATLAS_TOKEN")),
    "bakery": App(started("bakery", "BAKERY_OVEN", "BAKERY_SECRET")),
    "clubs": App(started("clubs", "CLUBS_JWT_KEY", "CLUBS_MACHINE_KEY")),
    "depot": App(started("depot", "DEPOT_TOKEN", "COURIER_KEY")),
    "desk": App(
        start_desk,
        {"slug": "printing", "key": "HELP-1", "period": "daily", "page": "2", "filename": "desk.css"},
        desk_tables,
    ),
    "ferry": App(started("ferry", "FERRY_TOKEN")),
    "radio": App(started("radio", "RADIO_KEY", "RADIO_SECRET")),
}


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    known = APPS[app]
    running = known.start(folder)
    if app == "ferry":
        running.app.secret_key = "secret" * 10
        call = described_caller(running, known.values)
        # Connexion adds the operations of its documents when the first request comes.
        call("GET", "/")
        routes = describe(described_routes(running), call)
    else:
        call = asynchronous_caller if app == "radio" else caller
        routes = describe(listed_routes(running), call(running, known.values))
    return {"framework": "flask", "routes": routes, "tables": known.tables()}


if __name__ == "__main__":
    print_truth(ask)
