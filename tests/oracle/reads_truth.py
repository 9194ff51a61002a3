"""Call every route of the kiosk, and note which names each handler looks up in its request.

The parts of a request are replaced by mappings that have an answer to every name and remember it. A body is
real, so that what lies inside it is found: `to.town`. Of the headers only those that start with `X-` count,
since the frameworks read the others by themselves. What a path holds is left out.

Prints a list of {"method", "path", "reads"}; a read is [place, name].
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from oracle.answers import A_UUID

BODY = {
    "address": {"street": "Kai", "town": "Kiel"},
    "count": "1",
    "note": "n",
    "kind": "k",
    "id": A_UUID,
    "name": "n",
    "to": {"town": "Kiel"},
}
VALUES = {"due": "2020-01-31", "scan": SimpleNamespace(filename="a.png")}
SEEN: set[tuple[str, str]] = set()


class Listening:
    """A part of a request that remembers the names that it is asked for."""

    def __init__(self, place: str, body: Any = None, prefix: str = "") -> None:
        self.place, self.body, self.prefix = place, body, prefix

    def __getitem__(self, name: str) -> Any:
        if self.place != "header" or name.startswith("X-"):
            SEEN.add((self.place, self.prefix + name))
        if self.body is None:
            return VALUES.get(name, "1")
        value = self.body[name]
        return Listening(self.place, value, f"{self.prefix}{name}.") if isinstance(value, dict) else value

    def get(self, name: str, default: Any = None, type: Any = None) -> Any:
        """The value of a name."""
        value = self[name]
        return value if type is None else type(value)

    def getlist(self, name: str) -> list[Any]:
        """All values of a name."""
        return [self[name]]

    getall = getlist

    def __contains__(self, name: str) -> bool:
        return bool(self[name])

    def __len__(self) -> int:
        return 1

    def to_dict(self) -> Listening:
        """A copy."""
        return self


def flask() -> Iterator[tuple[str, str]]:
    """The kiosk in Flask."""
    from flask import Flask, Request
    from kiosk import app, reading

    def loads(text: Any) -> Listening:
        return Listening("body", json.loads(text))

    class Heard(Request):
        args = Listening("query")  # type: ignore[assignment]
        values = Listening("query")  # type: ignore[assignment]
        form = Listening("form")  # type: ignore[assignment]
        files = Listening("file")  # type: ignore[assignment]
        cookies = Listening("cookie")  # type: ignore[assignment]
        json = Listening("body", BODY)  # type: ignore[assignment]
        # The library keeps its own in the object, which must not hide this one.
        headers = property(lambda _: Listening("header"), lambda *_: None)  # type: ignore[assignment]

        def get_json(self, *_: Any, **__: Any) -> Any:
            return self.json

    reading.json = app.json = SimpleNamespace(loads=loads)  # type: ignore[attr-defined]
    running: Flask = app.create_app()
    running.request_class = Heard
    for rule in running.url_map.iter_rules():
        for method in sorted(
            (rule.methods or set()) - {"HEAD", "OPTIONS"} if rule.endpoint != "static" else ()
        ):
            path = rule.rule.replace("<int:order_id>", "1").replace("<uuid:parcel_id>", A_UUID)
            answer = running.test_client().open(path, method=method, data=json.dumps(BODY))
            assert answer.status_code == 200, (method, path, answer.status_code)
            yield method, rule.rule.replace("<int:", "{").replace("<uuid:", "{").replace(">", "}")


def starlette() -> Iterator[tuple[str, str]]:
    """The kiosk in Starlette."""
    from kiosk import star
    from starlette.requests import Request
    from starlette.testclient import TestClient

    async def parsed(_: Request) -> Listening:
        return Listening("body", BODY)

    async def form(_: Request) -> Listening:
        return Listening("form")

    for name, place in (("query_params", "query"), ("cookies", "cookie"), ("headers", "header")):
        setattr(Request, name, Listening(place))
    Request.json, Request.form = parsed, form  # type: ignore[assignment]
    client = TestClient(star.create_app())
    for method, path in (("GET", ""), ("POST", ""), ("GET", "{order_id}"), ("PUT", "{order_id}")):
        answer = client.request(method, f"/star/orders/{path.replace('{order_id}', '1')}")
        assert answer.status_code == 200, (method, path, answer.status_code)
        yield method, f"/star/orders/{path}"


def aiohttp() -> Iterator[tuple[str, str]]:
    """The kiosk in aiohttp."""
    from aiohttp import web
    from aiohttp.test_utils import make_mocked_request
    from kiosk import aio

    async def parsed(_: web.Request) -> Listening:
        return Listening("body", BODY)

    async def form(_: web.Request) -> Listening:
        return Listening("form")

    for name, place in (("query", "query"), ("cookies", "cookie"), ("headers", "header")):
        setattr(web.Request, name, Listening(place))
    web.Request.json, web.Request.post = parsed, form  # type: ignore[assignment]
    for route in aio.create_app().router.routes():
        if route.method != "HEAD":
            request = make_mocked_request(route.method, "/", match_info={"order_id": "1"})
            asyncio.run(route.handler(request))  # type: ignore[arg-type]
            assert route.resource is not None
            yield route.method, route.resource.canonical


def main() -> None:
    """Print what each call looked up."""
    found = []
    for framework in (flask, starlette, aiohttp):
        for method, path in framework():
            found.append({"method": method, "path": path, "reads": sorted(SEEN)})
            SEEN.clear()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
