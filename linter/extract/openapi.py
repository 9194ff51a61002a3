"""OpenAPI documents → facts."""

from __future__ import annotations

from collections.abc import Iterator

from linter.facts.openapi import ApiDocument, ApiInput, ApiOperation, ApiOutput, ApiPlace, ApiScheme
from linter.facts.spans import Span, pack
from linter.parse.documents import Entries, Items, Text, Tree, Unreadable, read

_VERBS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
_PLACES: dict[str, ApiPlace] = {
    "path": "path",
    "query": "query",
    "header": "header",
    "cookie": "cookie",
    "body": "body",
    "formData": "form",
}
_TYPES = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "object": "dict"}
_FORMATS = {"uuid": "UUID", "date-time": "datetime", "date": "date", "binary": "file", "byte": "bytes"}
_BOUNDS = (
    "enum",
    "const",
    "maximum",
    "exclusiveMaximum",
    "maxLength",
    "maxItems",
    "pattern",
    "maxProperties",
)
_BOUNDED = frozenset({"bool", "UUID", "datetime", "date"})
_CONTROLLERS = ("x-openapi-router-controller", "x-swagger-router-controller")
_FUNCTIONS = ("x-bearerInfoFunc", "x-apikeyInfoFunc", "x-basicInfoFunc", "x-tokenInfoFunc")
_DEPTH = 16
_FIELDS = 400
_EMPTY = Entries(1, 0)


def document_of(data: bytes) -> ApiDocument:
    """The description in a file. Raises Unreadable when there is none."""
    root = read(data)
    if not isinstance(root, Entries) or not {"openapi", "swagger"} & root.entries.keys():
        raise Unreadable("it is no OpenAPI document")
    return _Reader(root).document()


class _Reader:
    def __init__(self, root: Entries) -> None:
        self._root = root
        self._version = 2 if "swagger" in root.entries else 3

    def document(self) -> ApiDocument:
        if self._version == 2:
            schemes = self._entries(self._root, "securityDefinitions")
        else:
            schemes = self._entries(self._entries(self._root, "components"), "securitySchemes")
        return ApiDocument(
            self._version,
            self._base(),
            tuple(self._operations()),
            tuple(_scheme(name, self._target(each)) for name, each in schemes.entries.items()),
            _security(self._root.entries.get("security")) or (),
        )

    def _base(self) -> str:
        if self._version == 2:
            return _text(self._root.entries.get("basePath")).rstrip("/")
        servers = self._root.entries.get("servers")
        first = servers.items[0] if isinstance(servers, Items) and servers.items else None
        url = _text(first.entries.get("url")) if isinstance(first, Entries) else ""
        for name, each in self._entries(first, "variables").entries.items():
            url = url.replace(f"{{{name}}}", _text(self._entry(each, "default")))
        from urllib.parse import urlsplit

        try:
            return urlsplit(url).path.rstrip("/")
        except ValueError:
            return ""

    # Operations

    def _operations(self) -> Iterator[ApiOperation]:
        for path, given in self._entries(self._root, "paths").entries.items():
            item = self._target(given)
            if not path.startswith("/") or not isinstance(item, Entries):
                continue
            shared = item.entries.get("parameters")
            for verb in _VERBS:
                operation = self._target(item.entries.get(verb))
                if isinstance(operation, Entries):
                    yield self._operation(verb, path, item, operation, shared)

    def _operation(
        self, verb: str, path: str, item: Entries, operation: Entries, shared: Tree | None
    ) -> ApiOperation:
        controllers = (_text(operation.entries.get(name)) for name in _CONTROLLERS)
        inputs: dict[tuple[str, str], ApiInput] = {}
        for each in (*self._parameters(shared), *self._parameters(operation.entries.get("parameters"))):
            inputs[each.place, each.name] = each
        for each in self._body(self._target(operation.entries.get("requestBody"))):
            inputs[each.place, each.name] = each
        return ApiOperation(
            verb.upper(),
            path,
            _text(operation.entries.get("operationId")),
            next((each for each in controllers if each), ""),
            _span(item.keys[verb]),
            _security(operation.entries.get("security")),
            tuple(inputs.values()),
            tuple(self._outputs(operation)),
            _is_true(operation.entries.get("deprecated")),
        )

    def _parameters(self, given: Tree | None) -> Iterator[ApiInput]:
        for each in given.items if isinstance(given, Items) else ():
            parameter = self._target(each)
            if not isinstance(parameter, Entries):
                continue
            name = _text(parameter.entries.get("name"))
            place = _PLACES.get(_text(parameter.entries.get("in")))
            schema = self._entry(parameter, "schema")
            if place == "body":
                yield from self._fields(
                    schema, "body", name or "body", _is_true(self._entry(parameter, "required"))
                )
            elif place is not None and name:
                required = place == "path" or _is_true(parameter.entries.get("required"))
                yield self._input(name, place, schema or parameter, required)

    def _body(self, body: Tree | None) -> Iterator[ApiInput]:
        required = _is_true(self._entry(body, "required"))
        for media, each in self._entries(body, "content").entries.items():
            is_form = media.startswith(("multipart/", "application/x-www-form-urlencoded"))
            yield from self._fields(
                self._entry(each, "schema"), "form" if is_form else "body", "body", required
            )

    def _fields(self, schema: Tree | None, place: ApiPlace, name: str, required: bool) -> Iterator[ApiInput]:
        """The fields of an object, or the whole value when it is none."""
        found: dict[str, tuple[Tree, bool]] = {}
        self._collect(schema, found, 0)
        if not found:
            yield self._input(name, place, schema, required)
        for field, (each, needed) in found.items():
            yield self._input(field, place, each, needed)

    def _collect(self, given: Tree | None, found: dict[str, tuple[Tree, bool]], depth: int) -> None:
        schema = self._target(given)
        if depth > _DEPTH or not isinstance(schema, Entries):
            return
        parts = schema.entries.get("allOf")
        for part in parts.items if isinstance(parts, Items) else ():
            self._collect(part, found, depth + 1)
        listed = schema.entries.get("required")
        needed = {_text(each) for each in listed.items} if isinstance(listed, Items) else set()
        for name, each in self._entries(schema, "properties").entries.items():
            if len(found) < _FIELDS and not _is_true(self._entry(self._target(each), "readOnly")):
                found[name] = (each, name in needed)

    def _input(self, name: str, place: ApiPlace, given: Tree | None, required: bool) -> ApiInput:
        shown = self._shown(given, 0)
        schema = self._target(given)
        bounded: bool | None = None
        if isinstance(schema, Entries):
            limited = shown in _BOUNDED or any(each in schema.entries for each in _BOUNDS)
            plain = shown in ("str", "int", "float") or (shown or "").startswith("list")
            bounded = True if limited else False if plain else None
        if shown == "file":
            return ApiInput(name, "file", None, required, bounded)
        return ApiInput(name, place, shown, required, bounded)

    def _outputs(self, operation: Entries) -> Iterator[ApiOutput]:
        for status, given in self._entries(operation, "responses").entries.items():
            response = self._target(given)
            schema = self._entry(response, "schema")
            for each in self._entries(response, "content").entries.values():
                schema = schema or self._entry(each, "schema")
            number = int(status) if status.isdecimal() and len(status) == 3 else None
            yield ApiOutput(number, self._shown(schema, 0))

    def _shown(self, given: Tree | None, depth: int) -> str | None:
        """The type of a schema in Python's words, or the name of the schema that it refers to."""
        reference = _text(self._entry(given, "$ref"))
        schema = self._target(given)
        if depth > _DEPTH or not isinstance(schema, Entries):
            return None
        kind = self._entry(schema, "type")
        name = _text(kind.items[0] if isinstance(kind, Items) and kind.items else kind)
        if name == "array":
            return f"list[{self._shown(self._entry(schema, 'items'), depth + 1) or 'Any'}]"
        if reference and name in ("", "object"):
            return reference.rpartition("/")[2]
        if name == "file":
            return "file"
        return _FORMATS.get(_text(self._entry(schema, "format")), _TYPES.get(name)) if name else None

    # Trees

    def _entry(self, given: Tree | None, name: str) -> Tree | None:
        return given.entries.get(name) if isinstance(given, Entries) else None

    def _entries(self, given: Tree | None, name: str) -> Entries:
        found = self._target(self._entry(given, name))
        return found if isinstance(found, Entries) else _EMPTY

    def _target(self, given: Tree | None) -> Tree | None:
        """What a `$ref` into the same document stands for; None for one that leads elsewhere."""
        for _ in range(_DEPTH):
            reference = self._entry(given, "$ref")
            if not isinstance(reference, Text):
                return given
            if not reference.text.startswith("#/"):
                return None
            given = self._root
            for part in reference.text[2:].split("/"):
                given = self._entry(given, part.replace("~1", "/").replace("~0", "~"))
        return None


def _scheme(name: str, scheme: Tree | None) -> ApiScheme:
    entries = scheme.entries if isinstance(scheme, Entries) else {}
    functions = (_text(entries.get(each)) for each in _FUNCTIONS)
    place = scheme if scheme is not None else _EMPTY
    span = pack(place.line, place.column, place.line, place.column + 1)
    return ApiScheme(name, _text(entries.get("type")), next((each for each in functions if each), ""), span)


def _security(given: Tree | None) -> tuple[tuple[str, ...], ...] | None:
    if not isinstance(given, Items):
        return None
    return tuple(tuple(each.entries) for each in given.items if isinstance(each, Entries))


def _text(given: Tree | None) -> str:
    return given.text if isinstance(given, Text) else ""


def _is_true(given: Tree | None) -> bool:
    return isinstance(given, Text) and not given.quoted and given.text.lower() in ("true", "yes", "on")


def _span(key: Text) -> Span:
    return pack(key.line, key.column, key.line, key.column + len(key.text))
