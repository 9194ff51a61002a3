"""Decorators, mixins, permissions and middleware of libraries: who refuses an anonymous caller."""

from __future__ import annotations

import re
from functools import cache

from linter.backend import GuardKind, Verdict

ADMIN_VIEW = "django.contrib.admin.AdminSite.admin_view"

DECORATORS: dict[str, GuardKind] = {
    ADMIN_VIEW: "authorization",
    "django.contrib.auth.decorators.login_required": "authentication",
    "django.contrib.auth.decorators.permission_required": "authorization",
    "django.contrib.auth.decorators.user_passes_test": "authorization",
    "django.contrib.admin.views.decorators.staff_member_required": "authorization",
    "django_otp.decorators.otp_required": "authentication",
    "guardian.decorators.permission_required": "authorization",
    "guardian.decorators.permission_required_or_403": "authorization",
    "rules.contrib.views.permission_required": "authorization",
    "axes.decorators.axes_dispatch": "rate-limit",
    "django_ratelimit.decorators.ratelimit": "rate-limit",
    "ratelimit.decorators.ratelimit": "rate-limit",
}
"""Decorators that guard, by full name."""

CSRF_EXEMPT = "django.views.decorators.csrf.csrf_exempt"
CSRF_PROTECT = frozenset(
    {
        "django.views.decorators.csrf.csrf_protect",
        "django.views.decorators.csrf.requires_csrf_token",
    }
)
LOGIN_NOT_REQUIRED = "django.contrib.auth.decorators.login_not_required"
METHOD_DECORATOR = "django.utils.decorators.method_decorator"
TAKES_FUNCTION = frozenset({METHOD_DECORATOR, "django.contrib.auth.decorators.user_passes_test"})
"""Calls that take a function and still have to be applied to a view."""

_HARMLESS = (
    "django.views.decorators.",
    "django.utils.",
    "django.db.",
    "django.contrib.auth.decorators.login_not_required",
    "django.contrib.admin.",
    "rest_framework.",
    "ninja.",
    "ninja_extra.",
    "drf_spectacular.",
    "drf_yasg.",
    "functools.",
    "contextlib.",
    "asgiref.",
    "django_htmx.",
    "strawberry",
    "sentry_sdk.",
    "silk.",
    "silk.profiling.",
    "typing.",
    "typing_extensions.",
    "abc.",
    "staticmethod",
    "classmethod",
    "property",
    "cacheops.",
    "django_prometheus.",
    "newrelic.",
    "ddtrace.",
    "xframe_options",
    "dataclasses.",
    "opentelemetry.",
    "whitenoise.",
)
_GUARDING = re.compile(
    r"(login|auth\w*|permissions?|staff|superuser|roles?|token|otp|user|admin)_(is_)?required"
    r"|requires?_(auth\w*|login|permissions?|roles?|user|staff|admin|scope)",
    re.IGNORECASE,
)


def decorator_kind(name: str) -> GuardKind | None:
    """What a library's decorator guards: `other` for one that refuses nobody, None when not known."""
    known = DECORATORS.get(name)
    if known is not None:
        return known
    if name.startswith(_HARMLESS):
        return "other"
    if _GUARDING.search(name.rpartition(".")[2]):
        return "authentication"
    return None


MIXINS: dict[str, GuardKind] = {
    "django.contrib.auth.mixins.LoginRequiredMixin": "authentication",
    "django.contrib.auth.mixins.PermissionRequiredMixin": "authorization",
    "django.contrib.auth.mixins.UserPassesTestMixin": "authorization",
    "guardian.mixins.LoginRequiredMixin": "authentication",
    "guardian.mixins.PermissionRequiredMixin": "authorization",
    "rules.contrib.views.PermissionRequiredMixin": "authorization",
    "django_otp.mixins.OTPRequiredMixin": "authentication",
}
_GUARDING_MIXIN = re.compile(
    r"(Login|Permissions?|Staff(user|Member)?|Superuser|Auth\w*|Role|OTP|Group|Admin)Required"
)


@cache
def mixin_kind(name: str) -> GuardKind | None:
    """What a library's mixin guards; None when its name does not say that it does."""
    known = MIXINS.get(name)
    if known is not None:
        return known
    return "authorization" if _GUARDING_MIXIN.search(name.rpartition(".")[2]) else None


PERMISSIONS: dict[str, str] = {
    "AllowAny": "pass",
    "BasePermission": "pass",
    "IsAuthenticated": "refuse",
    "IsAdminUser": "refuse",
    "IsAuthenticatedOrReadOnly": "read",
    "DjangoModelPermissions": "refuse",
    "DjangoModelPermissionsOrAnonReadOnly": "read",
    "DjangoObjectPermissions": "refuse",
    "TokenHasScope": "refuse",
    "TokenHasReadWriteScope": "refuse",
    "TokenHasResourceScope": "refuse",
    "TokenMatchesOASRequirements": "refuse",
    "IsAuthenticatedOrTokenHasScope": "refuse",
    "HasAPIKey": "refuse",
    "BaseHasAPIKey": "refuse",
}
"""Permission classes by last name. `read` lets anybody read, and refuses the rest."""


def permission_verdict(name: str, verb: str) -> Verdict:
    """What a library's permission class does to an anonymous caller."""
    known = PERMISSIONS.get(name.rpartition(".")[2])
    if known is None:
        return Verdict.NO if name in ("object", "abc.ABC") else Verdict.UNKNOWN
    if known == "read":
        return Verdict.NO if verb == "GET" else Verdict.YES
    return Verdict.YES if known == "refuse" else Verdict.NO


LOGIN_MIDDLEWARE = "django.contrib.auth.middleware.LoginRequiredMiddleware"
_LOGIN_MIDDLEWARE_NAME = re.compile(r"(Login|Auth\w*)Required|RequireLogin|GlobalLogin")


def middleware_may_refuse(name: str) -> bool:
    """Whether a library's middleware is known to ask for a login."""
    return _LOGIN_MIDDLEWARE_NAME.search(name.rpartition(".")[2]) is not None


LOGIN_FREE_VIEWS = frozenset(
    {
        "LoginView",
        "PasswordResetView",
        "PasswordResetDoneView",
        "PasswordResetConfirmView",
        "PasswordResetCompleteView",
    }
)
"""Django's own views that `LoginRequiredMiddleware` lets anonymous callers reach."""

INCLUDED: dict[str, tuple[tuple[str, str], ...]] = {
    "django.contrib.auth.urls": (
        ("login/", "django.contrib.auth.views.LoginView"),
        ("logout/", "django.contrib.auth.views.LogoutView"),
        ("password_change/", "django.contrib.auth.views.PasswordChangeView"),
        ("password_change/done/", "django.contrib.auth.views.PasswordChangeDoneView"),
        ("password_reset/", "django.contrib.auth.views.PasswordResetView"),
        ("password_reset/done/", "django.contrib.auth.views.PasswordResetDoneView"),
        ("reset/{uidb64}/{token}/", "django.contrib.auth.views.PasswordResetConfirmView"),
        ("reset/done/", "django.contrib.auth.views.PasswordResetCompleteView"),
    ),
    "rest_framework.urls": (
        ("login/", "django.contrib.auth.views.LoginView"),
        ("logout/", "django.contrib.auth.views.LogoutView"),
    ),
    "django.conf.urls.i18n": (("setlang/", "django.views.i18n.set_language"),),
    "social_django.urls": (
        ("login/{backend}/", "social_django.views.auth"),
        ("complete/{backend}/", "social_django.views.complete"),
        ("disconnect/{backend}/", "social_django.views.disconnect"),
        ("disconnect/{backend}/{association_id}/", "social_django.views.disconnect"),
    ),
}
"""URL modules of Django that projects include: (path, view)."""

FUNCTION_VERBS: dict[str, tuple[str, ...]] = {
    "social_django.views.auth": ("GET", "POST"),
    "social_django.views.complete": ("GET", "POST"),
}
"""Verbs of those of them that are functions; the others take POST alone."""

OWN_PERMISSIONS: dict[str, tuple[str, str]] = {
    "rest_framework.authtoken.views.ObtainAuthToken": ("", ""),
    "rest_framework_simplejwt.views.TokenViewBase": ("", ""),
    "drf_spectacular.views.SpectacularAPIView": ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
    "drf_spectacular.views.SpectacularJSONAPIView": ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
    "drf_spectacular.views.SpectacularYAMLAPIView": ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
    "drf_spectacular.views.SpectacularSwaggerView": ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
    "drf_spectacular.views.SpectacularSwaggerSplitView": ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
    "drf_spectacular.views.SpectacularRedocView": ("SPECTACULAR_SETTINGS", "SERVE_PERMISSIONS"),
}
"""Library views that are open unless this entry of this setting lists permissions."""

ALWAYS_REFUSED = frozenset(
    {
        "django.contrib.auth.views.PasswordChangeView",
        "django.contrib.auth.views.PasswordChangeDoneView",
        "social_django.views.disconnect",
    }
)
"""Library views that ask for a login by themselves."""
