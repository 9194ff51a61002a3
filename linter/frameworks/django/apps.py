"""Django apps: which label a module belongs to, and which settings shape its tables."""

from __future__ import annotations

from linter.backend import Backend, is_test
from linter.resolve.definitions import Class, Module
from linter.resolve.values import Value, Values

KEY_TYPES = {"AutoField": "integer", "BigAutoField": "bigint", "SmallAutoField": "smallint"}
"""The type of a key that Django makes by itself."""


class Apps:
    """App labels and automatic keys."""

    def __init__(self, backend: Backend, values: Values) -> None:
        self.values = values
        self.project = values.project
        self._labels: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self.default_key = ""
        self.user_model = "auth.User"
        for cls in backend.classes:
            if cls.module.path.endswith("apps.py") or cls.head.name.endswith("Config"):
                self._configuration(cls)
        self._settings(backend)

    def _configuration(self, cls: Class) -> None:
        if not self.project.derives(cls, "django.apps.AppConfig", "django.apps.config.AppConfig") and not any(
            each.name.endswith("AppConfig") for each in self.project.ancestors(cls)
        ):
            return
        name = self._constant(cls, "name")
        if not name:
            return
        self._labels.setdefault(name, self._constant(cls, "label") or name.rpartition(".")[2])
        key = self._constant(cls, "default_auto_field")
        if key:
            self._keys.setdefault(name, key.rpartition(".")[2])

    def _constant(self, cls: Class, name: str) -> str:
        assign = cls.attributes.get(name)
        if assign is None or assign.value is None:
            return ""
        return self.values.text(Value(cls, assign.value)) or ""

    def _settings(self, backend: Backend) -> None:
        """What the settings modules set, the one with the shortest path first."""
        found: dict[str, Value] = {}
        for path in sorted(self.project.modules, key=lambda path: (path.count("/"), path)):
            if is_test(path) or "settings" not in path:
                continue
            body = self.project.modules[path].functions[0]
            for name, assigned in body.assignments.items():
                if name.isupper() and assigned[-1].value is not None:
                    found.setdefault(name, Value(body, assigned[-1].value))
        self.values.settings = found
        self.user_model = self.values.text(found.get("AUTH_USER_MODEL")) or self.user_model
        key = self.values.text(found.get("DEFAULT_AUTO_FIELD")) or ""
        self.default_key = key.rpartition(".")[2]

    def label(self, module: Module) -> str:
        """The app label of a module: from its configuration, or its folder's name."""
        for name in _above(module.name):
            if name in self._labels:
                return self._labels[name]
        folders = module.path.split("/")[:-1]
        while folders and folders[-1] in ("models", "migrations"):
            folders.pop()
        for index, folder in enumerate(folders):
            if folder in ("models", "migrations"):
                return folders[index - 1] if index else ""
        return folders[-1] if folders else module.name.rpartition(".")[2]

    def key(self, module: Module) -> str:
        """The field class of keys that models of this module do not declare."""
        for name in _above(module.name):
            if name in self._keys:
                return self._keys[name]
        return self.default_key or "AutoField"


def _above(name: str) -> list[str]:
    """A dotted name and the packages around it, innermost first."""
    found = [name]
    while "." in name:
        name = name.rpartition(".")[0]
        found.append(name)
    return found
