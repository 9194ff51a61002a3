"""Shapes: the fields of schema classes, whichever library declares them."""

from linter.shapes.model import Extra, Field, Library, Shape
from linter.shapes.reader import Shapes, shape_of, shapes_of
from linter.shapes.types import Typed

__all__ = ["Extra", "Field", "Library", "Shape", "Shapes", "Typed", "shape_of", "shapes_of"]
