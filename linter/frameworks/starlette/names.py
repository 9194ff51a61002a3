"""The names of Starlette and FastAPI: their classes, their bases, and the methods that register."""

from __future__ import annotations

from linter.resolve.known_types import canonical

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
"""Methods of FastAPI's applications and routers that make a decorator for one HTTP method."""

APPS = frozenset({"fastapi.FastAPI", "starlette.applications.Starlette"})
ROUTERS = frozenset({"fastapi.APIRouter", "starlette.routing.Router"})
NODES = APPS | ROUTERS

API_ROUTE = "fastapi.routing.APIRoute"
ROUTE = "starlette.routing.Route"
WEBSOCKET_ROUTE = "starlette.routing.WebSocketRoute"
API_WEBSOCKET_ROUTE = "fastapi.routing.APIWebSocketRoute"
MOUNT = "starlette.routing.Mount"
HOST = "starlette.routing.Host"
ROUTES = frozenset({API_ROUTE, ROUTE, WEBSOCKET_ROUTE, API_WEBSOCKET_ROUTE, MOUNT, HOST})
WEBSOCKETS = frozenset({WEBSOCKET_ROUTE, API_WEBSOCKET_ROUTE})
HTTP_ENDPOINT = "starlette.endpoints.HTTPEndpoint"
WEBSOCKET_ENDPOINT = "starlette.endpoints.WebSocketEndpoint"
MIDDLEWARE = "starlette.middleware.Middleware"
BASE_MIDDLEWARE = "starlette.middleware.base.BaseHTTPMiddleware"
AUTHENTICATION_MIDDLEWARE = "starlette.middleware.authentication.AuthenticationMiddleware"
STATIC_FILES = "starlette.staticfiles.StaticFiles"
REQUIRES = "starlette.authentication.requires"

GRAPHQL_ROUTERS = frozenset({"strawberry.fastapi.GraphQLRouter", "strawberry.fastapi.router.GraphQLRouter"})
"""Routers that bring the endpoint of a GraphQL schema along."""

GRAPHQL_APPS = frozenset(
    {
        "ariadne.asgi.GraphQL",
        "ariadne.asgi.graphql.GraphQL",
        "strawberry.asgi.GraphQL",
        "starlette_graphene3.GraphQLApp",
    }
)
"""ASGI applications that serve a GraphQL schema at the one path that they are mounted at."""

SETTINGS = frozenset({"pydantic_settings.BaseSettings", "pydantic.BaseSettings", "pydantic.v1.BaseSettings"})
"""Classes whose fields the environment may set."""

DECORATING = VERBS | {"api_route", "route", "websocket", "websocket_route", "middleware"}
"""Methods that make a decorator that registers what it decorates."""

REGISTERING = frozenset(
    {"add_api_route", "add_route", "add_api_websocket_route", "add_websocket_route"}
    | {"include_router", "mount", "host", "add_middleware"}
)
"""Methods that register something at once."""

_SAME = {
    "fastapi.routing.Route": ROUTE,
    "fastapi.routing.Mount": MOUNT,
    "fastapi.applications.FastAPI": "fastapi.FastAPI",
    "fastapi.routing.APIRouter": "fastapi.APIRouter",
    "fastapi.staticfiles.StaticFiles": STATIC_FILES,
    "fastapi.middleware.Middleware": MIDDLEWARE,
    "fastapi.Request": "starlette.requests.Request",
    "fastapi.requests.Request": "starlette.requests.Request",
    "fastapi.requests.HTTPConnection": "starlette.requests.HTTPConnection",
    "fastapi.WebSocket": "starlette.websockets.WebSocket",
    "fastapi.websockets.WebSocket": "starlette.websockets.WebSocket",
    "fastapi.exceptions.HTTPException": "fastapi.HTTPException",
}

_BASES: dict[str, tuple[str, ...]] = {
    "fastapi.FastAPI": ("starlette.applications.Starlette",),
    "fastapi.APIRouter": ("starlette.routing.Router",),
    API_ROUTE: (ROUTE,),
    API_WEBSOCKET_ROUTE: (WEBSOCKET_ROUTE,),
    ROUTE: ("starlette.routing.BaseRoute",),
    WEBSOCKET_ROUTE: ("starlette.routing.BaseRoute",),
    MOUNT: ("starlette.routing.BaseRoute",),
    HOST: ("starlette.routing.BaseRoute",),
    "starlette.requests.Request": ("starlette.requests.HTTPConnection",),
    "starlette.websockets.WebSocket": ("starlette.requests.HTTPConnection",),
    "fastapi.HTTPException": ("starlette.exceptions.HTTPException",),
    "starlette.exceptions.HTTPException": ("Exception",),
    "fastapi.exceptions.RequestValidationError": ("Exception",),
    "Exception": ("BaseException",),
    **dict.fromkeys(
        (
            "ValueError",
            "TypeError",
            "KeyError",
            "AttributeError",
            "RuntimeError",
            "LookupError",
            "PermissionError",
        ),
        ("Exception",),
    ),
}


def public_name(name: str) -> str:
    """The one name that the rest of the package knows a class by."""
    name = canonical(name)
    return _SAME.get(name, name)


def library_bases(name: str) -> tuple[str, tuple[str, ...]]:
    """The public name and the bases of a library's class."""
    name = public_name(name)
    return name, _BASES.get(name, ())
