"""The project's own class of users that nobody knows."""

from __future__ import annotations

from functools import lru_cache

from linter.facts.expressions import Ref
from linter.file_roles import is_test
from linter.resolve.definitions import Class
from linter.resolve.project import Project

ANONYMOUS_USER = "django.contrib.auth.models.AnonymousUser"


@lru_cache(maxsize=1)
def own_anonymous_user(project: Project) -> Class | None:
    """The one class of the project that extends Django's anonymous user; None for none or several."""
    found = [
        cls
        for cls in project.classes
        if _may_extend(cls) and not is_test(cls.module.path) and project.derives(cls, ANONYMOUS_USER)
    ]
    return found[0] if len(found) == 1 else None


def _may_extend(cls: Class) -> bool:
    """Whether a base is named like an anonymous user, which is cheaper than to resolve all bases."""
    return any(isinstance(base, Ref) and "Anonymous" in base.name for base in cls.head.bases)
