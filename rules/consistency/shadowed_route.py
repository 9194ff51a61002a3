from collections.abc import Iterable, Iterator

from linter.analyses.route_order import order_of
from linter.backend import Backend, Route
from linter.rule import Confidence, Note, Outcome, Rule, Severity


class ShadowedRoute(Rule[Route]):
    """A parameter of an earlier route takes the path of a later one, so the later one never runs.

    ## Why
    FastAPI, Starlette and Django try routes in the order of registration. `/users/{user_id}` matches
    `/users/me` as well: the caller gets an error about an identifier that is none, or the wrong record.

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
    with all that it includes, operations of Django Ninja and routers of Django REST framework among them. A
    converter that refuses the literal (`{user_id:int}`, `<uuid:id>`) keeps the routes apart. Flask,
    Litestar, Sanic and aiohttp prefer literal paths by themselves. Routes that are registered under a
    condition are left alone.

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
        yield self.finding(
            subject,
            f"{subject} never runs, because {wider} is registered before it and matches its path",
            help=f"register `{subject.path}` before `{wider.path}`, or narrow the parameter with a converter",
            related=[Note(wider.location, "this route is tried first")],
        )
