"""Routers that objects offer which are only known at run time: plugins, found by their entry points.

`for plugin in plugins.all(): app.include_router(plugin.router)` includes the routers that classes of the
project hold under that name, as far as nothing else serves them.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.backend import Backend, Site
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Frame, Made, Value, options
from linter.facts.expressions import Expr, Ref, walk
from linter.frameworks.starlette.nodes import Node, Owner, include, node_of
from linter.resolve.definitions import Function


def include_offered(backend: Backend, evaluator: Evaluator, nodes: list[Node]) -> None:
    """Include what loops include that the evaluation found nothing to go through for."""
    done = {(each.made.module.path, each.made.span) for node in nodes for each in node.includes}
    for site in backend.methods_called("include_router"):
        call = site.call
        if call is None or (site.function.module.path, call.span) in done or not call.args:
            continue
        attribute = _of_item(site, call.args[0])
        if not attribute:
            continue
        keywords = {
            name: evaluator.within(Frame(site.function), value)
            for name, value in call.keywords
            if name != "**"
        }
        routers = list(_held(backend, evaluator, attribute))
        for receiver in _receivers(backend, evaluator, site) if routers else ():
            for router in routers:
                made = Made("include_router", [router], keywords, site.function.module, call.span)
                include(receiver, router, made)


def _of_item(site: Site, router: Expr) -> str:
    """The attribute of a loop's item that a router is; empty for anything else."""
    name, _, attribute = router.name.partition(".") if isinstance(router, Ref) else ("", "", "")
    if not attribute or "." in attribute:
        return ""
    loops = (block for block in site.blocks if block.kind == "for")
    targets = (each for block in loops for target in block.targets for each in walk(target))
    return attribute if Ref(name) in targets else ""


def _held(backend: Backend, evaluator: Evaluator, attribute: str) -> Iterator[Owner]:
    """The routers that classes hold under a name and that nothing includes so far."""
    for cls in backend.classes:
        if attribute in cls.attributes:
            for value in options(evaluator.class_value(cls, attribute)):
                node = node_of(value)
                if node is not None and not node.used and not node.is_app:
                    yield value


def _receivers(backend: Backend, evaluator: Evaluator, site: Site) -> Iterator[Node]:
    """The applications and routers that a call's object may be: a parameter's are those of its callers."""
    assert site.call is not None
    callee = site.call.callee
    name = callee.name.rpartition(".")[0] if isinstance(callee, Ref) else ""
    function = site.function
    if name.startswith(":") or function.is_module:
        yield from _nodes(evaluator, function, Ref(name))
        return
    parameters = [each.name for each in function.head.parameters]
    if name[1:] not in parameters:
        return
    position = parameters.index(name[1:])
    for caller in backend.methods_called(function.head.name):
        given = caller.argument(position, name[1:])
        if caller.callee.target is function and given is not None:
            yield from _nodes(evaluator, caller.function, given)


def _nodes(evaluator: Evaluator, holder: Function, expr: Expr) -> Iterator[Node]:
    value: Value = evaluator.within(evaluator.frame_of(holder), expr)
    for each in options(value):
        node = node_of(each)
        if node is not None:
            yield node
