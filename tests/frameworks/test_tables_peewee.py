"""Tables of Peewee's models, held against what Peewee says of the same classes."""

import re

import pytest

from tests.schema.reading import schema_of

peewee = pytest.importorskip("peewee")

SOURCE = """
import peewee as pw
from peewee import CharField, CompositeKey, DateTimeField, ForeignKeyField, Model, TextField

database = pw.PostgresqlDatabase(None)


class Email(TextField):
    pass


class Base(Model):
    created_at = DateTimeField(index=True)

    class Meta:
        database = database
        legacy_table_names = False


class Empty(Model):
    class Meta:
        database = database


class UserAccount(Base):
    name = CharField(max_length=40, unique=True)
    mail = Email(null=True)
    manager = ForeignKeyField("self", null=True, backref="staff")
    balance = pw.DecimalField(max_digits=12, decimal_places=2)


class HTTPNote(Empty):
    key = pw.UUIDField(primary_key=True)
    user = ForeignKeyField(UserAccount, column_name="owner", index=False)
    by_name = ForeignKeyField(UserAccount, field="name", null=True)
    title = CharField(null=False, column_name="heading")

    class Meta:
        table_name = "notes"
        indexes = ((("user", "title"), True), (("title",), False))


class Tag(Empty):
    note = ForeignKeyField(HTTPNote)
    word = CharField(20)

    class Meta:
        primary_key = CompositeKey("note", "word")


class Log(Empty):
    text = pw.TextField()

    class Meta:
        primary_key = False
"""


def theirs():
    names = {"__name__": "models"}
    exec(compile(SOURCE, "models.py", "exec"), names)
    models = [names[name] for name in ("UserAccount", "HTTPNote", "Tag", "Log")]
    return {model._meta.table_name: model for model in models}


def _keys(meta):
    return tuple(field.column_name for field in meta.get_primary_keys()) if meta.primary_key else ()


def test_tables_columns_and_keys_are_those_of_peewee():
    found = schema_of({"models.py": SOURCE}).tables
    expected = theirs()
    assert set(found) == set(expected)
    for name, model in expected.items():
        meta, table = model._meta, found[name]
        assert (table.source, table.complete, table.primary_key) == ("peewee", True, _keys(meta)), name
        assert sorted(table.columns) == sorted(meta.columns), name
        for column, field in meta.columns.items():
            ours = table.columns[column]
            foreign = isinstance(field, peewee.ForeignKeyField)
            target = f"{field.rel_model._meta.table_name}.{field.rel_field.column_name}" if foreign else None
            key = column in _keys(meta)
            assert (ours.nullable, ours.primary_key, ours.references) == (field.null, key, target), (
                name,
                column,
            )


def test_indexes_are_those_of_peewee():
    found = schema_of({"models.py": SOURCE}).tables
    for name, model in theirs().items():
        expected = set()
        for index in model._meta.fields_to_index():
            columns = tuple(
                each.column_name if isinstance(each, peewee.Field) else each for each in index._expressions
            )
            expected.add((columns, bool(index._unique)))
        ours = {
            (each.columns, each.unique)
            for each in found[name].indexes
            if each.columns != found[name].primary_key
        }
        assert ours == expected, name


def test_types_are_those_of_peewee_on_postgresql():
    found = schema_of({"models.py": SOURCE}).tables
    words = {"serial": "integer", "timestamp": "timestamp"}
    for name, model in theirs().items():
        for column, field in model._meta.columns.items():
            context = model._meta.database.get_sql_context()
            sql, _ = context.sql(field.ddl_datatype(context)).query()
            text = re.sub(r",\s+", ",", sql.lower())
            assert found[name].columns[column].type == words.get(text, text), (name, column)


def test_a_star_import_is_followed():
    found = schema_of(
        {"models.py": "from peewee import *\n\nclass Pet(Model):\n    name = CharField(unique=True)\n"}
    )
    assert list(found.tables["pet"].columns) == ["id", "name"]
