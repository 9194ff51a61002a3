"""Follows code on behalf of a caller that nobody knows: is the request let through, or refused?

A dependency, a middleware or a handler is called with a request that carries no credentials. What
comes back says more than the places at which the code can refuse: it says whether they are reached.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import NamedTuple

from linter.backend import GuardKind, Verdict
from linter.evaluate import natives
from linter.evaluate.evaluator import Evaluator
from linter.evaluate.values import (
    NOWHERE,
    UNKNOWN,
    Closure,
    External,
    Instance,
    Made,
    Member,
    Own,
    Raised,
    Value,
    either,
    options,
)
from linter.facts.expressions import Constant
from linter.frameworks.starlette.names import public_name
from linter.guards import Refusals
from linter.resolve.definitions import Class, Function
from linter.responses import EXCEPTION_STATUS, HTTP_EXCEPTIONS, RESPONSES

_REQUEST = "starlette.requests.Request"
SOCKET = "starlette.websockets.WebSocket"
_CONNECTIONS = frozenset({_REQUEST, SOCKET, "starlette.requests.HTTPConnection"})
_STATE = "starlette.datastructures.State"
_USER = "starlette.authentication.UnauthenticatedUser"
_CREDENTIALS = "starlette.authentication.AuthCredentials"
_HAS_SCOPE = "starlette.authentication.has_required_scope"
_NEXT = "what the middleware stands before"
_REACHED = "the response of what lies behind"
_SEND = "the ASGI send channel"
GUESS = "a credential that the caller made up"
_REFUSING_CODES = (1008, 3000, 3003)
_LOGIN_WORDS = ("login", "log-in", "log_in", "signin", "sign-in", "sign_in")
_COMPARISONS = frozenset({"compare_digest", "constant_time_compare"})
_IN_THREADS = frozenset({"run_in_threadpool", "to_thread", "run_sync"})
_ORDER: tuple[GuardKind, ...] = ("authentication", "authorization")


class Judgement(NamedTuple):
    """What an anonymous caller meets: YES is refused, NO is let through, UNKNOWN depends."""

    verdict: Verdict
    kind: GuardKind


PASSES = Judgement(Verdict.NO, "other")
DOUBTFUL = Judgement(Verdict.UNKNOWN, "other")
REJECTED = Judgement(Verdict.UNKNOWN, "authentication")
"""Nobody passes, but the answer is an error of another kind: the request lacks something."""


class Open(dict[Value, Value]):
    """A dict of which only some entries are known: the server and its middleware put more into it."""


class Caller:
    """The anonymous caller: answers the evaluator's questions on what such a request holds."""

    def __init__(self, refusals: Refusals) -> None:
        self._refusals = refusals
        self._address = Own("the address of the caller", [], {}, NOWHERE, 0)
        self._address.truth = True
        self._request = self.request()
        self._behind: Function | None = None
        self.asked_elsewhere = False
        """Whether code that cannot be followed was asked about the request since the trial began."""
        self.effects: list[int] = []
        """Statuses that were sent since the trial began; 0 for what lies behind a middleware."""

    # Requests

    def request(
        self,
        method: Value = UNKNOWN,
        path: Value = UNKNOWN,
        user: Value = UNKNOWN,
        auth: Value = UNKNOWN,
        state: Made | None = None,
        websocket: bool = False,
    ) -> Made:
        """A request without credentials, and without anything that could carry them."""
        made = _made(SOCKET if websocket else _REQUEST)
        url = _made("starlette.datastructures.URL")
        url.fields = {"path": path, "query": ""}
        client = _made("starlette.datastructures.Address")
        client.fields = {"host": self._address, "port": UNKNOWN}
        kept = _made(_STATE) if state is None else state
        if state is None:
            kept.fields = Open()
        made.fields = {
            "headers": {},
            "cookies": {},
            "query_params": {},
            "session": {},
            "client": client,
            "method": method,
            "url": url,
            "state": kept,
            "user": user,
            "auth": auth,
            "scope": Open(
                {
                    "type": "websocket" if websocket else "http",
                    "method": method,
                    "path": path,
                    "headers": [],
                    "query_string": b"",
                    "state": kept.fields,
                    "session": {},
                    "user": user,
                    "auth": auth,
                }
            ),
        }
        self._request = made
        return made

    def socket(self, request: Made) -> Made:
        """A websocket that shares what is known of a request."""
        made = _made(SOCKET)
        made.fields = request.fields
        return made

    def stranger(self) -> Made:
        """The user that Starlette gives to a caller whom its backend does not know."""
        made = _made(_USER)
        made.fields = {"is_authenticated": False, "display_name": "", "identity": ""}
        return made

    def credentials(self, scopes: Value) -> Made:
        """What Starlette notes of the caller's rights."""
        made = _made(_CREDENTIALS)
        made.fields = {"scopes": scopes}
        return made

    def following(self) -> Made:
        """A stand-in for what a middleware stands before."""
        return _made(_NEXT)

    def channel(self) -> Made:
        """A stand-in for the ASGI `send`."""
        return _made(_SEND)

    def guess(self) -> Made:
        """A credential that the framework demands, filled with something wrong."""
        return _made(GUESS)

    @contextmanager
    def before(self, function: Closure) -> Iterator[None]:
        """For the time being, calling `function` is reaching what lies behind."""
        outer, self._behind = self._behind, function.function
        try:
            yield
        finally:
            self._behind = outer

    # The evaluator's questions

    def attribute(self, evaluator: Evaluator, receiver: Value, name: str) -> Value:
        """An attribute of the request, or of something that the caller made up."""
        if not isinstance(receiver, Made):
            return NotImplemented
        if receiver.name == GUESS:
            return Member(receiver, name)
        if receiver.name in _CONNECTIONS and name in ("app", "path_params", "base_url"):
            return UNKNOWN
        return NotImplemented

    def call(self, evaluator: Evaluator, made: Made) -> Value:
        """A call of a library's function or class."""
        name = public_name(made.name)
        last = name.rpartition(".")[2]
        if name in _CONNECTIONS:
            return self._request
        if name in ("starlette.datastructures.Headers", "starlette.datastructures.MutableHeaders"):
            return {}
        if name == _HAS_SCOPE and len(made.args) == 2:
            return self._has_scopes(evaluator, made.args[0], made.args[1])
        if name == _CREDENTIALS:
            made.fields = {"scopes": made.argument(0, "scopes") or []}
            return NotImplemented
        if name == _USER:
            return self.stranger()
        if last == "get_authorization_scheme_param":
            return ("", "") if made.args and made.args[0] in (None, "") else (UNKNOWN, UNKNOWN)
        if last in _COMPARISONS:
            # Nothing that the caller left out or made up is equal to a secret.
            left_out = any(each in ("", b"", None) or _is_guess(each) for each in made.args)
            return False if left_out else NotImplemented
        if last in _IN_THREADS and made.args:
            return evaluator.call(made.args[0], made.args[1:], made.keywords, None, None)
        return NotImplemented

    def _has_scopes(self, evaluator: Evaluator, connection: Value, scopes: Value) -> Value:
        """Whether the caller has each of the rights, as Starlette's `has_required_scope` tells."""
        had = evaluator.attribute(evaluator.attribute(connection, "auth"), "scopes")
        if not isinstance(scopes, (list, tuple)):
            return UNKNOWN
        return either(
            [
                natives.builtin("all", [[natives.compare("in", each, rights) for each in scopes]], {})
                for rights in options(had)
            ]
        )

    def call_member(self, evaluator: Evaluator, member: Member, made: Made) -> Value:
        """A call of a method of the request, or of what the project inherits from a library."""
        receiver, name = member.receiver, member.name
        if name == "__init__" and isinstance(receiver, Instance):
            self._note_status(evaluator, receiver, made)
            return NotImplemented
        if isinstance(receiver, Made) and receiver.name == SOCKET and name in ("close", "accept"):
            code = made.argument(0, "code")
            refused = name == "close" and as_status(code) in _REFUSING_CODES
            self.effects.append(401 if refused else 0 if name == "accept" else 400)
            return None
        if isinstance(receiver, Instance) and name == "__call__":
            self.effects.append(0)
            return _made(_REACHED)
        self._note_asked(made)
        return NotImplemented

    def _note_status(self, evaluator: Evaluator, receiver: Instance, made: Made) -> None:
        """The status that a project's own HTTP exception hands to the framework's."""
        if any(public_name(each.name) in HTTP_EXCEPTIONS for each in evaluator.order.of(receiver.cls)):
            receiver.fields.setdefault("status_code", made.argument(0, "status_code", UNKNOWN))

    def _note_asked(self, made: Made) -> None:
        """Note a call that cannot be followed and that sees the request or a credential."""
        given = [*made.args, *made.keywords.values()]
        if any(_is_guess(each) or _is_connection(each) for each in given):
            self.asked_elsewhere = True

    def apply(self, evaluator: Evaluator, callee: Value, made: Made) -> Value:
        """A call of what lies behind a middleware, of `send`, or of a response as an application."""
        if isinstance(callee, Closure) and callee.function is self._behind:
            return _made(_REACHED)
        if callee is UNKNOWN:
            self._note_asked(made)
        if isinstance(callee, Made):
            if callee.name == _NEXT:
                self.effects.append(0)
                return _made(_REACHED)
            if callee.name == _SEND:
                message = made.args[0] if made.args else None
                if isinstance(message, dict) and message.get("type") == "http.response.start":
                    self.effects.append(as_status(message.get("status")) or 200)
                if isinstance(message, dict) and message.get("type") == "websocket.close":
                    self.effects.append(401 if message.get("code") in _REFUSING_CODES else 400)
                return None
            status = self.status(callee)
            if status is not None and len(made.args) == 3:
                self.effects.append(status)
                return None
        return NotImplemented

    # Judgement

    def judge(self, outcome: Value, effects: Iterable[int] = ()) -> Judgement:
        """What the results of a call, and what was sent meanwhile, mean for the caller."""
        kinds: set[GuardKind] = set()
        passes = False
        effects = list(effects)
        for status in effects:
            if status in (401, 403):
                kinds.add("authentication" if status == 401 else "authorization")
            elif status < 400:
                passes = True
        for option in options(outcome):
            status_of = self.status(option)
            if status_of in (401, 403):
                kinds.add("authentication" if status_of == 401 else "authorization")
            elif not isinstance(option, Raised) and not (effects and option in (None, UNKNOWN)):
                passes = True
        if kinds:
            return Judgement(Verdict.UNKNOWN if passes else Verdict.YES, min(kinds, key=_ORDER.index))
        if passes:
            return PASSES
        statuses = [self.status(option) for option in options(outcome)]
        return REJECTED if statuses and all(statuses) else DOUBTFUL

    def status(self, value: Value) -> int | None:
        """The status of a response or an exception; None for any other value, 0 when it is not known."""
        if isinstance(value, Raised):
            return self._raised(value.exception)
        if not isinstance(value, Made) or value.name == _REACHED:
            return None
        name = public_name(value.name)
        if name.endswith("RedirectResponse"):
            return 401 if _names_login([*value.args, *value.keywords.values()]) else 307
        position = RESPONSES.get(name)
        if position is None:
            return None
        given = value.argument(position, "status_code", 200) if position >= 0 else 200
        return as_status(given) or 0

    def _raised(self, exception: Value) -> int:
        if isinstance(exception, Class):
            exception = Instance(exception)
        if isinstance(exception, Instance):
            given = as_status(exception.fields.get("status_code"))
            mapped = self._refusals.mapped_status(exception.cls.id)
            return (
                mapped or given or self._refusals.responses.of_exception(exception.cls.id, exception.cls) or 0
            )
        if isinstance(exception, Made):
            name = public_name(exception.name)
            if name in HTTP_EXCEPTIONS:
                status = as_status(exception.argument(0, "status_code")) or 0
                sends_away = 300 <= status < 400 and _names_login([exception.keywords.get("headers", "")])
                return 401 if sends_away else status
            if name.endswith(".WebSocketException"):
                return 403 if as_status(exception.argument(0, "code")) in _REFUSING_CODES else 0
            return self._refusals.mapped_status(name) or EXCEPTION_STATUS.get(name, 0)
        if isinstance(exception, External):
            return self._refusals.mapped_status(exception.name) or EXCEPTION_STATUS.get(exception.name, 0)
        return 0


def _is_connection(value: Value) -> bool:
    return isinstance(value, Made) and value.name in _CONNECTIONS


def _is_guess(value: Value) -> bool:
    if isinstance(value, Made) and isinstance(value.name, str):
        return value.name in (GUESS, "?.encode")
    return isinstance(value, Member) and _is_guess(value.receiver)


def as_status(value: Value) -> int | None:
    """A status or a websocket code, from a number or one of the constants for it."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, Constant):
        return as_status(value.value)
    if isinstance(value, External):
        head, _, last = value.name.removesuffix(".value").rpartition(".")
        if head.endswith("HTTPStatus"):
            return HTTPStatus[last].value if last in HTTPStatus.__members__ else None
        parts = last.split("_")
        if parts[0] in ("HTTP", "WS") and len(parts) > 1 and parts[1].isdigit():
            return int(parts[1])
    return None


def _names_login(values: list[Value]) -> bool:
    """Whether a redirect goes to a login page, by its path or by the name of its route."""
    for value in values:
        for option in options(value):
            if isinstance(option, str) and any(word in option.lower() for word in _LOGIN_WORDS):
                return True
            if isinstance(option, Made) and _names_login([*option.args, *option.keywords.values()]):
                return True
            if isinstance(option, dict) and _names_login(list(option.values())):
                return True
            if isinstance(option, External) and any(word in option.name.lower() for word in _LOGIN_WORDS):
                return True
    return False


def _made(name: str) -> Made:
    made = Made(name, [], {}, NOWHERE, 0)
    made.truth = True
    return made
