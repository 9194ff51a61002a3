from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.backend import Backend, Setting, Site, Variable
from linter.facts.expressions import Constant, Expr, Mapping, Ref, Sequence
from linter.rule import Confidence, Outcome, Rule, Severity

Place: TypeAlias = "Site | Setting"

_STARLETTE = ("fastapi.middleware.cors.CORSMiddleware", "starlette.middleware.cors.CORSMiddleware")
_FLASK = ("flask_cors.CORS", "flask_cors.cross_origin")
_ANY = (".*", ".+", r"\S*", r"\S+", r"[^/]+")
_SCHEMES = (
    "https?://",
    "http://",
    "https://",
    r"https?:\/\/",
    "(http|https)://",
    "(https?)://",
    "(https?://)",
)
_DJANGO_ANY = ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL")


class CorsAnyOriginWithCredentials(Rule["Place"]):
    """Every web site may call the backend with the visitor's cookies and read the answers.

    ## Why
    Browsers refuse `*` with credentials, so the libraries answer with the origin that asked. Any page that
    a signed-in visitor opens can then read and change what the visitor can.

    ## Bad
        app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_credentials=True)

    ## Good
        app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"], allow_credentials=True)

    ## Limits
    Starlette and FastAPI, Flask-CORS and django-cors-headers. Headers written by hand are judged by
    `authorization/origin-reflected`. Origins that a setting decides at run time are not known.

    ## References
    - https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
    - https://fastapi.tiangolo.com/tutorial/cors/
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "cross-origin configurations"
    cwe = 942
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """Middleware, extensions and settings that answer to other origins."""
        for site in backend.methods_called("add_middleware"):
            middleware = site.resolve(site.argument(0, "middleware_class"))
            if middleware is not None and middleware.name in _STARLETTE:
                yield site
        yield from backend.calls(*_STARLETTE, *_FLASK)
        yield from (setting for setting in backend.settings if setting.name in _DJANGO_ANY)

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """Any origin together with credentials."""
        if isinstance(subject, Setting):
            wrong = self._in_settings(subject, backend)
        else:
            wrong = self._in_call(subject)
        if wrong:
            yield self.finding(
                subject,
                f"`{_shown(subject)}` lets any origin send the visitor's cookies, so any site acts for them",
                help="list the origins, or leave credentials off",
            )

    def _in_call(self, site: Site) -> bool:
        constant = site.backend.constant
        flask = site.callee.name in _FLASK
        credentials = site.argument(99, "supports_credentials" if flask else "allow_credentials")
        if constant(site.function, credentials) is not True:
            return False
        if flask:
            resources, origins = site.argument(99, "resources"), site.argument(99, "origins") or Constant("*")
            given = (origins,) if resources is None else tuple(_of_resources(resources, origins))
            return any(self._allows_any(site, each) for each in given)
        listed = site.argument(99, "allow_origins")
        pattern = site.backend.text(site.function, site.argument(99, "allow_origin_regex"))
        return _takes_any(pattern) or (listed is not None and self._allows_any(site, listed))

    def _allows_any(self, site: Site, origins: Expr) -> bool:
        holder = site.function
        for _ in range(4):
            if not isinstance(origins, Ref):
                break
            found = site.backend.project.reference(holder, origins.name).target
            local = holder.assignments.get(origins.name.lstrip("$:"), [])
            if isinstance(found, Variable) and found.assign.value is not None:
                origins = found.assign.value
            elif len(local) == 1 and local[0].value is not None:
                origins = local[0].value
            else:
                return False
        items = origins.items if isinstance(origins, Sequence) else (origins,)
        return any(
            isinstance(item, Constant)
            and isinstance(item.value, str)
            and (item.value == "*" or (site.callee.name in _FLASK and _takes_any(item.value)))
            for item in items
        )

    def _in_settings(self, setting: Setting, backend: Backend) -> bool:
        if backend.constant(setting.holder, setting.value) is not True:
            return False
        return any(
            other.name == "CORS_ALLOW_CREDENTIALS"
            and other.module is setting.module
            and backend.constant(other.holder, other.value) is True
            for other in backend.settings
        )


def _shown(subject: Place) -> str:
    """What opens the backend, as it is called in the code."""
    if isinstance(subject, Setting):
        return subject.name
    return "CORS" if subject.callee.name in _FLASK else "CORSMiddleware"


def _takes_any(pattern: str | None) -> bool:
    """Whether a pattern takes every host, with or without a scheme before it."""
    rest = (pattern or "").removeprefix("^").removesuffix("$")
    for scheme in _SCHEMES:
        rest = rest.removeprefix(scheme)
    return rest.strip("()") in _ANY


def _of_resources(resources: Expr, default: Expr) -> Iterator[Expr]:
    """The origins that Flask-CORS is told for each resource."""
    if not isinstance(resources, Mapping):
        return
    for options in resources.values:
        if isinstance(options, Mapping) and None not in options.keys:
            pairs = zip(options.keys, options.values, strict=True)
            yield next((value for key, value in pairs if key == Constant("origins")), default)
