"""Input objects of GraphQL: what is read against the schemas that Strawberry and Graphene make of them."""

import functools

import graphene
import pytest
import strawberry
from graphql import GraphQLList, GraphQLNonNull, get_named_type, get_nullable_type, is_input_object_type
from graphql import is_required_input_field as is_required

from linter.backend import Verdict
from linter.frameworks.graphql.names import camel
from tests.shapes.reading import read, shapes_in
from tests.shapes.samples import graphql_inputs as samples

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
CLASSES = read("graphql_inputs")
UNLIMITED = ("String", "ID", "Decimal")


@functools.cache
def schemas():
    """A schema of each library in which all samples occur."""

    def taken(outer: samples.Outer) -> int:
        return len(outer.text)

    query = strawberry.type(type("Query", (), {"taken": strawberry.field(resolver=taken)}))
    return strawberry.Schema(query)._schema, graphene.Schema(Query, Mutation).graphql_schema


class Query(graphene.ObjectType):
    taken = graphene.Int(book=samples.Book())


class Mutation(graphene.ObjectType):
    lend = samples.Lend.Field()


REAL = {
    "Base": None,
    "Inner": (0, "Inside"),
    "Outer": (0, "Outer"),
    "Years": (1, "Years"),
    "Book": (1, "BookInput"),
    "Lend.Input": (1, "LendInput"),
}


def size_of(kind):
    """Whether GraphQL limits what a type can hold."""
    if isinstance(kind, GraphQLNonNull):
        return size_of(kind.of_type)
    if isinstance(kind, GraphQLList) or kind.name in UNLIMITED:
        return NO
    return UNKNOWN if is_input_object_type(kind) else YES


def test_every_class_is_known():
    assert sorted(CLASSES) == sorted(REAL)


@pytest.mark.parametrize("name", sorted(name for name, place in REAL.items() if place))
def test_fields(name):
    at, called = REAL[name]
    real = dict(schemas()[at].type_map[called].fields)
    real.pop("clientMutationId", None)
    shape = CLASSES[name][1]
    found = {each.alias or camel(each.name): each for each in shape.fields}
    assert sorted(found) == sorted(real)
    for key, field in found.items():
        kind = real[key].type
        assert field.required == is_required(real[key]), key
        assert field.many == isinstance(get_nullable_type(kind), GraphQLList), key
        assert bool(field.nested) == is_input_object_type(get_named_type(kind)), key
        assert field.bounded is (UNKNOWN if key == "maybe" else size_of(kind)), key


def test_a_field_that_is_resolved_is_not_taken():
    found = shapes_in(
        "import strawberry\n"
        "def total() -> int: return 1\n"
        "@strawberry.type\n"
        "class Order:\n"
        "    number: int\n"
        "    total: int = strawberry.field(resolver=total)\n"
        "    hidden: strawberry.Private[str]\n"
    )["Order"]
    assert [(each.name, each.read_only) for each in found.fields] == [("number", False), ("total", True)]


def test_an_input_elsewhere_is_no_shape():
    found = shapes_in("class Page:\n    class Input:\n        text = 1\n")
    assert found["Page.Input"] is None
