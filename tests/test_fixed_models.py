"""Models that a fix has given an index have it for the library as well."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures" / "indexing"

DJANGO = """
import django
from django.conf import settings

settings.configure(INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "shop"])
django.setup()
from django.apps import apps

for model in apps.get_app_config("shop").get_models():
    for field in model._meta.local_fields:
        if field.db_index:
            print(model.__name__, field.name)
    for index in model._meta.indexes:
        print(model.__name__, *index.fields)
"""


def _indexed(metadata):
    """Table and columns of each index."""
    return {
        (table.name, *(column.name for column in index.columns))
        for table in metadata.tables.values()
        for index in table.indexes
    }


@pytest.mark.parametrize(
    ("fixture", "holder", "expected"),
    [
        ("unindexed-foreign-key/fixed_sqlalchemy.py", "Base", {("orders", "customer_id")}),
        (
            "unindexed-foreign-key/fixed_sqlalchemy_forms.py",
            "Base",
            {
                ("parcels", "owner_id"),
                ("parcels", "courier_id"),
                ("letters", "owner_id"),
                ("cards", "owner_id"),
                ("routes", "first_id"),
                ("routes", "last_id"),
            },
        ),
        (
            "unindexed-foreign-key/fixed_sqlalchemy_mixin.py",
            "Base",
            {("parcels", "owner_id"), ("parcels", "payer_id")},
        ),
        ("unindexed-foreign-key/fixed_sqlmodel.py", "Hero", {("hero", "team_id"), ("hero", "former_id")}),
        ("unindexed-foreign-key/fixed_flask_sqlalchemy.py", "db", {("book", "author_id")}),
        (
            "unindexed-foreign-key/fixed_sqlalchemy_inherited.py",
            "db",
            {("file", "owner_id"), ("file", "page_id")},
        ),
        ("unindexed-filter/fixed_sqlmodel.py", "Order", {("order", "reference"), ("order", "number")}),
        ("unindexed-filter/fixed_annotated.py", "Base", {("orders", "reference")}),
    ],
)
def test_sqlalchemy_knows_the_index(fixture, holder, expected):
    pytest.importorskip("sqlmodel" if "sqlmodel" in fixture else "flask_sqlalchemy")
    names = runpy.run_path(str(FIXTURES / fixture))
    assert _indexed(names[holder].metadata) >= expected


@pytest.mark.parametrize(
    ("fixture", "expected"),
    [
        ("unindexed-foreign-key/fixed_django", {"Order customer", "Order courier"}),
        ("unindexed-filter/fixed_django", {"Order reference", "Order customer"}),
        (
            "unindexed-filter/fixed_django_meta",
            {"Item shelf name", "Item code", "Item name", "Part word", "Part label"},
        ),
    ],
)
def test_django_knows_the_index(fixture, expected, tmp_path):
    pytest.importorskip("django")
    folder = FIXTURES / fixture
    bad = folder.with_name(folder.name.replace("fixed", "bad", 1))
    (tmp_path / "shop").mkdir()
    for source in (bad, folder):
        for path in source.rglob("*.py"):
            (tmp_path / path.relative_to(source)).write_bytes(path.read_bytes())
    said = subprocess.run(
        [sys.executable, "-c", DJANGO], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert said.returncode == 0, said.stderr
    assert set(said.stdout.splitlines()) == expected
