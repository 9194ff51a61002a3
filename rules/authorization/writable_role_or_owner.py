from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.analyses.filled_rows import Body, filled_bodies
from linter.analyses.ownership import ownership_of
from linter.analyses.privileges import privileges_of
from linter.backend import Backend, Class
from linter.facts.expressions import Constant
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.shapes import Field, shape_of

_SHOWN = 3
_CLOSED = ("Literal", "HiddenField")
"""Types whose values the schema itself names, or that the caller does not send."""


class _Power(NamedTuple):
    """What a field gives to its caller: the column, what hangs on it, and where that is seen."""

    column: str
    does: str
    note: Note | None


class WritableRoleOrOwner(Rule[Class]):
    """A body that is written as a whole has a field for the caller's own rights, or for whose the row is.

    ## Why
    Whoever sends `is_admin: true` with a change of address is an administrator, and a row can be given to, or
    taken from, another account. The page's form need not show the field.

    ## Bad
        class UserUpdate(BaseModel):
            email: str
            is_admin: bool = False

        for name, value in body.model_dump().items():
            setattr(user, name, value)

    ## Good
        class UserUpdate(BaseModel):
            email: str

    ## Limits
    A column of accounts counts when a refusal hangs on it (`if not user.is_admin: abort(403)`), or Django's
    own permissions do; an owner, when queries pick rows by that column for the caller. Routes whose guard
    asks for such a column or for a permission may write it. A field that the code on the way names is taken
    to be dealt with. Of GraphQL, input objects and arguments of Strawberry and Graphene are read; Ariadne's,
    which only the schema file names, are not.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/
    - https://cheatsheetseries.owasp.org/cheatsheets/Mass_Assignment_Cheat_Sheet.html
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "bodies that are written as a whole"
    cwe = 915
    owasp = "API3:2023"

    def subjects(self, backend: Backend) -> Iterable[Class]:
        """Schemas, serializers and forms whose fields all go into a table."""
        return dict.fromkeys(each.schema for each in filled_bodies(backend))

    def check(self, subject: Class, backend: Backend) -> Iterator[Outcome]:
        """A field that decides what its caller may do, on a route that anybody with an account may call."""
        shape = shape_of(backend.project, subject)
        if shape is None or not shape.complete or _takes_all(subject):
            return
        for field in shape.fields:
            if field.read_only or (field.type or "").startswith(_CLOSED):
                continue
            open_to = []
            for body in filled_bodies(backend):
                if body.schema is not subject or field.name in body.filled.mentioned:
                    continue
                power = _power(field, body, backend)
                if power is None:
                    continue
                more = privileges_of(backend).asks_for_more(body.route)
                if more is None:
                    yield Undecided("a guard of the route could not be resolved")
                elif not more:
                    open_to.append((body, power))
            if open_to:
                yield self._reproach(subject, field, open_to)

    def _reproach(self, subject: Class, field: Field, open_to: list[tuple[Body, _Power]]) -> Outcome:
        body, power = open_to[0]
        routes = [each.route for each, _ in open_to]
        others = len({each.handler for each in routes}) - 1
        more = f" and {others} other {'route' if others == 1 else 'routes'}" if others else ""
        inherited = field.location.path != subject.module.path
        return self.finding(
            subject,
            f"callers of {body.route}{more} may set `{body.filled.table}.{power.column}`, and {power.does}",
            location=subject.location if inherited else field.location,
            help=f"take `{field.name}` out of `{subject.scope.name}`, and set it by other means",
            related=[
                Note(body.filled.location, f"all fields of `{subject.scope.name}` are written here"),
                *([power.note] if power.note is not None else []),
                *(
                    Note(each.route.handler_location, f"{each.route} takes it")
                    for each, _ in open_to[:_SHOWN]
                ),
            ],
        )


def _power(field: Field, body: Body, backend: Backend) -> _Power | None:
    """What the column behind a field decides."""
    table = backend.tables.get(body.filled.table)
    if table is None:
        return None
    names = [name for name in (field.name, f"{field.name}_id") if name in table.columns]
    for name in names:
        asked = privileges_of(backend).columns.get((table.name, name))
        if asked is not None:
            note = Note(asked.location, f"`{asked.reader}` asks for it")
            return _Power(name, "what an account may do hangs on it", note)
        owner = ownership_of(backend).owner_of(table)
        if owner is not None and owner.column == name and owner.scoped and not owner.through:
            return _Power(name, "whose row it is hangs on it", None)
    return None


def _takes_all(schema: Class) -> bool:
    """Whether a serializer takes `__all__` fields, which is a reproach of its own."""
    meta = schema.children.get("Meta")
    given = meta.attributes.get("fields") if isinstance(meta, Class) else None
    return given is not None and given.value == Constant("__all__")
