"""Ask a FastAPI or Starlette application what it serves.

Routes are the application's own, with included routers flattened and mounts entered; the path of
a mounted application precedes its routes. An endpoint class of Starlette gives one call per verb
that it defines. What a mount serves without a route table (static files) is one route with the
parameter `{path}`. Framework-own is an endpoint that FastAPI or Starlette defines.

Inputs and outputs come from the OpenAPI document of the application that holds the route, so they
are null for websockets and for routes outside of the schema. Anonymous calls go through the
framework's test client; a websocket counts as refused when it is closed with 1008 or a private
code, or answered with 401 or 403, before it is accepted.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from starlette.endpoints import HTTPEndpoint
from starlette.routing import BaseRoute, Host, Mount, Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from oracle.answers import (
    A_UUID,
    UNLIMITED,
    Answer,
    Listed,
    answer_of,
    describe,
    dotted_name,
    fill,
    print_truth,
    spoken,
)
from oracle.openapi_inputs import inputs_of, outputs_of

POLICY_VIOLATION = 1008
PRIVATE_CODES = range(3000, 5000)
OWN_MODULES = ("fastapi.", "starlette.")
VERBS = ("get", "post", "put", "patch", "delete")


def flatten(routes: list[BaseRoute]) -> Iterator[Any]:
    """The routes with included routers resolved, on FastAPI versions that keep them apart too."""
    try:
        from fastapi.routing import iter_route_contexts
    except ImportError:
        return iter(routes)
    return iter(iter_route_contexts(routes))


def listed_routes(app: Any, prefix: str = "") -> Iterator[Listed]:
    """Every route of `app` and of what is mounted in it."""
    document = app.openapi() if hasattr(app, "openapi") else {}
    for route in flatten(app.routes):
        original = getattr(route, "original_route", route)
        if isinstance(original, Mount | Host):
            yield from _mounted(original, prefix)
        elif isinstance(original, WebSocketRoute):
            name = dotted_name(route.endpoint)
            yield Listed(prefix + route.path_format, name, {"WEBSOCKET": name})
        elif isinstance(original, Route):
            yield _http(route, prefix, document)


def _mounted(mount: Mount | Host, prefix: str) -> Iterator[Listed]:
    below = prefix + (mount.path_format.removesuffix("/{path}") if isinstance(mount, Mount) else "")
    inner = getattr(mount, "_base_app", mount.app)
    while not hasattr(inner, "routes") and hasattr(inner, "app"):
        inner = inner.app
    if getattr(inner, "routes", None):
        yield from listed_routes(inner, below)
        return
    name = dotted_name(mount.app)
    yield Listed(below + "/{path}", name, {"GET": name}, framework_own=name.startswith(OWN_MODULES))


def _http(route: Any, prefix: str, document: Mapping[str, Any]) -> Listed:
    name = dotted_name(route.endpoint)
    methods: dict[str, str]
    if isinstance(route.endpoint, type) and issubclass(route.endpoint, HTTPEndpoint):
        methods = {verb.upper(): f"{name}.{verb}" for verb in VERBS if hasattr(route.endpoint, verb)}
    else:
        methods = dict.fromkeys(spoken(route.methods) or UNLIMITED, name)
    path = route.path_format
    operation = next(
        (found for verb in methods if (found := document.get("paths", {}).get(path, {}).get(verb.lower()))),
        None,
    )
    return Listed(
        prefix + path,
        name,
        methods,
        any_method=route.methods is None and not isinstance(route.endpoint, type),
        framework_own=name.startswith(OWN_MODULES),
        inputs=None if operation is None else inputs_of(operation, dict(document), _body_name(route)),
        outputs=None if operation is None else outputs_of(operation, dict(document)),
    )


def _body_name(route: Any) -> str | None:
    waiting = [route.dependant]
    for dependant in waiting:
        if dependant.body_params:
            return str(dependant.body_params[0].alias)
        waiting += dependant.dependencies
    return None


def client_of(app: Any) -> Any:
    """A client of `app`; in a `with` statement it starts and stops the application as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from starlette.testclient import TestClient
    return TestClient(app, raise_server_exceptions=False, follow_redirects=False)


def caller(app: Any, values: Mapping[str, str], client: Any = None) -> Any:
    """A function that calls `app` anonymously."""
    from starlette.testclient import WebSocketDenialResponse

    client = client or client_of(app)

    def call(method: str, path: str) -> Answer:
        url = fill(path, values)
        if method != "WEBSOCKET":
            response = client.request(method, url)
            return answer_of(response.status_code, response.headers.get("location", ""))
        try:
            with client.websocket_connect(url):
                return Answer(101, "no")
        except WebSocketDenialResponse as denial:
            return answer_of(denial.status_code)
        except WebSocketDisconnect as closed:
            refused = closed.code == POLICY_VIOLATION or closed.code in PRIVATE_CODES
            return Answer(closed.code, "yes" if refused else "no")

    return call


def start_shop(folder: Path) -> Any:
    """The shop, its database migrated and seeded."""
    names = ("SECRET_KEY", "INTERNAL_TOKEN", "WEBHOOK_SECRET", "PARTNER_KEY")
    os.environ.update({f"SHOP_{name}": name.lower() * 4 for name in names})
    os.environ["SHOP_DATABASE_URL"] = f"sqlite:///{folder / 'shop.db'}"
    os.environ["SHOP_MEDIA_ROOT"] = os.fspath(folder)
    from alembic import command
    from alembic.config import Config
    from sqlalchemy.orm import Session

    command.upgrade(Config(os.environ["PYTHONPATH"] + "/alembic.ini"), "head")
    with Session(import_module("shop.database").get_engine()) as session:
        import_module("shop.seed").load(session)
    return import_module("shop.main").create_app()


def shop_tables() -> list[dict[str, Any]]:
    """The shop's tables."""
    from oracle.sqlalchemy_tables import tables_of

    base = import_module("shop.models").Base
    return tables_of(base.metadata, base.registry)


def ask_vineyard(folder: Path) -> dict[str, Any]:
    """The vineyard with a grower's wine in its cellar: its routes and its tables."""
    os.environ["VINEYARD_DATABASE_URL"] = f"sqlite://{folder / 'vineyard.db'}"
    os.environ["VINEYARD_KEY"] = "key" * 4
    running = import_module("vineyard.app").create_app()
    with client_of(running) as client:
        tables = client.portal.call(_planted)
        routes = describe(listed_routes(running), caller(running, {"wine_id": "1"}, client))
    return {"framework": "fastapi", "routes": routes, "tables": tables}


async def _planted() -> list[dict[str, Any]]:
    """The tables, once they are made and hold a row."""
    from tortoise import Tortoise

    from oracle.tortoise_tables import tables_of

    await Tortoise.generate_schemas()
    models = import_module("vineyard.models")
    grower = await models.Grower.create(name="Ada", code="ada")
    await models.Wine.create(id=1, name="Old Vines", grower=grower, vintage=2019, colour="red")
    return await tables_of()


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    if app == "beacon":
        running = import_module("beacon.app").create_app()
        return {
            "framework": "starlette",
            "routes": describe(listed_routes(running), caller(running, {"light": "north"})),
            "tables": [],
        }
    if app == "parcels":
        running = import_module("parcels.app").create_app()
        values = {"parcel_id": A_UUID, "shelf": "A1"}
        return {
            "framework": "fastapi",
            "routes": describe(listed_routes(running), caller(running, values)),
            "tables": [],
        }
    if app == "vineyard":
        return ask_vineyard(folder)
    running = start_shop(folder)
    values = {"slug": "tea", "sku": "TEA-1", "reference": "abc123"}
    routes = describe(listed_routes(running), caller(running, values))
    return {"framework": "fastapi", "routes": routes, "tables": shop_tables()}


if __name__ == "__main__":
    print_truth(ask)
