"""Routes that Connexion serves from OpenAPI documents: they say paths and security, Python the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.backend import Backend, Guard, Input, Output, Route, Verdict
from linter.facts.expressions import Constant, Expr, Ref, Result, walk
from linter.facts.openapi import ApiDocument, ApiInput, ApiOperation
from linter.facts.spans import Span, unpack
from linter.finding import Location
from linter.frameworks.connexion.resolvers import Resolver
from linter.frameworks.flask.guards import Guards
from linter.frameworks.flask.inputs import Inputs
from linter.frameworks.flask.names import CONNEXION_APPS
from linter.frameworks.flask.objects import Node, Objects
from linter.frameworks.flask.paths import Path
from linter.frameworks.flask.registrations import Given, Registrations
from linter.frameworks.flask.scenes import Value, receiver_of
from linter.frameworks.flask.settings import Config
from linter.frameworks.flask.text import Texts
from linter.frameworks.flask.visitor import Asked
from linter.guards import Refusals
from linter.resolve.definitions import Class, Definition, Function, arguments_of

_SILENT = frozenset({"HEAD", "OPTIONS", "TRACE"})
_DEPTH = 6
_VERDICTS = {True: Verdict.YES, False: Verdict.NO, None: Verdict.UNKNOWN}


def routes(backend: Backend, refusals: Refusals, documents: Mapping[str, ApiDocument]) -> list[Route]:
    """The routes of every document that an application of the project adds.

    `documents` are the project's by path. A document that is named in a way that cannot be followed
    counts as added when its operations name functions of the project.
    """
    return _Linker(backend, refusals, documents).run() if documents else []


class _Served(NamedTuple):
    """A document as an application serves it. `known` is False when the path above it is not known."""

    path: str
    document: ApiDocument
    base: str
    known: bool
    resolver: Resolver
    node: Node
    holder: Definition


class _Linker:
    def __init__(self, backend: Backend, refusals: Refusals, documents: Mapping[str, ApiDocument]) -> None:
        self._project = backend.project
        self._backend = backend
        self._documents = documents
        self._objects = Objects(backend)
        self._texts = Texts(self._objects.setup, Config(backend))
        self._registrations = Registrations(backend, self._objects, self._texts)
        self._guards = Guards(backend, self._objects, refusals)
        self._inputs = Inputs(backend, self._objects, refusals)
        self._served: dict[tuple[str, str], _Served] = {}
        self._unnamed: list[tuple[Node, Given]] = []

    def run(self) -> list[Route]:
        self._registrations.collect()
        self._registrations.each("add_api", self._add_api)
        taken = {path for path, _ in self._served}
        for node, given in self._unnamed:
            for path in sorted(self._documents.keys() - taken):
                served = self._as_served(path, node, given)
                if self._means_the_project(served):
                    self._served[path, served.base] = served
        return [route for served in self._served.values() for route in self._routes(served)]

    # Documents

    def _add_api(self, node: Node, given: Given, method: str) -> None:
        value = given.value(0, "specification")
        if node.made not in CONNEXION_APPS or value is None:
            return
        paths = self._paths(value, given.holder)
        for path in paths:
            served = self._as_served(path, node, given)
            self._served[path, served.base] = served
        if not paths:
            self._unnamed.append((node, given))

    def _as_served(self, path: str, node: Node, given: Given) -> _Served:
        document = self._documents[path]
        value = given.value(1, "base_path")
        base = None if value is None else self._texts.text(value)
        known = value is None or base is not None
        above = document.base if base is None else base.rstrip("/")
        return _Served(path, document, above, known, self._resolver(node, given), node, given.holder)

    def _paths(self, value: Value, holder: Definition) -> list[str]:
        """The documents that a specification may be: those whose path ends with a text in it."""
        whole = self._texts.text(value)
        names = [whole] if whole else sorted(self._words(value, 0))
        ends = [name.removeprefix("./").lstrip("/") for name in names if "." in name]
        found = [
            path
            for path in self._documents
            for end in ends
            if end and (path == end or path.endswith(f"/{end}"))
        ]
        near = holder.module.path.rpartition("/")[0]
        beside = [path for path in found if not near or path.startswith(f"{near}/")]
        return sorted(set(beside or found))

    def _words(self, value: Value, depth: int) -> set[str]:
        """The texts in an expression and in the calls in it, such as `Path("api") / "v1.yaml"`."""
        found: set[str] = set()
        if depth > _DEPTH:
            return found
        for leaf in self._objects.setup.leaves(value):
            for each in walk(leaf.expr):
                if isinstance(each, Constant) and isinstance(each.value, str):
                    found.add(each.value)
                elif isinstance(each, Ref) and each is not leaf.expr:
                    found |= self._words(leaf.beside(each), depth + 1)
                elif isinstance(each, Result):
                    call = leaf.holder.scope.calls[each.call]
                    receiver, _ = receiver_of(call.callee)
                    parts: list[Expr] = [*arguments_of(call), *([] if receiver is None else [receiver])]
                    found |= {word for part in parts for word in self._words(leaf.beside(part), depth + 1)}
        return found

    def _resolver(self, node: Node, given: Given) -> Resolver:
        value = given.value(None, "resolver") or node.argument(99, "resolver")
        for leaf in () if value is None else self._objects.setup.leaves(value):
            if not isinstance(leaf.expr, Result):
                continue
            call = leaf.holder.scope.calls[leaf.expr.call]
            callee = self._project.callee(leaf.holder, call)
            names = [callee.name]
            if isinstance(callee.target, Class):
                names = [each.name for each in self._project.ancestors(callee.target)]
            kind = next((each.rpartition(".")[2] for each in names if each.startswith("connexion.")), "")
            start = call.argument(0, "default_module_name") or call.keyword("root_path")
            collection = call.keyword("collection_endpoint_name")
            named = None if collection is None else self._texts.text(leaf.beside(collection))
            root = "" if start is None else self._texts.text(leaf.beside(start))
            return Resolver(kind or "Resolver", root, named or "search")
        return Resolver()

    def _means_the_project(self, served: _Served) -> bool:
        return any(self._function(served, each) is not None for each in served.document.operations)

    # Routes

    def _function(self, served: _Served, operation: ApiOperation) -> Function | None:
        name = served.resolver.name(operation)
        found = None if not name else self._project.reference(served.holder, name).target
        return found if isinstance(found, Function) and not found.is_module else None

    def _routes(self, served: _Served) -> Iterator[Route]:
        for operation in served.document.operations:
            if operation.method in _SILENT:
                continue
            function = self._function(served, operation)
            path = served.base + _flask_path(operation)
            guards = self._guards_of(served, operation, function, path)
            place = _place(served.path, operation.span)
            yield Route(
                methods=(operation.method,),
                path=path or "/",
                handler=function.name if function is not None else served.resolver.name(operation) or "?",
                framework="connexion",
                location=place if function is None else function.location,
                function=function,
                guards=tuple(dict.fromkeys(guards)),
                inputs=tuple(self._inputs_of(operation, function)),
                outputs=tuple(self._outputs_of(operation, function)),
                authenticated=_verdict(guards, function),
                complete=served.known,
                deprecated=operation.deprecated,
                owner=function.owner if function is not None else None,
            )

    def _guards_of(
        self, served: _Served, operation: ApiOperation, function: Function | None, path: str
    ) -> list[Guard]:
        found = list(self._security(served, operation))
        asked = Asked(path=path, method=operation.method)
        for hook in served.node.hooks:
            found.extend(self._guards.of_hook(hook, "app", asked))
        if function is not None:
            start = self._objects.setup.start
            found.extend(self._guards.decorated(function, function.head.decorators, start, "function"))
            given = frozenset(each.name for each in operation.inputs if each.place == "path")
            found.extend(self._guards.inside(function, (operation.method,), given))
        return found

    def _security(self, served: _Served, operation: ApiOperation) -> Iterator[Guard]:
        """What the document asks for. An alternative that asks for nothing lets everybody in."""
        document = served.document
        wanted = document.security if operation.security is None else operation.security
        optional = any(not alternative for alternative in wanted)
        names = sorted({name for alternative in wanted for name in alternative})
        own = operation.security is not None
        for scheme in document.schemes:
            if scheme.name in names:
                place = _place(served.path, operation.span if own else scheme.span)
                verdict = Verdict.NO if optional else Verdict.YES
                name = scheme.function or f"securitySchemes.{scheme.name}"
                yield Guard(name, "authentication", "function" if own else "app", place, verdict)

    def _inputs_of(self, operation: ApiOperation, function: Function | None) -> Iterator[Input]:
        for each in operation.inputs:
            yield Input(_sane(each), each.place, each.type, each.required, _VERDICTS[each.bounded])
        declared = {(each.place, each.name) for each in operation.inputs}
        for read in self._inputs.inputs(function, None, Path("", ())):
            if (read.place, read.name) not in declared:
                yield read

    def _outputs_of(self, operation: ApiOperation, function: Function | None) -> list[Output]:
        found = [Output(each.status, each.type) for each in operation.outputs]
        stated = {each.status for each in found}
        found += [each for each in self._inputs.outputs(function, None) if each.status not in stated]
        return sorted(found, key=lambda each: (each.status or 0, each.type or ""))


def _flask_path(operation: ApiOperation) -> str:
    """The path as it is served: names of parameters are Python's."""
    text = operation.path
    for each in operation.inputs:
        if each.place == "path":
            text = text.replace(f"{{{each.name}}}", f"{{{_sane(each)}}}")
    return text


def _sane(given: ApiInput) -> str:
    return given.name.replace("-", "_") if given.place == "path" else given.name


def _place(path: str, span: Span) -> Location:
    line, column, end_line, end_column = unpack(span)
    return Location(path, line, column + 1, end_line, end_column + 1)


def _verdict(guards: list[Guard], function: Function | None) -> Verdict:
    access = [guard for guard in guards if guard.kind in ("authentication", "authorization", "other")]
    if any(guard.verdict is Verdict.YES for guard in access):
        return Verdict.YES
    if function is None or any(guard.verdict is Verdict.UNKNOWN for guard in access):
        return Verdict.UNKNOWN
    return Verdict.NO
