"""Runs the code that sets applications up, in the order in which Python would import it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from linter.backend import Backend, is_test
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import UNKNOWN, Closure, Instance, Value
from linter.facts.expressions import Attr, Expr, Ref, Result
from linter.frameworks.starlette.library import AsgiLibrary
from linter.frameworks.starlette.names import (
    APPS,
    DECORATING,
    GRAPHQL_ROUTERS,
    NODES,
    REGISTERING,
    ROUTES,
    SETTINGS,
    library_bases,
    public_name,
)
from linter.frameworks.starlette.nodes import Owner, settle
from linter.frameworks.starlette.offered import include_offered
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project

_CALLERS = 4
_VIEWS = DECORATING - {"middleware"}


class Setup:
    """The applications and routers of a project, with everything that is registered on them."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend
        self.project: Project = backend.project
        self.library = AsgiLibrary(self.project)
        self.evaluator = Evaluator(
            self.project,
            self.library,
            library_bases,
            definer=self.library,
            environment=SETTINGS,
        )
        self._makers = self._constructors()

    def run(self) -> None:
        """Run what builds applications; the library holds what was built."""
        for module in self._in_import_order():
            self.evaluator.module_frame_of(module)
        for function in self._factories():
            if id(function) not in self.library.entered:
                self._start(function, 0)
        for startup, app in self.library.startups:
            self._start_up(startup, app)
        nodes = [node for _, node in self.library.nodes]
        include_offered(self.backend, self.evaluator, nodes)
        settle(nodes)

    # Which modules

    def _constructors(self) -> frozenset[str]:
        """Last names of what may make an application, a router or a route."""
        names = {name.rpartition(".")[2] for name in NODES | ROUTES | GRAPHQL_ROUTERS}
        changed = True
        classes = [cls for cls in self.backend.classes if cls.head.bases]
        while changed:
            changed = False
            for cls in classes:
                if cls.head.name not in names and any(_last(base) in names for base in cls.head.bases):
                    names.add(cls.head.name)
                    changed = True
        return frozenset(names)

    def _interesting(self) -> dict[str, Module]:
        """Modules that build or register something when they are imported, by path."""
        found: dict[str, Module] = {}
        for name in sorted(self._makers | REGISTERING):
            for holder, _ in self.backend.project.index.calls(name):
                if holder.head.kind != "function":
                    found[holder.module.path] = holder.module
        for module in self.project.modules.values():
            if module.path not in found and not is_test(module.path) and self._has_views(module):
                found[module.path] = module
        return dict(sorted(found.items()))

    def _has_views(self, module: Module) -> bool:
        """Whether a decorator at the top of a module registers, or is the project's own."""
        for definition in module.definitions[1:]:
            if not definition.head.decorators:
                continue
            parent = definition.parent
            if isinstance(parent, Function) and not parent.is_module:
                continue
            for decorator in definition.head.decorators:
                if self._registers(parent, decorator.value):
                    return True
        return False

    def _registers(self, holder: Definition | None, decorator: Expr) -> bool:
        if isinstance(decorator, Result) and holder is not None:
            callee = holder.scope.calls[decorator.call].callee
            if _last(callee) in _VIEWS:
                return True
            decorator = callee
        if not isinstance(decorator, Ref) or holder is None or holder.head.kind != "module":
            return False
        target = self.project.reference(holder, decorator.name).target
        return isinstance(target, Function) and self._fills(target)

    def _fills(self, decorator: Function) -> bool:
        """Whether a decorator of the project calls something that registers, or fills a collection."""
        waiting: list[Function] = [decorator]
        while waiting:
            function = waiting.pop()
            for call in function.scope.calls:
                if _last(call.callee) in REGISTERING or _last(call.callee) in ("append", "setdefault", "add"):
                    return True
            waiting += [each for each in function.children.values() if isinstance(each, Function)]
        return False

    def _in_import_order(self) -> Iterator[Module]:
        """The interesting modules, each after those that it imports; applications' modules lead."""
        wanted = self._interesting()
        calling = {
            holder.module.path for name in sorted(_APP_NAMES) for holder, _ in self.project.index.calls(name)
        }
        first = [path for path in wanted if path in calling]
        seen: set[str] = set()
        for path in [*first, *wanted]:
            yield from self._after_imports(self.project.modules[path], wanted, seen)

    def _after_imports(self, start: Module, wanted: dict[str, Module], seen: set[str]) -> Iterator[Module]:
        """Depth first through the imports, without recursion."""
        if start.path in seen:
            return
        seen.add(start.path)
        stack: list[tuple[Module, Iterator[Module]]] = [(start, self._imports(start))]
        while stack:
            module, imports = stack[-1]
            following = next((each for each in imports if each.path not in seen), None)
            if following is not None:
                seen.add(following.path)
                stack.append((following, self._imports(following)))
                continue
            stack.pop()
            if module.path in wanted:
                yield module

    def _imports(self, module: Module) -> Iterator[Module]:
        """The project's modules that a module imports at its top, packages on the way included."""
        for statement in module.imports:
            if not self._is_own(statement.module):
                continue
            dotted = statement.module
            target = self.project.resolve(module, dotted).target
            if isinstance(target, Module):
                if not is_test(target.path):
                    yield target
                if not target.is_package:
                    continue
            if statement.name and statement.name != "*":
                name = f"{dotted}{'' if dotted.endswith('.') else '.'}{statement.name}"
                target = self.project.resolve(module, name).target
                if isinstance(target, Module) and not is_test(target.path):
                    yield target

    def _is_own(self, dotted: str) -> bool:
        """Whether an import may name a module of the project."""
        return dotted[0] == "." or dotted.partition(".")[0] in self._roots

    @cached_property
    def _roots(self) -> frozenset[str]:
        found = frozenset(each.name.partition(".")[0] for each in self.project.modules.values())
        for package in ("", *sorted(found)):
            self.project.trace.imports(package)
        return found

    # Which functions

    def _factories(self) -> list[Function]:
        """Functions outside tests that make an application, in path and source order."""
        found: dict[str, Function] = {}
        for name in sorted(self._makers):
            for holder, index in self.backend.project.index.calls(name):
                if isinstance(holder, Function) and not holder.is_module and self._makes_app(holder, index):
                    found[f"{holder.module.path}:{holder.index:06}"] = holder
        return [function for _, function in sorted(found.items())]

    def _makes_app(self, holder: Function, index: int) -> bool:
        made = self.project.callee(holder, holder.scope.calls[index])
        if isinstance(made.target, Class):
            return any(public_name(each.name) in APPS for each in self.project.ancestors(made.target))
        return public_name(made.name) in APPS

    def _start_up(self, startup: Value, app: Owner) -> None:
        """Run what an application runs when it starts, if that registers something."""
        if isinstance(startup, Closure) and self._adds_routes(startup.function, 0):
            if id(startup.function) not in self.library.entered:
                parameters = startup.function.head.parameters
                self.evaluator.run(startup, [app] if parameters and startup.receiver is None else [])

    def _adds_routes(self, function: Function, depth: int) -> bool:
        """Whether a function registers something, or hands something to one that does."""
        for call in function.scope.calls:
            if _last(call.callee) in REGISTERING:
                return True
            given = any(isinstance(each, Ref) for each in call.args)
            target = self.project.callee(function, call).target if given and depth < _CALLERS else None
            if isinstance(target, Function) and self._adds_routes(target, depth + 1):
                return True
        return False

    def _start(self, function: Function, depth: int) -> None:
        """Run a function by way of its callers, or by itself when nobody calls it."""
        if depth < _CALLERS:
            for site in self.backend.methods_called(function.head.name):
                if site.callee.target is function and id(site.function) not in self.library.entered:
                    if not site.function.is_module and site.function is not function:
                        self._start(site.function, depth + 1)
        if id(function) in self.library.entered:
            return
        owner = function.owner
        if owner is None:
            self.evaluator.run(Closure(function), [])
            self.library.entered.add(id(function))
            return
        instance = self.evaluator.run(owner, [UNKNOWN] * _required(owner))
        if id(function) not in self.library.entered and isinstance(instance, Instance):
            self.evaluator.run(self.evaluator.attribute(instance, function.head.name), [])


_APP_NAMES = frozenset(name.rpartition(".")[2] for name in APPS)


def _required(cls: Class) -> int:
    """How many arguments a class's own constructor cannot do without."""
    constructor = cls.methods.get("__init__")
    if constructor is None:
        return 0
    return sum(
        1
        for parameter in constructor.head.parameters[1:]
        if parameter.kind in ("positional", "positional-only") and parameter.default is None
    )


def _last(callee: Expr) -> str:
    if isinstance(callee, Ref):
        return callee.name.rpartition(".")[2].lstrip(":$")
    return callee.name if isinstance(callee, Attr) else ""
