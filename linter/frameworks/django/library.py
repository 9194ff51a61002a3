"""What the evaluator needs to know of Django to follow URL files, registries and views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linter.backend import is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import (
    HOLE,
    UNKNOWN,
    Closure,
    External,
    Instance,
    Made,
    Member,
    Value,
)
from linter.facts.expressions import Ref
from linter.frameworks.django import rest_routers
from linter.frameworks.django.classes import library_bases
from linter.frameworks.django.known import ADMIN_VIEW, TAKES_FUNCTION, decorator_kind
from linter.frameworks.django.registries import recording_decorators
from linter.frameworks.django.settings import DjangoSettings
from linter.frameworks.django.urls import (
    BY_HAND,
    PATTERN,
    RESOLVER,
    ClassView,
    Wrapped,
    is_view,
    made_by_hand,
    make_pattern,
    make_resolver,
)
from linter.resolve.definitions import Class, Function, Module
from linter.resolve.project import Project

if TYPE_CHECKING:
    from linter.frameworks.django.anonymous import Caller
    from linter.frameworks.ninja.library import NinjaLibrary

ADMIN_URLS = "django.contrib.admin.site.urls"
_SETTINGS = "django.conf.settings"
_LOGIN_PAGE = "/accounts/login/"
"""Django's own `LOGIN_URL`, which stands for one that is not known: it is a login page as well."""
_APP_CONFIGS = ("django.apps.AppConfig", "django.apps.config.AppConfig")
_PATHS = frozenset({"django.urls.path", "django.urls.conf.path"})
_REGEXES = frozenset({"django.urls.re_path", "django.conf.urls.url", "django.urls.conf.re_path"})
_EMPTY = frozenset(
    {
        "django.conf.urls.static.static",
        "django.contrib.staticfiles.urls.staticfiles_urlpatterns",
        "debug_toolbar.toolbar.debug_toolbar_urls",
    }
)


class DjangoLibrary:
    """The evaluator's view of Django and Django REST framework.

    `caller` is set while code is followed on behalf of an anonymous caller.
    """

    def __init__(self, project: Project, settings: DjangoSettings) -> None:
        self.project = project
        self.settings = settings
        self.caller: Caller | None = None
        self.evaluator: Evaluator | None = None
        self._metas: dict[Class, Made] = {}
        self._app_configs: dict[str, Value] = {}
        self._models_by_label: dict[Value, list[Class]] | None = None
        self.ninja = self._ninja()

    def _ninja(self) -> NinjaLibrary | None:
        """What is known of Django Ninja, for a project that uses it."""
        if {"ninja", "ninja_extra"}.isdisjoint(self.project.imported):
            return None
        from linter.frameworks.ninja.library import NinjaLibrary

        return NinjaLibrary(self.project, self.imported)

    # Calls of library functions

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """The result of calling a library's function."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.call(evaluator, made)
            if answer is not NotImplemented:
                return answer
        name = made.name
        if self.ninja is not None and name.startswith("ninja"):
            answer = self.ninja.call(made)
            if answer is not NotImplemented:
                return answer
        if name in _PATHS or name in _REGEXES:
            return make_pattern(made, name in _REGEXES)
        if name in BY_HAND:
            return made_by_hand(made)
        if name in ("django.urls.include", "django.conf.urls.include"):
            return self._include(evaluator, made)
        if name in ("django.conf.urls.i18n.i18n_patterns", "django.conf.urls.i18n_patterns"):
            return self._language(evaluator, made)
        if name in _EMPTY:
            return []
        if name == "rest_framework.urlpatterns.format_suffix_patterns":
            return made.argument(0, "urlpatterns", [])
        if name == "functools.update_wrapper" and made.args:
            return made.args[0]
        if name in ("django.utils.module_loading.import_string", "importlib.import_module"):
            return self.imported(made.argument(0, "dotted_path", ""))
        if name == "django.apps.apps.get_app_config":
            return self._app_config(evaluator, made.argument(0, "app_label", ""))
        if name.endswith(".as_view"):
            return ClassView(External(name.removesuffix(".as_view")), made)
        if name in ("oscar.core.loading.get_class", "oscar.core.loading.get_classes"):
            return self._oscar_class(name, made)
        if name.endswith("Router") and name.startswith(rest_routers.PACKAGES):
            return rest_routers.new_router(made)
        if name in TAKES_FUNCTION:
            return made
        if made.args and is_view(made.args[0]):
            if (len(made.args) == 1 and not made.keywords) or decorator_kind(name) not in (None, "other"):
                return Wrapped(made.args[0], External(name), made)
        return NotImplemented

    def _include(self, evaluator: Evaluator, made: Made) -> Value:
        given = made.argument(0, "arg", UNKNOWN)
        namespace: Value = None
        if isinstance(given, tuple) and given:
            given, namespace = given[0], given[1] if len(given) > 1 else None
        if isinstance(given, str):
            given = self.imported(given)
        if isinstance(given, Module):
            names = evaluator.module_frame(given).names
            given, namespace = names.get("urlpatterns", []), names.get("app_name", namespace)
        return (given, made.argument(1, "namespace", namespace), None)

    def imported(self, name: Value) -> Value:
        """What a dotted path names."""
        if not isinstance(name, str) or not name.replace(".", "").replace("_", "").isalnum():
            return UNKNOWN
        modules = self.project.modules
        near = self.settings.modules[0].path if self.settings.modules else ""
        path = self.project.layout.find(name, near)
        if path is not None and path in modules:
            return modules[path]
        head, _, last = name.rpartition(".")
        path = self.project.layout.find(head, near) if head else None
        if path is not None and path in modules:
            assert self.evaluator is not None
            return self.evaluator.attribute(modules[path], last)
        return External(name)

    def _language(self, evaluator: Evaluator, made: Made) -> Value:
        """Language prefixes are those of the default language, as in Django's own listing."""
        prefix = ""
        if made.keywords.get("prefix_default_language", True) is not False:
            code = self.settings.value(evaluator, "LANGUAGE_CODE")
            prefix = f"{code if isinstance(code, str) else 'en-us'}/"
        return [make_resolver(prefix, False, list(made.args), made.module, made.span)]

    def _oscar_class(self, name: str, made: Made) -> Value:
        """Oscar loads its classes by app label, so that a project can replace them."""
        label = made.argument(0, "module_label")
        wanted = made.argument(1, "classname", made.keywords.get("classnames"))
        if not isinstance(label, str):
            return UNKNOWN
        prefix = made.argument(2, "module_prefix", "oscar.apps")
        if isinstance(wanted, (list, tuple)):
            return [self.imported(f"{prefix}.{label}.{each}") for each in wanted]
        return self.imported(f"{prefix}.{label}.{wanted}")

    # Applications

    def _app_config(self, evaluator: Evaluator, label: Value) -> Value:
        if not isinstance(label, str):
            return UNKNOWN
        if label not in self._app_configs:
            self._app_configs[label] = UNKNOWN
            cls = self._config_class(evaluator, label)
            if cls is not None:
                instance = Instance(cls)
                self._app_configs[label] = instance
                ready = evaluator.attribute(instance, "ready")
                if isinstance(ready, Closure):
                    evaluator.enter(ready, [], {})
        return self._app_configs[label]

    def _config_class(self, evaluator: Evaluator, label: str) -> Class | None:
        """The application's configuration: the one that the settings name, or the most derived."""
        candidates = [
            cls
            for cls in self.project.classes
            if self.project.derives(cls, *_APP_CONFIGS) and _label(evaluator, cls) == label
        ]
        installed = set(self.settings.listed(evaluator, "INSTALLED_APPS"))
        for cls in candidates:
            if cls.name in installed:
                return cls
        bases = {each.name for cls in candidates for each in evaluator.order.of(cls)[1:]}
        return next((cls for cls in reversed(candidates) if cls.id not in bases), None)

    def start_applications(self, evaluator: Evaluator) -> None:
        """Run `ready()` of every application: registries are filled there too."""
        for cls in self.project.classes:
            if "ready" in cls.children and not is_test(cls.module.path):
                if self.project.derives(cls, *_APP_CONFIGS):
                    evaluator.run(Closure(self.project_method(cls, "ready"), None, Instance(cls)), [])

    def project_method(self, cls: Class, name: str) -> Function:
        """A method that the class body itself defines."""
        return cls.methods[name]

    def _models(self, evaluator: Evaluator, config: Class) -> list[Class]:
        """The concrete models of an application."""
        if self._models_by_label is None:
            self._models_by_label = {}
            for cls in self.project.classes:
                if (
                    "models" in cls.module.path
                    and not is_test(cls.module.path)
                    and self._is_model(evaluator, cls)
                ):
                    self._models_by_label.setdefault(_app_label(evaluator, cls), []).append(cls)
        return self._models_by_label.get(_label(evaluator, config), [])

    def _is_model(self, evaluator: Evaluator, cls: Class) -> bool:
        if not self.project.derives(cls, "django.db.models.Model"):
            return False
        meta = cls.children.get("Meta")
        return not (isinstance(meta, Class) and evaluator.own_attribute(meta, "abstract") is True)

    # Attributes

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute that Django gives to a value."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.attribute(evaluator, receiver, name)
            if answer is not NotImplemented:
                return answer
        if self.ninja is not None:
            answer = self.ninja.attribute(receiver, name)
            if answer is not NotImplemented:
                return answer
        if isinstance(receiver, External):
            return self._external_attribute(evaluator, receiver.name, name)
        if isinstance(receiver, Class):
            return self._class_attribute(evaluator, receiver, name)
        if isinstance(receiver, Instance):
            return self._instance_attribute(evaluator, receiver, name)
        if isinstance(receiver, Made) and "AdminSite" in receiver.name and name == "urls":
            return External(ADMIN_URLS)
        if isinstance(receiver, Made) and rest_routers.is_router(evaluator, receiver):
            return rest_routers.attribute(evaluator, receiver, name)
        return NotImplemented

    def _external_attribute(self, evaluator: Evaluator, head: str, name: str) -> Value:
        full = f"{head}.{name}"
        if full.startswith(_SETTINGS + "."):
            first, *rest = full[len(_SETTINGS) + 1 :].split(".")
            value = self.settings.value(evaluator, first)
            if first == "LOGIN_URL" and not isinstance(value, (str, External)):
                value = _LOGIN_PAGE
            for each in rest:
                value = evaluator.attribute(value, each)
            return value
        if full == "django.contrib.admin.sites.site.urls":
            return External(ADMIN_URLS)
        if full == "rest_framework.permissions.SAFE_METHODS":
            return ("GET", "HEAD", "OPTIONS")
        return NotImplemented

    def _class_attribute(self, evaluator: Evaluator, cls: Class, name: str) -> Value:
        if name in ("__name__", "__qualname__"):
            return cls.head.name
        if name == "__module__":
            return cls.module.name
        if name == "_meta":
            return self._options(evaluator, cls)
        return NotImplemented

    def _options(self, evaluator: Evaluator, cls: Class) -> Made:
        """`Model._meta`, as far as registries ask it."""
        made = self._metas.get(cls)
        if made is None:
            made = Made("django.db.models.options.Options", [], {}, cls.module, 0)
            name, label = cls.head.name, _app_label(evaluator, cls)
            full = f"{label}.{name}" if isinstance(label, str) else HOLE
            made.fields = {
                "app_label": label,
                "model_name": name.lower(),
                "object_name": name,
                "label": full,
                "label_lower": full.lower(),
            }
            self._metas[cls] = made
        return made

    def _instance_attribute(self, evaluator: Evaluator, instance: Instance, name: str) -> Value:
        if rest_routers.is_router(evaluator, instance):
            return rest_routers.attribute(evaluator, instance, name)
        if name == "urls" and _derives(evaluator, instance.cls, "AdminSite"):
            return External(ADMIN_URLS)
        if name == "label" and _derives(evaluator, instance.cls, "AppConfig"):
            return _label(evaluator, instance.cls)
        return NotImplemented

    # Calls of what the project does not define

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """The result of calling an inherited method, or a method of a library's object."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.call_member(evaluator, member, made)
            if answer is not NotImplemented:
                return answer
        if self.ninja is not None:
            answer = self.ninja.call_member(evaluator, member, made)
            if answer is not NotImplemented:
                return answer
        if member.name == "get_models" and isinstance(member.receiver, Instance):
            return self._models(evaluator, member.receiver.cls)
        if member.name == "admin_view" and made.args:
            return Wrapped(made.args[0], External(ADMIN_VIEW), made)
        if member.name == "as_view" and isinstance(member.receiver, Class):
            return ClassView(member.receiver, made)
        if member.name == "_replace" and isinstance(member.receiver, Made):
            return rest_routers.replaced(member.receiver, made.keywords)
        if member.name == "register" and rest_routers.is_registered(member.receiver):
            return rest_routers.register_below(evaluator, member.receiver, made)
        if rest_routers.is_router(evaluator, member.receiver):
            return rest_routers.call(evaluator, member.receiver, member.name, made)
        return NotImplemented

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """Calls of the project's own values that mean more to Django than their code says."""
        if self.caller is not None and evaluator.branching:
            answer = self.caller.apply(evaluator, callee, made)
            if answer is not NotImplemented:
                return answer
        if self.ninja is not None:
            answer = self.ninja.apply(evaluator, callee, made)
            if answer is not NotImplemented:
                return answer
        if isinstance(callee, Closure) and is_context_manager(callee.function):
            return Made("contextlib.contextmanager()", made.args, made.keywords, made.module, made.span)
        if isinstance(callee, Closure) and callee.function.name.startswith("oscar.core.loading.get_class"):
            return self._oscar_class(callee.function.name, made)
        if isinstance(callee, Class) and rest_routers.is_router(evaluator, Instance(callee)):
            return rest_routers.new_project_router(evaluator, callee, made)
        sole_view = len(made.args) == 1 and not made.keywords and is_view(made.args[0])
        if not sole_view or evaluator.branching:
            return NotImplemented
        if isinstance(callee, Made):
            return Wrapped(made.args[0], callee, made)
        if isinstance(callee, Closure):
            return self._decorated(evaluator, callee, made)
        return NotImplemented

    def _decorated(self, evaluator: Evaluator, callee: Closure, made: Made) -> Value:
        """A project's function over a view: a decorator, unless its code shows something else."""
        result = evaluator.enter(callee, made.args, {})
        if isinstance(result, (list, tuple)) or (
            isinstance(result, Made) and result.name in (PATTERN, RESOLVER)
        ):
            return result
        return result if result is made.args[0] else Wrapped(made.args[0], callee, made)


def is_context_manager(function: Function) -> bool:
    """Whether calling a function makes a context manager, which can be used as a decorator too."""
    return any(
        isinstance(decorator.value, Ref) and decorator.value.name.endswith("contextmanager")
        for decorator in function.head.decorators
    )


def _derives(evaluator: Evaluator, cls: Class, last: str) -> bool:
    return any(each.name.rpartition(".")[2] == last for each in evaluator.order.of(cls))


def _label(evaluator: Evaluator, cls: Class) -> Value:
    label = evaluator.class_value(cls, "label")
    if isinstance(label, str):
        return label
    name = evaluator.class_value(cls, "name")
    return name.rpartition(".")[2] if isinstance(name, str) else UNKNOWN


def _app_label(evaluator: Evaluator, model: Class) -> Value:
    """The application of a model: what `Meta` says, or the package that holds `models`."""
    meta = model.children.get("Meta")
    if isinstance(meta, Class):
        label = evaluator.class_value(meta, "app_label")
        if isinstance(label, str):
            return label
    parts = model.module.name.split(".")
    position = next((i for i, part in enumerate(parts) if i and part.startswith("models")), len(parts) - 1)
    return parts[position - 1] if position else parts[0]


def new_evaluator(project: Project, settings: DjangoSettings) -> tuple[Evaluator, DjangoLibrary]:
    """An evaluator that knows Django."""
    library = DjangoLibrary(project, settings)
    recorded = recording_decorators(project)
    evaluator = Evaluator(project, library, library_bases, recorded, definer=library.ninja)
    library.evaluator = evaluator
    return evaluator, library
