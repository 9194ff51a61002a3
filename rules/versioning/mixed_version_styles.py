from collections.abc import Iterable, Iterator
from functools import lru_cache

from linter.analyses.api_surface import api_routes, version_of
from linter.backend import Backend, Route
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class MixedVersionStyles(Rule[Route]):
    """The paths of one API spell versions in different ways.

    ## Why
    A client that builds paths from a version number, a gateway that routes by it, and a person who
    looks for the newest version all rely on one spelling. With `/v1`, `/1.0` and `/2024-01-31` side by
    side none of them can tell which is newer.

    ## Bad
        path("api/v1/orders/", orders),
        path("api/1.1/refunds/", refunds),

    ## Good
        path("api/v1/orders/", orders),
        path("api/v2/refunds/", refunds),

    ## Limits
    Only versions in paths are read. A style is an outlier when the most common one has at least three times
    as many routes.

    ## References
    - https://owasp.org/API-Security/editions/2023/en/0xa9-improper-inventory-management/
    """

    severity = Severity.WARNING
    confidence = Confidence.MEDIUM
    noun = "versioned API routes"
    owasp = "API9:2023"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes with a version in their path."""
        return (route for route in api_routes(backend) if version_of(route.path) is not None)

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A style that is not the one of nearly all others."""
        styles = _styles(backend)
        version = version_of(subject.path)
        assert version is not None
        usual = max(styles, key=lambda style: (len(styles[style]), style))
        count, example = len(styles[usual]), styles[usual][0]
        if version.style == usual or count < 3 * len(styles[version.style]):
            return
        yield self.finding(
            subject,
            f"{subject} writes its version as `{version.text}` while {count} routes write it like "
            f"`{usual}`, so clients and gateways need a case for it",
            help=f"spell the version like `{usual}`",
            related=[Note(example.location, f"{example} uses the common style")],
        )


@lru_cache(maxsize=1)
def _styles(backend: Backend) -> dict[str, list[Route]]:
    found: dict[str, list[Route]] = {}
    for route in api_routes(backend):
        version = version_of(route.path)
        if version is not None:
            found.setdefault(version.style, []).append(route)
    return found
