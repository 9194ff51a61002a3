import pytest

from tests.schema.reading import schema_of


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a.py": "import psycopg2"}, ("postgresql",)),
        ({"a.py": "from sqlalchemy.dialects.postgresql import JSONB"}, ("postgresql",)),
        ({"a.py": "from sqlalchemy.dialects import mysql"}, ("mysql",)),
        ({"settings.py": "DATABASES = {'default': {'ENGINE': 'django.db.backends.sqlite3'}}"}, ("sqlite",)),
        (
            {"config.py": "URL = 'mysql+pymysql://u@h/d'\nOTHER = f'postgres://{URL}'"},
            ("postgresql", "mysql"),
        ),
        ({"config.py": "def url():\n    return f'sqlite:///{1}'"}, ("sqlite",)),
        ({"views.py": "x = 'https://postgresql.org'"}, ()),
        ({"tests/a.py": "from sqlalchemy.dialects import mysql"}, ()),
        ({"settings.py": "DB = {'engine': 'tortoise.backends.mysql'}"}, ("mysql",)),
        ({"a.sql": "CREATE TABLE `t` (`id` INT PRIMARY KEY AUTO_INCREMENT);"}, ("mysql",)),
        ({"a.sql": "CREATE TABLE `t` (`id` INTEGER PRIMARY KEY AUTOINCREMENT);"}, ()),
        (
            {"a.sql": "CREATE TABLE `t` (`id` INT) ENGINE=InnoDB;", "b.py": "import psycopg"},
            ("postgresql",),
        ),
    ],
)
def test_databases(files, expected):
    assert schema_of(files).databases == expected


def test_the_dialect_is_that_of_the_first_database():
    assert schema_of({"a.py": "import pymysql"}).dialect == "mysql"
    assert schema_of({}).dialect == "postgres"
