import pytest

from linter.frameworks.sqlalchemy.derived_names import snake_case
from tests.schema.reading import schema_of


@pytest.mark.parametrize(
    ("name", "table"),
    [("User", "user"), ("APIKey", "api_key"), ("HTTPToken2", "http_token2"), ("camelCase", "camel_case")],
)
def test_snake_case(name, table):
    assert snake_case(name) == table


@pytest.mark.parametrize(
    ("code", "table"),
    [
        ("return cls.__name__.lower()", "userrole"),
        ("return cls.__name__.lower() + 's'", "userroles"),
        ("return f'app_{cls.__name__.lower()}'", "app_userrole"),
        (r"return re.sub(r'(?<!^)(?=[A-Z])', '_', cls.__name__).lower()", "user_role"),
        ("name = cls.__name__\n            return name.replace('Role', '_role').lower()", "user_role"),
        ("return '_'.join([x.lower() for x in re.split('(?=[A-Z])', cls.__name__) if x])", "user_role"),
        ("return helper(cls.__name__)", "role_user"),
    ],
)
def test_simple_code_is_worked_out(code, table):
    tables = schema_of({"m.py": source(code)}).tables
    assert list(tables) == [table] and tables[table].complete


@pytest.mark.parametrize(
    "code",
    [
        "return inflect.plural(cls.__name__)",
        "return cls.__name__ if cls.x else 'y'",
        "return re.sub(r'(a+)+$', '', cls.__name__)",
        "return re.sub(r'[', '', cls.__name__)",
        "return cls.__name__ * 1000000",
        "while True: pass",
    ],
)
def test_other_code_leaves_the_name_uncertain(code):
    tables = schema_of({"m.py": source(code)}).tables
    assert list(tables) == ["user_role"] and not tables["user_role"].complete


def source(code):
    return f"""
    import re
    from sqlalchemy import Column, Integer
    from sqlalchemy.orm import DeclarativeBase, declared_attr
    def helper(name):
        return "role_" + name.removesuffix("Role").lower()
    class Base(DeclarativeBase):
        @declared_attr
        def __tablename__(cls):
            {code}
    class UserRole(Base):
        id = Column(Integer, primary_key=True)
    """
