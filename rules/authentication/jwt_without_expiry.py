from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.analyses.configuration import configuration_of
from linter.backend import Backend, Function, Setting, Site
from linter.facts.expressions import Constant, Expr, Item, Mapping, Operation, Ref, Result
from linter.facts.scopes import Assign, Return
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

Place: TypeAlias = "Site | Setting"

_ENCODERS = ("jwt.encode", "jwt.api_jwt.encode", "jwt.PyJWT.encode", "jose.jwt.encode")
_ISSUERS = ("flask_jwt_extended.create_access_token", "flask_jwt_extended.utils.create_access_token")
_NEVER = ("JWT_ACCESS_TOKEN_EXPIRES", "JWT_REFRESH_TOKEN_EXPIRES")
_DEEP = 3


class JwtWithoutExpiry(Rule["Place"]):
    """A web token is valid for ever.

    ## Why
    A signed token can't be taken back. One that leaks from a log, a browser or a backup lets its finder in
    until the signing key is changed, which signs everybody else out too.

    ## Bad
        jwt.encode({"sub": user.id}, key, algorithm="HS256")

    ## Good
        jwt.encode({"sub": user.id, "exp": now + timedelta(minutes=15)}, key, algorithm="HS256")

    ## Limits
    PyJWT, python-jose and Flask-JWT-Extended, where all claims are seen. Tokens that a module makes for calls
    to other systems are theirs to limit.

    ## References
    - https://www.rfc-editor.org/rfc/rfc7519#section-4.1.4
    - https://cheatsheetseries.owasp.org/cheatsheets/JSON_Web_Token_for_Java_Cheat_Sheet.html
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "web tokens issued"
    cwe = 613
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """Calls that sign a token, and settings of how long they last."""
        calling_out = {each.location.path for each in backend.outbound}
        for site in backend.calls(*_ENCODERS, *_ISSUERS):
            if site.location.path not in calling_out:
                yield site
        yield from (each.setting for each in configuration_of(backend).in_force(*_NEVER))

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """Claims without `exp`, or a lifetime that is switched off."""
        if isinstance(subject, Setting):
            if configuration_of(backend).of(subject).value is False:
                yield self._reproach(subject, f"`{subject.name}` is off")
        elif subject.callee.name in _ISSUERS:
            if subject.argument(99, "expires_delta") == Constant(False):
                yield self._reproach(subject, "`expires_delta` is off")
        else:
            name = "payload" if subject.callee.name.startswith("jwt.") else "claims"
            expires = _Claims(backend).expire(subject.function, subject.argument(0, name), 0)
            if expires is None:
                yield Undecided("not all claims are seen")
            elif not expires:
                yield self._reproach(subject, "the token carries no `exp`")

    def _reproach(self, at: Place, why: str) -> Outcome:
        return self.finding(
            at,
            f"{why}, so a token that leaks stays valid until the signing key is changed",
            help='add an expiry: `"exp": datetime.now(UTC) + timedelta(minutes=15)`',
        )


class _Claims:
    """Reads the claims of a token back to where they are written."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def expire(self, holder: Function, claims: Expr | None, depth: int) -> bool | None:
        """Whether the claims have an `exp`; None when not all of them are seen."""
        if depth > _DEEP:
            return None
        match claims:
            case Mapping(keys=keys, values=values):
                return self._in_mapping(holder, keys, values, depth)
            case Ref(name=name) if name[0] == "$" and "." not in name:
                return self._in_variable(holder, name, depth)
            case Operation(operator="|", operands=operands):
                return _any(self.expire(holder, each, depth + 1) for each in operands)
            case Result(call=index):
                return self._in_call(holder, index, depth)
            case _:
                return None

    def _in_mapping(
        self, holder: Function, keys: tuple[Expr | None, ...], values: tuple[Expr, ...], depth: int
    ) -> bool | None:
        if Constant("exp") in keys:
            return True
        if any(key is not None and not isinstance(key, Constant) for key in keys):
            return None
        spread = [value for key, value in zip(keys, values, strict=True) if key is None]
        return _any(self.expire(holder, each, depth + 1) for each in spread)

    def _in_variable(self, holder: Function, name: str, depth: int) -> bool | None:
        assigned = holder.assignments.get(name[1:], [])
        if not assigned or any(each.name == name[1:] for each in holder.scope.parameters):
            return None
        found = [self.expire(holder, each.value, depth + 1) for each in assigned]
        found += [
            target.key == Constant("exp") if isinstance(target.key, Constant) else None
            for statement in holder.scope.statements
            for target in (statement.targets if isinstance(statement, Assign) else ())
            if isinstance(target, Item) and target.base == Ref(name)
        ]
        for index, call in enumerate(holder.scope.calls):
            if call.callee == Ref(f"{name}.update"):
                found += [self.expire(holder, each, depth + 1) for each in call.args]
                found.append(call.keyword("exp") is not None)
            elif Ref(name) in call.args:
                # A function of the project that is given the claims may add to them.
                found.append(None if self._function(holder, index) is not None else False)
        return _any(found)

    def _in_call(self, holder: Function, index: int, depth: int) -> bool | None:
        call = holder.scope.calls[index]
        function = self._function(holder, index)
        if function is not None:
            returned = [each.value for each in function.scope.statements if isinstance(each, Return)]
            return _any(self.expire(function, each, depth + 1) for each in returned) if returned else None
        if isinstance(call.callee, Ref) and call.callee.name == "dict" and not call.is_open:
            return call.keyword("exp") is not None or _any(
                self.expire(holder, each, depth + 1) for each in call.args
            )
        return None

    def _function(self, holder: Function, index: int) -> Function | None:
        target = self._backend.site(holder, index).callee.target
        return target if isinstance(target, Function) else None


def _any(found: Iterable[bool | None]) -> bool | None:
    answers = set(found)
    return True if True in answers else None if None in answers else False
