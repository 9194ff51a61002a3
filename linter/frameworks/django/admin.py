"""The admin: one entry for what Django serves there, and the URLs that a ModelAdmin adds."""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, Instance, Made, Value
from linter.facts.expressions import Ref
from linter.frameworks.django.urls import Entry, flatten
from linter.resolve.definitions import Class
from linter.resolve.project import Project

_MODEL_ADMIN = ("django.contrib.admin.ModelAdmin", "django.contrib.admin.options.ModelAdmin")
_REGISTER = "django.contrib.admin.register"
_SITE_REGISTER = ("django.contrib.admin.site.register", "django.contrib.admin.AdminSite.register")


def admin_entries(project: Project, evaluator: Evaluator, mounted: Entry) -> Iterator[Entry]:
    """URLs that the project's admin classes add below the place where the admin is mounted."""
    for cls in project.classes:
        if "get_urls" not in cls.children or is_test(cls.module.path):
            continue
        if not project.derives(cls, *_MODEL_ADMIN):
            continue
        site = Made("django.contrib.admin.AdminSite", [], {}, cls.module, cls.head.span)
        for model in _models(project, evaluator, cls):
            instance = Instance(cls, {"admin_site": site, "model": model})
            urls = evaluator.run(Closure(cls.methods["get_urls"], None, instance), [])
            options = evaluator.attribute(model, "_meta").fields
            prefix = f"{mounted.path}{options['app_label']}/{options['model_name']}/"
            yield from flatten(urls, prefix)


def _models(project: Project, evaluator: Evaluator, cls: Class) -> list[Class]:
    """The models that an admin class is registered for."""
    holder = cls.parent
    assert holder is not None
    found: list[Value] = []
    for decorator in cls.head.decorators:
        value = evaluator.expression(holder, decorator.value)
        if isinstance(value, Made) and value.name == _REGISTER:
            found += value.args
    for call in cls.module.body.calls:
        if len(call.args) > 1 and isinstance(call.args[1], Ref):
            module = cls.module.functions[0]
            if project.callee(module, call).name in _SITE_REGISTER:
                if project.reference(module, call.args[1].name).target is cls:
                    given = evaluator.expression(module, call.args[0])
                    found += given if isinstance(given, (list, tuple)) else [given]
    return [model for model in found if isinstance(model, Class)]
