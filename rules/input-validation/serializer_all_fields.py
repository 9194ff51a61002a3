from collections.abc import Iterable, Iterator

from linter.analyses.provenance import KEYS, provenance_of
from linter.backend import Backend, Class, Definition, Site
from linter.facts.expressions import Constant, Ref
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_SERIALIZERS = (
    "rest_framework.serializers.ModelSerializer",
    "rest_framework.serializers.HyperlinkedModelSerializer",
)
_FORMS = ("django.forms.ModelForm", "django.forms.models.ModelForm")
_WRITING_BASES = (
    "rest_framework.viewsets.ModelViewSet",
    "rest_framework.mixins.CreateModelMixin",
    "rest_framework.mixins.UpdateModelMixin",
    "rest_framework.generics.CreateAPIView",
    "rest_framework.generics.UpdateAPIView",
    "rest_framework.generics.ListCreateAPIView",
    "rest_framework.generics.RetrieveUpdateAPIView",
    "rest_framework.generics.RetrieveUpdateDestroyAPIView",
    "django.views.generic.CreateView",
    "django.views.generic.UpdateView",
    "django.views.generic.edit.CreateView",
    "django.views.generic.edit.UpdateView",
)
_FILLING = frozenset({"POST", "PUT", "PATCH"})
_OWN = frozenset(
    {
        "balance",
        "created_by",
        "is_active",
        "is_admin",
        "is_staff",
        "is_superuser",
        "is_verified",
        "organization",
        "owner",
        "password",
        "permissions",
        "role",
        "tenant",
        "user",
    }
)


class SerializerAllFields(Rule[Site]):
    """A serializer or form that writes takes every column of its model.

    ## Why
    The caller may set each column, also the ones that say who owns the row or what its user may do, and every
    column that is added later.

    ## Bad
        class Meta:
            model = Account
            fields = "__all__"

    ## Good
        class Meta:
            model = Account
            fields = ["name", "email"]

    ## Limits
    Serializers and forms that a view is seen to write with. Confidence is high when the model has a column
    such as `owner`, `is_staff` or `password`, else low. `read_only_fields` and `exclude` are not judged.

    ## References
    - https://www.django-rest-framework.org/api-guide/serializers/#specifying-which-fields-to-include
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "serializers and forms that take all fields"
    cwe = 915
    owasp = "API3:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """The `fields = "__all__"` of each serializer and model form."""
        for cls in backend.classes:
            meta = cls.children.get("Meta")
            if not isinstance(meta, Class) or "fields" not in meta.attributes:
                continue
            if backend.project.derives(cls, *_SERIALIZERS, *_FORMS):
                fields = meta.attributes["fields"]
                if fields.value == Constant("__all__") and "read_only_fields" not in meta.attributes:
                    yield Site(backend, cls.module.functions[0], fields.span, meta.index)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """A view writes with it."""
        meta = subject.function.module.definitions[subject.block]
        serializer = meta.parent
        assert isinstance(meta, Class) and isinstance(serializer, Class)
        writer = self._writer(serializer, backend)
        if writer is None:
            return
        columns = sorted(self._columns(meta, backend) & _OWN)
        shown = f", `{columns[0]}` among them" if columns else ""
        yield self.finding(
            subject,
            f"`{serializer.scope.name}` takes all fields, so callers of `{writer.scope.name}` may set every "
            f"column of the model{shown}",
            help="list the fields that a caller may set",
            confidence=None if columns else Confidence.LOW,
            related=[Note(writer.location, f"`{writer.scope.name}` writes with `{serializer.scope.name}`")],
        )

    def _writer(self, serializer: Class, backend: Backend) -> Definition | None:
        """A function that fills the serializer with data, or a generic view that does so by itself."""
        for site in backend.methods_called(serializer.scope.name):
            if site.call is None or site.callee.target is not serializer:
                continue
            leaves = provenance_of(backend).followed(site.function, site.call.keyword("data"), KEYS)
            if any(leaf.kind == "outside" for leaf in leaves):
                return site.function
        return next((cls for cls in backend.classes if self._writes_with(cls, serializer, backend)), None)

    def _writes_with(self, view: Class, serializer: Class, backend: Backend) -> bool:
        project = backend.project
        for name in ("serializer_class", "form_class"):
            assign = view.attributes.get(name)
            if assign is None or not isinstance(assign.value, Ref):
                continue
            if project.reference(view, assign.value.name).target is serializer:
                routes = [route for route in backend.routes if route.owner is view]
                inherited = [
                    route
                    for route in routes
                    if route.function is None and not _FILLING.isdisjoint(route.methods)
                ]
                return project.derives(view, *_WRITING_BASES) and bool(inherited or not routes)
        return False

    def _columns(self, meta: Class, backend: Backend) -> set[str]:
        assign = meta.attributes.get("model")
        if assign is None or not isinstance(assign.value, Ref):
            return set()
        found = backend.project.reference(meta, assign.value.name).target
        if not isinstance(found, Class):
            return set()
        names: set[str] = set()
        for ancestor in backend.project.ancestors(found):
            if isinstance(ancestor.target, Class):
                names.update(ancestor.target.attributes)
            elif ancestor.name.endswith("AbstractUser"):
                names.update(("is_staff", "is_superuser", "password"))
        return names
