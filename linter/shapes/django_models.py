"""Django models as shapes: what a serializer or a form of a model takes from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from linter.backend.routes import Verdict
from linter.finding import Location
from linter.resolve.definitions import Class
from linter.resolve.project import Variable
from linter.resolve.values import Made, Value
from linter.shapes.declarations import inner_class
from linter.shapes.field_calls import FieldCall, FieldCalls, Validators
from linter.shapes.known import Dimension
from linter.shapes.lineage import Ancestor
from linter.shapes.model import Field, Shape
from linter.shapes.reader import Shapes
from linter.shapes.types import CLOSED, UNKNOWN, Typed

_PACKAGES = ("django.db.models.", "django.contrib.postgres.fields.", "django.contrib.gis.db.models.")
_MODEL = "django.db.models.Model"
_USER = "django.contrib.auth.models."

_CLOSED = """
    AutoField BigAutoField SmallAutoField BooleanField NullBooleanField DateField DateTimeField
    DurationField TimeField UUIDField GenericIPAddressField IPAddressField IntegerField BigIntegerField
    SmallIntegerField PositiveIntegerField PositiveBigIntegerField PositiveSmallIntegerField
    ForeignKey OneToOneField SlugField EmailField URLField FilePathField
"""
_DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(
        _CLOSED.split(),
        "closed",
    ),
    **dict.fromkeys(["CharField", "TextField", "CICharField", "CITextField", "BinaryField"], "text"),
    **dict.fromkeys(["DecimalField", "FloatField"], "number"),
    **dict.fromkeys(["ArrayField", "ManyToManyField", "JSONField", "HStoreField"], "items"),
}
"""Integers of a model have the range of their column; a slug, an address or a URL has a length."""

_AUTOMATIC = frozenset({"AutoField", "BigAutoField", "SmallAutoField"})
_RELATIONS = frozenset({"ForeignKey", "OneToOneField", "ManyToManyField"})
_COMPUTED = frozenset({"GeneratedField", "CompositePrimaryKey"})
_UNREAD = frozenset({"FileField", "ImageField"})


@dataclass(frozen=True, slots=True)
class ModelField:
    """A field of a model: the name of Django's field class, and what forms and serializers ask of it."""

    name: str
    kind: str
    typed: Typed
    location: Location
    null: bool = False
    blank: bool = False
    default: bool = False
    editable: bool = True
    choices: bool = False
    own_through: bool = False
    to: Class | None = None
    automatic_time: bool = False

    @property
    def is_automatic(self) -> bool:
        """Whether the database gives the value."""
        return self.kind in _AUTOMATIC

    @property
    def is_many(self) -> bool:
        """Whether the field holds several other objects."""
        return self.kind == "ManyToManyField"

    @property
    def is_relation(self) -> bool:
        """Whether the field leads to another model."""
        return self.kind in _RELATIONS

    @property
    def optional(self) -> bool:
        """Whether a value need not be given."""
        return self.null or self.blank or self.default


@dataclass(frozen=True, slots=True)
class Model:
    """The fields of a model, its bases' included."""

    owner: Class | None
    fields: dict[str, ModelField]
    complete: bool = True


def read(shapes: Shapes, cls: Class) -> Shape:
    """The shape of a model."""
    model = models_of(shapes).of(cls)
    fields = tuple(
        Field(
            name=each.name,
            alias=each.name,
            type=each.kind,
            required=not (each.optional or each.is_automatic or each.automatic_time),
            bounded=each.typed.bounded,
            location=each.location,
            many=each.is_many,
            nullable=each.null,
            read_only=each.is_automatic or not each.editable,
        )
        for each in model.fields.values()
    )
    return Shape(cls, "django", fields, "ignore", model.complete)


def saved_model(shapes: Shapes, cls: Class) -> Class | None:
    """The model that a model form or a model serializer saves; None for any other class."""
    if shapes.library(cls) not in ("django-form", "drf"):
        return None
    for meta in inner_class(shapes.lineages.of(cls), "Meta"):
        assign = meta.attributes.get("model")
        if assign is not None and assign.value is not None:
            found = models_of(shapes).named(Value(meta, assign.value))
            return None if found is None else found.owner
    return None


@lru_cache(maxsize=1)
def models_of(shapes: Shapes) -> Models:
    """The reader of a project's models, with those that it has read."""
    return Models(shapes)


class Models:
    """Reads models, each once."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._values = shapes.values
        self._calls = FieldCalls(shapes.project, shapes.values, _PACKAGES)
        self._validators = Validators(shapes.values, shapes.types.constraints)
        self._read: dict[int, Model] = {}

    def named(self, value: Value | None) -> Model | None:
        """The model that `Meta.model` names; None when it can't be found."""
        if value is None:
            return None
        made = self._values.made(value)
        if made is not None and made.name.endswith(".get_user_model"):
            return self._user(value)
        named = self._values.named(value)
        if named is None:
            return None
        if isinstance(named.target, Class):
            return self.of(named.target)
        if named.name == f"{_USER}User":
            return _user_of_django(value.holder.location)
        return None

    def _user(self, value: Value) -> Model | None:
        """The model that the setting AUTH_USER_MODEL names; Django's own without the setting."""
        for module in self._shapes.project.modules.values():
            binding = module.bindings.get("AUTH_USER_MODEL")
            if binding is None:
                continue
            found = self._shapes.project.resolve(module, ":AUTH_USER_MODEL").target
            text = (
                self._values.text(Value(found.holder, found.assign.value))
                if isinstance(found, Variable) and found.assign.value is not None
                else None
            )
            name = (text or "").rpartition(".")[2]
            models = [cls for cls in self._shapes.project.classes if cls.head.name == name]
            models = [cls for cls in models if self._shapes.library(cls) == "django"]
            return self.of(models[0]) if len(models) == 1 else None
        return _user_of_django(value.holder.location)

    def of(self, cls: Class) -> Model:
        """The fields of a model, with the key that Django adds."""
        found = self._read.get(id(cls))
        if found is None:
            found = self._read[id(cls)] = self._of(cls)
        return found

    def _of(self, cls: Class) -> Model:
        lineage = self._shapes.lineages.of(cls)
        fields: dict[str, ModelField] = {}
        calls = self._calls.of(lineage)
        if not any(call and self._values.flag(call.argument("primary_key")) for call in calls.values()):
            fields["id"] = _key(cls.location)
        for ancestor in reversed(lineage):
            fields.update(_known(ancestor.name, cls.location))
        for name, call in calls.items():
            fields.pop(name, None)
            field = None if call is None else self._field(call)
            if field is not None:
                fields[name] = field
        return Model(cls, fields, not self._has_unread(lineage))

    def _has_unread(self, lineage: tuple[Ancestor, ...]) -> bool:
        return any(
            each.cls is None
            and each.name != _MODEL
            and each.name not in _KNOWN
            and not each.name.startswith(("typing.", "abc.", "object"))
            for each in lineage
        )

    def _field(self, call: FieldCall) -> ModelField | None:
        if call.kind in ("Manager", "QuerySet", "Index") or not _is_field(call.kind):
            return None
        flag = self._values.flag
        times = flag(call.argument("auto_now")) or flag(call.argument("auto_now_add"))
        default = call.argument("default") or call.argument("db_default")
        choices = call.argument("choices")
        return ModelField(
            name=call.name,
            kind=call.kind,
            typed=self._typed(call.made, call.kind),
            location=call.location,
            null=flag(call.argument("null")) or call.kind == "NullBooleanField",
            blank=flag(call.argument("blank")) or times or call.kind in _AUTOMATIC,
            default=default is not None,
            editable=flag(call.argument("editable"), True) and not times and call.kind not in _COMPUTED,
            choices=choices is not None and self._values.constant(choices) is not None,
            own_through=call.argument("through") is not None,
            to=self._target(call.made) if call.kind in _RELATIONS else None,
            automatic_time=times,
        )

    def _typed(self, made: Made, kind: str) -> Typed:
        if kind in _UNREAD:
            return UNKNOWN
        choices = made.keyword("choices")
        if choices is not None and self._values.constant(choices) is not None and kind != "ArrayField":
            return CLOSED
        dimension = _DIMENSIONS.get(kind)
        if dimension is None:
            return UNKNOWN
        if dimension == "closed":
            return CLOSED
        items = Verdict.YES
        if kind == "ArrayField":
            inner = self._values.made(made.argument(0, "base_field"))
            items = Verdict.UNKNOWN if inner is None else self._typed(inner, self._calls.kind(inner)).bounded
        constraints = self._shapes.types.constraints.of(made) - {"choices"}
        if made.keyword("size") is not None:
            constraints |= {"max_length"}
        typed = Typed(dimension, Verdict.NO, items, many=kind == "ArrayField")
        return typed.limited(constraints | self._validators.constraints(made.keyword("validators")))

    def _target(self, made: Made) -> Class | None:
        named = self._values.named(made.argument(0, "to"))
        return named.target if named is not None and isinstance(named.target, Class) else None


def _is_field(kind: str) -> bool:
    return kind in _DIMENSIONS or kind in _RELATIONS or kind.endswith("Field")


def _key(place: Location) -> ModelField:
    """The key that Django adds to a model without one."""
    return ModelField("id", "BigAutoField", CLOSED, place, blank=True)


def _user_of_django(place: Location) -> Model:
    return Model(None, {"id": _key(place), **_known(f"{_USER}AbstractUser", place)})


def _known(name: str, place: Location) -> dict[str, ModelField]:
    """The fields of Django's own user models."""
    return {each.name: replace(each, location=place) for each in _KNOWN.get(name, ())}


def _text(name: str, blank: bool = False) -> ModelField:
    return ModelField(name, "CharField", CLOSED, _NOWHERE, blank=blank)


def _time(name: str, null: bool = False, default: bool = False) -> ModelField:
    return ModelField(name, "DateTimeField", CLOSED, _NOWHERE, null=null, blank=null, default=default)


def _flag(name: str) -> ModelField:
    return ModelField(name, "BooleanField", CLOSED, _NOWHERE, default=True)


def _many(name: str) -> ModelField:
    return ModelField(name, "ManyToManyField", Typed("items", Verdict.NO, many=True), _NOWHERE, blank=True)


_NOWHERE = Location("", 1, 1, 1, 1)
_BASE_USER = (_text("password"), _time("last_login", null=True))
_PERMISSIONS = (_flag("is_superuser"), _many("groups"), _many("user_permissions"))
_KNOWN: dict[str, tuple[ModelField, ...]] = {
    f"{_USER}AbstractBaseUser": _BASE_USER,
    "django.contrib.auth.base_user.AbstractBaseUser": _BASE_USER,
    f"{_USER}PermissionsMixin": _PERMISSIONS,
    f"{_USER}AbstractUser": (
        *_BASE_USER,
        *_PERMISSIONS,
        _text("username"),
        _text("first_name", blank=True),
        _text("last_name", blank=True),
        ModelField("email", "EmailField", CLOSED, _NOWHERE, blank=True),
        _flag("is_staff"),
        _flag("is_active"),
        _time("date_joined", default=True),
    ),
}
