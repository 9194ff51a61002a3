"""OpenAPI documents as facts: what an application serves because a document says so."""

from __future__ import annotations

from typing import Literal

import msgspec

from linter.facts.spans import Span

ApiPlace = Literal["path", "query", "header", "cookie", "body", "form", "file"]


class ApiInput(msgspec.Struct, array_like=True, frozen=True):
    """A parameter or a field of a body. `bounded` is None where the document leaves it open."""

    name: str
    place: ApiPlace
    type: str | None
    required: bool
    bounded: bool | None


class ApiOutput(msgspec.Struct, array_like=True, frozen=True):
    """A response; the status is None for `default`."""

    status: int | None
    type: str | None


class ApiOperation(msgspec.Struct, array_like=True):
    """One verb of one path.

    `controller` is what `x-openapi-router-controller` says. `security` has the
    alternatives, each with the names of the schemes that it asks for; None when the document's own holds.
    """

    method: str
    path: str
    operation_id: str
    controller: str
    span: Span
    security: tuple[tuple[str, ...], ...] | None = None
    inputs: tuple[ApiInput, ...] = ()
    outputs: tuple[ApiOutput, ...] = ()
    deprecated: bool = False


class ApiScheme(msgspec.Struct, array_like=True, frozen=True):
    """A security scheme, with the dotted name of the function that it is checked by, if it names one."""

    name: str
    type: str
    function: str
    span: Span


class ApiDocument(msgspec.Struct, array_like=True):
    """A description in OpenAPI 3 or Swagger 2. `base` is the path below which it is served."""

    version: int
    base: str
    operations: tuple[ApiOperation, ...] = ()
    schemes: tuple[ApiScheme, ...] = ()
    security: tuple[tuple[str, ...], ...] = ()
