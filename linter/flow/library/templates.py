"""Jinja's environments and templates: what they make of a text, and whether they escape what goes into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.flow.arguments import Args
from linter.flow.heap import Native
from linter.flow.kinds import BITS
from linter.flow.names import TO_TEXT
from linter.flow.values import FALSE, STRING, TRUE, UNKNOWN, Named, Value, const_of, gathered, marked, merge

if TYPE_CHECKING:
    from linter.flow.calls import Calls

ENVIRONMENT = "jinja2.Environment"
ENVIRONMENTS = frozenset({ENVIRONMENT, "jinja2.sandbox.SandboxedEnvironment"})
TEMPLATE = "jinja2.Template"


def _escapes(args: Args) -> Value:
    given = args.keywords.get("autoescape")
    return FALSE if given is None or const_of(given) in (False, None) else TRUE


def _environment(name: str) -> Callable[[Calls, Args, Value], Value]:
    def model(act: Calls, args: Args, receiver: Value) -> Value:
        return act.allocate(Native(name, {"escapes": _escapes(args)}))

    return model


def _template(act: Calls, args: Args, receiver: Value) -> Value:
    return act.allocate(Native(TEMPLATE, {"escapes": _escapes(args), "text": args.given(0, "source")}))


def method_of_environment(act: Calls, record: Native, name: str, args: Args) -> Value:
    """`environment.name(...)`: a template of a text, or one that is read of a file."""
    if name == "from_string":
        text = args.given(0, "source")
        return act.allocate(Native(TEMPLATE, {"escapes": record.fields["escapes"], "text": text}))
    return Value(Named(f"{ENVIRONMENT}.{name}()"))


def method_of_template(act: Calls, record: Native, name: str, args: Args) -> Value:
    """`template.render(...)`: its text with values put into it."""
    if name not in ("render", "render_async"):
        return UNKNOWN
    text = record.fields["text"]
    # What is wrong with a text of the caller's is said where the template is made of it, and once.
    own = marked(act.deep_taints(text), BITS["xss"])
    given = gathered([Value(None, act.deep_taints(each)) for each in args.all()])
    known = const_of(text)
    plain = not isinstance(known, str) or "safe" not in known
    if const_of(record.fields["escapes"]) is True and plain:
        given = marked(given, BITS["xss"])
    return Value(STRING, merge(own, given))


def _rendered(act: Calls, args: Args, receiver: Value) -> Value:
    """`render_to_string(name, context)`: a text in which most values are escaped."""
    given = marked(gathered([Value(None, act.deep_taints(each)) for each in args.all()]), BITS["xss"])
    for _, value in act.engine.pages.put_out(act, TO_TEXT, args):
        given = merge(value.taints, given)
    return Value(STRING, given)


TEMPLATES: dict[str, Callable[[Calls, Args, Value], Value | None]] = {
    **{name: _environment(name) for name in ENVIRONMENTS},
    TEMPLATE: _template,
    TO_TEXT: _rendered,
}
"""Models of what makes templates, by canonical name."""
