"""Ask a Litestar application what it serves.

Routes are the application's own, with the type of a parameter dropped; a handler is the function
that is decorated. Inputs and outputs are those of its OpenAPI document, without what it says of wrong input.
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

from oracle.answers import (
    A_UUID,
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

WRONG_INPUT = 400
PARAMETER = re.compile(r"\{(\w+)[^}]*\}")


def listed_routes(app: Litestar) -> Iterator[Listed]:
    """Every HTTP route of `app`."""
    document = app.openapi_schema.to_schema()
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                name = dotted_name(getattr(handler.fn, "value", handler.fn))
                methods = spoken(str(each) for each in handler.http_methods)
                if methods:
                    path = PARAMETER.sub(r"{\1}", route.path)
                    own = name.startswith("litestar.")
                    item = document["paths"].get(path, {})
                    operation = next((item[each.lower()] for each in methods if each.lower() in item), None)
                    yield Listed(
                        path,
                        name,
                        dict.fromkeys(methods, name),
                        framework_own=own,
                        inputs=None if operation is None else inputs_of(operation, document, "data"),
                        outputs=None if operation is None else _outputs(operation, document),
                    )


def _outputs(operation: dict[str, Any], document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for each in outputs_of(operation, document) if each["status"] != WRONG_INPUT]


def ask(app: str, folder: Path) -> dict[str, Any]:
    """What the framework says about `app`."""
    running: Litestar = import_module(f"{app}.app").create_app()
    values: Mapping[str, str] = dict.fromkeys(("letter_id", "notice_id"), A_UUID)
    client = TestClient(running)

    def call(method: str, path: str) -> Answer:
        response = client.request(method, fill(path, values), follow_redirects=False)
        return answer_of(response.status_code, response.headers.get("location", ""))

    return {"framework": "litestar", "routes": describe(listed_routes(running), call), "tables": []}


if __name__ == "__main__":
    print_truth(ask)
