from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.effects import effects_of
from linter.analyses.returned_rows import place_of_return, returned_by, table_of_row
from linter.analyses.shown_fields import is_shown_otherwise, is_taken_out
from linter.backend import Backend, Class, Definition, Function, Route
from linter.facts.expressions import Constant, Mapping, Operation, Ref, Result, text_of, walk
from linter.facts.scopes import Return
from linter.finding import Location, Note
from linter.rule import Confidence, Outcome, Rule, Severity
from linter.secrecy import secrecy, words_of
from linter.shapes import Field, shape_of

_DEPTH = 4
_SHOWN = 3
_HASHES = (
    ("password",),
    ("passwd",),
    ("password", "hash"),
    ("hashed", "password"),
    ("otp", "secret"),
    ("totp", "secret"),
    ("mfa", "secret"),
)
"""What nobody has a use for once it is stored. Other secrets may be shown on purpose, or once."""
_HIDDEN_TYPES = ("SecretStr", "SecretBytes", "Secret[")
_NO_TEXT = ("bool", "int", "float", "datetime", "BooleanField", "SerializerMethodField")
_READS = frozenset({"GET"})


class ResponseExposesSecret(Rule[Definition]):
    """A response carries a password, its hash, or another secret of the row.

    ## Why
    Hashes are cracked offline, and a second-factor secret makes every later code. The page that shows the
    response need not show the field for others to read it.

    ## Bad
        class UserOut(BaseModel):
            email: str
            hashed_password: str

    ## Good
        class UserOut(BaseModel):
            email: str

    ## Limits
    Schema classes that routes declare or return, nested ones included; dictionaries that a handler, or
    the `to_dict` of a model that it calls, returns; columns that functions and texts carry there; and rows
    that FastAPI turns into JSON without a response model. Tokens and keys count with low confidence and where
    they are read, not where they are made.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa3-broken-object-property-level-authorization/
    """

    severity = Severity.ERROR
    confidence = Confidence.MEDIUM
    noun = "response schemas and handlers"
    cwe = 200
    owasp = "API3:2023"
    follows_values = True

    def subjects(self, backend: Backend) -> Iterable[Definition]:
        """Schema classes that routes answer with, and handlers."""
        handlers = (each.function for each in _first_routes(backend).values())
        yield from (each for each in handlers if each is not None)
        yield from _answered(backend)

    def check(self, subject: Definition, backend: Backend) -> Iterator[Outcome]:
        """A field, key or column with a secret's name."""
        if isinstance(subject, Function):
            yield from self._in_handler(subject, backend)
            return
        shape = shape_of(backend.project, subject)
        routes = _answered(backend)[subject]
        reading = [
            each
            for each in routes
            if not _READS.isdisjoint(each.methods)
            and (each.function is None or not effects_of(backend).identifies(each.function))
        ]
        for field in () if shape is None else shape.fields:
            sure = _is_stored(field.name)
            if any(
                each.name == field.name and each.place == "path" for route in routes for each in route.inputs
            ):
                # Who asks with the secret has it already.
                continue
            if not field.required and _is_left_out(subject, field, backend):
                continue
            if is_shown_otherwise(field, backend) or is_taken_out(subject, field, backend):
                continue
            if _is_text(field) and (sure or (reading and secrecy(field.name) == "secret")):
                route = routes[0] if sure else reading[0]
                yield self._said(
                    subject,
                    route,
                    f"{subject.scope.name}.{field.name}",
                    _field_place(subject, field),
                    sure,
                    routes,
                )

    def _in_handler(self, handler: Function, backend: Backend) -> Iterator[Outcome]:
        """What is seen in the handler itself, or else what gets into its answer on a longer way."""
        seen = list(self._seen_in_handler(handler, backend))
        yield from seen or self._followed(handler, backend)

    def _followed(self, handler: Function, backend: Backend) -> Iterator[Outcome]:
        route = _first_routes(backend)[id(handler)]
        for site in () if backend.flows is None else backend.flows.sites("secret-answer"):
            for flow in site.flows if site.function is handler else ():
                if flow.family == "column" and _is_stored(flow.what.rpartition(".")[2]):
                    yield self._said(handler, route, flow.what, site.location, True, [route])

    def _seen_in_handler(self, handler: Function, backend: Backend) -> Iterator[Outcome]:
        route = _first_routes(backend)[id(handler)]
        for holder, value in returned_by(handler, backend):
            for each in walk(value):
                if isinstance(each, Mapping):
                    for name in _keys_of_rows(each, holder, backend):
                        yield self._said(handler, route, name, place_of_return(holder, value), True, [route])
        typed = any(each.type is not None for each in route.outputs if each.is_success)
        if route.framework in ("fastapi", "starlette") and not typed:
            yield from self._whole_row(handler, route, backend)

    def _whole_row(self, handler: Function, route: Route, backend: Backend) -> Iterator[Outcome]:
        if route.framework != "fastapi" or handler.scope.returns is not None:
            return
        for statement in handler.scope.statements:
            if not isinstance(statement, Return) or not isinstance(statement.value, (Ref, Result)):
                continue
            table = table_of_row(handler, statement.value, backend)
            column = next((each for each in table.columns if _is_stored(each)), None) if table else None
            if table is not None and column is not None:
                place = handler.module.locate(statement.span)
                yield self._said(handler, route, f"{table.name}.{column}", place, True, [route])
                return

    def _said(
        self,
        subject: Definition,
        route: Route,
        what: str,
        place: Location,
        sure: bool,
        routes: list[Route],
    ) -> Outcome:
        others = len({each.handler for each in routes} - {route.handler})
        more = f" and {others} other {'route' if others == 1 else 'routes'}" if others else ""
        return self.finding(
            subject,
            f"the response of {route}{more} carries `{what}`, so whoever may call it reads the secret",
            location=place,
            help="leave it out of the response, or mark it as write-only",
            severity=None if sure else Severity.WARNING,
            confidence=None if sure else Confidence.LOW,
            related=[Note(each.location, f"{each} answers with it") for each in routes[:_SHOWN]],
        )


@lru_cache(maxsize=1)
def _first_routes(backend: Backend) -> dict[int, Route]:
    """The first route of each handler, websockets apart."""
    found: dict[int, Route] = {}
    for route in backend.routes:
        if route.function is not None and not route.websocket:
            found.setdefault(id(route.function), route)
    return found


@lru_cache(maxsize=1)
def _answered(backend: Backend) -> dict[Class, list[Route]]:
    """Schema classes of responses, nested ones included, with the routes that answer with them."""
    found: dict[Class, list[Route]] = {}
    for route in backend.routes:
        seen: set[Class] = set()
        pending = [(each.model, 0) for each in route.outputs if each.model is not None]
        while pending:
            model, depth = pending.pop()
            if model in seen or depth > _DEPTH:
                continue
            seen.add(model)
            shape = shape_of(backend.project, model)
            for field in () if shape is None else shape.fields:
                if not field.write_only:
                    pending += [(nested, depth + 1) for nested in field.nested]
        for model in sorted(seen, key=lambda each: each.id):
            found.setdefault(model, []).append(route)
    return found


def _is_stored(name: str) -> bool:
    words = words_of(name)
    return any(words[-len(each) :] == each for each in _HASHES) and not _is_flag(words)


def _is_flag(words: tuple[str, ...]) -> bool:
    """Whether the first word makes it a flag: `has_password`, `must_change_password`."""
    return words[0] in ("has", "is", "can", "must", "should", "needs", "require", "requires", "use", "masked")


def _is_left_out(schema: Class, field: Field, backend: Backend) -> bool:
    """Whether the project makes the response itself, each time without the field."""
    calls = [
        site.call
        for site in backend.methods_called(schema.scope.name)
        if site.call is not None and site.callee.target is schema
    ]
    given = (each.is_open or each.args or each.keyword(field.name) is not None for each in calls)
    return bool(calls) and not any(given)


def _is_text(field: Field) -> bool:
    """Whether a field is given, and may hold the secret itself."""
    kind = field.type or ""
    if field.write_only or field.nested or any(each in kind for each in _HIDDEN_TYPES):
        return False
    return not any(each in kind for each in _NO_TEXT)


def _keys_of_rows(mapping: Mapping, holder: Function, backend: Backend) -> Iterator[str]:
    """Keys that give a stored secret of a row: `"password": user.password`."""
    for key, value in zip(mapping.keys, mapping.values, strict=True):
        name = None if key is None else text_of(key)
        if name is None or isinstance(value, (Constant, Operation)) or not isinstance(value, Ref):
            continue
        root, _, column = value.name.rpartition(".")
        table = table_of_row(holder, Ref(root), backend) if root and _is_stored(column) else None
        if table is not None and column in table.columns:
            yield f"{table.name}.{column}"


def _field_place(owner: Class, field: Field) -> Location:
    """Where the schema takes a field in: its declaration, or the class where a model declares it."""
    first, last = owner.location.line, owner.scope.end_line
    own = field.location.path == owner.module.path and first <= field.location.line <= last
    return field.location if own else owner.location
