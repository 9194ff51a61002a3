"""GraphQL's schema language against graphql-core, and schemas whose endpoint or parts cannot be followed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linter.backend import Backend, Route, Verdict
from linter.extract.files import extract
from linter.frameworks.graphql.sdl import parse
from linter.link import link

AWKWARD = '''
"""A schema with everything."""
schema @linked(url: "https://example.com/#spec") { query: Root mutation: Changes }

directive @linked(url: String) on SCHEMA
directive @cost(value: Int = 1, at: [Int!] = [1, 2]) repeatable on FIELD_DEFINITION | OBJECT

scalar Date @specifiedBy(url: "https://example.com/date")
enum Colour { RED @deprecated GREEN }
interface Named { name: String! }
union Found = Stone | Heap
input Region { north: Int! = 1, corners: [Int!]! = [1, 2], inner: Inner = {depth: 2} }
input Inner { depth: Int }

type Stone implements Named & Dated @cost { name: String! at: Date }
interface Dated { at: Date }
type Heap { stones(first: Int = 3): [Stone!]! }

type Root @cost(value: 3) {
  "A \\" quote and a # mark"
  stones(region: Region = {north: 2, corners: []}, "how many" first: Int = 10,): [[Stone!]]! @cost(value: 2)
  found(colour: Colour = RED, text: String = "a { b } \\" ) #"): Found
  type: String # a field may be called like a keyword
  query(input: [Region!]!): Boolean! """ not a comment """
  heap(
    # commented out: Int
    at: Date!
  ): Heap
}

extend type Root { more(id: ID!): Int @deprecated(reason: "ask for \\"stones\\"") }

type Changes { add(stone: ID!): Stone }
'''.replace(' """ not a comment """', "")


def test_fields_are_those_that_graphql_core_reads() -> None:
    graphql = pytest.importorskip("graphql")
    schema = graphql.build_schema(AWKWARD, assume_valid_sdl=True)
    document = parse([AWKWARD])
    assert document.roots == {"query": "Root", "mutation": "Changes"}
    for name in ("Root", "Changes", "Stone", "Heap"):
        built = schema.type_map[name].fields
        read = document.types[name]
        assert list(read) == list(built)
        for key, field in built.items():
            assert read[key].type == str(field.type)
            arguments = [(each.name, each.type, each.has_default) for each in read[key].arguments]
            assert arguments == [
                (each, str(value.type), value.default_value is not graphql.Undefined)
                for each, value in field.args.items()
            ]
    for name in ("Region", "Inner"):
        built = schema.type_map[name].fields
        held = [(each.name, each.type, each.has_default) for each in document.inputs[name].values()]
        assert held == [
            (each, str(value.type), value.default_value is not graphql.Undefined)
            for each, value in built.items()
        ]


@given(st.text(alphabet='type Query{}()[]:!@="#\\ \nabc', max_size=200))
def test_no_text_makes_the_reader_fail(text: str) -> None:
    parse([text, f"type Query {{ {text}"])


def linked(source: str) -> dict[str, Route]:
    facts = extract(source.encode(), "python", "auto")
    backend: Backend = link({"app.py": facts}, lambda path: source)
    return {route.path: route for route in backend.routes if route.is_graphql}


UNSERVED = """
import strawberry

@strawberry.type
class Query:
    @strawberry.field
    def books(self) -> list[str]:
        return []

schema = strawberry.Schema(Query)
"""


def test_a_schema_without_a_known_endpoint_is_not_called_open() -> None:
    route = linked(UNSERVED)["/#Query.books"]
    assert not route.complete
    assert route.authenticated is Verdict.UNKNOWN


HOSTILE = """
import ariadne, graphene, strawberry

class Query(Query, graphene.ObjectType):
    loop = graphene.Field(lambda: lambda: Query, loop=lambda: loop)
    deep = graphene.List(graphene.List(deep))

@strawberry.type(name=1)
class Other(Other):
    a: "[[[" = strawberry.field(name=2, permission_classes=[Other, 3, None], extensions=[lambda: lambda: 1])
    b: list[list] = strawberry.field(resolver=print)
    c: strawberry.Maybe[None | None]

q = ariadne.QueryType()
q.set_field(1, 2)
q.set_field("a")
one = graphene.Schema(Query, Query, query=Query)
two = strawberry.Schema(Other, None, Other, config=3)
three = ariadne.make_executable_schema(["type Query { a(", q], q, *q, **q)
four = ariadne.make_executable_schema()
"""


def test_what_makes_no_sense_costs_nothing_but_itself() -> None:
    facts = extract(HOSTILE.encode(), "python", "auto")
    backend = link({"app.py": facts}, lambda path: HOSTILE)
    assert all(route.authenticated is not Verdict.NO for route in backend.routes)
    assert not backend.failures


_WIDE = range(60)
_PARTS = " ".join(f"a{each}: By" for each in _WIDE)
ENDLESS = f"""
import ariadne, graphene, os, strawberry
from typing import Optional

@strawberry.input
class Where:
    text: str
{"".join(f"    a{each}: Optional['Where'] = None{chr(10)}" for each in _WIDE)}
class Filter(graphene.InputObjectType):
    text = graphene.String()
{"".join(f"    a{each} = graphene.InputField(lambda: Filter){chr(10)}" for each in _WIDE)}
@strawberry.type
class Query:
    @strawberry.field
    def rows(self, where: Where) -> int:
        return os.system(where.text)

class Root(graphene.ObjectType):
    lines = graphene.Int(filter=Filter())

    def resolve_lines(root, info, filter):
        return os.system(filter.a1.text)

def resolve_parts(_, info, by):
    return os.system(by["a1"]["text"])

query = ariadne.QueryType()
query.set_field("parts", resolve_parts)
TYPES = "type Query {{ parts(by: By): Int }} input By {{ text: String {_PARTS} }}"
one = strawberry.Schema(Query)
two = graphene.Schema(Root)
three = ariadne.make_executable_schema(TYPES, query)
"""


def test_input_objects_that_hold_themselves_are_read_and_followed_in_no_time() -> None:
    facts = extract(ENDLESS.encode(), "python", "auto")
    backend = link({"app.py": facts}, lambda path: ENDLESS)
    held = {route.path: len(route.inputs[0].fields) for route in backend.routes}
    assert held == {"/#Query.parts": 61, "/#Query.rows": 61, "/#Root.lines": 61}
    assert not backend.failures
    assert backend.flows is not None
    assert sum(len(site.flows) for site in backend.flows.sites("command")) == 3


CONTEXT = """
import strawberry
from fastapi import Depends, FastAPI, HTTPException, Request
from strawberry.fastapi import GraphQLRouter

def user_of(request: Request, users=Depends(lambda: load())):
    user = users.find(request.headers["X-User"])
    if user is None:
        raise HTTPException(401)
    return user

async def get_context(user=Depends(user_of)):
    return {"user": user}

@strawberry.type
class Query:
    @strawberry.field
    def books(self) -> list[str]:
        return []

app = FastAPI()
app.include_router(GraphQLRouter(strawberry.Schema(Query), context_getter=get_context), prefix="/graphql")
"""


def test_a_context_that_may_refuse_its_caller_leaves_no_field_open() -> None:
    assert linked(CONTEXT)["/graphql#Query.books"].authenticated is Verdict.UNKNOWN
    harmless = CONTEXT.replace("raise HTTPException(401)", "return None")
    assert linked(harmless)["/graphql#Query.books"].authenticated is Verdict.NO


PERMISSIONS = """
import strawberry
from fastapi import FastAPI
from graphql import GraphQLError
from strawberry.fastapi import GraphQLRouter
from strawberry.permission import BasePermission, PermissionExtension

class Known(BasePermission):
    def has_permission(self, source, info, **kwargs):
        return info.context["request"].headers.get("authorization") is not None

class Returned(Known):
    def on_unauthorized(self):
        return GraphQLError("no")

class Silent(Known):
    def on_unauthorized(self):
        return None

class Outside(BasePermission):
    def has_permission(self, source, info, **kwargs):
        return ask_elsewhere(info)

@strawberry.type
class Query:
    known: int = strawberry.field(resolver=lambda: 1, permission_classes=[Known])
    returned: int = strawberry.field(resolver=lambda: 1, permission_classes=[Returned])
    silent: int = strawberry.field(resolver=lambda: 1, permission_classes=[Silent])
    outside: int = strawberry.field(resolver=lambda: 1, permission_classes=[Outside])
    hushed: int = strawberry.field(
        resolver=lambda: 1, extensions=[PermissionExtension([Known()], fail_silently=True)]
    )

app = FastAPI()
app.include_router(GraphQLRouter(strawberry.Schema(Query)), prefix="/api")
"""


@pytest.mark.parametrize(
    ("field", "verdict"),
    [
        ("known", "yes"),
        ("returned", "yes"),
        ("silent", "unknown"),
        ("outside", "unknown"),
        ("hushed", "unknown"),
    ],
)
def test_permissions_are_judged_by_what_they_do(field: str, verdict: str) -> None:
    assert linked(PERMISSIONS)[f"/api#Query.{field}"].authenticated.value == verdict


ELSEWHERE = """
import graphene
from flask import Flask, request
from house_rules import require_login, tidy

class Query(graphene.ObjectType):
    checked = graphene.Int()
    plain = graphene.Int()

    def resolve_checked(root, info):
        require_login(info)
        return 1

    def resolve_plain(root, info):
        tidy(info)
        return 1

schema = graphene.Schema(Query)
app = Flask(__name__)

@app.post("/graphql")
def answer():
    return {"data": schema.execute(request.get_json()["query"]).data}
"""


def test_a_check_outside_of_the_project_leaves_the_answer_open() -> None:
    found = linked(ELSEWHERE)
    assert found["/graphql#Query.checked"].authenticated is Verdict.UNKNOWN
    assert found["/graphql#Query.plain"].authenticated is Verdict.NO


OF_DJANGO = """
import contextlib
import graphene
from django.contrib.auth import authenticate
from django.http import JsonResponse
from django.urls import path
from django.utils.functional import SimpleLazyObject
from django.views import View
from promise import Promise

class PermissionDenied(Exception):
    def __init__(self, permissions=()):
        super().__init__("you need more than that")

@contextlib.contextmanager
def writing():
    yield

def app_of(request):
    if hasattr(request, "app"):
        return Promise.resolve(request.app)
    token = request.META.get("HTTP_AUTHORIZATION", "")
    return Promise.resolve(None) if not token else Promise.resolve(find_app(token))

def user_of(request):
    if not hasattr(request, "_user"):
        request._user = authenticate(request=request)
    return request._user

def make_context(request):
    if not hasattr(request, "app"):
        request.app = app_of(request).get()
    request.user = SimpleLazyObject(lambda: user_of(request) or None)
    return request

class BaseMutation(graphene.Mutation):
    class Meta:
        abstract = True

    @classmethod
    def check(cls, context):
        wanted = cls._meta.permissions
        if not wanted:
            return True
        requestor = context.app or context.user
        return bool(requestor) and any([requestor.has_perm(each) for each in wanted])

    @classmethod
    @writing()
    def mutate(cls, root, info, **given):
        if not cls.check(info.context):
            raise PermissionDenied(permissions=cls._meta.permissions)
        return cls.perform(info, **given)

class Delete(BaseMutation):
    ok = graphene.Boolean()

    class Meta:
        permissions = ("shop.delete",)

    @classmethod
    def perform(cls, info):
        return cls(ok=True)

class Greet(BaseMutation):
    ok = graphene.Boolean()

    class Meta:
        description = "Says hello."

    @classmethod
    def perform(cls, info):
        return cls(ok=True)

class Query(graphene.ObjectType):
    count = graphene.Int()

class Mutation(graphene.ObjectType):
    delete = Delete.Field()
    greet = Greet.Field()

schema = graphene.Schema(Query, Mutation)

class GraphQLView(View):
    schema = None

    def post(self, request):
        context = make_context(request)
        found = self.schema.execute(request.body.decode(), context_value=context)
        return JsonResponse({"data": found.data})

urlpatterns = [path("graphql/", GraphQLView.as_view(schema=schema))]
"""


def of_django(source: str) -> dict[str, Route]:
    texts = {"urls.py": source, "settings.py": 'ROOT_URLCONF = "urls"\n'}
    facts = {path: extract(text.encode(), "python", "auto") for path, text in texts.items()}
    return {route.path: route for route in link(facts, texts.__getitem__).routes if route.is_graphql}


def test_a_context_that_a_view_makes_of_the_request() -> None:
    found = of_django(OF_DJANGO)
    assert found["/graphql/#Mutation.delete"].authenticated is Verdict.YES
    # What `Meta` leaves out is not known.
    assert found["/graphql/#Mutation.greet"].authenticated is Verdict.UNKNOWN


def test_an_attribute_of_the_request_that_something_sets_unasked() -> None:
    found = of_django(OF_DJANGO + "\ndef install(request):\n    request.app = find_app(request)\n")
    assert found["/graphql/#Mutation.delete"].authenticated is not Verdict.NO
