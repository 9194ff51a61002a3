"""The names of Strawberry, Graphene and Ariadne, and how they convert those of the project."""

from __future__ import annotations

from typing import Literal, TypeAlias

from linter.backend import GuardKind, Verdict

Operation: TypeAlias = Literal["query", "mutation", "subscription"]

PACKAGES = frozenset(
    {"strawberry", "strawberry_django", "graphene", "graphene_django", "graphene_federation", "ariadne"}
)
"""Top-level packages whose import says that a project may serve GraphQL."""

OPERATIONS: tuple[Operation, ...] = ("query", "mutation", "subscription")

SCHEMAS = frozenset({"Schema", "make_executable_schema", "make_federated_schema", "build_schema"})
"""Last names of what makes a schema."""

ENDPOINTS = frozenset(
    {"as_view", "GraphQLRouter", "GraphQL", "GraphQLView", "AsyncGraphQLView", "GraphQLApp", "add_route"}
    | {"GraphQLMiddleware", "make_graphql_controller", "mount", "add_url_rule"}
)
"""Last names of calls that a schema is given to in order to be served."""

EXECUTING = frozenset({"execute", "execute_async", "execute_sync", "subscribe", "graphql", "graphql_sync"})
"""Last names of calls that run a caller's document."""

ROOT_OBJECTS: dict[str, str] = {
    "QueryType": "Query",
    "MutationType": "Mutation",
    "SubscriptionType": "Subscription",
}
"""Ariadne's classes that hold the resolvers of a root type, with the type's name."""

STRAWBERRY_FIELDS = frozenset(
    {"field", "mutation", "subscription", "node", "connection", "offset_paginated", "create", "update"}
    | {"delete", "input_mutation"}
)
STRAWBERRY_TYPES = frozenset({"type", "interface", "input", "enum"})

GRAPHENE_FIELDS = frozenset(
    {"Field", "ConnectionField", "NodeField", "DjangoListField", "DjangoConnectionField"}
    | {"DjangoFilterConnectionField", "IterableConnectionField", "Dynamic", "MutationField"}
)
GRAPHENE_SCALARS = frozenset(
    {"String", "Int", "Float", "Boolean", "ID", "Date", "DateTime", "Time", "Decimal", "JSONString", "UUID"}
    | {"Base64", "BigInt", "GenericScalar", "Upload"}
)
GRAPHENE_WRAPPERS = frozenset({"List", "NonNull", "Argument"})
CONNECTIONS = {
    "ConnectionField": (),
    "IterableConnectionField": (),
    "DjangoConnectionField": ("offset",),
    "DjangoFilterConnectionField": ("offset",),
}
"""Fields of Relay connections, with the arguments that they take beside those of Relay."""

SCALARS = {
    "str": "String",
    "int": "Int",
    "float": "Float",
    "bool": "Boolean",
    "strawberry.ID": "ID",
    "strawberry.scalars.ID": "ID",
    "strawberry.relay.GlobalID": "ID",
    "strawberry.scalars.JSON": "JSON",
    "strawberry.scalars.Base64": "Base64",
    "strawberry.file_uploads.Upload": "Upload",
    "strawberry.file_uploads.scalars.Upload": "Upload",
    "datetime.datetime": "DateTime",
    "datetime.date": "Date",
    "datetime.time": "Time",
    "decimal.Decimal": "Decimal",
    "uuid.UUID": "UUID",
    "None": "Void",
}
"""Python types with the GraphQL types that Strawberry makes of them."""

REFUSING = frozenset(
    {
        "PermissionError",
        "django.core.exceptions.PermissionDenied",
        "rest_framework.exceptions.PermissionDenied",
        "rest_framework.exceptions.NotAuthenticated",
        "graphql_jwt.exceptions.PermissionDenied",
        "strawberry.exceptions.StrawberryGraphQLError",
    }
)
"""Exceptions that say by themselves that the caller may not."""

_LOGIN: tuple[Verdict, GuardKind] = (Verdict.YES, "authentication")
_RIGHT: tuple[Verdict, GuardKind] = (Verdict.YES, "authorization")
KNOWN: dict[str, tuple[Verdict, GuardKind]] = {
    "graphql_jwt.decorators.login_required": _LOGIN,
    "graphql_jwt.decorators.staff_member_required": _RIGHT,
    "graphql_jwt.decorators.superuser_required": _RIGHT,
    "graphql_jwt.decorators.permission_required": _RIGHT,
    "strawberry_django.permissions.IsAuthenticated": _LOGIN,
    "strawberry_django.permissions.IsStaff": _RIGHT,
    "strawberry_django.permissions.IsSuperuser": _RIGHT,
    "strawberry_django.permissions.HasPerm": _RIGHT,
    "graphql_jwt.decorators.token_auth": (Verdict.NO, "other"),
    "graphql_jwt.decorators.ensure_token": (Verdict.NO, "other"),
    "ariadne.convert_kwargs_to_snake_case": (Verdict.NO, "other"),
    "ariadne.utils.convert_kwargs_to_snake_case": (Verdict.NO, "other"),
}
"""What decorators and permissions of libraries do to a caller whom nobody knows."""


def short(name: str) -> str:
    """The last part of a name of one of the libraries; empty for any other name."""
    package = name.partition(".")[0]
    return name.rpartition(".")[2] if package in PACKAGES or package == "graphql" else ""


def camel(name: str) -> str:
    """A Python name as both Strawberry and Graphene write it in a schema."""
    first, *rest = name.split("_")
    return first + "".join(each.capitalize() if each else "_" for each in rest)
