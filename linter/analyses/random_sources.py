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
