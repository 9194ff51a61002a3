from tests.schema.reading import schema_of, shape

SETTINGS = "DEFAULT_AUTO_FIELD = 'django.db.models.BigAutoField'\nAUTH_USER_MODEL = 'people.Person'\n"


def tables(body, **more):
    source = "    from django.conf import settings\n    from django.db import models\n" + body
    return schema_of(
        {"site/settings.py": SETTINGS, "shop/__init__.py": "", "shop/models.py": source, **more}
    ).tables


def test_fields_become_columns():
    found = tables("""
    class Item(models.Model):
        name = models.CharField(max_length=50)
        slug = models.SlugField()
        price = models.DecimalField(max_digits=10, decimal_places=2)
        note = models.TextField(null=True, db_index=True)
        code = models.UUIDField(unique=True, db_column="sku")
        at = models.DateTimeField(auto_now=True)
    """)["shop_item"]
    assert shape(found)[0] == [
        "id bigint primary_key",
        "name varchar(50)",
        "slug varchar(50) indexed",
        "price numeric(10, 2)",
        "note text nullable indexed",
        "sku uuid unique",
        "at timestamp with time zone",
    ]
    assert found.complete and found.source == "django"


def test_relations_make_columns_and_tables():
    found = tables("""
    class Tag(models.Model):
        code = models.CharField(max_length=5, primary_key=True)
    class Item(models.Model):
        tag = models.ForeignKey("Tag", models.CASCADE)
        free = models.ForeignKey(Tag, models.CASCADE, db_index=False, related_name="+")
        one = models.OneToOneField("shop.Tag", models.CASCADE, null=True)
        tags = models.ManyToManyField(Tag)
        near = models.ManyToManyField("self")
        via = models.ManyToManyField(Tag, through="Link")
    """)
    assert shape(found["shop_item"])[0] == [
        "id bigint primary_key",
        "tag_id varchar(5) indexed -> shop_tag.code",
        "free_id varchar(5) -> shop_tag.code",
        "one_id varchar(5) nullable unique -> shop_tag.code",
    ]
    assert shape(found["shop_item_tags"]) == (
        [
            "id bigint primary_key",
            "item_id bigint indexed -> shop_item.id",
            "tag_id varchar(5) indexed -> shop_tag.code",
        ],
        ["unique id", "unique item_id, tag_id", "item_id", "tag_id"],
    )
    assert list(found["shop_item_near"].columns) == ["id", "from_item_id", "to_item_id"]
    assert sorted(found) == ["shop_item", "shop_item_near", "shop_item_tags", "shop_tag"]


def test_a_foreign_key_may_point_to_another_field():
    found = tables("""
    class Country(models.Model):
        code = models.CharField(max_length=2, unique=True, db_column="iso")
    class City(models.Model):
        country = models.ForeignKey(Country, models.CASCADE, to_field="code")
    """)["shop_city"]
    assert shape(found)[0] == ["id bigint primary_key", "country_id varchar(2) indexed -> shop_country.iso"]


def test_meta_gives_names_indexes_and_constraints():
    found = tables("""
    class Base(models.Model):
        a = models.IntegerField()
        class Meta:
            abstract = True
            indexes = [models.Index(fields=["a"], name="%(class)s_a")]
    class Item(Base):
        b = models.ForeignKey("Item", models.CASCADE)
        class Meta(Base.Meta):
            db_table = "items"
            unique_together = ("a", "b")
            constraints = [
                models.UniqueConstraint(fields=["b"], condition=models.Q(a=1), name="part"),
                models.CheckConstraint(check=models.Q(a__gt=1), name="positive"),
            ]
    """)
    assert list(found) == ["items"]
    assert [(index.name, index.columns, index.unique, index.partial) for index in found["items"].indexes] == [
        ("items_pkey", ("id",), True, False),
        ("item_a", ("a",), False, False),
        ("part", ("b_id",), True, True),
        ("a_b_id_uniq", ("a", "b_id"), True, False),
        ("ix_items_b_id", ("b_id",), False, False),
    ]
    assert found["items"].complete


def test_inheritance_of_models():
    found = tables("""
    class Place(models.Model):
        name = models.CharField(max_length=5)
    class Bar(Place):
        open = models.BooleanField()
    class Pub(Bar):
        class Meta:
            proxy = True
    class Ad(models.Model):
        pub = models.ForeignKey(Pub, models.CASCADE)
    """)
    assert sorted(found) == ["shop_ad", "shop_bar", "shop_place"]
    assert shape(found["shop_bar"])[0] == ["place_ptr_id bigint primary_key -> shop_place.id", "open boolean"]
    assert found["shop_ad"].columns["pub_id"].references == "shop_bar.place_ptr_id"


def test_labels_come_from_configurations_and_users_from_settings():
    found = tables(
        """
    class Item(models.Model):
        owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    """,
        **{
            "shop/apps.py": """
    from django.apps import AppConfig
    class ShopConfig(AppConfig):
        name = "shop"
        label = "store"
        default_auto_field = "django.db.models.AutoField"
    """,
            "people/models.py": """
    from django.contrib.auth.models import AbstractUser
    class Person(AbstractUser):
        pass
    """,
        },
    )
    assert found["store_item"].columns["owner_id"].references == "people_person.id"
    assert found["store_item"].columns["id"].type == "integer"
    assert found["people_person"].columns["username"].unique
    assert "people_person_groups" in found


def test_what_cannot_be_read_makes_a_table_incomplete():
    found = tables("""
    from wagtail.models import Page
    class Article(Page):
        body = models.TextField()
    class Computed(models.Model):
        class Meta:
            indexes = make()
    class View(models.Model):
        class Meta:
            managed = False
    """)
    assert {name: table.complete for name, table in found.items()} == {
        "shop_article": False,
        "shop_computed": False,
        "shop_view": False,
    }


def test_circles_do_no_harm():
    found = tables("""
    class A(B): x = models.IntegerField()
    class B(A): x = models.IntegerField()
    class C(models.Model):
        me = models.OneToOneField("self", models.CASCADE, primary_key=True)
        class Meta(Meta): pass
    class D(models.Model):
        other = models.ForeignKey("E", models.CASCADE, primary_key=True)
    class E(models.Model):
        other = models.ForeignKey("D", models.CASCADE, primary_key=True)
    """)
    assert {"shop_c", "shop_d", "shop_e"} <= set(found)
