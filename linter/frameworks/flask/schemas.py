"""Declared inputs of Flask handlers: marshmallow schemas, request parsers, Flask-RESTX models and WTForms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from linter.backend import Backend, Input, InputPlace, Verdict
from linter.facts.expressions import Constant, Expr, Mapping, Ref, Result, Sequence
from linter.facts.scopes import Call
from linter.frameworks.flask.scenes import Value, receiver_of
from linter.frameworks.flask.setup import Setup
from linter.resolve.definitions import Class, Definition, Function
from linter.resolve.project import Variable
from linter.shapes import Field as ShapeField
from linter.shapes import shape_of

_PLACES: dict[str, InputPlace] = {
    "json": "body",
    "json_or_form": "body",
    "query": "query",
    "querystring": "query",
    "args": "query",
    "values": "query",
    "form": "form",
    "headers": "header",
    "cookies": "cookie",
    "files": "file",
    "path": "path",
    "view_args": "path",
}
_TYPES = {
    "int": "int",
    "integer": "int",
    "str": "str",
    "string": "str",
    "email": "str",
    "url": "str",
    "bool": "bool",
    "boolean": "bool",
    "float": "float",
    "number": "float",
    "decimal": "Decimal",
    "uuid": "UUID",
    "datetime": "datetime",
    "awaredatetime": "datetime",
    "naivedatetime": "datetime",
    "date": "date",
    "time": "time",
    "timedelta": "timedelta",
    "list": "list",
    "selectmultiple": "list",
    "nested": "dict",
    "dict": "dict",
    "mapping": "dict",
    "raw": None,
    "password": "str",
    "textarea": "str",
    "hidden": "str",
    "search": "str",
    "tel": "str",
    "file": "file",
    "multiplefile": "file",
    "select": "str",
    "radio": "str",
}
_BOUNDED_TYPES = frozenset({"bool", "UUID", "datetime", "date", "time", "timedelta"})
_BOUNDING = frozenset({"OneOf", "Regexp", "Equal", "AnyOf", "ContainsOnly"})
_LIMITING = frozenset({"Length", "Range", "NumberRange"})
_REQUIRING = frozenset({"DataRequired", "InputRequired", "FileRequired", "Required"})
_FORMS = (
    "wtforms.Form",
    "wtforms.form.Form",
    "flask_wtf.FlaskForm",
    "flask_wtf.Form",
    "flask_wtf.form.FlaskForm",
)
_PARSERS = (
    "flask_restful.RequestParser",
    "flask_restx.reqparse.RequestParser",
    "flask_restplus.reqparse.RequestParser",
)
_USES = {"use_args": "json", "use_kwargs": "json", "arguments": "json", "input": "json"}

_COPIES = 8
"""How many copies of copies of a parser are followed."""


class _Field(NamedTuple):
    """A call that declares one field, and where it stands."""

    name: str
    holder: Definition
    call: Call
    known: ShapeField | None = None


class Schemas:
    """Reads declared inputs for one backend."""

    def __init__(self, backend: Backend, setup: Setup) -> None:
        self._backend = backend
        self._project = backend.project
        self._setup = setup
        self._parsers: dict[object, list[tuple[Definition, Call]]] | None = None
        self._classes: dict[tuple[str, str], list[Input]] = {}

    def declared(self, holder: Definition, call: Call) -> Iterator[Input]:
        """What a decorator such as `@use_args(Schema)` or `@ns.expect(parser)` declares."""
        _, method = receiver_of(call.callee)
        if method in _USES and call.args:
            place = self._place(holder, call, _USES[method])
            yield from self._schema(self._setup.at(holder, call.args[0]), place)
        elif method == "expect":
            for argument in call.args:
                value = self._setup.at(holder, argument)
                yield from self._parser(holder, argument)
                yield from self._schema(value, "body")
        elif method == "paginate" and "flask_smorest" in self._project.imported:
            yield Input("page", "query", "int", False)
            yield Input("page_size", "query", "int", False)
        elif method == "param" and call.args:
            name = self._backend.text(holder, call.args[0])
            where = self._backend.text(holder, call.keyword("_in")) or "query"
            if name is not None and _PLACES.get(where, "query") != "path":
                yield Input(name, _PLACES.get(where, "query"), None, False)

    def used_in(self, function: Function) -> Iterator[Input]:
        """What parsers and forms that a function uses declare."""
        for call in function.scope.calls:
            receiver, method = receiver_of(call.callee)
            if method == "parse_args" and isinstance(receiver, Ref):
                yield from self._parser(function, receiver)
            elif isinstance(call.callee, Ref):
                target = self._project.callee(function, call).target
                if isinstance(target, Class) and self._project.derives(target, *_FORMS):
                    yield from self._class(target, "form")

    def _place(self, holder: Definition, call: Call, default: str) -> InputPlace:
        where = self._backend.text(holder, call.keyword("location")) or default
        return _PLACES.get(where, "body")

    # Schemas

    def _schema(self, value: Value, place: InputPlace) -> Iterator[Input]:
        for leaf in self._setup.leaves(value):
            match leaf.expr:
                case Mapping():
                    yield from self._mapping(leaf, leaf.expr, place)
                case Ref(name=name):
                    target = self._project.reference(leaf.holder, name).target
                    if isinstance(target, Class):
                        yield from self._class(target, place)
                case Result(call=index):
                    call = leaf.holder.scope.calls[index]
                    target = self._project.callee(leaf.holder, call).target
                    if isinstance(target, Class):
                        yield from self._narrowed(self._class(target, place), leaf.holder, call)
                    else:
                        yield from self._model(leaf, call, place)
                case Sequence(items=(item,)):
                    yield from self._schema(leaf.beside(item), place)
                case _:
                    pass

    def _narrowed(self, fields: list[Input], holder: Definition, call: Call) -> Iterator[Input]:
        """The fields that `Schema(partial=True, only=(...), exclude=(...))` leaves, and needs."""
        optional = self._names(holder, call.keyword("partial"))
        only, excluded = (self._names(holder, call.keyword(each)) for each in ("only", "exclude"))
        partial = self._backend.constant(holder, call.keyword("partial")) is True
        for each in fields:
            if (only and each.name not in only) or each.name in excluded:
                continue
            yield replace(each, required=False) if partial or each.name in optional else each

    def _names(self, holder: Definition, given: Expr | None) -> frozenset[str]:
        items = given.items if isinstance(given, Sequence) else ()
        return frozenset(name for each in items if (name := self._backend.text(holder, each)) is not None)

    def _model(self, leaf: Value, call: Call, place: InputPlace) -> Iterator[Input]:
        """`api.model("User", {...})` of Flask-RESTX, and `Schema.from_dict({...})`."""
        _, method = receiver_of(call.callee)
        if method in ("model", "from_dict", "inherit", "clone"):
            for argument in call.args:
                for inner in self._setup.leaves(leaf.beside(argument)):
                    if isinstance(inner.expr, Mapping):
                        yield from self._mapping(inner, inner.expr, place)

    def _mapping(self, leaf: Value, mapping: Mapping, place: InputPlace) -> Iterator[Input]:
        for key, value in zip(mapping.keys, mapping.values, strict=True):
            name = self._backend.text(leaf.holder, key)
            if name is not None and isinstance(value, Result):
                yield from self._field(_Field(name, leaf.holder, leaf.holder.scope.calls[value.call]), place)

    def _class(self, cls: Class, place: InputPlace) -> list[Input]:
        key = (cls.id, place)
        if key not in self._classes:
            names: dict[str, _Field] = {}
            for ancestor in self._project.ancestors(cls):
                if isinstance(ancestor.target, Class):
                    for name, assign in ancestor.target.attributes.items():
                        if isinstance(assign.value, Result):
                            call = ancestor.target.scope.calls[assign.value.call]
                            names.setdefault(name, _Field(name, ancestor.target, call))
            shape = shape_of(self._project, cls)
            self._classes[key] = [
                each
                for name, field in names.items()
                for each in self._field(
                    field._replace(known=None if shape is None else shape.field(name)), place
                )
            ]
        return self._classes[key]

    def _field(self, field: _Field, place: InputPlace) -> Iterator[Input]:
        holder, call = field.holder, field.call
        _, last = receiver_of(call.callee)
        kind = last.removesuffix("Field").lower()
        constant = self._backend.constant
        if kind not in _TYPES or not last[:1].isupper():
            return
        if (
            constant(holder, call.keyword("dump_only")) is True
            or constant(holder, call.keyword("readonly")) is True
        ):
            return
        name = self._backend.text(holder, call.keyword("data_key")) or field.name
        validators = list(self._validators(holder, call))
        required = constant(holder, call.keyword("required")) is True or any(
            each in _REQUIRING for each, _ in validators
        )
        shown = _TYPES[kind]
        where: InputPlace = "file" if shown == "file" else place
        shown = None if shown == "file" else shown
        bounded = self._bounded(holder, shown, validators, kind, call)
        model: Class | None = None
        if field.known is not None:
            bounded = field.known.bounded
            model = field.known.nested[0] if len(field.known.nested) == 1 else None
        yield Input(name, where, shown, required, bounded, model)

    def _validators(self, holder: Definition, call: Call) -> Iterator[tuple[str, Call | None]]:
        given = call.keyword("validate") or call.keyword("validators")
        if given is None and len(call.args) > 1:
            given = call.args[1]
        for each in given.items if isinstance(given, Sequence) else (given,):
            if isinstance(each, Result):
                inner = holder.scope.calls[each.call]
                yield receiver_of(inner.callee)[1], inner
            elif isinstance(each, Ref):
                yield each.name.rpartition(".")[2].lstrip(":$"), None

    def _bounded(
        self,
        holder: Definition,
        shown: str | None,
        validators: list[tuple[str, Call | None]],
        kind: str,
        call: Call,
    ) -> Verdict:
        if shown in _BOUNDED_TYPES or kind in ("select", "radio") or call.keyword("max_length") is not None:
            return Verdict.YES
        if any(call.keyword(name) is not None for name in ("enum", "max", "pattern", "max_items")):
            return Verdict.YES
        for name, made in validators:
            if name in _BOUNDING:
                return Verdict.YES
            if name in _LIMITING and made is not None:
                if made.keyword("max") is not None or made.keyword("equal") is not None or len(made.args) > 1:
                    return Verdict.YES
        return Verdict.NO if shown in ("int", "str", "float", "list") else Verdict.UNKNOWN

    # Request parsers

    def _parser(self, holder: Definition, expr: Expr, depth: int = 0) -> Iterator[Input]:
        if not isinstance(expr, Ref):
            return
        copied = self._copied(holder, expr) if depth < _COPIES else None
        if copied is not None:
            yield from self._parser(*copied, depth + 1)
        key = self._variable(holder, expr.name)
        for where, call in self._arguments.get(key, ()):
            found = self._argument(where, call)
            if found is not None:
                yield found

    def _variable(self, holder: Definition, name: str) -> object:
        """What identifies the variable that a name reads."""
        if name[0] == "$":
            binder = self._project.binder(holder, name[1:].partition(".")[0])
            return (id(binder), name)
        target = self._project.reference(holder, name).target
        return (id(target.holder), target.name) if isinstance(target, Variable) else None

    @property
    def _arguments(self) -> dict[object, list[tuple[Definition, Call]]]:
        """The `add_argument` calls of each request parser."""
        if self._parsers is None:
            self._parsers = {}
            for site in self._backend.methods_called("add_argument"):
                assert site.call is not None
                receiver, _ = receiver_of(site.call.callee)
                if isinstance(receiver, Ref) and self._is_parser(site.function, receiver):
                    key = self._variable(site.function, receiver.name)
                    self._parsers.setdefault(key, []).append((site.function, site.call))
        return self._parsers

    def _copied(self, holder: Definition, parser: Ref) -> tuple[Definition, Ref] | None:
        """The parser that another one is a copy of: `paged = search.copy()`."""
        target = self._project.reference(holder, parser.name).target
        if not isinstance(target, Variable) or not isinstance(target.assign.value, Result):
            return None
        receiver, method = receiver_of(target.holder.scope.calls[target.assign.value.call].callee)
        if method != "copy" or not isinstance(receiver, Ref) or receiver.name == parser.name:
            return None
        return target.holder, receiver

    def _is_parser(self, holder: Definition, receiver: Ref) -> bool:
        copied = self._copied(holder, receiver)
        if copied is not None:
            holder, receiver = copied
        kind = self._project.type_of(holder, receiver)
        return kind is not None and (kind in _PARSERS or kind.endswith(".RequestParser"))

    def _argument(self, holder: Definition, call: Call) -> Input | None:
        name = self._backend.text(holder, call.argument(0, "name"))
        if name is None or name.startswith("-"):
            return None
        location = call.keyword("location")
        first = location.items[0] if isinstance(location, Sequence) and location.items else location
        place = _PLACES.get(self._backend.text(holder, first) or "json", "body")
        kind = call.keyword("type")
        shown = kind.name.rpartition(".")[2].lstrip(":$") if isinstance(kind, Ref) else None
        required = self._backend.constant(holder, call.keyword("required")) is True
        bounded = call.keyword("choices") is not None or shown in ("bool", "boolean")
        if isinstance(call.keyword("action"), Constant) and self._backend.text(
            holder, call.keyword("action")
        ) in ("append", "split"):
            shown = f"list[{shown or 'str'}]"
        verdict = Verdict.YES if bounded else Verdict.NO if shown in ("int", "str") else Verdict.UNKNOWN
        return Input(name, place, shown, required, verdict)
