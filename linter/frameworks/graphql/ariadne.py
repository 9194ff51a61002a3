"""Ariadne's schemas: types written in GraphQL's language, and objects that bind resolvers to them."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Iterator

from linter.backend import Input, is_test
from linter.evaluate.values import HOLE, UNKNOWN, Closure, Lambda, Made, Value, options
from linter.facts.expressions import Constant, Expr, Ref, Result, walk
from linter.frameworks.graphql.access import Access, Given
from linter.frameworks.graphql.library import RESOLVERS, SOURCES
from linter.frameworks.graphql.model import DEEPEST, Field, Schema, argument
from linter.frameworks.graphql.names import OPERATIONS, ROOT_OBJECTS, Operation, short
from linter.frameworks.graphql.sdl import Document, SdlArgument, SdlField, parse
from linter.resolve.definitions import Definition
from linter.resolve.project import Project, Variable

_DEPTH = 6
_ENDINGS = (".graphql", ".graphqls", ".gql")


class Ariadne:
    """Reads schemas of Ariadne. `documents` are the paths of schema files, `text_of` gives their text."""

    def __init__(
        self, project: Project, access: Access, documents: list[str], text_of: Callable[[str], str]
    ) -> None:
        self._project = project
        self._access = access
        self._documents = documents
        self._text_of = text_of

    def schema(self, made: Made) -> Schema:
        """What a `make_executable_schema(...)` offers."""
        texts, complete = self._texts(made.argument(0, "type_defs", UNKNOWN))
        document = parse(texts)
        inputs = _Inputs(document)
        bindables = [each for value in made.args[1:] for each in _flat(value)]
        guarded = "directives" in made.keywords
        fields: list[Field] = []
        for operation in OPERATIONS:
            root = document.roots.get(operation, "")
            resolvers = self._resolvers(root, bindables)
            fields += [
                self._field(operation, root, field, resolvers, made, guarded, inputs)
                for field in document.types.get(root, {}).values()
            ]
        return Schema("ariadne", tuple(fields), (), complete)

    def _resolvers(self, root: str, bindables: list[Value]) -> dict[str, Value] | None:
        """The resolvers of a root type; None where what binds them could not be followed."""
        found: dict[str, Value] = {}
        known = True
        for each in bindables:
            if not isinstance(each, Made):
                known = known and each is not UNKNOWN
                continue
            named = ROOT_OBJECTS.get(short(each.name)) or each.argument(0, "name")
            if RESOLVERS in each.fields and named == root:
                # A subscription is opened by its source; what resolves its events comes after.
                found.update({**each.fields[RESOLVERS], **each.fields[SOURCES]})
        return found if known else None

    def _field(
        self,
        operation: Operation,
        root: str,
        field: SdlField,
        resolvers: dict[str, Value] | None,
        made: Made,
        guarded: bool,
        inputs: _Inputs,
    ) -> Field:
        resolver = (resolvers or {}).get(field.name)
        closure = resolver if isinstance(resolver, Closure) else None
        place = made.module.locate(made.span)
        # A directive of the schema may put a check around the resolver.
        readable = not (guarded and field.directives) and (
            closure is not None
            or isinstance(resolver, (Lambda, str))
            or (resolver is None and resolvers is not None)
        )
        anonymous = self._access.library.anonymous
        return Field(
            operation=operation,
            root=root,
            name=field.name,
            handler=f"{root}.{field.name}" if closure is None else closure.function.name,
            location=place if closure is None else closure.function.location,
            inputs=tuple(inputs.of(field.arguments)),
            output=field.type,
            resolver=closure,
            given=Given([UNKNOWN, anonymous.info()], self._keywords(closure)),
            readable=readable,
        )

    def _keywords(self, closure: Closure | None) -> dict[str, Value]:
        """The arguments that the schema's fields are resolved with, by the names that the resolver gives."""
        if closure is None:
            return {}
        taken = closure.function.head.parameters
        positional = [each for each in taken if each.kind in ("positional", "positional-only")]
        names = {each.name for each in positional[2:]} | {
            each.name for each in taken if each.kind == "keyword-only"
        }
        return dict.fromkeys(sorted(names), UNKNOWN)

    # Type definitions

    def _texts(self, value: Value) -> tuple[list[str], bool]:
        found: list[str] = []
        complete = True
        for each in _flat(value):
            if isinstance(each, Made) and short(each.name) == "gql":
                each = each.argument(0, "value")
            if isinstance(each, str):
                found.append(each)
                complete = complete and HOLE not in each
            elif isinstance(each, Made) and short(each.name) == "load_schema_from_path":
                loaded = [self._text_of(path) for path in self._files(each)]
                found += loaded
                complete = complete and bool(loaded)
            else:
                complete = False
        return found, complete

    def _files(self, made: Made) -> list[str]:
        """The schema files below a path, which is relative to the module or to a folder above it."""
        wanted = _spoken(made.argument(0, "path")) or self._written(made)
        if not wanted:
            return []
        starts = [posixpath.dirname(made.module.path)]
        while starts[-1]:
            starts.append(posixpath.dirname(starts[-1]))
        for start in starts:
            place = posixpath.normpath(posixpath.join(start, wanted))
            if place in self._documents:
                return [place]
            below = "" if place == "." else f"{place}/"
            found = [each for each in self._documents if each.startswith(below) and not is_test(each)]
            if found:
                return found
        return []

    def _written(self, made: Made) -> str:
        """The strings that a path is joined of, as in `Path(__file__).parent / "schema"`."""
        for definition in made.module.definitions:
            for call in definition.scope.calls:
                if call.span == made.span:
                    given = call.argument(0, "path")
                    return "" if given is None else "/".join(self._strings(definition, given, 0))
        return ""

    def _strings(self, holder: Definition, expr: Expr, depth: int) -> Iterator[str]:
        for each in walk(expr) if depth < _DEPTH else ():
            if isinstance(each, Constant) and isinstance(each.value, str):
                yield each.value.strip("/")
            elif isinstance(each, Result):
                for given in holder.scope.calls[each.call].args:
                    yield from self._strings(holder, given, depth + 1)
            elif isinstance(each, Ref):
                target = self._project.reference(holder, each.name).target
                if isinstance(target, Variable) and target.assign.value is not None:
                    yield from self._strings(target.holder, target.assign.value, depth + 1)


class _Inputs:
    """The arguments of one document, with the fields of its input objects."""

    def __init__(self, document: Document) -> None:
        self._held = document.inputs
        self._known: dict[tuple[str, int], tuple[Input, ...]] = {}

    def of(self, arguments: Iterable[SdlArgument], depth: int = 0) -> Iterator[Input]:
        """What the arguments, or the fields of an input object, take."""
        for each in arguments:
            fields = self._fields(each.type.strip("[]!"), depth)
            yield argument(each.name, each.type, each.has_default, fields=fields)

    def _fields(self, kind: str, depth: int) -> tuple[Input, ...]:
        if kind not in self._held or depth >= DEEPEST:
            return ()
        if (kind, depth) not in self._known:
            self._known[kind, depth] = tuple(self.of(self._held[kind].values(), depth + 1))
        return self._known[kind, depth]


def _flat(value: Value) -> Iterator[Value]:
    """The items of lists in lists."""
    stack = [value]
    while stack:
        each = stack.pop(0)
        if isinstance(each, (list, tuple)):
            stack[:0] = list(each)
        elif len(options(each)) > 1:
            stack[:0] = options(each)
        else:
            yield each


def _spoken(value: Value) -> str:
    """The known end of a path, whatever folder it is put together with."""
    if isinstance(value, str):
        return value.rpartition(HOLE)[2].strip("/")
    if isinstance(value, Made) and value.name in ("os.path.join", "pathlib.Path", "str", "os.fspath"):
        parts = [_spoken(each) for each in value.args]
        return "/".join(each for each in parts if each)
    return ""


def is_document(path: str) -> bool:
    """Whether a file holds a schema in GraphQL's language."""
    return path.endswith(_ENDINGS)
