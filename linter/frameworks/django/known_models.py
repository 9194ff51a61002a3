"""Models and abstract bases that come with Django and its usual companions."""

from __future__ import annotations

from linter.finding import Location
from linter.frameworks.django.fields import Field

_TIMES = "timestamp with time zone"

Spec = tuple[str, str, str, str]
"""Name, kind, type (or the model that it leads to), and flags: `null`, `unique`, `index`, `key`."""

_BASE_USER: tuple[Spec, ...] = (
    ("password", "CharField", "varchar(128)", ""),
    ("last_login", "DateTimeField", _TIMES, "null"),
)
_PERMISSIONS: tuple[Spec, ...] = (
    ("is_superuser", "BooleanField", "boolean", ""),
    ("groups", "ManyToManyField", "auth.Group", ""),
    ("user_permissions", "ManyToManyField", "auth.Permission", ""),
)
_TIMESTAMPED: tuple[Spec, ...] = (
    ("created", "DateTimeField", _TIMES, ""),
    ("modified", "DateTimeField", _TIMES, ""),
)

ABSTRACT: dict[str, tuple[Spec, ...]] = {
    "django.contrib.auth.models.AbstractBaseUser": _BASE_USER,
    "django.contrib.auth.base_user.AbstractBaseUser": _BASE_USER,
    "django.contrib.auth.models.PermissionsMixin": _PERMISSIONS,
    "django.contrib.auth.models.AbstractUser": (
        *_BASE_USER,
        *_PERMISSIONS,
        ("username", "CharField", "varchar(150)", "unique"),
        ("first_name", "CharField", "varchar(150)", ""),
        ("last_name", "CharField", "varchar(150)", ""),
        ("email", "EmailField", "varchar(254)", ""),
        ("is_staff", "BooleanField", "boolean", ""),
        ("is_active", "BooleanField", "boolean", ""),
        ("date_joined", "DateTimeField", _TIMES, ""),
    ),
    "django.contrib.sessions.base_session.AbstractBaseSession": (
        ("session_key", "CharField", "varchar(40)", "key"),
        ("session_data", "TextField", "text", ""),
        ("expire_date", "DateTimeField", _TIMES, "index"),
    ),
    "model_utils.models.TimeStampedModel": _TIMESTAMPED,
    "model_utils.models.UUIDModel": (("id", "UUIDField", "uuid", "key"),),
    "model_utils.models.SoftDeletableModel": (("is_removed", "BooleanField", "boolean", ""),),
    "django_extensions.db.models.TimeStampedModel": _TIMESTAMPED,
    "mptt.models.MPTTModel": (
        ("lft", "PositiveIntegerField", "integer", ""),
        ("rght", "PositiveIntegerField", "integer", ""),
        ("tree_id", "PositiveIntegerField", "integer", "index"),
        ("level", "PositiveIntegerField", "integer", ""),
    ),
    "treebeard.mp_tree.MP_Node": (
        ("path", "CharField", "varchar(255)", "unique"),
        ("depth", "PositiveIntegerField", "integer", ""),
        ("numchild", "PositiveIntegerField", "integer", ""),
    ),
    "taggit.models.TagBase": (
        ("name", "CharField", "varchar(100)", "unique"),
        ("slug", "SlugField", "varchar(100)", "unique"),
    ),
    "taggit.models.ItemBase": (),
    "taggit.models.GenericTaggedItemBase": (
        ("object_id", "IntegerField", "integer", "index"),
        ("content_type", "ForeignKey", "contenttypes.ContentType", ""),
    ),
}
INDEXES: dict[str, tuple[tuple[str, ...], ...]] = {"mptt.models.MPTTModel": (("tree_id", "lft"),)}
"""Indexes that a base outside the project adds."""

CONCRETE: dict[str, str] = {
    "django.contrib.auth.models.User": "auth.User",
    "django.contrib.auth.models.Group": "auth.Group",
    "django.contrib.auth.models.Permission": "auth.Permission",
    "django.contrib.contenttypes.models.ContentType": "contenttypes.ContentType",
    "django.contrib.sites.models.Site": "sites.Site",
    "django.contrib.sessions.models.Session": "sessions.Session",
    "django.contrib.flatpages.models.FlatPage": "flatpages.FlatPage",
}
TABLES: dict[tuple[str, str], tuple[str, str, str]] = {
    ("auth", "user"): ("auth_user", "id", "integer"),
    ("auth", "group"): ("auth_group", "id", "integer"),
    ("auth", "permission"): ("auth_permission", "id", "integer"),
    ("contenttypes", "contenttype"): ("django_content_type", "id", "integer"),
    ("sites", "site"): ("django_site", "id", "integer"),
    ("sessions", "session"): ("django_session", "session_key", "varchar(40)"),
    ("flatpages", "flatpage"): ("django_flatpage", "id", "integer"),
}
"""Table, key column and its type of models outside the project."""

WITHOUT_COLUMNS = frozenset(
    {
        "django.db.models.Model",
        "object",
        "abc.ABC",
        "typing.Generic",
        "typing.Protocol",
        "django.contrib.gis.db.models.Model",
    }
)


def library_fields(name: str, location: Location) -> tuple[Field, ...]:
    """The fields of an abstract base outside the project."""
    return tuple(_field(spec, location) for spec in ABSTRACT.get(name, ()))


def _field(spec: Spec, location: Location) -> Field:
    name, kind, type_, flags = spec
    relation = kind in ("ForeignKey", "ManyToManyField")
    return Field(
        name=name,
        kind=kind,
        type="" if relation else type_,
        null="null" in flags,
        primary_key="key" in flags,
        unique="unique" in flags,
        db_index=True if "index" in flags else None,
        column="",
        location=location,
        to=type_ if relation else None,
    )
