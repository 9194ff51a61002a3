"""Which tests call which route, on small projects."""

import textwrap
import time

from linter.analyses.reach import reach_of
from linter.analyses.route_tests import calling_tests
from linter.analyses.route_tests.matching import Matcher
from linter.analyses.route_tests.urls import Address
from linter.analyses.statuses import statuses_of
from linter.extract.files import extract
from linter.link import link

APP = """
    from fastapi import Depends, FastAPI, HTTPException, WebSocket
    from sqlalchemy import select
    from models import Order, User

    def user(session) -> User:
        found = session.scalar(select(User).where(User.id == 1))
        if found is None:
            raise HTTPException(401)
        return found

    app = FastAPI()

    @app.get("/orders")
    def orders(): ...
    @app.post("/orders", status_code=201)
    def create(session, me=Depends(user)):
        session.add(Order(user=me))
    @app.get("/orders/latest")
    def latest(): ...
    @app.get("/orders/{order_id}")
    def order(order_id: int): ...
    @app.delete("/orders/{order_id}/lines/{line}")
    def drop(order_id: int, line: int): ...
    @app.get("/files/{path:path}")
    def files(path: str): ...
    @app.get("/reports/{name}.pdf")
    def report(name: str): ...
    @app.websocket("/feed")
    async def feed(socket: WebSocket): ...
"""
MODELS = """
    from sqlalchemy import ForeignKey
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
    class Base(DeclarativeBase): pass
    class User(Base):
        __tablename__ = "users"
        id: Mapped[int] = mapped_column(primary_key=True)
    class Order(Base):
        __tablename__ = "orders"
        id: Mapped[int] = mapped_column(primary_key=True)
        user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
        user: Mapped[User] = relationship()
"""


def backend_of(files):
    texts = {
        path: textwrap.dedent(text) for path, text in {"models.py": MODELS, "app.py": APP, **files}.items()
    }
    return link(
        {path: extract(text.encode(), "python", "postgres") for path, text in texts.items()},
        texts.__getitem__,
    )


def called(text, **more):
    """The routes of the small application by the tests that call them."""
    backend = backend_of({"tests/test_app.py": text, **more})
    found = {}
    for route in backend.routes:
        for test in calling_tests(backend, route):
            found.setdefault(test.name.removeprefix("tests.test_app."), set()).add(
                route.handler.partition(".")[2]
            )
    return found


def test_methods_and_urls():
    assert called(
        """
        BASE = "/orders"
        def test_all(client): client.get("/orders?page=2")
        def test_made(client): client.post(BASE, json={})
        def test_first(client): client.get("/orders/latest")
        def test_one(client, order): client.get(f"/orders/{order.id}")
        def test_sum(client, order): client.get(BASE + "/" + str(order.id))
        def test_old(client): client.get("/orders/%s" % 4)
        def test_format(client, key): client.get("/orders/{}".format(key))
        async def test_drop(client): await client.delete("/orders/1/lines/2")
        def test_request(client): client.request("DELETE", "/orders/1/lines/2")
        def test_open(client): client.open("/orders", method="POST")
        def test_host(client): client.get("http://testserver/orders")
        def test_rest(client): client.get("/files/a/b/c.txt")
        def test_part(client): client.get("/reports/june.pdf")
        def test_feed(client):
            with client.websocket_connect("/feed"): ...
        def test_prefix(client, settings): client.get(f"{settings.PREFIX}/orders/latest")
        def url_of(number): return f"{BASE}/{number}"
        def test_function(client): client.get(url_of(7))
        def test_name(client, app): client.get(app.url_path_for("order", order_id=3))
        """
    ) == {
        "test_all": {"orders"},
        "test_made": {"create"},
        "test_first": {"latest"},
        "test_one": {"order"},
        "test_sum": {"order"},
        "test_old": {"order"},
        "test_drop": {"drop"},
        "test_request": {"drop"},
        "test_open": {"create"},
        "test_host": {"orders"},
        "test_rest": {"files"},
        "test_part": {"report"},
        "test_feed": {"feed"},
        "test_prefix": {"latest"},
        "test_name": {"order"},
        "test_function": {"order"},
        "test_format": {"order"},
    }


def test_what_is_no_call_of_a_route():
    assert (
        called(
            """
            import os, requests
            from app import orders
            def test_dict():
                data = {"/orders": 1}
                data.get("/orders")
            def test_other_host(client): client.get("https://example.com/orders")
            def test_other_library(): requests.get("/orders")
            def test_wrong_verb(client): client.put("/orders")
            def test_unknown(client, url): client.get(url)
            def test_any(client, kind): client.get(f"/{kind}")
            def test_longer(client): client.get("/orders/1/2/3")
            def not_a_test(client): client.get("/orders")
            """
        )
        == {}
    )


def test_handlers_called_by_themselves():
    assert called("import app\ndef test_it(): assert app.latest() is None\n") == {"test_it": {"latest"}}


def test_fixtures_helpers_loops_and_parameters():
    assert called(
        """
        import pytest
        def make(client, path="/orders"): return client.post(path)
        def deep(client): return make(client)
        def test_helper(client): make(client)
        def test_helper_with(client): make(client, "/orders/1")
        def test_deep(client): deep(client)
        def test_fixture(made): ...
        def test_factory(maker): maker()
        def test_factory_unused(maker): ...
        @pytest.mark.parametrize("verb,path", [("GET", "/orders"), ("POST", "/orders")])
        def test_pairs(client, verb, path): client.request(verb, path)
        @pytest.mark.parametrize("path", ["/orders", pytest.param("/orders/latest", id="x")])
        def test_paths(client, path): client.get(path)
        def test_loop(client):
            for path in ("/orders", "/orders/latest"):
                client.get(path)
        class TestIt:
            url = "/orders/latest"
            def setup_method(self): self.client.get("/orders")
            def test_it(self): self.client.get(self.url)
        """,
        **{
            "tests/conftest.py": """
            import pytest
            @pytest.fixture
            def made(client): client.post("/orders")
            @pytest.fixture
            def maker(client):
                def make(): client.get("/orders")
                return make
            """
        },
    ) == {
        "test_helper": {"create"},
        "test_deep": {"create"},
        "test_fixture": {"create"},
        "test_factory": {"orders"},
        "test_pairs": {"orders", "create"},
        "test_paths": {"orders", "latest"},
        "test_loop": {"orders", "latest"},
        "TestIt.test_it": {"orders", "latest"},
    }


def test_endless_helpers_end():
    lines = ["def a(client): b(client); client.get('/orders')", "def b(client): a(client); c(client)"]
    lines += [f"def c{n}(client, x): c{n + 1}(client, '/'); c{n + 1}(client, x + '/')" for n in range(60)]
    lines += ["def c(client): c0(client, '')", "def test_it(client): a(client)"]
    started = time.perf_counter()
    assert called("\n".join(lines)) == {"test_it": {"orders"}}
    assert time.perf_counter() - started < 5


def test_odd_urls():
    backend = backend_of({})
    matcher = Matcher(backend.routes)
    for url in (
        "",
        "/",
        "//",
        "\0",
        "\0\0/\0",
        "/" * 500,
        "/orders/\0/lines/\0/",
        "?",
        "#",
        "://",
        "{",
        "/{}/}{",
    ):
        for verb in ("", "GET", "NONSENSE"):
            matcher.routes(verb, Address(url))
    assert [route.handler for route in matcher.routes("DELETE", Address("/orders/\0/lines/\0/"))] == [
        "app.drop"
    ]


def test_tables_and_statuses_of_a_route():
    backend = backend_of({})
    create = next(route for route in backend.routes if route.handler == "app.create")
    tables = reach_of(backend).tables(create)
    assert (tables.reads, tables.writes) == ({"users"}, {"orders"})
    assert statuses_of(backend, create) == (401,)
