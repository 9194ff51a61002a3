"""Errors of a project for which a handler answers with a status that cannot be told."""

from linter.extract.files import extract
from linter.link import link

APP = """
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()

class Denied(Exception):
    pass

class Broken(Exception):
    pass

@app.exception_handler(Denied)
def told(request, error):
    return JSONResponse({}, status_code=error.args[0])

def guard(request: Request):
    if not request.headers.get("x-token"):
        raise Denied(status_for(request))

def check(request: Request):
    if not request.headers.get("x-token"):
        raise Broken()

@app.get("/guarded", dependencies=[Depends(guard)])
def guarded(): ...

@app.get("/checked", dependencies=[Depends(check)])
def checked(): ...
"""


def test_a_guard_that_raises_such_an_error_is_not_called_open():
    backend = link({"app.py": extract(APP.encode(), "python", "postgres")}, lambda path: APP)
    verdicts = {route.path: route.authenticated.value for route in backend.routes}
    # Nobody handles the other one: an anonymous caller gets a 500.
    assert verdicts == {"/guarded": "unknown", "/checked": "no"}
