"""Ask an aiohttp application what it serves.

Routes are those of the application's router, sub-applications entered; a regular expression in a
path is dropped. A class view gives one call per verb that it defines. The HEAD that aiohttp adds
to a GET is left out. Inputs and outputs are null: aiohttp keeps no record of them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from oracle.answers import UNLIMITED, Answer, Listed, answer_of, describe, dotted_name, fill, print_truth

VERBS = ("get", "post", "put", "patch", "delete")


def listed_routes(app: web.Application) -> Iterator[Listed]:
    """Every route of `app` and of the applications below it."""
    for route in app.router.routes():
        assert route.resource is not None
        handler = route.handler
        name = dotted_name(handler)
        unlimited = route.method == "*"
        if isinstance(handler, type):
            found = {verb.upper(): f"{name}.{verb}" for verb in VERBS if hasattr(handler, verb)}
            yield Listed(route.resource.canonical, name, found)
        elif route.method not in ("HEAD", "OPTIONS"):
            verbs = UNLIMITED if unlimited else (route.method,)
            yield Listed(route.resource.canonical, name, dict.fromkeys(verbs, name), any_method=unlimited)


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    loop = asyncio.new_event_loop()
    running: web.Application = import_module(f"{app}.app").create_app()
    values: Mapping[str, str] = {"name": "alma"}

    async def start() -> TestClient[Any, Any]:
        client = TestClient(TestServer(running))
        await client.start_server()
        return client

    client = loop.run_until_complete(start())

    async def request(method: str, path: str) -> Answer:
        response = await client.request(method, fill(path, values), allow_redirects=False)
        return answer_of(response.status, response.headers.get("Location", ""))

    routes = describe(
        listed_routes(running), lambda method, path: loop.run_until_complete(request(method, path))
    )
    loop.run_until_complete(client.close())
    return {"framework": "aiohttp", "routes": routes, "tables": []}


if __name__ == "__main__":
    print_truth(ask)
