from collections.abc import Iterable, Iterator

from linter.analyses.route_order import order_of
from linter.backend import Backend, Route
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class ShadowedRoute(Rule[Route]):
    """A parameter of an earlier route takes the path of a later one, so the later one never runs.

    ## Why
    FastAPI, Starlette, Django and Tornado try routes in the order of registration. `/users/{user_id}`
    matches `/users/me` as well: the caller gets an error about an identifier that is none, or the wrong
    record.

    ## Bad
        @router.get("/users/{user_id}")
        def read(user_id: int): ...

        @router.get("/users/me")
        def read_me(): ...

    ## Good
        @router.get("/users/me")
        def read_me(): ...

        @router.get("/users/{user_id}")
        def read(user_id: int): ...

    ## Limits
    FastAPI and Starlette routes of one application, and `path()` entries of one Django URL configuration
    with all that it includes, operations of Django Ninja and routers of Django REST framework among them;
    the rules of one list of Tornado's, and paths of one aiohttp application that are alike up to their first
    parameter. A converter that refuses the literal (`{user_id:int}`, `<uuid:id>`) keeps the routes apart.
    Flask, Litestar and Sanic prefer literal paths by themselves, and so does aiohttp before the first
    parameter of a path. Routes that are registered under a condition are left alone.

    ## References
    - https://fastapi.tiangolo.com/tutorial/path-params/#order-matters
    - https://docs.djangoproject.com/en/stable/topics/http/urls/#how-django-processes-a-request
    """

    severity = Severity.WARNING
    confidence = Confidence.HIGH
    noun = "routes whose order is known"

    def subjects(self, backend: Backend) -> Iterable[Route]:
        """Routes of applications that try them in order."""
        return [route for route in order_of(backend).judged if not route.framework.startswith("flask")]

    def check(self, subject: Route, backend: Backend) -> Iterator[Outcome]:
        """A literal path behind one that matches it."""
        found = order_of(backend).shadowed.get(id(subject))
        if found is None:
            return
        wider = found[1]
        first_place = wider.handler_location if subject.location == wider.location else wider.location
        yield self.finding(
            subject,
            f"{subject} never runs, because {wider} is registered before it and matches its path",
            help=f"register `{subject.path}` before `{wider.path}`, or narrow the parameter with a converter",
            # Tornado's rules stand in one list: there the handlers tell more.
            location=subject.handler_location if subject.location == wider.location else None,
            related=[Note(first_place, "this route is tried first")],
        )
