"""Sample modules read both ways: as source by the linter, and imported as what they are."""

import importlib
import inspect
from pathlib import Path

from linter.extract.files import extract
from linter.resolve.project import Project
from linter.shapes import Shapes

SAMPLES = Path(__file__).parent / "samples"


def read(name):
    """The classes of a sample module that is imported, and their shapes as the linter reads them."""
    path = SAMPLES / f"{name}.py"
    project = Project({f"{name}.py": extract(path.read_bytes(), "python", "postgres")})
    shapes = Shapes(project)
    module = importlib.import_module(f"tests.shapes.samples.{name}")
    found = {}
    for cls in project.classes:
        real = module
        for part in cls.scope.qualname.split("."):
            real = getattr(real, part, None)
        shape = shapes.of(cls)
        if shape is not None and inspect.isclass(real):
            found[cls.scope.qualname] = (real, shape)
    return found


def shapes_in(text):
    """The shapes of a module given as text, by the class's name."""
    project = Project({"sample.py": extract(text.encode(), "python", "postgres")})
    shapes = Shapes(project)
    return {cls.scope.qualname: shapes.of(cls) for cls in project.classes}
