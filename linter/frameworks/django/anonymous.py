"""Follows code on behalf of a caller that nobody knows: does it reach the view, or is it refused?

A decorator, a `dispatch`, a permission class or a middleware is called with a request whose user is
anonymous. What comes back says more than the places at which the code can refuse: it says whether
they are reached.
"""

from __future__ import annotations

from typing import NamedTuple

from linter.backend import GuardKind, Verdict
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.natives import truth
from linter.evaluate.values import (
    NOWHERE,
    UNKNOWN,
    Closure,
    External,
    Instance,
    Lambda,
    Made,
    Member,
    Own,
    Partial,
    Raised,
    Value,
    options,
)
from linter.facts.expressions import Ref, walk
from linter.frameworks.django.classes import VERBS
from linter.frameworks.django.known import TAKES_FUNCTION, decorator_kind, permission_verdict
from linter.frameworks.django.status_values import as_status
from linter.frameworks.django.urls import Wrapped, is_view
from linter.frameworks.django.users import ANONYMOUS_USER, own_anonymous_user
from linter.guards import Refusals
from linter.resolve.definitions import Class
from linter.responses import EXCEPTION_STATUS, HTTP_EXCEPTIONS, RESPONSE_STATUS, RESPONSES

_USER = ANONYMOUS_USER
_REQUEST = "django.http.HttpRequest"
_NOTHING = "django.db.models.EmptyQuerySet"
_META = "django.http.HttpRequest.META"
_API_KEYS = "rest_framework_api_key.permissions.BaseHasAPIKey"
_VIEW = "the view"
_REACHED = "the view's response"
_REFUSED = "a refusal"

_USER_FIELDS: dict[str, Value] = {
    "is_authenticated": False,
    "is_anonymous": True,
    "is_active": False,
    "is_staff": False,
    "is_superuser": False,
    "id": None,
    "pk": None,
    "username": "",
}
_NO_METHODS = frozenset({"has_perm", "has_perms", "has_module_perms", "is_verified"})
_REFUSING = frozenset({"handle_no_permission", "permission_denied", "redirect_to_login"})
_PASSING = frozenset({"dispatch", "http_method_not_allowed"})
_COMPARISONS = frozenset({"compare_digest", "constant_time_compare"})
_ANSWERING = frozenset(
    {*VERBS, "list", "create", "retrieve", "update", "partial_update", "destroy"}
    | {"form_valid", "form_invalid", "render_to_response"}
)
"""Inherited methods that answer a request."""
_LOGIN_WORDS = ("login", "log-in", "log_in", "signin", "sign-in", "sign_in")
_USER_TESTS = (
    "is_authenticated",
    "is_staff",
    "is_superuser",
    "is_active",
    "has_perm",
    "groups",
    "is_anonymous",
)


class Judgement(NamedTuple):
    """What an anonymous caller meets: YES is refused, NO is let through."""

    verdict: Verdict
    kind: GuardKind


PASSES = Judgement(Verdict.NO, "other")
DOUBTFUL = Judgement(Verdict.UNKNOWN, "other")


class Undecorated(Closure):
    """A function of the project without the decorators around it."""

    __slots__ = ()


class Caller:
    """The anonymous caller: answers the evaluator's questions on what such a request holds."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals

    def request(self, method: Value = "GET", path: Value = UNKNOWN) -> Made:
        """A request without credentials, and without anything that could carry them."""
        made = _made(_REQUEST)
        made.fields = {
            "user": self.user(),
            "auth": None,
            "session": {},
            "headers": Partial(),
            "COOKIES": {},
            "META": _made(_META),
            "body": b"",
            **{name: Partial() for name in ("GET", "POST", "FILES", "data", "query_params")},
            "method": method,
            "path": path,
            "path_info": path,
        }
        return made

    def user(self) -> Made:
        """The anonymous user by itself."""
        user = Own(_USER, [], {}, NOWHERE, 0)
        user.truth = True
        return user

    def view(self) -> Made:
        """A stand-in for the view that a guard protects."""
        return _made(_VIEW)

    # The evaluator's questions

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute of the request or of its user."""
        if not isinstance(receiver, Made):
            return NotImplemented
        if receiver.name == _USER:
            if name in ("groups", "user_permissions"):
                return _made(_NOTHING)
            if name in _NO_METHODS:
                return Member(receiver, name)
            return _USER_FIELDS[name] if name in _USER_FIELDS else self._of_own_user(evaluator, name)
        if receiver.name in (_REQUEST, _VIEW):
            return UNKNOWN
        return NotImplemented

    def _of_own_user(self, evaluator: Evaluator, name: str) -> Value:
        """An attribute that the project's own class of anonymous users adds, where it has one."""
        cls = own_anonymous_user(self._refusals.project)
        if cls is None:
            return UNKNOWN
        found = evaluator.attribute(Instance(cls), name)
        return UNKNOWN if isinstance(found, Member) else found

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """A call of a library's function."""
        last = made.name.rpartition(".")[2]
        if last in _REFUSING:
            return _made(_REFUSED)
        if made.name == "functools.wraps":
            return made
        if last == "filter" and any(_is_user(each) for each in made.keywords.values()):
            return _made(_NOTHING)
        if last in _COMPARISONS:
            # Nothing that the caller left out is equal to a secret.
            return False if any(each in ("", b"", None) for each in made.args) else NotImplemented
        wrapped = made.args[0] if len(made.args) == 1 and not made.keywords else None
        if made.name in TAKES_FUNCTION:
            return made
        if self._is_view(wrapped):
            return Wrapped(wrapped, External(made.name), made)
        return NotImplemented

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """A call of what the project inherits from a library, or of a method of the user."""
        receiver, name = member.receiver, member.name
        if name in _REFUSING:
            return _made(_REFUSED)
        if isinstance(receiver, Instance):
            return self._inherited(evaluator, receiver, name)
        if name == "filter" and any(_is_user(each) for each in made.keywords.values()):
            return _made(_NOTHING)
        if not isinstance(receiver, Made):
            return NotImplemented
        if receiver.name == _USER:
            return False
        if receiver.name == _NOTHING:
            return {"exists": False, "count": 0, "first": None, "last": None}.get(name, receiver)
        if receiver.name == _META:
            key = made.argument(0, "key")
            if name == "get" and isinstance(key, str) and key.startswith("HTTP_"):
                return made.argument(1, "default")
            return UNKNOWN
        return NotImplemented

    def _inherited(self, evaluator: Evaluator, receiver: Instance, name: str) -> Value:
        if name in _PASSING or name in _ANSWERING:
            return _made(_REACHED)
        if name in ("setup", "initial", "process_request", "process_view", "check_throttles", "__init__"):
            return None
        if name in ("get_serializer_class", "get_form_class"):
            return evaluator.attribute(receiver, name.removeprefix("get_"))
        if name == "get_key" and any(each.name == _API_KEYS for each in evaluator.order.of(receiver.cls)):
            return None
        if name == "get_permissions":
            return receiver.fields.get("permission_classes", UNKNOWN)
        if name == "has_permission":
            verdict = library_permission(evaluator, receiver.cls, "GET")
            return UNKNOWN if verdict is Verdict.UNKNOWN else verdict is Verdict.NO
        return NotImplemented

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """A call of the view, of a guarded view, or of a decorator that a library made."""
        if isinstance(callee, Wrapped):
            judged = self.of_decorator(evaluator, callee.decorator)
            if judged.verdict is Verdict.YES:
                return _made(_REFUSED)
            inner = evaluator.call(callee.view, made.args, made.keywords, None, None)
            return inner if judged.verdict is Verdict.NO else UNKNOWN
        if isinstance(callee, Closure) and not isinstance(callee, Undecorated):
            return self._decorated(evaluator, callee, made)
        if isinstance(callee, Made):
            if callee.name == _VIEW:
                return _made(_REACHED)
            if callee.name == "functools.wraps" and made.args:
                return made.args[0]
            if made.args and self._is_view(made.args[0]):
                return Wrapped(made.args[0], callee, made)
        return NotImplemented

    def _decorated(self, evaluator: Evaluator, callee: Closure, made: Made) -> Value:
        """A call of a function that has decorators which may refuse goes through them."""
        function = callee.function
        holder = function.parent
        if holder is None or not function.head.decorators:
            return NotImplemented
        decorators = [evaluator.expression(holder, each.value) for each in function.head.decorators]
        decorators = [each for each in decorators if not _is_harmless(each)]
        if not decorators:
            return NotImplemented
        view: Value = Undecorated(function, callee.frame)
        for decorator in reversed(decorators):
            view = evaluator.call(decorator, [view], {}, None, None)
        args = made.args if callee.receiver is None else [callee.receiver, *made.args]
        return evaluator.call(view, args, made.keywords, None, None)

    def _is_view(self, value: Value) -> bool:
        return is_view(value) or (isinstance(value, Made) and value.name == _VIEW)

    # Judgement

    def of_decorator(self, evaluator: Evaluator, decorator: Value) -> Judgement:
        """What a library's decorator does to an anonymous caller."""
        if isinstance(decorator, Made) and decorator.name.endswith(".user_passes_test"):
            return self.of_test(evaluator, decorator.argument(0, "test_func", UNKNOWN))
        if isinstance(decorator, (Made, External)):
            kind = decorator_kind(decorator.name)
            if kind is None:
                return DOUBTFUL
            return Judgement(Verdict.YES, kind) if kind in ("authentication", "authorization") else PASSES
        if isinstance(decorator, Closure):
            return self.judge(evaluator.trial(decorator, [self.view()]))
        return DOUBTFUL

    def of_test(self, evaluator: Evaluator, test: Value) -> Judgement:
        """What `user_passes_test` does with this test."""
        if isinstance(test, Lambda):
            names = [each.name for each in walk(test.body) if isinstance(each, Ref)]
            names += [
                call.callee.name
                for call in test.frame.holder.scope.calls
                if isinstance(call.callee, Ref)
                and test.frame.holder.scope.blocks[call.block].kind == "lambda"
            ]
            asks = any(name.endswith(_USER_TESTS) for name in names)
            return Judgement(Verdict.YES, "authorization") if asks else DOUBTFUL
        answers = {truth(each) for each in options(evaluator.trial(test, [self.user()]))}
        if answers == {False}:
            return Judgement(Verdict.YES, "authorization")
        return PASSES if answers == {True} else DOUBTFUL

    def judge(self, outcome: Value, none_passes: bool = False, as_handler: bool = False) -> Judgement:
        """What a response means. The ways in which the code fails for other reasons do not count.

        With `none_passes`, returning nothing lets the request go on, as in a middleware's hook. With
        `as_handler`, it is the handler itself that answered.
        """
        kinds: set[GuardKind] = set()
        passes = doubtful = False
        others = 0
        for option in options(outcome):
            if (isinstance(option, Made) and option.name == _REACHED) or (none_passes and option is None):
                passes = True
                continue
            status = self._status(option)
            if status is None:
                doubtful = True
            elif status in (401, 403):
                kinds.add("authentication" if status == 401 else "authorization")
            else:
                others += 1
        if kinds and not passes and not doubtful and not (as_handler and others):
            return Judgement(Verdict.YES, min(kinds, key=("authentication", "authorization").index))
        if as_handler:
            # Any other answer is the handler's own, so it was reached.
            passes = passes or others > 0
            if kinds and passes:
                return DOUBTFUL
        return PASSES if passes and not kinds and not doubtful else DOUBTFUL

    def may_answer(self, outcome: Value) -> bool:
        """Whether an answer that is neither a refusal nor an error is among what a call may come to."""
        return any(
            status is not None and status < 400
            for status in (self._status(option) for option in options(outcome))
        )

    def may_refuse(self, outcome: Value) -> bool:
        """Whether a refusal is among what a call may come to, or nothing is known of it."""
        return any(option is UNKNOWN or self._status(option) in (401, 403) for option in options(outcome))

    def rejects_method(self, outcome: Value) -> bool:
        """Whether a call certainly answers that the method is not allowed."""
        return all(self._status(option) == 405 for option in options(outcome))

    def _status(self, value: Value) -> int | None:
        """The status of a response or exception; 0 for one that is no refusal, None when not known."""
        if isinstance(value, Raised):
            return self._raised(value.exception)
        if isinstance(value, tuple) and len(value) == 2:
            # Django Ninja takes a status and a body; other tuples are no response.
            return as_status(value[0]) or 0
        if not isinstance(value, Made):
            return None
        if value.name == _REFUSED:
            return 401
        if "edirect" in value.name:
            return 401 if self._names_login([*value.args, *value.keywords.values()]) else 0
        fixed = RESPONSE_STATUS.get(value.name.replace(".response.", "."))
        if fixed is not None:
            return fixed
        given = value.keywords.get("status", value.keywords.get("status_code", NotImplemented))
        position = RESPONSES.get(value.name)
        if given is NotImplemented and position is not None and 0 <= position < len(value.args):
            given = value.args[position]
        if given is NotImplemented:
            return 0 if position is not None or value.name.endswith(("render", "Response")) else None
        return as_status(given)

    def _raised(self, exception: Value) -> int | None:
        if isinstance(exception, Instance):
            return self._of_exception(exception.cls)
        if isinstance(exception, Class):
            return self._of_exception(exception)
        if isinstance(exception, Made) and exception.name in HTTP_EXCEPTIONS:
            return as_status(exception.argument(0, "status_code"))
        if isinstance(exception, (Made, External)):
            # A key that nobody handles the lack of fails before anything is decided.
            return None if exception.name == "KeyError" else EXCEPTION_STATUS.get(exception.name, 0)
        return None

    def _of_exception(self, cls: Class) -> int:
        """The status of an exception of the project: its own, or what an error handler makes of it."""
        known = self._refusals.responses.of_exception(cls.id, cls)
        return known or self._refusals.mapped_status(cls.id) or 0

    def _names_login(self, values: list[Value]) -> bool:
        words = [value for value in values if isinstance(value, str)]
        words += [value.name for value in values if isinstance(value, External)]
        for value in values:
            if isinstance(value, Made):
                words += [each for each in value.args if isinstance(each, str)]
        return any(login in word.lower() for word in words for login in _LOGIN_WORDS)


def _is_harmless(decorator: Value) -> bool:
    if isinstance(decorator, (Made, External)):
        return decorator_kind(decorator.name) == "other"
    return not isinstance(decorator, Closure)


def _is_user(value: Value) -> bool:
    return isinstance(value, Made) and value.name == _USER


def _made(name: str) -> Made:
    made = Made(name, [], {}, NOWHERE, 0)
    made.truth = name != _NOTHING
    return made


def library_permission(evaluator: Evaluator, cls: Class, verb: str) -> Verdict:
    """What the first library permission that `cls` inherits from does to an anonymous caller."""
    for ancestor in evaluator.order.of(cls):
        if ancestor.target is None:
            return permission_verdict(ancestor.name, verb)
    return Verdict.NO
