"""Migrations that Aerich writes: functions that return the SQL of one version."""

from __future__ import annotations

from linter.backend import Backend, Function, Verdict, is_test
from linter.facts.expressions import Ref
from linter.facts.scopes import Return
from linter.resolve.definitions import Module
from linter.resolve.values import Value, Values
from linter.schema.migration import Migration, Step
from linter.schema.strings import SqlString, SqlStrings

_CLIENT = "BaseDBAsyncClient"
"""What Aerich hands to `upgrade`, by any of the names under which Tortoise gives it out."""
_LONGEST = 18
"""Digits of a version; hostile input has more."""
_NO_CALL = -1


def migrations(backend: Backend, strings: SqlStrings) -> list[Migration]:
    """All versions of the project; those of one folder run in the order of their numbers."""
    values = Values(backend.project)
    folders: dict[str, list[tuple[int, str, Function]]] = {}
    for path, module in backend.project.modules.items():
        folder, _, name = path.rpartition("/")
        number = name.partition("_")[0]
        upgrade = module.by_qualname.get("upgrade")
        is_version = number.isascii() and number.isdigit() and len(number) < _LONGEST
        if is_version and isinstance(upgrade, Function) and not is_test(path) and _is_handed_client(upgrade):
            folders.setdefault(folder, []).append((int(number), path, upgrade))
    found: list[Migration] = []
    for _, versions in sorted(folders.items()):
        before: tuple[str, ...] = ()
        for version, path, upgrade in sorted(versions, key=lambda each: each[:2]):
            found.append(_migration(values, strings, path, upgrade, before))
            # The first version only ever meets an empty database.
            found[-1].fresh = not before and version == 0
            before = (path,)
    return found


def _is_handed_client(function: Function) -> bool:
    """Whether a function takes a client of Tortoise and nothing else."""
    parameters = function.head.parameters
    annotation = parameters[0].annotation if len(parameters) == 1 else None
    name = annotation.name if isinstance(annotation, Ref) else ""
    return name.startswith("tortoise.") and name.rpartition(".")[2] == _CLIENT


def _migration(
    values: Values, strings: SqlStrings, path: str, upgrade: Function, before: tuple[str, ...]
) -> Migration:
    module = upgrade.module
    downgrade = module.by_qualname.get("downgrade")
    undone = isinstance(downgrade, Function) and bool(_statements(strings, downgrade))
    migration = Migration(path, path, before, (path,))
    migration.location, migration.body = upgrade.location, upgrade
    migration.reversible = Verdict.YES if undone else Verdict.NO
    in_transaction = _in_transaction(values, module)
    for each in _statements(strings, upgrade):
        location = each.holder.module.locate(each.statement.span)
        step = Step(each.statement, location, upgrade.name, upgrade, in_transaction, migration.reversible)
        migration.steps.append(step)
    return migration


def _in_transaction(values: Values, module: Module) -> Verdict:
    """Whether Aerich wraps a version in a transaction; it does unless the version says otherwise."""
    if "RUN_IN_TRANSACTION" not in module.bindings:
        return Verdict.YES
    told = values.constant(Value(module.functions[0], Ref(":RUN_IN_TRANSACTION")))
    return Verdict.UNKNOWN if told is ... else Verdict.YES if told else Verdict.NO


def _statements(strings: SqlStrings, function: Function) -> list[SqlString]:
    """The statements that a function returns, or hands to the client itself, in the order of their place."""
    found: list[SqlString] = []
    for index in range(len(function.scope.calls)):
        found += strings.of_call(function, index)
    for statement in function.scope.statements:
        if isinstance(statement, Return) and statement.value is not None:
            found += strings.of_arguments(function, _NO_CALL, [statement.value])
    unique = {id(each.statement): each for each in found}
    return sorted(unique.values(), key=lambda each: each.statement.span)
