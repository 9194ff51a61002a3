"""Where random values come from."""

from __future__ import annotations

from linter.backend import Site
from linter.facts.expressions import Expr, Ref, Result

_SAFE = ("secrets.", "os.urandom")


def may_be_safe(site: Site) -> bool:
    """Whether the `random` of a call is the module only where the system has no generator of its own."""
    callee = None if site.call is None else site.call.callee
    name = callee.name.rpartition(".")[0].lstrip(":$") if isinstance(callee, Ref) else ""
    body = site.function.module.functions[0]
    made = [each.value for each in body.assignments.get(name, ()) if each.value is not None]
    return any(site.backend.project.type_of(body, each) == "random.SystemRandom" for each in made)


def is_index(site: Site) -> bool:
    """Whether a value that is drawn picks a place in something, or says how much is drawn elsewhere.

    `randrange(len(devices))`, `secrets.token_hex(randint(12, 16))`.
    """
    sizes = [site.call_of(each) for each in (site.call.args if site.call else ())]
    return any(size is not None and size.callee.name == "len" for size in sizes) or _is_amount(site)


def _is_amount(site: Site) -> bool:
    calls = site.function.scope.calls
    project = site.backend.project
    return any(
        isinstance(given, Result) and calls[given.call] is site.call
        for each in calls
        for given in each.args
        if project.callee(site.function, each).name.startswith(_SAFE)
    )


def is_drawn(site: Site, value: Expr, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a value is what a call has drawn, as it is."""
    if isinstance(value, Ref):
        assigned = () if value.name in seen else site.function.assignments.get(value.name[1:], ())
        given = [each.value for each in assigned if each.value is not None]
        return any(is_drawn(site, each, seen | {value.name}) for each in given)
    return isinstance(value, Result) and site.function.scope.calls[value.call] is site.call


def is_picked(site: Site, value: Expr) -> bool:
    """Whether a value is one of several that exist already, such as the keys of a pool."""
    if site.callee.name != "random.choice" or not is_drawn(site, value):
        return False
    among = site.argument(0, "seq")
    return not isinstance(among, Result) or site.function.scope.calls[among.call].callee != Ref("range")
