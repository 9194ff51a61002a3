"""Routes, permissions and serializers of Django REST framework."""

import pytest

from tests.frameworks.django_project import routes_of, shown, verdicts

DEFAULT = """
REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"],
}
"""

VIEW_SET = """
class Orders(viewsets.ModelViewSet):
    serializer_class = OrderSerializer
    lookup_field = "number"

    @action(detail=True, methods=["post"], url_path="cancel-it")
    def cancel(self, request, number=None): ...

    @cancel.mapping.delete
    def restore(self, request, number=None): ...

    @action(detail=False, permission_classes=[AllowAny])
    def recent(self, request): ...
"""


def test_a_router_makes_the_routes_of_its_view_sets():
    routes = routes_of(
        "class OrderSerializer(serializers.Serializer): ...\n"
        + VIEW_SET
        + """
router = SimpleRouter()
router.register("orders", Orders)
urlpatterns = [path("api/", include(router.urls))]
""",
        settings=DEFAULT,
    )
    assert shown(routes) == [
        "GET /api/orders/ Orders.list",
        "POST /api/orders/ Orders.create",
        "GET /api/orders/recent/ Orders.recent",
        "DELETE /api/orders/{number}/ Orders.destroy",
        "GET /api/orders/{number}/ Orders.retrieve",
        "PATCH /api/orders/{number}/ Orders.partial_update",
        "PUT /api/orders/{number}/ Orders.update",
        "DELETE /api/orders/{number}/cancel-it/ Orders.restore",
        "POST /api/orders/{number}/cancel-it/ Orders.cancel",
    ]
    assert verdicts(routes)["GET /api/orders/recent/"] == "no"
    assert {each.framework for each in routes} == {"drf"}
    create = next(each for each in routes if each.handler.endswith("create"))
    assert [(each.name, each.place, each.type) for each in create.inputs] == [
        ("body", "body", "site.urls.OrderSerializer")
    ]
    assert [(each.status, each.type) for each in create.outputs] == [(201, "site.urls.OrderSerializer")]
    assert [(guard.kind, guard.level) for guard in create.guards] == [
        ("authentication", "settings"),
        ("rate-limit", "settings"),
    ]


def test_routers_with_roots_options_and_parents():
    routes = routes_of(
        """
from rest_framework_nested import routers as nested
class Rooms(viewsets.ReadOnlyModelViewSet):
    permission_classes = []
class Beds(viewsets.ViewSet):
    permission_classes = []
    def list(self, request, room_pk=None): ...
class Own(DefaultRouter):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.routes[0].mapping.update({"delete": "bulk_destroy"})
class Bulk(viewsets.ViewSet):
    permission_classes = []
    def list(self, request): ...
    def bulk_destroy(self, request): ...
router = DefaultRouter(trailing_slash=False)
for prefix, view in [("rooms", Rooms)]:
    router.register(prefix, view, basename="room")
beds = nested.NestedSimpleRouter(router, "rooms", lookup="room")
beds.register("beds", Beds, basename="bed")
own = Own()
own.register("bulk", Bulk, basename="bulk")
urlpatterns = [path("", include(router.urls)), *beds.urls, path("own/", include(own.urls))]
"""
    )
    assert shown(routes) == [
        "GET / rest_framework.routers.APIRootView.get",
        "GET /own/ rest_framework.routers.APIRootView.get",
        "DELETE /own/bulk/ Bulk.bulk_destroy",
        "GET /own/bulk/ Bulk.list",
        "GET /rooms Rooms.list",
        "GET /rooms/{pk} Rooms.retrieve",
        "GET /rooms/{room_pk}/beds Beds.list",
    ]


def test_a_router_of_the_project_may_fill_the_registry_itself():
    routes = routes_of(
        """
class Notes(viewsets.ViewSet):
    def list(self, request): ...

class Own(SimpleRouter):
    def register(self, prefix, viewset, basename=None):
        self.registry.append((prefix, viewset, basename or "any"))

class Strange(SimpleRouter):
    def __init__(self):
        super().__init__()
        self.registry = None

router = Own()
router.register("notes", Notes)
strange = Strange()
strange.register("lost", Notes)
strange.registry = ["no entry", ("too short",)]
urlpatterns = [path("api/", include(router.urls)), path("other/", include(strange.urls))]
"""
    )
    assert shown(routes) == ["GET /api/notes/ Notes.list"]


def test_view_sets_and_generic_views_in_url_files():
    routes = routes_of(
        """
class Tags(mixins.ListModelMixin, viewsets.GenericViewSet):
    permission_classes = [AllowAny]
    def make(self, request): ...
class One(generics.RetrieveUpdateAPIView):
    permission_classes = [IsAdminUser]
urlpatterns = [
    path("tags/", Tags.as_view({"get": "list", "post": "make"})),
    path("one/<int:pk>/", One.as_view()),
    path("open/<int:pk>/", One.as_view(permission_classes=[AllowAny])),
]
"""
    )
    assert shown(routes) == [
        "GET /one/{pk}/ One.get",
        "PATCH /one/{pk}/ One.patch",
        "PUT /one/{pk}/ One.put",
        "GET /open/{pk}/ One.get",
        "PATCH /open/{pk}/ One.patch",
        "PUT /open/{pk}/ One.put",
        "GET /tags/ Tags.list",
        "POST /tags/ Tags.make",
    ]
    assert verdicts(routes)["PUT /one/{pk}/"] == "yes"
    assert verdicts(routes)["PUT /open/{pk}/"] == "no"


PERMISSIONS = """
from shop.models import Membership

class Doctor(BasePermission):
    def has_permission(self, request, view):
        user = request.user
        return bool(user and user.is_authenticated and user.groups.filter(name="d").exists())

class Open(BasePermission):
    def has_permission(self, request, view):
        return True

class StaffOrRead(BasePermission):
    def has_permission(self, request, view):
        return request.method in SAFE_METHODS or bool(request.user and request.user.is_staff)

class OwnerOnly(IsAuthenticated):
    def has_object_permission(self, request, view, obj):
        return obj.owner == request.user

class ObjectOnly(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.owner == request.user

class Member(BasePermission):
    def has_permission(self, request, view):
        return Membership.objects.filter(user=request.user, is_active=True).exists()

class Refusing(BasePermission):
    def has_permission(self, request, view):
        if request.auth is None:
            raise PermissionDenied("no token")
        return True

class Asking(BasePermission):
    def has_permission(self, request, view):
        return ask_a_service(request)
"""


@pytest.mark.parametrize(
    ("classes", "get", "post"),
    [
        ("[]", "no", "no"),
        ("[AllowAny]", "no", "no"),
        ("[IsAuthenticated]", "yes", "yes"),
        ("(IsAdminUser,)", "yes", "yes"),
        ("[IsAuthenticatedOrReadOnly]", "no", "yes"),
        ("[permissions.DjangoModelPermissions]", "yes", "yes"),
        ("[permissions.DjangoModelPermissionsOrAnonReadOnly]", "no", "yes"),
        ("[IsAuthenticated & Open]", "yes", "yes"),
        ("[IsAuthenticated | Open]", "no", "no"),
        ("[IsAuthenticated | IsAdminUser]", "yes", "yes"),
        ("[~IsAuthenticated]", "no", "no"),
        ("[AllowAny, IsAuthenticated]", "yes", "yes"),
        ("[Doctor]", "yes", "yes"),
        ("[Open]", "no", "no"),
        ("[StaffOrRead]", "no", "yes"),
        ("[OwnerOnly]", "yes", "yes"),
        ("[ObjectOnly]", "no", "no"),
        ("[Member]", "yes", "yes"),
        ("[Refusing]", "yes", "yes"),
        ("[Asking]", "unknown", "unknown"),
        ("[Asking & IsAuthenticated]", "yes", "yes"),
        ("from_elsewhere()", "unknown", "unknown"),
    ],
)
def test_permissions(classes, get, post):
    routes = routes_of(
        PERMISSIONS
        + f"""
class Api(APIView):
    permission_classes = {classes}
    def get(self, request): ...
    def post(self, request): ...
urlpatterns = [path("", Api.as_view())]
"""
    )
    assert verdicts(routes) == {"GET /": get, "POST /": post}


def test_get_permissions_is_followed_for_each_action():
    routes = routes_of(
        """
class Orders(viewsets.ModelViewSet):
    permission_classes = [IsAuthenticated]
    def get_permissions(self):
        if self.action in ("list", "retrieve"):
            return [AllowAny()]
        if self.action == "destroy":
            classes = [IsAdminUser]
        elif self.request.method == "POST":
            classes = [AllowAny]
        else:
            return super().get_permissions()
        return [each() for each in classes]
class Flag(APIView):
    def get_permissions(self):
        return [IsAuthenticated()] if feature_flag() else [AllowAny()]
    def get(self, request): ...
class Sure(APIView):
    def get_permissions(self):
        return [IsAuthenticated()] if feature_flag() else [IsAdminUser()]
    def get(self, request): ...
router = SimpleRouter()
router.register("orders", Orders, basename="order")
urlpatterns = [*router.urls, path("flag/", Flag.as_view()), path("sure/", Sure.as_view())]
"""
    )
    assert verdicts(routes) == {
        "GET /flag/": "unknown",
        "GET /sure/": "yes",
        "GET /orders/": "no",
        "POST /orders/": "no",
        "GET /orders/{pk}/": "no",
        "DELETE /orders/{pk}/": "yes",
        "PATCH /orders/{pk}/": "yes",
        "PUT /orders/{pk}/": "yes",
    }


@pytest.mark.parametrize(
    ("settings", "verdict"),
    [
        ("", "no"),
        (DEFAULT, "yes"),
        ("REST_FRAMEWORK = {'DEFAULT_PERMISSION_CLASSES': ('site.perms.Closed',)}", "yes"),
        ("from missing import REST_FRAMEWORK", "unknown"),
    ],
)
def test_the_default_of_the_settings(settings, verdict):
    routes = routes_of(
        """
class Api(APIView):
    def get(self, request): ...
urlpatterns = [path("", Api.as_view())]
""",
        settings=settings,
        **{"site/perms.py": "class Closed(BasePermission):\n    def has_permission(self, request, view):\n"
           "        return request.user.is_authenticated\n"},
    )  # fmt: skip
    assert verdicts(routes) == {"GET /": verdict}


def test_function_views():
    routes = routes_of(
        """
from rest_framework.throttling import UserRateThrottle
@api_view(["GET", "POST"])
def a(request):
    return Response(request.data.get("x"))
@api_view()
@permission_classes([AllowAny])
@throttle_classes([UserRateThrottle])
def b(request): ...
@api_view(["POST"])
@permission_classes([IsAuthenticatedOrReadOnly])
def c(request): ...
urlpatterns = [path("a/", a), path("b/", b), path("c/", c)]
""",
        settings=DEFAULT,
    )
    assert shown(routes) == ["GET|POST /a/ a", "GET /b/ b", "POST /c/ c"]
    assert verdicts(routes) == {"GET /a/": "yes", "POST /a/": "yes", "GET /b/": "no", "POST /c/": "yes"}
    assert [(each.name, each.place) for each in routes[0].inputs] == [("x", "body")]
    assert [guard.name for guard in routes[1].guards] == ["rest_framework.throttling.UserRateThrottle"]


def test_views_of_libraries_bring_their_own_permissions():
    routes = routes_of(
        """
from rest_framework.authtoken.views import obtain_auth_token, ObtainAuthToken
from rest_framework_simplejwt.views import TokenObtainPairView
from drf_spectacular.views import SpectacularAPIView
class Login(ObtainAuthToken): ...
urlpatterns = [path("login/", Login.as_view()), path("jwt/", TokenObtainPairView.as_view()),
               path("schema/", SpectacularAPIView.as_view())]
""",
        settings=DEFAULT,
    )
    assert verdicts(routes) == {"POST /login/": "no", "POST /jwt/": "no", "GET /schema/": "no"}


def test_a_permission_that_asks_the_view():
    routes = routes_of(
        """
class Private(BasePermission):
    def has_permission(self, request, view):
        if hasattr(view, "private") and view.private:
            return request.user and request.user.is_authenticated
        if view.action == "list":
            return True
        return bool(request.user and request.user.is_staff)
class Open(viewsets.ReadOnlyModelViewSet):
    permission_classes = [Private]
    private = False
class Closed(viewsets.ReadOnlyModelViewSet):
    permission_classes = [Private]
    private = True
router = SimpleRouter()
router.register("open", Open)
router.register("closed", Closed)
urlpatterns = router.urls
"""
    )
    assert verdicts(routes) == {
        "GET /open/": "no",
        "GET /open/{pk}/": "yes",
        "GET /closed/": "yes",
        "GET /closed/{pk}/": "yes",
    }


OBJECTS = """
class IsOwner(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.owner == request.user

class ReadsOrOwns(BasePermission):
    def has_object_permission(self, request, view, obj):
        if request.method in SAFE_METHODS:
            return True
        return request.user in obj.owners.all()

class Undecided(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.is_public

class Things(viewsets.ModelViewSet):
    permission_classes = [{permission}]

    @action(detail=True)
    def loaded(self, request, pk=None):
        thing = self.get_object()

    @action(detail=True)
    def maybe(self, request, pk=None):
        if request.GET:
            self.get_object()

    @action(detail=True)
    def untouched(self, request, pk=None): ...

class Bare(Things):
    def get_object(self):
        return Thing.objects.get(pk=self.kwargs["pk"])

class Checked(Things):
    def get_object(self):
        thing = Thing.objects.get(pk=self.kwargs["pk"])
        self.check_object_permissions(self.request, thing)
        return thing

class Detail(generics.RetrieveUpdateAPIView):
    permission_classes = [{permission}]

router = SimpleRouter()
router.register("things", Things)
router.register("bare", Bare)
router.register("checked", Checked)
urlpatterns = [path("", include(router.urls)), path("detail/<pk>/", Detail.as_view())]
"""


def on_objects(permission):
    return verdicts(routes_of(OBJECTS.replace("{permission}", permission)))


def test_permissions_on_objects_are_asked_where_views_load_one():
    found = on_objects("IsOwner")
    assert {route for route, verdict in found.items() if verdict == "yes"} == {
        *(
            f"{verb} /{name}/{{pk}}/"
            for verb in ("DELETE", "GET", "PATCH", "PUT")
            for name in ("checked", "things")
        ),
        *(f"{verb} /detail/{{pk}}/" for verb in ("GET", "PATCH", "PUT")),
        "GET /checked/{pk}/loaded/",
        "GET /things/{pk}/loaded/",
    }
    assert {route for route, verdict in found.items() if verdict == "unknown"} == {
        "GET /checked/{pk}/maybe/",
        "GET /things/{pk}/maybe/",
    }
    assert found["POST /things/"] == found["GET /bare/{pk}/"] == found["GET /things/{pk}/untouched/"] == "no"


def test_what_permissions_on_objects_say_of_verbs():
    found = on_objects("ReadsOrOwns")
    assert (found["GET /things/{pk}/"], found["DELETE /things/{pk}/"]) == ("no", "yes")
    found = on_objects("ReadsOrOwns & IsOwner")
    assert (found["GET /things/{pk}/"], found["GET /things/"]) == ("yes", "no")
    found = on_objects("ReadsOrOwns | Undecided")
    assert (found["GET /things/{pk}/"], found["DELETE /things/{pk}/"]) == ("no", "unknown")


def test_attributes_that_a_project_gives_to_anonymous_users():
    routes = routes_of(
        """
from django.contrib.auth.models import AnonymousUser
FIELDS = ["is_superuser", "can_manage"]

class Rights:
    is_member = False
    can_manage = False
    @property
    def can_look(self):
        return True

class Nobody(AnonymousUser, Rights): ...

class Members(BasePermission):
    def has_permission(self, request, view):
        return request.user.is_member

class Managers(BasePermission):
    def has_permission(self, request, view):
        return any(getattr(request.user, field) for field in FIELDS)

class Lookers(BasePermission):
    def has_permission(self, request, view):
        return request.user.can_look

class Sending(BasePermission):
    def has_permission(self, request, view):
        return not request.data

class Shown(APIView):
    def get(self, request): ...

urlpatterns = [
    path("members/", Shown.as_view(permission_classes=[Members])),
    path("managers/", Shown.as_view(permission_classes=[Managers])),
    path("lookers/", Shown.as_view(permission_classes=[Lookers])),
    path("sending/", Shown.as_view(permission_classes=[Sending])),
]
"""
    )
    assert verdicts(routes) == {
        "GET /lookers/": "no",
        "GET /managers/": "yes",
        "GET /members/": "yes",
        "GET /sending/": "unknown",
    }


def test_what_a_model_says_of_its_objects():
    found = verdicts(
        routes_of(
            """
from django.db import models

class Patch(models.Model):
    public = models.BooleanField(default=True)

    def is_editable(self, user):
        if not user.is_authenticated:
            return False
        return self.submitter == user

    def is_shown(self):
        return self.public

class PatchSerializer(serializers.ModelSerializer):
    class Meta:
        model = Patch

class Editing(BasePermission):
    def has_object_permission(self, request, view, obj):
        return request.method in SAFE_METHODS or obj.is_editable(request.user)

class Shown(BasePermission):
    def has_object_permission(self, request, view, obj):
        return obj.is_shown()

class Patches(viewsets.ModelViewSet):
    permission_classes = [Editing]
    queryset = Patch.objects.select_related("submitter").all()

class Detail(generics.UpdateAPIView):
    permission_classes = [Editing]
    serializer_class = PatchSerializer

class Public(generics.RetrieveAPIView):
    permission_classes = [Shown]
    queryset = Patch.objects.all()

router = SimpleRouter()
router.register("patches", Patches)
urlpatterns = [
    path("", include(router.urls)),
    path("detail/<pk>/", Detail.as_view()),
    path("public/<pk>/", Public.as_view()),
]
"""
        )
    )
    assert found["DELETE /patches/{pk}/"] == found["PUT /detail/{pk}/"] == "yes"
    assert found["GET /patches/{pk}/"] == "no"
    assert found["GET /public/{pk}/"] == "unknown"
