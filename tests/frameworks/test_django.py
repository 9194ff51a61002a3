"""Routes, methods, guards, inputs and settings of Django projects."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from linter.backend import Verdict
from linter.frameworks.django import routes as django
from linter.frameworks.django.urls import plain_path, regex_path
from linter.guards import Refusals
from tests.frameworks.django_project import backend_of, routes_of, shown, verdicts
from tests.oracle import APPS, calls, missing

VIEW = """
def page(request, **kwargs):
    return render(request, "page.html")
"""


def test_paths_converters_and_groups():
    routes = routes_of(
        VIEW
        + """
urlpatterns = [
    path("orders/<int:pk>/<slug>/", page),
    re_path(r"^files/(?P<name>[\\w-]+)\\.(?P<kind>csv|json)$", page),
    re_path(r"^old/(\\d+)/(\\w+)/?$", page),
]
"""
    )
    assert shown(routes) == [
        "GET /files/{name}.{kind} page",
        "GET /old/{arg1}/{arg2} page",
        "GET /orders/{pk}/{slug}/ page",
    ]
    assert [(each.name, each.place, each.type) for each in routes[2].inputs] == [
        ("pk", "path", "int"),
        ("slug", "path", "str"),
    ]


def test_patterns_that_are_made_by_hand():
    routes = routes_of(
        VIEW
        + """
from django.urls import URLPattern, URLResolver
from django.urls.resolvers import LocalePrefixPattern, RegexPattern, RoutePattern

class Prefix(LocalePrefixPattern):
    pass

urlpatterns = [
    URLPattern(RoutePattern("plain/<int:pk>/"), page),
    URLResolver(RoutePattern("below/"), [path("one/", page), re_path("^two/$", page)]),
    URLResolver(RegexPattern("^v(?P<version>[0-9]+)/"), [path("three/", page)]),
    URLResolver(Prefix(), [path("four/", page)]),
]
"""
    )
    assert shown(routes) == [
        "GET /below/one/ page",
        "GET /below/two/ page",
        "GET /four/ page",
        "GET /plain/{pk}/ page",
        "GET /v{version}/three/ page",
    ]
    assert [each.path for each in routes if not each.complete] == ["/four/"]


@pytest.mark.parametrize(
    ("regex", "path"),
    [
        (r"^$", ""),
        (r"^a/$", "a/"),
        (r"^(?P<a>(x|y)+)/b", "{a}/b"),
        (r"^(?:(?P<format>[a-z]+)/)?end$", "{format}/end"),
        (r"^api/(?:(?P<version>(1.0|1.1))/)?end$", "api/{version}/end"),
        (r"^(?:old|new)/end$", "old/end"),
        (r"^x(?P<a>[()]+)$", "x{a}"),
        (r"^\.well-known/jwks.json$", ".well-known/jwks.json"),
    ],
)
def test_regexes_become_paths(regex, path):
    assert regex_path(regex)[0] == path


@given(st.text(max_size=60))
@hypothesis_settings(max_examples=200)
def test_any_route_text_is_read(text):
    regex_path(text)
    plain_path(text)


def test_includes_of_modules_lists_and_tuples():
    routes = routes_of(
        VIEW
        + """
from django.conf.urls.i18n import i18n_patterns
from site import shop
inner = [path("in/", page)]
urlpatterns = [
    path("a/", include("site.shop")),
    path("b/", include(shop, namespace="b")),
    path("c/", include((inner, "c"))),
    path("d/", include(inner)),
    path("admin/", admin.site.urls),
]
urlpatterns += i18n_patterns(path("e/", page), prefix_default_language=False)
""",
        **{"site/shop.py": VIEW + "urlpatterns = [path('x/', page)]"},
    )
    assert shown(routes) == [
        "GET /a/x/ site.shop.page",
        "GET|POST /admin/ django.contrib.admin.site.urls",
        "GET /b/x/ site.shop.page",
        "GET /c/in/ page",
        "GET /d/in/ page",
        "GET /e/ page",
    ]
    assert verdicts(routes)["GET /admin/"] == "yes"


def test_lists_are_built_by_code():
    routes = routes_of(
        VIEW
        + """
from django.conf import settings
import os

VIEWS = {"rooms": page, "tags": page}

def crud(name, *, extra=()):
    found = [path(f"{name}/", page), path("%s/new/" % name, page)]
    for each in extra:
        found.append(path("{}/{}/".format(name, each), page))
    return found

def numbered():
    for number in range(2):
        yield path(f"n{number}/", page)

urlpatterns = crud("orders", extra=["open", "closed"])
urlpatterns = urlpatterns + [path(f"{name}/", view) for name, view in VIEWS.items()]
urlpatterns.extend(numbered())
urlpatterns += [*crud("more")]
if settings.BETA:
    urlpatterns += [path("beta/", page)]
if settings.OLD:
    urlpatterns.append(path("old/", page))
if os.environ.get("MAYBE"):
    urlpatterns = [path("maybe/", page)] + urlpatterns
if settings.DEBUG:
    urlpatterns += [path("debug/", page)]
""",
        settings="""
DEBUG = True
BETA = True
OLD = False
""",
    )
    assert [route.path for route in routes] == [
        "/beta/",
        "/maybe/",
        "/more/",
        "/more/new/",
        "/n0/",
        "/n1/",
        "/orders/",
        "/orders/closed/",
        "/orders/new/",
        "/orders/open/",
        "/rooms/",
        "/tags/",
    ]


def test_a_decorator_that_records_views_makes_routes():
    routes = routes_of(
        """
from site.registry import urls_for
import site.views
urlpatterns = [path("shop/", include(urls_for("shop")))]
""",
        **{
            "site/registry.py": """
import collections
registry = collections.defaultdict(list)

def register(app, url, detail=False):
    def wrap(cls):
        registry[app].append({"url": url, "view": cls, "detail": detail})
        return cls
    return wrap

def urls_for(app):
    return [path(each["url"], each["view"].as_view()) for each in registry[app] if not each["detail"]]
""",
            "site/views.py": """
from site.registry import register

@register("shop", "items/")
class Items(ListView):
    pass

@register("shop", "one/", detail=True)
class Item(ListView):
    pass

@register("other", "x/")
class Other(ListView):
    pass
""",
        },
    )
    assert shown(routes) == ["GET /shop/items/ site.views.Items.get"]


def test_without_settings_the_lists_that_nobody_includes_are_roots():
    backend = backend_of(
        {
            "a/urls.py": "from django.urls import include, path\n"
            "urlpatterns = [path('b/', include('b.urls'))]",
            "a/__init__.py": "",
            "b/__init__.py": "",
            "b/urls.py": "from django.urls import path\ndef v(request): ...\nurlpatterns = [path('v/', v)]",
        }
    )
    assert [route.path for route in django.routes(backend, Refusals(backend.project))] == ["/b/v/"]


def test_methods_of_class_views_come_from_the_hierarchy():
    routes = routes_of(
        """
class Base(View):
    def get(self, request): ...
class Both(Base):
    def post(self, request): ...
class Make(CreateView):
    http_method_names = ["get", "post"]
class Late:
    def put(self, request): ...
class Mixed(Late, Both):
    pass
urlpatterns = [
    path("both/", Both.as_view()),
    path("make/", Make.as_view()),
    path("drop/", DeleteView.as_view()),
    path("page/", TemplateView.as_view(template_name="x.html")),
    path("mixed/", Mixed.as_view(http_method_names=["put"])),
]
"""
    )
    assert shown(routes) == [
        "GET /both/ Both.get",
        "POST /both/ Both.post",
        "DELETE /drop/ django.views.generic.DeleteView.delete",
        "GET /drop/ django.views.generic.DeleteView.get",
        "POST /drop/ django.views.generic.DeleteView.post",
        "GET /make/ Make.get",
        "POST /make/ Make.post",
        "PUT /mixed/ Mixed.put",
        "GET /page/ django.views.generic.TemplateView.get",
    ]
    assert routes[0].function.id == "site.urls.Base.get"


def test_methods_of_function_views():
    routes = routes_of(
        """
from functools import wraps

@require_POST
def a(request): ...
@require_http_methods(["GET", "PUT"])
def b(request): ...
def c(request):
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return HttpResponse()
def d(request):
    if request.method == "DELETE":
        return HttpResponse()
    return HttpResponse()
def e(request):
    form = Form(request.POST or None)
    return HttpResponse()
def only(*methods):
    def decorator(view):
        @wraps(view)
        def inner(request, *args, **kwargs):
            if request.method not in methods:
                return HttpResponse(status=405)
            return view(request, *args, **kwargs)
        return inner
    return decorator
@only("PATCH")
def f(request): ...
urlpatterns = [path("a", a), path("b", b), path("c", c), path("d", d), path("e", e), path("f", f),
               path("g", require_POST(d))]
"""
    )
    assert [("|".join(route.methods), route.path) for route in routes] == [
        ("POST", "/a"),
        ("GET|PUT", "/b"),
        ("POST", "/c"),
        ("DELETE|GET", "/d"),
        ("GET|POST", "/e"),
        ("PATCH", "/f"),
        ("POST", "/g"),
    ]


DECORATED = """
from functools import wraps

def plain(view):
    @wraps(view)
    def inner(request, *args, **kwargs):
        response = view(request, *args, **kwargs)
        response["X"] = "1"
        return response
    return inner

def role(*names):
    def decorator(view):
        @wraps(view)
        def inner(request, *args, **kwargs):
            if not request.user.is_authenticated or request.user.role not in names:
                raise PermissionDenied
            return view(request, *args, **kwargs)
        return inner
    return decorator

def key_required(view):
    def inner(request, *args, **kwargs):
        key = request.headers.get("X-Key", "")
        if len(key) != 32:
            return JsonResponse({"error": "no key"}, status=401)
        return view(request, *args, **kwargs)
    return inner

def visitors_only(view):
    def inner(request, *args, **kwargs):
        if request.user.is_authenticated:
            return HttpResponseForbidden()
        return view(request, *args, **kwargs)
    return inner

def member(view):
    return login_required(plain(view))

def is_staff(user):
    return user.is_staff

staff_only = user_passes_test(is_staff)
"""


@pytest.mark.parametrize(
    ("decorators", "verdict"),
    [
        ("", "no"),
        ("@login_required", "yes"),
        ("@login_required(login_url='/x/')", "yes"),
        ("@permission_required('a.b')", "yes"),
        ("@user_passes_test(lambda user: user.is_staff)", "yes"),
        ("@user_passes_test(is_staff)", "yes"),
        ("@staff_only", "yes"),
        ("@plain", "no"),
        ("@role('a')", "yes"),
        ("@key_required", "yes"),
        ("@visitors_only", "no"),
        ("@member", "yes"),
        ("@plain\n@role('a')", "yes"),
        ("@csrf_exempt", "no"),
        ("@unknown_library.decorator", "unknown"),
    ],
)
def test_decorators(decorators, verdict):
    body = (
        f"import unknown_library\n{DECORATED}\n{decorators}\ndef view(request):\n    return HttpResponse()\n"
    )
    assert verdicts(routes_of(body + "urlpatterns = [path('', view)]"))["GET /"] == verdict


def test_decorators_around_a_view_in_the_url_file_are_guards_of_the_router():
    routes = routes_of(
        DECORATED
        + """
class Page(TemplateView):
    pass
urlpatterns = [path("a/", csrf_exempt(role("x")(Page.as_view())))]
"""
    )
    assert [(g.name, g.kind, g.level, g.verdict) for g in routes[0].guards] == [
        ("django.views.decorators.csrf.csrf_exempt", "csrf", "router", Verdict.NO),
        ("site.urls.role", "authorization", "router", Verdict.YES),
    ]
    assert routes[0].authenticated is Verdict.YES


CLASSES = """
class Own(LoginRequiredMixin):
    pass

class Conditional:
    def dispatch(self, request, *args, **kwargs):
        if not self.allowed():
            return redirect("/login/")
        return super().dispatch(request, *args, **kwargs)
    def allowed(self):
        return self.request.user.is_authenticated

class Logged:
    def dispatch(self, request, *args, **kwargs):
        print(request.path)
        return super().dispatch(request, *args, **kwargs)
"""


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("class V(Own, TemplateView): ...", "yes"),
        ("class V(TemplateView, LoginRequiredMixin): ...", "no"),
        ("class V(PermissionRequiredMixin, TemplateView):\n    permission_required = 'a.b'", "yes"),
        ("class V(PermissionRequiredMixin, TemplateView):\n    permission_required = ()", "no"),
        ("class V(PermissionRequiredMixin, TemplateView):\n"
         "    def has_permission(self):\n        return True", "no"),
        ("class V(UserPassesTestMixin, TemplateView):\n    def test_func(self):\n"
         "        return self.request.user.is_staff", "yes"),
        ("class V(Conditional, TemplateView): ...", "yes"),
        ("class V(Conditional, TemplateView):\n    def allowed(self):\n        return True", "no"),
        ("class V(Logged, TemplateView): ...", "no"),
        ("@method_decorator(login_required, name='dispatch')\nclass V(TemplateView): ...", "yes"),
        ("@method_decorator([csrf_exempt, login_required], name='get')\nclass V(TemplateView): ...", "yes"),
        ("@method_decorator(login_required, name='post')\nclass V(TemplateView): ...", "no"),
        ("class V(TemplateView):\n    @method_decorator(login_required)\n"
         "    def dispatch(self, *a, **k):\n        return super().dispatch(*a, **k)", "yes"),
        ("from somewhere import Base\nclass V(Base, TemplateView): ...", "unknown"),
        ("class V(TemplateView):\n    def get(self, request):\n"
         "        if not request.user.is_authenticated:\n"
         "            return HttpResponseForbidden()\n        return HttpResponse()", "yes"),
        ("class V(TemplateView):\n    def get(self, request):\n        if request.user.is_authenticated:\n"
         "            return redirect('/home/')\n        return super().get(request)", "no"),
    ],
)  # fmt: skip
def test_classes(source, verdict):
    routes = routes_of(CLASSES + source + "\nurlpatterns = [path('', V.as_view())]")
    assert verdicts(routes)["GET /"] == verdict


def test_a_handler_that_hands_over_to_a_guarded_function():
    routes = routes_of(
        DECORATED
        + """
@key_required
def create(request):
    return HttpResponse(status=201)
def view(request):
    if request.method == "POST":
        return create(request)
    return HttpResponse()
urlpatterns = [path("", view)]
"""
    )
    assert verdicts(routes) == {"GET /": "no", "POST /": "yes"}


def test_a_wrong_password_is_no_guard():
    routes = routes_of(
        """
@require_POST
def sign_in(request):
    user = authenticate(request.POST.get("name"), request.POST.get("password"))
    if user is None:
        return HttpResponse(status=401)
    return HttpResponse()
urlpatterns = [path("", sign_in)]
"""
    )
    assert verdicts(routes) == {"POST /": "unknown"}


def test_the_login_middleware_and_its_exemptions():
    routes = routes_of(
        VIEW
        + """
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import LoginView
@login_not_required
def free(request): ...
@method_decorator(login_not_required, name="dispatch")
class Free(TemplateView): ...
class Api(APIView):
    def get(self, request): ...
urlpatterns = [path("page/", page), path("free/", free), path("class/", Free.as_view()),
               path("login/", LoginView.as_view()), path("api/", Api.as_view())]
""",
        settings="MIDDLEWARE = ['django.contrib.auth.middleware.LoginRequiredMiddleware']",
    )
    answers = verdicts(routes)
    assert {key: answers[key] for key in answers if key.startswith("GET")} == {
        "GET /api/": "no",
        "GET /class/": "no",
        "GET /free/": "no",
        "GET /login/": "no",
        "GET /page/": "yes",
    }


def test_middleware_of_the_project_is_followed_path_by_path():
    routes = routes_of(
        VIEW + "urlpatterns = [path('office/x/', page), path('shop/', page)]",
        settings="MIDDLEWARE = ['site.middleware.Office']",
        **{
            "site/middleware.py": """
class Office:
    def __init__(self, get_response):
        self.get_response = get_response
    def __call__(self, request):
        if request.path.startswith("/office/") and not request.user.is_staff:
            return HttpResponseForbidden()
        return self.get_response(request)
"""
        },
    )
    assert verdicts(routes) == {"GET /office/x/": "yes", "GET /shop/": "no"}


def test_middleware_that_cannot_be_followed_leaves_the_answer_open():
    routes = routes_of(
        VIEW + "urlpatterns = [path('x/', page)]",
        settings="MIDDLEWARE = ['site.middleware.Gate']",
        **{
            "site/middleware.py": """
from fnmatch import fnmatch
class Gate:
    def process_view(self, request, view_func, args, kwargs):
        if getattr(view_func, "open", False) or fnmatch(request.path, "/x*"):
            return None
        if not request.user.is_authenticated:
            return redirect("/login/")
"""
        },
    )
    assert verdicts(routes) == {"GET /x/": "unknown"}


def test_middleware_that_lets_paths_pass_by_a_pattern():
    routes = routes_of(
        VIEW + "urlpatterns = [path('x/', page), path('y/', page)]",
        settings="MIDDLEWARE = ['site.middleware.Gate']",
        **{
            "site/middleware.py": """
import re
class Gate:
    open_paths = [re.compile("^/x")]
    def process_view(self, request, view_func, args, kwargs):
        if any(each.match(request.path) for each in self.open_paths):
            return None
        if not request.user.is_authenticated:
            return redirect("/login/")
"""
        },
    )
    assert verdicts(routes) == {"GET /x/": "no", "GET /y/": "yes"}


def test_inputs_that_a_handler_reads():
    routes = routes_of(
        """
def view(request, pk):
    a = request.GET.get("q")
    b = request.POST["name"]
    c = request.COOKIES.get("c"), request.headers.get("X-Key"), request.FILES["f"]
    return HttpResponse()
urlpatterns = [path("<uuid:pk>/", view)]
"""
    )
    assert sorted((each.name, each.place, each.type, each.required) for each in routes[0].inputs) == [
        ("X-Key", "header", None, False),
        ("c", "cookie", None, False),
        ("f", "file", None, True),
        ("name", "form", None, True),
        ("pk", "path", "UUID", True),
        ("q", "query", None, False),
    ]


def test_urls_that_an_admin_class_adds():
    routes = routes_of(
        "import site.shop.admin\nurlpatterns = [path('admin/', admin.site.urls)]",
        **{
            "site/shop/__init__.py": "",
            "site/shop/models.py": "from django.db import models\nclass Order(models.Model): ...",
            "site/shop/admin.py": """
from site.shop.models import Order
@admin.register(Order)
class OrderAdmin(admin.ModelAdmin):
    def get_urls(self):
        own = [path("stats/", self.admin_site.admin_view(self.stats)), path("open/", self.free)]
        return own + super().get_urls()
    def stats(self, request): ...
    def free(self, request): ...
""",
        },
    )
    assert verdicts(routes) == {
        "GET /admin/": "yes",
        "POST /admin/": "yes",
        "GET /admin/shop/order/open/": "no",
        "GET /admin/shop/order/stats/": "yes",
    }


def test_settings_over_several_layers():
    backend = backend_of(
        {
            "conf/base.py": "import django\nINSTALLED_APPS = []\nROOT_URLCONF = 'c.u'\nlow = 1\nX = 1\n",
            "conf/production.py": "from .base import *\nDEBUG = False\n",
            "conf/unrelated.py": "LIMIT = 3\n",
        }
    )
    found = django.settings(backend)
    assert [(each.name, each.module.path) for each in found] == [
        ("INSTALLED_APPS", "conf/base.py"),
        ("ROOT_URLCONF", "conf/base.py"),
        ("X", "conf/base.py"),
        ("DEBUG", "conf/production.py"),
    ]
    assert {each.framework for each in found} == {"django"}


@pytest.mark.parametrize(
    "urls",
    [
        "urlpatterns = [path('a/', include('site.urls'))]",
        "urlpatterns = [path('a/', include(urlpatterns))]",
        "x = []\nx.append(path('a/', include(x)))\nurlpatterns = x",
        "x = ['a']\nfor each in range(900):\n    x = x + x\nurlpatterns = x",
        "x = 'a'\nfor each in range(900):\n    x += x\nurlpatterns = [path(x, None)]",
        "def f(): return f()\nurlpatterns = f()",
        "def f():\n    for a in range(99):\n        for b in range(99):\n            f()\nurlpatterns = f()",
        "for a in range(999):\n  for b in range(999):\n    for c in range(999):\n      pass\nurlpatterns = a",
        "x = list(range(999)) * 9\nfor a in x:\n    for b in x:\n        list(sorted(x))\nurlpatterns = x",
        "urlpatterns = [path(*x, **y) for x in z]",
        "urlpatterns = [path('{0.__class__:>9999999}'.format(1), None), path('%999999999s' % 1, None)]",
        "class A(B): ...\nclass B(A): ...\nurlpatterns = [path('', A.as_view())]",
        "urlpatterns = {1: 2}[3]",
        "urlpatterns: list = [path('<int:<str:a>>/', 'no.such.view'), re_path('(((', lambda r: r)]",
        "urlpatterns = [path('', View)()[0].x.y(1)]",
    ],
)
def test_hostile_url_files_are_survived(urls):
    routes_of(textwrap.dedent(urls))


def test_the_clinic_is_as_its_framework_says():
    if missing("clinic") is not None:
        pytest.skip("the clinic's packages are not installed")
    root = APPS / "clinic"
    files = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*.py")}
    backend = backend_of(files)
    found = {
        (verb, route.path): route
        for route in django.routes(backend, Refusals(backend.project))
        for verb in route.methods
    }
    truth = {key: call for key, call in calls("clinic").items() if "{format}" not in key[1]}
    own = {key: call for key, call in truth.items() if not call.framework_own}
    assert set(found) - set(truth) == set()
    assert {path for _, path in own} - {path for _, path in found} == set()
    wrong = {key for key in found if key in own and found[key].authenticated.value != own[key].authenticated}
    assert wrong == set()


def test_a_view_that_inherits_a_login_of_its_own_keeps_it():
    routes = routes_of(
        """
from django.contrib.auth import views as auth
class Change(auth.PasswordChangeView):
    template_name = "change.html"
urlpatterns = [path("change/", Change.as_view()), path("login/", auth.LoginView.as_view())]
"""
    )
    assert {route.path: route.authenticated for route in routes} == {
        "/change/": Verdict.YES,
        "/login/": Verdict.NO,
    }


def test_responses_are_known_under_the_name_of_their_module():
    routes = routes_of(
        """
from django.http.response import HttpResponseForbidden as Refused
def show(request, pk):
    row = get_object_or_404(Row, pk=pk)
    if not request.user.is_authenticated:
        return Refused()
    return HttpResponse(row)
urlpatterns = [path("<int:pk>/", show)]
"""
    )
    assert verdicts(routes) == {"GET /{pk}/": "yes"}


EXEMPTING = """
import re
from django.conf import settings
from django.http import HttpResponseRedirect
EXEMPT = [re.compile(settings.LOGIN_URL.lstrip("/"))]
EXEMPT += [re.compile(each) for each in settings.LOGIN_EXEMPT_URLS]

class Gate:
    def __init__(self, get_response):
        self.get_response = get_response
    def __call__(self, request):
        if not request.user.is_authenticated:
            path = request.path_info.lstrip("/")
            if not any(each.match(path) for each in EXEMPT):
                target = f"{settings.LOGIN_URL}?next={request.path}"
                return HttpResponseRedirect(target)
        return self.get_response(request)
"""


def test_a_gate_that_sends_to_a_login_page_that_settings_name():
    routes = routes_of(
        VIEW
        + "urlpatterns = [path(each, page) for each in ('entry/login/', 'hooks/a/', 'things/')]\n"
        + "urlpatterns += [path('reset/<uid>/', page)]",
        settings="""
import environ
env = environ.Env()
MIDDLEWARE = ['site.middleware.Gate']
PREFIX = env("PREFIX")
LOGIN_URL = env("LOGIN_URL")
LOGIN_EXEMPT_URLS = (rf"^{PREFIX}hooks/", rf"^{PREFIX}reset/(?P<uid>[^/]+)/$")
""",
        **{"site/middleware.py": EXEMPTING},
    )
    assert verdicts(routes) == {
        "GET /entry/login/": "unknown",
        "GET /hooks/a/": "no",
        "GET /reset/{uid}/": "no",
        "GET /things/": "yes",
    }


def test_lists_of_patterns_that_are_added_up():
    routes = routes_of(
        VIEW
        + """
from functools import reduce
from operator import add
shop = [path("shop/", page)]
staff = [path("staff/", login_required(page))]
urlpatterns = reduce(add, [shop, staff], [])
"""
    )
    assert verdicts(routes) == {"GET /shop/": "no", "GET /staff/": "yes"}
