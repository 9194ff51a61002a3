from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.analyses.configuration import configuration_of
from linter.backend import Backend, Setting, Site
from linter.facts.expressions import Attr, Constant, Expr, Ref, Result
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided
from linter.secrecy import words_of

Place: TypeAlias = "Site | Setting"

_SETTERS = ("set_cookie", "set_signed_cookie")
_FLAGS = {"secure": 6, "httponly": 7, "samesite": 8}
"""Where the flags stand among the arguments of `set_cookie`, which is the same in all frameworks."""

_SESSION_MIDDLEWARE = ("starlette.middleware.sessions.SessionMiddleware",)
_SIGNED_IN = frozenset(
    {"session", "sessionid", "sid", "token", "jwt", "auth", "access", "refresh", "remember"}
)
_NOT_SECRET = frozenset(
    {"csrf", "xsrf", "csrftoken", "xsrftoken", "csrfmiddlewaretoken", "flag", "is", "has"}
)
_MUST_BE_ON = {
    "SESSION_COOKIE_SECURE": "the session cookie is sent over plain HTTP as well",
    "SESSION_COOKIE_HTTPONLY": "scripts in a page can read the session cookie",
    "CSRF_COOKIE_SECURE": "the CSRF cookie is sent over plain HTTP as well",
    "REMEMBER_COOKIE_SECURE": "the cookie that signs people in is sent over plain HTTP as well",
    "REMEMBER_COOKIE_HTTPONLY": "scripts in a page can read the cookie that signs people in",
}


class CookieFlags(Rule["Place"]):
    """A cookie that signs somebody in can be read by scripts or is sent without encryption.

    ## Why
    Without `httponly`, one script that gets into a page reads the cookie. Without `secure`, the browser sends
    it with the first plain HTTP request, for everyone on the way to read. Who has the cookie is signed in.

    ## Bad
        response.set_cookie("session", token)

    ## Good
        response.set_cookie("session", token, secure=True, httponly=True, samesite="lax")

    ## Limits
    Cookies whose name or value says session or token; CSRF cookies are read by scripts on purpose. Settings
    are judged as a server runs with them. A flag that a setting decides is left alone.

    ## References
    - https://owasp.org/www-community/controls/SecureCookieAttribute
    - https://docs.djangoproject.com/en/stable/topics/security/#session-security
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "cookies that sign people in, and settings about them"
    cwe = 614
    owasp = "API2:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """Calls that set such a cookie, session middleware, and settings."""
        for name in _SETTERS:
            yield from (site for site in backend.methods_called(name) if self._signs_in(site))
        for site in backend.methods_called("add_middleware"):
            middleware = site.resolve(site.argument(0, "middleware_class"))
            if middleware is not None and middleware.name in _SESSION_MIDDLEWARE:
                yield site
        yield from (each.setting for each in configuration_of(backend).in_force(*_MUST_BE_ON))

    def _signs_in(self, site: Site) -> bool:
        """Whether what is stored lets its bearer in, by the cookie's name or the value's."""
        assert site.call is not None
        if len(site.call.args) + len(site.call.keywords) < 2:
            return False
        key, value = site.argument(0, "key"), site.argument(1, "value")
        named = set(words_of(site.backend.text(site.function, key) or _name(site, key)))
        stored = set(words_of(_name(site, value)))
        if _NOT_SECRET & (named | stored):
            return False
        return bool(_SIGNED_IN & (named | stored))

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """A flag that is missing or off."""
        if isinstance(subject, Setting):
            yield from self._setting(subject, backend)
        elif subject.callee.name.endswith("add_middleware"):
            yield from self._middleware(subject)
        else:
            yield from self._cookie(subject)

    def _cookie(self, site: Site) -> Iterator[Outcome]:
        assert site.call is not None
        if site.call.is_open:
            yield Undecided("the flags are in a mapping that is not followed")
            return
        missing = [flag for flag in _FLAGS if self._is_off(site, flag)]
        if not missing or (missing == ["samesite"] and self._is_starlette(site)):
            return
        name = site.backend.text(site.function, site.argument(0, "key"))
        shown = f"cookie `{name}`" if name and name.isprintable() and "`" not in name else "the cookie"
        what = {
            "secure": "is sent over plain HTTP as well",
            "httponly": "can be read by any script in the page",
            "samesite": "may come along with requests that other sites make",
        }[missing[0]]
        minor = missing == ["samesite"]
        yield self.finding(
            site,
            f"{shown} signs people in and {what}: {', '.join(f'`{flag}`' for flag in missing)} not set",
            help='set `secure=True, httponly=True, samesite="lax"`',
            severity=Severity.NOTE if minor else None,
            confidence=Confidence.LOW if minor else None,
        )

    def _is_off(self, site: Site, flag: str) -> bool:
        given = self._flag(site, flag)
        if given is None:
            return not (flag == "samesite" and self._is_starlette(site))
        value = site.backend.constant(site.function, given)
        return isinstance(given, Constant) and value in (False, None)

    def _flag(self, site: Site, flag: str) -> Expr | None:
        if site.callee.name.endswith("set_signed_cookie"):
            return site.argument(99, flag)
        return site.argument(_FLAGS[flag], flag)

    def _is_starlette(self, site: Site) -> bool:
        return site.callee.name.startswith(("starlette.", "fastapi.")) or not {"flask", "django"} & set(
            site.backend.project.imported
        )

    def _middleware(self, site: Site) -> Iterator[Outcome]:
        assert site.call is not None
        given = site.argument(99, "https_only")
        if given == Constant(False) or (given is None and not site.call.is_open):
            yield self.finding(
                site,
                "`SessionMiddleware` without `https_only` sends the session cookie over plain HTTP as well",
                help="add `https_only=True`, from a setting where development has no HTTPS",
                confidence=Confidence.MEDIUM,
            )

    def _setting(self, setting: Setting, backend: Backend) -> Iterator[Outcome]:
        known = configuration_of(backend).of(setting)
        if known.truth is not False:
            return
        default = known.origin == "default"
        unless = " unless the environment says otherwise" if default else ""
        yield self.finding(
            setting,
            f"`{setting.name}` is off{unless}, so {_MUST_BE_ON[setting.name]}",
            help=f"set `{setting.name} = True` where the backend is deployed",
            confidence=Confidence.LOW if default else None,
        )


def _name(site: Site, expr: Expr | None) -> str:
    """The last name in an expression: of a variable, an attribute, or the function whose result it is."""
    match expr:
        case Ref(name=name):
            return name.rpartition(".")[2].lstrip(":$")
        case Attr(name=name):
            return name
        case Result(call=index):
            callee = site.function.scope.calls[index].callee
            last = _name(site, callee)
            receiver = callee.name.rpartition(".")[0] if isinstance(callee, Ref) else ""
            return f"{receiver.rpartition('.')[2]}_{last}"
        case _:
            return ""
