"""Django's settings: which modules hold them, and what they come to."""

from __future__ import annotations

from collections.abc import Iterable

from linter.backend import Backend, Setting, is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Value, options
from linter.facts.expressions import Constant, Ref
from linter.facts.scopes import Assign, Import
from linter.resolve.definitions import Module
from linter.resolve.project import Project

_MARKERS = frozenset({"INSTALLED_APPS", "ROOT_URLCONF", "DATABASES", "MIDDLEWARE"})
_ENTRY_POINTS = frozenset({"wsgi.py", "asgi.py"})
_NOT_DEPLOYED = ("test", "local", "dev", "debug", "ci", "example", "sample", "docs")


def settings(backend: Backend) -> list[Setting]:
    """Every assignment of an upper-case name in the settings modules, in path and source order."""
    found: list[Setting] = []
    for module in settings_modules(backend.project):
        for statement in module.body.statements:
            if isinstance(statement, Assign) and statement.operator is None:
                for target in statement.targets:
                    if isinstance(target, Ref) and is_setting(target.name[1:]):
                        location = module.locate(statement.span)
                        name = target.name[1:]
                        holder = module.functions[0]
                        found.append(Setting(name, statement.value, module, holder, location, "django"))
    return found


def is_setting(name: str) -> bool:
    """Whether Django would take a module's name as a setting."""
    return name.isupper() and "." not in name and name.isidentifier()


def settings_modules(project: Project) -> list[Module]:
    """Modules of settings outside tests: those that set what only settings do, and their layers."""
    if "django" not in project.imported and not _has_marker(project, "ROOT_URLCONF"):
        return []
    candidates = [module for module in project.modules.values() if not is_test(module.path)]
    found = {module.path for module in candidates if len(_MARKERS & module.bindings.keys()) >= 2}
    found |= {module.path for module in candidates if "ROOT_URLCONF" in module.bindings}
    changed = bool(found)
    while changed:
        layers = {
            layer.path
            for module in candidates
            for layer in star_imported(project, module)
            if not is_test(layer.path)
            and (module.path in found or layer.path in found)
            and any(is_setting(name) for name in layer.bindings)
        }
        above = {
            module.path
            for module in candidates
            if any(layer.path in found for layer in star_imported(project, module))
        }
        changed = not (layers | above) <= found
        found |= layers | above
    return [module for module in candidates if module.path in found]


def _has_marker(project: Project, name: str) -> bool:
    return any(name in module.bindings for module in project.modules.values())


def star_imported(project: Project, module: Module) -> Iterable[Module]:
    """The modules of the project whose names a module takes over with `*`."""
    for name in module.star_imports:
        target = project.resolve(module, name).target
        if isinstance(target, Module) and target is not module:
            yield target


class DjangoSettings:
    """What the deployed settings come to, over all layers that may be deployed."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.modules = settings_modules(project)
        self.deployed = self._deployed()

    def _deployed(self) -> list[Module]:
        """The outermost layers, without those named for tests or development when others are left."""
        below = {layer.path for module in self.modules for layer in star_imported(self._project, module)}
        below |= {path for module in self.modules for path in self._imported_layers(module)}
        outer = [module for module in self.modules if module.path not in below]
        deployed = [module for module in outer if not _is_for_developers(module)]
        served = self._served()
        if served:
            return served
        if deployed:
            return deployed
        base = [module for module in self.modules if not _is_for_developers(module)]
        return base or outer

    def _served(self) -> list[Module]:
        """The settings that a server's entry point names, unless they are meant for developers."""
        found: dict[str, Module] = {}
        for module in self._project.modules.values():
            if module.path.rpartition("/")[2] not in _ENTRY_POINTS or is_test(module.path):
                continue
            for call in module.body.calls:
                match call.args:
                    case (Constant(value="DJANGO_SETTINGS_MODULE"), Constant(value=str(name))):
                        target = self._project.resolve(module, name).target if name else None
                        if isinstance(target, Module) and not _is_for_developers(target):
                            found[target.path] = target
        return [found[path] for path in sorted(found) if any(each.path == path for each in self.modules)]

    def _imported_layers(self, module: Module) -> Iterable[str]:
        paths = {each.path for each in self.modules}
        for statement in module.body.statements:
            if isinstance(statement, Import) and statement.name and statement.name != "*":
                target = self._project.resolve(module, statement.module).target
                if isinstance(target, Module) and target.path in paths and target is not module:
                    yield target.path

    def values(self, evaluator: Evaluator, name: str) -> list[Value]:
        """What a setting is in each deployed layer that sets it."""
        found = []
        for module in self.deployed:
            value = evaluator.module_value(module, name)
            if value is not UNKNOWN or name in evaluator.module_frame(module).names:
                found.append(value)
        return found

    def value(self, evaluator: Evaluator, name: str) -> Value:
        """The setting when the deployed layers agree, UNKNOWN when they do not, None when nobody sets it.

        `DEBUG` counts as off: what it switches on is not deployed.
        """
        if name == "DEBUG":
            return False
        found = self.values(evaluator, name)
        if not found:
            return UNKNOWN
        first = found[0]
        if len(found) > 1 and any(each is not first and each != first for each in found):
            return UNKNOWN
        return first

    def rest_framework(self, evaluator: Evaluator, key: str) -> list[Value]:
        """An entry of `REST_FRAMEWORK` in each deployed layer; NotImplemented where it is not set."""
        return [
            option.get(key, NotImplemented) if isinstance(option, dict) else UNKNOWN
            for value in self.values(evaluator, "REST_FRAMEWORK") or [{}]
            for option in options(value)
        ]

    def listed(self, evaluator: Evaluator, name: str) -> list[str]:
        """The strings of a list setting such as `MIDDLEWARE`, over all deployed layers, each once."""
        names: dict[str, None] = {}
        for value in self.values(evaluator, name):
            for option in options(value):
                if isinstance(option, (list, tuple)):
                    names.update((each, None) for each in option if isinstance(each, str))
        return list(names)

    def place(self, name: str) -> tuple[Module, Assign] | None:
        """Where a setting is assigned, in the first layer that does."""
        for module in [*self.deployed, *self.modules]:
            binding = module.bindings.get(name)
            if isinstance(binding, Assign):
                return module, binding
        return None


def _is_for_developers(module: Module) -> bool:
    words = module.path.removesuffix(".py").replace("_", "/").replace("-", "/").replace(".", "/").split("/")
    return any(word.startswith(_NOT_DEPLOYED) for word in words[-2:])
