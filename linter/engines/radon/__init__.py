"""radon's own measures of complexity, on the trees that backlint has parsed."""
