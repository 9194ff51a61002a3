"""Projects made to exhaust the reader: long chains, circles and loops."""

import pytest

from tests.schema.reading import schema_of

MANY = 1500
SQLALCHEMY = "from sqlalchemy import Column, Integer\nfrom sqlalchemy.orm import DeclarativeBase\n"


def test_long_chains_of_models():
    models = "class C0(DeclarativeBase): pass\n"
    for number in range(1, MANY):
        models += (
            f"class C{number}(C{number - 1}):\n    __tablename__ = 't{number}'\n    id = Column(Integer)\n"
        )
    assert len(schema_of({"m.py": SQLALCHEMY + models}).tables) == MANY - 1


def test_long_chains_of_abstract_models():
    models = "from django.db import models\nclass C0(models.Model):\n    class Meta: abstract = True\n"
    for number in range(1, MANY):
        models += f"class C{number}(C{number - 1}):\n    x{number} = models.IntegerField()\n"
        models += "    class Meta: abstract = True\n"
    models += f"class Last(C{MANY - 1}): pass\n"
    tables = schema_of({"a/__init__.py": "", "a/models.py": models}).tables
    assert len(tables["a_last"].columns) == MANY


def test_bases_that_are_read_before_their_own_bases():
    files = {}
    for number in range(1, 400):
        source = f"from f{400 - number + 1:03} import C{number - 1}\nclass C{number}(C{number - 1}): pass\n"
        files[f"f{400 - number:03}.py"] = source
    files["f399.py"] = "from django.db.models import Model\nclass C1(Model): pass\n"
    assert schema_of(files).tables


def test_chains_through_variables():
    body = "class T(DeclarativeBase): pass\nclass A(T):\n    __tablename__ = 'a'\n    id = Column(Integer)\n"
    body += "def f(s):\n    q0 = s.query(A)\n"
    body += "".join(f"    q{each} = q{each - 1}.filter(A.id == 1)\n" for each in range(1, MANY))
    assert schema_of({"m.py": SQLALCHEMY + body}).queries


def test_loops_of_a_revision_end():
    body = f"""
from alembic import op
revision, down_revision = "a", None
revision = "a"
down_revision = None
T = [{"'x', " * MANY}]
def upgrade():
    for a in T:
        for b in T:
            for c in T:
                op.drop_table(a)
"""
    assert 0 < len(schema_of({"v/a.py": body}).statements) < MANY


@pytest.mark.parametrize("count", [MANY])
def test_long_histories(count):
    files = {
        f"v/{each}.py": f"from alembic import op\nrevision = 'r{each}'\ndown_revision = 'r{each - 1}'\n"
        f"def upgrade():\n    op.drop_table('t{each}')\n"
        for each in range(count)
    }
    statements = schema_of(files).statements
    assert len(statements) == count
