"""Routes, guards and inputs of Django Ninja."""

import pytest

from linter.backend import Verdict
from linter.config import load_settings
from linter.pipeline import Run
from linter.sources import discover
from tests.frameworks.django_project import routes_of, shown, verdicts
from tests.oracle import APPS, missing, truth

HEAD = """
from ninja import NinjaAPI, Query, Router, Schema
from ninja.security import APIKeyHeader, HttpBearer, django_auth
"""


def ninja(urls, **files):
    return routes_of(HEAD + urls, **{path: HEAD + source for path, source in files.items()})


def test_inputs_are_those_that_the_framework_reads():
    lacking = missing("lending")
    if lacking:
        pytest.skip(f"{lacking} is not installed")
    root = str(APPS / "lending")
    settings = load_settings(root, environ={}, isolated=True)
    routes = Run(settings, discover(root, settings), use_cache=False, jobs=1).backend.routes
    ours = {(verb, route.path): route for route in routes for verb in route.methods}
    for route in truth("lending")["routes"]:
        if route["inputs"] is None:
            continue
        # What pagination reads is no parameter of the function.
        theirs = {
            (each["name"], each["in"], each["required"])
            for each in route["inputs"]
            if each["name"] != "ninja_pagination"
        }
        for verb in route["methods"]:
            found = {(each.name, each.place, each.required) for each in ours[verb, route["path"]].inputs}
            assert found == theirs, (verb, route["path"])


def test_verbs_of_one_path_have_guards_of_their_own():
    routes = ninja(
        """
api = NinjaAPI(auth=django_auth)

@api.get("/x", auth=None)
def show(request): ...

@api.api_operation(["PUT", "DELETE"], "/x")
def change(request): ...

urlpatterns = [path("api/", api.urls)]
"""
    )
    assert shown(routes) == ["DELETE|PUT /api/x change", "GET /api/x show"]
    assert verdicts(routes) == {"GET /api/x": "no", "PUT /api/x": "yes", "DELETE /api/x": "yes"}


def test_the_auth_of_a_mount_goes_before_that_of_the_router():
    routes = ninja(
        """
api = NinjaAPI()
outer, inner = Router(auth=None), Router()

@inner.get("b")
def below(request): ...

@outer.get("a")
def here(request): ...

outer.add_router("in", inner)
api.add_router("out", outer, auth=django_auth)
urlpatterns = [path("", api.urls)]
"""
    )
    # A child looks at the router above it before it looks at the mount.
    assert verdicts(routes) == {"GET /out/a": "yes", "GET /out/in/b": "no"}


@pytest.mark.parametrize(
    ("code", "verdict"),
    [
        ("def auth(request): return request.headers.get('X-Key')", "yes"),
        ("def auth(request): return 'guest'", "no"),
        ("def auth(request): return find(request)", "unknown"),
        ("def auth(request):\n    return Key.objects.filter(value=request.headers.get('X')).first()", "yes"),
        (
            "class Key(APIKeyHeader):\n    def authenticate(self, request, key): return key\nauth = Key()",
            "yes",
        ),
        (
            "class K(APIKeyHeader):\n    def authenticate(self, request, key): return key or 1\nauth = K()",
            "no",
        ),
        ("class T(HttpBearer):\n    def authenticate(self, request, token): return True\nauth = T()", "yes"),
        (
            "class T(HttpBearer):\n    def __call__(self, request): return True\n"
            "    def authenticate(self, request, token): ...\nauth = T()",
            "no",
        ),
        ("auth = [django_auth, lambda request: request.user.is_staff]", "yes"),
        ("auth = []", "no"),
    ],
)
def test_an_authenticator_is_judged_by_what_it_does(code, verdict):
    routes = ninja(
        f"""
{code}
api = NinjaAPI()

@api.get("/x", auth=auth)
def show(request): ...

urlpatterns = [path("", api.urls)]
"""
    )
    assert verdicts(routes) == {"GET /x": verdict}


def test_statuses_and_exceptions_of_a_handler_refuse():
    routes = ninja(
        """
from ninja import Status
from ninja.errors import HttpError
api = NinjaAPI()

class Stranger(Exception): ...

@api.exception_handler(Stranger)
def on_stranger(request, error):
    return api.create_response(request, {}, status=401)

@api.get("/pair")
def pair(request):
    if not request.user.is_authenticated:
        return 401, {}
    return 200, {}

@api.get("/status")
def status(request):
    if not request.user.is_authenticated:
        return Status(403, {})
    return {}

@api.get("/error")
def error(request):
    if request.user.is_anonymous:
        raise HttpError(403, "no")
    return {}

@api.get("/own")
def own(request):
    if request.user.is_anonymous:
        raise Stranger
    return {}

@api.get("/missing")
def missing(request):
    if request.user.is_anonymous:
        raise HttpError(404, "no")
    return {}

urlpatterns = [path("", api.urls)]
"""
    )
    assert verdicts(routes) == {
        "GET /pair": "yes",
        "GET /status": "yes",
        "GET /error": "yes",
        "GET /own": "yes",
        "GET /missing": "no",
    }


def test_cookies_are_checked_for_forgery_and_throttles_limit():
    (route,) = ninja(
        """
from ninja.throttling import AnonRateThrottle
api = NinjaAPI(auth=django_auth, throttle=[AnonRateThrottle("5/m")])

@api.post("/x")
def change(request): ...

urlpatterns = [path("", api.urls)]
"""
    )
    kinds = {guard.kind: guard for guard in route.guards}
    assert kinds["csrf"].verdict is Verdict.YES
    assert kinds["rate-limit"].name.endswith("AnonRateThrottle")
    assert kinds["authentication"].name == "ninja.security.django_auth"


def test_a_module_that_is_imported_for_its_effect_adds_operations():
    files = {"site/more.py": "from site.urls import api\n@api.get('/more')\ndef more(request): ..."}
    routes = ninja("api = NinjaAPI()\nurlpatterns = [path('', api.urls)]", **files)
    assert shown(routes) == ["GET /more site.more.more"]


def test_a_router_under_itself_ends():
    routes = ninja(
        """
api, router = NinjaAPI(), Router()
router.add_router("a", router)
other = Router()
router.add_router("b", other)
other.add_router("c", router)

@router.get("x")
def show(request): ...

api.add_router("", router)
urlpatterns = [path("", api.urls)]
"""
    )
    assert routes[0].path.endswith("/x")
