"""Models of Tortoise in the forms that the vineyard does not have."""

import pytest

from tests.schema.reading import schema_of, shape

HEAD = "from tortoise import fields, models\nfrom tortoise.models import Model\n"


def tables(body, **more):
    return schema_of({"app/models.py": HEAD + body, **more}).tables


def test_older_names_of_options():
    found = tables("""
class Pet(Model):
    tag = fields.CharField(max_length=8, pk=True)
    name = fields.CharField(40, index=True)
""")["pet"]
    assert shape(found) == (
        ["tag varchar(8) primary_key", "name varchar(40) indexed"],
        ["unique tag", "name"],
    )


def test_an_app_tells_models_of_one_name_apart():
    found = schema_of(
        {
            "shop/models.py": HEAD + "class Tag(Model):\n    class Meta:\n        table = 'shop_tag'\n",
            "blog/models.py": HEAD
            + "class Tag(Model):\n    class Meta:\n        table = 'blog_tag'\n"
            + "class Post(Model):\n    tag = fields.ForeignKeyField('blog.Tag')\n"
            + "    other = fields.ForeignKeyField('news.Tag')\n",
        }
    ).tables["post"]
    assert [each.references for each in found.columns.values()] == [None, "blog_tag.id", None]


def test_schemas_classes_and_given_up_fields():
    found = tables("""
class Owned(models.Model):
    owner = fields.ForeignKeyField("a.User")
    note = fields.TextField()

    class Meta:
        abstract = True


class User(Model):
    class Meta:
        table = "users"
        schema = "people"


class Item(Owned):
    note = None
    seller = fields.OneToOneField(User, to_field="id", related_name=False)
    buyers = fields.ManyToManyField("a.User", through="sale", unique=False)
""")
    assert sorted(found) == ["item", "people.users", "sale"]
    assert shape(found["item"])[0] == [
        "id integer primary_key",
        "owner_id integer -> people.users.id",
        "seller_id integer unique -> people.users.id",
    ]
    assert shape(found["sale"]) == (
        ["item_id integer -> item.id", "user_id integer -> people.users.id"],
        [],
    )


def test_a_dot_in_a_name_is_no_schema():
    found = tables("""
class Scrim(Model):
    slots = fields.ManyToManyField("a.Slot")

    class Meta:
        table = "sm.scrims"


class Slot(Model):
    class Meta:
        table = "sm.slots"
""")
    assert sorted(found) == ["sm.scrims", "sm.scrims_sm.slots", "sm.slots"]
    assert list(found["sm.scrims_sm.slots"].columns) == ["sm.scrims_id", "slot_id"]


def test_models_that_share_a_table_name_are_not_judged():
    more = {"b/models.py": HEAD + "class Pet(Model):\n    age = fields.IntField()\n"}
    assert not tables("class Pet(Model):\n    name = fields.TextField()\n", **more)["pet"].complete


def test_indexes_of_every_kind():
    found = tables("""
from tortoise.contrib.postgres.indexes import GinIndex
from tortoise.indexes import Index, PartialIndex
from tortoise.migrations.constraints import CheckConstraint, UniqueConstraint


class Item(Model):
    a = fields.IntField(source_field="first")
    b = fields.JSONField()

    class Meta:
        indexes = ["a", "b"]
        unique_together = (("a",), ("a", "b"))
        constraints = [UniqueConstraint(fields=("b", "a")), CheckConstraint(check="a > 1", name="ck")]


class Other(Model):
    a = fields.IntField()

    class Meta:
        indexes = (
            Index(fields=["a"], name="ix"),
            PartialIndex(fields=["a"], condition={"a": 1}),
            GinIndex(fields={"a"}),
        )
""")
    assert shape(found["item"])[1] == [
        "unique id",
        "unique first",
        "unique first, b",
        "first, b",
        "unique b, first",
    ]
    assert [(each.name, each.partial, each.method) for each in found["other"].indexes[1:]] == [
        ("ix", False, ""),
        ("idx_other_a", True, ""),
        ("idx_other_a", False, "gin"),
    ]
    assert found["item"].complete and found["other"].complete


@pytest.mark.parametrize(
    "body",
    [
        "import unknown\nclass Item(unknown.Mixin, Model):\n    a = fields.IntField()\n",
        "class Item(Model):\n    a = fields.IntField(**options)\n",
        "class Item(Model):\n    a = fields.IntField()\n    class Meta:\n        indexes = made()\n",
        "class Item(Model):\n    a = fields.IntField()\n    class Meta:\n        table = named()\n",
        "from tortoise import Tortoise\nclass Item(Model):\n    a = fields.IntField()\n"
        "async def start():\n    await Tortoise.init(config={}, table_name_generator=str)\n",
    ],
)
def test_what_cannot_be_read_makes_a_table_incomplete(body):
    assert not tables(body)["item"].complete


def test_circles_do_no_harm():
    found = tables("""
class A(Model):
    b = fields.OneToOneField("x.B", primary_key=True)


class B(Model):
    a = fields.OneToOneField("x.A", primary_key=True)


class C(C):
    c = fields.ForeignKeyField("x.C")
""")
    assert sorted(found) == ["a", "b"]
