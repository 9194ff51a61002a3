"""Edits of models that give a column an index, where there is one place to do it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from linter.backend import Backend, TableColumn
from linter.concrete import appended, with_keyword, without_keyword
from linter.facts.expressions import Constant, Expr, Mapping, Result, Sequence, Starred
from linter.facts.scopes import Assign, Call, Import
from linter.facts.spans import unpack
from linter.finding import Location
from linter.resolve.definitions import Class, Function, Module

if TYPE_CHECKING:
    import libcst as cst

    from linter.rule import Replacement

_COLUMNS = frozenset({"Column", "mapped_column"})
_WRAPPERS = frozenset({"deferred", "column_property"})
_LONGEST = 63
"""Letters of a name that PostgreSQL keeps."""
_LONG = ("text", "json", "bytea", "blob")
"""Types whose values may be too long for a plain index."""
_INDEXES = "indexes"
_ARGUMENTS = "__table_args__"


class IndexPlan(NamedTuple):
    """How a model gets its index: the statement at `place` is edited, and `imports` are added if missing."""

    place: Location
    edit: Callable[[cst.CSTNode], Replacement | None]
    imports: tuple[str, ...] = ()


def index_plan(subject: TableColumn, backend: Backend) -> IndexPlan | None:
    """The edit that gives a column of Django or SQLAlchemy an index; None where it is not plain which one."""
    source, owner = subject.table.source, subject.table.owner
    if subject.column.type.startswith(_LONG):
        return None
    if source == "sqlalchemy" and owner is None:
        # `Table("orders", metadata, Column("reference"), …)`: one statement holds all columns.
        return IndexPlan(subject.column.location, partial(_indexed_column, name=subject.column.name))
    if owner is None or source not in ("django", "sqlalchemy"):
        return None
    attribute = _attribute(owner, subject.column.location)
    if source == "django":
        return _of_django(subject, owner, attribute, backend)
    declared = (owner, attribute) if attribute else _in_subclass(owner, subject.column.location, backend)
    if declared is not None:
        return _of_attribute(*declared, backend)
    return _of_arguments(subject, owner, backend)


def _attribute(owner: Class, place: Location) -> str:
    """The one name of the class body whose assignment holds a place; empty when another class has it."""
    if place.path != owner.module.path:
        return ""
    found = [name for name, assign in owner.attributes.items() if _holds(assign, place)]
    return found[0] if len(found) == 1 else ""


def _holds(assign: Assign, place: Location) -> bool:
    line, column, end_line, end_column = unpack(assign.span)
    return (line, column) <= (place.line, place.column - 1) <= (end_line, end_column)


# SQLAlchemy and what is built on it


def _of_attribute(owner: Class, attribute: str, backend: Backend) -> IndexPlan | None:
    """`index=True` on the column that the class itself declares."""
    assign = owner.attributes[attribute]
    place = owner.module.locate(assign.span)
    is_sqlmodel = any(base.name.startswith("sqlmodel.") for base in backend.project.ancestors(owner))
    if isinstance(assign.value, Result):
        call = owner.scope.calls[assign.value.call]
        name = _library_name(owner, call, backend)
        is_outer = name == "sqlmodel.Field" and call.keyword("sa_column") is not None
        if is_outer or name.rpartition(".")[2] in _WRAPPERS:
            return IndexPlan(place, partial(_indexed_column, name=""))
        is_field = name == "sqlmodel.Field" or name.rpartition(".")[2] in _COLUMNS
        return IndexPlan(place, _indexed_field) if is_field and not call.is_open else None
    name, source = ("Field", "sqlmodel") if is_sqlmodel else ("mapped_column", "sqlalchemy.orm")
    is_plain = assign.annotation is not None and (
        assign.value is None or (is_sqlmodel and isinstance(assign.value, Constant))
    )
    if not is_plain or not _is_free(owner.module, name, source):
        return None
    return IndexPlan(place, partial(_declared, name=name), (f"{source}:{name}",))


def _in_subclass(owner: Class, place: Location, backend: Backend) -> tuple[Class, str] | None:
    """The class, and its attribute, that adds a column to the table of the one that it extends."""
    for cls in owner.module.classes:
        attribute = _attribute(cls, place)
        if attribute and any(base.target is owner for base in backend.project.ancestors(cls)[1:]):
            return cls, attribute
    return None


def _of_arguments(subject: TableColumn, owner: Class, backend: Backend) -> IndexPlan | None:
    """`Index(…)` in the class's own `__table_args__`, for a column that a base or a mixin declares."""
    if not _inherited(owner, subject.column.location, backend):
        return None
    table = subject.table.name.replace(".", "_")
    name = f"ix_{table}_{subject.column.name}"
    spelled = _spelled_index(owner.module)
    if not name.isidentifier() or len(name) > _LONGEST or not spelled:
        return None
    code = f'{spelled}("{name}", "{subject.column.name}")'
    imports = ("sqlalchemy:Index",) if spelled == "Index" else ()
    own = owner.attributes.get(_ARGUMENTS)
    if own is not None:
        is_literal = isinstance(own.value, Mapping) or _is_literal(own.value, "tuple")
        place = owner.module.locate(own.span)
        return IndexPlan(place, partial(_with_argument, code=code), imports) if is_literal else None
    inherited = backend.project.member(owner, _ARGUMENTS)
    if inherited is not None and inherited.target is not None:
        return None
    statement = f"{_ARGUMENTS} = ({code},)"
    named = owner.attributes.get("__tablename__")
    if named is None:
        return None
    place = owner.module.locate(named.span)
    return IndexPlan(place, partial(_followed_by, statement=statement), imports)


def _spelled_index(module: Module) -> str:
    """How a module calls SQLAlchemy's `Index`, imported already or not; empty where it calls another so."""
    for name, bound in module.bindings.items():
        if isinstance(bound, Import) and (bound.module, bound.name) == ("sqlalchemy", ""):
            return f"{name}.Index"
    return "Index" if _is_free(module, "Index", "sqlalchemy") else ""


def _inherited(owner: Class, place: Location, backend: Backend) -> str:
    """The attribute at a place that one of the classes which a model extends declares; empty for none."""
    bases = [base.target for base in backend.project.ancestors(owner)[1:]]
    named = (_attribute(base, place) for base in bases if isinstance(base, Class))
    return next((name for name in named if name), "")


# Django


def _of_django(subject: TableColumn, owner: Class, attribute: str, backend: Backend) -> IndexPlan | None:
    """A field without its `db_index=False`, an entry in `Meta.indexes`, or `db_index=True` on the field."""
    call = _call(owner, attribute)
    if attribute and call is None:
        return None
    if call is not None and subject.column.references:
        denied = call.keyword("db_index") == Constant(False)
        place = owner.module.locate(owner.attributes[attribute].span)
        return IndexPlan(place, _without_denial) if denied else None
    listed = _of_meta(owner, attribute or _inherited(owner, subject.column.location, backend))
    if listed is not None or call is None:
        return listed
    if call.is_open or not _takes_options(owner, call, backend):
        return None
    place = owner.module.locate(owner.attributes[attribute].span)
    return IndexPlan(place, partial(_indexed_field, keyword="db_index"))


def _of_meta(owner: Class, name: str) -> IndexPlan | None:
    """An entry in the list of indexes that the model's own `Meta` spells out."""
    meta = owner.children.get("Meta")
    own = meta.attributes.get(_INDEXES) if isinstance(meta, Class) else None
    if not name or own is None or not (_is_literal(own.value, "list") or _is_literal(own.value, "tuple")):
        return None
    bound = owner.module.bindings.get("models")
    place = owner.module.locate(own.span)
    if isinstance(bound, Import) and f"{bound.module}.{bound.name}" == "django.db.models":
        return IndexPlan(place, partial(_with_element, code=f'models.Index(fields=["{name}"])'))
    if not _is_free(owner.module, "Index", "django.db.models"):
        return None
    code = f'Index(fields=["{name}"])'
    return IndexPlan(place, partial(_with_element, code=code), ("django.db.models:Index",))


def _takes_options(owner: Class, call: Call, backend: Backend) -> bool:
    """Whether a field's class is a library's, or one of the project that hands its options on."""
    target = backend.project.callee(owner, call).target
    if target is None:
        return True
    init = backend.project.member(target, "__init__") if isinstance(target, Class) else None
    if init is None or not isinstance(init.target, Function):
        return isinstance(target, Class)
    return any(parameter.kind == "**" for parameter in init.target.scope.parameters)


# Facts


def _call(owner: Class, attribute: str) -> Call | None:
    assign = owner.attributes.get(attribute)
    value = None if assign is None else assign.value
    return owner.scope.calls[value.call] if isinstance(value, Result) else None


def _library_name(owner: Class, call: Call, backend: Backend) -> str:
    """The canonical name of a library's callable; empty for a function of the project."""
    found = backend.project.callee(owner, call)
    if found.target is None:
        return found.name.replace("sqlmodel.main.", "sqlmodel.")
    return "" if isinstance(found.target, Function) else found.name


def _is_literal(value: Expr | None, kind: str) -> bool:
    """Whether all items of a list or tuple are spelled out."""
    return (
        isinstance(value, Sequence)
        and value.kind == kind
        and not any(isinstance(item, Starred) for item in value.items)
    )


def _is_free(module: Module, name: str, source: str) -> bool:
    """Whether a name means nothing in a module yet, or already what `source` gives."""
    bound = module.bindings.get(name)
    return bound is None or (
        isinstance(bound, Import) and bound.name == name and bound.module.startswith(source)
    )


# Edits


def _value(node: cst.CSTNode) -> cst.BaseExpression | None:
    """What the one assignment of a statement assigns."""
    import libcst as cst

    if not isinstance(node, cst.SimpleStatementLine) or len(node.body) != 1:
        return None
    assign = node.body[0]
    return assign.value if isinstance(assign, (cst.Assign, cst.AnnAssign)) else None


def _indexed_field(node: cst.CSTNode, keyword: str = "index") -> Replacement | None:
    import libcst as cst

    value = _value(node)
    if not isinstance(value, cst.Call):
        return None
    return _replaced(node, value, with_keyword(value, keyword, "True"))


def _indexed_column(node: cst.CSTNode, name: str) -> Replacement | None:
    """A statement whose one `Column(…)`, or the one that begins with a name, gets `index=True`."""
    import libcst as cst
    import libcst.matchers as m

    named = m.Call(func=m.Name("Column") | m.Attribute(attr=m.Name("Column")))
    found = [each for each in m.findall(node, named) if isinstance(each, cst.Call)]
    if name:
        found = [each for each in found if each.args and _text(each.args[0].value) == name]
    if len(found) != 1 or any(argument.star for argument in found[0].args):
        return None
    return _replaced(node, found[0], with_keyword(found[0], "index", "True"))


def _text(node: cst.BaseExpression) -> object:
    import libcst as cst

    return node.evaluated_value if isinstance(node, cst.SimpleString) else None


def _declared(node: cst.CSTNode, name: str) -> Replacement | None:
    """`name: type` or `name: type = default` with a column that has an index."""
    import libcst as cst

    if not isinstance(node, cst.SimpleStatementLine) or not isinstance(node.body[0], cst.AnnAssign):
        return None
    old = node.body[0]
    call = cst.ensure_type(cst.parse_expression(f"{name}(index=True)"), cst.Call)
    if old.value is not None:
        default = cst.ensure_type(cst.parse_expression(f"{name}(default=None, index=True)"), cst.Call)
        call = default.with_changes(args=[default.args[0].with_changes(value=old.value), default.args[1]])
    spaced = cst.AssignEqual() if old.value is None else old.equal
    return node.with_changes(body=[old.with_changes(value=call, equal=spaced)])


def _without_denial(node: cst.CSTNode) -> Replacement | None:
    import libcst as cst

    value = _value(node)
    return _replaced(node, value, without_keyword(value, "db_index")) if isinstance(value, cst.Call) else None


def _with_element(node: cst.CSTNode, code: str) -> Replacement | None:
    import libcst as cst

    value = _value(node)
    if not isinstance(value, (cst.List, cst.Tuple)):
        return None
    return _replaced(node, value, appended(value, code, len(value.elements)))


def _with_argument(node: cst.CSTNode, code: str) -> Replacement | None:
    """`__table_args__` with one more entry, in front of the dictionary of options that may end it."""
    import libcst as cst

    value = _value(node)
    if isinstance(value, cst.Dict):
        single = cst.ensure_type(cst.parse_expression(f"({code}, None)"), cst.Tuple)
        first, last = single.elements
        return _replaced(node, value, single.with_changes(elements=[first, last.with_changes(value=value)]))
    if not isinstance(value, cst.Tuple):
        return None
    ends_in_options = bool(value.elements) and isinstance(value.elements[-1].value, cst.Dict)
    return _replaced(node, value, appended(value, code, len(value.elements) - ends_in_options))


def _followed_by(node: cst.CSTNode, statement: str) -> Replacement | None:
    import libcst as cst

    if not isinstance(node, cst.SimpleStatementLine):
        return None
    return cst.FlattenSentinel([node, cst.parse_statement(statement)])


def _replaced(node: cst.CSTNode, old: cst.CSTNode, new: cst.CSTNode) -> Replacement | None:
    import libcst as cst

    found = node.deep_replace(old, new)
    return found if isinstance(found, cst.CSTNode) else None
