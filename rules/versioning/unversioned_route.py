from collections.abc import Iterable, Iterator

from linter.analyses.api_surface import api_routes, is_api, version_of
from linter.backend import Backend, Route
from linter.rule import Confidence, Note, Outcome, Rule, Severity

_ENOUGH = 5
_MOST = 0.75
_AREA = 3


class UnversionedRoute(Rule[Route]):
    """A route has no version although nearly all others have one.

    ## Why
    Clients of a versioned path can be moved to the next version one by one. A route without a version
    can only be changed for everybody at once, and nobody expects that among versioned ones.

    ## Bad
        app.include_router(orders, prefix="/api/v1/orders")
        app.include_router(exports, prefix="/api/exports")

    ## Good
        app.include_router(orders, prefix="/api/v1/orders")
        app.include_router(exports, prefix="/api/v1/exports")

    ## Limits
    Silent unless at least three quarters of the API's routes carry a version in their path. Pages,
    health checks, metrics, API documentation, webhooks that another system's settings name, and the OAuth
    endpoints that a standard names are left alone. So is an area of four and more routes without any
    version (`/backoffice/…`): it has another audience and its own habit. A plain Flask or Django view that
    answers with JSON counts where versioned routes lie, not among the pages whose scripts call it.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "API routes"
    owasp = "API9:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """The routes of an API that is versioned by path."""
        areas = {_words(route)[0] for route in api_routes(backend) if version_of(route.path)}
        routes = [
            route
            for route in api_routes(backend)
            if route.complete and not _is_fixed(route) and (is_api(route) or _words(route)[0] in areas)
        ]
        versioned = sum(version_of(route.path) is not None for route in routes)
        return routes if versioned >= _ENOUGH and versioned >= _MOST * len(routes) else ()

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A path without a version, in no area of its own."""
        if version_of(subject.path) is not None or _area_size(subject, backend) > _AREA:
            return
        example = next(route for route in api_routes(backend) if version_of(route.path))
        version = version_of(example.path)
        assert version is not None
        yield self.finding(
            subject,
            f"{subject} has no version while the API is versioned by path, so it cannot change for one "
            "client at a time",
            help=f"serve it below `/{version.text}/` like the other routes",
            related=[Note(example.location, f"{example} carries `{version.text}`")],
        )


def _area_size(route: Route, backend: Backend) -> int:
    """How many routes begin like this one, up to the first word where they part from versioned ones."""
    routes = api_routes(backend)
    words = _words(route)
    versioned = [_words(each) for each in routes if version_of(each.path)]
    depth = 1
    while depth < len(words) and any(each[:depth] == words[:depth] for each in versioned):
        depth += 1
    return sum(_words(each)[:depth] == words[:depth] for each in routes)


def _words(route: Route) -> list[str]:
    return [word for word in route.path.split("/") if word]


def _is_fixed(route: Route) -> bool:
    """Whether somebody else's configuration or a standard names the path."""
    words = {
        word for segment in route.path.lower().split("/") for word in segment.replace("_", "-").split("-")
    }
    return not words.isdisjoint(
        {"webhook", "webhooks", "hook", "hooks", "oauth", "oauth2", "callback", "saml", "scim"}
    )
