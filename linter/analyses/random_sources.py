"""Where random values come from."""

from __future__ import annotations

from linter.backend import Site
from linter.facts.expressions import Ref, Result

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
