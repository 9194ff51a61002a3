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


COMPUTED = """
from fastapi import Depends, FastAPI, Request
from fastapi.responses import JSONResponse

app = FastAPI()

class Problem(Exception):
    status = 400

class Denied(Problem):
    status = 401

class Hidden(Problem): ...

class Given(Problem):
    def __init__(self, status):
        self.status = status

CODES = {Problem: 400, Hidden: 403, ValueError: 422}

def code_of(error):
    if isinstance(error, Hidden):
        for cls in type(error).mro():
            if cls in CODES:
                return CODES[cls]
    return error.status

@app.exception_handler(Problem)
def told(request, error):
    headers = {}
    if request.url.path == "/":
        headers["x-home"] = "1"
    return JSONResponse({}, status_code=code_of(error), headers=headers)

def guard(error):
    def inner(request: Request):
        if not request.headers.get("x-token"):
            raise error
    return inner

@app.get("/denied", dependencies=[Depends(guard(Denied()))])
def denied(): ...

@app.get("/hidden", dependencies=[Depends(guard(Hidden()))])
def hidden(): ...

@app.get("/bad", dependencies=[Depends(guard(Problem()))])
def bad(): ...
"""


def test_a_handler_that_reckons_the_status_is_followed():
    backend = link({"app.py": extract(COMPUTED.encode(), "python", "postgres")}, lambda path: COMPUTED)
    verdicts = {route.path: route.authenticated.value for route in backend.routes}
    assert verdicts == {"/denied": "yes", "/hidden": "yes", "/bad": "no"}


FLASK = """
from flask import Flask, jsonify, request

app = Flask(__name__)

class Problem(Exception): ...
class Denied(Problem): ...
class Given(Problem):
    def __init__(self, code):
        self.code = code

CODES = {Problem: 400, Denied: 401}

def code_of(error):
    for cls in type(error).mro():
        if cls in CODES:
            return CODES[cls]
    return 500

@app.errorhandler(Problem)
def told(error):
    return jsonify({}), code_of(error)

@app.errorhandler(Given)
def given(error):
    return jsonify({}), error.code

@app.before_request
def gate():
    if not request.headers.get("x-token"):
        raise RAISED

@app.get("/")
def index(): ...
"""


def test_the_same_in_flask():
    def verdict(raised):
        source = FLASK.replace("RAISED", raised)
        backend = link({"app.py": extract(source.encode(), "python", "postgres")}, lambda path: source)
        (route,) = backend.routes
        return route.authenticated.value

    assert verdict("Denied()") == "yes"
    assert verdict("Problem()") == "no"
    assert verdict("Given(code_for(request))") == "unknown"
