"""Ask a Litestar application what it serves.

Routes are the application's own, with the type of a parameter dropped; a handler is the function
that is decorated. Inputs and outputs are null here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from oracle.answers import Answer, Listed, answer_of, describe, dotted_name, fill, print_truth, spoken

PARAMETER = re.compile(r"\{(\w+)[^}]*\}")


def listed_routes(app: Litestar) -> Iterator[Listed]:
    """Every HTTP route of `app`."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                name = dotted_name(getattr(handler.fn, "value", handler.fn))
                methods = spoken(str(each) for each in handler.http_methods)
                if methods:
                    path = PARAMETER.sub(r"{\1}", route.path)
                    own = name.startswith("litestar.")
                    yield Listed(path, name, dict.fromkeys(methods, name), framework_own=own)


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    running: Litestar = import_module(f"{app}.app").create_app()
    values: Mapping[str, str] = {"letter_id": "00000000-0000-4000-8000-000000000001"}
    client = TestClient(running)

    def call(method: str, path: str) -> Answer:
        response = client.request(method, fill(path, values), follow_redirects=False)
        return answer_of(response.status_code, response.headers.get("location", ""))

    return {"framework": "litestar", "routes": describe(listed_routes(running), call), "tables": []}


if __name__ == "__main__":
    print_truth(ask)
