from collections.abc import Iterable, Iterator
from typing import NamedTuple

from linter.analyses.provenance import RAW, provenance_of
from linter.backend import Backend, Function, Site
from linter.facts.expressions import (
    Binary,
    Choice,
    Constant,
    Expr,
    Item,
    Mapping,
    Operation,
    Ref,
    Sequence,
    walk,
)
from linter.facts.scopes import Assign, Call, Return
from linter.facts.spans import Span
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity

_ORIGIN = "access-control-allow-origin"
_CREDENTIALS = "access-control-allow-credentials"
_SETTERS = frozenset(
    {"add", "add_header", "append", "set", "set_header", "setHeader", "setdefault", "__setitem__"}
)
_NOTHING = (None, "", "null")


class _Header(NamedTuple):
    """A header that code writes, with the place and the block of the statement or call."""

    name: str
    value: Expr
    span: Span
    block: int


class OriginReflected(Rule[Site]):
    """Code answers every origin that asks, with credentials.

    ## Why
    The browser asks whether the page may send cookies and read the answer, and is told yes whoever made the
    page. Any site that a signed-in visitor opens can then read and change what the visitor can.

    ## Bad
        response.headers["Access-Control-Allow-Origin"] = request.headers["Origin"]
        response.headers["Access-Control-Allow-Credentials"] = "true"

    ## Good
        if origin in ALLOWED_ORIGINS:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Allow-Credentials"] = "true"

    ## Limits
    Headers that one function writes by hand, one at a time or as a dictionary. An origin that the function
    tests for more than its presence is left alone. CORS libraries are judged by
    `authorization/cors-any-origin-with-credentials`. Without credentials the header says no more than `*`.

    ## References
    - https://portswigger.net/web-security/cors
    - https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "origins allowed by hand"
    cwe = 942
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Site]:
        """Every place that writes the header, unless what it says is written out."""
        for function in backend.functions:
            for header in _headers(function):
                if header.name == _ORIGIN and not isinstance(header.value, (Constant, Binary)):
                    yield Site(backend, function, header.span, header.block)

    def check(self, subject: Site, backend: Backend) -> Iterator[Outcome]:
        """The origin of the request goes back as it came."""
        function = subject.function
        headers = list(_headers(function))
        value = next(each.value for each in headers if each.name == _ORIGIN and each.span == subject.span)
        credentials = next((each for each in headers if each.name == _CREDENTIALS and _is_on(each)), None)
        if credentials is None or _is_tested(function, value, backend):
            return
        if any(leaf.kind == "outside" for leaf in provenance_of(backend).leaves(function, value, RAW)):
            yield self.finding(
                subject,
                "`Access-Control-Allow-Origin` repeats the request's origin, so any site acts for a visitor "
                "who is signed in",
                help="answer only origins that stand in a list, or leave credentials off",
                related=[Note(function.module.locate(credentials.span), "credentials are let in here")],
            )


def _headers(function: Function) -> Iterator[_Header]:
    """Headers that a function sets by key, hands over in a dictionary, or gives to a setter."""
    for statement in function.scope.statements:
        if isinstance(statement, Assign) and statement.value is not None:
            target = statement.targets[0]
            if isinstance(target, Item):
                yield from _header(target.key, statement.value, statement.span, statement.block)
        if isinstance(statement, (Assign, Return)) and isinstance(statement.value, Mapping):
            yield from _of_mapping(statement.value, statement.span, statement.block)
    for call in function.scope.calls:
        yield from _of_call(call)


def _of_call(call: Call) -> Iterator[_Header]:
    if len(call.args) == 2 and isinstance(call.callee, Ref):
        if call.callee.name.rpartition(".")[2] in _SETTERS:
            yield from _header(call.args[0], call.args[1], call.span, call.block)
    for given in (*call.args, *(value for _, value in call.keywords)):
        if isinstance(given, Mapping):
            yield from _of_mapping(given, call.span, call.block)
        elif isinstance(given, Sequence):
            for pair in given.items:
                if isinstance(pair, Sequence) and len(pair.items) == 2:
                    yield from _header(pair.items[0], pair.items[1], call.span, call.block)


def _of_mapping(given: Mapping, span: Span, block: int) -> Iterator[_Header]:
    for key, value in zip(given.keys, given.values, strict=True):
        yield from _header(key, value, span, block)


def _header(key: Expr | None, value: Expr, span: Span, block: int) -> Iterator[_Header]:
    name = ""
    if isinstance(key, Constant) and isinstance(key.value, str):
        name = key.value.lower()
    elif isinstance(key, Binary):
        name = key.value.decode("latin-1").lower()
    if name in (_ORIGIN, _CREDENTIALS):
        yield _Header(name, value, span, block)


def _is_on(header: _Header) -> bool:
    value = header.value
    return not isinstance(value, Constant) or str(value.value).lower() == "true"


def _is_tested(function: Function, value: Expr, backend: Backend) -> bool:
    """Whether the function asks more of the origin than whether there is one."""
    names = {each.name for each in backend.reads(value, function)}
    tests = [block.subject for block in function.scope.blocks if block.kind in ("if", "while", "case")]
    for statement in function.scope.statements:
        if isinstance(statement, (Assign, Return)) and statement.value is not None:
            tests.extend(each.test for each in walk(statement.value) if isinstance(each, Choice))
    return any(
        not names.isdisjoint((each.name, each.name.rpartition(".")[0]))
        for test in tests
        if test is not None
        for part in _demands(test)
        for each in backend.reads(part, function)
    )


def _demands(test: Expr) -> Iterator[Expr]:
    """The parts of a test that ask for more than presence."""
    if isinstance(test, Operation) and test.operator in ("and", "or", "not"):
        for operand in test.operands:
            yield from _demands(operand)
    elif not isinstance(test, Ref) and not _asks_for_presence(test):
        yield test


def _asks_for_presence(test: Expr) -> bool:
    """`origin is not None`, `origin != ""`, `"Origin" in request.headers`."""
    if not isinstance(test, Operation) or len(test.operands) != 2:
        return False
    first, second = test.operands
    if test.operator in ("in", "not in"):
        return isinstance(first, Constant) and "origin" in str(first.value).lower()
    return isinstance(second, Constant) and second.value in _NOTHING
