"""Shapes: the fields of schema classes, whichever library declares them."""

from linter.shapes.model import Extra, Field, Library, Shape
from linter.shapes.reader import Shapes, shape_of, shapes_of

__all__ = ["Extra", "Field", "Library", "Shape", "Shapes", "shape_of", "shapes_of"]
