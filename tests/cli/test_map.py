from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from linter.backend import Backend, Column, Guard, Index, Query, Route, Table, Verdict
from linter.extract.files import extract
from linter.finding import Location
from linter.inventory import describe
from linter.outcome import Skipped
from linter.resolve.definitions import Function
from linter.resolve.project import Project

from .conftest import Cli, write

APP = """\
from fastapi import Depends, FastAPI, HTTPException, Request

app = FastAPI()


def current_user(request: Request) -> str:
    if "user" not in request.session:
        raise HTTPException(401)
    return request.session["user"]


@app.get("/orders/{order_id}", dependencies=[Depends(current_user)])
def read_order(order_id: int) -> dict[str, int]:
    return {"id": order_id}


@app.get("/open")
def read_open() -> list[str]:
    return []
"""

CALLS = """\
class Orders:
    def __init__(self):
        connect()

    def all(self):
        return query()


def connect():
    return None


def query():
    return one()


def one():
    return query()


def audit():
    return None


def handler(pool):
    def inner():
        audit()
    pool.run(Orders().all)
    orders = Orders()
    orders.all()


def apart():
    return None
"""
ROUTE_KEYS = "methods path handler framework file line authenticated guards inputs outputs reads writes tests"


def _at(path: str, line: int = 1) -> Location:
    return Location(path, line, 1, line, 2)


def _backend(*paths: str) -> Backend:
    facts = {path: extract(CALLS.encode(), "python", "postgres") for path in paths}
    return Backend(Project(facts), lambda path: CALLS)


def _function(backend: Backend, path: str, name: str) -> Function:
    found = backend.project.modules[path].by_qualname[name]
    assert isinstance(found, Function)
    return found


def _full(backend: Backend) -> Backend:
    def query(table: str, kind: Any, name: str) -> Query:
        function = _function(backend, "shop/code.py", name)
        return Query(table, kind, ("b", "a"), ("z", "y"), True, False, _at("shop/code.py", 3), function)

    backend.routes = (
        Route(
            ("HEAD", "POST", "GET"),
            "/b",
            "shop.code.handler",
            "flask",
            _at("shop/code.py", 20),
            _function(backend, "shop/code.py", "handler"),
            guards=(
                Guard("x.second", "other", "app", _at("lib/auth.py")),
                Guard("x.first", "csrf", "app", _at("shop/y.py")),
            ),
            authenticated=Verdict.NO,
        ),
        Route((), "/a", "shop.code.feed", "fastapi", _at("shop/code.py", 9), None, websocket=True),
        Route(("GET",), "/c", "lib.code.c", "fastapi", _at("lib/code.py", 9), None),
    )
    columns = {
        "id": Column("id", "bigint", False, True, True, False, None, _at("shop/m.py")),
        "day": Column("day", "", True, False, False, False, "days.id", _at("shop/m.py")),
        "at": Column("at", "date", True, False, False, False, None, _at("shop/m.py")),
    }
    index = Index("ix", ("day", "at"), False, _at("shop/m.py"))
    backend.tables = {"t": Table("t", None, _at("shop/m.py", 4), columns, (index,))}
    backend.queries = (
        query("orders", "select", "one"),
        query("log", "insert", "audit"),
        query("seats", "update", "connect"),
        query("elsewhere", "delete", "apart"),
        query("", "select", "connect"),
    )
    return backend


def test_the_document_has_the_keys_of_the_format_in_order() -> None:
    document = describe(_full(_backend("shop/code.py")), [Skipped("z.py", "why"), Skipped("b.py", "why")])
    assert list(document) == ["version", "routes", "tables", "queries", "outbound", "skipped"]
    feed, handler, other = document["routes"]
    for route in (feed, handler, other):
        assert " ".join(route) == ROUTE_KEYS
    assert (feed["path"], feed["methods"], feed["authenticated"]) == ("/a", ["WEBSOCKET"], "unknown")
    assert (handler["path"], handler["methods"], handler["authenticated"]) == ("/b", ["GET", "POST"], "no")
    assert [guard["name"] for guard in handler["guards"]] == ["x.first", "x.second"]
    assert handler["guards"][1] == {
        "name": "x.second",
        "kind": "other",
        "level": "app",
        "file": "lib/auth.py",
        "line": 1,
    }
    (table,) = document["tables"]
    assert list(table) == ["name", "model", "file", "line", "columns", "indexes"]
    assert [(each["name"], each["type"], each["indexed"]) for each in table["columns"]] == [
        ("at", "date", False),
        ("day", None, True),
        ("id", "bigint", True),
    ]
    assert table["columns"][1]["references"] == "days.id"
    assert table["indexes"] == [{"name": "ix", "columns": ["day", "at"], "unique": False}]
    assert [query["table"] for query in document["queries"]] == [None, "elsewhere", "log", "orders", "seats"]
    assert document["queries"][1] == {
        "table": "elsewhere",
        "kind": "delete",
        "filters": ["a", "b"],
        "order": ["z", "y"],
        "bounded": True,
        "in_loop": False,
        "file": "shop/code.py",
        "line": 3,
    }
    assert [each["file"] for each in document["skipped"]] == ["b.py", "z.py"]


def test_tables_are_found_through_calls() -> None:
    route = describe(_full(_backend("shop/code.py")))["routes"][1]
    assert (route["reads"], route["writes"]) == (["orders"], ["log", "seats"])


def test_a_folder_is_shown_by_itself() -> None:
    document = describe(_full(_backend("shop/code.py")), [Skipped("lib/x.py", "why")], "shop")
    assert [route["file"] for route in document["routes"]] == ["code.py", "code.py"]
    assert document["routes"][1]["guards"][1]["file"] == "../lib/auth.py"
    assert document["tables"][0]["file"] == "m.py" and document["skipped"] == []


def test_json_and_table(cli: Cli, project: Path) -> None:
    write(project / "shop" / "app.py", APP)
    write(project / "broken.py", "def (\n")
    answer = cli("map", "--format", "json", "--output", "text=map.txt")
    assert (answer.code, answer.err) == (0, "")
    document = json.loads(answer.out)
    found = [(route["path"], route["authenticated"], route["file"]) for route in document["routes"]]
    assert found == [("/open", "no", "shop/app.py"), ("/orders/{order_id}", "yes", "shop/app.py")]
    assert document["skipped"][0]["file"] == "broken.py"
    assert answer.out == cli("map", "--format", "json", "--no-cache").out

    text = (project / "map.txt").read_text()
    assert text == cli("map").out and "\x1b" not in text
    head, first, second = text.splitlines()[:3]
    assert head.split() == ["METHODS", "PATH", "HANDLER", "AUTH", "GUARDS"]
    assert first.index("/open") == second.index("/orders") == head.index("PATH")
    assert second.split()[-2:] == ["yes", "current_user"]
    assert "2 routes (1 authenticated, 1 open to anyone)" in text
    assert "  broken.py: " in text
    assert "\x1b[32myes\x1b[0m" in cli("map", "--color", "always").out
    assert json.loads(cli("map", "shop", "--format", "json").out)["routes"][0]["file"] == "app.py"


def test_hostile_names_stay_on_their_line(cli: Cli, project: Path) -> None:
    write(project / "a\n\x1b[31m.py", "def (\n")
    out = cli("map").out
    assert "\x1b" not in out and "a\\n\\x1b[31m.py: " in out
    assert json.loads(cli("map", "--format", "json").out)["skipped"][0]["file"] == "a\n\x1b[31m.py"


def test_an_unknown_format_of_a_file(cli: Cli) -> None:
    answer = cli("map", "--output", "sarif=x")
    assert answer.code == 2 and "formats are text, json" in answer.err and answer.out == ""
