"""What the documents of APIFlask, Flask-Smorest and Flask-RESTX say that routes take.

Prints a list of {"method", "path", "inputs"}; an input is [place, name, required]. The fields of a body
are inputs of their own, those of a list's items too; what is only given is left out.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from oracle.flask_truth import APPS
from oracle.openapi_inputs import FORMS, resolve

VERBS = frozenset({"get", "post", "put", "patch", "delete"})
Document = dict[str, Any]


def documents(app: str, running: Any) -> Iterator[Document]:
    """Every document of an application."""
    if app == "bakery":
        yield running.spec
    elif app == "atlas":
        for api in running.extensions["flask-smorest"]["apis"].values():
            yield api["ext_obj"].spec.to_dict()
    else:
        for rule in running.url_map.iter_rules():
            if rule.rule.endswith("swagger.json"):
                document = running.test_client().get(rule.rule).json
                if document and "paths" in document:
                    yield document


def taken(item: Document, operation: Document, document: Document) -> Iterator[tuple[str, str, bool]]:
    """The inputs of one operation."""
    for each in (*item.get("parameters", ()), *operation.get("parameters", ())):
        parameter = resolve(each, document)
        if parameter["in"] == "body":
            yield from _fields(parameter["schema"], document, "body")
        else:
            place = "form" if parameter["in"] == "formData" else parameter["in"]
            yield place, parameter["name"], parameter.get("required", False)
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield from _fields(content["schema"], document, "form" if media in FORMS else "body")


def _fields(schema: Document, document: Document, place: str) -> Iterator[tuple[str, str, bool]]:
    whole = resolve(schema, document)
    if whole.get("type") == "array":
        whole = resolve(whole["items"], document)
    for name, field in whole.get("properties", {}).items():
        if not field.get("readOnly"):
            is_file = place == "form" and field.get("format") == "binary"
            yield "file" if is_file else place, name, name in whole.get("required", ())


def main(app: str) -> None:
    """Print what the documents of `app` say."""
    with tempfile.TemporaryDirectory() as folder:
        running = APPS[app].start(Path(folder))
        with running.test_request_context():
            found = [
                {
                    "method": verb.upper(),
                    "path": document.get("basePath", "").rstrip("/") + path,
                    "inputs": sorted(set(taken(item, operation, document))),
                }
                for document in documents(app, running)
                for path, item in document["paths"].items()
                for verb, operation in item.items()
                if verb in VERBS
            ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1])
