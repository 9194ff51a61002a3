"""Ask a Tornado application what it serves.

Routes are the path rules of the application's routers, nested ones entered. A pattern is turned into
a path as Tornado reverses it; a group without a name goes by the parameter that it fills in the
handler's first verb. Each verb is a call of its own, answered by `Class.verb`. Inputs and outputs
are null: Tornado keeps no record of them.
"""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.routing import PathMatches, RuleRouter
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

from oracle.answers import Answer, Listed, answer_of, describe, dotted_name, fill, print_truth

VERBS = ("get", "post", "put", "patch", "delete")


def listed_routes(router: RuleRouter) -> Iterator[Listed]:
    """Every path rule of `router` and of those below it."""
    for rule in router.rules:
        target = rule.target
        if isinstance(target, RuleRouter):
            yield from listed_routes(target)
        elif isinstance(target, type) and issubclass(target, RequestHandler):
            assert isinstance(rule.matcher, PathMatches)
            verbs = [verb for verb in VERBS if getattr(target, verb) is not getattr(RequestHandler, verb)]
            name = dotted_name(target)
            own = name.startswith("tornado.")
            path = path_of(rule.matcher, getattr(target, verbs[0]))
            yield Listed(path, name, {verb.upper(): f"{name}.{verb}" for verb in verbs}, framework_own=own)


def path_of(matcher: PathMatches, method: Any) -> str:
    """The path that a matcher stands for."""
    named = {number: name for name, number in matcher.regex.groupindex.items()}
    filled = list(inspect.signature(method).parameters)[1:]
    names = [named.get(number + 1) or filled[number] for number in range(matcher.regex.groups)]
    assert matcher._path is not None
    path = matcher._path % tuple(f"{{{name}}}" for name in names)
    return path.removesuffix("/?").removesuffix("?") or "/"


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    values: Mapping[str, str] = {"year": "2024", "month": "11"}

    async def start() -> tuple[Application, int]:
        running: Application = import_module(f"{app}.app").make_app()
        socket, port = bind_unused_port()
        HTTPServer(running).add_socket(socket)
        return running, port

    running, port = loop.run_until_complete(start())

    async def request(method: str, path: str) -> Answer:
        url = f"http://127.0.0.1:{port}{fill(path, values)}"
        response = await AsyncHTTPClient().fetch(
            url, method=method, follow_redirects=False, raise_error=False, allow_nonstandard_methods=True
        )
        return answer_of(response.code, response.headers.get("Location", ""))

    listed = [*listed_routes(running.wildcard_router), *listed_routes(running.default_router)]
    unique = {(route.path, route.handler): route for route in listed}.values()
    routes = describe(unique, lambda method, path: loop.run_until_complete(request(method, path)))
    return {"framework": "tornado", "routes": routes, "tables": []}


if __name__ == "__main__":
    print_truth(ask)
