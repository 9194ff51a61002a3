"""Test functions with the fixtures, set-up methods and helpers that run with them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product

from linter.backend import is_test
from linter.facts.expressions import Ref, Result, Sequence
from linter.resolve.definitions import Class, Definition, Function, Module
from linter.resolve.project import Project
from linter.resolve.values import Made, Value, Values

_SET_UP = (
    *("setUp", "asyncSetUp", "setUpClass", "setUpTestData", "setup_method", "setup", "setup_class"),
    *("tearDown", "asyncTearDown", "teardown_method"),
)
_FIXTURES = frozenset({"pytest.fixture", "pytest.yield_fixture", "pytest_asyncio.fixture"})
_ROWS = 200

Row = dict[str, Value]


class TestFunctions:
    """Finds the tests of a project and what runs with each."""

    __test__ = False

    def __init__(self, project: Project, values: Values) -> None:
        self._project = project
        self._values = values
        self.modules = [module for path, module in project.modules.items() if is_test(path)]
        self._fixtures = {module.path: dict(self._fixtures_of(module)) for module in self.modules}

    def tests(self) -> Iterator[Function]:
        """Every test, in path and source order."""
        for module in self.modules:
            for function in module.functions:
                parent = function.parent
                outermost = isinstance(parent, Class) or (isinstance(parent, Function) and parent.is_module)
                if outermost and function.scope.name.startswith("test"):
                    yield function

    def around(self, test: Function) -> Iterator[Function]:
        """The set-up methods of a test's class, and the fixtures that every test of its place uses."""
        owner = test.owner
        if owner is not None:
            for name in _SET_UP:
                member = self._project.member(owner, name)
                if member is not None and isinstance(member.target, Function):
                    yield member.target
        for path in _places(test.module.path, self._fixtures):
            for fixture in self._fixtures[path].values():
                if self._is_automatic(fixture) and (fixture.owner is None or fixture.owner is owner):
                    yield fixture

    def fixture(self, user: Function, name: str) -> Function | None:
        """The fixture that a parameter of a test or of another fixture asks for."""
        for path in _places(user.module.path, self._fixtures):
            found = self._fixtures[path].get(name)
            if found is not None and found is not user:
                return found
        return None

    def rows(self, test: Function) -> list[Row]:
        """What `pytest.mark.parametrize` binds the parameters of a test to, one row for each set."""
        sets = [rows for rows in map(self._parametrized, self._marks(test)) if rows]
        rows = [
            dict(pair for row in combined for pair in row.items())
            for combined in islice(product(*sets), _ROWS)
        ]
        return rows or [{}]

    def _marks(self, test: Function) -> Iterator[Made]:
        for definition in (test, test.owner):
            if definition is not None:
                for name, made in _decorators(self._project, definition):
                    if name == "pytest.mark.parametrize" and made is not None:
                        yield made

    def _parametrized(self, made: Made) -> list[Row]:
        names = self._values.text(made.argument(0, "argnames"))
        listed = self._values.texts(made.argument(0, "argnames")) if names is None else None
        split = [each.strip() for each in names.split(",")] if names is not None else list(listed or ())
        rows: list[Row] = []
        for item in self._values.items(made.argument(1, "argvalues")) or ():
            parts = self._parts(item, len(split))
            rows.append(dict(zip(split, parts, strict=False)))
        return rows[:_ROWS]

    def _parts(self, item: Value, count: int) -> list[Value]:
        made = self._values.made(item)
        if made is not None and made.name == "pytest.param":
            return list(made.args)
        if count == 1:
            return [item]
        followed = self._values.follow(item)
        return self._values.items(followed) or [] if isinstance(followed.expr, Sequence) else []

    def _fixtures_of(self, module: Module) -> Iterator[tuple[str, Function]]:
        if "pytest" not in module.facts.imports and "pytest_asyncio" not in module.facts.imports:
            return
        for function in module.functions:
            for name, made in _decorators(self._project, function):
                if name in _FIXTURES:
                    given = None if made is None else self._values.text(made.keyword("name"))
                    yield given or function.scope.name, function

    def _is_automatic(self, fixture: Function) -> bool:
        return any(
            made is not None and name in _FIXTURES and self._values.flag(made.keyword("autouse"))
            for name, made in _decorators(self._project, fixture)
        )


def _places(path: str, known: dict[str, dict[str, Function]]) -> Iterator[str]:
    """The files whose fixtures a test file sees: its own, and each `conftest.py` above it."""
    if path in known:
        yield path
    folder = path.rpartition("/")[0]
    while True:
        conftest = f"{folder}/conftest.py" if folder else "conftest.py"
        if conftest in known and conftest != path:
            yield conftest
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def _decorators(project: Project, definition: Definition) -> Iterator[tuple[str, Made | None]]:
    parent = definition.parent
    for decorator in () if parent is None else definition.scope.decorators:
        assert parent is not None
        if isinstance(decorator.value, Result):
            call = parent.scope.calls[decorator.value.call]
            callee = project.callee(parent, call)
            yield callee.name, Made(Value(parent, decorator.value), call, callee)
        elif isinstance(decorator.value, Ref):
            yield project.reference(parent, decorator.value.name).name, None
