"""What middleware, dependencies and decorators of ASGI applications do to an anonymous caller."""

import textwrap

import pytest

from linter.evaluate.patterns import matches
from linter.extract.files import extract
from linter.link import link

HEAD = """
import os
import re
import secrets
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser, has_required_scope
from starlette.middleware.authentication import AuthenticationMiddleware

app = FastAPI()
"""


def routes_of(text):
    source = HEAD + textwrap.dedent(text)
    return link({"app.py": extract(source.encode(), "python", "postgres")}, lambda path: source).routes


def verdicts(text):
    return {route.path: route.authenticated.value for route in routes_of(text)}


def test_the_call_of_an_object_runs_its_method():
    assert verdicts(
        """
        class KeyCheck:
            def __init__(self, key=None):
                self.key = key

            def taken(self, request):
                key = self.key or request.headers.get("x-api-key")
                if not key:
                    raise HTTPException(401)
                return key

            async def __call__(self, request: Request):
                return self.taken(request)

        class Passing:
            def __call__(self, request: Request):
                return request.headers.get("x-api-key")

        async def by_key(request: Request):
            check = KeyCheck()
            return await check(request)

        def by_none(request: Request):
            check = Passing()
            return check(request)

        @app.get("/keyed", dependencies=[Depends(by_key)])
        def keyed(): ...

        @app.get("/open", dependencies=[Depends(by_none)])
        def opened(): ...
        """
    ) == {"/keyed": "yes", "/open": "no"}


def test_nobody_in_particular_calls_from_no_address_in_particular():
    text = """
        from settings import settings

        @app.middleware("http")
        async def addresses(request: Request, call_next):
            if not request.client:
                return JSONResponse({{}}, status_code=403)
            if {test}:
                return JSONResponse({{}}, status_code=403)
            return await call_next(request)

        @app.get("/")
        def index(): ...
        """
    host = "request.client.host"
    blocked = f"{host} in settings.blocked and {host} not in settings.allowed"
    assert verdicts(text.format(test=blocked)) == {"/": "no"}
    assert verdicts(text.format(test=f"{host} not in settings.allowed")) == {"/": "yes"}
    assert verdicts(text.format(test=f"{host} != '127.0.0.1'")) == {"/": "yes"}
    assert verdicts(text.format(test=f"settings.closed or {host} in settings.blocked")) == {"/": "unknown"}


def test_rights_that_only_some_deployments_give_to_strangers():
    assert verdicts(
        """
        class Backend(AuthenticationBackend):
            async def authenticate(self, connection):
                if "Authorization" in connection.headers:
                    return AuthCredentials(["read", "write"]), SimpleUser("known")
                if os.environ.get("KIOSK"):
                    return AuthCredentials(["read"]), SimpleUser("kiosk")
                return None

        app.add_middleware(AuthenticationMiddleware, backend=Backend())

        def fail(request):
            if not request.user.is_authenticated:
                raise HTTPException(401)
            raise HTTPException(403)

        def requires(scopes):
            def decorator(function):
                async def wrapper(request: Request):
                    if not has_required_scope(request, scopes):
                        fail(request)
                    return await function(request)
                return wrapper
            return decorator

        @app.get("/plain")
        @requires([])
        async def plain(request: Request): ...

        @app.get("/read")
        @requires(["read"])
        async def read(request: Request): ...

        @app.get("/write")
        @requires(["write"])
        async def write(request: Request): ...
        """
    ) == {"/plain": "no", "/read": "unknown", "/write": "yes"}


FORGERY = """
class Tokens:
    def __init__(self, app, exempt=()):
        self.app = app
        self.exempt = exempt

    def passes(self, request):
        sent = request.headers.get("x-token")
        kept = request.cookies.get("token")
        return sent and kept and secrets.compare_digest(sent, kept)

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        reads = request.method in {"GET", "HEAD"}
        free = any(each.match(request.url.path) for each in self.exempt)
        if not reads and not free and not self.passes(request):
            await JSONResponse({}, status_code=403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

app.add_middleware(Tokens, exempt=[re.compile("^/hooks/.*")])

@app.get("/things")
def things(): ...

@app.post("/things")
def make(): ...

@app.post("/hooks/{name}")
def hook(name: str): ...
"""


def test_a_check_of_a_token_against_forgery_asks_nobody_who_he_is():
    found = {
        (route.methods[0], route.path): (route.authenticated.value, [guard.kind for guard in route.guards])
        for route in routes_of(FORGERY)
    }
    assert found == {
        ("GET", "/things"): ("no", []),
        ("POST", "/things"): ("no", ["csrf"]),
        ("POST", "/hooks/{name}"): ("no", []),
    }


@pytest.mark.parametrize(
    ("pattern", "text", "how", "answer"),
    [
        (r"^/api/.*", "/api/x", "match", True),
        (r"/x$", "/api/x", "search", True),
        (r"/x$", "/api/x", "match", False),
        (r"/api", "/api/x", "fullmatch", False),
        (r"(a+)+$", "a" * 60 + "b", "match", None),
        (r"(a|a)*$", "a" * 60 + "b", "match", None),
        (r"a*a*a*a*a*$", "a" * 400 + "b", "match", None),
        ("a\ufffc", "a", "match", None),
        (r"(", "a", "match", None),
        (r"a", "a", "sub", None),
        (1, "a", "match", None),
    ],
)
def test_patterns_that_come_to_an_end(pattern, text, how, answer):
    assert matches(pattern, text, how) is answer


def test_routers_that_are_bound_together():
    assert verdicts(
        """
        from fastapi import APIRouter

        a, *rest, b = APIRouter(prefix="/a"), APIRouter(prefix="/c"), APIRouter(prefix="/b")

        @a.get("/1")
        def one(): ...

        @b.get("/2")
        def two(): ...

        @rest[0].get("/3")
        def three(): ...

        for router in (a, b, *rest):
            app.include_router(router)
        """
    ) == {"/a/1": "no", "/b/2": "no", "/c/3": "no"}


def test_prefixes_are_what_the_code_says_for_want_of_a_variable():
    text = """
        from decouple import config
        from fastapi import APIRouter

        SUB = config("SUB_PATH", default="/sub/").strip("/")
        PREFIX = os.environ.get("PREFIX") or "/api"
        NAKED = os.environ["NAKED"]
        MODE = os.getenv("MODE", "open")

        a = APIRouter(prefix=f"/{SUB}")
        b = APIRouter(prefix=PREFIX + "/v1")
        c = APIRouter(prefix=os.getenv("C_PREFIX", "/c"))
        d = APIRouter(prefix="/d/" + NAKED)

        def closed(request: Request):
            if MODE != "open":
                raise HTTPException(403)

        @a.get("/1")
        def one(): ...

        @b.get("/2")
        def two(): ...

        @c.get("/3", dependencies=[Depends(closed)])
        def three(): ...

        @d.get("/4")
        def four(): ...

        for router in (a, b, c, d):
            app.include_router(router)
        """
    found = {route.path: (route.authenticated.value, route.complete) for route in routes_of(text)}
    # What a deployment may change puts paths together, and decides nothing.
    assert found == {
        "/sub/1": ("no", True),
        "/api/v1/2": ("no", True),
        "/c/3": ("unknown", True),
        "/d//4": ("no", False),
    }
