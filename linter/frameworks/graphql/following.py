"""Runs the code that makes schemas and gives them to what serves them."""

from __future__ import annotations

from linter.backend import Backend, is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, Instance, Value
from linter.facts.expressions import Ref
from linter.frameworks.graphql.library import GraphLibrary, registering
from linter.frameworks.graphql.names import ENDPOINTS, SCHEMAS
from linter.resolve.definitions import Class, Definition, Function, Module

_DEPTH = 8
_BINDING = frozenset({"set_field", "set_source"})

_BASES: dict[str, tuple[str, ...]] = {
    "Exception": ("BaseException",),
    "django.core.exceptions.PermissionDenied": ("Exception",),
    "graphql.GraphQLError": ("Exception",),
    "graphql.error.GraphQLError": ("Exception",),
    "graphql_jwt.exceptions.PermissionDenied": ("Exception",),
    "PermissionError": ("Exception",),
    "ValueError": ("Exception",),
    "KeyError": ("LookupError",),
    "LookupError": ("Exception",),
}


def _library_bases(name: str) -> tuple[str, tuple[str, ...]]:
    """The bases of a library's class, as far as a resolver may catch it by one of them."""
    return name, _BASES.get(name, ())


def follow(backend: Backend) -> tuple[GraphLibrary, Evaluator]:
    """Run what makes schemas; the library holds the schemas and the calls that they were given to."""
    library = GraphLibrary(backend.project)
    evaluator = Evaluator(backend.project, library, _library_bases, definer=library)
    runs = _Runs(backend, library, evaluator)
    for module in backend.project.modules.values():
        if not is_test(module.path) and _binds(module):
            runs.start(module.functions[0], 0)
    for names in (_with_derived(backend), ENDPOINTS):
        for name in sorted(names):
            for holder, _ in backend.project.index.calls(name):
                runs.start(holder, 0)
    return library, evaluator


def _with_derived(backend: Backend) -> frozenset[str]:
    """Last names of what makes a schema, classes of the project that derive from one of them included."""
    named = {each.head.name for each in backend.classes if any(map(_names_schema, each.head.bases))}
    return SCHEMAS | named


def _names_schema(base: object) -> bool:
    return isinstance(base, Ref) and base.name.rpartition(".")[2].lstrip(":$") in SCHEMAS


def _binds(module: Module) -> bool:
    """Whether the top of a module gives resolvers to root objects."""
    body = module.functions[0]
    if any(
        isinstance(call.callee, Ref) and call.callee.name.rpartition(".")[2] in _BINDING
        for call in body.scope.calls
    ):
        return True
    return any(
        registering(body, decorator.value)
        for child in body.children.values()
        for decorator in child.head.decorators
    )


class _Runs:
    def __init__(self, backend: Backend, library: GraphLibrary, evaluator: Evaluator) -> None:
        self._backend = backend
        self._library = library
        self._evaluator = evaluator
        self._started: set[int] = set()

    def start(self, holder: Definition, depth: int) -> None:
        """Run a function by way of those that call it; one that nobody calls is run itself."""
        function = _function_around(holder)
        if id(function) in self._started or depth > _DEPTH:
            return
        self._started.add(id(function))
        if function.is_module:
            self._evaluator.module_frame_of(function.module)
            return
        for site in self._backend.methods_called(function.head.name):
            if site.callee.target is function:
                self.start(site.function, depth + 1)
        if id(function) not in self._library.ran:
            owner = function.owner
            closure = Closure(function, None, None if owner is None else Instance(owner))
            # Whoever calls it may set what has a default.
            given: dict[str, Value] = {
                each.name: UNKNOWN
                for each in function.head.parameters[0 if owner is None else 1 :]
                if each.kind not in ("*", "**")
            }
            self._evaluator.run(closure, [], given)


def _function_around(holder: Definition) -> Function:
    """The function or module body that runs what stands in a class body."""
    while isinstance(holder, Class):
        holder = holder.module.definitions[holder.head.parent]
    return holder
