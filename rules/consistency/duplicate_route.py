from collections.abc import Iterable, Iterator

from linter.analyses.route_order import order_of
from linter.backend import Backend, Route
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class DuplicateRoute(Rule[Route]):
    """A route is registered again under the same method and path, so it never runs.

    ## Why
    The first registration answers every request. The second handler looks alive, is edited and reviewed,
    and is dead code; often it was copied and its path was not changed.

    ## Bad
        @router.get("/orders/{order_id}")
        def read(order_id: int): ...

        @router.get("/orders/{number}")
        def read_by_number(number: str): ...

    ## Good
        @router.get("/orders/{order_id}")
        def read(order_id: int): ...

        @router.get("/orders/by-number/{number}")
        def read_by_number(number: str): ...

    ## Limits
    FastAPI, Starlette and Flask routes of one application, and `path()` entries of one Django URL
    configuration with all that it includes, operations of Django Ninja among them; routes of one aiohttp
    application, and rules of one list of Tornado's. Routes that are registered under a condition are left
    alone, and so are converters that tell the paths apart (`<int:id>` and `<uuid:id>`).

    ## References
    - https://fastapi.tiangolo.com/tutorial/path-params/#order-matters
    - https://docs.djangoproject.com/en/stable/topics/http/urls/#how-django-processes-a-request
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "routes whose order is known"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes of applications whose registrations could be followed."""
        return order_of(backend).judged

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A second registration of a method and path."""
        found = order_of(backend).duplicates.get(id(subject))
        if found is None:
            return
        first = found[1]
        one_place = subject.location == first.location
        first_place = first.handler_location if one_place else first.location
        if first.function is not None and first.function is subject.function:
            what = f"{subject} is registered twice with the same handler"
        else:
            what = f"{subject} is registered a second time, so `{_last(subject.handler)}` never runs for it"
        yield self.finding(
            subject,
            what,
            help="give one of the two another path, or delete the one that is dead",
            # Tornado's rules stand in one list: there the handlers tell more.
            location=subject.handler_location if one_place else None,
            related=[Note(first_place, f"`{_last(first.handler)}` answers, it is registered first")],
        )


def _last(handler: str) -> str:
    return handler.rpartition(".")[2]
