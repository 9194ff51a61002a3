"""Which HTTP methods a Django view answers.

A class view answers the verbs that it has a method for. A function view answers what
`require_http_methods` and its kin allow. Without those, a body that turns others away answers what
it compares `request.method` with; any other answers GET, what it compares with, and POST when it
reads what only a POST carries.
"""

from __future__ import annotations

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import Closure, External, Made, Value, options
from linter.facts.expressions import Constant, Expr, Operation, Ref, Sequence, walk
from linter.facts.scopes import Raise, Return
from linter.frameworks.django.classes import CLASSES, VERBS, canonical
from linter.frameworks.django.urls import ClassView
from linter.resolve.definitions import Class, Function
from linter.responses import Responses

_HTTP = "django.views.decorators.http."
_LIMITED: dict[str, tuple[str, ...]] = {
    _HTTP + "require_POST": ("POST",),
    _HTTP + "require_GET": ("GET",),
    _HTTP + "require_safe": ("GET",),
}
_UPPER = tuple(verb.upper() for verb in VERBS)
_FORM_PARTS = ("POST", "FILES", "body")


def class_methods(evaluator: Evaluator, view: ClassView, responses: Responses) -> dict[str, str]:
    """Upper-case verb to the name of the method that answers it."""
    if view.actions is not None:
        found = {verb: action for verb, action in view.actions.items() if verb in VERBS}
    else:
        found = {verb: verb for verb in _class_verbs(evaluator, view.cls)}
    dispatch = None if found else dispatch_method(evaluator, view.cls)
    if dispatch is not None:
        found = {verb.lower(): "dispatch" for verb in function_methods(dispatch, responses)}
    allowed = _allowed(evaluator, view)
    return {
        verb.upper(): method for verb, method in sorted(found.items()) if allowed is None or verb in allowed
    }


def _class_verbs(evaluator: Evaluator, cls: Class | External) -> set[str]:
    order = evaluator.order.of(cls) if isinstance(cls, Class) else evaluator.order.of_name(cls.name)
    verbs: set[str] = set()
    for ancestor in order:
        if isinstance(ancestor.target, Class):
            own = ancestor.target
            verbs |= {verb for verb in VERBS if verb in own.children or verb in own.attributes}
        elif canonical(ancestor.name) in CLASSES:
            verbs |= set(CLASSES[canonical(ancestor.name)].verbs)
    return verbs or ({"get"} if not isinstance(cls, Class) else set())


def dispatch_method(evaluator: Evaluator, cls: Class | External) -> Function | None:
    """The project's `dispatch` of a class view that has no method for any verb."""
    if not isinstance(cls, Class):
        return None
    found = evaluator.class_value(cls, "dispatch")
    return found.function if isinstance(found, Closure) else None


def _allowed(evaluator: Evaluator, view: ClassView) -> set[str] | None:
    value = view.keywords.get("http_method_names", NotImplemented)
    if value is NotImplemented and isinstance(view.cls, Class):
        value = evaluator.class_value(view.cls, "http_method_names")
    names: set[str] = set()
    for option in options(value):
        if not isinstance(option, (list, tuple)):
            return None
        names |= {each.lower() for each in option if isinstance(each, str)}
    return names


def limited_methods(decorators: tuple[Value, ...]) -> tuple[str, ...] | None:
    """What the decorators of a view allow; None when none of them limits it."""
    for value in decorators:
        if isinstance(value, External) and value.name in _LIMITED:
            return _LIMITED[value.name]
        if isinstance(value, Made) and value.name == _HTTP + "require_http_methods":
            given = value.argument(0, "request_method_list")
            if isinstance(given, (list, tuple)):
                names = {each.upper() for each in given if isinstance(each, str)}
                return tuple(sorted(names & set(_UPPER)))
    return None


def function_methods(function: Function, responses: Responses) -> tuple[str, ...]:
    """The verbs that the body of a function view tells of."""
    named: set[str] = set()
    for index, block in enumerate(function.scope.blocks):
        if block.subject is None:
            continue
        for operator, verbs in _compared(block.subject):
            if operator in ("!=", "not in") and _turns_away(function, index, responses):
                return tuple(sorted(verbs))
            named |= verbs
    named.add("GET")
    if "POST" not in named and _reads_form(function):
        named.add("POST")
    return tuple(sorted(named))


def _compared(subject: Expr) -> list[tuple[str, set[str]]]:
    """(operator, verbs) of each comparison with `request.method`."""
    found: list[tuple[str, set[str]]] = []
    for each in walk(subject):
        if not isinstance(each, Operation) or len(each.operands) != 2:
            continue
        left, right = each.operands
        if isinstance(right, Ref):
            left, right = right, left
        if isinstance(left, Ref) and left.name.endswith(("request.method", "req.method")):
            items = right.items if isinstance(right, Sequence) else (right,)
            verbs = {str(item.value).upper() for item in items if isinstance(item, Constant)}
            if verbs & set(_UPPER):
                found.append((each.operator, verbs & set(_UPPER)))
    return found


def _turns_away(function: Function, block: int, responses: Responses) -> bool:
    """Whether a block answers that the method is not allowed."""
    for statement in function.scope.statements:
        if statement.block != block:
            continue
        if isinstance(statement, Raise):
            return True
        if isinstance(statement, Return):
            return responses.returned(function, statement.value) in (400, 404, 405, 501)
    return False


def _reads_form(function: Function) -> bool:
    for call in function.scope.calls:
        refs = [call.callee, *call.args, *(value for _, value in call.keywords)]
        for each in (inner for ref in refs for inner in walk(ref)):
            if isinstance(each, Ref):
                parts = each.name.lstrip("$:").split(".")
                for position, part in enumerate(parts[:-1]):
                    if part in ("request", "req") and parts[position + 1] in _FORM_PARTS:
                        return True
    return False
