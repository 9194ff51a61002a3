"""Trees to facts. The only package that looks at a syntax tree of Python or SQL."""
