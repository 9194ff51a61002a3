"""What frameworks make of an exception that is handed to them as it is, in place of its text."""

from __future__ import annotations

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from fastapi.testclient import TestClient
from flask import Flask, abort, jsonify
from rest_framework.utils.encoders import JSONEncoder

TEXT = "no such table: orders"
ERROR = RuntimeError(TEXT)


def test_fastapi_has_no_text_for_an_exception() -> None:
    app = FastAPI()

    @app.get("/returned")
    def returned() -> object:
        return {"error": ERROR}

    @app.get("/raised")
    def raised() -> object:
        raise HTTPException(500, detail=ERROR)  # type: ignore[arg-type]

    @app.get("/made")
    def made() -> object:
        return JSONResponse({"error": ERROR})

    client = TestClient(app, raise_server_exceptions=False)
    assert [TEXT in client.get(path).text for path in ("/returned", "/raised", "/made")] == [False] * 3


def test_flask_tells_one_only_in_its_error_pages() -> None:
    app = Flask("orders")
    app.add_url_rule("/made", "made", lambda: jsonify(error=ERROR))
    app.add_url_rule("/aborted", "aborted", lambda: abort(500, ERROR))  # type: ignore[arg-type]
    client = app.test_client()
    assert TEXT not in client.get("/made").text
    assert TEXT in client.get("/aborted").text


@pytest.mark.parametrize("encoder", [DjangoJSONEncoder, JSONEncoder])
def test_django_and_its_rest_framework_write_none(encoder: type[json.JSONEncoder]) -> None:
    with pytest.raises(TypeError):
        json.dumps({"error": ERROR}, cls=encoder)
