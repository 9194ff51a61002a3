from collections.abc import Iterable, Iterator

from linter.backend import Backend, Class, Setting
from linter.facts.expressions import Constant, Expr, Mapping, Sequence
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

_OPEN = "rest_framework.permissions.AllowAny"
_SHOWN = 5


class DrfOpenByDefault(Rule[Setting]):
    """Django REST framework lets everyone call views that say nothing about permissions.

    ## Why
    The default is `AllowAny`. A view that somebody adds and forgets to guard is open to the internet, and
    nothing shows it.

    ## Bad
        REST_FRAMEWORK = {"PAGE_SIZE": 25}

    ## Good
        REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]}

    ## Limits
    Reported once, where the framework is configured, and only when views rely on the default.

    ## References
    - https://www.django-rest-framework.org/api-guide/permissions/#setting-the-permission-policy
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "REST framework configurations"
    cwe = 276
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Setting]:
        """The framework's settings, or the list of apps where there are none."""
        configured = [setting for setting in backend.settings if setting.name == "REST_FRAMEWORK"]
        if not configured and "rest_framework" in backend.project.imported:
            configured = [setting for setting in backend.settings if setting.name == "INSTALLED_APPS"][:1]
        return configured

    def check(self, subject: Setting, backend: Backend) -> Iterator[Outcome]:
        """No default permission, or `AllowAny`, and views without permissions of their own."""
        if subject.name == "REST_FRAMEWORK":
            if not isinstance(subject.value, Mapping):
                yield Undecided("the settings are not a literal dictionary")
                return
            if not self._is_open(subject.value):
                return
        relying = [cls for cls in backend.classes if self._relies_on_default(cls, backend)]
        if relying:
            yield self.finding(
                subject,
                f"`DEFAULT_PERMISSION_CLASSES` lets everyone in, and {len(relying)} views rely on it",
                help='set `"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"]`',
                related=[
                    Note(cls.location, f"`{cls.scope.name}` relies on the default")
                    for cls in relying[:_SHOWN]
                ],
            )

    def _is_open(self, settings: Mapping) -> bool:
        if None in settings.keys:
            return False
        values: dict[object, Expr] = {
            key.value: value
            for key, value in zip(settings.keys, settings.values, strict=True)
            if isinstance(key, Constant)
        }
        given = values.get("DEFAULT_PERMISSION_CLASSES")
        if given is None:
            return True
        return isinstance(given, Sequence) and given.items == (Constant(_OPEN),)

    def _relies_on_default(self, cls: Class, backend: Backend) -> bool:
        """Whether a view that is served says nothing about permissions."""
        project = backend.project
        if not project.derives(cls, "rest_framework.views.APIView", *_GENERIC):
            return False
        if not any(route.owner is cls for route in backend.routes):
            return False
        for name in ("permission_classes", "get_permissions", "check_permissions", "initial", "dispatch"):
            member = project.member(cls, name)
            if member is not None and member.target is not None:
                return False
        return True


_GENERIC = tuple(
    f"rest_framework.{name}"
    for name in (
        "viewsets.ModelViewSet",
        "viewsets.ReadOnlyModelViewSet",
        "viewsets.GenericViewSet",
        "viewsets.ViewSet",
        "generics.GenericAPIView",
        "generics.ListAPIView",
        "generics.ListCreateAPIView",
        "generics.CreateAPIView",
        "generics.RetrieveAPIView",
        "generics.RetrieveUpdateAPIView",
        "generics.RetrieveDestroyAPIView",
        "generics.RetrieveUpdateDestroyAPIView",
        "generics.UpdateAPIView",
        "generics.DestroyAPIView",
    )
)
