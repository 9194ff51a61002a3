"""What Django views take and answer, and what limits and checks their callers."""

import pytest

from linter.backend import Verdict
from tests.frameworks.django_project import routes_of


def inputs(urls, settings="", **files):
    """(name, place, required) of each input that is not in the path, by verb and path."""
    routes = routes_of(urls, settings, **files)
    return {
        f"{verb} {route.path}": {
            (each.name, each.place, each.required) for each in route.inputs if each.place != "path"
        }
        for route in routes
        for verb in route.methods
    }


def kinds(route, kind):
    return {guard.name.rpartition(".")[2]: guard.verdict for guard in route.guards if guard.kind == kind}


def test_types_by_conversion():
    (route,) = routes_of(
        """
import uuid
def show(request):
    page = request.GET.get("page")
    if "page" in request.GET: page = page
    size = request.GET.get("size")
    chosen = request.GET.getlist("tag")
    key = uuid.UUID(request.POST["id"])
    return HttpResponse([int(request.GET.get("n") or 1), int(size), key, page, chosen])
urlpatterns = [path("a/", require_GET(show))]
"""
    )
    found = {(each.name, each.place): (each.type, each.bounded, each.required) for each in route.inputs}
    assert found == {
        ("page", "query"): (None, Verdict.UNKNOWN, False),
        ("n", "query"): ("int", Verdict.UNKNOWN, False),
        ("size", "query"): ("int", Verdict.UNKNOWN, False),
        ("tag", "query"): ("list[str]", Verdict.UNKNOWN, False),
        ("id", "form"): ("UUID", Verdict.YES, True),
    }


def test_reads_of_the_request_and_of_functions_that_get_it():
    found = inputs(
        """
from site.reading import search, page
import json
def words(request): return request.GET.get("q", "")
def show(request):
    request.headers.get("Accept-Language"); request.META["HTTP_X_DEVICE"]; request.META["REMOTE_ADDR"]
    request.COOKIES["seen"]
    if "sort" in request.GET: ...
    return HttpResponse(words(request) + search(request, 1) + page(request.GET))
def change(request):
    data = json.loads(request.body.decode())
    given = request.POST.copy()
    return HttpResponse(data["name"] + given.get("size"))
urlpatterns = [path("a/", require_GET(show)), path("b/", require_POST(change))]
""",
        **{
            "site/reading.py": """
def search(asked, limit): return asked.GET["words"] + asked.FILES.get("sheet", "")
def page(query): return query.get("page")
"""
        },
    )
    assert found == {
        "GET /a/": {
            ("Accept-Language", "header", False),
            ("X-Device", "header", True),
            ("seen", "cookie", True),
            ("sort", "query", False),
            ("q", "query", False),
            ("words", "query", True),
            ("sheet", "file", False),
            ("page", "query", False),
        },
        "POST /b/": {("name", "body", True), ("size", "form", False)},
    }


def test_values_of_other_objects_are_no_inputs():
    found = inputs(
        """
def show(request):
    config = {"a": 1}
    return HttpResponse(config["a"] + settings.GET["b"] + request.user.data["c"] + other.get("d"))
urlpatterns = [path("a/", require_GET(show))]
"""
    )
    assert found == {"GET /a/": set()}


def test_forms_and_serializers_are_the_bodys_type():
    routes = routes_of(
        """
from django import forms
class NoteForm(forms.Form): ...
class Search(forms.Form): ...
class NoteSerializer(serializers.Serializer): ...
@require_POST
def note(request):
    form = NoteForm(request.POST or None, request.FILES)
    return JsonResponse({}, status=201)
@require_GET
def search(request):
    form = Search(data=request.GET)
    return render(request, "page.html")
@api_view(["POST"])
def api(request):
    given = NoteSerializer(data=request.data)
    return Response(status=202)
urlpatterns = [path("a/", note), path("b/", search), path("c/", api)]
"""
    )
    found = {route.path: [(each.place, each.model.scope.name) for each in route.inputs] for route in routes}
    assert found == {
        "/a/": [("form", "NoteForm")],
        "/b/": [("query", "Search")],
        "/c/": [("body", "NoteSerializer")],
    }
    assert {route.path: [each.status for each in route.outputs] for route in routes} == {
        "/a/": [201],
        "/b/": [200],
        "/c/": [202],
    }


def test_a_view_set_chooses_its_serializer_by_action():
    routes = routes_of(
        """
class Small(serializers.Serializer): ...
class Large(serializers.Serializer): ...
class Things(viewsets.ModelViewSet):
    permission_classes = []
    serializer_class = Large
    filterset_fields = ["year"]
    def get_queryset(self):
        return self.request.query_params.get("owner")
    def get_serializer_class(self):
        if self.action == "create":
            return Small
        return super().get_serializer_class()
router = SimpleRouter()
router.register("things", Things)
urlpatterns = router.urls
""",
        """
REST_FRAMEWORK = {"DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"]}
""",
    )
    bodies = {
        route.methods[0]: each.model.scope.name
        for route in routes
        for each in route.inputs
        if each.place == "body"
    }
    assert bodies == {"POST": "Small", "PUT": "Large", "PATCH": "Large"}
    listed = next(route for route in routes if route.handler.endswith(".list"))
    assert {(each.name, each.place) for each in listed.inputs} == {("year", "query"), ("owner", "query")}
    assert [each.model.scope.name for each in listed.outputs] == ["Large"]


@pytest.mark.parametrize(
    ("view", "verdict"),
    [
        ("csrf_exempt(show)", {"csrf_exempt": Verdict.NO}),
        ("show", {"CsrfViewMiddleware": Verdict.YES}),
        ("Api.as_view()", {"SessionAuthentication": Verdict.YES}),
        ("Lax.as_view()", {"Unchecked": Verdict.NO}),
        ("Token.as_view()", {}),
    ],
)
def test_who_checks_for_forgery(view, verdict):
    (route,) = routes_of(
        f"""
from rest_framework.authentication import SessionAuthentication, TokenAuthentication
class Unchecked(SessionAuthentication):
    def enforce_csrf(self, request): return
class Api(APIView):
    authentication_classes = [SessionAuthentication]
    def post(self, request): ...
class Lax(Api):
    authentication_classes = [Unchecked]
class Token(Api):
    authentication_classes = [TokenAuthentication]
@require_POST
def show(request): return HttpResponse()
urlpatterns = [path("a/", {view})]
""",
        'MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]',
    )
    assert kinds(route, "csrf") == verdict


def test_limits_are_known_by_what_they_answer():
    routes = routes_of(
        """
from functools import wraps
from django.contrib.auth import authenticate
from rest_framework.exceptions import Throttled
def at_most(view):
    @wraps(view)
    def limited(request, *args):
        if count(request) > 5:
            return HttpResponse(status=429)
        return view(request, *args)
    return limited
def check(request):
    raise Throttled()
@require_GET
@at_most
def one(request): return HttpResponse()
@require_GET
def two(request):
    check(request)
    return HttpResponse()
@require_GET
def three(request):
    authenticate(request)
    return HttpResponse()
@require_GET
def four(request): return HttpResponse(status=400)
urlpatterns = [path("1/", one), path("2/", two), path("3/", three), path("4/", four)]
""",
        'AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend"]',
    )
    assert [set(kinds(route, "rate-limit")) for route in routes] == [
        {"at_most"},
        {"two"},
        {"AxesStandaloneBackend"},
        set(),
    ]
    assert routes[0].authenticated is Verdict.NO
