"""Routers of plugins, which are only known at run time."""

import textwrap

from linter.backend import Backend
from linter.extract.files import extract
from linter.frameworks.fastapi import routes as fastapi
from linter.guards import Refusals
from linter.resolve.project import Project

APP = """
    from fastapi import APIRouter, Depends, FastAPI, HTTPException, Header
    from importlib.metadata import entry_points

    def known(token: str = Header(None)):
        if token is None:
            raise HTTPException(401)

    hooks = APIRouter()

    @hooks.post("/hook")
    def hook(): ...

    served = APIRouter()

    @served.get("/served")
    def serve(): ...

    class Plugin:
        router = None

    class Chat(Plugin):
        router = hooks

    class Mail(Plugin):
        router = served

    def install(api):
        for point in entry_points(group="shop.plugins"):
            plugin = point.load()
        for plugin in registry.all():
            if plugin.router:
                api.include_router(plugin.router, prefix="/plugins", dependencies=[Depends(known)])

    inner = APIRouter(prefix="/v1")
    install(inner)
    app = FastAPI()
    app.include_router(inner)
    app.include_router(served)
"""


def routes_of(text):
    source = textwrap.dedent(text)
    facts = {"shop.py": extract(source.encode(), "python", "postgres")}
    backend = Backend(Project(facts), {"shop.py": source}.__getitem__)
    return fastapi.routes(backend, Refusals(backend.project))


def test_a_loop_over_plugins_includes_the_routers_that_classes_hold():
    found = {(route.methods, route.path): route.authenticated.value for route in routes_of(APP)}
    assert found == {(("POST",), "/v1/plugins/hook"): "yes", (("GET",), "/served"): "no"}


def test_a_loop_that_is_followed_includes_what_it_goes_through():
    text = APP.replace("registry.all()", "[Mail()]")
    assert {route.path for route in routes_of(text)} == {"/v1/plugins/served", "/served"}


LATE = """
    from contextlib import asynccontextmanager
    from fastapi import APIRouter, FastAPI

    orders = APIRouter()

    @orders.get("/orders")
    def read(): ...

    def add_routers(app):
        app.include_router(orders, prefix="/v1")

    async def prepare(app: FastAPI):
        add_routers(app)

    @asynccontextmanager
    async def lifespan(app: FastAPI):
        await prepare(app)
        yield

    def create_app():
        app = FastAPI(lifespan=lifespan)
        return app
"""


def test_what_an_application_registers_when_it_starts():
    assert [route.path for route in routes_of(LATE)] == ["/v1/orders"]


def test_what_a_handler_of_the_start_registers():
    for added in (
        '@app.on_event("startup")\n        def start():\n            add_routers(app)',
        'def start():\n            add_routers(app)\n        app.add_event_handler("startup", start)',
    ):
        text = LATE.replace("FastAPI(lifespan=lifespan)", f"FastAPI()\n        {added}")
        assert [route.path for route in routes_of(text)] == ["/v1/orders"], added


def test_what_runs_at_the_end_adds_nothing():
    text = LATE.replace(
        "FastAPI(lifespan=lifespan)",
        'FastAPI()\n        @app.on_event("shutdown")\n        def end():\n            add_routers(app)',
    )
    assert routes_of(text) == []
