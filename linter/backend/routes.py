"""Routes: who may call them, what they take and what they answer."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from linter.facts.expressions import Expr
from linter.finding import Location
from linter.resolve.definitions import Class, Definition, Function, Module

GuardKind = Literal["authentication", "authorization", "csrf", "rate-limit", "other"]
GuardLevel = Literal["function", "class", "router", "mount", "app", "settings"]
InputPlace = Literal["path", "query", "header", "cookie", "body", "form", "file"]

_FIRST_ERROR = 400
_CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE", "MUTATION"})
_GRAPHQL = frozenset({"QUERY", "MUTATION", "SUBSCRIPTION"})


class Verdict(Enum):
    """An answer that may be unknown."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that may refuse a caller before or in a handler.

    `name` is the full dotted name. `verdict` says whether it refuses anonymous callers. `statuses` are those
    that the framework refuses with, where that depends on more than the name.
    """

    name: str
    kind: GuardKind
    level: GuardLevel
    location: Location
    verdict: Verdict = Verdict.YES
    statuses: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Input:
    """One value that a route takes from its caller. `type` is as declared, None when it is not.

    `bounded` says whether the type limits the value's size (`le`, `max_length`, an enum…). `model` is the
    schema class that the value is read with, or each item of a list; `linter.shapes.shape_of` gives its
    fields. `taker` is the function whose parameter it fills, where known: the handler or a dependency.
    `pattern` is the regular expression that text in a path matches as a whole; empty where none is known.

    `parameter` is what the parameter that it fills is called, where callers write another name. `fields`
    are those of an input object of GraphQL, as its schema has them, or of a body of which any part will do.
    """

    name: str
    place: InputPlace
    type: str | None
    required: bool
    bounded: Verdict = Verdict.UNKNOWN
    model: Class | None = None
    taker: Function | None = None
    pattern: str = ""
    parameter: str = ""
    fields: tuple[Input, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Output:
    """A declared or actual response: its status and type, None where unknown.

    `model` is the schema class of the body, or of each item of a list. `is_page` says that the framework
    sends what the handler returns as HTML.
    """

    status: int | None
    type: str | None
    model: Class | None = None
    is_page: bool = False

    @property
    def is_success(self) -> bool:
        """Whether it is what a caller gets when all goes well; an unknown status counts as such."""
        return self.status is None or self.status < _FIRST_ERROR


@dataclass(eq=False)
class Route:
    """One (path, handler) with its methods.

    `path` has every prefix and `{name}` parameters. `handler` is the dotted name; `function` the code
    that runs, when it is in the project. `site` is where the route is declared (the decorator or
    the URL entry). `complete` is False when a prefix or a guard may have been missed.

    `pattern` is the path as it is declared, with converters; empty where it is not kept. `order` is the
    number of the application and the place of the route in it, as they are registered; None if unknown.
    `name` is what `reverse` finds it by, with its namespaces; empty where it is not kept.
    """

    methods: tuple[str, ...]
    path: str
    handler: str
    framework: str
    location: Location
    function: Function | None
    guards: tuple[Guard, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    authenticated: Verdict = Verdict.UNKNOWN
    complete: bool = True
    deprecated: bool = False
    documented: bool = True
    websocket: bool = False
    owner: Class | None = None
    pattern: str = ""
    name: str = ""
    order: tuple[int, int] | None = None

    def __str__(self) -> str:
        return f"`{'|'.join(self.methods)} {self.path}`"

    @property
    def scope(self) -> str:
        """The handler's name."""
        return self.handler

    @property
    def handler_location(self) -> Location:
        """Where a guard belongs: at the function that answers, or the class that inherits it."""
        function, owner = self.function, self.owner
        if function is None:
            return self.location
        return owner.location if owner is not None and function.owner is not owner else function.location

    @property
    def is_graphql(self) -> bool:
        """Whether it is a field of a GraphQL schema: its method is the operation, its status always 200."""
        return not _GRAPHQL.isdisjoint(self.methods)

    @property
    def changes_state(self) -> bool:
        """Whether a method of the route is meant to change something."""
        return not _CHANGING.isdisjoint(self.methods)


@dataclass(frozen=True, slots=True)
class Setting:
    """A configuration value: a Django setting, a Flask config key, a field of a settings class."""

    name: str
    value: Expr | None
    module: Module
    holder: Definition
    location: Location
    framework: str

    @property
    def scope(self) -> str:
        """The module that sets it."""
        return self.holder.name
