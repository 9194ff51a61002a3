from collections.abc import Iterable, Iterator

from linter.analyses.api_surface import api_routes, version_of
from linter.backend import Backend, Route
from linter.facts.expressions import Constant, Expr, Mapping
from linter.rule import Confidence, Outcome, Rule, Severity

_ENOUGH = 10
_HEADER_WORDS = {"version", "accept-version", "x-api-version", "api-version", "x-version"}


class UnversionedApi(Rule[Route]):
    """An API has no version at all.

    ## Why
    The first incompatible change breaks every client at the same moment, because there is no second
    place to put it. A version costs one prefix on the first day and a migration of all clients later.

    ## Bad
        app.include_router(orders, prefix="/orders")

    ## Good
        api = APIRouter(prefix="/v1")
        api.include_router(orders, prefix="/orders")

    ## Limits
    One finding for a project, at its first API route. Silent below ten API routes, and when a version is
    read from a header, from a query parameter or by REST framework's versioning classes.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/
    """

    severity = Severity.NOTE
    confidence = Confidence.MEDIUM
    noun = "APIs"
    owasp = "API9:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """The API, by its first route."""
        routes = api_routes(backend)
        return routes[:1] if len(routes) >= _ENOUGH else ()

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """No path, header or setting with a version."""
        routes = api_routes(backend)
        if any(version_of(route.path) is not None for route in routes):
            return
        if any(_reads_version(route) for route in routes):
            return
        if any(
            setting.name == "REST_FRAMEWORK" and _sets_versioning(setting.value)
            for setting in backend.settings
        ):
            return
        yield self.finding(
            subject,
            f"{subject} and all other API routes ({len(routes)}) carry no version, so an incompatible change "
            "breaks all clients at once",
            help="serve the API below one prefix such as `/v1` before the next client is written",
        )


def _reads_version(route: Route) -> bool:
    return any(
        each.name.lower().replace("_", "-") in _HEADER_WORDS and each.place in ("header", "query", "path")
        for each in route.inputs
    )


def _sets_versioning(value: Expr | None) -> bool:
    return isinstance(value, Mapping) and any(
        isinstance(key, Constant) and key.value == "DEFAULT_VERSIONING_CLASS" for key in value.keys
    )
