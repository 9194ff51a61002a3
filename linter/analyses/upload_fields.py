"""Files that serializers and forms of Django take and store as they come."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.analyses.filled_rows import Body, filled_bodies
from linter.analyses.uploads import is_limited
from linter.facts.expressions import Result
from linter.resolve.definitions import Class, Function
from linter.shapes import Field, shape_of

if TYPE_CHECKING:
    from linter.backend import Backend, Route
    from linter.finding import Location
    from linter.resolve.project import Project

_FILE_FIELDS = frozenset(
    {
        "django.db.models.FileField",
        "django.forms.FileField",
        "rest_framework.serializers.FileField",
        "rest_framework.fields.FileField",
    }
)
_CHECKING = ("validate", "clean", "to_internal_value")


class UploadField(NamedTuple):
    """A file field that a route stores. `is_checked` says whether anything looks at what is sent."""

    schema: Class
    field: Field
    route: Route
    is_checked: bool

    @property
    def location(self) -> Location:
        """Where the field is declared."""
        return self.field.location

    @property
    def scope(self) -> str:
        """The serializer or form."""
        return self.schema.name


@lru_cache(maxsize=1)
def upload_fields(backend: Backend) -> tuple[UploadField, ...]:
    """The plain file fields that are written to a table, each once, in order of place."""
    found: dict[Location, UploadField] = {}
    for body in filled_bodies(backend):
        shape = shape_of(backend.project, body.schema)
        for field in () if shape is None else shape.fields:
            if (field.type or "").rpartition(".")[2] == "FileField" and not field.read_only:
                known = _is_checked(backend.project, body, field)
                if known is not None:
                    checked = known or is_limited(backend)
                    found.setdefault(field.location, UploadField(body.schema, field, body.route, checked))
    return tuple(sorted(found.values(), key=lambda each: (each.location, each.field.name)))


def _is_checked(project: Project, body: Body, field: Field) -> bool | None:
    """Whether the field or the schema validates; None for a field that is not one of Django's own."""
    module = project.modules.get(field.location.path)
    for cls in () if module is None else module.classes:
        assign = cls.attributes.get(field.name)
        if assign is None or cls.module.locate(assign.span).line != field.location.line:
            continue
        if not isinstance(assign.value, Result):
            return None
        call = cls.scope.calls[assign.value.call]
        if project.callee(cls, call).name not in _FILE_FIELDS:
            return None
        if call.keyword("validators") is not None or call.is_open:
            return True
        return field.name in body.filled.mentioned or _validates(project, body.schema)
    return None


def _validates(project: Project, schema: Class) -> bool:
    """Whether the schema, or a base of the project, checks what it takes as a whole."""
    classes = [schema, *(each.target for each in project.ancestors(schema))]
    return any(
        isinstance(method, Function) and name.startswith(_CHECKING)
        for cls in classes
        if isinstance(cls, Class)
        for name, method in cls.methods.items()
    )
