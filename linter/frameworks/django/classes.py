"""The classes of Django and Django REST framework that views inherit from: bases and HTTP methods."""

from __future__ import annotations

from typing import NamedTuple


class LibraryClass(NamedTuple):
    """A library's class: its bases, the verbs it answers and the view set actions it has."""

    bases: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()


_GENERIC = "django.views.generic."
_AUTH = "django.contrib.auth.views."

_READ, _FORM = ("get",), ("get", "post", "put")


def _generic(bases: str, *verbs: str) -> LibraryClass:
    return LibraryClass(tuple(_GENERIC + base for base in bases.split()), verbs)


_DJANGO: dict[str, LibraryClass] = {
    "View": LibraryClass(),
    "ContextMixin": LibraryClass(),
    "TemplateResponseMixin": LibraryClass(),
    "TemplateView": _generic("TemplateResponseMixin ContextMixin View", *_READ),
    # RedirectView answers every verb alike, but a redirect changes nothing.
    "RedirectView": _generic("View", *_READ),
    "FormMixin": _generic("ContextMixin"),
    "ModelFormMixin": _generic("FormMixin SingleObjectMixin"),
    "ProcessFormView": _generic("View", *_FORM),
    "BaseFormView": _generic("FormMixin ProcessFormView"),
    "FormView": _generic("TemplateResponseMixin BaseFormView"),
    "BaseCreateView": _generic("ModelFormMixin ProcessFormView"),
    "CreateView": _generic("SingleObjectTemplateResponseMixin BaseCreateView"),
    "BaseUpdateView": _generic("ModelFormMixin ProcessFormView"),
    "UpdateView": _generic("SingleObjectTemplateResponseMixin BaseUpdateView"),
    "DeletionMixin": LibraryClass((), ("post", "delete")),
    "BaseDeleteView": _generic("DeletionMixin FormMixin BaseDetailView"),
    "DeleteView": _generic("SingleObjectTemplateResponseMixin BaseDeleteView"),
    "MultipleObjectMixin": _generic("ContextMixin"),
    "BaseListView": _generic("MultipleObjectMixin View", *_READ),
    "MultipleObjectTemplateResponseMixin": _generic("TemplateResponseMixin"),
    "ListView": _generic("MultipleObjectTemplateResponseMixin BaseListView"),
    "SingleObjectMixin": _generic("ContextMixin"),
    "BaseDetailView": _generic("SingleObjectMixin View", *_READ),
    "SingleObjectTemplateResponseMixin": _generic("TemplateResponseMixin"),
    "DetailView": _generic("SingleObjectTemplateResponseMixin BaseDetailView"),
    "BaseDateListView": _generic("MultipleObjectMixin View", *_READ),
    "ArchiveIndexView": _generic("MultipleObjectTemplateResponseMixin BaseDateListView"),
    "YearArchiveView": _generic("MultipleObjectTemplateResponseMixin BaseDateListView"),
    "MonthArchiveView": _generic("MultipleObjectTemplateResponseMixin BaseDateListView"),
    "WeekArchiveView": _generic("MultipleObjectTemplateResponseMixin BaseDateListView"),
    "DayArchiveView": _generic("MultipleObjectTemplateResponseMixin BaseDateListView"),
    "TodayArchiveView": _generic("MultipleObjectTemplateResponseMixin BaseDateListView"),
    "DateDetailView": _generic("SingleObjectTemplateResponseMixin BaseDetailView"),
}

_AUTH_VIEWS: dict[str, LibraryClass] = {
    "LoginView": _generic("FormView"),
    "LogoutView": LibraryClass((_GENERIC + "View",), ("post",)),
    "PasswordResetView": _generic("FormView"),
    "PasswordResetDoneView": _generic("TemplateView"),
    "PasswordResetConfirmView": _generic("FormView"),
    "PasswordResetCompleteView": _generic("TemplateView"),
    "PasswordChangeView": _generic("FormView"),
    "PasswordChangeDoneView": _generic("TemplateView"),
}

_API = "rest_framework.views.APIView"
_GENERIC_API = "rest_framework.generics.GenericAPIView"


def _mixin(name: str) -> str:
    return f"rest_framework.mixins.{name}ModelMixin"


def _api(mixins: str, *verbs: str) -> LibraryClass:
    return LibraryClass((*(_mixin(name) for name in mixins.split()), _GENERIC_API), verbs)


_REST: dict[str, LibraryClass] = {
    _API: LibraryClass((_GENERIC + "View",)),
    _GENERIC_API: LibraryClass((_API,)),
    _mixin("Create"): LibraryClass(actions=("create",)),
    _mixin("List"): LibraryClass(actions=("list",)),
    _mixin("Retrieve"): LibraryClass(actions=("retrieve",)),
    _mixin("Update"): LibraryClass(actions=("update", "partial_update")),
    _mixin("Destroy"): LibraryClass(actions=("destroy",)),
    "rest_framework.generics.CreateAPIView": _api("Create", "post"),
    "rest_framework.generics.ListAPIView": _api("List", "get"),
    "rest_framework.generics.RetrieveAPIView": _api("Retrieve", "get"),
    "rest_framework.generics.DestroyAPIView": _api("Destroy", "delete"),
    "rest_framework.generics.UpdateAPIView": _api("Update", "put", "patch"),
    "rest_framework.generics.ListCreateAPIView": _api("List Create", "get", "post"),
    "rest_framework.generics.RetrieveUpdateAPIView": _api("Retrieve Update", "get", "put", "patch"),
    "rest_framework.generics.RetrieveDestroyAPIView": _api("Retrieve Destroy", "get", "delete"),
    "rest_framework.generics.RetrieveUpdateDestroyAPIView": _api(
        "Retrieve Update Destroy", "get", "put", "patch", "delete"
    ),
    "rest_framework.viewsets.ViewSetMixin": LibraryClass(),
    "rest_framework.viewsets.ViewSet": LibraryClass(("rest_framework.viewsets.ViewSetMixin", _API)),
    "rest_framework.viewsets.GenericViewSet": LibraryClass(
        ("rest_framework.viewsets.ViewSetMixin", _GENERIC_API)
    ),
    "rest_framework.viewsets.ReadOnlyModelViewSet": LibraryClass(
        (_mixin("Retrieve"), _mixin("List"), "rest_framework.viewsets.GenericViewSet")
    ),
    "rest_framework.viewsets.ModelViewSet": LibraryClass(
        (
            *(_mixin(name) for name in ("Create", "Retrieve", "Update", "Destroy", "List")),
            "rest_framework.viewsets.GenericViewSet",
        )
    ),
    "rest_framework.authtoken.views.ObtainAuthToken": LibraryClass((_API,), ("post",)),
    "rest_framework.schemas.views.SchemaView": LibraryClass((_API,), ("get",)),
    "rest_framework.routers.APIRootView": LibraryClass((_API,), ("get",)),
    "drf_spectacular.views.SpectacularAPIView": LibraryClass((_API,), ("get",)),
    "drf_spectacular.views.SpectacularJSONAPIView": LibraryClass((_API,), ("get",)),
    "drf_spectacular.views.SpectacularYAMLAPIView": LibraryClass((_API,), ("get",)),
    "drf_spectacular.views.SpectacularSwaggerView": LibraryClass((_API,), ("get",)),
    "drf_spectacular.views.SpectacularSwaggerSplitView": LibraryClass((_API,), ("get",)),
    "drf_spectacular.views.SpectacularRedocView": LibraryClass((_API,), ("get",)),
    "rest_framework_simplejwt.views.TokenViewBase": LibraryClass((_GENERIC_API,), ("post",)),
    **{
        f"rest_framework_simplejwt.views.{name}": LibraryClass(
            ("rest_framework_simplejwt.views.TokenViewBase",), ()
        )
        for name in (
            "TokenObtainPairView",
            "TokenRefreshView",
            "TokenVerifyView",
            "TokenBlacklistView",
            "TokenObtainSlidingView",
            "TokenRefreshSlidingView",
        )
    },
    "rest_framework_extensions.mixins.NestedViewSetMixin": LibraryClass(),
}

_OTHERS: dict[str, LibraryClass] = {
    "django.contrib.auth.mixins.AccessMixin": LibraryClass(),
    "django.contrib.auth.mixins.LoginRequiredMixin": LibraryClass(
        ("django.contrib.auth.mixins.AccessMixin",)
    ),
    "django.contrib.auth.mixins.PermissionRequiredMixin": LibraryClass(
        ("django.contrib.auth.mixins.AccessMixin",)
    ),
    "django.contrib.auth.mixins.UserPassesTestMixin": LibraryClass(
        ("django.contrib.auth.mixins.AccessMixin",)
    ),
    "django.views.i18n.JavaScriptCatalog": _generic("View", *_READ),
    "django.views.i18n.JSONCatalog": _generic("View", *_READ),
    "django.contrib.messages.views.SuccessMessageMixin": LibraryClass(),
    "strawberry.django.views.GraphQLView": _generic("View", "get", "post"),
    "strawberry.django.views.AsyncGraphQLView": _generic("View", "get", "post"),
    "graphene_django.views.GraphQLView": _generic("View", "get", "post"),
    "django_filters.views.FilterView": _generic("ListView"),
    "django_tables2.SingleTableView": _generic("ListView"),
    "django_tables2.views.SingleTableView": _generic("ListView"),
    "django_tables2.SingleTableMixin": LibraryClass(),
    "django_tables2.views.SingleTableMixin": LibraryClass(),
    "haystack.generic_views.SearchView": _generic("FormView"),
    "haystack.generic_views.FacetedSearchView": _generic("FormView"),
    "extra_views.ModelFormSetView": _generic("FormView"),
    "extra_views.FormSetView": _generic("FormView"),
    "extra_views.UpdateWithInlinesView": _generic("UpdateView"),
    "extra_views.CreateWithInlinesView": _generic("CreateView"),
}

CLASSES: dict[str, LibraryClass] = {
    **{_GENERIC + name: known for name, known in _DJANGO.items()},
    **{_AUTH + name: known for name, known in _AUTH_VIEWS.items()},
    **_REST,
    **_OTHERS,
}

_SHORT = {name.rpartition(".")[2]: name for name in _REST if not name.startswith("drf_")}
_HARMLESS = (
    *("django.", "rest_framework.", "drf_spectacular.", "drf_yasg.", "drf_", "dj_", "rest_flex_fields."),
    *("rest_framework_nested.", "rest_framework_extensions.", "rest_framework_simplejwt."),
    *("django_filters.", "django_tables2.", "django_htmx.", "extra_views.", "import_export.", "haystack."),
    *("parler.", "model_utils.", "mptt.", "phonenumber_field.", "view_breadcrumbs."),
    *("strawberry.", "graphene_django."),
    *("typing.", "typing_extensions.", "abc.", "collections.", "enum.", "dataclasses."),
)
_BUILTIN = frozenset({"object", "dict", "list", "str", "int", "Exception"})


def canonical(name: str) -> str:
    """The name under which a class is listed here: `django.views.generic.ListView` wherever it lives."""
    if name in CLASSES:
        return name
    last = name.rpartition(".")[2]
    if name.startswith("django.views.") and last in _DJANGO:
        return _GENERIC + last
    if name.startswith("rest_framework.") and last in _SHORT:
        return _SHORT[last]
    return name


def library_bases(name: str) -> tuple[str, tuple[str, ...]]:
    """The public name and the bases of a library's class."""
    name = canonical(name)
    known = CLASSES.get(name)
    return name, () if known is None else known.bases


def is_harmless(name: str) -> bool:
    """Whether a library's class is known not to refuse anybody by itself."""
    return name in CLASSES or name in _BUILTIN or name.startswith(_HARMLESS)


VIEW = _GENERIC + "View"
API_VIEW = _API
VIEW_SET = "rest_framework.viewsets.ViewSetMixin"
VERBS = ("get", "post", "put", "patch", "delete")
