"""Runs the code that sets applications up, from where it starts."""

from __future__ import annotations

from linter.backend import Backend, is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import NOWHERE, UNKNOWN, Closure, Made, Value
from linter.facts.expressions import Ref
from linter.frameworks.followed.setup import Setup, last_name, registering_modules
from linter.resolve.changes import FUNCTIONS
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Resolved

_DEPTH = 12
_APP_NAMES = frozenset({"app", "application", "web_app"})


def follow(backend: Backend, setup: Setup, app: str, calls: frozenset[str]) -> Evaluator:
    """Run the set-up code of every application of kind `app`.

    `calls` are the last names of methods that register something, by which functions that are given
    an application from outside of the project are found.
    """
    evaluator = Evaluator(backend.project, setup, lambda name: (name, ()))
    evaluator.definer = setup
    runs = _Runs(backend, setup, evaluator)
    for holder in runs.makers():
        runs.start(holder)
    for module in registering_modules(setup):
        runs.start(module.functions[0])
    runs.leftovers(app, calls)
    return evaluator


def _function_around(holder: Definition) -> Function:
    """The function or module body that runs what stands in a class body."""
    while isinstance(holder, Class):
        holder = holder.module.definitions[holder.head.parent]
    return holder


class _Runs:
    def __init__(self, backend: Backend, setup: Setup, evaluator: Evaluator) -> None:
        self._backend = backend
        self._project = backend.project
        self._setup = setup
        self._evaluator = evaluator
        self._started: set[int] = set()
        self._instances: dict[int, Value] = {}

    def makers(self) -> list[Function]:
        """Functions and module bodies that make a followed object, in path and source order."""
        names = {kind.rpartition(".")[2] for kind in self._setup.kinds}
        for cls in self._backend.classes:
            if cls.head.bases and self._setup.kind_of(self._evaluator, cls) is not None:
                names.add(cls.head.name)
        found: dict[int, Function] = {}
        for name in sorted(names):
            for site in self._backend.methods_called(name):
                if self._is_foreign(site.callee):
                    continue
                maker = _function_around(site.function)
                found.setdefault(id(maker), maker)
        return sorted(found.values(), key=lambda each: (each.module.path, each.index))

    def _is_foreign(self, callee: Resolved) -> bool:
        """Whether a call certainly makes something of another library: `flask.Blueprint` for Sanic's."""
        outside = callee.target is None and callee.name[:1] not in "?:$."
        return outside and callee.name not in self._setup.kinds

    def start(self, holder: Definition, depth: int = 0) -> None:
        """Run a function by way of those that call it; those that nobody calls are run themselves."""
        function = _function_around(holder)
        if id(function) in self._started:
            return
        self._started.add(id(function))
        if function.is_module:
            self._evaluator.attempt(lambda: self._evaluator.module_frame(function.module))
            return
        callers = self._callers(function) if depth < _DEPTH else []
        for caller in callers:
            self.start(caller, depth + 1)
        outer = function.parent
        if isinstance(outer, Function) and not outer.is_module:
            self.start(outer, depth + 1)
        if not callers or not self._was_run(function):
            self._run(function, {})

    def _was_run(self, function: Function) -> bool:
        seen, path = self._setup.seen, function.module.path
        return any((path, call.span) in seen for call in function.scope.calls)

    def _callers(self, function: Function) -> list[Function]:
        owner = function.owner
        constructor = function.head.name == "__init__" and owner is not None
        name = owner.head.name if constructor and owner is not None else function.head.name
        return [
            site.function
            for site in self._backend.methods_called(name)
            if site.function is not function
            and (site.callee.target is function or (constructor and site.callee.target is owner))
        ]

    def _run(self, function: Function, given: dict[str, Value]) -> None:
        owner = function.owner
        receiver = None if owner is None else self._instance(owner)
        closure = Closure(function, None, receiver)
        self._evaluator.attempt(lambda: self._evaluator.enter(closure, [], given))

    def _instance(self, cls: Class) -> Value:
        if id(cls) not in self._instances:
            self._instances[id(cls)] = UNKNOWN
            self._instances[id(cls)] = self._evaluator.run(cls, [])
        return self._instances[id(cls)]

    def leftovers(self, app: str, calls: frozenset[str]) -> None:
        """Run functions that are given an application by code outside of the project."""
        self._backend.project.trace.bit(FUNCTIONS)
        for function in self._backend.functions:
            if function.is_module or is_test(function.module.path) or not function.head.parameters:
                continue
            wanted = self._parameter(function, app)
            if wanted is None or self._was_run(function) or id(function) in self._started:
                continue
            if any(
                last_name(function, call.callee) in calls
                and isinstance(call.callee, Ref)
                and call.callee.name.startswith(f"${wanted}.")
                for call in function.scope.calls
            ) or any(
                last_name(function, each.value) in self._setup.registering
                for child in function.children.values()
                for each in child.head.decorators
            ):
                self._started.add(id(function))
                self._run(function, {wanted: self._stand_in(app)})

    def _parameter(self, function: Function, app: str) -> str | None:
        """The parameter that takes an application: by its annotation, or by its name where it has none."""
        parent = function.parent
        framework = app.partition(".")[0]
        self._project.trace.imports(framework)
        for parameter in function.head.parameters:
            if parameter.kind in ("*", "**") or parent is None:
                continue
            if parameter.annotation is not None:
                if self._project.annotated_type(parent, parameter.annotation) == app:
                    return parameter.name
            elif parameter.name in _APP_NAMES and framework in {
                name.partition(".")[0] for name in function.module.facts.imports
            }:
                return parameter.name
        return None

    def _stand_in(self, app: str) -> Value:
        """The project's one application, or one that stands for what is made elsewhere."""
        apps = self._setup.of_kind(app)
        if len(apps) == 1:
            return apps[0].value
        loose = next((node for node in apps if node.loose), None)
        if loose is None:
            loose = self._setup.track(Made(app, [], {}, NOWHERE, 0), app, loose=True)
        return loose.value
