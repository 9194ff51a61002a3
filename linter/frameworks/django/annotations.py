"""Conditions on what a query computes of a column: `annotate(low=Lower("email")).filter(low=email)`."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.expressions import Expr, Result, text_of
from linter.facts.sql import Predicate
from linter.frameworks.django.lookups import predicate
from linter.frameworks.lookup_queries import LookupReader
from linter.frameworks.query_chains import Chain, last_name
from linter.resolve.definitions import Function
from linter.resolve.project import Project
from linter.schema.model import Model

_FUNCTIONS = "django.db.models.functions."


def computed(
    project: Project, reader: LookupReader, function: Function, chain: Chain, model: Model
) -> Iterator[Predicate]:
    """The comparisons of a function of Django's around one column of the query's own table."""
    known: dict[str, tuple[str, str]] = {}
    for link in chain.links:
        if link.name in ("annotate", "alias"):
            for name, value in link.call.keywords:
                found = _wrapped(project, reader, function, value, model)
                if found is not None:
                    known[name] = found
        elif link.name in ("filter", "get"):
            for keyword, value in link.call.keywords:
                name, *lookups = keyword.split("__")
                if name in known:
                    column, around = known[name]
                    compared = predicate(model.table, column, "", lookups, value)
                    if compared is not None:
                        yield Predicate(model.table, column, compared.operator, around)


def _wrapped(
    project: Project, reader: LookupReader, function: Function, value: Expr, model: Model
) -> tuple[str, str] | None:
    """The column and the function of `Lower("column")`; None for any other expression."""
    if not isinstance(value, Result):
        return None
    call = function.scope.calls[value.call]
    if not project.callee(function, call).name.startswith(_FUNCTIONS):
        return None
    columns = [_column(reader, function, each, model) for each in call.args]
    named = [each for each in columns if each is not None]
    return (named[0], last_name(call.callee).lower()) if len(named) == 1 else None


def _column(reader: LookupReader, function: Function, argument: Expr, model: Model) -> str | None:
    """The column that `"name"` or `F("name")` means."""
    if isinstance(argument, Result):
        call = function.scope.calls[argument.call]
        argument = call.args[0] if last_name(call.callee) == "F" and call.args else argument
    name = text_of(argument) or ""
    owner = reader.owner(model, name)
    return owner.columns.get(name) if owner is not None and owner.table == model.table else None
