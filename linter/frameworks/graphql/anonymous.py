"""What the evaluator meets when it follows a resolver for a caller that nobody knows.

The caller sends no credentials: no header, no cookie, no session. With `somebody` set, everything that
tells who is calling is unknown instead, so that the two runs show what depends on it.
"""

from __future__ import annotations

from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import NOWHERE, UNKNOWN, Closure, External, Instance, Made, Member, Partial, Value
from linter.facts.expressions import Constant, Ref
from linter.facts.scopes import Assign, Return
from linter.file_roles import is_test
from linter.resolve.changes import FUNCTIONS
from linter.resolve.definitions import Class
from linter.resolve.project import Project

_INFO = "graphql.GraphQLResolveInfo"
_INFO_CLASS = "ResolveInfo"
_CONTEXT = "the context"
_REQUEST = "the request"
_META = "the request's META"
_USER = "the anonymous user"
_EXECUTION = "the execution context"
_PROMISE = "a promise that is kept"
_LAZY = frozenset({"django.utils.functional.SimpleLazyObject"})
_SETTLED = frozenset({"promise.Promise.resolve"})
_REQUEST_NAMES = frozenset({"$request", "$context", "$info.context", "$req"})
_ROOT = "the root value"
_VIEW = "the resolver"
_REACHED = "the resolver's answer"

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
_USER_METHODS = frozenset({"has_perm", "has_perms", "has_module_perms", "is_verified"})
_REQUESTS = frozenset({"starlette.requests.Request", "starlette.requests.HTTPConnection", "fastapi.Request"})
_EMPTY = frozenset({"headers", "cookies", "COOKIES", "session"})
_STATED = frozenset({"is_authenticated", "is_anonymous", "user", "request", "auth", *_EMPTY})
"""What tells that somebody is calling, and nothing of what they may do."""


class Anonymous:
    """Answers the evaluator's questions on what such a request holds."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.somebody = False
        self._once: frozenset[str] | None = None
        self.asked: set[str] = set()
        """What was looked at that tells who is calling."""
        self.context: Value = UNKNOWN
        """What the resolvers' context holds; UNKNOWN for that of the library."""

    def info(self) -> Made:
        """The second argument of a resolver."""
        return _made(_INFO)

    def root(self) -> Made:
        """The first argument of a resolver at the top, of which nothing is known."""
        root = _made(_ROOT)
        root.truth = None
        return root

    def request(self) -> Made:
        """A request without credentials."""
        return _made(_REQUEST)

    def user(self) -> Made:
        """The user of such a request."""
        return _made(_USER)

    def view(self) -> Made:
        """A stand-in for the resolver that a guard protects."""
        return _made(_VIEW)

    # The evaluator's questions

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute of the arguments of a resolver, or of what hangs on them."""
        if isinstance(receiver, External):
            return self._of_library(receiver.name, name)
        if isinstance(receiver, Instance) and name == "execution_context":
            return _made(_EXECUTION)
        if not isinstance(receiver, Made):
            return NotImplemented
        if receiver.name in (_INFO, _EXECUTION) and name == "context":
            return self._context()
        if receiver.name in (_CONTEXT, _REQUEST):
            return self._of_request(name)
        if receiver.name == _USER:
            return self._of_user(receiver, name)
        opaque = (_INFO, _EXECUTION, _ROOT, _VIEW, _REACHED)
        return UNKNOWN if receiver.name in opaque else NotImplemented

    def _context(self) -> Value:
        if self.somebody:
            self.asked.add("user")
            return UNKNOWN
        if self.context is UNKNOWN:
            return _made(_CONTEXT)
        self.asked.add("user")
        if isinstance(self.context, Made):
            # What one resolver does to the request is no matter for the next.
            fresh = _made(self.context.name)
            fresh.fields = dict(self.context.fields)
            return fresh
        return self.context

    def _of_request(self, name: str) -> Value:
        if name == "request":
            return self.request()
        known = name in _EMPTY or name in ("user", "auth", "META")
        if known:
            self.asked.add(name)
        if not known or self.somebody:
            return UNKNOWN
        if name == "META":
            return _made(_META)
        return {} if name in _EMPTY else self.user() if name == "user" else None

    def _of_user(self, user: Made, name: str) -> Value:
        self.asked.add(name)
        if name in _USER_METHODS:
            return Member(user, name)
        return _USER_FIELDS.get(name, UNKNOWN)

    def _of_library(self, owner: str, name: str) -> Value:
        """Flask's globals, which hold the request wherever one is."""
        if owner == "flask_login.current_user" or (owner == "flask_login.utils.current_user"):
            self.asked.add(name)
            return UNKNOWN if self.somebody else _USER_FIELDS.get(name, UNKNOWN)
        if owner == "flask.request" and name in _EMPTY:
            self.asked.add(name)
            return UNKNOWN if self.somebody else {}
        if owner == "flask" and name == "session":
            self.asked.add(name)
            return UNKNOWN if self.somebody else {}
        return NotImplemented

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """The result of a library's function."""
        if made.name in ("functools.wraps", "functools.update_wrapper"):
            return made
        if made.name.rpartition(".")[2] in ("compare_digest", "constant_time_compare"):
            # Nothing that the caller left out is equal to a secret.
            return False if any(each in ("", b"", None) for each in made.args) else NotImplemented
        if made.name == "isinstance" and len(made.args) == 2:
            return self._is_instance(evaluator, *made.args)
        if made.name == "next" and made.args and isinstance(made.args[0], list):
            first = made.args[0][0] if made.args[0] else None
            return first if isinstance(first, Made) and first.name == _INFO else NotImplemented
        if made.name == "hasattr" and len(made.args) == 2:
            return self._has(*made.args)
        if made.name == "django.contrib.auth.authenticate" and set(made.keywords) <= {"request"}:
            # Without credentials no backend finds anybody.
            self.asked.add("user")
            return UNKNOWN if self.somebody else None
        if made.name in _LAZY and len(made.args) == 1:
            return evaluator.call(made.args[0], [], {}, None, None)
        if made.name in _SETTLED and len(made.args) == 1:
            return Made(_PROMISE, made.args, {}, made.module, made.span)
        wrapping = len(made.args) == 1 and isinstance(made.args[0], Made) and made.args[0].name == _VIEW
        return made.args[0] if wrapping else NotImplemented

    def _has(self, value: Value, name: Value) -> Value:
        """Whether a request has an attribute: none that the project fills when it is missing."""
        is_request = isinstance(value, Made) and value.name in (_REQUEST, _CONTEXT)
        if not is_request or not isinstance(name, str):
            return NotImplemented
        return True if name in value.fields else False if name in self._filled_once() else NotImplemented

    def _filled_once(self) -> frozenset[str]:
        """Names that functions set on what they were given, and nothing sets that does not look first."""
        if self._once is None:
            self._project.trace.bit(FUNCTIONS)
            looked: set[str] = set()
            blind: set[str] = set()
            for function in self._project.functions:
                if is_test(function.module.path):
                    continue
                given = {f"${each.name}" for each in function.head.parameters}
                tested = {
                    str(call.args[1].value)
                    for call in function.scope.calls
                    if call.callee == Ref("hasattr")
                    and len(call.args) == 2
                    and isinstance(call.args[1], Constant)
                }
                for statement in function.scope.statements:
                    for target in statement.targets if isinstance(statement, Assign) else ():
                        owner, _, name = (
                            target.name.rpartition(".") if isinstance(target, Ref) else ("", "", "")
                        )
                        if owner in _REQUEST_NAMES and owner.partition(".")[0] in given:
                            (looked if name in tested else blind).add(name)
            self._once = frozenset(looked - blind)
        return self._once

    def _is_instance(self, evaluator: Evaluator, value: Value, kind: Value) -> Value:
        """Whether the request is a request, and nobody an object of a class of users who are signed in."""
        kinds = kind if isinstance(kind, (list, tuple)) else [kind]
        name = value.name if isinstance(value, Made) else ""
        if name == _USER:
            self.asked.add("user")
            return False if all(self._signed_in(evaluator, each) for each in kinds) else NotImplemented
        told = all(isinstance(each, External) and each.name.endswith(_INFO_CLASS) for each in kinds)
        if told and name in (_INFO, _ROOT):
            return name == _INFO
        if name == _REQUEST and any(isinstance(each, External) and each.name in _REQUESTS for each in kinds):
            return True
        return NotImplemented

    def _signed_in(self, evaluator: Evaluator, kind: Value) -> bool:
        """Whether all objects of a class of the project count as users who are signed in."""
        if not isinstance(kind, Class):
            return False
        told = evaluator.class_attribute(kind, "is_authenticated")
        if isinstance(told, Closure):
            returned = [each for each in told.function.scope.statements if isinstance(each, Return)]
            return bool(returned) and all(each.value == Constant(True) for each in returned)
        return told is True

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """The result of a method of the context, the request or the user."""
        receiver, name = member.receiver, member.name
        if not isinstance(receiver, Made):
            return NotImplemented
        if receiver.name == _PROMISE:
            return receiver.args[0] if name == "get" else UNKNOWN
        key = made.argument(0, "key")
        if receiver.name == _USER:
            self.asked.add(name)
            return False if name in _USER_METHODS else UNKNOWN
        if receiver.name == _META:
            told = isinstance(key, str) and key.startswith("HTTP_")
            return made.argument(1, "default") if name == "get" and told else UNKNOWN
        if receiver.name in (_CONTEXT, _REQUEST):
            if name in ("get", "__getitem__") and isinstance(key, str):
                return self._of_request(key)
            return UNKNOWN
        return NotImplemented

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """The result of calling the stand-in, or what `functools.wraps` makes of a function."""
        if isinstance(callee, Made):
            if callee.name == _VIEW:
                return _made(_REACHED)
            if callee.name == "functools.wraps" and made.args:
                return made.args[0]
        return NotImplemented

    @property
    def tells_only_presence(self) -> bool:
        """Whether what was asked is no more than whether there is a known caller."""
        return self.asked <= _STATED


def is_view(value: Value) -> bool:
    """Whether a value is the stand-in for a resolver."""
    return isinstance(value, Made) and value.name == _VIEW


def is_reached(value: Value) -> bool:
    """Whether a value is what the stand-in answers."""
    return isinstance(value, Made) and value.name == _REACHED


def open_context(known: dict[Value, Value]) -> Value:
    """A context of the project's own, with the request that every library adds."""
    return Partial({"request": _made(_REQUEST), **known})


def _made(name: str) -> Made:
    made = Made(name, [], {}, NOWHERE, 0)
    made.truth = True
    return made
