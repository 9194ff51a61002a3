"""The values that a visitor's request gives to the expressions of Flask code."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING

from linter.facts.expressions import (
    Attr,
    Choice,
    Comprehension,
    Constant,
    Expr,
    Item,
    Operation,
    Ref,
    Result,
    Sequence,
    Starred,
    Template,
    walk,
)
from linter.facts.scopes import Call
from linter.frameworks.flask.ends import End
from linter.frameworks.flask.globals import Globals
from linter.frameworks.flask.scenes import receiver_of
from linter.frameworks.flask.seen import (
    ABSENT,
    NONE,
    UNKNOWN,
    Seen,
    any_identity,
    attribute,
    called_method,
    compared,
    conjunction,
    constant,
    either,
    from_truth,
    known_key,
    lookup,
    negated,
    unknown,
)
from linter.frameworks.flask.tables import is_guarded, looked_up
from linter.resolve.definitions import Definition, Function, arguments_of

if TYPE_CHECKING:
    from linter.frameworks.flask.visitor import Frame, Visitor

_ITEMS = 60
_CALLERS = frozenset(
    {
        "flask_jwt_extended.get_jwt_identity",
        "flask_jwt_extended.get_current_user",
        "flask_jwt_extended.get_jwt",
        "flask_login.utils._get_user",
    }
)
_REFUSING = frozenset({"flask_jwt_extended.verify_jwt_in_request"})
_UNAUTHORIZED = (".login_manager.unauthorized", ".login_manager.needs_refresh", "LoginManager.unauthorized")
_REDIRECTS = frozenset({"flask.redirect", "werkzeug.utils.redirect", "quart.redirect"})
_COMPARISONS = frozenset({"==", "!=", "is", "is not", "in", "not in", "<", ">", "<=", ">="})
_DIGEST_CHECKS = (
    "compare_digest",
    "check_password_hash",
    "check_password",
    "verify_password",
    "safe_str_cmp",
)
_DECODERS = ("decode", "loads", "verify", "validate", "parse", "split")
_FOLDING = frozenset({"set", "frozenset", "list", "tuple", "sorted"})
_LOGIN_PAGES = ("login", "signin", "sign-in", "sign_in", "log-in", "log_in", "logon")

_CONTEXT = Seen("source", "g")
_SESSION = Seen("source", "session")


class Ended(Exception):
    """The function that is followed goes no further on this way."""


class Evaluation:
    """Evaluates expressions for a `Visitor`."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor
        self._project = visitor.project
        self._backend = visitor.backend
        self._globals = Globals(visitor, self)

    def value(self, frame: Frame, expr: Expr) -> Seen:
        """What an expression is. Raises Ended when the request ends in it."""
        match expr:
            case Constant(value=value):
                return constant(value)
            case Ref(name=name):
                return self._name(frame, name)
            case Result(call=index):
                return self._call(frame, index)
            case Attr(base=base, name=name):
                return self._attribute(frame, self.value(frame, base), name)
            case Item(base=base, key=key):
                return lookup(self.value(frame, base), known_key(self.value(frame, key)))
            case Operation():
                return self._operation(frame, expr)
            case Choice(test=test, then=then, otherwise=otherwise):
                return self._choice(frame, test, then, otherwise)
            case Sequence():
                return self._sequence(frame, expr)
            case Template(parts=parts):
                return unknown(any_identity([self.value(frame, part) for part in parts]))
            case Comprehension():
                return self._comprehension(frame, expr)
            case _:
                return UNKNOWN

    def item(self, seen: Seen, position: int) -> Seen:
        """One of the values that an assignment takes apart."""
        return lookup(seen, position) if seen.kind in ("list", "constant") else unknown(seen.identity)

    # Operators and displays

    def _operation(self, frame: Frame, expr: Operation) -> Seen:
        operator, operands = expr.operator, expr.operands
        if operator in ("and", "or"):
            return self._conjunction(frame, operands, operator == "and")
        if operator == "lambda":
            return UNKNOWN
        values = [self.value(frame, operand) for operand in operands]
        if operator == "not" and values:
            return negated(values[0])
        if operator in ("await", "yield") and values:
            return values[0]
        if operator == ":=" and len(values) == 2:
            self._visitor.bind(frame, operands[0], values[1])
            return values[1]
        if operator in _COMPARISONS and len(values) == 2:
            return compared(operator, values[0], values[1])
        return unknown(any_identity(values))

    def _conjunction(self, frame: Frame, operands: tuple[Expr, ...], wanted: bool) -> Seen:
        values: list[Seen] = []
        for operand in operands:
            values.append(self.value(frame, operand))
            if values[-1].truth is (not wanted):
                break
        return conjunction(values, wanted)

    def _choice(self, frame: Frame, test: Expr, then: Expr, otherwise: Expr) -> Seen:
        decided = self.value(frame, test)
        if decided.truth is None:
            return either([self.value(frame, then), self.value(frame, otherwise)]).tied(decided.identity)
        return self.value(frame, then if decided.truth else otherwise).tied(decided.identity)

    def _sequence(self, frame: Frame, expr: Sequence) -> Seen:
        values: list[Seen] = []
        for item in expr.items:
            if isinstance(item, Starred):
                inner = self.value(frame, item.value)
                if inner.kind != "constant" or not isinstance(inner.value, tuple):
                    return unknown(inner.identity)
                values += [constant(each) for each in inner.value]
            else:
                values.append(self.value(frame, item))
        if expr.kind == "tuple" and len(values) > 1:
            status = values[1].value if values[1].kind == "constant" else None
            if status is None:
                status = self._visitor.refusals.responses.status(frame.function, expr.items[1])
            if isinstance(status, int) and 100 <= status < 600 and not isinstance(status, bool):
                return Seen("response", status, any_identity(values))
        if all(each.kind == "constant" for each in values):
            return constant(tuple(each.value for each in values), any_identity(values))
        return Seen("list", tuple(values), any_identity(values))

    def _comprehension(self, frame: Frame, expr: Comprehension) -> Seen:
        sources = [self.value(frame, source) for source in expr.sources]
        identity = any_identity(sources)
        source = sources[0] if len(sources) == 1 and not expr.conditions else UNKNOWN
        if source.kind != "constant" or not isinstance(source.value, tuple) or len(source.value) > _ITEMS:
            element = self.value(frame, expr.element)
            return Seen("many", (element,), identity or element.identity)
        values: list[Seen] = []
        for each in source.value:
            self._visitor.bind(frame, expr.targets[0], constant(each))
            values.append(self.value(frame, expr.element))
        return Seen("list", tuple(values), identity or any_identity(values))

    # Names

    def _name(self, frame: Frame, name: str) -> Seen:
        if name[0] == "$":
            root, *names = name[1:].split(".")
            found = frame.names.get(root, UNKNOWN)
            for each in names:
                found = self._attribute(frame, found, each)
            return found
        return self._globals.value(frame, self._project.reference(frame.function, name))

    def _attribute(self, frame: Frame, base: Seen, name: str) -> Seen:
        if base.kind == "source" and base.value == "request":
            return self._globals.of_request(frame, [name])
        if base.kind == "source" and base.value == "g":
            return self._globals.of_g(frame, name)
        return attribute(base, name)

    # Calls

    def _call(self, frame: Frame, index: int) -> Seen:
        call = frame.function.scope.calls[index]
        receiver, method = receiver_of(call.callee)
        if self._calls_view(frame, call, receiver, method):
            frame.end("pass")
            raise Ended
        arguments = [self.value(frame, each) for each in arguments_of(call)]
        found = self._backend.site(frame.function, index).callee
        known = self._library(frame, call, found.name, method, arguments)
        if known is not None:
            return known
        if isinstance(found.target, Function):
            names, views = self._passed(frame, call, found.target, arguments)
            return self.summarised(frame, found.target, names, views)
        if isinstance(call.callee, Item):
            key = known_key(self.value(frame, call.callee.key))
            functions = looked_up(self._project, frame.function, call.callee, key)
            if functions:
                return self._one_of(frame, call, functions, arguments)
        return self._outside(frame, call, receiver, method, arguments)

    def _one_of(self, frame: Frame, call: Call, functions: list[Function], arguments: list[Seen]) -> Seen:
        """What a call of one of several functions gives, of each under its decorators."""
        found: list[Seen] = []
        for function in functions:
            if is_guarded(self._project, self._visitor.refusals, function):
                frame.ends.add(End("unauthenticated", True))
                continue
            names, views = self._passed(frame, call, function, arguments)
            with suppress(Ended):
                found.append(self.summarised(frame, function, names, views))
        if not found:
            raise Ended
        return either(found)

    def _calls_view(self, frame: Frame, call: Call, receiver: Expr | None, method: str) -> bool:
        if not frame.views:
            return False
        callee = call.callee
        if isinstance(callee, Ref):
            name = callee.name.lstrip("$")
            if name in frame.views or (
                callee.name[0] == "$" and "self.*" in frame.views and name.startswith("self.")
            ):
                target = self._project.callee(frame.function, call).target
                return not isinstance(target, Function)
        if isinstance(callee, Result):
            # `ensure_sync(view)(…)`
            inner = frame.function.scope.calls[callee.call]
            return any(
                isinstance(each, Ref) and each.name.lstrip("$") in frame.views for each in arguments_of(inner)
            )
        # `super().dispatch_request(…)`
        return method == "dispatch_request" and isinstance(receiver, Result)

    def _passed(
        self, frame: Frame, call: Call, function: Function, arguments: list[Seen]
    ) -> tuple[dict[str, Seen], frozenset[str]]:
        """What a call gives to the parameters of a function, and which of them are the view."""
        parameters = [each for each in function.head.parameters if each.kind not in ("*", "**")]
        parent = function.parent
        names: dict[str, Seen] = {}
        for parameter in parameters:
            if parameter.default is not None and parent is not None:
                known = self._backend.constant(parent, parameter.default)
                names[parameter.name] = UNKNOWN if known is ... else constant(known)
        if function.owner is not None and parameters and isinstance(call.callee, (Ref, Attr)):
            receiver, _ = receiver_of(call.callee)
            if isinstance(receiver, Ref) and self._name(frame, receiver.name) == _SESSION:
                names[parameters[0].name] = _SESSION
            parameters = parameters[1:]
        given = list(zip(call.args, arguments, strict=False))
        exprs: dict[str, Expr] = {}
        for parameter, (expr, seen) in zip(parameters, given, strict=False):
            if isinstance(expr, Starred):
                break
            names[parameter.name], exprs[parameter.name] = seen, expr
        for (key, expr), seen in zip(call.keywords, arguments[len(call.args) :], strict=False):
            names[key], exprs[key] = seen, expr
        views = frozenset(
            name
            for name, expr in exprs.items()
            if isinstance(expr, Ref) and expr.name.lstrip("$") in frame.views
        )
        if function.parent is frame.function:
            names = {**frame.names, **names}
            views |= frame.views
        return names, views

    def summarised(
        self, frame: Frame, function: Function, names: dict[str, Seen], views: frozenset[str]
    ) -> Seen:
        """What a function of the project returns. Raises Ended when it does not."""
        visitor = self._visitor
        summary = visitor.call(function, names, views, frame.asked, frame.depth + 1)
        for end in summary.ends:
            frame.ends.add(end._replace(identity=end.identity or frame.identity))
        if not summary.returns:
            raise Ended
        return either(summary.returns)

    def _library(
        self, frame: Frame, call: Call, name: str, method: str, arguments: list[Seen]
    ) -> Seen | None:
        """What calls of well-known functions give; None when it is none of them."""
        identity = any_identity(arguments)
        if method == "abort" and not name.startswith("?"):
            status = self._visitor.refusals.responses.raised_by_call(frame.function, call)
            frame.end("unauthenticated" if status == 401 else "forbidden" if status == 403 else "error")
            raise Ended
        if name in _REFUSING:
            if self._backend.constant(frame.function, call.keyword("optional")) is True:
                return ABSENT
            frame.identity = True
            frame.end("unauthenticated")
            raise Ended
        if name.endswith(_UNAUTHORIZED):
            return Seen("response", 401, True)
        if name in _REDIRECTS:
            return Seen("response", 401 if self._leads_to_login(frame, call) else 302, identity)
        if name in _CALLERS:
            return ABSENT
        if name == "flask_login.login_fresh":
            return constant(False, True)
        if method in _DIGEST_CHECKS and any(_is_nothing(each) for each in arguments):
            return constant(False, True)
        return self._builtin(frame, name, arguments)

    def _builtin(self, frame: Frame, name: str, arguments: list[Seen]) -> Seen | None:
        if not arguments:
            return None
        first = arguments[0]
        if name == "bool":
            return from_truth(first.truth, first.identity)
        if name == "getattr" and len(arguments) > 1 and isinstance(arguments[1].value, str):
            found = self._attribute(frame, first, arguments[1].value)
            default = arguments[2] if len(arguments) > 2 else None
            return default.tied(True) if found.kind == "absent" and default not in (None, NONE) else found
        if name == "setattr" and first == _CONTEXT and len(arguments) == 3:
            if isinstance(arguments[1].value, str):
                self._visitor.carried.keep(frame, arguments[1].value, arguments[2])
            return NONE
        if name in ("any", "all") and first.kind == "list":
            truths = [from_truth(each.truth, each.identity) for each in first.items]
            return conjunction(truths, name == "all") if truths else constant(name == "all")
        if name in ("any", "all") and first.kind == "many":
            decided = first.items[0].truth is (name == "all")
            return from_truth(name == "all" if decided else None, first.identity)
        if name in _FOLDING:
            return first
        if name in ("str", "isinstance", "callable") and first.kind == "absent":
            return constant(False, True) if name != "str" else ABSENT
        return None

    def _outside(
        self, frame: Frame, call: Call, receiver: Expr | None, method: str, arguments: list[Seen]
    ) -> Seen:
        """A call of code that is not in the project: what is asked about nobody finds nothing."""
        base = UNKNOWN if receiver is None else self.value(frame, receiver)
        if base == _CONTEXT and method in ("get", "pop") and arguments:
            key = known_key(arguments[0])
            left = self._globals.of_g(frame, key) if isinstance(key, str) else UNKNOWN
            return arguments[1].tied(True) if left.kind == "absent" and len(arguments) > 1 else left
        known = called_method(base, method, arguments)
        if known is not None:
            return known
        status = self._visitor.refusals.responses.of_response(frame.function, call)
        if status is not None:
            return Seen("response", status, any_identity(arguments))
        if any(each.kind == "absent" for each in arguments):
            if any(word in method for word in _DECODERS):
                frame.broke = True
            return ABSENT
        identity = base.identity or any_identity(arguments)
        return ABSENT if base.kind == "absent" else unknown(identity)

    def _leads_to_login(self, frame: Frame, call: Call) -> bool:
        return any(
            page in word.lower()
            for argument in arguments_of(call)
            for word in self._words(frame.function, argument)
            for page in _LOGIN_PAGES
        )

    def _words(self, holder: Definition, expr: Expr) -> Iterator[str]:
        for each in walk(expr):
            if isinstance(each, Constant) and isinstance(each.value, str):
                yield each.value
            elif isinstance(each, Ref):
                yield each.name
                value = self._backend.text(holder, each)
                if value is not None:
                    yield value
            elif isinstance(each, Result):
                call = holder.scope.calls[each.call]
                if isinstance(call.callee, Ref):
                    yield call.callee.name
                for key, argument in call.keywords:
                    if key != "next":
                        yield from self._words(holder, argument)
                for argument in call.args:
                    yield from self._words(holder, argument)


def _is_nothing(value: Seen) -> bool:
    """Whether a value is what a visitor lacks, or the empty text that stands for it."""
    return value.kind == "absent" or (value.kind == "constant" and not value.value)
