from collections.abc import Iterable, Iterator
from typing import TypeAlias

from linter.analyses.provenance import RAW, provenance_of
from linter.backend import Backend, Setting, Site, Variable
from linter.facts.expressions import Constant, Expr, Item, Ref, Sequence
from linter.facts.scopes import Assign
from linter.rule import Confidence, Outcome, Rule, Severity

Place: TypeAlias = "Site | Setting"

_STARLETTE = ("fastapi.middleware.cors.CORSMiddleware", "starlette.middleware.cors.CORSMiddleware")
_FLASK = ("flask_cors.CORS", "flask_cors.cross_origin")
_ANY = ("*", ".*", "^.*$", ".+", "https?://.*")
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
    Starlette and FastAPI, Flask-CORS, django-cors-headers, and an origin that is copied into the header by
    hand. Origins that a setting decides at run time are not known.

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
        """Middleware, extensions, settings and headers that answer to other origins."""
        for site in backend.methods_called("add_middleware"):
            middleware = site.resolve(site.argument(0, "middleware_class"))
            if middleware is not None and middleware.name in _STARLETTE:
                yield site
        yield from backend.calls(*_STARLETTE, *_FLASK)
        yield from (setting for setting in backend.settings if setting.name in _DJANGO_ANY)
        for function in backend.functions:
            for statement in function.scope.statements:
                if isinstance(statement, Assign) and _header(statement) == "access-control-allow-origin":
                    yield Site(backend, function, statement.span, statement.block)

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """Any origin together with credentials."""
        if isinstance(subject, Setting):
            wrong = self._in_settings(subject, backend)
        elif subject.call is None:
            wrong = self._reflected(subject)
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
            if site.argument(99, "resources") is not None:
                return False
            origins = site.argument(99, "origins")
            return origins is None or self._allows_any(site, origins)
        origins = site.argument(99, "allow_origins")
        pattern = site.backend.text(site.function, site.argument(99, "allow_origin_regex"))
        return pattern in _ANY or (origins is not None and self._allows_any(site, origins))

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
        return any(isinstance(item, Constant) and item.value in _ANY for item in items)

    def _in_settings(self, setting: Setting, backend: Backend) -> bool:
        if backend.constant(setting.holder, setting.value) is not True:
            return False
        return any(
            other.name == "CORS_ALLOW_CREDENTIALS"
            and other.module is setting.module
            and backend.constant(other.holder, other.value) is True
            for other in backend.settings
        )

    def _reflected(self, site: Site) -> bool:
        assigns = [each for each in site.function.scope.statements if isinstance(each, Assign)]
        allowed = next(each for each in assigns if each.span == site.span)
        names = (
            {each.name for each in site.backend.reads(allowed.value, site.function)}
            if allowed.value
            else set()
        )
        for block in site.blocks:
            if block.kind == "if" and block.subject is not None:
                # The origin is held against something that is not followed here.
                if any(each.name in names for each in site.backend.reads(block.subject, site.function)):
                    return False
        credentials = any(_header(each) == "access-control-allow-credentials" for each in assigns)
        leaves = provenance_of(site.backend).leaves(site.function, allowed.value, RAW)
        return credentials and any(leaf.kind == "outside" for leaf in leaves)


def _shown(subject: Place) -> str:
    """What opens the backend, as it is called in the code."""
    if isinstance(subject, Setting):
        return subject.name
    if subject.call is None:
        return "Access-Control-Allow-Origin"
    return "CORS" if subject.callee.name in _FLASK else "CORSMiddleware"


def _header(statement: Assign) -> str:
    target = statement.targets[0]
    if isinstance(target, Item) and isinstance(target.key, Constant):
        return str(target.key.value).lower()
    return ""
