"""Ask a Sanic application what it serves.

Routes are those of the application's router, with prefixes and versions; a parameter's type is
dropped. A class view gives one call per verb that it defines. Inputs and outputs are null: Sanic
keeps no record of them.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from sanic import Sanic

from oracle.answers import Answer, Listed, answer_of, describe, dotted_name, fill, print_truth, spoken

PARAMETER = re.compile(r"<(\w+)[^>]*>")


def listed_routes(app: Sanic) -> Iterator[Listed]:
    """Every route of `app`."""
    for route in app.router.routes:
        handler = route.handler
        routed = getattr(handler, "view_class", None)
        name = dotted_name(routed or handler)
        path = PARAMETER.sub(r"{\1}", route.uri)
        methods = {verb: f"{name}.{verb.lower()}" if routed else name for verb in spoken(route.methods)}
        yield Listed(path, name, methods)


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    Sanic.test_mode = True
    running: Sanic = import_module(f"{app}.server").create_app()
    values: Mapping[str, str] = {"code": "ams"}
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def call(method: str, path: str) -> Answer:
        url = fill(path, values)
        asked = running.asgi_client.request(method, url, follow_redirects=False)
        _, response = loop.run_until_complete(asked)
        return answer_of(response.status, response.headers.get("Location", ""))

    call("GET", "/")
    routes = describe(listed_routes(running), call)
    return {"framework": "sanic", "routes": routes, "tables": []}


if __name__ == "__main__":
    print_truth(ask)
