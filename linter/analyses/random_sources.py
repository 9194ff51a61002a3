"""Where random values come from."""

from __future__ import annotations

from linter.backend import Site
from linter.facts.expressions import Ref


def may_be_safe(site: Site) -> bool:
    """Whether the `random` of a call is the module only where the system has no generator of its own."""
    callee = None if site.call is None else site.call.callee
    name = callee.name.rpartition(".")[0].lstrip(":$") if isinstance(callee, Ref) else ""
    body = site.function.module.functions[0]
    made = [each.value for each in body.assignments.get(name, ()) if each.value is not None]
    return any(site.backend.project.type_of(body, each) == "random.SystemRandom" for each in made)


def is_index(site: Site) -> bool:
    """Whether a value that is drawn picks a place in something: `randrange(len(devices))`."""
    sizes = [site.call_of(each) for each in (site.call.args if site.call else ())]
    return any(size is not None and size.callee.name == "len" for size in sizes)
