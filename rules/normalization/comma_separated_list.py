from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from linter.backend import Backend, Class, Site, TableColumn
from linter.facts.expressions import Attr, Constant, Expr, Operation, Ref, Result
from linter.facts.scopes import Assign
from linter.rule import Confidence, Location, Note, Outcome, Rule, Severity

_SEPARATORS = frozenset({",", ";"})
_CREATES = ("create", "get_or_create", "update_or_create", "acreate")
_TEXTS = ("varchar", "text", "char")


class _Use(NamedTuple):
    writes: bool
    location: Location


class CommaSeparatedList(Rule[TableColumn]):
    """A column of text holds a list, its items joined by commas.

    ## Why
    The database cannot see the items: no foreign key keeps them right, no index finds a row by one of them,
    and `LIKE '%1%'` finds 11 as well. An item with a comma in it breaks the row, and two requests that each
    add an item lose one of them.

    ## Bad
        post.tags = ",".join(tags)
        ...
        for tag in post.tags.split(","):

    ## Good
        class PostTag(models.Model):
            post = models.ForeignKey(Post, models.CASCADE)
            tag = models.ForeignKey(Tag, models.CASCADE)

    ## Limits
    Judged by what code does with the attribute of a model: what it joins into it, and splits out of it. A
    note where only one of both is seen. Types that join and split by themselves are not looked into.

    ## References
    - https://en.wikipedia.org/wiki/First_normal_form
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "columns of text"

    def subjects(self, backend: Backend) -> Iterable[TableColumn]:
        """Columns of text that belong to a model."""
        return (
            each
            for each in backend.columns
            if each.table.owner is not None
            and each.column.type.startswith(_TEXTS)
            and not each.column.type.endswith("]")
        )

    def check(self, subject: TableColumn, backend: Backend) -> Iterator[Outcome]:
        """Joined on the way in, or split on the way out."""
        owner = subject.table.owner
        uses = [] if owner is None else _uses(backend).get((owner.id, subject.column.name), [])
        if not uses:
            return
        reads, writes = [each for each in uses if not each.writes], [each for each in uses if each.writes]
        seen = " and ".join(word for word, found in (("joins", writes), ("splits", reads)) if found)
        notes = [Note(each[0].location, "here") for each in (writes, reads) if each]
        yield self.finding(
            subject,
            f"{subject} holds a list in one text, which code {seen}, so no key or index can reach its items",
            help="keep the items in a table of their own, or in an array or JSON column",
            related=notes,
            severity=self.severity if reads and writes else Severity.NOTE,
        )


@lru_cache(maxsize=1)
def _uses(backend: Backend) -> dict[tuple[str, str], list[_Use]]:
    """Where lists are joined into, and split out of, an attribute of a class."""
    found: dict[tuple[str, str], list[_Use]] = {}
    for site in backend.methods_called("split"):
        for owner, attribute in _split_of(site):
            found.setdefault((owner, attribute), []).append(_Use(False, site.location))
    for site in backend.methods_called("join"):
        for owner, attribute in _joined_into(backend, site):
            found.setdefault((owner, attribute), []).append(_Use(True, site.location))
    return found


def _split_of(site: Site) -> Iterator[tuple[str, str]]:
    """The attribute that `row.attribute.split(",")` takes apart, also behind `or ""`."""
    assert site.call is not None
    call = site.call
    if len(call.args) != 1 or not _is_separator(call.args[0]):
        return
    text: Expr | None = None
    if isinstance(call.callee, Ref):
        text = Ref(call.callee.name.rpartition(".")[0])
    elif isinstance(call.callee, Attr):
        text = call.callee.base
        if isinstance(text, Operation) and text.operator == "or":
            text = text.operands[0]
    yield from _attribute(site, text)


def _joined_into(backend: Backend, site: Site) -> Iterator[tuple[str, str]]:
    """The attributes that get the result of `",".join(…)`, by assignment or when a row is made."""
    assert site.call is not None
    callee, function = site.call.callee, site.function
    if not isinstance(callee, Attr) or not _is_separator(callee.base):
        return
    index = next(at for at, call in enumerate(function.scope.calls) if call is site.call)
    for statement in function.scope.statements:
        if isinstance(statement, Assign) and statement.value == Result(index):
            for target in statement.targets:
                yield from _attribute(site, target)
    for call in function.scope.calls:
        for name, value in call.keywords:
            if value == Result(index) and isinstance(call.callee, Ref):
                made = call.callee.name
                if made.rpartition(".")[2] in _CREATES:
                    made = made.rpartition(".")[0].rpartition(".")[0]
                target_class = backend.project.reference(function, made).target if made.strip("$:.") else None
                if isinstance(target_class, Class):
                    yield target_class.id, name


def _attribute(site: Site, expr: Expr | None) -> Iterator[tuple[str, str]]:
    """The class and the name of `row.attribute`."""
    if isinstance(expr, Ref) and "." in expr.name.lstrip(".$:"):
        row, _, attribute = expr.name.rpartition(".")
        kind = site.type_of(Ref(row)) if row.strip("$:.") else None
        if kind is not None:
            yield kind, attribute


def _is_separator(expr: Expr) -> bool:
    return isinstance(expr, Constant) and isinstance(expr.value, str) and expr.value.strip() in _SEPARATORS
