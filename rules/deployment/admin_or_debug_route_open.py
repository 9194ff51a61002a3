from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TypeAlias

from linter.analyses.development import is_declared_for_development, is_for_development
from linter.analyses.effects import effects_of
from linter.analyses.process_innards import innards_shown
from linter.analyses.reach import reach_of
from linter.backend import Backend, Class, Route, Site, Verdict
from linter.facts.expressions import Sequence
from linter.finding import Note
from linter.rule import Confidence, Outcome, Rule, Severity, Undecided

Place: TypeAlias = "Site | Route"

_PANELS = {
    "sqladmin.Admin": ("authentication_backend", "middlewares"),
    "sqladmin.application.Admin": ("authentication_backend", "middlewares"),
    "starlette_admin.contrib.sqla.Admin": ("auth_provider", "middlewares"),
    "starlette_admin.contrib.sqla.admin.Admin": ("auth_provider", "middlewares"),
    "starlette_admin.contrib.sqlmodel.Admin": ("auth_provider", "middlewares"),
    "starlette_admin.contrib.mongoengine.Admin": ("auth_provider", "middlewares"),
    "starlette_admin.contrib.odmantic.Admin": ("auth_provider", "middlewares"),
}
"""Panels for all rows, with the arguments that guard them."""
_FLASK_VIEWS = ("flask_admin.Admin.add_view", "flask_admin.base.Admin.add_view")
_FLASK_GUARDS = ("is_accessible", "_handle_view")
_JOBS = ("rq_dashboard.blueprint", "rq_dashboard.web.blueprint")
_INCLUDES = ("django.urls.include", "django.conf.urls.include")
_PROFILERS = {"silk.urls": "SILKY_AUTHENTICATION"}
"""URLs of profilers that show requests to everybody, with the setting that closes them."""
_FOR_STAFF = frozenset({"admin", "debug", "internal"})
_SHOWN = 4


class AdminOrDebugRouteOpen(Rule["Place"]):
    """An admin panel, a profiler or a debug route answers everybody.

    ## Why
    Scanners ask every host for `/admin`, `/debug` and `/env`. A panel changes any row, and what a process
    knows of itself holds its passwords and keys.

    ## Bad
        admin = Admin(app, engine)

        @app.get("/debug/env")
        def env(): return dict(os.environ)

    ## Good
        admin = Admin(app, engine, authentication_backend=SessionBackend(SECRET_KEY))

    ## Limits
    sqladmin, starlette-admin, Flask-Admin, rq-dashboard and django-silk; routes of the project that return
    the environment, the settings or the stack; and, where other routes are guarded, routes under `admin`,
    `debug` or `internal` that read tables. What stands in a branch for development is left alone, as are
    Django's admin and toolbar, which guard themselves, and documentation pages.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa8-security-misconfiguration/
    - https://aminalaee.github.io/sqladmin/authentication/
    - https://flask-admin.readthedocs.io/en/stable/introduction/#authorization-permissions
    """

    severity = Severity.ERROR
    confidence = Confidence.HIGH
    noun = "admin panels, profilers and unguarded routes that read"
    cwe = 306
    owasp = "API8:2023"

    def subjects(self, backend: Backend) -> Iterable[Place]:
        """Calls that open a panel, and routes without a guard."""
        guarded = any(_guards_all(route) for route in backend.routes)
        yield from () if guarded else _opened(backend)
        for route in backend.routes:
            if route.authenticated is Verdict.NO and route.complete and route.function is not None:
                yield route

    def check(self, subject: Place, backend: Backend) -> Iterator[Outcome]:
        """Nobody is asked who they are."""
        if isinstance(subject, Route):
            yield from self._route(subject, backend)
            return
        if subject.call is not None and subject.call.is_open:
            yield Undecided("arguments are handed on that are not seen")
            return
        views = _views_beside(subject, backend)
        if views and views[0] is not subject:
            return
        what, help = _told(subject)
        yield self.finding(
            subject,
            f"{what} asks nobody who they are, so everybody who finds it may use it",
            help=help,
            related=[Note(each.location, "so is this view") for each in views[1:_SHOWN]],
        )

    def _route(self, route: Route, backend: Backend) -> Iterator[Outcome]:
        handler = route.function
        assert handler is not None
        if is_declared_for_development(handler, backend):
            return
        shown = next(innards_shown(handler, backend), None)
        if shown is not None:
            yield self.finding(
                route,
                f"{route} shows `{shown}` to everybody, with the secrets that it holds",
                location=handler.location,
                help="remove the route, or guard it and show only what is needed",
            )
            return
        words = [each for each in route.path.lower().split("/") if each in _FOR_STAFF]
        if not words or route.changes_state or effects_of(backend).is_open_on_purpose(route):
            return
        if not any(each.authenticated is Verdict.YES for each in backend.routes):
            return
        tables = sorted(reach_of(backend).tables(route).reads)
        if tables:
            yield self.finding(
                route,
                f"{route} lies under `{words[0]}` and reads `{tables[0]}` for everybody",
                location=handler.location,
                help="guard the route as the others are",
                severity=Severity.WARNING,
                confidence=Confidence.MEDIUM,
            )


@lru_cache(maxsize=1)
def _opened(backend: Backend) -> tuple[Site, ...]:
    """Calls that open a panel or a profiler without what guards it, outside branches for development."""
    return tuple(each for each in _unguarded(backend) if not is_for_development(each.function, each.block))


def _unguarded(backend: Backend) -> Iterator[Site]:
    for site in backend.calls(*_PANELS):
        if all(site.argument(99, name) is None for name in _PANELS[site.callee.name]):
            yield site
    for name in ("add_view", "add_views"):
        for site in backend.methods_called(name):
            if site.callee.name.rpartition(".")[0] + ".add_view" in _FLASK_VIEWS and _is_open_view(site):
                yield site
    for site in backend.methods_called("register_blueprint"):
        found = site.resolve(site.argument(0, "blueprint"))
        if found is not None and found.name in _JOBS and not _has_hook(backend):
            yield site
    for site in backend.calls(*_INCLUDES):
        switch = _PROFILERS.get(backend.text(site.function, site.argument(0, "arg")) or "")
        if switch is not None and not any(each.name == switch for each in backend.settings):
            yield site


def _has_hook(backend: Backend) -> bool:
    """Whether the blueprint of the job panel is given a check that runs before each request."""
    return any(
        site.callee.name.startswith("rq_dashboard.") for site in backend.methods_called("before_request")
    )


def _is_open_view(site: Site) -> bool:
    """Whether a view of Flask-Admin is of a class that never asks who is calling."""
    given = site.argument(0, "view")
    for each in given.items if isinstance(given, Sequence) else (given,):
        made = site.call_of(each)
        if made is None:
            continue
        name, target = made.callee.name, made.callee.target
        if isinstance(target, Class):
            project = site.backend.project
            ancestors = project.ancestors(target)
            known = any(base.name.startswith("flask_admin.") for base in ancestors)
            closed = any(
                (member := project.member(target, guard)) is not None and member.target is not None
                for guard in _FLASK_GUARDS
            )
            foreign = any(
                base.target is None and not base.name.startswith(("flask_admin.", "object", "typing."))
                for base in ancestors
            )
            if known and not closed and not foreign:
                return True
        elif target is None and name.startswith("flask_admin.contrib.") and name.endswith("View"):
            return True
    return False


def _views_beside(site: Site, backend: Backend) -> list[Site]:
    """All open views of Flask-Admin, when the site adds one; they are told at the first."""
    if not site.callee.name.startswith("flask_admin."):
        return []
    return [each for each in _opened(backend) if each.callee.name.startswith("flask_admin.")]


def _told(site: Site) -> tuple[str, str]:
    name = site.callee.name
    if name in _PANELS:
        return f"the panel that `{name.partition('.')[0]}` serves", f"give it `{_PANELS[name][0]}`"
    if name.startswith("flask_admin."):
        return "the view that `add_view` adds", "override `is_accessible` in the view's class"
    if name in _INCLUDES:
        return (
            "`silk.urls`",
            "set `SILKY_AUTHENTICATION` and `SILKY_AUTHORISATION`",
        )
    return "`rq_dashboard.blueprint`", "give the blueprint a `before_request` that checks the caller"


def _guards_all(route: Route) -> bool:
    """Whether a guard of the whole application stands before a route."""
    return any(
        each.level in ("app", "settings")
        and each.kind not in ("csrf", "rate-limit")
        and each.verdict is not Verdict.NO
        for each in route.guards
    )
