"""Whether a name holds nothing where a statement stands: nothing, an empty text, or an error in its place."""

from __future__ import annotations

import builtins

from linter.backend import Site
from linter.facts.expressions import Constant, Expr, Operation, Ref, Result, Sequence
from linter.resolve.definitions import Class


def is_absent(site: Site, name: Ref) -> bool:
    """Whether the tests around a site say that a name is None, empty, or an error when it is reached."""
    blocks, block = site.function.scope.blocks, site.block
    assigned = {each.block for each in site.function.assignments.get(name.name.lstrip("$"), ())}
    inside: set[int] = set()
    while block:
        inside.add(block)
        current = blocks[block]
        test = blocks[current.opener].subject if current.kind == "else" else current.subject
        asked = current.kind == "if" or (current.kind == "else" and blocks[current.opener].kind == "if")
        if asked and test is not None and _says_absent(test, current.kind == "if", name, site):
            return assigned.isdisjoint(inside)
        block = current.parent
    return False


def _says_absent(test: Expr, holds: bool, name: Ref, site: Site) -> bool:
    """Whether it follows from a test, which holds or fails, that a name holds nothing."""
    if test == name:
        return not holds
    if isinstance(test, Result):
        return holds and _asks_for_error(test, name, site)
    if not isinstance(test, Operation) or not test.operands:
        return False
    if test.operator == "not":
        return _says_absent(test.operands[0], not holds, name, site)
    if test.operator in ("and", "or"):
        # All parts of `a and b` hold; of `a or b` that holds nobody knows which one does.
        found = [_says_absent(each, holds, name, site) for each in test.operands]
        return any(found) if (test.operator == "and") is holds else all(found)
    if len(test.operands) != 2 or test.operands[0] != name:
        return False
    other = test.operands[1]
    if not isinstance(other, Constant) or other.value:
        return False
    return test.operator in (("is", "==") if holds else ("is not", "!="))


def _asks_for_error(test: Result, name: Ref, site: Site) -> bool:
    """Whether a test is `isinstance(name, SomeError)`."""
    call = site.function.scope.calls[test.call]
    if call.last_name != "isinstance" or len(call.args) != 2 or call.args[0] != name:
        return False
    given = call.args[1]
    kinds = given.items if isinstance(given, Sequence) else (given,)
    return bool(kinds) and all(isinstance(each, Ref) and _is_error(each, site) for each in kinds)


def _is_error(kind: Ref, site: Site) -> bool:
    project = site.backend.project
    resolved = project.reference(site.function, kind.name)
    if isinstance(resolved.target, Class):
        return any(_is_named_as_error(each.name) for each in project.ancestors(resolved.target))
    return _is_named_as_error(resolved.name)


def _is_named_as_error(name: str) -> bool:
    """Whether a name is that of one of Python's exceptions, or ends as those of libraries do."""
    found = getattr(builtins, name.removeprefix("builtins."), None)
    if isinstance(found, type):
        return issubclass(found, BaseException)
    return name.endswith(("Error", "Exception"))
