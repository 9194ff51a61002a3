"""What limits how often callers may ask, in FastAPI and Flask: libraries, and code that answers 429."""

import textwrap

import pytest

from linter.backend import Verdict
from linter.extract.files import extract
from linter.link import link


def routes_of(source):
    text = textwrap.dedent(source)
    return link({"app.py": extract(text.encode(), "python", "postgres")}, lambda path: text).routes


def limits(source):
    """Last part of each handler's name to what limits its rate, by the last part of its name."""
    return {
        route.handler.rpartition(".")[2]: sorted(
            each.name.rpartition(".")[2] for each in route.guards if each.kind == "rate-limit"
        )
        for route in routes_of(source)
    }


FASTAPI = """
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
app = FastAPI()
"""
FLASK = """
from flask import Blueprint, Flask, abort, jsonify, request
app = Flask(__name__)
"""


@pytest.mark.parametrize(
    ("setup", "decorators", "parameter", "name"),
    [
        (
            "from slowapi import Limiter\nlimiter = Limiter(key_func=str)",
            '@limiter.limit("5/minute")',
            "",
            "limit",
        ),
        (
            "from slowapi import Limiter\nlimiter = Limiter(key_func=str)",
            '@limiter.shared_limit("5/minute", scope="x")',
            "",
            "shared_limit",
        ),
        (
            "from fastapi_limiter.depends import RateLimiter",
            "",
            ", limit=Depends(RateLimiter(times=2, seconds=5))",
            "RateLimiter",
        ),
        (
            """
async def at_most(request: Request):
    if await count(request) > 5:
        raise HTTPException(status_code=429)
""",
            "",
            ", limit=Depends(at_most)",
            "at_most",
        ),
        (
            """
class TooMany(HTTPException):
    def __init__(self):
        super().__init__(status_code=429, detail="slow down")
class AtMost:
    def __init__(self, times):
        self.times = times
    async def __call__(self, request: Request):
        if await count(request) > self.times:
            raise TooMany()
""",
            "",
            ", limit=Depends(AtMost(5))",
            "AtMost",
        ),
        (
            """
from functools import wraps
def at_most(view):
    @wraps(view)
    async def limited(request: Request):
        if await count(request) > 5:
            return JSONResponse({}, status_code=429)
        return await view(request)
    return limited
""",
            "@at_most",
            "",
            "at_most",
        ),
    ],
)
def test_fastapi(setup, decorators, parameter, name):
    handler = f"""
{setup}
@app.get("/a")
{decorators}
async def limited_route(request: Request{parameter}): return 1
@app.get("/b")
async def free(request: Request): return 1
"""
    found = limits(FASTAPI + handler)
    assert found["limited_route"] == [name]
    assert found["free"] == []


def test_a_limit_of_a_router_or_an_application_holds_for_its_routes():
    found = limits(
        FASTAPI
        + """
from fastapi_limiter.depends import RateLimiter
from slowapi.middleware import SlowAPIMiddleware
router = APIRouter(dependencies=[Depends(RateLimiter(times=2))])
@router.get("/a")
def a(): return 1
@app.get("/b")
def b(): return 1
app.include_router(router)
app.add_middleware(SlowAPIMiddleware)
"""
    )
    assert found == {"a": ["RateLimiter", "SlowAPIMiddleware"], "b": ["SlowAPIMiddleware"]}


def test_a_limit_is_no_access_control():
    (route,) = routes_of(
        FASTAPI
        + """
async def at_most(request: Request):
    if await count(request) > 5:
        raise HTTPException(429)
@app.get("/a", dependencies=[Depends(at_most)])
def a(): return 1
"""
    )
    assert route.authenticated is Verdict.NO


@pytest.mark.parametrize(
    ("setup", "decorators", "name"),
    [
        (
            "from flask_limiter import Limiter\nlimiter = Limiter(str)\nlimiter.init_app(app)",
            '@limiter.limit("5/minute")',
            "limit",
        ),
        (
            """
from functools import wraps
def at_most(view):
    @wraps(view)
    def limited(*args):
        if count() > 5:
            abort(429)
        return view(*args)
    return limited
""",
            "@at_most",
            "at_most",
        ),
        (
            """
from functools import wraps
def at_most(times):
    def decorate(view):
        @wraps(view)
        def limited(*args):
            if count() > times:
                return jsonify(error="slow down"), 429
            return view(*args)
        return limited
    return decorate
""",
            "@at_most(5)",
            "at_most",
        ),
    ],
)
def test_flask(setup, decorators, name):
    handler = f"""
{setup}
@app.get("/a")
{decorators}
def limited_route(): return "1"
@app.get("/b")
def free(): return "1"
"""
    found = limits(FLASK + handler)
    assert found["limited_route"] == [name]
    assert found["free"] == []


def test_flask_limits_that_hold_for_all_routes():
    found = limits(
        FLASK
        + """
from flask_limiter import Limiter
limiter = Limiter(str, app=app, default_limits=["200 per day"])
@app.get("/a")
def a(): return "1"
@app.get("/b")
@limiter.exempt
def b(): return "1"
"""
    )
    assert found == {"a": ["Limiter"], "b": []}


def test_a_flask_hook_that_answers_429_is_a_limit():
    found = limits(
        FLASK
        + """
shop = Blueprint("shop", __name__)
@shop.before_request
def at_most():
    if count() > 5:
        abort(429)
@shop.get("/a")
def a(): return "1"
@app.get("/b")
def b(): return "1"
app.register_blueprint(shop)
"""
    )
    assert found == {"a": ["at_most"], "b": []}
