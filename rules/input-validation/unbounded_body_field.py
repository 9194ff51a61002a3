from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.stored_fields import is_text, stored_fields
from linter.backend import Backend, Class, Verdict
from linter.rule import Confidence, Note, Outcome, Rule, Severity
from linter.shapes import Field, Shape, shapes_of

_BODIES = ("body", "form")
_NAMED = 3
_MANY = 10
_MOST = 0.6


class UnboundedBodyField(Rule[Class]):
    """A text or list of a request body has no largest size.

    ## Why
    Where the column behind it is limited, longer text gets through the validation and fails in the database:
    the caller gets a 500 in place of a 422 that names the field. Where nothing limits it, one request fills
    memory and rows with megabytes.

    ## Bad
        class OrderIn(BaseModel):
            note: str

        Order(note=body.note)      # note: Mapped[str] = mapped_column(String(50))

    ## Good
        class OrderIn(BaseModel):
            note: Annotated[str, Field(max_length=50)]

    ## Limits
    A warning where the field is seen on its way into a column of limited length, in a project that is not
    written for SQLite alone (of low confidence where its database is not known). All else is a note of low
    confidence: one for each schema, or a single one where most schemas of ten or more are open. Fields that a
    validator looks at, or whose length the code takes, are left alone, and so is code that catches the
    error of the database. Pydantic, SQLModel, msgspec, marshmallow, serializers and forms.

    ## References
    - https://cwe.mitre.org/data/definitions/1284.html
    - https://owasp.org/API-Security/editions/2023/en/0xa4-unrestricted-resource-consumption/
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "schemas of request bodies"
    cwe = 1284
    owasp = "API4:2023"

    def subjects(self, backend: Backend) -> Iterable[Class]:
        """The schemas that bodies are read with, and those inside them."""
        found = {id(each.shape.owner): each.shape.owner for each in stored_fields(backend)}
        found |= {id(shape.owner): shape.owner for shape in _taken(backend)}
        return found.values()

    def check(self, subject: Class, backend: Backend) -> Iterator[Outcome]:
        """A warning for each field that outgrows its column, and a note for the others."""
        stored = [each for each in stored_fields(backend) if each.shape.owner is subject]
        for each in stored:
            yield self.finding(
                subject,
                f"`{subject.scope.name}.{each.field.name}` has no largest length and is written to "
                f"`{each.table.name}.{each.column.name}`, which holds {each.limit} characters, so longer "
                "text fails in the database",
                help=f"give the field `max_length={each.limit}`, so that the caller is told",
                location=each.field.location,
                confidence=None if backend.databases else Confidence.LOW,
                related=[
                    Note(each.place, f"{each.route} writes it here"),
                    Note(each.column.location, f"the column is a {each.column.type}"),
                ],
            )
        if subject is _taken(backend)[0].owner if _is_habit(backend) else not stored:
            yield from self._any_size(subject, backend)

    def _any_size(self, schema: Class, backend: Backend) -> Iterator[Outcome]:
        open_ = [shape for shape in _taken(backend) if _open(shape)]
        shape = (
            open_[0] if _is_habit(backend) else next((each for each in open_ if each.owner is schema), None)
        )
        if shape is None:
            return
        fields = _open(shape)
        named = ", ".join(f"`{each.name}`" for each in fields[:_NAMED])
        more = f" and {len(fields) - _NAMED} more" if len(fields) > _NAMED else ""
        others = (
            f", like {len(open_)} of {len(_taken(backend))} schemas of bodies" if _is_habit(backend) else ""
        )
        yield self.finding(
            shape.owner,
            f"`{shape.owner.scope.name}` takes {named}{more} in any size{others}",
            help="give text and lists of bodies a `max_length`",
            severity=Severity.NOTE,
            confidence=Confidence.LOW,
        )


@lru_cache(maxsize=1)
def _taken(backend: Backend) -> tuple[Shape, ...]:
    """The shapes of what routes take in their bodies, nested ones included."""
    shapes = shapes_of(backend.project)
    found: dict[int, Shape] = {}
    pending = [
        each.model
        for route in backend.routes
        if not route.is_graphql
        for each in route.inputs
        if each.place in _BODIES and each.model is not None
    ]
    while pending:
        cls = pending.pop()
        shape = None if id(cls) in found else shapes.of(cls)
        if shape is not None:
            found[id(cls)] = shape
            pending.extend(inner for field in shape.fields if not field.read_only for inner in field.nested)
    return tuple(sorted(found.values(), key=lambda shape: (shape.location, shape.name)))


@lru_cache(maxsize=1)
def _is_habit(backend: Backend) -> bool:
    """Whether so many schemas are open that a note for each would only repeat the first."""
    taken = _taken(backend)
    return len(taken) >= _MANY and sum(bool(_open(shape)) for shape in taken) >= _MOST * len(taken)


def _open(shape: Shape) -> list[Field]:
    """The fields that callers can send text or a list of any size in."""
    return [
        field
        for field in shape.fields
        if field.bounded is Verdict.NO and not field.read_only and (field.many or is_text(field))
    ]
