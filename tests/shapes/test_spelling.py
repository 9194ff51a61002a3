"""Types as the map spells them."""

import pytest

from linter.extract.files import extract
from linter.resolve.project import Project
from linter.resolve.values import Value
from linter.shapes import Shapes

HEAD = """
from typing import Annotated, Literal, NewType, Optional, TypeVar, Union
from pydantic import Field, conint, conlist, constr
class Row: ...
T = TypeVar("T", bound=Row)
Code = Annotated[str, Field(max_length=4)]
Codes = list[Code]
Id = NewType("Id", int)
Slot = conint(ge=1)
Loop = "Loop"
"""


def spelled(annotation):
    """How the type of a parameter is spelled."""
    text = f"{HEAD}\ndef f(x: {annotation}): ...\n"
    project = Project({"sample.py": extract(text.encode(), "python", "postgres")})
    function = next(each for each in project.functions if each.scope.name == "f")
    return Shapes(project).spelling.of(Value(function.parent, function.scope.parameters[0].annotation))


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int | None", "int | None"),
        ("Optional[Row]", "Row | None"),
        ("Union[int, 'Row', int]", "int | Row"),
        ("Codes", "list[str]"),
        ("dict[Id, Annotated[Codes, 1]]", "dict[int, list[str]]"),
        ("Literal['a', 1]", "Literal['a', 1]"),
        ("tuple[Slot, ...]", "tuple[int, ...]"),
        ("constr(max_length=3)", "str"),
        ("conlist(Code)", "list[str]"),
        ("T", "Row"),
        ("unknown()", None),
    ],
)
def test_types(annotation, expected):
    assert spelled(annotation) == expected


def test_aliases_that_double_end():
    doubled = "\n".join(f"A{n} = Union[{', '.join([f'A{n - 1}'] * 20)}]" for n in range(1, 15))
    text = f"{HEAD}\nA0 = Row\n{doubled}\ndef f(x: A14): ...\n"
    project = Project({"sample.py": extract(text.encode(), "python", "postgres")})
    function = next(each for each in project.functions if each.scope.name == "f")
    spelling = Shapes(project).spelling
    value = Value(function.parent, function.scope.parameters[0].annotation)
    assert "Row" in (spelling.of(value) or "Row")
    assert len(list(spelling.names(value))) <= 2000
