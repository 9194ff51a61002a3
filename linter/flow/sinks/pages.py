"""Pages made of templates: what is handed to one, and put out there without being escaped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from linter.extract.templates import read_template
from linter.facts.templates import Given, Output, Template
from linter.flow.arguments import Args
from linter.flow.heap import Entries, Instance, Items
from linter.flow.names import TO_TEXT
from linter.flow.sinks.table import Sink
from linter.flow.values import STRING, UNKNOWN, Either, Typed, Value, const_of, constant
from linter.shapes import shape_of

if TYPE_CHECKING:
    from linter.flow.access import Access

_INCLUDED = 6
"""How deep templates that take in templates are followed."""


class _Call(NamedTuple):
    """Where a call names its template, and where it gives the context; keywords are the context if -1."""

    template: int
    keyword: str
    context: int = -1


_BY_KEYWORDS = _Call(0, "template_name_or_list")
_WITH_REQUEST = _Call(1, "template_name", 2)
RENDERS: dict[str, _Call] = {
    "flask.render_template": _BY_KEYWORDS,
    "flask.templating.render_template": _BY_KEYWORDS,
    "quart.render_template": _BY_KEYWORDS,
    "django.shortcuts.render": _WITH_REQUEST,
    "django.template.response.TemplateResponse": _Call(1, "template", 2),
    "fastapi.templating.Jinja2Templates.TemplateResponse": _Call(1, "name", 2),
    "starlette.templating.Jinja2Templates.TemplateResponse": _Call(1, "name", 2),
}
_CALLS = {**RENDERS, TO_TEXT: _Call(0, "template_name", 1)}
LAST_NAMES = frozenset(name.rpartition(".")[2] for name in _CALLS)
_TEXTS = frozenset({"flask.render_template_string", "quart.render_template_string"})
"""What is handed the text of a template in place of its name."""
_TEXT_NAMES = frozenset(name.rpartition(".")[2] for name in _TEXTS)
_RAW = frozenset({"data", "cleaned_data", "value", "initial"})
"""Parts of forms that hold what was sent as it is."""
_FORMS = frozenset({"django-form", "wtforms"})

_read = lru_cache(maxsize=64)(read_template)


class Pages:
    """The templates of one project that put values out as they are, by path.

    A template is found by the end of its path; where several have the name, nothing is known.
    """

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = templates

    @property
    def names(self) -> frozenset[str]:
        """The last names of the functions that may put out a value as it is."""
        return _TEXT_NAMES | LAST_NAMES if self._templates else _TEXT_NAMES

    def reached(self, act: Access, name: str, args: Args) -> Iterator[tuple[Sink, Value]]:
        """The values that a call puts into the page that it sends, without being escaped."""
        if name in RENDERS or name in _TEXTS:
            yield from self.put_out(act, name, args)

    def put_out(self, act: Access, name: str, args: Args) -> Iterator[tuple[Sink, Value]]:
        """The values that a call puts into the text of its page, without being escaped."""
        call = _CALLS.get(name)
        if name in _TEXTS:
            written = const_of(args.given(0, "source"))
            outputs = _read(written).outputs if isinstance(written, str) else ()
            yield from self._put_out(act, Sink("xss", name), outputs, None, args)
        elif call is not None:
            template, context = self._given(act, call, args)
            row = Sink("xss", f'{name}("{template}")')
            yield from self._put_out(act, row, self._outputs(template, 0), context, args)

    def _put_out(
        self, act: Access, row: Sink, outputs: Iterable[Output], context: Value | None, args: Args
    ) -> Iterator[tuple[Sink, Value]]:
        for output in outputs:
            first, *rest = output.path.split(".")
            value = _looked_up(act, context, args, first)
            if _is_form(act, value) and _RAW.isdisjoint(rest):
                # What a form makes of its fields is escaped.
                continue
            for part in rest:
                value = _part(act, value, part)
            taints = act.deep_taints(value)
            if taints:
                yield row, Value(STRING, taints)

    def _given(self, act: Access, call: _Call, args: Args) -> tuple[str, Value | None]:
        """The name of the template, and the context where that is an argument of its own."""
        position = call.template
        context = None if call.context < 0 else args.get(call.context, "context")
        name = const_of(args.given(position, call.keyword))
        if not isinstance(name, str) and position:
            # Starlette took the name first for long, and the request in the context.
            name, context = const_of(args.given(position - 1)), args.get(position, "context")
        return (name if isinstance(name, str) else ""), context

    def _outputs(self, name: str, depth: int) -> Iterator[Output]:
        found = self._template(name)
        if found is None or depth > _INCLUDED:
            return
        yield from found.outputs
        for given in found.given:
            if self._puts_out(given):
                yield Output(given.path, given.line)
        for included in found.includes:
            yield from self._outputs(included, depth + 1)

    def _template(self, name: str) -> Template | None:
        found = [each for path, each in self._templates.items() if path == name or path.endswith("/" + name)]
        return found[0] if name and len(found) == 1 else None

    def _puts_out(self, given: Given) -> bool:
        """Whether a macro of another template puts out as it is what it is given."""
        other = self._template(given.template)
        for macro in () if other is None else other.macros:
            if macro.name == given.macro:
                position = int(given.parameter) if given.parameter.isdecimal() else len(macro.parameters)
                known = macro.parameters[position : position + 1] or (given.parameter,)
                return known[0] in macro.put_out
        return False


def _is_form(act: Access, value: Value) -> bool:
    """Whether a value is an instance of a form that puts itself out as HTML."""
    if type(value.shape) is Either:
        return all(_is_form(act, Value(each)) for each in value.shape.shapes)
    record = act.record(value)
    cls = record.cls if type(record) is Instance else value.shape.cls if type(value.shape) is Typed else None
    if cls is None:
        return False
    project = act.engine.project
    project.trace.log.append(act.engine.declarations)
    shape = shape_of(project, cls)
    return shape is not None and shape.library in _FORMS


def _part(act: Access, value: Value, name: str) -> Value:
    """An attribute, entry or position of a value; of each item where the value is what a loop runs over."""
    record = act.record(value)
    if type(record) is Items and not name.isdigit():
        value = act.any_element(value)
        record = act.record(value)
    if type(record) is Entries:
        return act.entry(record, name)
    return act.item(value, constant(int(name))) if name.isdigit() else act.attribute(value, name)


def _looked_up(act: Access, context: Value | None, args: Args, name: str) -> Value:
    if context is None:
        return args.keywords.get(name, UNKNOWN)
    record = act.record(context)
    if type(record) is not Entries:
        return UNKNOWN
    return record.entries.get(name, record.rest if record.rest is not None else UNKNOWN)
